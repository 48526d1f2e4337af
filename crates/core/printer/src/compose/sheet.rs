//! The dots and words of a page: areas, and the four directions of writing.
//!
//! Coordinates are dots from the upper left corner of the page; in an area, `along` the writing and `down` the lines.
//! What lies outside the area is lost. Facts: printer sources, section 2.5 (`ESC W`, `ESC T`). *Not modelled:* images
//! that are wider than the head, in an area that is written upwards or downwards.

use super::drawing::strokes;
use super::line::blanks_in;
use crate::geometry::HEAD_DOTS_MAX;
use crate::paper::content::{Content, Item, Kind, Meaning};
use crate::paper::letters::draw_run;
use crate::paper::raster::{self, BLANK, DotRow};
use crate::paper::style::{Cell, Run, Style};
use escpos::{Direction, LineStyle};

/// Most bytes of words that are kept of one page.
const WORDS_MAX_BYTES: usize = 64 << 10;

/// A rectangle of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Area {
    pub(super) x: u16,
    pub(super) y: u16,
    pub(super) width: u16,
    pub(super) height: u16,
}

/// Dots across of a run.
fn run_width(content: &Content, run: &Run) -> u16 {
    let count = match run.style.cell {
        Cell::Dots { .. } => 1,
        _ => content.characters(run).chars().count() as u16,
    };
    count.saturating_mul(run.style.advance())
}

/// What is on the page so far.
#[derive(Clone, Debug)]
pub(super) struct Sheet {
    rows: Vec<DotRow>,
    words: Vec<Words>,
    words_bytes: usize,
    head_dots: u16,
    area: Area,
    direction: Direction,
    /// The lower end of all areas in which something was placed.
    end: u16,
}

/// Words on one line.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Words {
    direction: Direction,
    /// The dot of the page where they begin, and how far they reach from there.
    dot: (u16, u16),
    length: u16,
    /// How they look.
    style: Style,
    text: String,
    /// The words are what a code of this kind says.
    code: Option<&'static str>,
}

impl Words {
    /// Nowhere yet.
    fn new(text: &str, style: Style) -> Self {
        let direction = Direction::LeftToRight;
        Self { direction, dot: (0, 0), length: 0, style, text: text.to_owned(), code: None }
    }

    /// How far down the lines and along the writing they begin, on the page as a whole, whatever their area.
    fn place(&self) -> (i32, i32) {
        let (x, y) = (i32::from(self.dot.0), i32::from(self.dot.1));
        match self.direction {
            Direction::LeftToRight => (y, x),
            Direction::BottomToTop => (x, -y),
            Direction::RightToLeft => (-y, -x),
            Direction::TopToBottom => (-x, y),
        }
    }
}

impl Sheet {
    pub(super) const fn new(head_dots: u16) -> Self {
        Self {
            rows: Vec::new(),
            words: Vec::new(),
            words_bytes: 0,
            head_dots,
            area: Area { x: 0, y: 0, width: head_dots, height: 0 },
            direction: Direction::LeftToRight,
            end: 0,
        }
    }

    /// Takes another area and direction; gives the length of a line there.
    pub(super) const fn turn(&mut self, area: Area, direction: Direction) -> u16 {
        (self.area, self.direction) = (area, direction);
        match direction {
            Direction::LeftToRight | Direction::RightToLeft => area.width,
            Direction::BottomToTop | Direction::TopToBottom => area.height,
        }
    }

    /// Draws an item with its upper left corner there; gives where it ends along the writing.
    pub(super) fn draw(&mut self, content: &Content, item: &Item, along: u16, down: i32) -> u16 {
        self.end = self.end.max(self.area.y + self.area.height);
        for meaning in content.meanings(item) {
            let words = Words::new(meaning.data, Style::plain(Cell::A));
            self.note(
                Words { code: Some(meaning.symbology), ..words },
                (along, down + i32::from(item.rows) - 1),
            );
        }
        match item.kind {
            Kind::Text { .. } => {
                self.note_words(content, item, along, down);
                let mut end = along;
                for run in content.runs(item) {
                    end = end.max(self.draw_text(content, item, run, (along, down)));
                }
                end
            }
            Kind::Image { x, width_bytes, double_width, .. } => {
                let width = width_bytes.saturating_mul(8).saturating_mul(1 + u16::from(double_width));
                self.draw_picture(content, item, (x, width), (along, down))
            }
            Kind::Matrix { x, columns, cell, .. } => {
                let width = columns.saturating_mul(u16::from(cell.0));
                self.draw_picture(content, item, (x, width), (along, down))
            }
        }
    }

    /// An image or code: where it was composed, and how wide.
    fn draw_picture(&mut self, content: &Content, item: &Item, x: (u16, u16), place: (u16, i32)) -> u16 {
        let mut rows = Vec::new();
        raster::draw(content, item, &mut rows);
        self.blit(&rows, place);
        place.0.saturating_add(x.0).saturating_add(x.1)
    }

    /// A run may be longer than the head is wide: it is drawn in parts that are not.
    fn draw_text(&mut self, content: &Content, item: &Item, run: &Run, place: (u16, i32)) -> u16 {
        let from = place.0.saturating_add(run.x);
        let (advance, mut rows) = (run.style.advance().max(1), Vec::new());
        if matches!(run.style.cell, Cell::Dots { .. }) {
            rows.resize(usize::from(item.rows), BLANK);
            draw_run(&mut rows, &Run { x: 0, ..*run }, content);
            self.blit(&rows, (from, place.1));
            return from.saturating_add(advance);
        }
        let (text, most) = (content.characters(run), usize::from((HEAD_DOTS_MAX / advance).max(1)));
        let (mut at, mut x) = (0, from);
        while at < text.len() {
            let rest = text.get(at..).unwrap_or_default();
            let len = rest.char_indices().nth(most).map_or(rest.len(), |(end, _)| end);
            let count = rest.get(..len).unwrap_or_default().chars().count() as u16;
            let part = Run { x: 0, bytes: len as u16, start: run.start + at as u32, ..*run };
            rows.clear();
            rows.resize(usize::from(item.rows), BLANK);
            draw_run(&mut rows, &part, content);
            self.blit(&rows, (x, place.1));
            x = x.saturating_add(count.saturating_mul(advance));
            at += len;
        }
        x
    }

    /// Puts rows down, their first dot at a place of the area.
    fn blit(&mut self, rows: &[DotRow], place: (u16, i32)) {
        for (row, down) in rows.iter().zip(place.1..) {
            for (word, first) in row.iter().zip((0_u16..).step_by(64)) {
                let mut dots = *word;
                while dots != 0 {
                    let x = first + dots.leading_zeros() as u16;
                    dots &= !(1 << (63 - dots.leading_zeros()));
                    if let Some((x, y)) = self.dot(i32::from(x) + i32::from(place.0), down) {
                        self.blacken(x, y);
                    }
                }
            }
        }
    }

    fn blacken(&mut self, x: u16, y: u16) {
        let y = usize::from(y);
        if self.rows.len() <= y {
            self.rows.resize(y + 1, BLANK);
        }
        if let Some(row) = self.rows.get_mut(y) {
            raster::fill(row, x, x + 1);
        }
    }

    /// The dot of the page for a place in the area; nothing outside it.
    fn dot(&self, along: i32, down: i32) -> Option<(u16, u16)> {
        let Area { x, y, width, height } = self.area;
        let (last_x, last_y) = (i32::from(width) - 1, i32::from(height) - 1);
        let (right, below) = match self.direction {
            Direction::LeftToRight => (along, down),
            Direction::BottomToTop => (down, last_y - along),
            Direction::RightToLeft => (last_x - along, last_y - down),
            Direction::TopToBottom => (last_x - down, along),
        };
        let inside = (0..=last_x).contains(&right) && (0..=last_y).contains(&below);
        inside.then(|| (x + right.unsigned_abs() as u16, y + below.unsigned_abs() as u16))
    }

    /// A line between two points of the area, along and down; its thickness goes down, or along if it is steep.
    pub(super) fn draw_line(&mut self, from: (i32, i32), to: (i32, i32), style: LineStyle) {
        self.end = self.end.max(self.area.y + self.area.height);
        let across = (to.0 - from.0).abs() >= (to.1 - from.1).abs();
        // The longer way first.
        let swap = |point: (i32, i32)| if across { point } else { (point.1, point.0) };
        let (from, to) = if swap(from) <= swap(to) { (from, to) } else { (to, from) };
        let ((from, other), (to, other_end)) = (swap(from), swap(to));
        let last = i32::from(self.area.width.max(self.area.height)) - 1;
        for at in from.max(0)..=to.min(last) {
            let rise = i64::from(other_end - other) * i64::from(at - from) / i64::from((to - from).max(1));
            for (begin, thick) in strokes(style) {
                let first = other + rise as i32 + i32::from(begin);
                for beside in first..first + i32::from(thick) {
                    let (along, down) = swap((at, beside));
                    if let Some((x, y)) = self.dot(along, down) {
                        self.blacken(x, y);
                    }
                }
            }
        }
    }

    /// A rectangle with these opposite corners; its thickness goes inwards.
    pub(super) fn draw_rectangle(&mut self, from: (i32, i32), to: (i32, i32), style: LineStyle) {
        let single = LineStyle { double: false, ..style };
        let (left, right) = (from.0.min(to.0), from.0.max(to.0));
        let (top, bottom) = (from.1.min(to.1), from.1.max(to.1));
        for (inset, thick) in strokes(style) {
            let (inset, inner) = (i32::from(inset), i32::from(thick) - 1);
            let (left, right, top, bottom) = (left + inset, right - inset, top + inset, bottom - inset);
            if left > right || top > bottom {
                return;
            }
            for down in [top, (bottom - inner).max(top)] {
                self.draw_line((left, down), (right, down), single);
            }
            for along in [left, (right - inner).max(left)] {
                self.draw_line((along, top), (along, bottom), single);
            }
        }
    }

    fn note_words(&mut self, content: &Content, item: &Item, along: u16, down: i32) {
        let text = content.text(item);
        let Some(first) = content.runs(item).first().filter(|_| !text.trim().is_empty()) else { return };
        let end = |run: &Run| run.x.saturating_add(run_width(content, run));
        let length = content.runs(item).iter().map(end).max().unwrap_or(0).saturating_sub(first.x);
        let place = (along.saturating_add(first.x), down + i32::from(item.rows) - 1);
        self.note(Words { length, ..Words::new(text, first.style) }, place);
    }

    /// Keeps words that begin at this place; those whose first dot lies outside the area are not on the page.
    fn note(&mut self, words: Words, (along, down): (u16, i32)) {
        let dot = self.dot(i32::from(along), down.max(0));
        let bytes = self.words_bytes + words.text.len();
        if let Some(dot) = dot.filter(|_| bytes <= WORDS_MAX_BYTES && !words.text.is_empty()) {
            self.words_bytes = bytes;
            self.words.push(Words { direction: self.direction, dot, ..words });
        }
    }

    /// `CAN`: nothing is left in the area.
    pub(super) fn clear_area(&mut self) {
        let Area { x, y, width, height } = self.area;
        let mut kept = [u64::MAX; raster::ROW_WORDS];
        let mut cleared = BLANK;
        raster::fill(&mut cleared, x, x + width);
        kept.iter_mut().zip(&cleared).for_each(|(kept, cleared)| *kept = !cleared);
        for row in self.rows.iter_mut().skip(usize::from(y)).take(usize::from(height)) {
            row.iter_mut().zip(&kept).for_each(|(dots, kept)| *dots &= kept);
        }
        let inside =
            |(at_x, at_y): (u16, u16)| (x..x + width).contains(&at_x) && (y..y + height).contains(&at_y);
        self.words.retain(|words| !inside(words.dot));
        self.words_bytes = self.words.iter().map(|words| words.text.len()).sum();
    }

    /// Rows, bytes a row, and the dots as those of a raster image.
    pub(super) fn picture(&self) -> (u16, u16, Vec<u8>) {
        let width_bytes = self.head_dots.div_ceil(8);
        let mut data = Vec::with_capacity(usize::from(self.end) * usize::from(width_bytes));
        for y in 0..usize::from(self.end) {
            let row = self.rows.get(y).unwrap_or(&BLANK);
            let bytes = row.iter().flat_map(|word| word.to_be_bytes());
            data.extend(bytes.take(usize::from(width_bytes)));
        }
        (self.end, width_bytes, data)
    }

    /// What the codes say, in the order in which they came.
    pub(super) fn codes(&self) -> impl Iterator<Item = Meaning<'_>> {
        self.words
            .iter()
            .filter_map(|words| Some(Meaning { symbology: words.code?, data: words.text.as_str() }))
    }

    /// The words in reading order: direction by direction, line by line; what stands side by side is one line, with as
    /// many blanks as leave the gap.
    pub(super) fn text(&self) -> String {
        let mut words: Vec<&Words> = self.words.iter().filter(|words| words.code.is_none()).collect();
        words.sort_by_key(|words| (words.direction as u8, words.place()));
        let mut text = String::new();
        let mut last: Option<&Words> = None;
        for words in words {
            let (down, along) = words.place();
            match last {
                Some(last) if (last.direction, last.place().0) == (words.direction, down) => {
                    let gap = along - last.place().1 - i32::from(last.length);
                    let blanks = blanks_in(u16::try_from(gap).unwrap_or(0), &words.style);
                    text.extend(core::iter::repeat_n(' ', blanks.max(1)));
                }
                Some(_) => text.push('\n'),
                None => {}
            }
            last = Some(words);
            text.push_str(&words.text);
        }
        text
    }

    /// Bytes of memory that it has reserved.
    pub(super) fn footprint_bytes(&self) -> usize {
        self.rows.capacity() * size_of::<DotRow>()
            + self.words.capacity() * size_of::<Words>()
            + self.words_bytes
    }
}
