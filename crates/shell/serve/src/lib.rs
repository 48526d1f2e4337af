//! An emulated printer on real ports, in real time, for anybody's software; an emulated acquirer, in
//! [`acquirer`]; and an emulated terminal, in [`terminal`].
//!
//! The printer is the same machine as in a simulated run. Here a clock wakes it, sockets, pseudo-terminals and
//! serial ports feed it, people poke it by phrases, and what comes out of its cutter is written to a folder.
//!
//! | file | holds |
//! |---|---|
//! | [`settings`] | [`Settings`]: which printers, on which ports; the words of the command line |
//! | [`server`] | [`Server`]: opens all that, serves it, and ends in order |
//! | `device` | one printer in real time: its inputs, its replies, its events |
//! | `replies` | what a printer has said to one host and the host has not read |
//! | `network`, `turns` | TCP: one host at a time, and whose turn it is |
//! | `wire`, `flow`, `serial_line`, `pty`, `link` | pseudo-terminals and serial ports |
//! | `errand` | what a host came for: paper, or only an answer |
//! | `received` | the bytes that came, for a while |
//! | `control`, `phrase` | phrases from standard input and from the control socket |
//! | `archive`, `receipt` | the folder of receipts, written by a thread of its own |
//! | [`news`] | [`News`]: what is told to whoever runs it |
//! | [`error`] | [`ServeError`]: what keeps a port from being opened |
//!
//! Source of the facts: printer sources, sections 4.1 (flow control) and 10 (what drivers expect); "Serial practice",
//! sections 0 and 1. *Not modelled:* USB, Bluetooth, RFC 2217, SNMP; a network printer's web page.

pub mod acquirer;
mod archive;
mod clock;
mod control;
mod device;
mod errand;
pub mod error;
mod flow;
mod link;
mod network;
pub mod news;
mod phrase;
mod pty;
mod receipt;
mod received;
mod replies;
mod serial_line;
pub mod server;
pub mod settings;
pub mod terminal;
mod turns;
mod wire;

pub use error::ServeError;
pub use flow::PtyFlow;
pub use news::{News, What};
pub use server::{Controller, Server, Summary};
pub use settings::{BadSettings, PortSpec, PrinterSettings, Settings, profile};
