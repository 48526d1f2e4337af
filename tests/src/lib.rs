//! What the checks of the whole stand on.
//!
//! - [`repository`]: where the project's own files are, and which they are
//! - [`rust_source`]: the shape of a Rust file: its functions, and where its tests begin
//! - [`peers`]: third-party software that reads what we write
//!
//! The checks themselves are in `tests/tests/`, one file a subject.

pub mod peers;
pub mod repository;
pub mod rust_source;
