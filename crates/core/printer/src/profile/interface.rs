//! The line to the host: buffer, handshake, when the printer is busy, what it makes of garbled bytes; and the drawer's
//! connector.
//!
//! Facts: printer sources, section 4.1. *Not modelled:* line rates and data formats, which belong to the link.

use escpos::DrawerPin;

/// How a printer is joined to its host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interface {
    /// Where bytes wait.
    pub buffer: ReceiveBuffer,
    /// How the printer says that it takes no more.
    pub handshake: Handshake,
    /// Whether it is busy when it is offline, not only when its buffer is full.
    pub busy_when_offline: bool,
    /// What becomes of a byte with a parity or framing error.
    pub garbled: Garbled,
}

impl Interface {
    /// A serial port with XON and XOFF, as terminals use it.
    pub const XON_XOFF: Self = Self {
        buffer: ReceiveBuffer::LARGE,
        handshake: Handshake::XonXoff,
        busy_when_offline: true,
        garbled: Garbled::QuestionMark,
    };
    /// A serial port with its modem lines, as counter printers leave the factory.
    pub const DTR_DSR: Self = Self { handshake: Handshake::DtrDsr, ..Self::XON_XOFF };
    /// USB or a network: the transport holds the host back.
    pub const TRANSPORT: Self = Self { handshake: Handshake::Transport, ..Self::XON_XOFF };
}

/// The receive buffer. Units: bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReceiveBuffer {
    /// Its size.
    pub bytes: usize,
    /// Full when no more than so many are free.
    pub full_at_free: usize,
    /// No longer full when at least so many are free.
    pub released_at_free: usize,
}

impl ReceiveBuffer {
    /// 4 KB.
    pub const LARGE: Self = Self { bytes: 4096, full_at_free: 128, released_at_free: 256 };
    /// 45 bytes.
    pub const SMALL: Self = Self { bytes: 45, full_at_free: 16, released_at_free: 26 };
}

/// How a printer says that it takes no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handshake {
    /// With the bytes XON and XOFF; DTR says only that the printer lives.
    XonXoff,
    /// With DTR; answers in the stream wait for DSR.
    DtrDsr,
    /// Not at all: who carries the bytes asks [`crate::LINES`].
    Transport,
}

/// What becomes of a byte that came with a parity or framing error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Garbled {
    /// It is dropped.
    Ignored,
    /// `?` stands in its place.
    QuestionMark,
}

/// The connector of a cash drawer, and the drawer that is sold with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DrawerPort {
    /// The pin that drives the drawer's solenoid; a pulse on the other one opens nothing.
    pub wired: DrawerPin,
    /// The level of pin 3 while the drawer is shut. With nothing plugged in, the pin is pulled high.
    pub high_when_closed: bool,
}
