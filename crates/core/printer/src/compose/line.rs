//! The line buffer: characters that wait for their line feed.
//!
//! *Not modelled:* tab stops other than every eight characters of Font A, kerning, overlapping by back moves.

use crate::paper::content::{Content, ItemId};
use crate::paper::style::{Run, Style};

/// Default tab stops: every eight characters of Font A.
const TAB_DOTS: u16 = 8 * 12;

/// One line in the making. Its room is used again for the next.
#[derive(Clone, Debug, Default)]
pub(crate) struct LineBuffer {
    text: String,
    /// Dots of column images and users' characters.
    dots: Vec<u8>,
    runs: Vec<Run>,
    x: u16,
    rows: u16,
    /// Something leaves ink.
    inked: bool,
    /// The place was moved since the last character.
    moved: bool,
}

/// A line that was moved to the content.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Composed {
    pub(crate) item: ItemId,
    pub(crate) rows: u16,
}

impl LineBuffer {
    /// True when a character of this style no longer fits into the width.
    pub(crate) fn is_full_for(&self, style: &Style, width: u16) -> bool {
        !self.text.is_empty() && self.x.saturating_add(style.advance()) > width
    }

    pub(crate) fn put(&mut self, character: char, style: Style) {
        let start = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
        self.text.push(character);
        let bytes = character.len_utf8() as u16;
        match self.runs.last_mut() {
            Some(run) if run.style == style && !self.moved => run.bytes += bytes,
            _ => self.runs.push(Run { x: self.x, bytes, start, style }),
        }
        self.moved = false;
        self.x = self.x.saturating_add(style.advance());
        self.rows = self.rows.max(style.rows());
        self.inked |= character != ' ' || style.underline > 0 || style.reverse;
    }

    /// Moves the place of the next character, in dots from the left margin.
    pub(crate) const fn move_to(&mut self, x: u16) {
        self.x = x;
        self.moved = true;
    }

    /// The place of the next character.
    pub(crate) const fn x(&self) -> u16 {
        self.x
    }

    pub(crate) const fn tab(&mut self) {
        self.move_to((self.x / TAB_DOTS + 1).saturating_mul(TAB_DOTS));
    }

    /// True when there is nothing that leaves ink.
    pub(crate) const fn is_blank(&self) -> bool {
        !self.inked
    }

    /// Dot lines of the highest character.
    pub(crate) const fn rows(&self) -> u16 {
        self.rows
    }

    /// Moves the line into the content, `shift_x` dots to the right, and is empty again.
    pub(crate) fn compose(&mut self, content: &mut Content, shift_x: u16) -> Composed {
        let rows = self.rows;
        let item = content.add_text(rows, &self.runs, &self.text, &self.dots, shift_x);
        self.clear();
        Composed { item, rows }
    }

    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.dots.clear();
        self.runs.clear();
        (self.x, self.rows, self.inked, self.moved) = (0, 0, false, false);
    }
}
