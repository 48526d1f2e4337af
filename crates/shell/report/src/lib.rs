//! Everything of a run that becomes a file, made from a [`runner::Run`] and its [`runner::Outcome`] alone.
//!
//! | module | holds |
//! |---|---|
//! | [`snapshot`] | the accepted outcome beside a scenario, and what has changed since |
//! | [`picture`] | a slip as a picture: the paper as it is, and as it should have been |
//! | [`json`] | an outcome for programs |
//! | [`trace`] | the whole trace as text |
//! | [`folder`] | all of them in one folder |
//!
//! *Not made yet:* HTML, JUnit.

pub mod folder;
pub mod json;
pub mod picture;
pub mod snapshot;
pub mod trace;

use std::io;
use std::path::{Path, PathBuf};

/// A file that could not be written. Whoever owns the disk is to blame, never the scenario.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {}: {cause}", path.display())]
pub struct FileError {
    /// Which file or folder.
    pub path: PathBuf,
    /// What the system says.
    pub cause: io::Error,
}

impl FileError {
    /// For [`Result::map_err`]: this file could not be written.
    pub(crate) fn writing(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |cause| Self { path: path.to_owned(), cause }
    }
}
