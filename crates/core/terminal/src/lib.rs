//! The emulated payment terminal: firmware that takes a payment, remembers what it must not forget, and
//! prints a slip.
//!
//! | module | holds |
//! |---|---|
//! | [`machine`] | [`Terminal`], the machine: power, ports, keys, and which flow gets what |
//! | `flow` | the one thing that is under way |
//! | `ports` | bytes to messages, messages to the flow that waits for them |
//! | `memory` | all that a power cut takes |
//! | `card` | a card charge: recorded, sent, answered or reversed |
//! | `order` | a wallet order: shown as a code, asked after, paid or closed |
//! | [`journal`] | the flash that survives a power cut |
//! | `spooler` | one slip at a time to the printer, and the truth about it back |
//! | [`slip`] | what a charge looks like on paper |
//! | [`screen`], `screen_words` | what the display says, as a value and in words |
//! | [`profile`] | firmware habits as data, sound and flawed |
//! | [`settings`] | who this terminal is, its keys and its language |
//! | [`event`] | pokes in, reports out |

mod card;
mod desk;
pub mod event;
mod flow;
pub mod journal;
pub mod machine;
mod memory;
mod order;
mod ports;
pub mod profile;
pub mod screen;
mod screen_words;
pub mod settings;
pub mod slip;
mod spooler;

pub use event::{ChargeResult, Copy, Event, Intent, Noted, Poke, Press, Request, Trouble};
pub use machine::Terminal;
pub use profile::{PROFILES, Profile};
pub use screen::{Belief, Face, Screen};
pub use settings::{Language, Settings};

use sim::Port;

/// The serial port of the printer.
pub const PRINTER: Port = Port(0);
/// The connection to the card host: ISO 8583 frames.
pub const CARD: Port = Port(1);
/// The connection to the wallet gateway: HTTP requests out, answers in.
pub const WALLET: Port = Port(2);
/// The door for notifications: HTTP requests in, acknowledgements out.
pub const NOTIFY: Port = Port(3);
