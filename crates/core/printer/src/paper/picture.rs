//! Pictures of paper in shades: every dot as dark as it is, or as it should have been.
//!
//! Rows and dots have the pitch of the printer's head, both ways. Heat of a place adds up over all dot lines that
//! landed on it, and becomes darkness at the end. A piece that is longer than [`ROWS_MAX`] is cut off there, and what
//! the printer forgot of it is hatched in grey. *Not modelled:* round dots, bleeding, creases.

use crate::Geometry;
use crate::paper::landing::{Landed, Print, Weights};
use crate::paper::tone::{VISIBLE, darkness};

/// Longest picture: 8 m of paper at 203 dpi. All of a longer piece is in its text.
pub(crate) const ROWS_MAX: u32 = 64_000;
/// How a torn edge is drawn.
const TORN: u8 = 90;
/// How forgotten rows are drawn: every eighth diagonal.
const FORGOTTEN: u8 = 110;

/// Darkness of paper, dot by dot: 0 white, 255 black, at the pitch of the head both ways.
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
    /// A dot that is at least so dark can be seen.
    pub const VISIBLE: u8 = VISIBLE;

    /// Paper of this length, with what was printed on it.
    pub(crate) fn new(print: &Print<'_>, length_nm: i64) -> Self {
        let (width, height) = extent(print.geometry, length_nm, ROWS_MAX);
        let mut heat = vec![0_u8; width as usize * height as usize];
        let mut weights = (0, Weights::new(print.surface(0), print.geometry));
        print.land(|landed| {
            if weights.0 != landed.shade.surface {
                weights = (landed.shade.surface, Weights::new(landed.surface, print.geometry));
            }
            let start = usize::try_from(landed.y).ok().and_then(|y| y.checked_mul(width as usize));
            let row = start.and_then(|start| heat.get_mut(start..start + width as usize));
            row.into_iter().for_each(|row| warm(row, landed, &weights.1));
        });
        for group in heat.chunks_mut(64).filter(|group| group.iter().any(|heat| *heat != 0)) {
            group.iter_mut().for_each(|heat| *heat = darkness(*heat));
        }
        Self { width, height, dots: heat }
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

    /// Hatches the first rows: nobody knows what is there.
    pub(crate) fn hatch(&mut self, rows: i64) {
        let width = self.width as usize;
        let rows = usize::try_from(rows).unwrap_or(0);
        for (y, row) in self.dots.chunks_exact_mut(width.max(1)).take(rows).enumerate() {
            row.iter_mut().skip(y % 8).step_by(8).for_each(|dot| *dot = FORGOTTEN);
        }
    }
}

/// Dots across and rows of paper of this length, but no more than so many rows.
pub(crate) fn extent(geometry: Geometry, length_nm: i64, rows_max: u32) -> (u32, u32) {
    let rows = length_nm.max(0) / geometry.line_nm();
    (geometry.paper_dots(), u32::try_from(rows).unwrap_or(u32::MAX).min(rows_max))
}

/// Heats one row of the paper.
fn warm(row: &mut [u8], landed: &Landed<'_>, weights: &Weights) {
    for (word, first) in landed.dots.iter().zip((0_i32..).step_by(64)) {
        let mut left = *word;
        while left != 0 {
            let dot = left.leading_zeros() as i32 + first;
            left &= !(1 << (63 - left.leading_zeros()));
            let place = usize::try_from(landed.x + dot).ok();
            if let Some(heat) = place.and_then(|place| row.get_mut(place)) {
                *heat = heat.saturating_add(weights.heat(dot.unsigned_abs() as usize, landed.shade));
            }
        }
    }
}
