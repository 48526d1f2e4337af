//! The emulated payment terminal: firmware that takes a payment, remembers what it must not forget, and
//! prints a slip.
//!
//! | module | holds |
//! |---|---|
//! | [`machine`] | [`Terminal`], the machine: power, ports, keys, and which flow gets what |
//! | `flow` | the one thing that is under way |
//! | `ports` | bytes to messages, messages to the flow that waits for them |
//! | `memory` | all that a power cut takes |
//! | [`charge`] | what can be done with money, one of it, and its approval |
//! | `counter` | what people ask for, and what is turned away |
//! | `desk` | what every flow works with, and what becomes of it |
//! | `card` | a card transaction: recorded, sent, answered, reversed or told again |
//! | `sign_on`, `settlement` | keys from the host; what the batch amounts to |
//! | `printing` | which slips are printed, held, printed again |
//! | [`copies`] | which copies of a slip a setting wants, and why there can be none |
//! | `receipt_prompt` | whether a receipt is wanted |
//! | `order` | a wallet order: shown as a code, asked after, paid or closed |
//! | `scan` | a wallet order paid by the customer's code: sent once, asked after, paid or undone |
//! | `order_refund` | money of a wallet order goes back, under a number of its own |
//! | [`wallets`] | which wallets the firmware knows |
//! | `speech` | the tongues of the wallets' gateways |
//! | `settled`, `last_record` | what an answer of the wallet's gateway settles; how a flow there ends |
//! | [`scanner`] | the scanner that reads customers' codes |
//! | `upload` | the voucher of every approval, up to the back office until an answer is final |
//! | [`journal`], [`flash`] | what survives a power cut, as records and as bytes |
//! | [`damage`] | records that are not as they were written, and a firmware that stops |
//! | `spooler` | one slip at a time to the printer, and the truth about it back |
//! | [`slip`], [`slip_text`] | what a charge looks like on paper; the same as lines for a cash register |
//! | [`ecr`] | what a cash register asks for, as wishes; what comes of them, as answers |
//! | [`screen`], `screen_words` | what the display says, as a value and in words |
//! | [`habits`], [`knobs`], [`profile`] | firmware habits as data, how they are declared, sound and flawed firmware |
//! | [`speaks`] | which releases of other people's words it knows |
//! | [`parameters`] | what is keyed in, and can be keyed in wrongly |
//! | [`settings`] | who this terminal is, its keys and its language |
//! | [`event`] | pokes in, reports out |

mod card;
pub mod charge;
pub mod copies;
mod counter;
pub mod damage;
mod desk;
pub mod ecr;
pub mod event;
pub mod flash;
mod flow;
pub mod fuzz;
pub mod gaps;
pub mod habits;
pub mod journal;
pub mod knobs;
mod last_record;
pub mod machine;
mod memory;
mod order;
mod order_refund;
pub mod parameters;
mod ports;
mod printing;
pub mod profile;
mod receipt_prompt;
mod scan;
pub mod scanner;
pub mod screen;
mod screen_words;
pub mod settings;
mod settled;
mod settlement;
mod sign_on;
pub mod slip;
pub mod slip_text;
pub mod speaks;
mod speech;
mod spooler;
mod upload;
pub mod wallets;

pub use charge::Kind;
pub use copies::{Copies, NoSlip, PrintSettings};
pub use damage::{Amiss, FlashPoke, Kept};
pub use event::{ChargeResult, Copy, Errand, Event, Intent, Noted, Poke, Press, Request, Trouble, Wish};
pub use habits::Habits;
pub use journal::Totals;
pub use knobs::{Knob, Parameter};
pub use machine::Terminal;
pub use parameters::{Keyed, Parameters};
pub use profile::{PROFILES, Profile};
pub use scanner::{Barcode, ScannerPoke, Shown};
pub use screen::{Belief, Face, Screen};
pub use settings::{AlipayAccount, Language, Settings};
pub use speaks::Speaks;
pub use wallets::WalletTable;

use sim::Port;
pub use wallet::ask::Wallet;

/// The serial port of the printer.
pub const PRINTER: Port = Port(0);
/// The connection to the card host: ISO 8583 frames.
pub const CARD: Port = Port(1);
/// The connection to the wallet gateway: HTTP requests out, answers in.
pub const WALLET: Port = Port(2);
/// The door for notifications: HTTP requests in, acknowledgements out.
pub const NOTIFY: Port = Port(3);
/// The connection to the back office: HTTP uploads of vouchers out, answers in.
pub const VOUCHERS: Port = Port(4);
