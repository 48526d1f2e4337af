//! ESC/POS bytes to commands and back, incrementally.
//!
//! - [`Parser`] splits the printer's normal stream into [`Command`]s, one at a time; [`HELD_MAX`] bounds what it holds.
//! - [`Snooper`] finds real-time commands as bytes arrive, whatever they stand inside.
//! - [`Writer`] is the host's side: it appends commands to a byte buffer.
//! - [`status`] has the status bytes a printer sends; [`ReplyParser`] reads them at the host.
//!
//! ```
//! use tillrig_escpos::{Align, Command, Parser, Writer};
//!
//! let mut bytes = Vec::new();
//! Writer::new(&mut bytes).align(Align::Center).text(b"Thank you").line_feed();
//!
//! let mut parser = Parser::new();
//! parser.push(&bytes);
//! assert_eq!(parser.next(), Some(Command::Align(Align::Center)));
//! assert_eq!(parser.next(), Some(Command::Text(b"Thank you")));
//! assert_eq!(parser.next(), Some(Command::LineFeed));
//! assert_eq!(parser.next(), None);
//! ```
//!
//! Source of the facts: printer sources, sections 0 to 3, 8 and 10.
//! Not modelled: other languages than ESC/POS (Star line mode, Zebra KPL), and what commands do.

#![no_std]

extern crate alloc;

mod barcode;
mod command;
mod decode;
mod frame;
mod fuzz;
mod parser;
mod realtime;
mod reply;
pub mod status;
mod writer;

pub use command::{
    Align, ColumnDensity, Command, CutMode, DrawerPin, Font, HriPosition, KanjiSize, Presenter, PrintMode,
    Qr, QrLevel, QrModel, RasterScale, Rotation, StatusKind, Symbology, Underline,
};
pub use fuzz::fuzz_parse;
pub use parser::{HELD_MAX, Parser};
pub use realtime::{Realtime, Snooper};
pub use reply::{Reply, ReplyParser};
pub use writer::Writer;
