//! The shapes of characters.
//!
//! Font A is Spleen 12x24, read from its PSF2 data; what it lacks comes from GNU Unifont 8x16, enlarged 3:2.
//! Fonts B and C are Unifont 8x16 in cells of 9x17 and 8x16; the high font C is the same, enlarged 3:2 downwards.
//! Multibyte characters are Unifont 16x16, enlarged 3:2 to 24x24. The cells are those of ESC/POS printers; only the
//! strokes differ from a maker's own ROM. *Not modelled:* characters outside the basic plane, which print as a box;
//! Arabic joining and Thai vowels above their letter.

use crate::paper::style::Cell;
use spleen_font::FONT_12X24;
use std::sync::LazyLock;

/// The dots of one character: the leftmost of a row is bit 31.
pub(crate) type Glyph = [u32; 24];

/// What a printer without the character prints.
const MISSING: char = '\u{25A1}';

/// Draws a character.
pub(crate) fn glyph(character: char, cell: Cell) -> Glyph {
    let character = match character {
        '\u{A0}' => ' ',
        '\u{AD}' => '-',
        other => other,
    };
    match cell {
        Cell::A => latin(character).unwrap_or_else(|| enlarged(character, 12)),
        Cell::B | Cell::C => small(character),
        Cell::HighC => high(&small(character)),
        Cell::Wide => enlarged(character, 24),
        Cell::Dots { .. } => [0; 24],
    }
}

fn unifont(character: char) -> Option<&'static unifont::Glyph> {
    unifont::get_glyph(character).or_else(|| unifont::get_glyph(MISSING))
}

/// Unifont enlarged 3:2, in the middle of a cell of this width. A wide shape in a narrow cell is pressed together.
fn enlarged(character: char, cell_width: u32) -> Glyph {
    let Some(source) = unifont(character) else { return [0; 24] };
    let drawn = source.get_width() as u32 * 3 / 2;
    let left = cell_width.saturating_sub(drawn) / 2;
    let drawn_row = |y: usize| {
        let dots = three_for_two(source_row(source, y));
        if drawn > cell_width { one_for_two(dots) } else { dots >> left }
    };
    let mut rows = [0; 24];
    for (pair, three) in rows.as_chunks_mut::<3>().0.iter_mut().enumerate() {
        let (first, second) = (drawn_row(2 * pair), drawn_row(2 * pair + 1));
        *three = [first, first, second];
    }
    rows
}

/// A row of Unifont; the leftmost dot is bit 15.
fn source_row(source: &unifont::Glyph, y: usize) -> u16 {
    match source {
        unifont::Glyph::Halfwidth(rows) => rows.get(y).map_or(0, |row| u16::from(*row) << 8),
        unifont::Glyph::Fullwidth(rows) => rows.get(y).copied().unwrap_or_default(),
    }
}

/// Sixteen dots as twenty-four: the first of every two is doubled.
fn three_for_two(row: u16) -> u32 {
    let [left, right] = row.to_be_bytes().map(|byte| u32::from(TWELVE_FOR_EIGHT[usize::from(byte)]));
    left << 20 | right << 8
}

/// What eight dots become.
static TWELVE_FOR_EIGHT: [u16; 256] = {
    let mut table = [0; 256];
    let mut row = 0;
    while row < 256 {
        let mut pair = 0;
        while pair < 4 {
            let three: u16 = match row >> (6 - 2 * pair) & 3 {
                0 => 0,
                1 => 0b001,
                2 => 0b110,
                _ => 0b111,
            };
            table[row] |= three << (9 - 3 * pair);
            pair += 1;
        }
        row += 1;
    }
    table
};

/// Every two dots as one, which is black if one of them is.
fn one_for_two(row: u32) -> u32 {
    (0..16).fold(0, |bits, pair| bits | u32::from(row << (2 * pair) >> 30 != 0) << (31 - pair))
}

fn small(character: char) -> Glyph {
    let mut rows = [0; 24];
    if let Some(source) = unifont(character) {
        for (y, row) in rows.iter_mut().take(16).enumerate() {
            let dots = u32::from(source_row(source, y)) << 16;
            *row = if source.is_fullwidth() { one_for_two(dots) } else { dots };
        }
    }
    rows
}

/// Sixteen rows as twenty-four.
fn high(low: &Glyph) -> Glyph {
    core::array::from_fn(|y| low.get(y * 2 / 3).copied().unwrap_or_default())
}

/// The characters of the PSF2 font, sorted, each with the number of its glyph.
static SPLEEN: LazyLock<Vec<(char, u32)>> = LazyLock::new(|| {
    let mut table: Vec<(char, u32)> = psf2_table(FONT_12X24).unwrap_or_default();
    table.sort_unstable();
    table
});

/// The shapes of ASCII, which are asked for most.
static ASCII: LazyLock<Vec<Option<Glyph>>> = LazyLock::new(|| ('\0'..='\x7F').map(spleen).collect());

fn latin(character: char) -> Option<Glyph> {
    match ASCII.get(character as usize) {
        Some(shape) => *shape,
        None => spleen(character),
    }
}

fn spleen(character: char) -> Option<Glyph> {
    let found = SPLEEN.binary_search_by_key(&character, |(character, _)| *character).ok()?;
    let (_, number) = *SPLEEN.get(found)?;
    let start = word(FONT_12X24, 8)? as usize + number as usize * word(FONT_12X24, 20)? as usize;
    let mut rows = [0; 24];
    for (row, bytes) in rows.iter_mut().zip(FONT_12X24.get(start..start + 48)?.chunks_exact(2)) {
        *row = bytes.iter().fold(0, |bits, byte| bits << 8 | u32::from(*byte)) << 16;
    }
    Some(rows)
}

/// Reads the table behind the glyphs of a PSF2 font: for each glyph its characters in UTF-8, ended by FFh.
/// Sequences, which stand behind FEh, are left out.
fn psf2_table(font: &[u8]) -> Option<Vec<(char, u32)>> {
    let (header, glyphs, glyph_bytes) = (word(font, 8)?, word(font, 16)?, word(font, 20)?);
    let table = font.get(header as usize + glyphs as usize * glyph_bytes as usize..)?;
    let mut characters = Vec::new();
    for (entry, number) in table.split(|byte| *byte == 0xFF).zip(0..glyphs) {
        let single = entry.split(|byte| *byte == 0xFE).next().unwrap_or_default();
        let text = core::str::from_utf8(single).unwrap_or_default();
        characters.extend(text.chars().map(|character| (character, number)));
    }
    Some(characters)
}

/// A little-endian word of the PSF2 header.
fn word(font: &[u8], at: usize) -> Option<u32> {
    font.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::{Cell, SPLEEN, glyph, spleen};

    #[test]
    fn the_latin_font_has_ascii_accents_and_box_drawing() {
        assert!(SPLEEN.len() > 600, "{}", SPLEEN.len());
        for character in ('!'..='~').chain("ÉÅé─│┌".chars()) {
            let ink: u32 = spleen(character).unwrap().iter().map(|row| row.count_ones()).sum();
            assert!(ink >= 4, "{character}");
        }
    }

    #[test]
    fn every_cell_keeps_its_dots_inside() {
        let cells = [Cell::A, Cell::B, Cell::C, Cell::HighC].map(|cell| ('W', cell));
        for (character, cell) in cells.into_iter().chain([('鑫', Cell::Wide), ('¥', Cell::Wide)]) {
            let outside = u32::MAX >> cell.width();
            assert!(glyph(character, cell).iter().all(|row| row & outside == 0), "{character}");
            let ink: u32 = glyph(character, cell).iter().map(|row| row.count_ones()).sum();
            assert!(ink > 20, "{character}");
        }
    }

    #[test]
    fn a_wide_shape_keeps_both_its_halves_in_a_narrow_cell() {
        for (cell, half) in [(Cell::A, 6), (Cell::B, 4)] {
            let shape = glyph('円', cell);
            let outside = u32::MAX >> cell.width();
            assert!(shape.iter().all(|row| row & outside == 0));
            assert!(
                shape.iter().any(|row| row >> (32 - half) != 0) && shape.iter().any(|row| row << half != 0)
            );
        }
    }

    #[test]
    fn enlarging_is_by_the_nearest_dot() {
        let source = unifont::get_glyph('鑫').unwrap();
        let drawn = glyph('鑫', Cell::Wide);
        for (y, row) in drawn.iter().enumerate() {
            for x in 0..24 {
                assert_eq!(row << x >> 31 == 1, source.get_pixel(x * 2 / 3, y * 2 / 3), "{x} {y}");
            }
        }
    }
}
