//! How well the text on a piece can be read, measured from its dots.
//!
//! For each line of text its ideal dot rows are laid over the paper where the line landed, at the vertical
//! offset that fits best; the score is the ink that agrees as a share of the ink in either (Jaccard, in
//! thousandths). Ink of other lines on the same place counts as disagreeing. A line that was not heated at
//! all scores 0, and from 600 ‰ on it can be read.
//!
//! *What this cannot see:* what a reader can guess from context; that a lost amount matters more than a lost
//! greeting; faint print; rows that are evenly squashed, which a person reads further than this measure says;
//! neighbouring lines that only touch.

use crate::Permille;
use crate::paper::content::Item;
use crate::paper::picture::{burnt_rows, row_at};
use crate::paper::piece::{Piece, ReadLine, Reading};
use crate::paper::raster::{BLANK, DotRow};
use std::collections::BTreeMap;

/// From here on a line can be read.
const READABLE: Permille = Permille::new(600);
/// Rows by which the ideal is moved up and down in search of the best fit.
const SEARCH_ROWS: i64 = 12;

/// The reading of a piece on which every dot is in its place.
pub(crate) fn perfect(piece: &Piece) -> Reading {
    let line = |text: &str| ReadLine { text: text.to_owned(), legibility: Permille::WHOLE };
    Reading { lines: piece.lines().map(|it| line(it.text)).collect(), legibility: Permille::WHOLE }
}

/// The reading of any piece.
pub(crate) fn measure(piece: &Piece) -> Reading {
    let paper = paper(piece);
    let texts = piece.content.items().filter(|item| item.text.len > 0);
    let read = |item: &Item| ReadLine {
        text: piece.content.text(item).to_owned(),
        legibility: score(piece, item, &paper),
    };
    let lines: Vec<ReadLine> = texts.map(read).collect();
    let readable = lines.iter().filter(|line| line.legibility >= READABLE).count();
    let legibility = Permille::of(readable as u64, lines.len() as u64);
    Reading { lines, legibility }
}

/// The ink of the whole piece, row by row.
fn paper(piece: &Piece) -> BTreeMap<i64, DotRow> {
    let mut paper = BTreeMap::new();
    for item in piece.content.items() {
        for (line, row) in burnt_rows(&piece.content, item) {
            if let Some(place) = piece.burns.position_of(line) {
                join(paper.entry(row_at(place - piece.edges_nm.0, piece.geometry)).or_insert(BLANK), &row);
            }
        }
    }
    paper
}

fn join(into: &mut DotRow, row: &DotRow) {
    for (word, more) in into.iter_mut().zip(row) {
        *word |= more;
    }
}

/// The score of one line at its best offset.
fn score(piece: &Piece, item: &Item, paper: &BTreeMap<i64, DotRow>) -> Permille {
    let ideal: Vec<DotRow> = burnt_rows(&piece.content, item).map(|(_, row)| row).collect();
    let places = item.first_line.into_iter().flat_map(|first| first..first + u32::from(item.rows));
    let mut landed = places
        .filter_map(|line| piece.burns.position_of(line))
        .map(|place| row_at(place - piece.edges_nm.0, piece.geometry));
    let Some(top) = landed.next() else { return Permille::NONE };
    let bottom = landed.next_back().unwrap_or(top);
    let actual: Vec<DotRow> = (top..=bottom).map(|y| paper.get(&y).copied().unwrap_or(BLANK)).collect();
    // A line whose first rows went to another piece still fits where its remaining rows are.
    let missing_rows = ideal.len() as i64 - (bottom - top + 1);
    let offsets = -SEARCH_ROWS.max(missing_rows)..=SEARCH_ROWS;
    offsets.map(|offset| overlap(&ideal, &actual, offset)).max().unwrap_or_default()
}

/// Ink that agrees, as a share of ink in either, with the ideal moved by `offset` rows.
fn overlap(ideal: &[DotRow], actual: &[DotRow], offset: i64) -> Permille {
    let last = (ideal.len() as i64 + offset).max(actual.len() as i64);
    let row =
        |rows: &[DotRow], y: i64| usize::try_from(y).ok().and_then(|y| rows.get(y).copied()).unwrap_or(BLANK);
    let (mut both, mut either) = (0, 0);
    for y in offset.min(0)..last {
        let (wanted, there) = (row(ideal, y - offset), row(actual, y));
        for (wanted, there) in wanted.iter().zip(&there) {
            both += u64::from((wanted & there).count_ones());
            either += u64::from((wanted | there).count_ones());
        }
    }
    Permille::of(both, either)
}

#[cfg(test)]
mod tests {
    use super::{measure, perfect};
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
}
