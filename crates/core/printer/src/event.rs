//! What a printer reports into the trace.
//!
//! An event says what happened to the device and its paper; what the host can know of it travels as bytes.
//! *Not modelled:* lamps, sounds and the button panel.

use crate::Piece;
use core::fmt;
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
        })
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
