//! Parts of the printer that commands name: cutter, drawer, sensors, and the directions of a page.
//!
//! Facts: printer sources, sections 2.1, 2.5 and 3.3.

use crate::bytes::digit_or_number;

/// How much of the paper is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CutMode {
    /// The whole width.
    Full,
    /// One or more points stay uncut.
    Partial,
}

/// Drawer connector pin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DrawerPin {
    /// Pin 2, m = 0.
    Two,
    /// Pin 5, m = 1.
    Five,
}

impl DrawerPin {
    pub(crate) fn decode(m: u8) -> Option<Self> {
        [Self::Two, Self::Five].get(digit_or_number(m)?).copied()
    }
}

/// Which byte `GS r` asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusKind {
    /// n = 1: paper sensors.
    Paper,
    /// n = 2: drawer.
    Drawer,
    /// n = 4: ink.
    Ink,
}

impl StatusKind {
    pub(crate) fn decode(n: u8) -> Option<Self> {
        match digit_or_number(n)? {
            1 => Some(Self::Paper),
            2 => Some(Self::Drawer),
            4 => Some(Self::Ink),
            _ => None,
        }
    }
}

/// In which direction a page is written (`ESC T`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// n = 0: from the upper left corner.
    #[default]
    LeftToRight,
    /// n = 1: from the lower left corner.
    BottomToTop,
    /// n = 2: from the lower right corner.
    RightToLeft,
    /// n = 3: from the upper right corner.
    TopToBottom,
}

impl Direction {
    pub(crate) fn decode(n: u8) -> Option<Self> {
        let all = [Self::LeftToRight, Self::BottomToTop, Self::RightToLeft, Self::TopToBottom];
        all.get(digit_or_number(n)?).copied()
    }
}
