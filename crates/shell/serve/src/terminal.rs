//! An emulated terminal on real ports, in real time: its host, its gateway, its printer and its cash register are whatever
//! the user puts there.
//!
//! The terminal is the same machine as in a simulated run. Here a clock wakes it, sockets and serial ports feed it, people
//! press its keys by plain words, and its journal is a file. What its journal calls durable is on the disk before.
//!
//! | file | holds |
//! |---|---|
//! | [`settings`] | [`Settings`]: what is plugged in where; the words of the command line |
//! | [`server`] | [`Server`]: opens all that, serves it, and ends |
//! | `hall` | the terminal, its register's session, the clock; inputs in, outputs to their ports |
//! | `journal_file` | the journal on the disk |
//! | `ends` | a socket or a serial line, for reading and writing at once |
//! | `far` | card host and gateway: one connection, or one a message |
//! | `paper` | the printer |
//! | `notices` | the door for notifications |
//! | `register` | the cash register's port |
//! | [`keys`] | plain words for what people do to a terminal |
//! | [`news`] | [`News`]: what is told to whoever runs it |
//!
//! Source of the facts: those of the terminal and of ZVT; "Serial practice", sections 0 and 1. *Not modelled:* TLS to the
//! host and the gateway, dial-up, USB, a display and a keyboard of its own.

mod ends;
mod far;
mod hall;
mod journal_file;
pub mod keys;
pub mod news;
mod notices;
mod paper;
mod register;
pub mod server;
pub mod settings;

pub use news::{News, What};
pub use server::{Server, Stopped};
pub use settings::{EcrAt, PrinterAt, Settings};
