//! Pictures of paper: every dot as it is, or as it should have been.
//!
//! Rows and dots have the pitch of the printer's head, both ways. A dot line blackens the row of the picture that
//! its place rounds to, as dark as its shade says, and a place that is heated again gets darker. *Not modelled:*
//! round dots, bleeding, creases.

use crate::Geometry;
use crate::paper::burn::Spot;
use crate::paper::content::{Content, Item};
use crate::paper::raster::{self, DotRow};
use crate::paper::surface::{Shade, Surface};

/// What heating a white dot once makes of it, at full darkness.
const BURNT: u32 = 200;
/// How a torn edge is drawn.
const TORN: u8 = 90;

/// Darkness of paper, dot by dot: 0 white, 255 black, at the pitch of the head both ways.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Dots a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Row after row, `width` bytes each.
    pub dots: Vec<u8>,
    /// Dots and paper of the printer.
    pub geometry: Geometry,
}

impl Picture {
    /// White paper of this length.
    pub(crate) fn blank(geometry: Geometry, length_nm: i64) -> Self {
        let height = u32::try_from(length_nm.max(0) / geometry.line_nm()).unwrap_or(u32::MAX);
        let width = geometry.paper_dots();
        Self { width, height, dots: vec![0; width as usize * height as usize], geometry }
    }

    /// Heats every row of every item at the spot that `spot_of` gives for its dot line; places count from the
    /// leading edge.
    pub(crate) fn burn(
        &mut self,
        content: &Content,
        surfaces: &[Surface],
        spot_of: impl Fn(u32) -> Option<Spot>,
    ) {
        for item in content.items() {
            for (line, row) in burnt_rows(content, item) {
                if let Some(spot) = spot_of(line) {
                    let surface = surfaces.get(usize::from(spot.shade.surface)).unwrap_or(&Surface::SOUND);
                    self.burn_row(row_at(spot.position_nm, self.geometry), &row, spot.shade, surface);
                }
            }
        }
    }

    fn burn_row(&mut self, y: i64, row: &DotRow, shade: Shade, surface: &Surface) {
        let (width, margin) = (self.width as usize, self.geometry.margin_dots() as usize);
        let start = usize::try_from(y).ok().and_then(|y| y.checked_mul(width));
        let Some(paper) = start.and_then(|start| self.dots.get_mut(start..start + width)) else { return };
        let burnt = BURNT * u32::from(shade.darkness) / u32::from(Shade::FULL_DARKNESS);
        let head = paper.iter_mut().skip(margin).take(usize::from(self.geometry.head_dots));
        for (x, dot) in head.enumerate() {
            let bit = 1 << (63 - x % 64);
            let heats = |word: &u64| word & bit != 0;
            if row.get(x / 64).is_some_and(heats) && !surface.open.get(x / 64).is_some_and(heats) {
                *dot = dot.saturating_add(u8::try_from(burnt).unwrap_or(u8::MAX));
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
pub(crate) const fn row_at(place_nm: i64, geometry: Geometry) -> i64 {
    (place_nm + geometry.line_nm() / 2).div_euclid(geometry.line_nm())
}

/// The rows of an item with the numbers of their dot lines; none if it has not begun.
pub(crate) fn burnt_rows(content: &Content, item: &Item) -> impl Iterator<Item = (u32, DotRow)> {
    let rows = item.first_line.map(|first| (first..).zip(raster::rows(content, item)));
    rows.into_iter().flatten()
}
