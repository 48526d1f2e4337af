//! Stacked GS1 DataBar: what is stored, and its modules.
//!
//! Facts: printer sources, section 2.4 (`GS ( k`, cn = 51): kinds 72 stacked, 73 stacked omnidirectional, 76 expanded
//! stacked; module 2 dots and a width chosen by the printer at the start. *Not modelled:* readable text.

use super::Wish;
use super::grid::{Drawn, Grid};
use super::{gs1, size, upc};
use anyd::codes::databar::DataBarEncoder;
use anyd::traits::Encode;
use escpos::Gs1DataBar2d;

/// Modules of a pair of characters with their finder, and of the guards of a row.
const PAIR: u16 = 49;
const GUARDS: u16 = 4;

/// The symbol store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Store {
    pub(super) data: Vec<u8>,
    kind: u8,
    module_dots: u8,
    /// 0 is as wide as the area.
    width_dots: u16,
}

impl Default for Store {
    fn default() -> Self {
        Self { data: Vec::new(), kind: 72, module_dots: 2, width_dots: 0 }
    }
}

impl Store {
    /// Carries out one function.
    pub(super) fn set(&mut self, function: &Gs1DataBar2d<'_>) -> Wish {
        match *function {
            Gs1DataBar2d::Module(dots) => self.module_dots = dots.clamp(2, 8),
            Gs1DataBar2d::WidthMax(dots) => self.width_dots = dots,
            Gs1DataBar2d::Store { kind, data } => {
                self.kind = kind;
                self.data.clear();
                self.data.extend_from_slice(data);
            }
            Gs1DataBar2d::Print => return Wish::Print,
            Gs1DataBar2d::SizeInfo => return Wish::Size(size::STACKED),
        }
        Wish::Nothing
    }

    /// The symbol; nothing if none holds the data.
    pub(super) fn draw(&self, area_dots: u16) -> Option<Drawn> {
        let encoder = DataBarEncoder::new();
        let (symbol, symbology, data) = match self.kind {
            76 => {
                let elements = gs1::read(&self.data).0?;
                let pairs = usize::from(self.pairs(area_dots));
                let symbol = encoder.build_expanded_stacked(&elements.data, pairs);
                (symbol, "GS1 DataBar Expanded Stacked", elements.data)
            }
            kind => {
                let mut data = b"01".to_vec();
                data.extend_from_slice(&self.data);
                data.push(b'0' + upc::check_digit(&upc::values(&self.data)?));
                match kind {
                    72 => (encoder.build_stacked(&self.data), "GS1 DataBar Stacked", data),
                    _ => {
                        let symbol = encoder.build_stacked_omni(&self.data);
                        (symbol, "GS1 DataBar Stacked Omnidirectional", data)
                    }
                }
            }
        };
        let grid = Grid::of_encoding(&encoder.encode(&symbol.ok()?).ok()?, 1)?.into();
        let cell = (self.module_dots, u16::from(self.module_dots));
        Some(Drawn { grid, cell, symbology, data })
    }

    /// Pairs of characters in a row.
    fn pairs(&self, area_dots: u16) -> u16 {
        let width = if self.width_dots == 0 { area_dots } else { self.width_dots.min(area_dots) };
        let modules = width / u16::from(self.module_dots.max(1));
        (modules.saturating_sub(GUARDS) / PAIR).clamp(1, 11)
    }
}
