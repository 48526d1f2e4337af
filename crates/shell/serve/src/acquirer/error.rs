//! What keeps an acquirer from being served, or ends it, and what a person can do about it.
//!
//! Told apart by who can put it right. *Not here:* what goes wrong with one connection; that is counted and logged.

use crate::ServeError;
use std::io;

/// Why an acquirer cannot be served, or not any longer.
#[derive(Debug, thiserror::Error)]
pub enum AcquirerError {
    /// A port cannot be opened.
    #[error(transparent)]
    Port(#[from] ServeError),
    /// Another process serves this folder.
    #[error("{place} is in use by another acquirer")]
    Locked {
        /// Which file.
        place: String,
    },
    /// The ledger was written by another version of this program.
    #[error("{place} is of version {found}, and this program writes version {ours}")]
    OtherVersion {
        /// Which file.
        place: String,
        /// Its version.
        found: u64,
        /// That of this program.
        ours: u64,
    },
    /// The ledger, or the file of keys, is not what was written.
    #[error("{place} is damaged, or is something else: {what}")]
    Damaged {
        /// Which file.
        place: String,
        /// What is wrong with it.
        what: String,
    },
    /// A file or folder cannot be opened, read or written.
    #[error("{place} cannot be used ({source})")]
    Disk {
        /// Which.
        place: String,
        /// What the system says.
        source: io::Error,
    },
    /// Keys or certificates cannot be made.
    #[error("keys cannot be made: {what}")]
    NoKeys {
        /// Why.
        what: String,
    },
    /// The ledger cannot be written any more. Nothing that is not in it was answered.
    #[error("the ledger cannot be written any more ({what}); {unanswered} requests were left unanswered")]
    LedgerStopped {
        /// What the disk says.
        what: String,
        /// Requests that changed something, and are not on disk.
        unanswered: u64,
    },
}

impl AcquirerError {
    /// What to do about it.
    #[must_use]
    pub const fn help(&self) -> &'static str {
        match self {
            Self::Port(error) => error.help(),
            Self::Locked { .. } => "end that program, or name another folder with --data",
            Self::OtherVersion { .. } => {
                "use the version that wrote it, or name another folder with --data; nothing was changed"
            }
            Self::Damaged { .. } => "restore it from a copy, or name another folder with --data",
            Self::Disk { .. } => {
                "check the folder's rights and the room on that disk, or name another folder with --data"
            }
            Self::NoKeys { .. } => "this is a fault of the program or of the system's source of chance",
            Self::LedgerStopped { .. } => {
                "make room on that disk and start again: everything that was answered is in the ledger"
            }
        }
    }

    /// For [`Result::map_err`]: what the system says about a file.
    pub(crate) fn disk(place: impl ToString) -> impl FnOnce(io::Error) -> Self {
        let place = place.to_string();
        move |source| Self::Disk { place, source }
    }
}
