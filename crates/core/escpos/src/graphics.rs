//! Images that a printer keeps: graphics of `GS ( L`, the older bit images, and lines that it draws itself.
//!
//! Units are dots. Raster data are rows of whole bytes, the leftmost dot in the most significant bit; column data
//! are columns of whole bytes, the top dot in the most significant bit.
//! Facts: printer sources, section 2.3; parameters that it leaves open follow the common command reference.
//! Not modelled: how much memory a printer has for them.

use crate::bytes::{digit_or_number, little_endian, split};

/// Raster magnification, the m of `GS v 0`, `FS p`, `GS /` and `GS Q 0`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RasterScale {
    /// Each dot is printed twice side by side (bit 0).
    pub double_width: bool,
    /// Each row is printed twice (bit 1).
    pub double_height: bool,
}

impl RasterScale {
    pub(crate) fn decode(m: u8) -> Option<Self> {
        let n = digit_or_number(m).filter(|&n| n <= 3)?;
        Some(Self { double_width: n & 1 != 0, double_height: n & 2 != 0 })
    }
}

/// Dot density of a column image, the m of `ESC *`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnDensity {
    /// m=0: 8 dots high, half horizontal density.
    Eight,
    /// m=1: 8 dots high, full horizontal density.
    EightDouble,
    /// m=32: 24 dots high, half horizontal density.
    TwentyFour,
    /// m=33: 24 dots high, full horizontal density.
    TwentyFourDouble,
}

impl ColumnDensity {
    pub(crate) fn decode(m: u8) -> Option<Self> {
        match m {
            0 => Some(Self::Eight),
            1 => Some(Self::EightDouble),
            32 => Some(Self::TwentyFour),
            33 => Some(Self::TwentyFourDouble),
            _ => None,
        }
    }

    /// Bytes of one column.
    #[must_use]
    pub fn column_bytes(self) -> usize {
        match self {
            Self::Eight | Self::EightDouble => 1,
            Self::TwentyFour | Self::TwentyFourDouble => 3,
        }
    }
}

/// The functions of `GS ( L` and `GS 8 L`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Graphics<'a> {
    /// Functions 1 and 49: reference density; 50 is 180 dpi, 51 is 360 dpi.
    Density {
        /// Horizontal.
        x: u8,
        /// Vertical.
        y: u8,
    },
    /// Functions 2 and 50: print what is in the graphics buffer.
    Print,
    /// Function 112: one colour of an image, by rows, into the graphics buffer.
    StoreRaster(StoredImage<'a>),
    /// Function 113: the same, by columns.
    StoreColumn(StoredImage<'a>),
    /// Functions 0 and 48: send the size of the NV memory.
    NvCapacity,
    /// Functions 3 and 51: send how much of it is free.
    NvFree,
    /// Functions 4 and 52: send how much of the download memory is free.
    DownloadFree,
    /// Functions 64 to 69: images in NV memory, which survive the power switch.
    Nv(KeyedGraphics<'a>),
    /// Functions 80 to 85: images in download memory, which do not.
    Download(KeyedGraphics<'a>),
}

/// Functions of `GS ( L` about images that have a key. Keys are two bytes 20h-7Eh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyedGraphics<'a> {
    /// Functions 64, 80: send the list of keys.
    List,
    /// Functions 65, 81: delete all.
    Clear,
    /// Functions 66, 82: delete one.
    Delete([u8; 2]),
    /// Functions 67, 83: define one, by rows.
    DefineRaster(KeyedImage<'a>),
    /// Functions 68, 84: define one, by columns.
    DefineColumn(KeyedImage<'a>),
    /// Functions 69, 85: print one.
    Print {
        /// Which.
        key: [u8; 2],
        /// Times wider, 1 or 2.
        x: u8,
        /// Times higher, 1 or 2.
        y: u8,
    },
}

/// One colour of an image for the graphics buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredImage<'a> {
    /// Several shades instead of one (a = 52 instead of 48).
    pub multi_tone: bool,
    /// Times wider, 1 or 2.
    pub x: u8,
    /// Times higher, 1 or 2.
    pub y: u8,
    /// Colour 1 to 4.
    pub color: u8,
    /// Width in dots.
    pub width_dots: u16,
    /// Height in dots.
    pub height_dots: u16,
    /// All rows, or all columns, of this colour.
    pub data: &'a [u8],
}

/// An image with a key, one or more colours of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyedImage<'a> {
    /// Its key.
    pub key: [u8; 2],
    /// Several shades instead of one (a = 52 instead of 48).
    pub multi_tone: bool,
    /// Width in dots.
    pub width_dots: u16,
    /// Height in dots.
    pub height_dots: u16,
    /// How many colours follow, 1 to 4.
    pub colors: u8,
    /// For each colour one byte, 49 to 52, and all rows or all columns of it; [`planes`](Self::planes) reads it.
    pub data: &'a [u8],
    /// Bytes of one plane.
    plane_bytes: usize,
}

impl<'a> KeyedImage<'a> {
    /// The colours: their number, from 1, and all their rows or columns.
    pub fn planes(self) -> impl Iterator<Item = (u8, &'a [u8])> {
        let mut rest = self.data;
        (0..self.colors).map_while(move |_| {
            let &[color] = split(&mut rest, 1)? else { return None };
            Some((color.checked_sub(b'0')?, split(&mut rest, self.plane_bytes)?))
        })
    }

    fn decode(parameters: &'a [u8], plane: fn(u16, u16) -> usize) -> Option<Self> {
        let &[tone @ (48 | 52), k1, k2, colors @ 1..=4, xl, xh, yl, yh, ref data @ ..] = parameters else {
            return None;
        };
        let (width_dots, height_dots) = (u16::from_le_bytes([xl, xh]), u16::from_le_bytes([yl, yh]));
        let plane_bytes = plane(width_dots, height_dots);
        let data = data.get(..usize::from(colors) * (1 + plane_bytes)).filter(|_| plane_bytes > 0)?;
        let key = key(k1, k2)?;
        Some(Self { key, multi_tone: tone == 52, width_dots, height_dots, colors, data, plane_bytes })
    }
}

impl<'a> StoredImage<'a> {
    fn decode(parameters: &'a [u8], plane: fn(u16, u16) -> usize) -> Option<Self> {
        let &[tone @ (48 | 52), x @ 1..=2, y @ 1..=2, color @ 49..=52, xl, xh, yl, yh, ref data @ ..] =
            parameters
        else {
            return None;
        };
        let (width_dots, height_dots) = (u16::from_le_bytes([xl, xh]), u16::from_le_bytes([yl, yh]));
        let plane_bytes = plane(width_dots, height_dots);
        let data = data.get(..plane_bytes).filter(|_| plane_bytes > 0)?;
        Some(Self { multi_tone: tone == 52, x, y, color: color - b'0', width_dots, height_dots, data })
    }
}

impl<'a> Graphics<'a> {
    /// From m, the function and its parameters.
    pub(crate) fn decode(parameters: &'a [u8]) -> Option<Self> {
        let &[48, function, ref rest @ ..] = parameters else { return None };
        Some(match (function, rest) {
            (0 | 48, []) => Self::NvCapacity,
            (1 | 49, &[x @ (50 | 51), y @ (50 | 51)]) => Self::Density { x, y },
            (2 | 50, []) => Self::Print,
            (3 | 51, []) => Self::NvFree,
            (4 | 52, []) => Self::DownloadFree,
            (64..=69, _) => Self::Nv(KeyedGraphics::decode(function - 64, rest)?),
            (80..=85, _) => Self::Download(KeyedGraphics::decode(function - 80, rest)?),
            (112, _) => Self::StoreRaster(StoredImage::decode(rest, raster_bytes)?),
            (113, _) => Self::StoreColumn(StoredImage::decode(rest, column_bytes)?),
            _ => return None,
        })
    }
}

impl<'a> KeyedGraphics<'a> {
    fn decode(function: u8, rest: &'a [u8]) -> Option<Self> {
        Some(match (function, rest) {
            (0, b"KC") => Self::List,
            (1, b"CLR") => Self::Clear,
            (2, &[k1, k2]) => Self::Delete(key(k1, k2)?),
            (3, _) => Self::DefineRaster(KeyedImage::decode(rest, raster_bytes)?),
            (4, _) => Self::DefineColumn(KeyedImage::decode(rest, column_bytes)?),
            (5, &[k1, k2, x @ 1..=2, y @ 1..=2]) => Self::Print { key: key(k1, k2)?, x, y },
            _ => return None,
        })
    }
}

fn key(k1: u8, k2: u8) -> Option<[u8; 2]> {
    let valid = |k: &u8| (0x20..=0x7E).contains(k);
    Some([k1, k2]).filter(|key| key.iter().all(valid))
}

fn raster_bytes(width_dots: u16, height_dots: u16) -> usize {
    usize::from(width_dots.div_ceil(8)) * usize::from(height_dots)
}

fn column_bytes(width_dots: u16, height_dots: u16) -> usize {
    usize::from(width_dots) * usize::from(height_dots.div_ceil(8))
}

/// `FS q`: all images of the old NV memory, which replace the ones there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NvImages<'a> {
    /// How many, 1 to 255; the first one is number 1 for `FS p`.
    pub count: u8,
    /// The images, one after the other.
    pub data: &'a [u8],
}

/// One image of [`NvImages`]: columns of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NvImage<'a> {
    /// Width in units of 8 dots.
    pub x: u16,
    /// Height in units of 8 dots, which is the bytes of one column.
    pub y: u16,
    /// `8 * x` columns of `y` bytes.
    pub data: &'a [u8],
}

impl<'a> NvImages<'a> {
    /// From the count and what follows.
    pub(crate) fn decode(parameters: &'a [u8]) -> Option<Self> {
        let &[count @ 1..=255, ref data @ ..] = parameters else { return None };
        Some(Self { count, data })
    }

    /// The images, in order.
    pub fn iter(self) -> impl Iterator<Item = NvImage<'a>> {
        let mut rest = self.data;
        (0..self.count).map_while(move |_| {
            let &[xl, xh, yl, yh] = split(&mut rest, 4)? else { return None };
            let (x, y) = (u16::from_le_bytes([xl, xh]), u16::from_le_bytes([yl, yh]));
            Some(NvImage { x, y, data: split(&mut rest, 8 * usize::from(x) * usize::from(y))? })
        })
    }
}

/// `GS D`: an image with a key, from a Windows bitmap file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bitmap<'a> {
    /// Into NV memory instead of download memory.
    pub nv: bool,
    /// Its key.
    pub key: [u8; 2],
    /// Several shades instead of one.
    pub multi_tone: bool,
    /// The whole file, from `BM` on.
    pub file: &'a [u8],
}

impl<'a> Bitmap<'a> {
    /// From m and what follows.
    pub(crate) fn decode(parameters: &'a [u8]) -> Option<Self> {
        let &[48, function @ (67 | 83), 48, k1, k2, tone @ (48 | 52), 49, ref file @ ..] = parameters else {
            return None;
        };
        let starts = file.starts_with(b"BM") && little_endian(file, 2, 4)? >= BITMAP_HEAD_BYTES;
        starts.then_some(Self { nv: function == 67, key: key(k1, k2)?, multi_tone: tone == 52, file })
    }
}

/// File head, information head and two colours of the smallest bitmap: 14 + 40 + 8, and one row of four bytes.
const BITMAP_HEAD_BYTES: u64 = 66;

/// `GS ( Q`: lines that the printer draws. Positions are in motion units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drawing {
    /// Function 48, page mode: a line from one point to another.
    Line {
        /// Where it starts, x and y.
        from: (u16, u16),
        /// Where it ends, x and y.
        to: (u16, u16),
        /// Its looks.
        style: LineStyle,
    },
    /// Function 49, page mode: a rectangle with these corners.
    Rectangle {
        /// One corner, x and y.
        from: (u16, u16),
        /// The opposite one, x and y.
        to: (u16, u16),
        /// Its looks.
        style: LineStyle,
    },
    /// Function 50, standard mode: a horizontal line.
    Horizontal {
        /// Where it starts.
        from: u16,
        /// Where it ends.
        to: u16,
        /// Paper fed for it.
        feed: u8,
        /// Its looks.
        style: LineStyle,
    },
    /// Function 51, standard mode: a vertical line starts or ends here.
    Vertical {
        /// Where it stands.
        x: u16,
        /// True when it starts.
        start: bool,
        /// Its looks.
        style: LineStyle,
    },
}

/// The m1 of `GS ( Q`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineStyle {
    /// Two lines side by side.
    pub double: bool,
    /// 1 thin, 2 medium, 3 thick.
    pub thickness: u8,
}

impl LineStyle {
    fn decode(m1: u8) -> Option<Self> {
        match m1 {
            1..=3 => Some(Self { double: false, thickness: m1 }),
            4..=6 => Some(Self { double: true, thickness: m1 - 3 }),
            _ => None,
        }
    }
}

impl Drawing {
    /// From the function and its parameters. Colour, and the shapes of ends and corners, have one value each.
    pub(crate) fn decode(parameters: &[u8]) -> Option<Self> {
        let pair = |at: usize| {
            let number = |at: usize| u16::try_from(little_endian(parameters, at, 2)?).ok();
            Some((number(at)?, number(at + 2)?))
        };
        Some(match *parameters {
            [48, .., 1, m1, 48] if parameters.len() == 12 => {
                Self::Line { from: pair(1)?, to: pair(5)?, style: LineStyle::decode(m1)? }
            }
            [49, .., 1, m1, 48, 48, 1] if parameters.len() == 14 => {
                Self::Rectangle { from: pair(1)?, to: pair(5)?, style: LineStyle::decode(m1)? }
            }
            [50, _, _, _, _, feed @ 1..=255, 1, m1, 48] => {
                let (from, to) = pair(1)?;
                Self::Horizontal { from, to, feed, style: LineStyle::decode(m1)? }
            }
            [51, low, high, start @ (0 | 1), 1, m1, 48] => {
                let x = u16::from_le_bytes([low, high]);
                Self::Vertical { x, start: start == 1, style: LineStyle::decode(m1)? }
            }
            _ => return None,
        })
    }
}
