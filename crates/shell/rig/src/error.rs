//! What goes wrong at a bench, in words that tell a person what to do about it.
//!
//! Told apart by who can put it right: somebody else holds the port, somebody has to give a right, somebody has
//! plugged something out. *Not here:* what goes wrong with a payment; that is an outcome.

use core::fmt;
use core::time::Duration;
use runner::device::lane_name;
use sim::LaneId;
use std::io::{Error, ErrorKind};

/// Why a rig cannot be opened, or a live run cannot go on.
#[derive(Debug)]
pub enum RigError {
    /// Somebody else holds this address or port.
    InUse {
        /// Which.
        place: String,
    },
    /// This user may not open it.
    Denied {
        /// What.
        place: String,
    },
    /// This machine gives no pseudo-terminal.
    NoPty {
        /// What the system says.
        source: Error,
    },
    /// It cannot be opened, for another reason.
    NotOpened {
        /// What.
        place: String,
        /// What the system says.
        source: Error,
    },
    /// It was there, and is gone or takes no bytes any more.
    Vanished {
        /// What.
        place: String,
        /// What it carried.
        lane: LaneId,
        /// What the system says.
        source: Error,
    },
    /// Bytes went into a cable and did not come out of its other end.
    Swallowed {
        /// Where they went in.
        place: String,
        /// What they belong to.
        lane: LaneId,
        /// How many are missing.
        missing_bytes: u64,
        /// How long they were waited for.
        waited: Duration,
    },
    /// A device sends into a lane that no port carries.
    NoPort {
        /// Which.
        lane: LaneId,
    },
    /// This machine gives no further thread to read a port with.
    NoThread {
        /// What the system says.
        source: Error,
    },
}

impl RigError {
    /// Sorts what the system says about opening something.
    pub(crate) fn opening(place: &str, source: Error) -> Self {
        let place = place.to_owned();
        match source.kind() {
            ErrorKind::AddrInUse | ErrorKind::ResourceBusy => Self::InUse { place },
            ErrorKind::PermissionDenied => Self::Denied { place },
            _ => Self::NotOpened { place, source },
        }
    }
}

impl fmt::Display for RigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InUse { place } => write!(
                f,
                "{place} is in use by another program; end that program, or name another port in the rig file \
                 (port 0 takes any free one)"
            ),
            Self::Denied { place } => write!(
                f,
                "this user may not open {place}; give the user the right to it, or name a port above 1023 in \
                 the rig file"
            ),
            Self::NoPty { source } => write!(
                f,
                "this machine gives no pseudo-terminal ({source}); a mounted /dev/pts and a free one below \
                 /proc/sys/kernel/pty/max are needed, or `links: {{ printer: memory }}` in the rig file"
            ),
            Self::NotOpened { place, source } => write!(
                f,
                "{place} cannot be opened ({source}); check that the rig file names what this machine has"
            ),
            Self::Vanished { place, lane, source } => write!(
                f,
                "{place} broke while it carried {} ({source}); it has to stay connected for the whole run: \
                 check what closed it, then run again",
                lane_name(*lane)
            ),
            Self::Swallowed { place, lane, missing_bytes, waited } => write!(
                f,
                "{missing_bytes} bytes of {} went into {place} and did not come out within {waited:?}; check \
                 that no other program reads from it, then run again",
                lane_name(*lane)
            ),
            Self::NoPort { lane } => write!(
                f,
                "{} has no port; the rig file has to say how these two devices are joined",
                lane_name(*lane)
            ),
            Self::NoThread { source } => write!(
                f,
                "this machine gives no thread to read a port with ({source}); end other programs, or raise \
                 the limit on threads"
            ),
        }
    }
}

impl core::error::Error for RigError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::NoPty { source }
            | Self::NotOpened { source, .. }
            | Self::Vanished { source, .. }
            | Self::NoThread { source } => Some(source),
            Self::InUse { .. } | Self::Denied { .. } | Self::Swallowed { .. } | Self::NoPort { .. } => None,
        }
    }
}
