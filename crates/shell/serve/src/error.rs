//! What keeps a port or a folder from being opened, and what a person can do about it.
//!
//! Told apart by who can put it right. *Not here:* what goes wrong while serving; that is news, and serving goes on.

use std::io;

/// Why serving cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Somebody else holds it.
    #[error("{place} is in use by another program")]
    InUse {
        /// What.
        place: String,
    },
    /// This user may not.
    #[error("this user may not open {place} ({source})")]
    Denied {
        /// What.
        place: String,
        /// What the system says.
        source: io::Error,
    },
    /// Something that is not ours has the name.
    #[error("{place} is there already, and is not ours to replace")]
    Foreign {
        /// What.
        place: String,
    },
    /// It cannot be opened, for another reason.
    #[error("{place} cannot be opened ({source})")]
    NotOpened {
        /// What.
        place: String,
        /// What the system says.
        source: io::Error,
    },
    /// Nothing can be written there.
    #[error("the folder {place} cannot be made ({source})")]
    NoFolder {
        /// Where.
        place: String,
        /// What the system says.
        source: io::Error,
    },
    /// The port does not do what was asked of it.
    #[error("{place} cannot be set to {wanted}")]
    NotSet {
        /// What.
        place: String,
        /// What was asked.
        wanted: String,
    },
}

impl ServeError {
    /// For [`Result::map_err`]: sorts what the system says about opening something.
    pub(crate) fn opening(place: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let place = place.into();
        move |source| match source.kind() {
            io::ErrorKind::AddrInUse | io::ErrorKind::ResourceBusy => Self::InUse { place },
            io::ErrorKind::PermissionDenied => Self::Denied { place, source },
            _ => Self::NotOpened { place, source },
        }
    }

    /// What to do about it.
    #[must_use]
    pub const fn help(&self) -> &'static str {
        match self {
            Self::InUse { .. } => "end that program, or name another one; TCP port 0 takes any free port",
            Self::Denied { .. } => {
                "give yourself the right to it (for a serial port, membership of the group that owns it), or name \
                 another one; a TCP port below 1024 needs special rights"
            }
            Self::Foreign { .. } => "move it away, or name another path",
            Self::NotOpened { .. } => "check that this machine has it, or name another one",
            Self::NoFolder { .. } => "choose another folder with --out",
            Self::NotSet { .. } => {
                "the adapter or pseudo-terminal does not do that; leave it out, as in /dev/ttyUSB0:9600"
            }
        }
    }
}
