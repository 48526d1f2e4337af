//! How many dots of each row of an item are black: what the head's time, heat and current depend on.
//!
//! Counted without drawing wherever nothing lies over something else. *Not modelled:* nothing; the count equals that
//! of the drawn rows.

use crate::geometry::HEAD_DOTS_MAX;
use crate::paper::ascii::{self, embolden};
use crate::paper::content::{Content, Item, Kind};
use crate::paper::glyph::glyph;
use crate::paper::raster::{self, dots_of};
use crate::paper::style::{Cell, Run};

/// Rows of the highest character.
const ROWS: usize = 24;

/// Writes the number of black dots of each row over what stood in `ink`.
pub(crate) fn count(content: &Content, item: &Item, ink: &mut Vec<u16>) {
    ink.clear();
    ink.resize(usize::from(item.rows), 0);
    let counted = match item.kind {
        Kind::Text { .. } => count_runs(content, item, ink),
        Kind::Image { x, width_bytes, double_width, double_height, .. } => {
            let scale = (1 + u16::from(double_width), 1 + u16::from(double_height));
            count_bits(content.bits(item), x, width_bytes, scale, ink)
        }
        Kind::Matrix { x, columns, cell, .. } => {
            let scale = (u16::from(cell.0), cell.1);
            count_bits(content.bits(item), x, columns.div_ceil(8), scale, ink)
        }
    };
    if !counted {
        let mut rows = Vec::new();
        raster::draw(content, item, &mut rows);
        ink.clear();
        ink.extend(rows.iter().map(dots_of));
    }
}

/// `false` if runs may lie over each other, or one is not plain.
fn count_runs(content: &Content, item: &Item, ink: &mut [u16]) -> bool {
    let mut free_from = 0;
    content.runs(item).iter().all(|run| {
        let apart = run.x >= free_from;
        let text = content.characters(run);
        free_from = end_of(run, text);
        apart && count_run(run, text, ink)
    })
}

fn count_run(run: &Run, text: &str, ink: &mut [u16]) -> bool {
    if matches!(run.style.cell, Cell::Dots { .. }) {
        return false;
    }
    let top = ink.len().saturating_sub(usize::from(run.style.rows() + run.lift));
    let Some(rows) = ink.get_mut(top..) else { return false };
    // The underline covers the run's whole width; what other runs have there stays.
    run.style.underline == 0 && (ascii::count(rows, run.x, text, &run.style) || count_shapes(rows, run, text))
}

/// Character by character; `false` if they are turned, lean, stand in black, or reach beyond the head.
fn count_shapes(ink: &mut [u16], run: &Run, text: &str) -> bool {
    let style = run.style;
    if !style.is_upright() || style.reverse || end_of(run, text) > HEAD_DOTS_MAX {
        return false;
    }
    let mut sum = [0_u32; ROWS];
    for character in text.chars() {
        for (sum, row) in sum.iter_mut().zip(glyph(character, style.cell)) {
            let bits = if style.bold { embolden(row, style.cell.width()) } else { row };
            *sum += bits.count_ones();
        }
    }
    for (dots, rows) in sum.into_iter().zip(ink.chunks_mut(usize::from(style.height.max(1)))) {
        rows.iter_mut().for_each(|row| *row += dots as u16 * u16::from(style.width));
    }
    true
}

/// The place behind the last character.
fn end_of(run: &Run, text: &str) -> u16 {
    run.x.saturating_add(run.style.advance().saturating_mul(text.chars().count() as u16))
}

/// Bits of rows of so many bytes; dots of a bit across and down. `false` if they reach beyond the head.
fn count_bits(bits: &[u8], x: u16, bytes: u16, scale: (u16, u16), ink: &mut [u16]) -> bool {
    let end = u32::from(x) + u32::from(bytes) * 8 * u32::from(scale.0);
    if end > u32::from(HEAD_DOTS_MAX) {
        return false;
    }
    let source = bits.chunks_exact(usize::from(bytes.max(1)));
    for (band, bytes) in ink.chunks_mut(usize::from(scale.1.max(1))).zip(source) {
        let (words, rest) = bytes.as_chunks::<8>();
        let dots = words.iter().map(|word| u64::from_ne_bytes(*word).count_ones()).sum::<u32>()
            + rest.iter().map(|byte| byte.count_ones()).sum::<u32>();
        band.fill(dots as u16 * scale.0);
    }
    true
}

#[cfg(test)]
mod tests {
    use super::count;
    use crate::paper::content::{Content, Meaning, Modules};
    use crate::paper::raster::{self, dots_of};
    use crate::paper::sample::PLAIN;
    use crate::paper::style::{Cell, Run, Style};
    use proptest::prelude::{any, prop, proptest};

    /// The count of drawn rows and the count without drawing.
    fn both(content: &Content) -> Vec<(Vec<u16>, Vec<u16>)> {
        let counts = content.items().map(|item| {
            let (mut rows, mut ink) = (Vec::new(), Vec::new());
            raster::draw(content, item, &mut rows);
            count(content, item, &mut ink);
            (rows.iter().map(dots_of).collect(), ink)
        });
        counts.collect()
    }

    proptest! {
        #[test]
        fn counted_ink_equals_drawn_ink(
            lines in prop::collection::vec(("[ -~中é]{0,30}", 0_u16..500, 1_u8..4, any::<(bool, bool)>(), 0_u8..3, 0_usize..4), 1..5),
            bytes in prop::collection::vec(any::<u8>(), 72), x in 0_u16..600,
        ) {
            let mut content = Content::default();
            for (text, x, size, (bold, reverse), underline, cell) in lines {
                let cell = [Cell::A, Cell::B, Cell::HighC, Cell::Wide][cell];
                let style =
                    Style { width: size, height: 4 - size, bold, reverse, underline, cell, ..PLAIN };
                let run = |x| Run { x, bytes: text.len() as u16, start: 0, lift: 0, style };
                let other = Run { x: x / 2, style: PLAIN, ..run(0) };
                content.add_text(style.rows().max(24), &[run(x), other], &text, &[], 0);
                content.add_text(style.rows().max(24), &[Run { style: PLAIN, ..run(0) }], &text, &[], 5);
            }
            content.add_image(18, x, 8, (false, true), &bytes, "");
            content.add_modules(x, &Modules {
                columns: 61,
                rows: 9,
                cell: (3, 2),
                bits: &bytes,
                meaning: Meaning { symbology: "", data: "" },
            });
            for (drawn, counted) in both(&content) {
                assert_eq!(drawn, counted);
            }
        }
    }
}
