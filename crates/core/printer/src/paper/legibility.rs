//! How well the text on a piece can be read, measured from the dots that can be seen.
//!
//! The paper is taken in black and white: a dot counts from [`VISIBLE`](crate::Picture::VISIBLE) on, so faint print,
//! dead and shorted dots, what ran off the paper's edge and what was never heated all count as they look. For each
//! item with text its ideal rows are laid over the paper where it landed, at the height that fits best; sideways they
//! follow the paper's own run, because a reader does. The score is the ink that agrees as a share of the ink in either
//! (Jaccard, in thousandths). Ink of other lines on the same place counts as disagreeing. Where a dead driver took whole
//! characters, no ink beside them makes up for it: a line that lost a sixth of its width altogether cannot be read,
//! so that every lost thousandth costs two and a half. A line that was not heated at all scores 0, and from 600 ‰ on it
//! can be read.
//!
//! *What this cannot see:* what a reader can guess from context; that a lost amount matters more than a lost
//! greeting; which line of a page in page mode was harmed, as they are one image; how tiring faint print is as long as it can be seen at all; rows that are evenly squashed, which a person
//! reads further than this measure says; neighbouring lines that only touch; creases. Lines further than 80 m from the
//! leading edge score 0: no roll is longer.

use crate::Permille;
use crate::paper::bitmap::Bitmap;
use crate::paper::content::Item;
use crate::paper::landing::{head_mask, lay, row_at, shift_dots};
use crate::paper::piece::{Piece, ReadLine, Reading};
use crate::paper::raster::{self, DotRow};

/// From here on a line can be read.
const READABLE: Permille = Permille::new(600);
/// Rows by which the ideal is moved up and down in search of the best fit.
const SEARCH_ROWS: i64 = 12;
/// Stretches of a word, each a little wider than a character of Font A.
const STRETCHES: usize = 4;
const MASKS: [u64; STRETCHES] = [0xFFFF << 48, 0xFFFF << 32, 0xFFFF << 16, 0xFFFF];
/// Ink below which nothing worth reading is on a stretch, in dots.
const LEAST_INK: u32 = 12;
/// Rows of paper that are looked at: 80 m.
const ROWS_MAX: u32 = 640_000;

/// The reading of a piece on which every dot is in its place.
pub(crate) fn perfect(piece: &Piece) -> Reading {
    let line = |text: &str| ReadLine { text: text.to_owned(), legibility: Permille::WHOLE };
    Reading { lines: piece.lines().map(|it| line(it.text)).collect(), legibility: Permille::WHOLE }
}

/// The reading of any piece.
pub(crate) fn measure(piece: &Piece) -> Reading {
    let paper = Bitmap::new(&piece.print(), piece.length_nm(), ROWS_MAX);
    let (mut lines, mut fit) = (Vec::new(), Fit::default());
    for item in piece.content.items().filter(|item| item.text.len > 0) {
        let legibility = fit.score(piece, item, &paper);
        let read = |text: &str| ReadLine { text: text.to_owned(), legibility };
        lines.extend(piece.content.text(item).lines().map(read));
    }
    let readable = lines.iter().filter(|line| line.legibility >= READABLE).count();
    let legibility = Permille::of(readable as u64, lines.len() as u64);
    Reading { lines, legibility }
}

/// One item laid over the paper; its room is used again for the next.
#[derive(Default)]
struct Fit {
    rows: Vec<DotRow>,
    /// The ideal, row by row in words of the paper.
    wanted: Vec<u64>,
    wanted_ink: Vec<u64>,
    /// Ink of the paper's rows, from the item's first to its last.
    there_ink: Vec<u64>,
}

impl Fit {
    /// The score of one item at its best height.
    fn score(&mut self, piece: &Piece, item: &Item, paper: &Bitmap) -> Permille {
        let Some((top, bottom)) = landed(piece, item) else { return Permille::NONE };
        self.draw(piece, item, top, paper.rows().next().map_or(0, <[u64]>::len));
        self.there_ink.clear();
        self.there_ink.extend((top..=bottom).map(|y| paper.row(y).map_or(0, ink)));
        let total = self.wanted_ink.iter().sum::<u64>() + self.there_ink.iter().sum::<u64>();
        // A line whose first rows went to another piece still fits where its remaining rows are.
        let missing_rows = self.wanted_ink.len() as i64 - (bottom - top + 1);
        let (mut best, mut best_offset) = (0, 0);
        // From the middle outwards: what fits best is mostly where it should be, and no other can then be better.
        for distance in 0..=SEARCH_ROWS.max(missing_rows) {
            let up = -distance;
            for offset in [up, distance].into_iter().skip(usize::from(distance == 0)) {
                if offset <= SEARCH_ROWS && self.most(offset) > best {
                    let both = self.both(offset, top, paper);
                    if both > best {
                        (best, best_offset) = (both, offset);
                    }
                }
            }
        }
        let agrees = Permille::of(best, total - best);
        if agrees == Permille::WHOLE || best == 0 {
            return agrees;
        }
        let lost = self.lost(best_offset, top, paper).get();
        agrees.min(Permille::new(1000_u16.saturating_sub(lost * 5 / 2)))
    }

    /// The share of the line's width on which most of the ink is missing, with the ideal moved down by `offset` rows.
    fn lost(&self, offset: i64, top: i64, paper: &Bitmap) -> Permille {
        let stride = (self.wanted.len() / self.wanted_ink.len().max(1)).max(1);
        // Ink that there should be on each stretch, and what of it there is.
        let mut stretches = vec![(0_u32, 0_u32); stride * STRETCHES];
        for (y, wanted) in (top + offset..).zip(self.wanted.chunks_exact(stride)) {
            let there = paper.row(y).unwrap_or_default().iter().copied().chain(core::iter::repeat(0));
            let pairs = wanted.iter().zip(there).zip(stretches.chunks_exact_mut(STRETCHES));
            for ((wanted, there), stretches) in pairs.filter(|((wanted, _), _)| **wanted != 0) {
                for (mask, (all, kept)) in MASKS.iter().zip(stretches) {
                    *all += (wanted & mask).count_ones();
                    *kept += (wanted & there & mask).count_ones();
                }
            }
        }
        let inked = stretches.iter().filter(|(all, _)| *all >= LEAST_INK);
        let lost = inked.clone().filter(|(all, kept)| kept * 10 < all * 3);
        Permille::of(lost.count() as u64, inked.count().max(1) as u64)
    }

    /// Draws the ideal into words of the paper, which runs sideways as it did from the row where the item begins.
    fn draw(&mut self, piece: &Piece, item: &Item, top: i64, stride: usize) {
        let geometry = piece.geometry;
        raster::draw(&piece.content, item, &mut self.rows);
        let first = item.first_line.unwrap_or_default();
        let burnt = piece.burns.stretches(first..first + u32::from(item.rows)).next();
        let surface = piece.print().surface(burnt.map_or(0, |burnt| burnt.first.shade.surface));
        let head = head_mask(geometry);
        self.wanted.clear();
        self.wanted.resize(self.rows.len() * stride, 0);
        self.wanted_ink.clear();
        for ((y, row), words) in (top..).zip(&mut self.rows).zip(self.wanted.chunks_exact_mut(stride.max(1)))
        {
            row.iter_mut().zip(&head).for_each(|(dots, head)| *dots &= head);
            self.wanted_ink.push(ink(row));
            let run = shift_dots(y * geometry.line_nm(), surface, geometry);
            lay(words, row, geometry.margin_dots() as i32 - run);
        }
    }

    /// No more ink than this can agree at an offset.
    fn most(&self, offset: i64) -> u64 {
        self.pairs(offset).map(|(wanted, there)| wanted.1.min(there.1)).sum()
    }

    /// Ink that agrees, with the ideal moved down by `offset` rows.
    fn both(&self, offset: i64, top: i64, paper: &Bitmap) -> u64 {
        let stride = self.wanted.len() / self.wanted_ink.len().max(1);
        let row = |(wanted, there): ((usize, u64), (usize, u64))| {
            let wanted = self.wanted.get(wanted.0 * stride..(wanted.0 + 1) * stride).unwrap_or_default();
            let there = paper.row(top + there.0 as i64).unwrap_or_default();
            wanted
                .iter()
                .zip(there)
                .map(|(wanted, there)| u64::from((wanted & there).count_ones()))
                .sum::<u64>()
        };
        self.pairs(offset).filter(|(wanted, there)| wanted.1 > 0 && there.1 > 0).map(row).sum()
    }

    /// Rows of the ideal and of the paper that meet at an offset: number and ink of each.
    fn pairs(&self, offset: i64) -> impl Iterator<Item = ((usize, u64), (usize, u64))> {
        let (up, down) = (offset.min(0).unsigned_abs() as usize, offset.max(0).unsigned_abs() as usize);
        let wanted = self.wanted_ink.iter().copied().enumerate().skip(up);
        wanted.zip(self.there_ink.iter().copied().enumerate().skip(down))
    }
}

/// The first and last row of the paper on which anything of an item was heated.
fn landed(piece: &Piece, item: &Item) -> Option<(i64, i64)> {
    let first = item.first_line?;
    let row = |nm: i64| row_at(nm - piece.edges_nm.0, piece.geometry);
    let stretches = piece.burns.stretches(first..first + u32::from(item.rows));
    let ends = stretches.map(|stretch| {
        let (from, to) = (row(stretch.first.position_nm), row(stretch.position_of(stretch.end() - 1)));
        (from.min(to), from.max(to))
    });
    ends.reduce(|all, more| (all.0.min(more.0), all.1.max(more.1)))
}

/// Black dots.
fn ink(words: &[u64]) -> u64 {
    words.iter().map(|word| u64::from(word.count_ones())).sum()
}

#[cfg(test)]
mod tests {
    use super::{measure, perfect};
    use crate::Permille;
    use crate::paper::bitmap::Bitmap;
    use crate::paper::raster::fill;
    use crate::paper::sample::{Bench, PLAIN};
    use crate::paper::surface::{Shade, Surface};
    use crate::{DATA, DESK_80, Event, Piece, Poke, Printer};
    use proptest::prelude::{prop, proptest};
    use sim::{Input, Machine, Output, SimTime};
    use std::sync::Arc;

    /// What hangs out of a sound printer after these bytes.
    fn strip(bytes: &[u8]) -> Option<Arc<Piece>> {
        let mut printer = Printer::new(&DESK_80);
        printer.handle(SimTime::ZERO, Input::Received { port: DATA, bytes });
        let mut now = SimTime::ZERO;
        while let Some((at, _)) = printer.wake_at() {
            now = at;
            printer.handle(at, Input::Wake);
        }
        printer.handle(now, Input::Poke(Poke::Inspect));
        core::iter::from_fn(|| match printer.poll()? {
            Output::Event(Event::Found { piece, .. }) => Some(Some(piece)),
            _ => Some(None),
        })
        .flatten()
        .last()
    }

    proptest! {
        #[test]
        fn the_shortcut_for_sound_pieces_equals_the_whole_computation(
            lines in prop::collection::vec(("[!-~][ -~]{0,60}", 0_u8..0x22, 0_u8..60), 1..8),
        ) {
            let mut bytes = Vec::new();
            for (text, size, spacing) in lines {
                bytes.extend([0x1D, b'!', size, 0x1B, b'3', spacing]);
                bytes.extend(text.bytes().chain([b'\n']));
            }
            let piece = strip(&bytes).expect("something was printed");
            assert!(piece.is_nominal());
            assert_eq!(measure(&piece), perfect(&piece));
        }
    }

    fn legibility(surface: Surface, darkness: u8) -> u16 {
        let mut bench = Bench::new(surface);
        bench.shade = Shade { darkness, ..bench.shade };
        let piece = bench.text("AMOUNT: RMB 128.50", PLAIN, 30).cut();
        piece.reading().lines[0].legibility.get()
    }

    #[test]
    fn faint_print_is_read_until_it_cannot_be_seen() {
        // A dot is seen from heat 32 on: 80 of 250.
        assert_eq!((legibility(Surface::SOUND, 80), legibility(Surface::SOUND, 79)), (1000, 0));
        let old = Surface { sensitivity: Permille::new(590), ..Surface::SOUND };
        assert_eq!(legibility(old, Shade::FULL_DARKNESS), 0);
        assert_eq!(legibility(Surface { coated: false, ..Surface::SOUND }, Shade::FULL_DARKNESS), 0);
    }

    #[test]
    fn one_dead_dot_harms_nobody_and_a_dead_driver_takes_its_share() {
        // The text has 18 characters of 12 dots: 216 dots, 14 stretches of 16 of which one may be blank. A driver of 64
        // takes 3 or 4 of them with ink: 214 ‰ to 308 ‰, which cost two and a half times that. One that takes a
        // character costs 178 or 193.
        let dead = |first, count| {
            let mut surface = Surface::SOUND;
            fill(&mut surface.open, first, first + count);
            legibility(surface, Shade::FULL_DARKNESS)
        };
        assert!(dead(30, 1) > 960);
        assert!((230..=465).contains(&dead(64, 64)));
        assert!((700..=825).contains(&dead(64, 16)));
        assert_eq!(dead(0, 576), 0);
        assert_eq!(dead(256, 64), 1000, "no text there");
    }

    #[test]
    fn sideways_run_is_followed_but_what_ran_off_the_paper_is_lost() {
        let read = |lines_before: u32| {
            let mut bench = Bench::new(Surface { skew_permille: 20, ..Surface::SOUND });
            bench.step(lines_before, 1);
            bench.text("AMOUNT: RMB 128.50", PLAIN, 30).cut().reading().lines[0].legibility.get()
        };
        assert_eq!(read(1000), 1000);
        // 32 dots of margin are used up after 1600 lines; 4600 lines on, 60 more of 216 dots are lost.
        assert!((500..900).contains(&read(4600)));
    }

    proptest! {
        #[test]
        fn shades_and_surfaces_never_make_the_shortcuts_wrong(
            lines in prop::collection::vec(("[!-~][ -~]{0,40}", 40_u8..=250, 0_usize..4, 0_i64..12), 1..6),
            open in 0_u16..600, shorted in 0_u16..900, contact in 0_u16..2000, skew in -40_i16..80,
        ) {
            let mut dotted = Surface::SOUND;
            fill(&mut dotted.open, open, open + 20);
            fill(&mut dotted.shorted, shorted, shorted + 1);
            let tilted = Surface { contact: (Permille::new(contact), Permille::new(700)), ..Surface::SOUND };
            let skewed = Surface { skew_permille: skew.max(0), ..Surface::SOUND };
            let mut bench = Bench::new(Surface::SOUND);
            let surfaces = [Surface::SOUND, dotted, tilted, skewed].map(|it| bench.strip.set_surface(it));
            for (text, darkness, surface, lost) in lines {
                bench.shade = Shade { darkness, surface: surfaces[surface] };
                bench.text(&text, PLAIN, 24);
                bench.position -= (lost - 8).max(0);
                bench.step(3, 1);
            }
            let piece = bench.cut();
            assert_eq!(piece.bitmap(), Bitmap::of(&piece.picture()));
            if piece.is_nominal() {
                assert_eq!(measure(&piece), perfect(&piece));
            }
        }
    }
}
