//! What the checks of the whole stand on.
//!
//! - [`repository`]: where the project's own files are, and which they are
//! - [`rust_source`]: the shape of a Rust file: its functions, and where its tests begin
//! - [`peers`], [`script`]: third-party software that reads what we write, and talks to us
//! - [`program`]: the program itself
//!
//! The checks themselves are in `tests/tests/`, one file a subject.

pub mod peers;
pub mod program;
pub mod repository;
pub mod rust_source;
pub mod script;
