//! A receipt printer with a mechanism inside.
//!
//! Bytes go through a receiver with a finite buffer and an interpreter into a mechanism of motor, gears,
//! platen, paper, head, blade and presenter. Status bytes, time and picture all follow from the mechanism:
//! a fault is a [`Poke`] that changes something physical, and nothing sets a status by itself.
//!
//! | file or folder | holds |
//! |---|---|
//! | `machine` | [`Printer`]: power, receive buffer, handshake, answers, drawer, panel; the [`sim::Machine`] |
//! | `compose` | commands to orders and composed items: text, codes, images, pages |
//! | `mechanism` | orders carried out, dot line by dot line: motor, gears, paper, head, blade, presenter, sensors |
//! | `paper` | what was meant, where it was heated and how dark; what it looks like, and whether it can be read |
//! | `bench`, `fuzz` | the interpreter alone, for benches; what a fuzzer runs |
//! | `status` | status bytes |
//! | `profile`, `geometry`, `poke`, `event`, `units` | the interface |
//! | [`words`] | pokes as phrases, and faults by name |
//!
//! Whatever a host sends, the memory behind a printer has these bounds, in KiB; reserved room may be twice as much:
//!
//! | what | most | kept by |
//! |---|---|---|
//! | bytes not yet taken | 4 | the receive buffer's handshake, where there is one |
//! | one command that has not all come | 768 | the parser |
//! | a line: 512 runs, dots, words | 64 + 200 | `compose::line` |
//! | a page: 4,800 rows, words in 8,192 places | 338 + 640 | `compose::page`, `compose::sheet` |
//! | images: graphics buffer, NV and download memory by key and by number | 768 + 2 × 256 + 2 × 12 | `compose::graphics` |
//! | users' characters | 12 | `compose::user_characters` |
//! | data of matrix codes: six stores of 64, and the last QR code | 384 + 70 | `compose::symbols` |
//! | a macro, the user's memory, settings | 2 + 1 + 1 | `machine` |
//! | what is on an uncut strip: the oldest is forgotten | 4,096 | `paper::content` |
//! | where its dot lines were heated: likewise | 5,120 | `paper::burn` |
//!
//! That is 13 MiB, or 26 with room reserved; [`Printer::footprint_bytes`] counts it. A receipt takes some 4 KiB of it.
//!
//! Source of the facts: printer sources, by section in each file. *Not modelled:* as each file says.

mod bench;
mod compose;
mod event;
#[doc(hidden)]
pub mod fuzz;
mod geometry;
mod machine;
mod mechanism;
mod paper;
mod poke;
mod profile;
mod status;
mod units;
pub mod words;

#[doc(hidden)]
pub use bench::InterpreterAlone;
pub use event::{Event, Lamp, Lamps, OfflineReason, PieceId, Place};
pub use geometry::Geometry;
pub use machine::{DATA, FLOW, GARBLED, LINES, Printer};
pub use paper::bitmap::Bitmap;
pub use paper::picture::Picture;
pub use paper::piece::{Code, Line, Piece, ReadLine, Reading};
pub use poke::{GearName, Poke, Roll, Sensor, Wire};
pub use profile::{
    BUILT_IN, CodePage, Cutter, DESK_80, DESK_80_180, DrawerPort, ExitSensor, Family, FontC, Garbled, Habits,
    Handshake, Head, Identity, Interface, KIOSK_80, Motor, Outlet, Profile, ReceiveBuffer, ReverseFeed,
    RollHolder, SLIP_58, Sensors, Supply, Train, TypeFace,
};
pub use units::{Micrometres, Permille};
