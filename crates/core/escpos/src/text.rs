//! Text: styles, character sets and characters of the user's own.
//!
//! Units are dots and code positions, as each item says.
//! Facts: printer sources, section 2.2 and section 9 (`FS C`, `FS ( C`).
//! Not modelled: how a style looks; that belongs to the printer.

use crate::bytes::{digit_or_number, split};

/// `ESC ! n`, taken apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PrintMode {
    /// Font B instead of A (bit 0).
    pub font_b: bool,
    /// Emphasised (bit 3).
    pub bold: bool,
    /// Double height (bit 4).
    pub double_height: bool,
    /// Double width (bit 5).
    pub double_width: bool,
    /// Underlined (bit 7).
    pub underline: bool,
}

impl PrintMode {
    /// From the parameter byte; unused bits are ignored.
    #[must_use]
    pub fn from_byte(n: u8) -> Self {
        Self {
            font_b: n & 0x01 != 0,
            bold: n & 0x08 != 0,
            double_height: n & 0x10 != 0,
            double_width: n & 0x20 != 0,
            underline: n & 0x80 != 0,
        }
    }

    /// The parameter byte.
    #[must_use]
    pub fn to_byte(self) -> u8 {
        u8::from(self.font_b)
            | u8::from(self.bold) << 3
            | u8::from(self.double_height) << 4
            | u8::from(self.double_width) << 5
            | u8::from(self.underline) << 7
    }
}

/// Underline thickness.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Underline {
    /// None.
    #[default]
    Off,
    /// One dot.
    One,
    /// Two dots.
    Two,
}

impl Underline {
    pub(crate) fn decode(n: u8) -> Option<Self> {
        [Self::Off, Self::One, Self::Two].get(digit_or_number(n)?).copied()
    }
}

/// Justification.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Align {
    /// Left.
    #[default]
    Left,
    /// Centre.
    Center,
    /// Right.
    Right,
}

impl Align {
    pub(crate) fn decode(n: u8) -> Option<Self> {
        [Self::Left, Self::Center, Self::Right].get(digit_or_number(n)?).copied()
    }
}

/// Character font.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Font {
    /// Font A, 12x24.
    #[default]
    A,
    /// Font B, 9x17.
    B,
    /// Font C.
    C,
    /// Font D.
    D,
    /// Font E.
    E,
    /// Special font A.
    SpecialA,
    /// Special font B.
    SpecialB,
}

impl Font {
    pub(crate) fn decode(n: u8) -> Option<Self> {
        match n {
            97 => Some(Self::SpecialA),
            98 => Some(Self::SpecialB),
            _ => [Self::A, Self::B, Self::C, Self::D, Self::E].get(digit_or_number(n)?).copied(),
        }
    }
}

/// 90 degree rotation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rotation {
    /// None.
    #[default]
    Upright,
    /// Clockwise, one dot between characters.
    Clockwise,
    /// Clockwise, one and a half dots between characters.
    ClockwiseWide,
}

impl Rotation {
    pub(crate) fn decode(n: u8) -> Option<Self> {
        [Self::Upright, Self::Clockwise, Self::ClockwiseWide].get(digit_or_number(n)?).copied()
    }
}

/// `FS ! n`, taken apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KanjiSize {
    /// Double width (bit 2).
    pub double_width: bool,
    /// Double height (bit 3).
    pub double_height: bool,
    /// Underlined (bit 7).
    pub underline: bool,
}

impl KanjiSize {
    /// From the parameter byte; unused bits are ignored.
    #[must_use]
    pub fn from_byte(n: u8) -> Self {
        Self { double_width: n & 0x04 != 0, double_height: n & 0x08 != 0, underline: n & 0x80 != 0 }
    }

    /// The parameter byte.
    #[must_use]
    pub fn to_byte(self) -> u8 {
        u8::from(self.double_width) << 2 | u8::from(self.double_height) << 3 | u8::from(self.underline) << 7
    }
}

/// `FS ( C` function 48: how text bytes are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// n = 1: code pages, and multibyte mode where it is on.
    #[default]
    SingleByte,
    /// n = 2: UTF-8, whatever code page and multibyte mode say.
    Utf8,
}

impl Encoding {
    pub(crate) fn decode(n: u8) -> Option<Self> {
        match digit_or_number(n)? {
            1 => Some(Self::SingleByte),
            2 => Some(Self::Utf8),
            _ => None,
        }
    }
}

/// `GS ( N`: colours. 0 is none, 1 to 3 are the colours of the paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coloring {
    /// Function 48: of characters.
    Character(u8),
    /// Function 49: of their background.
    Background(u8),
    /// Function 50: of their shadow.
    Shadow {
        /// Whether there is one.
        on: bool,
        /// Its colour.
        color: u8,
    },
}

impl Coloring {
    pub(crate) fn decode(parameters: &[u8]) -> Option<Self> {
        let color = |n: u8| n.checked_sub(b'0').filter(|&color| color <= 3);
        Some(match *parameters {
            [48, n] => Self::Character(color(n)?),
            [49, n] => Self::Background(color(n)?),
            [50, on @ (0 | 1 | b'0' | b'1'), n] => Self::Shadow { on: on & 1 != 0, color: color(n)? },
            _ => return None,
        })
    }
}

/// `ESC &`: dot patterns of the user's own, for character codes `first` to `last`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UserCharacters<'a> {
    /// Bytes of one column: 2 or 3 (font B or A), 1 on printers with 8-dot characters.
    pub column_bytes: u8,
    /// First code, 20h-7Eh.
    pub first: u8,
    /// Last code, not below the first.
    pub last: u8,
    /// A byte x for each character, and then x columns.
    pub data: &'a [u8],
}

/// One dot pattern of [`UserCharacters`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UserCharacter<'a> {
    /// Character code.
    pub code: u8,
    /// Columns, from the left; 0 when the pattern is to be deleted.
    pub columns: u8,
    /// `columns` times the bytes of a column; the top dot is the most significant bit of the first byte.
    pub data: &'a [u8],
}

impl<'a> UserCharacters<'a> {
    /// From y, c1, c2 and what follows.
    pub(crate) fn decode(parameters: &'a [u8]) -> Option<Self> {
        let &[column_bytes @ 1..=3, first @ 0x20..=0x7E, last @ 0x20..=0x7E, ref data @ ..] = parameters
        else {
            return None;
        };
        (first <= last).then_some(Self { column_bytes, first, last, data })
    }

    /// The characters, one after the other.
    pub fn iter(self) -> impl Iterator<Item = UserCharacter<'a>> {
        let mut rest = self.data;
        (self.first..=self.last).map_while(move |code| {
            let &[columns] = split(&mut rest, 1)? else { return None };
            let data = split(&mut rest, usize::from(columns) * usize::from(self.column_bytes))?;
            Some(UserCharacter { code, columns, data })
        })
    }
}
