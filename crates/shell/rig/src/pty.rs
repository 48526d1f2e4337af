//! A serial cable out of a pseudo-terminal: the printer holds the master, the terminal opens the slave's path as it
//! would open a serial port.
//!
//! Bits per second. Source: "Serial practice", section 1.2: a fresh pseudo-terminal echoes and edits, so its slave
//! is made raw first; without a slave that stays open the master reads errors; flow control by XON and XOFF must
//! stay with the devices, so the line has none. *Not modelled by it:* the line rate, parity, frame errors, modem
//! lines; the rate is paced by the session's lane.

use crate::error::RigError;
use crate::wiring::{End, READ_WAIT};
use core::time::Duration;
use runner::device::{PRINTS, REPLIES};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};
use serialport::{DataBits, FlowControl, Parity, SerialPort, StopBits};
use std::fs::File;
use std::io::{Error, ErrorKind, Read, Result};
use std::os::fd::OwnedFd;

/// How long a write may find no room before the far end counts as gone.
const WRITE_WAIT: Duration = Duration::from_secs(5);

/// Both ends of a fresh printer cable, at this line rate, 8N1.
pub(crate) fn printer_cable(baud_bps: u32) -> core::result::Result<[End; 2], RigError> {
    let no_pty = |source| RigError::NoPty { source };
    let (master, path) = master().map_err(no_pty)?;
    let slave = raw_slave(&path).map_err(no_pty)?;
    let reader = Master { master: master.try_clone().map_err(no_pty)?, _slave: slave };
    let printer = End {
        place: format!("the master of {path}"),
        writes: REPLIES,
        reads: PRINTS,
        writer: Box::new(master),
        reader: Box::new(reader),
    };
    Ok([terminal_end(path, baud_bps)?, printer])
}

/// Opens the port as a terminal's host does, for itself alone.
fn terminal_end(path: String, baud_bps: u32) -> core::result::Result<End, RigError> {
    let refused = |error: serialport::Error| match error.kind {
        // The path exists, for its slave is open already: so this is the crate's word for a lock that is held.
        serialport::ErrorKind::NoDevice => RigError::InUse { place: path.clone() },
        _ => RigError::opening(&path, error.into()),
    };
    let writer = serialport::new(&path, baud_bps)
        .data_bits(DataBits::Eight)
        .parity(Parity::None)
        .stop_bits(StopBits::One)
        .flow_control(FlowControl::None)
        .timeout(WRITE_WAIT)
        .open_native()
        .map_err(refused)?;
    let mut reader = writer.try_clone_native().map_err(refused)?;
    reader.set_timeout(READ_WAIT).map_err(refused)?;
    Ok(End {
        place: path,
        writes: PRINTS,
        reads: REPLIES,
        writer: Box::new(writer),
        reader: Box::new(reader),
    })
}

fn master() -> Result<(File, String)> {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
    grantpt(&master)?;
    unlockpt(&master)?;
    let path = ptsname(&master, Vec::new())?;
    let path = path.into_string().map_err(|error| Error::new(ErrorKind::InvalidData, error))?;
    Ok((File::from(master), path))
}

fn raw_slave(path: &str) -> Result<OwnedFd> {
    let slave = rustix::fs::open(path, OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty())?;
    let mut line = tcgetattr(&slave)?;
    line.make_raw();
    tcsetattr(&slave, OptionalActions::Now, &line)?;
    Ok(slave)
}

/// A master to read from, with a bound on how long a read waits.
struct Master {
    master: File,
    /// Held open so that the master does not read errors whenever the terminal has no port open.
    _slave: OwnedFd,
}

impl Read for Master {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let wait =
            Timespec::try_from(READ_WAIT).map_err(|error| Error::new(ErrorKind::InvalidInput, error))?;
        let mut ready = [PollFd::new(&self.master, PollFlags::IN)];
        if poll(&mut ready, Some(&wait))? == 0 {
            return Err(ErrorKind::TimedOut.into());
        }
        self.master.read(buffer)
    }
}

#[cfg(test)]
mod tests {
    use super::printer_cable;
    use crate::error::RigError;
    use crate::wiring::{Clock, Wiring};
    use runner::device::{PRINTS, REPLIES};
    use sim::LaneId;

    fn every_byte_value() -> Vec<u8> {
        (0..=u8::MAX).chain((0..=u8::MAX).rev()).collect()
    }

    fn carried(wiring: &mut Wiring, wanted: LaneId, bytes: &[u8]) -> Vec<u8> {
        wiring.send(wanted, bytes).unwrap();
        let mut came = Vec::new();
        while came.len() < bytes.len() {
            let arrival = wiring.wait(core::time::Duration::from_secs(20)).unwrap().expect("bytes come out");
            assert_eq!(arrival.lane, wanted);
            came.extend(arrival.bytes);
        }
        came
    }

    #[test]
    fn a_cable_carries_every_byte_value_unchanged_both_ways() {
        let ends = printer_cable(115_200).unwrap();
        let mut wiring = Wiring::start(ends.into(), Clock::start()).unwrap();
        for lane in [PRINTS, REPLIES] {
            assert_eq!(carried(&mut wiring, lane, &every_byte_value()), every_byte_value());
        }
        assert!(!wiring.in_flight());
    }

    #[test]
    fn a_second_terminal_cannot_open_the_port() {
        let [terminal, _printer] = printer_cable(9600).unwrap();
        let second = super::terminal_end(terminal.place.clone(), 9600);
        assert!(
            matches!(second.map(|end| end.place), Err(RigError::InUse { place }) if place == terminal.place)
        );
    }
}
