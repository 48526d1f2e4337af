//! What was composed: lines of text, images and matrix codes, with the dot line at which each begins.
//!
//! Nothing here is a raster of the paper; a receipt of forty lines takes about two kilobytes. A host that never cuts
//! cannot fill the memory: beyond [`USED_MAX_BYTES`] the oldest half of what has begun is forgotten. Coordinates
//! across are dots from the left end of the head. *Not modelled:* what never reaches the head.

use crate::geometry::HEAD_DOTS_MAX;
use crate::paper::ink;
use crate::paper::raster::{self, DotRow};
use crate::paper::style::{Cell, Run};

/// What may be held of an uncut strip: some two thousand receipts.
const USED_MAX_BYTES: usize = 4 << 20;

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
    /// The codes that it shows.
    pub(crate) codes: Span,
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
    pub(crate) meaning: Meaning<'a>,
}

/// A code on an item, whose data are a range of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Code {
    symbology: &'static str,
    data: Span,
}

/// What a code says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Meaning<'a> {
    /// The kind of code.
    pub(crate) symbology: &'static str,
    /// What a reader gives.
    pub(crate) data: &'a str,
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
    /// The dot line behind the last item that was forgotten.
    forgotten_end: u32,
    items: Vec<Item>,
    codes: Vec<Code>,
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
        let (bits, text) = (self.add_bits(modules.bits), self.add_words(""));
        let kind = Kind::Matrix { x, columns: modules.columns, cell: modules.cell, bits };
        let id = self.add(modules.height_dots(), text, kind);
        self.say(modules.meaning);
        id
    }

    /// Adds bands of so many equal rows each.
    pub(crate) fn add_bands(&mut self, rows_each: u16, bands: &[DotRow]) -> ItemId {
        let text = self.add_words("");
        let bits = self.add_rows(bands);
        let kind = Kind::Matrix { x: 0, columns: HEAD_DOTS_MAX, cell: (1, rows_each), bits };
        self.add(rows_each.saturating_mul(bands.len() as u16), text, kind)
    }

    /// Makes an image of the last item, which has not begun, with these dots black in every row. It says what it said.
    pub(crate) fn rule_last(&mut self, ruled: &DotRow) {
        let Some(item) = self.items.last().copied() else { return };
        let mut rows = Vec::new();
        raster::draw(self, &item, &mut rows);
        for row in &mut rows {
            row.iter_mut().zip(ruled).for_each(|(dots, ruled)| *dots |= ruled);
        }
        self.forget_shape(&item);
        let (width_bytes, bits) = (HEAD_DOTS_MAX / 8, self.add_rows(&rows));
        if let Some(item) = self.items.last_mut() {
            item.kind = Kind::Image { x: 0, width_bytes, double_width: false, double_height: false, bits };
        }
    }

    fn add_rows(&mut self, rows: &[DotRow]) -> Span {
        let start = index(self.bits.len());
        self.bits.extend(rows.as_flattened().iter().flat_map(|word| word.to_be_bytes()));
        Span { start, len: index(self.bits.len()) - start }
    }

    /// Says what a code means that the last item shows.
    pub(crate) fn say(&mut self, meaning: Meaning<'_>) {
        let data = self.add_words(meaning.data);
        if let Some(item) = self.items.last_mut() {
            item.codes.len += 1;
            self.codes.push(Code { symbology: meaning.symbology, data });
        }
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
        let codes = Span { start: index(self.codes.len()), len: 0 };
        self.items.push(Item { first_line: None, rows, text, codes, kind });
        if self.used_bytes() > USED_MAX_BYTES {
            self.forget_oldest();
        }
        id
    }

    /// Forgets the oldest items, half of what is held; never what has not begun.
    fn forget_oldest(&mut self) {
        let mut spare = self.used_bytes() / 2;
        let old = |item: &&Item| {
            let bytes = self.bytes_of(item);
            let goes = item.first_line.is_some() && bytes <= spare;
            spare = spare.saturating_sub(bytes);
            goes
        };
        let count = self.items.iter().take_while(old).count();
        let Some(last) = count.checked_sub(1).and_then(|last| self.items.get(last)) else { return };
        let end = last.first_line.unwrap_or_default() + u32::from(last.rows);
        let mut kept = Self { first_id: self.first_id + index(count), forgotten_end: end, ..Self::default() };
        for item in self.items.iter().skip(count) {
            kept.copy(self, item);
        }
        *self = kept;
    }

    /// The dot line behind the last item that was forgotten; 0 if none was.
    pub(crate) const fn forgotten_end(&self) -> u32 {
        self.forgotten_end
    }

    const fn used_bytes(&self) -> usize {
        self.items.len() * size_of::<Item>()
            + self.runs.len() * size_of::<Run>()
            + self.codes.len() * size_of::<Code>()
            + self.text.len()
            + self.bits.len()
    }

    fn bytes_of(&self, item: &Item) -> usize {
        let runs = self.runs(item);
        let dots = runs.iter().map(|run| self.dots(run).len()).sum::<usize>();
        let codes = self.meanings(item).map(|code| size_of::<Code>() + code.data.len()).sum::<usize>();
        size_of::<Item>() + size_of_val(runs) + item.text.len as usize + self.bits(item).len() + dots + codes
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
            ink::count(self, item, ink);
        }
    }

    /// Forgets what has not begun: the memory is lost.
    pub(crate) fn forget_unplaced(&mut self) {
        while let Some(item) = self.items.pop_if(|item| item.first_line.is_none()) {
            self.forget_shape(&item);
            self.text.truncate(item.text.start as usize);
            self.codes.truncate(item.codes.start as usize);
        }
    }

    /// Forgets what the last item shows, but not what it says.
    fn forget_shape(&mut self, item: &Item) {
        match item.kind {
            Kind::Text { runs } => self.forget_runs(runs),
            Kind::Image { bits, .. } | Kind::Matrix { bits, .. } if bits.len > 0 => {
                self.bits.truncate(bits.start as usize);
            }
            Kind::Image { .. } | Kind::Matrix { .. } => {}
        }
    }

    /// Forgets runs, the last ones, with their dots.
    fn forget_runs(&mut self, runs: Span) {
        let gone = self.runs.get(range(runs)).unwrap_or_default();
        let has_dots = |run: &&Run| matches!(run.style.cell, Cell::Dots { .. });
        if let Some(first) = gone.iter().find(has_dots) {
            self.bits.truncate(first.start as usize);
        }
        self.runs.truncate(runs.start as usize);
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

    /// What the codes on an item say.
    pub(crate) fn meanings(&self, item: &Item) -> impl Iterator<Item = Meaning<'_>> {
        let codes = self.codes.get(range(item.codes)).unwrap_or_default().iter();
        codes.map(|code| Meaning {
            symbology: code.symbology,
            data: self.text.get(range(code.data)).unwrap_or_default(),
        })
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
        let codes = Span { start: index(self.codes.len()), len: 0 };
        self.items.push(Item { text, codes, kind, ..*item });
        for meaning in from.meanings(item) {
            self.say(meaning);
        }
    }

    /// Bytes that it takes, with the room that it has reserved.
    pub(crate) fn footprint_bytes(&self) -> usize {
        self.items.capacity() * size_of::<Item>()
            + self.runs.capacity() * size_of::<Run>()
            + self.codes.capacity() * size_of::<Code>()
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

#[cfg(test)]
mod tests {
    use super::{Content, Meaning, Modules};
    use crate::paper::style::{Cell, Run, Style};

    #[test]
    fn what_is_forgotten_leaves_no_trace_and_what_has_begun_stays() {
        let mut content = Content::default();
        let run = |cell| Run { x: 0, bytes: 2, start: 0, lift: 0, style: Style::plain(cell) };
        let line = |content: &mut Content| {
            let dots = run(Cell::Dots { width: 8, height: 2 });
            content.add_text(24, &[run(Cell::A), dots], "ab", &[1, 2], 0)
        };
        let meaning = Meaning { symbology: "QR", data: "x" };
        let code = Modules { columns: 8, rows: 1, cell: (1, 1), bits: &[7], meaning };
        let begun = line(&mut content);
        content.place(begun, 0);
        let before = content.clone();
        line(&mut content);
        content.add_modules(0, &code);
        content.add_image(1, 0, 1, (false, false), &[3], "");
        line(&mut content);
        content.forget_unplaced();
        assert_eq!(content, before);
    }
}
