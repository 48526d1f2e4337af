//! Aztec codes: what is stored, and its modules.
//!
//! Facts: printer sources, section 2.4 (`GS ( k`, cn = 53): full range, chosen size, module 3 dots, 23 % at the start.
//! A chosen size holds the data in the smallest size that would do, with the error correction on top. *Not modelled:*
//! more than 22 layers, runes, structured append.

use super::Wish;
use super::grid::{Drawn, Grid};
use super::size;
use anyd::codes::aztec::{AztecEncoder, AztecMeta};
use anyd::segment::Segment;
use anyd::symbol::{Symbol, SymbolMeta};
use anyd::symbology::Symbology;
use anyd::traits::Encode;
use escpos::Aztec;

/// Most layers: compact, and of full range.
const COMPACT_LAYERS: u8 = 4;
const FULL_LAYERS: u8 = 22;

/// The symbol store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Store {
    pub(super) data: Vec<u8>,
    compact: bool,
    layers: u8,
    module_dots: u8,
    percent: u8,
}

impl Default for Store {
    fn default() -> Self {
        Self { data: Vec::new(), compact: false, layers: 0, module_dots: 3, percent: 23 }
    }
}

impl Store {
    /// Carries out one function.
    pub(super) fn set(&mut self, function: &Aztec<'_>) -> Wish {
        match *function {
            Aztec::Size { compact, layers } => (self.compact, self.layers) = (compact, layers),
            Aztec::Module(dots) => self.module_dots = dots.clamp(2, 16),
            Aztec::Percent(percent) => self.percent = percent.clamp(5, 95),
            Aztec::Store(data) => {
                self.data.clear();
                self.data.extend_from_slice(data);
            }
            Aztec::Print => return Wish::Print,
            Aztec::SizeInfo => return Wish::Size(size::AZTEC),
        }
        Wish::Nothing
    }

    /// The symbol; nothing if none holds the data.
    pub(super) fn draw(&self) -> Option<Drawn> {
        if self.data.is_empty() {
            return None;
        }
        let grid = match self.layers {
            0 => self.smallest()?,
            layers => self.make(layers)?,
        };
        let cell = (self.module_dots, u16::from(self.module_dots));
        Some(Drawn { grid: grid.into(), cell, symbology: "Aztec", data: self.data.clone() })
    }

    fn smallest(&self) -> Option<Grid> {
        let most = if self.compact { COMPACT_LAYERS } else { FULL_LAYERS };
        let (least, tight) = (1..=most).find_map(|layers| Some((layers, self.make(layers)?)))?;
        // Bits of the data are at most those of the size that just holds them.
        let needed = self.bits(least) * 100;
        let roomy = |layers: &u8| self.bits(*layers) * u32::from(100 - self.percent) >= needed;
        match (least + 1..=most).find(roomy) {
            Some(layers) => self.make(layers),
            None => Some(tight).filter(|_| self.percent <= 23),
        }
    }

    /// Bits that so many layers hold.
    fn bits(&self, layers: u8) -> u32 {
        let layers = u32::from(layers);
        (if self.compact { 88 } else { 112 } + 16 * layers) * layers
    }

    fn make(&self, layers: u8) -> Option<Grid> {
        let meta = AztecMeta { compact: self.compact, layers, rune: false };
        let segments = vec![Segment::byte(self.data.clone())];
        let symbol = Symbol::new(Symbology::Aztec, segments, SymbolMeta::Aztec(meta));
        Grid::of_encoding(&AztecEncoder::new().encode(&symbol).ok()?, 1)
    }
}
