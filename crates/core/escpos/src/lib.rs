//! ESC/POS bytes to commands and back, incrementally.
//!
//! - [`Parser`] splits the printer's normal stream into [`Command`]s, one at a time; [`HELD_MAX`] bounds what it holds,
//!   and a [`Dialect`] says which commands there are beyond the baseline.
//! - [`COMMANDS`] is the catalogue of all commands, with an example of each.
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
mod bytes;
mod catalogue;
mod command;
mod decode;
mod device;
mod dialect;
mod frame;
mod fuzz;
mod graphics;
mod parser;
mod presenter;
mod realtime;
mod reply;
mod scan;
mod setting;
pub mod status;
mod symbol;
mod text;
mod writer;

pub use catalogue::{COMMANDS, CommandRow, Tier};
pub use command::Command;
pub use device::{CutMode, Direction, DrawerPin, StatusKind};
pub use dialect::{Dialect, Multibyte};
pub use fuzz::{fuzz_dialect, fuzz_parse};
pub use graphics::{
    Bitmap, ColumnDensity, Drawing, Graphics, KeyedGraphics, KeyedImage, LineStyle, NvImage, NvImages,
    RasterScale, StoredImage,
};
pub use parser::{HELD_MAX, Parser, SLICE_MAX};
pub use presenter::Presenter;
pub use realtime::{Realtime, Snooper};
pub use reply::{Reply, ReplyParser};
pub use setting::{HeadControl, Label, Logo, SerialCounter, StoredSettings, UserRecord};
pub use symbol::{
    Aztec, Composite, DataMatrix, Gs1DataBar2d, HriPosition, MaxiCode, Pdf417, Qr, QrLevel, QrModel,
    Symbology,
};
pub use text::{
    Align, Coloring, Encoding, Font, KanjiSize, PrintMode, Rotation, Underline, UserCharacter, UserCharacters,
};
pub use writer::Writer;
