//! A pseudo-terminal that looks like the serial port of a printer.
//!
//! Source: "Serial practice", sections 0 and 1.2: a fresh pseudo-terminal echoes and edits, so its far end is made raw
//! first, and kept open so that the near end does not read errors as clients come and go; the rate and the flow
//! control that a client has set can be read from the near end. The far end begins as a printer's port is usually
//! set, 115200 8N1 with XON and XOFF, so that plain `cat` obeys the printer. *Not modelled by it:* parity, frame
//! errors, modem lines.

use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{InputModes, OptionalActions, tcgetattr, tcsetattr};
use std::io::{Error, ErrorKind, Result};
use std::os::fd::{AsFd, OwnedFd};
use std::path::PathBuf;

/// Bits per second, until a client says otherwise.
const USUAL_BAUD_BPS: u32 = 115_200;

/// Both ends of a fresh pseudo-terminal.
#[derive(Debug)]
pub(crate) struct Pty {
    /// The printer's end.
    pub(crate) near: OwnedFd,
    /// Held open; see the head of the file.
    pub(crate) far: OwnedFd,
    /// What a client opens.
    pub(crate) path: PathBuf,
}

/// What a client has set at its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chosen {
    /// Bits per second; 0 is "hang up".
    pub(crate) baud_bps: u32,
    /// Whether its system stops sending at 13h.
    pub(crate) obeys_xoff: bool,
}

pub(crate) fn open() -> Result<Pty> {
    let near = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
    grantpt(&near)?;
    unlockpt(&near)?;
    let path = ptsname(&near, Vec::new())?;
    let path = path.into_string().map_err(|error| Error::new(ErrorKind::InvalidData, error))?;
    rustix::io::ioctl_fionbio(&near, true)?;
    Ok(Pty { near, far: far_end(&path)?, path: PathBuf::from(path) })
}

fn far_end(path: &str) -> Result<OwnedFd> {
    let far = rustix::fs::open(path, OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty())?;
    let mut line = tcgetattr(&far)?;
    line.make_raw();
    line.input_modes |= InputModes::IXON;
    line.set_speed(USUAL_BAUD_BPS)?;
    tcsetattr(&far, OptionalActions::Now, &line)?;
    Ok(far)
}

/// What the client has set by now.
pub(crate) fn chosen(near: impl AsFd) -> Chosen {
    match tcgetattr(near) {
        Ok(line) => {
            Chosen { baud_bps: line.output_speed(), obeys_xoff: line.input_modes.contains(InputModes::IXON) }
        }
        Err(_) => Chosen { baud_bps: USUAL_BAUD_BPS, obeys_xoff: false },
    }
}
