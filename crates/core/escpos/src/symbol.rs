//! Bar codes and two-dimensional symbols: their parameters and functions.
//!
//! Units: modules and dots a module, as each item says.
//! Facts: printer sources, section 2.4; ranges that it leaves open follow the common command reference.
//! Not modelled: the symbols themselves.

use crate::bytes::digit_or_number;
use crate::text::Font;

/// Bar code symbologies of `GS k`, with the number of function B.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Symbology {
    /// UPC-A.
    UpcA = 65,
    /// UPC-E.
    UpcE,
    /// JAN13, EAN-13.
    Ean13,
    /// JAN8, EAN-8.
    Ean8,
    /// CODE39.
    Code39,
    /// Interleaved 2 of 5.
    Itf,
    /// CODABAR, NW-7.
    Codabar,
    /// CODE93.
    Code93,
    /// CODE128, code sets chosen by `{A`, `{B`, `{C`.
    Code128,
    /// GS1-128.
    Gs1128,
    /// GS1 DataBar Omnidirectional.
    DataBar,
    /// GS1 DataBar Truncated.
    DataBarTruncated,
    /// GS1 DataBar Limited.
    DataBarLimited,
    /// GS1 DataBar Expanded.
    DataBarExpanded,
    /// CODE128, code sets chosen by the printer.
    Code128Auto,
}

/// Where a bar code's readable digits stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HriPosition {
    /// Not printed.
    #[default]
    None,
    /// Above.
    Above,
    /// Below.
    Below,
    /// Both.
    Both,
}

impl HriPosition {
    pub(crate) fn decode(n: u8) -> Option<Self> {
        [Self::None, Self::Above, Self::Below, Self::Both].get(digit_or_number(n)?).copied()
    }
}

/// The QR functions of `GS ( k` (cn = 49).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Qr<'a> {
    /// Function 65.
    Model(QrModel),
    /// Function 67: dots a module, 1-16.
    Module(u8),
    /// Function 69.
    Level(QrLevel),
    /// Function 80: keep these data, 1 to 7089 bytes.
    Store(&'a [u8]),
    /// Function 81: print what is stored.
    Print,
    /// Function 82: send the size of what is stored.
    SizeInfo,
}

/// Most data bytes of a QR code.
pub(crate) const QR_DATA_MAX: usize = 7089;

impl<'a> Qr<'a> {
    pub(crate) fn decode(function: u8, parameters: &'a [u8]) -> Option<Self> {
        Some(match (function, parameters) {
            (65, [b'1', 0]) => Self::Model(QrModel::One),
            (65, [b'2', 0]) => Self::Model(QrModel::Two),
            (65, [b'3', 0]) => Self::Model(QrModel::Micro),
            (67, &[dots @ 1..=16]) => Self::Module(dots),
            (69, &[n @ b'0'..=b'3']) => Self::Level(QrLevel::decode(n)?),
            (80, [b'0', data @ ..]) if (1..=QR_DATA_MAX).contains(&data.len()) => Self::Store(data),
            (81, [b'0']) => Self::Print,
            (82, [b'0']) => Self::SizeInfo,
            _ => return None,
        })
    }
}

/// QR model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum QrModel {
    /// Model 1.
    One,
    /// Model 2.
    #[default]
    Two,
    /// Micro QR.
    Micro,
}

/// QR error correction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum QrLevel {
    /// About 7 %.
    #[default]
    L,
    /// About 15 %.
    M,
    /// About 25 %.
    Q,
    /// About 30 %.
    H,
}

impl QrLevel {
    /// From 0 to 3, as a number or a digit.
    pub(crate) fn decode(n: u8) -> Option<Self> {
        [Self::L, Self::M, Self::Q, Self::H].get(digit_or_number(n)?).copied()
    }
}

/// The PDF417 functions of `GS ( k` (cn = 48).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pdf417<'a> {
    /// Function 65: columns of data, 1-30; 0 lets the printer choose.
    Columns(u8),
    /// Function 66: rows, 3-90; 0 lets the printer choose.
    Rows(u8),
    /// Function 67: dots a module, 2-8, and 1 on some models.
    Module(u8),
    /// Function 68: height of a row in modules, 2-8.
    RowHeight(u8),
    /// Function 69 with m = 48: error correction level, 0-8.
    Level(u8),
    /// Function 69 with m = 49: error correction as a part of the data, in tenths, 1-40.
    Ratio(u8),
    /// Function 70: truncated symbol.
    Truncated(bool),
    /// Function 80: keep these data.
    Store(&'a [u8]),
    /// Function 81: print what is stored.
    Print,
    /// Function 82: send the size of what is stored.
    SizeInfo,
}

impl<'a> Pdf417<'a> {
    pub(crate) fn decode(function: u8, parameters: &'a [u8]) -> Option<Self> {
        Some(match (function, parameters) {
            (65, &[n @ 0..=30]) => Self::Columns(n),
            (66, &[n @ (0 | 3..=90)]) => Self::Rows(n),
            (67, &[n @ 1..=8]) => Self::Module(n),
            (68, &[n @ 2..=8]) => Self::RowHeight(n),
            (69, &[b'0', n @ b'0'..=b'8']) => Self::Level(n - b'0'),
            (69, &[b'1', n @ 1..=40]) => Self::Ratio(n),
            (70, &[n @ (0 | 1)]) => Self::Truncated(n == 1),
            (80, [b'0', data @ ..]) if !data.is_empty() => Self::Store(data),
            (81, [b'0']) => Self::Print,
            (82, [b'0']) => Self::SizeInfo,
            _ => return None,
        })
    }
}

/// The MaxiCode functions of `GS ( k` (cn = 50).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MaxiCode<'a> {
    /// Function 65: mode, 2-6.
    Mode(u8),
    /// Function 80: keep these data, 1 to 138 bytes.
    Store(&'a [u8]),
    /// Function 81: print what is stored.
    Print,
    /// Function 82: send the size of what is stored.
    SizeInfo,
}

impl<'a> MaxiCode<'a> {
    pub(crate) fn decode(function: u8, parameters: &'a [u8]) -> Option<Self> {
        Some(match (function, parameters) {
            (65, &[n @ b'2'..=b'6']) => Self::Mode(n - b'0'),
            (80, [b'0', data @ ..]) if (1..=138).contains(&data.len()) => Self::Store(data),
            (81, [b'0']) => Self::Print,
            (82, [b'0']) => Self::SizeInfo,
            _ => return None,
        })
    }
}

/// The functions of `GS ( k` for stacked GS1 DataBar (cn = 51).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gs1DataBar2d<'a> {
    /// Function 67: dots a module, 2-8.
    Module(u8),
    /// Function 71: widest Expanded Stacked symbol in dots, 106-3952; 0 is as wide as the paper.
    WidthMax(u16),
    /// Function 80: keep these data.
    Store {
        /// 72 stacked, 73 stacked omnidirectional, 76 expanded stacked.
        kind: u8,
        /// 2 to 255 bytes.
        data: &'a [u8],
    },
    /// Function 81: print what is stored.
    Print,
    /// Function 82: send the size of what is stored.
    SizeInfo,
}

impl<'a> Gs1DataBar2d<'a> {
    pub(crate) fn decode(function: u8, parameters: &'a [u8]) -> Option<Self> {
        Some(match (function, parameters) {
            (67, &[n @ 2..=8]) => Self::Module(n),
            (71, &[low, high]) => Self::WidthMax(stacked_width(low, high)?),
            (80, &[b'0', kind @ (72 | 73 | 76), ref data @ ..]) if (2..=255).contains(&data.len()) => {
                Self::Store { kind, data }
            }
            (81, [b'0']) => Self::Print,
            (82, [b'0']) => Self::SizeInfo,
            _ => return None,
        })
    }
}

fn stacked_width(low: u8, high: u8) -> Option<u16> {
    Some(u16::from_le_bytes([low, high])).filter(|width| matches!(width, 0 | 106..=3952))
}

/// The functions of `GS ( k` for GS1 composite symbols (cn = 52).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Composite<'a> {
    /// Function 67: dots a module, 2-8.
    Module(u8),
    /// Function 71: widest Expanded Stacked symbol in dots, 106-3952; 0 is as wide as the paper.
    WidthMax(u16),
    /// Function 72: font of the readable digits; `None` prints none.
    TextFont(Option<Font>),
    /// Function 80: keep these data of one of the two parts.
    Store {
        /// True for the two-dimensional part (a = 49), false for the bar code (a = 48).
        stacked: bool,
        /// Which symbol the part is: 65-79 for the bar code; 65 automatic or 66 CC-C for the other.
        kind: u8,
        /// 1 to 2361 bytes.
        data: &'a [u8],
    },
    /// Function 81: print what is stored.
    Print,
    /// Function 82: send the size of what is stored.
    SizeInfo,
}

impl<'a> Composite<'a> {
    pub(crate) fn decode(function: u8, parameters: &'a [u8]) -> Option<Self> {
        Some(match (function, parameters) {
            (67, &[n @ 2..=8]) => Self::Module(n),
            (71, &[low, high]) => Self::WidthMax(stacked_width(low, high)?),
            (72, [0 | b'0']) => Self::TextFont(None),
            // Here the fonts count from 1.
            (72, &[n @ (1..=5 | b'1'..=b'5')]) => Self::TextFont(Some(Font::decode(n - 1)?)),
            (72, &[n]) => Self::TextFont(Some(Font::decode(n).filter(|_| n >= 97)?)),
            (80, &[b'0', part @ (48 | 49), kind @ 65..=79, ref data @ ..])
                if (1..=2361).contains(&data.len()) =>
            {
                Self::Store { stacked: part == 49, kind, data }
            }
            (81, [b'0']) => Self::Print,
            (82, [b'0']) => Self::SizeInfo,
            _ => return None,
        })
    }
}

/// The Aztec functions of `GS ( k` (cn = 53).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aztec<'a> {
    /// Function 66: which kind of symbol, and its size.
    Size {
        /// Compact instead of full range.
        compact: bool,
        /// Layers of data, 1-32 (1-4 compact); 0 lets the printer choose.
        layers: u8,
    },
    /// Function 67: dots a module, 2-16.
    Module(u8),
    /// Function 69: error correction in percent, 5-95.
    Percent(u8),
    /// Function 80: keep these data, 1 to 3832 bytes.
    Store(&'a [u8]),
    /// Function 81: print what is stored.
    Print,
    /// Function 82: send the size of what is stored.
    SizeInfo,
}

impl<'a> Aztec<'a> {
    pub(crate) fn decode(function: u8, parameters: &'a [u8]) -> Option<Self> {
        Some(match (function, parameters) {
            (66, &[0 | b'0', layers @ 0..=32]) => Self::Size { compact: false, layers },
            (66, &[1 | b'1', layers @ 0..=4]) => Self::Size { compact: true, layers },
            (67, &[n @ 2..=16]) => Self::Module(n),
            (69, &[n @ 5..=95]) => Self::Percent(n),
            (80, [b'0', data @ ..]) if (1..=3832).contains(&data.len()) => Self::Store(data),
            (81, [b'0']) => Self::Print,
            (82, [b'0']) => Self::SizeInfo,
            _ => return None,
        })
    }
}

/// The DataMatrix functions of `GS ( k` (cn = 54).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataMatrix<'a> {
    /// Function 66: which kind of symbol, and its size.
    Size {
        /// Rectangular instead of square.
        rectangular: bool,
        /// Modules across, or rows of a rectangular symbol; 0 lets the printer choose.
        d1: u8,
        /// Modules down, or columns of a rectangular symbol; 0 lets the printer choose.
        d2: u8,
    },
    /// Function 67: dots a module, 2-16.
    Module(u8),
    /// Function 80: keep these data, 1 to 3116 bytes.
    Store(&'a [u8]),
    /// Function 81: print what is stored.
    Print,
    /// Function 82: send the size of what is stored.
    SizeInfo,
}

impl<'a> DataMatrix<'a> {
    pub(crate) fn decode(function: u8, parameters: &'a [u8]) -> Option<Self> {
        Some(match (function, parameters) {
            (66, &[0 | b'0', d1 @ 0..=144, d2 @ 0..=144]) => Self::Size { rectangular: false, d1, d2 },
            (66, &[1 | b'1', d1 @ (8 | 12 | 16), d2 @ 0..=48]) => Self::Size { rectangular: true, d1, d2 },
            (67, &[n @ 2..=16]) => Self::Module(n),
            (80, [b'0', data @ ..]) if (1..=3116).contains(&data.len()) => Self::Store(data),
            (81, [b'0']) => Self::Print,
            (82, [b'0']) => Self::SizeInfo,
            _ => return None,
        })
    }
}
