//! ZVT, what cash registers and payment terminals say to each other in Germany, Austria and Switzerland, as the terminal
//! speaks it.
//!
//! | module | holds |
//! |---|---|
//! | [`apdu`] | one message, and the reader that cuts messages off a stream |
//! | [`bcd`] | packed decimal numbers: amounts, receipt and trace numbers, dates |
//! | [`fields`], [`tlv`] | what stands in a message: numbered fields, data objects |
//! | [`command`], [`registration`] | what a register asks for, and what it says about itself |
//! | [`report`], [`outcome`], [`receipt`] | what a terminal sends: states, results, receipts; answers of both sides |
//! | [`code`], [`card_number`] | one-byte codes with their names; card numbers without their middle |
//! | [`serial`], [`timers`] | frames on a serial line; T1 to T4 |
//! | [`session`], [`settings`] | [`Session`], one terminal's talk with one register |
//! | [`ask`] | [`Ask`] and [`Tell`]: what a session wants of its terminal, and what that tells it |
//!
//! A [`Session`] is a value that takes bytes and time and gives bytes and asks; it knows no money and no paper. Who decides
//! about a payment stands behind [`Ask`] and [`Tell`], and has none of the protocol's words.
//!
//! Source: "ZVT-Protocol" of the Verband der Terminalhersteller, PA00P015 revision 13.08 (commands, fields, codes) and
//! PA00P016 revision 04 (transport). *Not modelled:* see the head of each module.

pub mod apdu;
pub mod ask;
pub mod bcd;
pub mod card_number;
pub mod code;
pub mod command;
mod crc;
pub mod fields;
pub mod fuzz;
pub mod outcome;
pub mod receipt;
pub mod registration;
pub mod report;
pub mod serial;
pub mod session;
pub mod settings;
mod text;
pub mod timers;
pub mod tlv;

pub use apdu::{Apdu, ApduReader, Control};
pub use ask::{Ask, Stage, Tell};
pub use command::Command;
pub use outcome::Outcome;
pub use receipt::{Line, Receipt, ReceiptKind};
pub use report::{Answer, Report};
pub use session::Session;
pub use settings::{Settings, Transport};
