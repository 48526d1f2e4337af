//! How characters look: their boxes and modes, and runs of one style.
//!
//! Coordinates across are dots from the left end of the head. Characters of different heights on one line share
//! their baseline. Facts: printer sources, sections 2.2 and 9 (boxes and baselines). *Not modelled:* the second
//! colour of two-colour paper; what is printed in it is black.

use crate::paper::content::Span;

/// How characters look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Style {
    /// Times wider, 1 to 8. Of a turned character, that is along the paper.
    pub(crate) width: u8,
    /// Times higher, 1 to 8.
    pub(crate) height: u8,
    /// Thickness of the underline, in dots.
    pub(crate) underline: u8,
    /// Dots to the right of a turned character that nothing but white paper fills.
    pub(crate) gap: u8,
    /// Dots to the left of each character, already magnified.
    pub(crate) lead: u16,
    /// Dots to the right of each character, already magnified.
    pub(crate) spacing: u16,
    pub(crate) bold: bool,
    pub(crate) reverse: bool,
    pub(crate) italic: bool,
    /// Turned by 90 degrees clockwise, each character by itself.
    pub(crate) turned: bool,
    /// The whole line is turned by 180 degrees.
    pub(crate) upside_down: bool,
    pub(crate) cell: Cell,
}

/// The box of one character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cell {
    /// Font A, 12 by 24 dots.
    A,
    /// Font B, 9 by 17 dots.
    B,
    /// Font C, 8 by 16 dots.
    C,
    /// Font C of other models, 9 by 24 dots.
    HighC,
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
            Self::B | Self::HighC => 9,
            Self::C => 8,
            Self::Wide => 24,
            Self::Dots { width, .. } => width,
        }
    }

    pub(crate) const fn height(self) -> u16 {
        match self {
            Self::A | Self::HighC | Self::Wide => 24,
            Self::B => 17,
            Self::C => 16,
            Self::Dots { height, .. } => height,
        }
    }

    /// Dot lines below the baseline. Sent dots stand as the font of their height would.
    const fn descent(self) -> u16 {
        match self.height() {
            24.. => 3,
            16.. => 1,
            _ => 0,
        }
    }
}

impl Style {
    /// A cell as it is, with nothing set.
    pub(crate) const fn plain(cell: Cell) -> Self {
        Self {
            width: 1,
            height: 1,
            underline: 0,
            gap: 0,
            lead: 0,
            spacing: 0,
            bold: false,
            reverse: false,
            italic: false,
            turned: false,
            upside_down: false,
            cell,
        }
    }

    /// Dots across of one character, magnified and turned.
    pub(crate) const fn across(&self) -> u16 {
        if self.turned {
            self.cell.height().saturating_mul(self.height as u16)
        } else {
            self.cell.width().saturating_mul(self.width as u16)
        }
    }

    /// How far one character moves the place of the next.
    pub(crate) const fn advance(&self) -> u16 {
        self.across().saturating_add(self.lead).saturating_add(self.spacing).saturating_add(self.gap as u16)
    }

    /// Dot lines of one character.
    pub(crate) const fn rows(&self) -> u16 {
        if self.turned {
            self.cell.width().saturating_mul(self.width as u16)
        } else {
            self.cell.height().saturating_mul(self.height as u16)
        }
    }

    /// Dot lines below the baseline; turned characters stand on it.
    pub(crate) const fn descent(&self) -> u16 {
        if self.turned { 0 } else { self.cell.descent() * self.height as u16 }
    }

    /// True when the dots of a character are printed as they are, but for magnification, bold and reverse.
    pub(crate) const fn is_upright(&self) -> bool {
        !self.turned && !self.upside_down && !self.italic
    }
}

/// Characters of one style, side by side. `start` and `bytes` are a range of the text; of the bits, for [`Cell::Dots`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    /// The left end on the paper, also of what stands upside down.
    pub(crate) x: u16,
    pub(crate) bytes: u16,
    pub(crate) start: u32,
    /// Dot lines of the item below this run; above it, if the line stands upside down.
    pub(crate) lift: u16,
    pub(crate) style: Style,
}

impl Run {
    /// The range of the text, or of the bits.
    pub(crate) const fn span(&self) -> Span {
        Span { start: self.start, len: self.bytes as u32 }
    }
}
