//! A printer on a wire: the near end of a pseudo-terminal, or a serial port.
//!
//! Rates in bits per second, ten bits a byte. A serial port sets its own pace. A pseudo-terminal has none, so its bytes
//! are read at the rate that the client has set, in bursts of two milliseconds. Who is read when, says [`Reading`]: a
//! host whose system obeys the printer is not read while it says stop, for what that system still holds would not have
//! been sent yet. *Not modelled:* parity and framing errors, the wires for flow control on a pseudo-terminal; a
//! serial adapter that comes back after it was unplugged.
//! Source: printer sources, section 4.1; "Serial practice", sections 0 and 1.

use crate::device::{Device, Kind, Port};
use crate::error::ServeError;
use crate::flow::{HearsStop, PtyFlow};
use crate::link::Link;
use crate::pty;
use crate::serial_line::{Flow, Parity, SerialLine};
use rustix::fs::{Mode, OFlags};
use rustix::termios::{ControlModes, InputModes, OptionalActions, tcgetattr, tcsetattr};
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::time::Instant;

/// How long a burst takes on the wire.
const BURST: Duration = Duration::from_millis(2);
/// A reader that is later than this does not try to make up for it.
const LATE: Duration = Duration::from_millis(20);

/// A wire that has been opened.
#[derive(Debug)]
pub(crate) struct Wire {
    near: OwnedFd,
    kind: WireKind,
    /// What a client opens, or what the serial port is called.
    pub(crate) place: String,
}

#[derive(Debug)]
pub(crate) enum WireKind {
    Pty { flow: PtyFlow, _far: OwnedFd, _link: Link },
    Serial(Flow),
}

impl Wire {
    /// A pseudo-terminal with this link to it.
    pub(crate) fn pty(link: &Path, flow: PtyFlow) -> Result<Self, ServeError> {
        let pty = pty::open().map_err(ServeError::opening("a pseudo-terminal"))?;
        let made = Link::make(link, &pty.path)?;
        let place = link.display().to_string();
        Ok(Self { near: pty.near, kind: WireKind::Pty { flow, _far: pty.far, _link: made }, place })
    }

    /// A serial port, for us alone.
    pub(crate) fn serial(line: &SerialLine) -> Result<Self, ServeError> {
        let opening = || ServeError::opening(format!("the serial port {}", line.path.display()));
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let near =
            rustix::fs::open(&line.path, flags, Mode::empty()).map_err(|error| opening()(error.into()))?;
        rustix::termios::ioctl_tiocexcl(&near).map_err(|error| opening()(error.into()))?;
        let set = set(&near, line).map_err(|error| opening()(error.into()))?;
        if !set {
            let place = format!("the serial port {}", line.path.display());
            return Err(ServeError::NotSet { place, wanted: line.to_string() });
        }
        Ok(Self { near, kind: WireKind::Serial(line.flow), place: line.to_string() })
    }

    /// `pty` or `serial`.
    pub(crate) const fn kind(&self) -> &'static str {
        match self.kind {
            WireKind::Pty { .. } => "pty",
            WireKind::Serial(_) => "serial",
        }
    }

    /// The near end, for whoever carries its bytes without a printer. What a client opens is there as long as the other
    /// part lives.
    pub(crate) fn take_apart(self) -> io::Result<(AsyncFd<OwnedFd>, WireKind)> {
        Ok((register(self.near)?, self.kind))
    }

    /// Has the system hold back what is written while the other side says stop by 13h.
    pub(crate) fn obeys_stop(self) -> Result<Self, ServeError> {
        let set = |near: &OwnedFd| {
            let mut line = tcgetattr(near)?;
            line.input_modes.insert(InputModes::IXON);
            tcsetattr(near, OptionalActions::Now, &line)
        };
        match set(&self.near) {
            Ok(()) => Ok(self),
            Err(_) => Err(ServeError::NotSet { place: self.place, wanted: "flow=xon-xoff".to_owned() }),
        }
    }

    /// Carries bytes both ways until the wire breaks; says why it did.
    pub(crate) async fn carry(self, device: &Device) -> io::Error {
        let near = match register(self.near) {
            Ok(near) => Rc::new(near),
            Err(error) => return error,
        };
        let port = device.plug_in(Kind::Wire(self.kind.hears_stop(&near)));
        let broke = tokio::select! {
            error = read(device, &port, &near, &self.kind) => error,
            error = write(device, &port, &near) => error,
        };
        device.pull_out(&port);
        broke
    }
}

impl WireKind {
    fn hears_stop(&self, near: &Rc<AsyncFd<OwnedFd>>) -> HearsStop {
        match self {
            Self::Pty { flow: PtyFlow::Auto, .. } => HearsStop::IfAsked(Rc::clone(near)),
            Self::Pty { flow: PtyFlow::XonXoff, .. } | Self::Serial(Flow::XonXoff) => HearsStop::Always,
            Self::Pty { .. } | Self::Serial(_) => HearsStop::Never,
        }
    }

    /// How to read on: at this rate, 0 where the wire itself sets the pace, and when.
    fn reading(&self, near: &AsyncFd<OwnedFd>) -> (u32, Reading) {
        match self {
            Self::Pty { flow, .. } => {
                let chosen = pty::chosen(near);
                let reading = match (flow, chosen.obeys_xoff) {
                    (PtyFlow::DtrDsr, _) | (PtyFlow::Auto | PtyFlow::XonXoff, true) => Reading::WhileGoing,
                    (PtyFlow::XonXoff, false) => Reading::Always,
                    (PtyFlow::Auto | PtyFlow::Never, _) => Reading::WhileRoom,
                };
                (chosen.baud_bps, reading)
            }
            Self::Serial(Flow::RtsCts) => (0, Reading::WhileGoing),
            Self::Serial(_) => (0, Reading::Always),
        }
    }
}

/// When a wire is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    /// Whatever the printer says; what finds no room is lost, as on a real wire.
    Always,
    /// While it does not say stop; the host's system would not have sent more.
    WhileGoing,
    /// While its buffer has a free byte, also offline.
    WhileRoom,
}

impl Reading {
    /// Waits until it may be; for so many bytes.
    async fn may(self, device: &Device) -> usize {
        match self {
            Self::Always => usize::MAX,
            Self::WhileGoing => {
                device.until_going().await;
                usize::MAX
            }
            Self::WhileRoom => device.until_room_or_deaf().await,
        }
    }
}

#[expect(
    deprecated,
    reason = "its replacement is unsafe for what borrows its descriptor; ours is owned, and is given away"
)]
fn register(near: OwnedFd) -> io::Result<AsyncFd<OwnedFd>> {
    AsyncFd::new(near)
}

/// Sets a serial port, and reads back whether it did what it was told.
fn set(near: &OwnedFd, line: &SerialLine) -> rustix::io::Result<bool> {
    let mut wanted = tcgetattr(near)?;
    wanted.make_raw();
    wanted.set_speed(line.baud_bps)?;
    let switch = |modes: &mut ControlModes, which, on| modes.set(which, on);
    let modes = &mut wanted.control_modes;
    switch(modes, ControlModes::CREAD | ControlModes::CLOCAL, true);
    modes.remove(ControlModes::CSIZE);
    switch(modes, if line.data_bits == 7 { ControlModes::CS7 } else { ControlModes::CS8 }, true);
    switch(modes, ControlModes::PARENB, line.parity != Parity::None);
    switch(modes, ControlModes::PARODD, line.parity == Parity::Odd);
    switch(modes, ControlModes::CSTOPB, line.stop_bits == 2);
    switch(modes, ControlModes::CRTSCTS, line.flow == Flow::RtsCts);
    // The printer says stop by itself; a host's XOFF has no meaning to it.
    wanted.input_modes.remove(InputModes::IXON | InputModes::IXOFF);
    tcsetattr(near, OptionalActions::Now, &wanted)?;
    let is = tcgetattr(near)?;
    let frame = ControlModes::CSIZE | ControlModes::PARENB | ControlModes::PARODD | ControlModes::CSTOPB;
    Ok(is.control_modes & frame == wanted.control_modes & frame && is.output_speed() == line.baud_bps)
}

/// Feeds the printer from the wire until it breaks.
async fn read(device: &Device, port: &Port, near: &AsyncFd<OwnedFd>, kind: &WireKind) -> io::Error {
    let mut buffer = [0; 4096];
    let mut next = Instant::now();
    loop {
        let (baud_bps, reading) = kind.reading(near);
        let most = reading.may(device).await.min(burst(baud_bps));
        let room = buffer.get_mut(..most).unwrap_or_default();
        let read = near.async_io(Interest::READABLE, |near| Ok(rustix::io::read(near, &mut *room)?)).await;
        let count = match read {
            Ok(0) => return io::ErrorKind::UnexpectedEof.into(),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return error,
        };
        device.receive(port, room.get(..count).unwrap_or_default());
        if baud_bps > 0 {
            next = next.max(Instant::now() - LATE) + time_of(count, baud_bps);
            tokio::time::sleep_until(next).await;
        }
    }
}

/// Bytes that pass in one burst; all there are where the wire itself sets the pace.
fn burst(baud_bps: u32) -> usize {
    if baud_bps == 0 {
        return 4096;
    }
    let bytes = u128::from(baud_bps) * BURST.as_micros() / 10_000_000;
    usize::try_from(bytes).unwrap_or(4096).clamp(1, 4096)
}

/// How long so many bytes take on the wire.
fn time_of(bytes: usize, baud_bps: u32) -> Duration {
    Duration::from_nanos(bytes as u64 * 10_000_000_000 / u64::from(baud_bps.max(1)))
}

/// Says on the wire what the printer says, until it breaks.
async fn write(device: &Device, port: &Port, near: &AsyncFd<OwnedFd>) -> io::Error {
    loop {
        let chunk = port.replies.next_chunk().await;
        if !device.is_plugged() {
            continue;
        }
        let mut rest = chunk.as_slice();
        while !rest.is_empty() {
            match near.async_io(Interest::WRITABLE, |near| Ok(rustix::io::write(near, rest)?)).await {
                Ok(count) => rest = rest.get(count..).unwrap_or_default(),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return error,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{burst, time_of};
    use std::time::Duration;

    #[test]
    fn a_byte_takes_ten_bits_of_the_rate() {
        // 9600 bits a second are 960 bytes a second.
        assert_eq!(time_of(960, 9600), Duration::from_secs(1));
        assert_eq!((burst(9600), burst(115_200), burst(300), burst(0)), (1, 23, 1, 4096));
    }
}
