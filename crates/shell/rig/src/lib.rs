//! The live testbed, captures and replay: the only code that owns ports, threads and a clock.
//!
//! A live run is the same [`runner::Session`] as a virtual one. The session says when the next thing is due; the
//! testbed waits for that moment or for bytes of a real port. What ports received, and when, is all that
//! chance decides, so it is written down: a [`Capture`]. [`replay()`] feeds one to a virtual run and gets an
//! equal trace.
//!
//! | module | holds |
//! |---|---|
//! | [`mod@bench`] | [`Bench`], a rig made ready, and [`LiveRun`], what a run on it gives |
//! | `testbed` | the testbed that waits |
//! | `wiring` | the external lanes: a writer each, a reading thread each, and what is in flight |
//! | `pty`, `tcp` | the two kinds of cable |
//! | [`capture`] | [`Capture`]; `capture_text` reads and writes it |
//! | [`replay`](mod@replay) | a virtual run on captured arrivals |
//! | [`error`] | [`RigError`]: what a person at the bench can do something about |
//!
//! Source: "One world, two drivers" and "Scenario and rig files" of the design; the facts on pseudo-terminals in
//! "Serial practice", sections 0 and 1. *Not modelled yet:* real and spied-on devices, RFC 2217, USB identities.

pub mod bench;
pub mod capture;
mod capture_text;
pub mod error;
mod pty;
pub mod replay;
mod tcp;
mod testbed;
mod wiring;

pub use bench::{Bench, LiveRun};
pub use capture::Capture;
pub use capture_text::{CaptureError, Complaint};
pub use error::RigError;
pub use replay::{ReplayError, replay};
