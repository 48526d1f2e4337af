//! How characters look: their boxes and modes, and runs of one style.
//!
//! Coordinates across are dots from the left end of the head. Facts: printer sources, sections 2.2 and 9 (cells).
//! *Not modelled:* rotation, upside-down printing, fonts beyond B.

use crate::paper::content::Span;

/// How characters look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Style {
    /// Times wider, 1 to 8.
    pub(crate) width: u8,
    /// Times higher, 1 to 8.
    pub(crate) height: u8,
    /// Dots between characters, already magnified.
    pub(crate) spacing: u16,
    /// Thickness of the underline, in dots.
    pub(crate) underline: u8,
    pub(crate) bold: bool,
    pub(crate) reverse: bool,
    pub(crate) cell: Cell,
}

/// The box of one character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cell {
    /// Font A, 12 by 24 dots.
    A,
    /// Font B, 9 by 17 dots.
    B,
    /// A multibyte character, 24 by 24 dots.
    Wide,
    /// Dots that the host sent: a column image, or a user's character. The run is a range of the content's bits, row by
    /// row in whole bytes.
    Dots {
        /// Dots across.
        width: u16,
        /// Dot lines.
        height: u16,
    },
}

impl Cell {
    pub(crate) const fn width(self) -> u16 {
        match self {
            Self::A => 12,
            Self::B => 9,
            Self::Wide => 24,
            Self::Dots { width, .. } => width,
        }
    }

    pub(crate) const fn height(self) -> u16 {
        match self {
            Self::A | Self::Wide => 24,
            Self::B => 17,
            Self::Dots { height, .. } => height,
        }
    }
}

impl Style {
    /// How far one character moves the place of the next.
    pub(crate) const fn advance(&self) -> u16 {
        self.cell.width() * self.width as u16 + self.spacing
    }

    /// Dot lines of one character.
    pub(crate) const fn rows(&self) -> u16 {
        self.cell.height() * self.height as u16
    }
}

/// Characters of one style, side by side. `start` and `bytes` are a range of the text; of the bits, for [`Cell::Dots`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) x: u16,
    pub(crate) bytes: u16,
    pub(crate) start: u32,
    pub(crate) style: Style,
}

impl Run {
    /// The range of the text, or of the bits.
    pub(crate) const fn span(&self) -> Span {
        Span { start: self.start, len: self.bytes as u32 }
    }
}
