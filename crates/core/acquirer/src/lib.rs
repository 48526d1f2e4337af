//! A fake acquirer: a card host, a wallet gateway, a notifier, and the one ledger that is the truth.
//!
//! | module | holds |
//! |---|---|
//! | `machine` | [`Acquirer`], the [`sim::Machine`]; its ports; what is in flight |
//! | `card` | [`CardDesk`], the rules of an ISO 8583 host in the UnionPay POS dialect |
//! | `gateway` | the rules of a WeChat-v2-like wallet gateway |
//! | `notifier` | payment notifications and their retry schedule |
//! | `ledger` | [`Ledger`], append-only, double entry |
//! | `event` | [`Event`], what happened, one line each |
//!
//! Two moments matter and are kept apart: a request is *received* when it arrives, *committed* after
//! [`Config::processing`], and *answered* [`Config::answering`] later. A fault can fall between any two.
//!
//! *Not modelled:* issuers and the switch behind the acquirer as parties of their own, several connections to one port.
//! All keys are test keys.

mod books;
mod calendar;
mod card;
mod config;
mod departures;
mod event;
pub mod fault;
pub mod fuzz;
mod gateway;
mod ledger;
mod machine;
mod notifier;
mod queue;
mod short;
#[cfg(test)]
mod tests;

pub use books::{Books, Change};
pub use calendar::Civil;
pub use card::{
    Admit, BatchTotals, CardAccount, CardBooks, CardChange, CardDesk, CardNumber, CardRequest, CardSetup,
    CardToken, Comparison, Decision, Detail, HalfTotals, KeyBytes, Move, NoRequest, Organisation, Record,
    RecordNo, Registration, ReplyRule, Settled, SignOn, State, Terminal, TerminalIds, TerminalKeys,
    TerminalSetup, admitted_master_key,
};
pub use config::Config;
pub use event::{Event, Kind, Movement, PaymentRefusal};

pub use ledger::{Account, Cause, Entry, Ledger, Standing};
pub use machine::{Acquirer, Arming, CARD, NOTIFY, Poke, WALLET};
pub use short::{Code, Short, Why};
