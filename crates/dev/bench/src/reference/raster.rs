//! A raster of text, kept small: what drawing a receipt costs when nothing is modelled.
//!
//! Lines of plain characters in one font, 12 by 24 dots, composed into 576 dots a row from a transposed font, so that
//! a row of four characters is one shift and one store. Facts: performance notes, section 1, "limit B". *Not done:*
//! commands other than line feeds, sizes, alignment, the mechanism.

use spleen_font::FONT_12X24;

const ROWS: usize = 24;
const ROW_BYTES: usize = 72;
const CHARACTERS: usize = 48;

/// The rows of ASCII, transposed: for each of the 24 rows the 12 dots of each character.
pub struct Font {
    rows: Vec<[u64; 128]>,
}

impl Default for Font {
    fn default() -> Self {
        Self::new()
    }
}

impl Font {
    /// The glyphs of ASCII stand in the font's order, 48 bytes each, behind a header of 32 bytes.
    #[must_use]
    pub fn new() -> Self {
        let glyph_row = |code: usize, row: usize| {
            let at = 32 + code * 48 + row * 2;
            let bytes = FONT_12X24.get(at..at + 2).unwrap_or(&[0, 0]);
            u64::from(u16::from_be_bytes([bytes[0], bytes[1]]) >> 4)
        };
        let rows = (0..ROWS).map(|row| core::array::from_fn(|code| glyph_row(code, row)));
        Self { rows: rows.collect() }
    }

    /// Draws every line of the text that lies between control bytes; gives the rows of dots, 72 bytes each.
    #[must_use]
    pub fn draw(&self, stream: &[u8]) -> Vec<u8> {
        let mut paper = Vec::with_capacity(stream.len() * ROW_BYTES);
        for line in stream.split(|byte| *byte == b'\n') {
            let text = line.get(..line.len().min(CHARACTERS)).unwrap_or_default();
            for row in &self.rows {
                let start = paper.len();
                for four in text.chunks(4) {
                    let dots = four.iter().fold(0, |dots, byte| dots << 12 | row[usize::from(byte & 0x7F)]);
                    let wide = dots << (64 - 12 * four.len());
                    paper.extend_from_slice(&wide.to_be_bytes()[..6]);
                }
                paper.resize(start + ROW_BYTES, 0);
            }
        }
        paper
    }
}
