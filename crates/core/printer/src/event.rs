//! What a printer reports into the trace.
//!
//! An event says what happened to the device and its paper; what the host can know of it travels as bytes.
//! *Not modelled:* sounds.

use crate::Piece;
use core::fmt;
use escpos::DrawerPin;
use std::sync::Arc;

/// Which piece of paper, counted from the printer's first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PieceId(pub u32);

impl fmt::Display for PieceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// The supply is gone.
    PowerLost,
    /// Started up, whether or not it can go online.
    Ready,
    /// Stopped taking orders.
    Offline {
        /// Why.
        cause: OfflineReason,
    },
    /// Takes orders again.
    Online,
    /// The roll is nearly used up.
    PaperNearEnd,
    /// The end of the paper has passed the sensor.
    PaperEnd,
    /// The first dot line of a piece.
    Printing {
        /// Which.
        piece: PieceId,
    },
    /// The blade has gone through.
    Cut {
        /// What came off.
        piece: PieceId,
    },
    /// The presenter has moved it out.
    Presented {
        /// Which.
        piece: PieceId,
    },
    /// The presenter has pulled it back; it is in the bin.
    Retracted {
        /// It.
        piece: Arc<Piece>,
    },
    /// A customer can reach it now.
    Offered {
        /// Which.
        piece: PieceId,
    },
    /// The customer has it.
    Taken {
        /// It.
        piece: Arc<Piece>,
    },
    /// Torn out by the operator, who loaded paper or cleared a jam.
    Removed {
        /// It.
        piece: Arc<Piece>,
    },
    /// What the operator saw.
    Found {
        /// It.
        piece: Arc<Piece>,
        /// Where.
        place: Place,
    },
    /// Bytes came while the receive buffer had no room.
    BytesLost {
        /// How many.
        count: u32,
    },
    /// Starts anew by itself, by a command or the reset line.
    Restarting,
    /// What the lamps show has changed.
    LampsChanged {
        /// Now.
        lamps: Lamps,
    },
    /// The drawer's connector was driven.
    Pulse {
        /// On this pin.
        pin: DrawerPin,
    },
    /// A pulse that came too soon after the one before was not driven.
    PulseRefused {
        /// On this pin.
        pin: DrawerPin,
    },
    /// The cash drawer has sprung open.
    DrawerOpened {
        /// The pin that its solenoid is wired to.
        pin: DrawerPin,
    },
    /// The head is too hot to go on.
    HeadHot,
    /// The head has cooled down enough.
    HeadCool,
    /// A command had no effect: unknown, out of range, or not modelled yet.
    CommandIgnored {
        /// Its first two bytes.
        code: [u8; 2],
    },
}

/// Why a printer is offline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OfflineReason {
    /// It is starting up.
    Starting,
    /// The cover is open.
    CoverOpen,
    /// There is no paper.
    PaperEnd,
    /// The head is too hot.
    HeadHot,
    /// Somebody holds FEED.
    FeedButton,
    /// The blade is not where it should be.
    CutterError,
    /// Paper is not where it should be.
    MechanicalError,
    /// Something is broken.
    Unrecoverable,
    /// The supply is out of range.
    Supply,
    /// A macro waits for FEED.
    MacroWait,
    /// There is new paper, and somebody may still look at it.
    RecoveryWait,
    /// It prints its settings.
    SelfTest,
    /// A command has switched it off.
    PoweredDown,
}

/// The lamps of the panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lamps {
    /// POWER.
    pub power: bool,
    /// PAPER.
    pub paper: Lamp,
    /// ERROR.
    pub error: Lamp,
}

impl Lamps {
    /// Without supply.
    pub(crate) const DARK: Self = Self { power: false, paper: Lamp::Off, error: Lamp::Off };
}

/// One lamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lamp {
    /// Dark.
    Off,
    /// Lit.
    On,
    /// On and off.
    Blinking,
}

/// Where a piece is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// A customer can reach it.
    Mouth,
    /// In the machine: not cut yet, or held by the presenter.
    Inside,
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PowerLost => f.write_str("power lost"),
            Self::Ready => f.write_str("ready"),
            Self::Offline { cause } => write!(f, "offline: {cause}"),
            Self::Online => f.write_str("online"),
            Self::PaperNearEnd => f.write_str("paper near its end"),
            Self::PaperEnd => f.write_str("paper end"),
            Self::Printing { piece } => write!(f, "printing {piece}"),
            Self::Cut { piece } => write!(f, "cut {piece}"),
            Self::Presented { piece } => write!(f, "presented {piece}"),
            Self::Retracted { piece } => write!(f, "retracted {piece}"),
            Self::Offered { piece } => write!(f, "offered {piece}"),
            Self::Taken { piece } => write!(f, "taken {piece}"),
            Self::Removed { piece } => write!(f, "removed {piece}"),
            Self::Found { piece, place } => write!(f, "found {piece} {place}"),
            Self::BytesLost { count } => write!(f, "{count} bytes lost"),
            Self::Restarting => f.write_str("restarting"),
            Self::LampsChanged { lamps } => write!(f, "lamps: {lamps}"),
            Self::Pulse { pin } => write!(f, "pulse on pin {}", number(*pin)),
            Self::PulseRefused { pin } => write!(f, "pulse on pin {} refused", number(*pin)),
            Self::DrawerOpened { .. } => f.write_str("drawer opened"),
            Self::HeadHot => f.write_str("head too hot"),
            Self::HeadCool => f.write_str("head cool again"),
            Self::CommandIgnored { code: [a, b] } => write!(f, "command {a:02X} {b:02X} ignored"),
        }
    }
}

impl fmt::Display for OfflineReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Starting => "starting",
            Self::CoverOpen => "cover open",
            Self::PaperEnd => "paper end",
            Self::HeadHot => "head hot",
            Self::FeedButton => "FEED held",
            Self::CutterError => "cutter error",
            Self::MechanicalError => "mechanical error",
            Self::Unrecoverable => "unrecoverable error",
            Self::Supply => "supply out of range",
            Self::MacroWait => "macro waits for FEED",
            Self::RecoveryWait => "waiting with new paper",
            Self::SelfTest => "self-test",
            Self::PoweredDown => "powered down",
        })
    }
}

impl fmt::Display for Lamps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.power {
            return f.write_str("dark");
        }
        write!(f, "PAPER {}, ERROR {}", self.paper, self.error)
    }
}

impl fmt::Display for Lamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Off => "off",
            Self::On => "on",
            Self::Blinking => "blinking",
        })
    }
}

const fn number(pin: DrawerPin) -> u8 {
    match pin {
        DrawerPin::Two => 2,
        DrawerPin::Five => 5,
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Mouth => "in the mouth",
            Self::Inside => "inside",
        })
    }
}
