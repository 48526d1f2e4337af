//! The quick way for most text: plain ASCII in Font A or B, word by word.
//!
//! A character's rows stand ready as words, the leftmost dot in bit 63, so that a word of the row takes five
//! characters before it is written. What the tables hold is what [`glyph`] draws. *Not modelled:* any magnification,
//! reversing or turning: such runs go the general way.

use crate::geometry::HEAD_DOTS_MAX;
use crate::paper::glyph::glyph;
use crate::paper::raster::DotRow;
use crate::paper::style::{Cell, Style};
use std::sync::LazyLock;

/// Rows of the highest character here.
const ROWS: usize = 24;
/// Printable characters, from the space on.
const CHARACTERS: usize = 95;

/// Every printable character in one look.
struct Face {
    dots: [[u64; ROWS]; CHARACTERS],
    ink: [[u16; ROWS]; CHARACTERS],
}

static FONT_A: LazyLock<Box<Face>> = LazyLock::new(|| Face::new(Cell::A, false));
static FONT_A_BOLD: LazyLock<Box<Face>> = LazyLock::new(|| Face::new(Cell::A, true));
static FONT_B: LazyLock<Box<Face>> = LazyLock::new(|| Face::new(Cell::B, false));
static FONT_B_BOLD: LazyLock<Box<Face>> = LazyLock::new(|| Face::new(Cell::B, true));

impl Face {
    fn new(cell: Cell, bold: bool) -> Box<Self> {
        let mut face = Box::new(Self { dots: [[0; ROWS]; CHARACTERS], ink: [[0; ROWS]; CHARACTERS] });
        let places = face.dots.iter_mut().zip(&mut face.ink);
        for (character, (dots, ink)) in (' '..='~').zip(places) {
            let shape = glyph(character, cell);
            for ((row, dots), ink) in shape.iter().zip(dots).zip(ink) {
                let row = if bold { embolden(*row, cell.width()) } else { *row };
                (*dots, *ink) = (u64::from(row) << 32, row.count_ones() as u16);
            }
        }
        face
    }

    fn of(style: &Style) -> Option<&'static Self> {
        let plain =
            style.is_upright() && !style.reverse && (style.width, style.height, style.lead) == (1, 1, 0);
        match (style.cell, style.bold) {
            _ if !plain => None,
            (Cell::A, false) => Some(&FONT_A),
            (Cell::A, true) => Some(&FONT_A_BOLD),
            (Cell::B, false) => Some(&FONT_B),
            (Cell::B, true) => Some(&FONT_B_BOLD),
            (Cell::C | Cell::HighC | Cell::Wide | Cell::Dots { .. }, _) => None,
        }
    }
}

/// A row of a character printed twice, one dot apart, inside its cell.
pub(crate) const fn embolden(row: u32, width: u16) -> u32 {
    row | (row >> 1 & !(u32::MAX >> width))
}

/// Draws a run, whose cell has these rows; `false` if it has to go the general way.
pub(crate) fn draw(rows: &mut [DotRow], x: u16, text: &str, style: &Style) -> bool {
    let Some(face) = usable(x, text, style) else { return false };
    let (mut word, mut shift) = (usize::from(x / 64), u32::from(x % 64));
    let mut column = [0_u64; ROWS];
    for byte in text.bytes() {
        let Some(dots) = face.dots.get(usize::from(byte) - 0x20) else { continue };
        column.iter_mut().zip(dots).for_each(|(to, from)| *to |= from >> shift);
        let next = shift + u32::from(style.advance());
        if next >= 64 {
            write(rows, word, &column);
            // A character that reaches beyond the word begins the next one.
            match 64_u32.checked_sub(shift).filter(|left| *left < 64) {
                Some(left) => column.iter_mut().zip(dots).for_each(|(to, from)| *to = from << left),
                None => column = [0; ROWS],
            }
            for _ in 1..next / 64 {
                word += 1;
                write(rows, word, &column);
                column = [0; ROWS];
            }
            word += 1;
        }
        shift = next % 64;
    }
    write(rows, word, &column);
    true
}

fn write(rows: &mut [DotRow], word: usize, column: &[u64; ROWS]) {
    for (row, dots) in rows.iter_mut().zip(column) {
        if let Some(word) = row.get_mut(word) {
            *word |= dots;
        }
    }
}

/// Adds the black dots of each row of a run; `false` if it has to go the general way.
pub(crate) fn count(ink: &mut [u16], x: u16, text: &str, style: &Style) -> bool {
    let Some(face) = usable(x, text, style) else { return false };
    let mut sum = [0_u16; ROWS];
    for byte in text.bytes() {
        if let Some(dots) = face.ink.get(usize::from(byte) - 0x20) {
            sum.iter_mut().zip(dots).for_each(|(to, from)| *to += from);
        }
    }
    ink.iter_mut().zip(&sum).for_each(|(to, from)| *to += from);
    true
}

/// The face of a run that is plain and ends on the head.
fn usable(x: u16, text: &str, style: &Style) -> Option<&'static Face> {
    let end = usize::from(x) + text.len() * usize::from(style.advance());
    let plain = end <= usize::from(HEAD_DOTS_MAX) && text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    Face::of(style).filter(|_| plain)
}
