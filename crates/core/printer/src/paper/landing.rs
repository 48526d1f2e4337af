//! Where heated rows come to lie on a piece of paper, and with how much heat.
//!
//! One pass over the composed items and the burn log; the picture and the bitmap both take what it finds. A place
//! along the paper is a row, counted from the leading edge and rounded to the nearest; dots that are open stay out,
//! shorted dots are heated with every dot line that was stepped, blank or not. Paper that runs to the right brings
//! what is printed to its left, in proportion to the way from the piece's leading edge. Facts: printer sources,
//! section 7. *Not modelled:* paper that is turned under the head: rows stay level, only their places shift.

use crate::Geometry;
use crate::paper::burn::{BurnLog, Segment};
use crate::paper::content::Content;
use crate::paper::raster::{self, BLANK, DotRow, ROW_WORDS};
use crate::paper::surface::{Shade, Surface};
use crate::paper::tone;

/// What was printed, on what.
#[derive(Clone, Copy)]
pub(crate) struct Print<'a> {
    pub(crate) content: &'a Content,
    pub(crate) burns: &'a BurnLog,
    pub(crate) surfaces: &'a [Surface],
    pub(crate) geometry: Geometry,
    /// The leading edge.
    pub(crate) top_nm: i64,
}

/// One dot line on the paper.
pub(crate) struct Landed<'a> {
    /// The row of the paper, counted from the leading edge.
    pub(crate) y: i64,
    /// The place of the head's first dot, in dots from the left edge of the paper.
    pub(crate) x: i32,
    pub(crate) dots: &'a DotRow,
    pub(crate) shade: Shade,
    pub(crate) surface: &'a Surface,
}

impl<'a> Print<'a> {
    /// Gives every dot line that has heated dots: items first, then shorted dots.
    pub(crate) fn land(&self, mut take: impl FnMut(&Landed<'_>)) {
        let mut rows = Vec::new();
        for item in self.content.items() {
            let Some(first) = item.first_line else { continue };
            raster::draw(self.content, item, &mut rows);
            for stretch in self.burns.stretches(first..first + u32::from(item.rows)) {
                let from = (stretch.first_line - first) as usize;
                self.land_stretch(&stretch, rows.iter().skip(from), &mut take);
            }
        }
        if self.surfaces.iter().any(|surface| surface.shorted != BLANK) {
            for segment in self.burns.segments() {
                self.land_shorted(segment, &mut take);
            }
        }
    }

    pub(crate) fn surface(&self, number: u8) -> &'a Surface {
        self.surfaces.get(usize::from(number)).unwrap_or(&Surface::SOUND)
    }

    fn land_stretch<'r>(
        &self,
        stretch: &Segment,
        rows: impl Iterator<Item = &'r DotRow>,
        take: &mut impl FnMut(&Landed<'_>),
    ) {
        let (surface, shade) = (self.surface(stretch.first.shade.surface), stretch.first.shade);
        if !surface.coated {
            return;
        }
        let live = self.live(surface);
        for (line, row) in (stretch.first_line..stretch.end()).zip(rows) {
            let mut dots = *row;
            dots.iter_mut().zip(&live).for_each(|(dots, live)| *dots &= live);
            if dots != BLANK {
                let (y, x) = self.place(stretch.position_of(line), surface);
                take(&Landed { y, x, dots: &dots, shade, surface });
            }
        }
    }

    fn land_shorted(&self, segment: &Segment, take: &mut impl FnMut(&Landed<'_>)) {
        let (surface, shade) = (self.surface(segment.first.shade.surface), segment.first.shade);
        let head = head_mask(self.geometry);
        let mut dots = surface.shorted;
        dots.iter_mut().zip(&head).for_each(|(dots, head)| *dots &= head);
        if !surface.coated || dots == BLANK {
            return;
        }
        for line in segment.first_line..segment.end() {
            let (y, x) = self.place(segment.position_of(line), surface);
            take(&Landed { y, x, dots: &dots, shade, surface });
        }
    }

    /// Dots of the head that heat when they are told, and only then.
    fn live(&self, surface: &Surface) -> DotRow {
        let mut live = head_mask(self.geometry);
        for ((live, open), shorted) in live.iter_mut().zip(&surface.open).zip(&surface.shorted) {
            *live &= !open & !shorted;
        }
        live
    }

    /// The row and the place of the head's first dot, for a place on the paper.
    fn place(&self, position_nm: i64, surface: &Surface) -> (i64, i32) {
        let along_nm = position_nm - self.top_nm;
        let margin = self.geometry.margin_dots() as i32;
        (row_at(along_nm, self.geometry), margin - shift_dots(along_nm, surface, self.geometry))
    }
}

/// The row in which a place lies, counted from the leading edge.
pub(crate) const fn row_at(along_nm: i64, geometry: Geometry) -> i64 {
    (along_nm + geometry.line_nm() / 2).div_euclid(geometry.line_nm())
}

/// How far the paper has run to the right after such a way.
pub(crate) const fn shift_dots(along_nm: i64, surface: &Surface, geometry: Geometry) -> i32 {
    if surface.skew_permille == 0 {
        return 0;
    }
    let sideways_nm = along_nm * surface.skew_permille as i64 / 1000;
    row_at(sideways_nm, geometry) as i32
}

/// The dots that the head has.
pub(crate) fn head_mask(geometry: Geometry) -> DotRow {
    let mut mask = BLANK;
    raster::fill(&mut mask, 0, geometry.head_dots);
    mask
}

/// Energy that arrives from every dot of the head on one surface, in thousandths, whatever the dot line's own darkness.
#[derive(Clone, Debug)]
pub(crate) struct Weights {
    dots: [u16; ROW_WORDS * 64],
    /// They are the same from end to end.
    even: bool,
}

impl Weights {
    pub(crate) fn new(surface: &Surface, geometry: Geometry) -> Self {
        let (left, right) = (i64::from(surface.contact.0.get()), i64::from(surface.contact.1.get()));
        let last = i64::from(geometry.head_dots.max(2)) - 1;
        let mut dots = [0; ROW_WORDS * 64];
        for (x, dot) in (0..=last).zip(&mut dots) {
            let contact = (left * (last - x) + right * x) / last;
            *dot = (contact * i64::from(surface.sensitivity.get()) / 1000) as u16;
        }
        Self { dots, even: left == right }
    }

    /// The heat of all dots, if it is the same.
    pub(crate) fn even_heat(&self, shade: Shade) -> Option<u8> {
        self.even.then(|| self.heat(0, shade))
    }

    /// The heat of one dot, as [`tone`] counts it.
    pub(crate) fn heat(&self, x: usize, shade: Shade) -> u8 {
        let weight = u32::from(self.dots.get(x).copied().unwrap_or(0));
        let line = tone::energy_permille(u32::from(shade.darkness) * 1000 / u32::from(Shade::FULL_DARKNESS));
        tone::heat(weight * line / 1000)
    }
}

/// Draws dots at a place of the paper; what lies beside it is lost.
pub(crate) fn lay(paper: &mut [u64], dots: &DotRow, x: i32) {
    let (whole, shift) = (x.div_euclid(64), x.rem_euclid(64).unsigned_abs());
    for (index, word) in (0_i32..).zip(dots).filter(|(_, word)| **word != 0) {
        let at = usize::try_from(index + whole).ok();
        if let Some(to) = at.and_then(|at| paper.get_mut(at)) {
            *to |= word >> shift;
        }
        let next = usize::try_from(index + whole + 1).ok().filter(|_| shift > 0);
        if let Some(to) = next.and_then(|next| paper.get_mut(next)) {
            *to |= word << (64 - shift);
        }
    }
}
