//! A back office: receives vouchers from terminals and notices from the wallet, asks the acquirer whether they are true,
//! finds them again, redeems each once, and compares all books.
//!
//! | module | holds |
//! |---|---|
//! | `machine` | [`BackOffice`], the [`sim::Machine`]: power, ports, and what reaches the disk before it is said |
//! | `uploads` | vouchers in, answers out |
//! | `admission` | whether a voucher is taken: seal, owner, format, rules, what it amends |
//! | `enquiries`, `verification` | one question at a time at the wallet and at the acquirer, until an answer is definite |
//! | `notices` | what the wallet tells unasked |
//! | `counter` | people: queries and redemptions, when they are open and how many |
//! | `release` | upgrades, migrations and dated rules |
//! | [`books`] | what is known of every voucher, worked out from the journal |
//! | `journal` | the disk that survives a power cut |
//! | [`habits`] | back offices as data, sound and flawed |
//! | [`mod@reconcile`] | paper, terminal, ledger and vouchers, with every difference named and dated |
//! | [`event`] | pokes in, reports out |
//!
//! A voucher is *accepted* when it is on the disk: that word is a promise that nothing takes back. Whether its money
//! was really captured is asked afterwards, and until that is known nobody can redeem it. So a slow acquirer keeps no
//! terminal waiting, and a silent one costs a redemption and never a voucher.
//!
//! *Not modelled:* staff and their rights, several merchants, wallets other than WeChat Pay v2, notices of refunds
//! (acknowledged with FAIL, because nothing in them is signed), vouchers sent to customers, backups.

mod admission;
pub mod books;
mod counter;
mod enquiries;
pub mod event;
pub mod fuzz;
pub mod habits;
mod journal;
mod machine;
mod notices;
pub mod reconcile;
mod release;
mod settings;
#[cfg(test)]
mod tests;
mod uploads;
mod verification;

pub use books::{Held, Standing};
pub use event::{Delay, Event, Limit, Lookup, Poke, QueryRefusal, RedeemRefusal, Service, VerifyFailure};
pub use habits::{Habits, PROFILES, Profile, REFERENCE};
pub use machine::BackOffice;
pub use reconcile::{Book, Difference, Line, Nature, Slip, VoucherLine, reconcile};
pub use release::Formats;
pub use settings::{Registration, Settings};

use sim::Port;

/// HTTP questions about orders to the wallet's gateway, and its answers.
pub const WALLET: Port = Port(0);
/// HTTP questions about card charges to the acquirer, and its findings.
pub const ACQUIRER: Port = Port(1);
/// The door for the wallet's notices: HTTP requests in, acknowledgements out.
pub const NOTICES: Port = Port(2);

/// The connection of one terminal for its vouchers, by any number from 0 to 247: HTTP requests in, answers out.
#[must_use]
pub const fn uploads(connection: u8) -> Port {
    Port(FIRST_UPLOADS.saturating_add(connection))
}

const FIRST_UPLOADS: u8 = 8;
