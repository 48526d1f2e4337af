//! Pictures of paper in black and white: the dots that can be seen, packed.
//!
//! A dot is black where the picture in shades is at least [`VISIBLE`](crate::Picture::VISIBLE) dark; for most pieces
//! that is found without shades, row by row and word by word. *Not modelled:* how faint a visible dot is.

use crate::Geometry;
use crate::paper::landing::{Landed, Print, Weights, head_mask, lay};
use crate::paper::picture::{Picture, extent};
use crate::paper::raster::{self, BLANK, DotRow};
use crate::paper::surface::{Shade, Surface};
use crate::paper::tone::{VISIBLE, darkness};

/// Black and white dots of paper, at the pitch of the head both ways.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bitmap {
    /// Dots a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Words a row; the most significant bit of the first is the leftmost dot, and 1 is black.
    words: Vec<u64>,
}

impl Bitmap {
    /// Words a row.
    fn stride(width: u32) -> usize {
        width.div_ceil(64) as usize
    }

    /// The rows, each in words whose most significant bit is the leftmost dot; 1 is black.
    pub fn rows(&self) -> impl DoubleEndedIterator<Item = &[u64]> {
        self.words.chunks_exact(Self::stride(self.width).max(1))
    }

    /// One row; nothing beyond the ends of the paper.
    pub(crate) fn row(&self, y: i64) -> Option<&[u64]> {
        let stride = Self::stride(self.width);
        let start = usize::try_from(y).ok()?.checked_mul(stride)?;
        self.words.get(start..start + stride)
    }

    /// All rows in whole bytes, as a picture file of one bit a dot has them; 1 is black.
    #[must_use]
    pub fn packed(&self) -> Vec<u8> {
        let (row_bytes, stride) = (self.width.div_ceil(8) as usize, Self::stride(self.width));
        let mut bytes = vec![0; self.words.len() * 8];
        for (bytes, word) in bytes.as_chunks_mut::<8>().0.iter_mut().zip(&self.words) {
            *bytes = word.to_be_bytes();
        }
        if row_bytes < stride * 8 {
            // The last word of each row reaches beyond the paper.
            let rows = bytes.chunks_exact(stride * 8).flat_map(|row| row.iter().take(row_bytes));
            return rows.copied().collect();
        }
        bytes
    }

    /// Paper of this length, with what can be seen of what was printed on it; at most so many rows.
    pub(crate) fn new(print: &Print<'_>, length_nm: i64, rows_max: u32) -> Self {
        let (width, height) = extent(print.geometry, length_nm, rows_max);
        let stride = Self::stride(width);
        let mut sheet = Sheet {
            words: vec![0; stride * height as usize],
            stride,
            faint_rows: Vec::new(),
            adds_up: false,
            mask: Mask::new(print.surface(0), Shade::SOUND, print.geometry),
        };
        print.land(|landed| sheet.take(landed, print.geometry));
        if sheet.adds_up {
            return Self::of(&Picture::new(print, length_nm));
        }
        let mut bitmap = Self { width, height, words: sheet.words };
        bitmap.trim();
        bitmap
    }

    /// The dots of a picture that can be seen.
    pub(crate) fn of(picture: &Picture) -> Self {
        let stride = Self::stride(picture.width);
        let mut words = vec![0; stride * picture.height as usize];
        let rows = picture.dots.chunks_exact(picture.width.max(1) as usize);
        for (row, dots) in words.chunks_exact_mut(stride.max(1)).zip(rows) {
            for (word, dots) in row.iter_mut().zip(dots.chunks(64)) {
                let black = dots.iter().fold(0, |bits, dot| bits << 1 | u64::from(*dot >= VISIBLE));
                *word = black << (64 - dots.len());
            }
        }
        Self { width: picture.width, height: picture.height, words }
    }

    /// Whitens what lies beyond the paper's right edge.
    fn trim(&mut self) {
        let beyond = self.width % 64;
        if beyond > 0 {
            let stride = Self::stride(self.width);
            let edge = self.words.iter_mut().skip(stride - 1).step_by(stride);
            edge.for_each(|word| *word &= !(u64::MAX >> beyond));
        }
    }
}

/// A bitmap in the making.
struct Sheet {
    words: Vec<u64>,
    stride: usize,
    /// Rows on which dots landed that cannot be seen by themselves.
    faint_rows: Vec<bool>,
    /// Such dots may have been heated again.
    adds_up: bool,
    mask: Mask,
}

impl Sheet {
    fn take(&mut self, landed: &Landed<'_>, geometry: Geometry) {
        if self.mask.key != (landed.shade.surface, landed.shade.darkness) {
            self.mask = Mask::new(landed.surface, landed.shade, geometry);
        }
        let start = usize::try_from(landed.y).ok().and_then(|y| y.checked_mul(self.stride));
        let Some(row) = start.and_then(|start| self.words.get_mut(start..start + self.stride)) else {
            return;
        };
        if self.mask.all && self.faint_rows.is_empty() {
            return lay(row, landed.dots, landed.x);
        }
        let mut seen = *landed.dots;
        seen.iter_mut().zip(&self.mask.visible).for_each(|(dots, visible)| *dots &= visible);
        if self.faint_rows.is_empty() && self.stride > 0 {
            self.faint_rows.resize(self.words.len() / self.stride, false);
        }
        let faint = seen != *landed.dots;
        let y = usize::try_from(landed.y).unwrap_or(usize::MAX);
        let Some(before) = self.faint_rows.get_mut(y) else { return };
        let start = y * self.stride;
        let row = self.words.get_mut(start..start + self.stride).unwrap_or_default();
        self.adds_up |= *before || (faint && row.iter().any(|word| *word != 0));
        *before |= faint;
        lay(row, &seen, landed.x);
    }
}

/// Dots that can be seen when they are heated once on a surface, at one darkness.
struct Mask {
    key: (u8, u8),
    visible: DotRow,
    all: bool,
}

impl Mask {
    fn new(surface: &Surface, shade: Shade, geometry: Geometry) -> Self {
        let (visible, all) = visible(surface, shade, geometry);
        Self { key: (shade.surface, shade.darkness), visible, all }
    }
}

/// Dots that can be seen when they are heated once; and whether all can.
fn visible(surface: &Surface, shade: Shade, geometry: Geometry) -> (DotRow, bool) {
    if *surface == Surface::SOUND && shade.darkness == Shade::FULL_DARKNESS {
        return (head_mask(geometry), true);
    }
    let weights = Weights::new(surface, geometry);
    let mut visible = BLANK;
    let seen = |x: &u16| darkness(weights.heat(usize::from(*x), shade)) >= VISIBLE;
    let mut count = 0;
    for x in (0..geometry.head_dots).filter(seen) {
        raster::fill(&mut visible, x, x + 1);
        count += 1;
    }
    (visible, count == geometry.head_dots)
}

/// Whether every dot that should be heated can be seen in its place, and none other.
pub(crate) fn is_plain(surface: &Surface, shade: Shade, geometry: Geometry) -> bool {
    let whole = surface.open == BLANK && surface.shorted == BLANK;
    whole && surface.coated && surface.skew_permille == 0 && visible(surface, shade, geometry).1
}
