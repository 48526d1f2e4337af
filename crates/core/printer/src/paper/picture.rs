//! Pictures of paper in shades: every dot as dark as it is, or as it should have been.
//!
//! Rows and dots have the pitch of the printer's head, both ways. Heat of a place adds up over all dot lines that
//! landed on it, and becomes darkness at the end. A piece that is longer than [`ROWS_MAX`] is cut off there, and what
//! the printer forgot of it is hatched in grey. *Not modelled:* round dots, bleeding, creases.

use crate::Geometry;
use crate::paper::landing::{Landed, Print, Weights};
use crate::paper::tone::{BURNT, VISIBLE, darkness};

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
    /// What a sound head makes of a dot with one heating.
    pub const BURNT: u8 = BURNT;

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
        let heated = |group: &&mut [u8]| group.iter().fold(0, |any, heat| any | heat) != 0;
        for group in heat.chunks_mut(64).filter(heated) {
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
    let even = weights.even_heat(landed.shade);
    for (word, first) in landed.dots.iter().zip((0_i32..).step_by(64)) {
        let mut left = *word;
        while left != 0 {
            let dot = left.leading_zeros() as i32 + first;
            left &= !(1 << (63 - left.leading_zeros()));
            let place = usize::try_from(landed.x + dot).ok();
            if let Some(heat) = place.and_then(|place| row.get_mut(place)) {
                let more = even.unwrap_or_else(|| weights.heat(dot.unsigned_abs() as usize, landed.shade));
                *heat = heat.saturating_add(more);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{FORGOTTEN, Picture};
    use crate::Permille;
    use crate::paper::raster::fill;
    use crate::paper::sample::{Bench, PLAIN};
    use crate::paper::surface::{Shade, Surface};

    /// Paper to the left of the head, in dots: (640 - 576) / 2.
    const MARGIN: usize = 32;
    const BLACK: [u8; 72] = [0xFF; 72];

    fn row(picture: &Picture, y: usize) -> &[u8] {
        picture.dots.chunks(picture.width as usize).nth(y).expect("so many rows")
    }

    fn black(row: &[u8]) -> Vec<usize> {
        (0..row.len()).filter(|x| row[*x] > 0).collect()
    }

    #[test]
    fn open_dots_stay_white_and_shorted_dots_are_black_in_blank_lines_too() {
        let mut surface = Surface::SOUND;
        fill(&mut surface.open, 64, 128);
        fill(&mut surface.shorted, 300, 301);
        let mut bench = Bench::new(surface);
        bench.image(2, &BLACK).step(3, 1);
        let picture = bench.cut().picture();
        assert_eq!((picture.width, picture.height), (640, 5));
        let heated: Vec<usize> = (MARGIN..MARGIN + 64).chain(MARGIN + 128..MARGIN + 576).collect();
        for y in 0..2 {
            assert_eq!(black(row(&picture, y)), heated);
            assert_eq!(row(&picture, y)[MARGIN + 300], 200, "heated once, not twice");
        }
        for y in 2..5 {
            assert_eq!(black(row(&picture, y)), [MARGIN + 300]);
        }
    }

    #[test]
    fn a_tilted_head_prints_lighter_towards_its_lifted_end() {
        let contact = (Permille::WHOLE, Permille::new(500));
        let piece = Bench::new(Surface { contact, ..Surface::SOUND }).image(1, &BLACK).cut();
        let picture = piece.picture();
        let head = &row(&picture, 0)[MARGIN..MARGIN + 576];
        assert!(head.windows(2).all(|pair| pair[0] >= pair[1]));
        // Half the energy is 100 above the threshold of 400, of 600: heat 16, and darkness 32.
        assert_eq!((head[0], head[575]), (200, 32));
        // A dot is seen from 592 thousandths on: 1000 - 500 x / 575 >= 592, so up to x = 469.
        let seen = piece.bitmap().rows().flatten().map(|word| word.count_ones()).sum::<u32>();
        assert_eq!(seen, 470);
    }

    #[test]
    fn old_paper_is_lighter_and_reversed_paper_is_blank_at_full_length() {
        let dark = |surface| Bench::new(surface).image(8, &BLACK).cut().picture();
        let old = dark(Surface { sensitivity: Permille::new(750), ..Surface::SOUND });
        // Three quarters of the energy is 350 of 600 above the threshold: heat 58, and darkness 116.
        assert_eq!(old.dots.iter().max(), Some(&116));
        let reversed = dark(Surface { coated: false, ..Surface::SOUND });
        assert_eq!((reversed.height, reversed.dots.iter().max()), (8, Some(&0)));
    }

    #[test]
    fn paper_that_runs_to_the_right_takes_print_to_its_left_and_over_its_edge() {
        let mut line = [0; 72];
        (line[0], line[12]) = (0x80, 0x80);
        let skewed = Surface { skew_permille: 20, ..Surface::SOUND };
        let picture = Bench::new(skewed).image(1000, &line).image(1000, &line).cut().picture();
        // 1000 lines are 125 mm; 20 in 1000 of them are 2.5 mm, 20 dots.
        assert_eq!(black(row(&picture, 0)), [MARGIN, MARGIN + 96]);
        assert_eq!(black(row(&picture, 1000)), [MARGIN - 20, MARGIN + 76]);
        // The left dot has 32 dots of paper: gone when 33 are rounded to, after 32.5 / 0.02 lines.
        assert_eq!(black(row(&picture, 1624)), [0, 96]);
        assert_eq!(black(row(&picture, 1626)), [95]);
    }

    #[test]
    fn a_place_that_is_heated_again_gets_darker_and_a_stepped_over_place_stays_white() {
        let mut bench = Bench::new(Surface::SOUND);
        // The paper stands for ten lines, is pulled on by five, and goes on.
        let id = bench.strip.content.add_image(20, 0, 1, (false, false), &[0x80; 20], "");
        bench.strip.content.place(id, 0);
        bench.step(9, 0);
        bench.step(1, 6);
        bench.step(10, 1);
        let picture = bench.cut().picture();
        let column: Vec<u8> = picture.dots.iter().skip(MARGIN).step_by(640).copied().collect();
        let expected: Vec<u8> = [255, 0, 0, 0, 0, 0].into_iter().chain([200; 10]).collect();
        assert_eq!(column, expected);
    }

    #[test]
    fn what_is_printed_after_a_back_feed_lies_over_what_was_there() {
        let mut bench = Bench::new(Surface::SOUND);
        bench.image(4, &[0xF0]);
        bench.position -= 2;
        bench.image(4, &[0x3C]);
        let picture = bench.cut().picture();
        let dots = |y| row(&picture, y)[MARGIN..MARGIN + 8].to_vec();
        assert_eq!(dots(1), [200, 200, 200, 200, 0, 0, 0, 0]);
        assert_eq!(dots(2), [200, 200, 255, 255, 200, 200, 0, 0]);
        assert_eq!(dots(5), [0, 0, 200, 200, 200, 200, 0, 0]);
    }

    #[test]
    fn two_faint_heatings_may_be_seen_where_one_is_not() {
        let mut bench = Bench::new(Surface::SOUND);
        bench.shade = Shade { darkness: 60, ..bench.shade };
        bench.image(1, &[0x80]);
        bench.position -= 1;
        bench.image(2, &[0xC0]);
        let piece = bench.cut();
        // 60 of 250 is heat 24: darkness 48. Twice is 96.
        assert_eq!(row(&piece.picture(), 0)[MARGIN..MARGIN + 2], [96, 48]);
        let seen = piece.bitmap().rows().flatten().map(|word| word.count_ones()).sum::<u32>();
        assert_eq!(seen, 1);
    }

    #[test]
    fn a_strip_that_nobody_cuts_forgets_its_beginning_and_says_so() {
        let mut bench = Bench::new(Surface::SOUND);
        let picture = [0x55; 72 * 240];
        for _ in 0..500 {
            let id = bench.strip.content.add_image(240, 0, 72, (false, false), &picture, "");
            bench.strip.content.place(id, bench.line);
            bench.step(240, 1);
            assert!(bench.strip.content.footprint_bytes() < 9 << 20);
        }
        let piece = bench.cut();
        assert!(piece.forgotten_lines() >= 240 && piece.forgotten_lines().is_multiple_of(240));
        let drawn = piece.picture();
        // 120,000 rows were printed: the picture is cut off at 64,000.
        assert_eq!(drawn.height, 64_000);
        let forgotten = piece.forgotten_lines().min(64_000) as usize;
        assert_eq!(row(&drawn, 0)[8], FORGOTTEN);
        assert!(row(&drawn, forgotten - 1).iter().all(|dot| matches!(*dot, 0 | FORGOTTEN)));
        assert_eq!(Bench::new(Surface::SOUND).text("kept", PLAIN, 30).cut().forgotten_lines(), 0);
    }
}
