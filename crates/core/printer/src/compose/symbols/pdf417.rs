//! PDF417: what is stored, and its modules.
//!
//! Facts: printer sources, section 2.4 (`GS ( k`, cn = 48): module 3 dots, rows of 3 modules, error correction by a
//! ratio of 10 % and both counts chosen by the printer at the start. The level of a ratio is that of the check codewords
//! it asks for, by the common command reference's steps (up to 3, 10, 20, 45, 100, 200, 400). Chosen columns make the
//! symbol at least as wide as high, within the area. *Not modelled:* changes of compaction inside the data.

use super::Wish;
use super::grid::{Drawn, Grid};
use super::size;
use anyd::codes::pdf417::{EcLevel, Pdf417Encoder, Pdf417Meta};
use anyd::segment::Segment;
use anyd::symbol::{Symbol, SymbolMeta};
use anyd::symbology::Symbology;
use anyd::traits::Encode;
use escpos::Pdf417;

/// Most codewords, and most rows, of a symbol.
const CODEWORDS_MAX: usize = 928;
const ROWS_MAX: usize = 90;
/// Modules of start, stop and row indicators; without stop and right indicator, and the bar that ends those.
const FRAME: usize = 69;
const TRUNCATED_FRAME: u16 = 35;
/// The encoder gives each row this many times.
const ENCODER_ROWS: usize = 3;

/// The symbol store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Store {
    pub(super) data: Vec<u8>,
    columns: u8,
    rows: u8,
    module_dots: u8,
    row_modules: u8,
    correction: Correction,
    truncated: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Correction {
    Level(u8),
    /// Tenths of the data.
    Ratio(u8),
}

impl Default for Store {
    fn default() -> Self {
        Self {
            data: Vec::new(),
            columns: 0,
            rows: 0,
            module_dots: 3,
            row_modules: 3,
            correction: Correction::Ratio(1),
            truncated: false,
        }
    }
}

impl Store {
    /// Carries out one function.
    pub(super) fn set(&mut self, function: &Pdf417<'_>) -> Wish {
        match *function {
            Pdf417::Columns(n) => self.columns = n,
            Pdf417::Rows(n) => self.rows = n,
            Pdf417::Module(dots) => self.module_dots = dots.clamp(1, 8),
            Pdf417::RowHeight(modules) => self.row_modules = modules.clamp(2, 8),
            Pdf417::Level(level) => self.correction = Correction::Level(level),
            Pdf417::Ratio(tenths) => self.correction = Correction::Ratio(tenths),
            Pdf417::Truncated(on) => self.truncated = on,
            Pdf417::Store(data) => {
                self.data.clear();
                self.data.extend_from_slice(data);
            }
            Pdf417::Print => return Wish::Print,
            Pdf417::SizeInfo => return Wish::Size(size::PDF417),
        }
        Wish::Nothing
    }

    /// The symbol; nothing if none holds the data.
    pub(super) fn draw(&self, area_dots: u16) -> Option<Drawn> {
        let segment = self.segment()?;
        let codewords = codewords_of(&segment)?;
        let ec_level = EcLevel::new(self.level(codewords))?;
        let needed = codewords + 1 + ec_level.ec_codewords();
        let (columns, rows) = self.shape(needed, area_dots)?;
        let meta = Pdf417Meta { rows, columns, ec_level, ..Pdf417Meta::default() };
        let symbol = Symbol::new(Symbology::Pdf417, vec![segment], SymbolMeta::Pdf417(meta));
        let encoding = Pdf417Encoder::new().encode(&symbol).ok()?;
        let whole = Grid::of_encoding(&encoding, ENCODER_ROWS)?;
        let grid = if self.truncated { truncated(&whole, columns)? } else { whole };
        let height = u16::from(self.row_modules) * u16::from(self.module_dots);
        let cell = (self.module_dots, height);
        Some(Drawn { grid: grid.into(), cell, symbology: "PDF417", data: self.data.clone() })
    }

    /// The shortest compaction of all the data.
    fn segment(&self) -> Option<Segment> {
        let data = self.data.clone();
        let is_text = |byte: &u8| matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r');
        match data.as_slice() {
            [] => None,
            digits if digits.iter().all(u8::is_ascii_digit) => Some(Segment::numeric(data)),
            text if text.iter().all(is_text) => Some(Segment::alphanumeric(data)),
            _ => Some(Segment::byte(data)),
        }
    }

    fn level(&self, codewords: usize) -> u8 {
        match self.correction {
            Correction::Level(level) => level.min(8),
            Correction::Ratio(tenths) => match codewords * usize::from(tenths) / 10 {
                0..=3 => 1,
                4..=10 => 2,
                11..=20 => 3,
                21..=45 => 4,
                46..=100 => 5,
                101..=200 => 6,
                201..=400 => 7,
                _ => 8,
            },
        }
    }

    /// Columns and rows for so many codewords.
    fn shape(&self, needed: usize, area_dots: u16) -> Option<(usize, usize)> {
        let rows_for = |columns: usize| needed.div_ceil(columns).max(3);
        let fits = |columns: usize, rows: usize| rows <= ROWS_MAX && columns * rows <= CODEWORDS_MAX;
        let rows = usize::from(self.rows);
        if self.columns > 0 {
            let columns = usize::from(self.columns);
            let least = rows_for(columns);
            let rows = if rows == 0 { least } else { rows };
            return (least <= rows && fits(columns, rows)).then_some((columns, rows));
        }
        let modules = usize::from(area_dots) / usize::from(self.module_dots.max(1));
        let widest = (modules.saturating_sub(FRAME) / 17).clamp(1, 30);
        if rows > 0 {
            let columns = (1..=widest).find(|columns| rows_for(*columns) <= rows)?;
            return fits(columns, rows).then_some((columns, rows));
        }
        let flat = |columns: usize| {
            let rows = rows_for(columns);
            fits(columns, rows) && rows * usize::from(self.row_modules) <= 17 * columns + FRAME
        };
        let columns = (1..=widest).find(|columns| flat(*columns));
        let columns =
            columns.or_else(|| (1..=widest).rev().find(|columns| fits(*columns, rows_for(*columns))))?;
        Some((columns, rows_for(columns)))
    }
}

/// Codewords of the data alone: what one column needs beside the length and two check codewords.
fn codewords_of(segment: &Segment) -> Option<usize> {
    let level = EcLevel::new(0)?;
    let segments = || vec![segment.clone()];
    // One column has 90 rows; where they do not do, some more columns do, with fewer rows.
    let symbol = (1..=30)
        .find_map(|columns| Pdf417Encoder::new().build_sized(segments(), level, Some(columns)).ok())?;
    let SymbolMeta::Pdf417(meta) = symbol.meta else { return None };
    Some((meta.rows * meta.columns).saturating_sub(1 + level.ec_codewords()))
}

/// Without the right row indicators, and with a bar of one module instead of the stop pattern.
fn truncated(whole: &Grid, columns: usize) -> Option<Grid> {
    let last = u16::try_from(17 * columns).ok()? + TRUNCATED_FRAME - 1;
    let row_bytes = usize::from(whole.columns.div_ceil(8));
    let dark = |x: u16, y: u16| {
        let byte = whole.bits.get(usize::from(y) * row_bytes + usize::from(x / 8));
        x == last || byte.is_some_and(|byte| byte & 0x80 >> (x % 8) != 0)
    };
    Some(Grid::new(last + 1, whole.rows, dark))
}
