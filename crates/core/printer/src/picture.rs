//! Pictures of paper: every dot as it is, or as it should have been.
//!
//! 80 mm paper at 8 dots a millimetre both ways; 72 mm of it lie under the head. A dot line blackens the row
//! of the picture that its place rounds to, and a place that is heated again gets darker. *Not modelled:*
//! round dots, bleeding, skew, creases.

use crate::burn::PITCH_NM;
use crate::content::{Content, Item};
use crate::raster::{self, DotRow, HEAD_DOTS};

/// Paper to the left of the head's first dot, in dots: 4 mm.
const MARGIN_DOTS: u32 = 32;
/// Paper across, in dots: 80 mm.
const WIDTH_DOTS: u32 = HEAD_DOTS as u32 + 2 * MARGIN_DOTS;
/// What heating a white dot once makes of it.
const BURNT: u8 = 200;
/// How a torn edge is drawn.
const TORN: u8 = 90;

/// Darkness of paper, dot by dot: 0 white, 255 black, at 8 dots a millimetre both ways.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Dots a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Row after row, `width` bytes each.
    pub dots: Vec<u8>,
}

impl Picture {
    /// White paper of this length.
    pub(crate) fn blank(length_nm: i64) -> Self {
        let height = u32::try_from(length_nm.max(0) / PITCH_NM).unwrap_or(u32::MAX);
        let dots = vec![0; WIDTH_DOTS as usize * height as usize];
        Self { width: WIDTH_DOTS, height, dots }
    }

    /// Heats every row of every item at the place that `place_of` gives for its dot line, from the leading edge.
    pub(crate) fn burn(&mut self, content: &Content, place_of: impl Fn(u32) -> Option<i64>) {
        for item in content.items() {
            for (line, row) in burnt_rows(content, item) {
                if let Some(place_nm) = place_of(line) {
                    self.burn_row(row_at(place_nm), &row);
                }
            }
        }
    }

    fn burn_row(&mut self, y: i64, row: &DotRow) {
        let start = usize::try_from(y).ok().and_then(|y| y.checked_mul(WIDTH_DOTS as usize));
        let Some(paper) = start.and_then(|start| self.dots.get_mut(start..start + WIDTH_DOTS as usize))
        else {
            return;
        };
        for (x, dot) in paper.iter_mut().skip(MARGIN_DOTS as usize).take(usize::from(HEAD_DOTS)).enumerate() {
            if row.get(x / 64).is_some_and(|word| word & (1 << (63 - x % 64)) != 0) {
                *dot = dot.saturating_add(BURNT);
            }
        }
    }

    /// Draws the lower edge as torn by hand: a zigzag 1 mm deep, and nothing below it.
    pub(crate) fn tear(&mut self) {
        let (width, height) = (self.width as usize, self.height as usize);
        for x in 0..width {
            let depth = (x % 16).abs_diff(8);
            for below in 0..=depth {
                let dot = (height.checked_sub(1 + below)).and_then(|y| self.dots.get_mut(y * width + x));
                if let Some(dot) = dot {
                    *dot = if below == depth { TORN } else { 0 };
                }
            }
        }
    }
}

/// The row of a picture in which a place lies.
pub(crate) const fn row_at(place_nm: i64) -> i64 {
    (place_nm + PITCH_NM / 2).div_euclid(PITCH_NM)
}

/// The rows of an item with the numbers of their dot lines; none if it has not begun.
pub(crate) fn burnt_rows(content: &Content, item: &Item) -> impl Iterator<Item = (u32, DotRow)> {
    let rows = item.first_line.map(|first| (first..).zip(raster::rows(content, item)));
    rows.into_iter().flatten()
}
