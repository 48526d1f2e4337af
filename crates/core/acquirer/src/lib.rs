//! A fake acquirer: a card host, a wallet gateway, a notifier, and the one ledger that is the truth.
//!
//! | module | holds |
//! |---|---|
//! | `config` | [`Config`]: how one is set up |
//! | `machine` | [`Acquirer`], the [`sim::Machine`]; its ports |
//! | `queue`, `departures` | what is in flight; how answers leave |
//! | `platform` | [`Platform`]: card host, gateways and notifier without a clock or a port |
//! | `card` | [`CardDesk`], the rules of an ISO 8583 host in the UnionPay POS dialect |
//! | `gateway` | wallet gateways: WeChat Pay v2 and v3, Alipay `gateway.do` and v3 |
//! | `orders` | the order book: wallet orders, payments, refunds, what runs out |
//! | `payers` | what the people behind payment codes do |
//! | `merchant` | the merchant's own questions: about card charges, and at the gateway |
//! | `notifier` | notifications, their schedules, and what can be wrong with them |
//! | `fault` | what a platform does to those who rely on it |
//! | `books` | [`Books`], everything that it knows, moved by facts alone |
//! | `ledger` | [`Ledger`], append-only, double entry |
//! | `event` | [`Event`], what happened, one line each |
//! | `calendar`, `short` | [`Civil`] dates; [`Short`] texts that are copied |
//! | `fuzz` | what fuzzers run |
//!
//! Two moments matter and are kept apart: a request is *received* when it arrives, *committed* after
//! [`Config::processing`], and *answered* [`Config::answering`] later. A fault can fall between any two.
//!
//! *Not modelled:* issuers and the switch behind the acquirer as parties of their own, several connections to one port.
//! All keys are test keys.

mod books;
mod calendar;
pub mod card;
mod config;
mod departures;
mod event;
pub mod fault;
pub mod fuzz;
mod gateway;
mod ledger;
mod machine;
mod merchant;
mod notifier;
pub mod orders;
pub mod payers;
mod platform;
mod queue;
mod short;
#[cfg(test)]
mod tests;

pub use books::{Books, Change};
pub use calendar::Civil;
pub use card::{
    Admit, BatchTotals, CardAccount, CardBooks, CardChange, CardDesk, CardNumber, CardRequest, CardSetup,
    CardToken, ChipData, Comparison, Decision, Detail, Expiry, HalfTotals, KeyBytes, Move, NoRequest,
    Organisation, Record, RecordNo, Registration, ReplyRule, Settled, SignOn, Speech, Terminal, TerminalIds,
    TerminalKeys, TerminalSetup, admitted_master_key, missing_field,
};
pub use config::{Config, RateLimit, WalletSetup};
pub use event::{Event, Kind, Movement, PaymentRefusal};
pub use gateway::{TurnedAway, WalletRequest};
pub use notifier::{
    About, Claim, Delivery, DeliveryId, DeliveryOutcome, Forgery, Malformation, NoticeChange, NoticeFault,
    NoticeId, Notices, Owed, Signing, What,
};
pub use orders::{
    Deadline, Order, OrderChange, OrderFact, OrderRules, Orders, Payment, PlatformNo, Refund, ScannedCode,
    Terms, UnderWay, UnknownReverse, Way,
};
pub use payers::{Does, PayerAccount, PayerRule, Payers, Who};

/// How a terminal makes its MACs.
pub use iso8583::MacAlgorithm;
pub use ledger::{Account, Cause, Entry, Ledger, Standing};
pub use machine::{Acquirer, Arming, CARD, NOTIFY, Poke, WALLET};
pub use merchant::{MERCHANT_NOTIFY, MERCHANT_WALLET, VERIFICATION};
pub use platform::Platform;
pub use short::{Code, Short, Why};
