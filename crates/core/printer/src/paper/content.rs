//! What was composed: lines of text, images and matrix codes, with the dot line at which each begins.
//!
//! Nothing here is a raster of the paper; a receipt of forty lines takes about two kilobytes. Coordinates
//! across are dots from the left end of the head. *Not modelled:* what never reaches the head.

use crate::paper::raster::{self, DotRow};
use crate::paper::style::{Cell, Run};

/// Which item, counted from the printer's first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ItemId(u32);

/// One thing that is printed in one go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    /// The dot line at which it begins; `None` until the head gets there.
    pub(crate) first_line: Option<u32>,
    pub(crate) rows: u16,
    /// What it says, if it says anything: lines of text between line feeds.
    pub(crate) text: Span,
    pub(crate) kind: Kind,
}

/// A range of the text, the runs or the bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) len: u32,
}

/// What an item shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Runs of characters.
    Text { runs: Span },
    /// Raster rows of whole bytes.
    Image { x: u16, width_bytes: u16, double_width: bool, double_height: bool, bits: Span },
    /// Modules of a matrix or bar code, row by row in whole bytes, each module `cell` dots wide and high.
    Matrix { x: u16, columns: u16, cell: (u8, u16), bits: Span },
}

/// A matrix or bar code, to be added.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Modules<'a> {
    /// Modules across.
    pub(crate) columns: u16,
    /// Modules down.
    pub(crate) rows: u16,
    /// Dots across and down of one module.
    pub(crate) cell: (u8, u16),
    /// Row by row in whole bytes; the most significant bit is the leftmost module.
    pub(crate) bits: &'a [u8],
}

impl Modules<'_> {
    /// Dots across.
    pub(crate) fn width_dots(&self) -> u16 {
        self.columns.saturating_mul(u16::from(self.cell.0))
    }

    /// Dot lines.
    pub(crate) const fn height_dots(&self) -> u16 {
        self.rows.saturating_mul(self.cell.1)
    }
}

/// The items of a piece, and of what is still to come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Content {
    first_id: u32,
    items: Vec<Item>,
    runs: Vec<Run>,
    text: String,
    bits: Vec<u8>,
}

impl Content {
    /// Adds a line of text, whose runs are ranges of `text` and, for [`Cell::Dots`], of `dots`.
    pub(crate) fn add_text(
        &mut self,
        rows: u16,
        runs: &[Run],
        text: &str,
        dots: &[u8],
        shift_x: u16,
    ) -> ItemId {
        let first_run = index(self.runs.len());
        let (text, dots) = (self.add_words(text), self.add_bits(dots));
        let base = |cell| if matches!(cell, Cell::Dots { .. }) { dots.start } else { text.start };
        let placed = |run: &Run| Run {
            x: run.x.saturating_add(shift_x),
            start: run.start + base(run.style.cell),
            ..*run
        };
        self.runs.extend(runs.iter().map(placed));
        self.add(rows, text, Kind::Text { runs: Span { start: first_run, len: index(runs.len()) } })
    }

    /// Adds a raster image; `text` is what it says, if that is known.
    pub(crate) fn add_image(
        &mut self,
        rows: u16,
        x: u16,
        width_bytes: u16,
        double: (bool, bool),
        data: &[u8],
        text: &str,
    ) -> ItemId {
        let (double_width, double_height) = double;
        let (bits, text) = (self.add_bits(data), self.add_words(text));
        self.add(rows, text, Kind::Image { x, width_bytes, double_width, double_height, bits })
    }

    /// Adds a matrix or bar code.
    pub(crate) fn add_modules(&mut self, x: u16, modules: &Modules<'_>) -> ItemId {
        let bits = self.add_bits(modules.bits);
        let kind = Kind::Matrix { x, columns: modules.columns, cell: modules.cell, bits };
        self.add(modules.height_dots(), Span::default(), kind)
    }

    fn add_bits(&mut self, data: &[u8]) -> Span {
        let start = index(self.bits.len());
        self.bits.extend_from_slice(data);
        Span { start, len: index(data.len()) }
    }

    fn add_words(&mut self, text: &str) -> Span {
        let start = index(self.text.len());
        self.text.push_str(text);
        Span { start, len: index(text.len()) }
    }

    fn add(&mut self, rows: u16, text: Span, kind: Kind) -> ItemId {
        let id = ItemId(self.first_id + index(self.items.len()));
        self.items.push(Item { first_line: None, rows, text, kind });
        id
    }

    /// Says at which dot line an item begins.
    pub(crate) fn place(&mut self, id: ItemId, line: u32) {
        let index = id.0.checked_sub(self.first_id).map(|index| index as usize);
        if let Some(item) = index.and_then(|index| self.items.get_mut(index)) {
            item.first_line = Some(line);
        }
    }

    /// Writes the number of black dots of each row of an item over what stood in `ink`.
    pub(crate) fn count_ink(&self, id: ItemId, ink: &mut Vec<u16>) {
        ink.clear();
        let index = id.0.checked_sub(self.first_id).map(|index| index as usize);
        if let Some(item) = index.and_then(|index| self.items.get(index)) {
            let dots = |row: &DotRow| row.iter().map(|word| word.count_ones() as u16).sum::<u16>();
            ink.extend(raster::rows(self, item).iter().map(dots));
        }
    }

    /// Forgets what has not begun: the memory is lost.
    pub(crate) fn forget_unplaced(&mut self) {
        while self.items.last().is_some_and(|item| item.first_line.is_none()) {
            self.items.pop();
        }
    }

    /// The items, in printing order.
    pub(crate) fn items(&self) -> impl Iterator<Item = &Item> {
        self.items.iter()
    }

    /// The text of an item; nothing for an image of unknown content.
    pub(crate) fn text(&self, item: &Item) -> &str {
        self.text.get(range(item.text)).unwrap_or_default()
    }

    /// The runs of an item.
    pub(crate) fn runs(&self, item: &Item) -> &[Run] {
        let Kind::Text { runs } = item.kind else { return &[] };
        self.runs.get(range(runs)).unwrap_or_default()
    }

    /// The characters of a run; none for [`Cell::Dots`].
    pub(crate) fn characters(&self, run: &Run) -> &str {
        let dots = matches!(run.style.cell, Cell::Dots { .. });
        self.text.get(range(run.span())).filter(|_| !dots).unwrap_or_default()
    }

    /// The dots of a run of [`Cell::Dots`].
    pub(crate) fn dots(&self, run: &Run) -> &[u8] {
        let dots = matches!(run.style.cell, Cell::Dots { .. });
        self.bits.get(range(run.span())).filter(|_| dots).unwrap_or_default()
    }

    /// The bits of an image or code.
    pub(crate) fn bits(&self, item: &Item) -> &[u8] {
        let (Kind::Image { bits, .. } | Kind::Matrix { bits, .. }) = item.kind else { return &[] };
        self.bits.get(range(bits)).unwrap_or_default()
    }

    /// Gives what begins before the dot line `taken_end`, and keeps what reaches beyond `first_kept` or is still to
    /// come. An item that the blade goes through is on both.
    pub(crate) fn take_before(&mut self, taken_end: u32, first_kept: u32) -> Self {
        let end = |item: &Item| item.first_line.map(|first| first + u32::from(item.rows));
        let gone = self.items.partition_point(|item| end(item).is_some_and(|end| end <= first_kept));
        let mut kept = Self { first_id: self.first_id + index(gone), ..Self::default() };
        for item in self.items.iter().skip(gone) {
            kept.copy(self, item);
        }
        let mut taken = core::mem::replace(self, kept);
        taken.items.retain(|item| item.first_line.is_some_and(|first| first < taken_end));
        taken
    }

    fn copy(&mut self, from: &Self, item: &Item) {
        let text = self.add_words(from.text(item));
        let kind = match item.kind {
            Kind::Text { .. } => {
                let first_run = index(self.runs.len());
                for run in from.runs(item) {
                    let start = match run.style.cell {
                        Cell::Dots { .. } => self.add_bits(from.dots(run)).start,
                        _ => run.start - item.text.start + text.start,
                    };
                    self.runs.push(Run { start, ..*run });
                }
                Kind::Text { runs: Span { start: first_run, len: index(self.runs.len()) - first_run } }
            }
            Kind::Image { x, width_bytes, double_width, double_height, .. } => {
                let bits = self.add_bits(from.bits(item));
                Kind::Image { x, width_bytes, double_width, double_height, bits }
            }
            Kind::Matrix { x, columns, cell, .. } => {
                Kind::Matrix { x, columns, cell, bits: self.add_bits(from.bits(item)) }
            }
        };
        self.items.push(Item { text, kind, ..*item });
    }

    /// Bytes that it takes, with the room that it has reserved.
    pub(crate) fn footprint_bytes(&self) -> usize {
        self.items.capacity() * size_of::<Item>()
            + self.runs.capacity() * size_of::<Run>()
            + self.text.capacity()
            + self.bits.capacity()
    }
}

fn index(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

const fn range(span: Span) -> core::ops::Range<usize> {
    span.start as usize..span.start as usize + span.len as usize
}
