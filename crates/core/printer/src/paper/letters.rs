//! Characters as dots, run by run.
//!
//! Characters of different heights on one line share their lower edge. Facts: printer sources, section 2.2. *Not
//! modelled:* the exact baseline of Font B beside Font A.

use crate::paper::content::Content;
use crate::paper::glyph::glyph;
use crate::paper::raster::{DotRow, draw_bits, draw_bytes, fill};
use crate::paper::style::{Cell, Run, Style};

/// Draws a run at the lower edge of the rows.
pub(crate) fn draw_run(rows: &mut [DotRow], run: &Run, content: &Content) {
    let style = run.style;
    let top = rows.len().saturating_sub(usize::from(style.rows()));
    let Some(cell) = rows.get_mut(top..) else { return };
    let mut x = run.x;
    if let Cell::Dots { width, .. } = style.cell {
        draw_dots(cell, x, content.dots(run), width, &style);
        x = x.saturating_add(style.advance());
    }
    for character in content.characters(run).chars() {
        draw_character(cell, x, character, run);
        x = x.saturating_add(style.advance());
    }
    let underline = cell.len().saturating_sub(usize::from(style.underline));
    for row in cell.iter_mut().skip(underline).filter(|_| !style.reverse) {
        fill(row, run.x, x);
    }
}

fn draw_character(rows: &mut [DotRow], x: u16, character: char, run: &Run) {
    let style = run.style;
    let width = style.cell.width();
    let mask = !(u32::MAX >> width);
    let shape = glyph(character, style.cell);
    for (source, band) in shape.iter().zip(rows.chunks_mut(usize::from(style.height.max(1)))) {
        let bold = if style.bold { *source | (*source >> 1 & mask) } else { *source };
        let bits = if style.reverse { !bold & mask } else { bold };
        for row in band {
            draw_bits(row, x, bits, width, u16::from(style.width));
        }
    }
}

fn draw_dots(rows: &mut [DotRow], x: u16, dots: &[u8], width: u16, style: &Style) {
    let source = dots.chunks_exact(usize::from(width.div_ceil(8).max(1)));
    for (bytes, band) in source.zip(rows.chunks_mut(usize::from(style.height.max(1)))) {
        for row in band {
            draw_bytes(row, x, bytes, u16::from(style.width));
        }
    }
}
