//! What was composed: lines of text, images and matrix codes, with the dot line at which each begins.
//!
//! Nothing here is a raster of the paper; a receipt of forty lines takes about two kilobytes. Coordinates
//! across are dots from the left end of the head. *Not modelled:* page mode, rotation, upside-down printing.

/// How characters look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Style {
    /// Times wider, 1 to 8.
    pub(crate) width: u8,
    /// Times higher, 1 to 8.
    pub(crate) height: u8,
    /// Dots between characters, already magnified.
    pub(crate) spacing: u16,
    /// Thickness of the underline, in dots.
    pub(crate) underline: u8,
    pub(crate) bold: bool,
    pub(crate) reverse: bool,
    pub(crate) cell: Cell,
}

/// The box of one character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cell {
    /// Font A, 12 by 24 dots.
    A,
    /// Font B, 9 by 17 dots.
    B,
    /// A multibyte character, 24 by 24 dots.
    Wide,
}

impl Cell {
    pub(crate) const fn width(self) -> u16 {
        match self {
            Self::A => 12,
            Self::B => 9,
            Self::Wide => 24,
        }
    }

    pub(crate) const fn height(self) -> u16 {
        match self {
            Self::A | Self::Wide => 24,
            Self::B => 17,
        }
    }
}

impl Style {
    /// How far one character moves the place of the next.
    pub(crate) const fn advance(&self) -> u16 {
        self.cell.width() * self.width as u16 + self.spacing
    }

    /// Dot lines of one character.
    pub(crate) const fn rows(&self) -> u16 {
        self.cell.height() * self.height as u16
    }
}

/// Characters of one style, side by side. `start` and `bytes` are a range of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) x: u16,
    pub(crate) bytes: u16,
    pub(crate) start: u32,
    pub(crate) style: Style,
}

/// Which item, counted from the printer's first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ItemId(u32);

/// One thing that is printed in one go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    /// The dot line at which it begins; `None` until the head gets there.
    pub(crate) first_line: Option<u32>,
    pub(crate) rows: u16,
    pub(crate) kind: Kind,
}

/// What an item shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text { first_run: u32, runs: u16, text_start: u32, text_bytes: u32 },
    Image { x: u16, width_bytes: u16, double_width: bool, double_height: bool, start: u32, bytes: u32 },
    Matrix { x: u16, side: u16, module_dots: u8, start: u32, bytes: u32 },
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
    /// Adds a line of text, whose runs are ranges of `text`.
    pub(crate) fn add_text(&mut self, rows: u16, runs: &[Run], text: &str, shift_x: u16) -> ItemId {
        let first_run = index(self.runs.len());
        let base = index(self.text.len());
        self.text.push_str(text);
        let placed = |run: &Run| Run { x: run.x.saturating_add(shift_x), start: run.start + base, ..*run };
        self.runs.extend(runs.iter().map(placed));
        let runs = u16::try_from(runs.len()).unwrap_or(u16::MAX);
        self.add(rows, Kind::Text { first_run, runs, text_start: base, text_bytes: index(text.len()) })
    }

    /// Adds a raster image.
    pub(crate) fn add_image(
        &mut self,
        rows: u16,
        x: u16,
        width_bytes: u16,
        double: (bool, bool),
        data: &[u8],
    ) -> ItemId {
        let start = self.add_bits(data);
        let (double_width, double_height) = double;
        let bytes = index(data.len());
        self.add(rows, Kind::Image { x, width_bytes, double_width, double_height, start, bytes })
    }

    /// Adds a matrix code; `modules` says row by row which modules are black.
    pub(crate) fn add_matrix(&mut self, x: u16, side: u16, module_dots: u8, modules: &[u8]) -> ItemId {
        let start = self.add_bits(modules);
        let rows = side * u16::from(module_dots);
        self.add(rows, Kind::Matrix { x, side, module_dots, start, bytes: index(modules.len()) })
    }

    fn add_bits(&mut self, data: &[u8]) -> u32 {
        let start = index(self.bits.len());
        self.bits.extend_from_slice(data);
        start
    }

    fn add(&mut self, rows: u16, kind: Kind) -> ItemId {
        let id = ItemId(self.first_id + index(self.items.len()));
        self.items.push(Item { first_line: None, rows, kind });
        id
    }

    /// Says at which dot line an item begins.
    pub(crate) fn place(&mut self, id: ItemId, line: u32) {
        let index = id.0.checked_sub(self.first_id).map(|index| index as usize);
        if let Some(item) = index.and_then(|index| self.items.get_mut(index)) {
            item.first_line = Some(line);
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

    /// The text of an item; nothing for an image.
    pub(crate) fn text(&self, item: &Item) -> &str {
        let Kind::Text { text_start, text_bytes, .. } = item.kind else { return "" };
        self.text.get(range(text_start, text_bytes)).unwrap_or_default()
    }

    /// The runs of an item, with their characters.
    pub(crate) fn runs(&self, item: &Item) -> impl Iterator<Item = (&Run, &str)> {
        let (first, count) = match item.kind {
            Kind::Text { first_run, runs, .. } => (first_run, u32::from(runs)),
            _ => (0, 0),
        };
        let runs = self.runs.get(range(first, count)).unwrap_or_default();
        let text = |run: &Run| self.text.get(range(run.start, u32::from(run.bytes))).unwrap_or_default();
        runs.iter().map(move |run| (run, text(run)))
    }

    /// The bits of an image or matrix code.
    pub(crate) fn bits(&self, item: &Item) -> &[u8] {
        let (start, bytes) = match item.kind {
            Kind::Image { start, bytes, .. } | Kind::Matrix { start, bytes, .. } => (start, bytes),
            Kind::Text { .. } => (0, 0),
        };
        self.bits.get(range(start, bytes)).unwrap_or_default()
    }

    /// Gives what begins before a dot line, and keeps what reaches beyond it or is still to come. An item
    /// that the blade goes through is on both.
    pub(crate) fn take_before(&mut self, line: u32) -> Self {
        let stays = |item: &Item| item.first_line.is_none_or(|first| first + u32::from(item.rows) > line);
        let first_kept = self.items.partition_point(|item| !stays(item));
        let mut kept = Self { first_id: self.first_id + index(first_kept), ..Self::default() };
        for item in self.items.iter().skip(first_kept) {
            kept.copy(self, item);
        }
        let mut taken = core::mem::replace(self, kept);
        taken.items.retain(|item| item.first_line.is_some_and(|first| first < line));
        taken
    }

    fn copy(&mut self, from: &Self, item: &Item) {
        let kind = match item.kind {
            Kind::Text { text_start, .. } => {
                let (base, first_run) = (index(self.text.len()), index(self.runs.len()));
                let text = from.text(item);
                self.text.push_str(text);
                let moved = |run: &Run| Run { start: run.start - text_start + base, ..*run };
                self.runs.extend(from.runs(item).map(|(run, _)| moved(run)));
                let runs = u16::try_from(self.runs.len() - first_run as usize).unwrap_or(u16::MAX);
                Kind::Text { first_run, runs, text_start: base, text_bytes: index(text.len()) }
            }
            Kind::Image { x, width_bytes, double_width, double_height, bytes, .. } => {
                let start = self.add_bits(from.bits(item));
                Kind::Image { x, width_bytes, double_width, double_height, start, bytes }
            }
            Kind::Matrix { x, side, module_dots, bytes, .. } => {
                let start = self.add_bits(from.bits(item));
                Kind::Matrix { x, side, module_dots, start, bytes }
            }
        };
        self.items.push(Item { kind, ..*item });
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

fn range(start: u32, len: u32) -> core::ops::Range<usize> {
    start as usize..start as usize + len as usize
}
