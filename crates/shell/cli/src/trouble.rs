//! What keeps a verb from doing its work: whose fault it is, and what to do about it.

use crate::exit::Exit;
use crate::output;
use report::FileError;
use scenario::Diagnostics;
use std::io::{self, ErrorKind};

/// Why a verb could not do its work.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// The command line, or a file that it names, is not right.
    BadInput { what: String, help: Option<String> },
    /// Files that were read and found wrong, and files that could not be read.
    BadFiles { wrong: Vec<Diagnostics>, unreadable: Vec<String> },
    /// Output that cannot be written, or a port or rig that does not work.
    Outside { what: String, help: Option<String> },
    /// Whoever read our output has had enough, as `head` does.
    ReaderGone,
}

impl Trouble {
    /// The command line is not right.
    pub(crate) fn bad_input(what: impl Into<String>, help: impl Into<String>) -> Self {
        Self::BadInput { what: what.into(), help: Some(help.into()) }
    }

    /// How the program ends because of it.
    pub(crate) const fn exit(&self) -> Exit {
        match self {
            Self::BadInput { .. } | Self::BadFiles { .. } => Exit::BadInput,
            Self::Outside { .. } => Exit::Trouble,
            Self::ReaderGone => Exit::AsExpected,
        }
    }

    /// Says it on stderr.
    pub(crate) fn say(&self) {
        match self {
            Self::BadInput { what, help } | Self::Outside { what, help } => {
                output::error(what);
                help.iter().for_each(output::help);
            }
            Self::BadFiles { wrong, unreadable } => {
                for diagnostics in wrong {
                    output::say(&format!("{}\n", diagnostics.render(true)));
                }
                unreadable.iter().for_each(output::error);
            }
            Self::ReaderGone => {}
        }
    }
}

impl From<FileError> for Trouble {
    fn from(error: FileError) -> Self {
        let help = match error.cause.kind() {
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
                "give yourself write permission there, or choose another folder"
            }
            ErrorKind::StorageFull => "make room on that disk",
            ErrorKind::NotADirectory | ErrorKind::IsADirectory | ErrorKind::AlreadyExists => {
                "something else has that name, or one above it: move it away, or choose another folder"
            }
            _ => "choose another folder",
        };
        Self::Outside { what: error.to_string(), help: Some(help.to_owned()) }
    }
}

/// Writing data to stdout failed.
impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            ErrorKind::BrokenPipe => Self::ReaderGone,
            _ => Self::Outside { what: format!("cannot write to stdout: {error}"), help: None },
        }
    }
}
