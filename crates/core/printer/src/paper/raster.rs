//! Items as rows of dots, the way in which the head would heat them.
//!
//! Only pictures and legibility need these rows; printing itself never does. Characters of different heights
//! on one line share their lower edge. *Not modelled:* the exact baseline of Font B beside Font A.

use crate::geometry::HEAD_DOTS_MAX as HEAD_DOTS;
use crate::paper::content::{Content, Item, Kind};
use crate::paper::letters::draw_run;

/// One row of the head; the leftmost dot is bit 63 of the first word.
pub(crate) type DotRow = [u64; HEAD_DOTS as usize / 64];

/// A row without ink.
pub(crate) const BLANK: DotRow = [0; HEAD_DOTS as usize / 64];

/// The rows of one item.
pub(crate) fn rows(content: &Content, item: &Item) -> Vec<DotRow> {
    let mut rows = vec![BLANK; usize::from(item.rows)];
    match item.kind {
        Kind::Text { .. } => {
            for run in content.runs(item) {
                draw_run(&mut rows, run, content);
            }
        }
        Kind::Image { x, width_bytes, double_width, double_height, .. } => {
            let scale = (1 + u16::from(double_width), 1 + usize::from(double_height));
            let source = content.bits(item).chunks_exact(usize::from(width_bytes.max(1)));
            for (pair, bytes) in rows.chunks_mut(scale.1).zip(source) {
                for row in pair {
                    draw_bytes(row, x, bytes, scale.0);
                }
            }
        }
        Kind::Matrix { x, columns, cell, .. } => {
            let source = content.bits(item).chunks_exact(usize::from(columns.div_ceil(8).max(1)));
            for (band, bytes) in rows.chunks_mut(usize::from(cell.1.max(1))).zip(source) {
                for row in band {
                    draw_bytes(row, x, bytes, u16::from(cell.0));
                }
            }
        }
    }
    rows
}

pub(crate) fn draw_bytes(row: &mut DotRow, x: u16, bytes: &[u8], scale: u16) {
    for (place, byte) in (0_u16..).step_by(8).zip(bytes) {
        draw_bits(row, x.saturating_add(place * scale), u32::from(*byte) << 24, 8, scale);
    }
}

/// Blackens the dots from `from` up to, not including, `to`.
pub(crate) fn fill(row: &mut DotRow, from: u16, to: u16) {
    for x in from..to.min(HEAD_DOTS) {
        set(row, x);
    }
}

fn set(row: &mut DotRow, x: u16) {
    if let Some(word) = row.get_mut(usize::from(x / 64)) {
        *word |= 1 << (63 - x % 64);
    }
}

/// Draws the highest `count` bits from the left, each `scale` dots wide; what lies beyond the head is lost.
pub(crate) fn draw_bits(row: &mut DotRow, x: u16, bits: u32, count: u16, scale: u16) {
    if scale == 1 {
        let (word, shift) = (usize::from(x / 64), u32::from(x % 64));
        let wide = u64::from(bits) << 32;
        if let Some(word) = row.get_mut(word) {
            *word |= wide >> shift;
        }
        if let Some(next) = row.get_mut(word + 1).filter(|_| shift > 0) {
            *next |= wide << (64 - shift);
        }
        return;
    }
    for bit in (0..count).filter(|bit| bits & (1 << (31 - bit)) != 0) {
        let left = x.saturating_add(bit * scale);
        fill(row, left, left.saturating_add(scale));
    }
}
