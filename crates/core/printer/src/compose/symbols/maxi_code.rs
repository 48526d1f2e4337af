//! MaxiCode: what is stored, and its hexagons as dots.
//!
//! The symbol has one size: 30 hexagons across, 0.88 mm apart, and 33 rows, 0.762 mm apart, around six circles of 0.51
//! to 3.87 mm (ISO/IEC 16023). Facts: printer sources, section 2.4 (`GS ( k`, cn = 50): mode 2 at the start. Modes 2 and
//! 3 take postal code, country and service class, separated by 1Dh, after a header `[)>` 1Eh `01` 1Dh and two digits or
//! without one. *Not modelled:* structured append.

use super::Wish;
use super::grid::{Drawn, Grid};
use super::size;
use crate::Geometry;
use anyd::codes::maxicode::MaxiCodeEncoder;
use anyd::output::{BitMatrix, Encoding};
use anyd::symbol::Symbol;
use anyd::traits::Encode;
use escpos::MaxiCode;

/// Distances of hexagons and rows, and height of a hexagon, in micrometres.
const PITCH_UM: i64 = 880;
const ROW_UM: i64 = 762;
const HEXAGON_UM: i64 = 1016;
const COLUMNS: i64 = 30;
const ROWS: i64 = 33;
/// Radii between light and dark around the middle, which is light, in micrometres.
const RADII_UM: [i64; 6] = [510, 1180, 1860, 2530, 3200, 3870];
/// Group separator, and the header of a structured message without its two last digits.
const SEPARATOR: u8 = 0x1D;
const HEADER: &[u8] = b"[)>\x1E01\x1D";

/// The symbol store.
#[derive(Clone, Debug)]
pub(super) struct Store {
    pub(super) data: Vec<u8>,
    mode: u8,
}

impl Default for Store {
    fn default() -> Self {
        Self { data: Vec::new(), mode: 2 }
    }
}

impl Store {
    /// Carries out one function.
    pub(super) fn set(&mut self, function: &MaxiCode<'_>) -> Wish {
        match *function {
            MaxiCode::Mode(mode) => self.mode = mode,
            MaxiCode::Store(data) => {
                self.data.clear();
                self.data.extend_from_slice(data);
            }
            MaxiCode::Print => return Wish::Print,
            MaxiCode::SizeInfo => return Wish::Size(size::MAXI_CODE),
        }
        Wish::Nothing
    }

    /// The symbol; nothing if none holds the data.
    pub(super) fn draw(&self, geometry: Geometry) -> Option<Drawn> {
        let encoder = MaxiCodeEncoder::new();
        let symbol = match self.mode {
            2 | 3 => self.structured()?,
            mode => encoder.build_mode(&self.data, mode).ok().filter(|_| !self.data.is_empty())?,
        };
        let Encoding::Matrix(matrix) = encoder.encode(&symbol).ok()? else { return None };
        let grid = dots(&matrix, i64::from(geometry.pitch_nm)).into();
        Some(Drawn { grid, cell: (1, 1), symbology: "MaxiCode", data: self.data.clone() })
    }

    fn structured(&self) -> Option<Symbol> {
        let header_len = if self.data.starts_with(HEADER) { HEADER.len() + 2 } else { 0 };
        let (header, rest) = self.data.split_at_checked(header_len)?;
        let mut fields = rest.splitn(4, |byte| *byte == SEPARATOR);
        let mut field = || core::str::from_utf8(fields.next()?).ok();
        let (postcode, country, service) = (field()?, field()?, field()?);
        let mut message = header.to_vec();
        message.extend_from_slice(fields.next().unwrap_or_default());
        let (country, service) = (country.parse().ok()?, service.parse().ok()?);
        MaxiCodeEncoder::new().build_structured(self.mode, postcode, country, service, &message).ok()
    }
}

/// The symbol in dots of this pitch.
fn dots(matrix: &BitMatrix, pitch_nm: i64) -> Grid {
    let across = |um: i64| u16::try_from(um * 1000 / pitch_nm.max(1)).unwrap_or(u16::MAX);
    let columns = across(COLUMNS * PITCH_UM);
    let rows = across((ROWS - 1) * ROW_UM + HEXAGON_UM);
    // The middle of a dot.
    let middle = |dot: u16| (i64::from(dot) * 2 + 1) * pitch_nm / 2000;
    Grid::new(columns, rows, |x, y| is_dark(matrix, middle(x), middle(y)))
}

fn is_dark(matrix: &BitMatrix, x: i64, y: i64) -> bool {
    let (from_x, from_y) = (x - (14 * PITCH_UM + PITCH_UM / 2), y - (16 * ROW_UM + HEXAGON_UM / 2));
    let distance = from_x * from_x + from_y * from_y;
    let rings = RADII_UM.iter().filter(|radius| distance >= **radius * **radius).count();
    if rings < RADII_UM.len() {
        return rings % 2 == 1;
    }
    // A dot lies in one of the two rows whose hexagons interlock here.
    let row = (y - HEXAGON_UM / 2).div_euclid(ROW_UM);
    [row, row + 1].into_iter().filter(|row| (0..ROWS).contains(row)).any(|row| {
        let x = x - row % 2 * (PITCH_UM / 2);
        let column = x.div_euclid(PITCH_UM);
        let (dx, dy) = (x - column * PITCH_UM - PITCH_UM / 2, y - row * ROW_UM - HEXAGON_UM / 2);
        // Pointed above and below: the slanted sides fall by 1 in the square root of 3.
        let inside = dy.abs() * 1732 + dx.abs() * 1000 <= PITCH_UM * 1000;
        let module = usize::try_from(column).ok().zip(usize::try_from(row).ok());
        inside && module.is_some_and(|(column, row)| matrix.get(column, row))
    })
}
