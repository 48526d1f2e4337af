//! Items as rows of dots, the way in which the head would heat them.
//!
//! Only pictures and legibility need these rows; printing itself needs no more than [`ink`](crate::paper::ink).
//! *Not modelled:* dots beyond the widest head, which no driver would take.

use crate::geometry::HEAD_DOTS_MAX as HEAD_DOTS;
use crate::paper::content::{Content, Item, Kind};
use crate::paper::letters::draw_run;

/// Words of a row.
pub(crate) const ROW_WORDS: usize = HEAD_DOTS as usize / 64;

/// One row of the head; the leftmost dot is bit 63 of the first word.
pub(crate) type DotRow = [u64; ROW_WORDS];

/// A row without ink.
pub(crate) const BLANK: DotRow = [0; ROW_WORDS];

/// Writes the rows of one item over what stood in `rows`.
pub(crate) fn draw(content: &Content, item: &Item, rows: &mut Vec<DotRow>) {
    rows.clear();
    rows.resize(usize::from(item.rows), BLANK);
    match item.kind {
        Kind::Text { .. } => {
            for run in content.runs(item) {
                draw_run(rows, run, content);
            }
        }
        Kind::Image { x, width_bytes, double_width, double_height, .. } => {
            let scale = (1 + u16::from(double_width), 1 + usize::from(double_height));
            let source = content.bits(item).chunks_exact(usize::from(width_bytes.max(1)));
            for (band, bytes) in rows.chunks_mut(scale.1).zip(source) {
                draw_band(band, x, bytes, scale.0);
            }
        }
        Kind::Matrix { x, columns, cell, .. } => {
            let source = content.bits(item).chunks_exact(usize::from(columns.div_ceil(8).max(1)));
            for (band, bytes) in rows.chunks_mut(usize::from(cell.1.max(1))).zip(source) {
                draw_band(band, x, bytes, u16::from(cell.0));
            }
        }
    }
}

/// Draws the same bytes in every row of a band that is blank.
fn draw_band(band: &mut [DotRow], x: u16, bytes: &[u8], scale: u16) {
    if let Some((first, rest)) = band.split_first_mut() {
        draw_bytes(first, x, bytes, scale);
        rest.fill(*first);
    }
}

/// Draws whole bytes from the left, each bit `scale` dots wide.
pub(crate) fn draw_bytes(row: &mut DotRow, x: u16, bytes: &[u8], scale: u16) {
    if scale != 1 {
        for (place, byte) in (0_u16..).step_by(8).zip(bytes) {
            draw_bits(row, x.saturating_add(place.saturating_mul(scale)), u32::from(*byte) << 24, 8, scale);
        }
        return;
    }
    for (place, group) in (0_u16..).step_by(64).zip(bytes.chunks(8)) {
        let mut whole = [0; 8];
        whole.iter_mut().zip(group).for_each(|(to, from)| *to = *from);
        draw_word(row, x.saturating_add(place), u64::from_be_bytes(whole));
    }
}

/// Blackens the dots from `from` up to, not including, `to`.
pub(crate) fn fill(row: &mut DotRow, from: u16, to: u16) {
    let (from, to) = (usize::from(from), usize::from(to.min(HEAD_DOTS)));
    if from >= to {
        return;
    }
    let last = (to - 1) / 64;
    for (index, word) in row.iter_mut().enumerate().take(last + 1).skip(from / 64) {
        let left = if index == from / 64 { u64::MAX >> (from % 64) } else { u64::MAX };
        let right = if index == last { u64::MAX << (63 - (to - 1) % 64) } else { u64::MAX };
        *word |= left & right;
    }
}

/// Draws 64 dots; what lies beyond the head is lost.
fn draw_word(row: &mut DotRow, x: u16, dots: u64) {
    let (word, shift) = (usize::from(x / 64), u32::from(x % 64));
    if let Some(word) = row.get_mut(word) {
        *word |= dots >> shift;
    }
    if let Some(next) = row.get_mut(word + 1).filter(|_| shift > 0) {
        *next |= dots << (64 - shift);
    }
}

/// Draws the highest `count` bits from the left, each `scale` dots wide; what lies beyond the head is lost.
pub(crate) fn draw_bits(row: &mut DotRow, x: u16, bits: u32, count: u16, scale: u16) {
    if scale == 1 {
        draw_word(row, x, u64::from(bits) << 32);
        return;
    }
    let mut left = bits & !u32::MAX.checked_shr(u32::from(count)).unwrap_or(0);
    while left != 0 {
        // A run of black bits at once.
        let skipped = left.leading_zeros();
        let run = (left << skipped).leading_ones();
        let place = |bit: u32| x.saturating_add((bit as u16).saturating_mul(scale));
        fill(row, place(skipped), place(skipped + run));
        left &= u32::MAX.checked_shr(skipped + run).unwrap_or(0);
    }
}

/// Black dots of a row.
pub(crate) fn dots_of(row: &DotRow) -> u16 {
    row.iter().map(|word| word.count_ones() as u16).sum()
}

#[cfg(test)]
mod tests {
    use super::{BLANK, DotRow, HEAD_DOTS, draw_bits, draw_bytes, fill};
    use proptest::prelude::{any, prop, proptest};

    fn dot(row: &DotRow, x: u16) -> bool {
        row[usize::from(x / 64)] >> (63 - x % 64) & 1 != 0
    }

    proptest! {
        #[test]
        fn a_filled_stretch_is_exactly_its_dots(from in 0_u16..700, to in 0_u16..700) {
            let mut row = BLANK;
            fill(&mut row, from, to);
            assert!((0..HEAD_DOTS).all(|x| dot(&row, x) == (from..to).contains(&x)));
        }

        #[test]
        fn bits_are_drawn_from_the_left_and_as_wide_as_they_should_be(
            x in 0_u16..600, bits in any::<u32>(), count in 0_u16..=24, scale in 1_u16..=8,
        ) {
            let mut row = BLANK;
            let bits = bits & !(u32::MAX >> count);
            draw_bits(&mut row, x, bits, count, scale);
            let black = |at: u16| {
                at.checked_sub(x).is_some_and(|at| at / scale < 32 && bits << (at / scale) >> 31 != 0)
            };
            assert!((0..HEAD_DOTS).all(|at| dot(&row, at) == black(at)));
        }

        #[test]
        fn bytes_are_drawn_as_their_bits(
            x in 0_u16..600, bytes in prop::collection::vec(any::<u8>(), 0..80), scale in 1_u16..=3,
        ) {
            let mut row = BLANK;
            draw_bytes(&mut row, x, &bytes, scale);
            let black = |at: u16| {
                let Some(at) = at.checked_sub(x).map(|at| usize::from(at / scale)) else { return false };
                bytes.get(at / 8).is_some_and(|byte| byte >> (7 - at % 8) & 1 != 0)
            };
            assert!((0..HEAD_DOTS).all(|at| dot(&row, at) == black(at)));
        }
    }
}
