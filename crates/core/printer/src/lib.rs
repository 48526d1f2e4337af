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
