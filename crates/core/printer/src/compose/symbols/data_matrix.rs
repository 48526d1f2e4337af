//! Data Matrix codes: what is stored, and its modules.
//!
//! Facts: printer sources, section 2.4 (`GS ( k`, cn = 54): square, chosen size, module 3 dots at the start. *Not
//! modelled:* FNC1 and extended channels.

use super::Wish;
use super::grid::{Drawn, Grid};
use super::size;
use datamatrix::{DataMatrix as Encoder, SymbolList};

/// The symbol store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Store {
    pub(super) data: Vec<u8>,
    rectangular: bool,
    rows: u8,
    columns: u8,
    module_dots: u8,
}

impl Default for Store {
    fn default() -> Self {
        Self { data: Vec::new(), rectangular: false, rows: 0, columns: 0, module_dots: 3 }
    }
}

impl Store {
    /// Carries out one function.
    pub(super) fn set(&mut self, function: &escpos::DataMatrix<'_>) -> Wish {
        use escpos::DataMatrix as Function;
        match *function {
            Function::Size { rectangular, d1, d2 } => {
                (self.rectangular, self.rows, self.columns) = (rectangular, d1, d2);
            }
            Function::Module(dots) => self.module_dots = dots.clamp(2, 16),
            Function::Store(data) => {
                self.data.clear();
                self.data.extend_from_slice(data);
            }
            Function::Print => return Wish::Print,
            Function::SizeInfo => return Wish::Size(size::DATA_MATRIX),
        }
        Wish::Nothing
    }

    /// The symbol; nothing if none holds the data.
    pub(super) fn draw(&self) -> Option<Drawn> {
        let mut sizes = match self.rectangular {
            true => SymbolList::default().enforce_rectangular(),
            false => SymbolList::default().enforce_square(),
        };
        let (rows, columns) = (usize::from(self.rows), usize::from(self.columns));
        if rows > 0 {
            sizes = sizes.enforce_height_in(rows..=rows);
        }
        if columns > 0 {
            sizes = sizes.enforce_width_in(columns..=columns);
        }
        if self.data.is_empty() || sizes.is_empty() {
            return None;
        }
        let code = Encoder::encode(&self.data, sizes).ok()?;
        let bitmap = code.bitmap();
        let (width, bits) = (bitmap.width(), bitmap.bits());
        let columns = u16::try_from(width).ok()?;
        let rows = u16::try_from(bits.len().checked_div(width)?).ok()?;
        let dark = |x: u16, y: u16| bits.get(usize::from(y) * width + usize::from(x)) == Some(&true);
        let cell = (self.module_dots, u16::from(self.module_dots));
        let grid = Grid::new(columns, rows, dark).into();
        Some(Drawn { grid, cell, symbology: "Data Matrix", data: self.data.clone() })
    }
}
