//! Characters as dots, run by run.
//!
//! A turned character is its upright dots turned by 90 degrees clockwise, and a line upside down is the whole line
//! turned by 180. Facts: printer sources, section 2.2: no underline below turned or reversed characters; reversed
//! ones blacken the space beside them, but not the gap of turned ones. Italics lean by one dot in six; the sources
//! give no angle.

use crate::paper::ascii::{self, embolden};
use crate::paper::content::Content;
use crate::paper::glyph::glyph;
use crate::paper::raster::{DotRow, draw_bits, draw_bytes, fill};
use crate::paper::style::{Cell, Run, Style};

/// Draws a run where it stands above the lower edge of the rows.
pub(crate) fn draw_run(rows: &mut [DotRow], run: &Run, content: &Content) {
    let style = run.style;
    let (lift, high) = (usize::from(run.lift), usize::from(style.rows()));
    let top = if style.upside_down { lift } else { rows.len().saturating_sub(high + lift) };
    let end = rows.len().min(top + high);
    let Some(band) = rows.get_mut(top..end) else { return };
    let end = match style.cell {
        Cell::Dots { width, height } => {
            draw_dots(band, run, content.dots(run), (width, height));
            run.x.saturating_add(style.advance())
        }
        _ => draw_characters(band, run, content.characters(run)),
    };
    if style.underline > 0 && !style.reverse && !style.turned {
        underline(band, run.x, end, &style);
    }
}

/// Draws the characters, and gives the place behind the last. Upside down, the first stands rightmost.
fn draw_characters(band: &mut [DotRow], run: &Run, text: &str) -> u16 {
    let style = run.style;
    let advance = style.advance();
    let count = text.chars().count() as u16;
    let end = run.x.saturating_add(count.saturating_mul(advance));
    if ascii::draw(band, run.x, text, &style) {
        return end;
    }
    for (place, character) in (0..count).zip(text.chars()) {
        let place = if style.upside_down { count - 1 - place } else { place };
        let x = run.x.saturating_add(place.saturating_mul(advance));
        let left = x.saturating_add(if style.upside_down { style.spacing } else { style.lead });
        if style.is_upright() {
            draw_upright(band, left, character, &style);
        } else {
            let shape = glyph(character, style.cell);
            let dot = |x: u16, y: u16| shape.get(usize::from(y)).is_some_and(|row| row << x & 1 << 31 != 0);
            let size = (style.cell.width(), style.cell.height());
            draw_shape(band, left, size, &style, dot);
        }
        blacken_space(band, x, &style);
    }
    end
}

fn draw_upright(band: &mut [DotRow], x: u16, character: char, style: &Style) {
    let width = style.cell.width();
    let mask = !(u32::MAX >> width);
    let shape = glyph(character, style.cell);
    for (source, rows) in shape.iter().zip(band.chunks_mut(usize::from(style.height.max(1)))) {
        let bold = if style.bold { embolden(*source, width) } else { *source };
        let bits = if style.reverse { !bold & mask } else { bold };
        for row in rows {
            draw_bits(row, x, bits, width, u16::from(style.width));
        }
    }
}

fn draw_dots(band: &mut [DotRow], run: &Run, dots: &[u8], size: (u16, u16)) {
    let style = run.style;
    let row_bytes = usize::from(size.0.div_ceil(8).max(1));
    let x = run.x.saturating_add(if style.upside_down { style.spacing } else { style.lead });
    if style.is_upright() && !style.bold && !style.reverse {
        let source = dots.chunks_exact(row_bytes);
        for (bytes, rows) in source.zip(band.chunks_mut(usize::from(style.height.max(1)))) {
            for row in rows {
                draw_bytes(row, x, bytes, u16::from(style.width));
            }
        }
        return;
    }
    let dot = |x: u16, y: u16| {
        let byte = dots.get(usize::from(y) * row_bytes + usize::from(x / 8));
        byte.is_some_and(|byte| byte << (x % 8) & 0x80 != 0)
    };
    draw_shape(band, x, size, &style, dot);
    blacken_space(band, run.x, &style);
}

/// Draws a shape of `size` dots, magnified, and turned as the style says. `dot` tells the dots of the shape.
fn draw_shape(
    band: &mut [DotRow],
    left: u16,
    size: (u16, u16),
    style: &Style,
    dot: impl Fn(u16, u16) -> bool,
) {
    let (wide, high) = (u16::from(style.width.max(1)), u16::from(style.height.max(1)));
    let (across, rows) = (style.across(), style.rows());
    let is_black = |x: u16, y: u16| {
        // The middle of the shape stays where it is.
        let (middle, lean) = if style.italic { (1, (size.1 - 1 - y) / 6) } else { (0, 0) };
        let drawn = |x: u16| (x + middle).checked_sub(lean).is_some_and(|x| x < size.0 && dot(x, y));
        let black = drawn(x) || style.bold && x.checked_sub(1).is_some_and(drawn);
        black != style.reverse
    };
    for (y, row) in (0..rows).zip(band) {
        let y = if style.upside_down { rows - 1 - y } else { y };
        for place in 0..across {
            let x = if style.upside_down { across - 1 - place } else { place };
            // Clockwise, the left edge of the shape becomes the upper edge, and its upper edge the right one.
            let (x, y) = if style.turned { (y, across - 1 - x) } else { (x, y) };
            if is_black(x / wide, y / high) {
                let at = left.saturating_add(place);
                fill(row, at, at.saturating_add(1));
            }
        }
    }
}

/// Reversed characters blacken the space to their left and right as well.
fn blacken_space(band: &mut [DotRow], x: u16, style: &Style) {
    if !style.reverse || style.lead + style.spacing == 0 {
        return;
    }
    let (before, behind) =
        if style.upside_down { (style.spacing, style.lead) } else { (style.lead, style.spacing) };
    let right = x.saturating_add(before + style.across());
    for row in band {
        fill(row, x, x.saturating_add(before));
        fill(row, right, right.saturating_add(behind));
    }
}

fn underline(band: &mut [DotRow], from: u16, to: u16, style: &Style) {
    let thick = usize::from(style.underline).min(band.len());
    let first = if style.upside_down { 0 } else { band.len() - thick };
    for row in band.iter_mut().skip(first).take(thick) {
        fill(row, from, to);
    }
}
