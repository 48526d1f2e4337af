//! Modules of a matrix code, packed for the paper.
//!
//! Units are modules; `cell` is in dots. *Not modelled:* quiet zones, which the host leaves.

use anyd::output::{BitMatrix, Encoding};
use std::sync::Arc;

/// Rows of modules, each in whole bytes; the most significant bit is the leftmost module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Grid {
    pub(super) columns: u16,
    pub(super) rows: u16,
    pub(super) bits: Vec<u8>,
}

/// A symbol that can be printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Drawn {
    pub(super) grid: Arc<Grid>,
    /// Dots across and down of one module.
    pub(super) cell: (u8, u16),
    pub(super) symbology: &'static str,
    pub(super) data: Vec<u8>,
}

impl Grid {
    /// Packs the modules of which `is_dark` is true, given column and row.
    pub(super) fn new(columns: u16, rows: u16, is_dark: impl Fn(u16, u16) -> bool) -> Self {
        let row_bytes = usize::from(columns.div_ceil(8));
        let mut bits = vec![0; row_bytes * usize::from(rows)];
        for (y, row) in (0..rows).zip(bits.chunks_exact_mut(row_bytes.max(1))) {
            for (byte, x) in row.iter_mut().zip((0..columns).step_by(8)) {
                let here = x..columns.min(x.saturating_add(8));
                *byte = here.filter(|x| is_dark(*x, y)).fold(0, |byte, x| byte | 0x80 >> (x % 8));
            }
        }
        Self { columns, rows, bits }
    }

    /// Turned by 180 degrees.
    pub(super) fn turned(&self) -> Self {
        let row_bytes = usize::from(self.columns.div_ceil(8));
        Self::new(self.columns, self.rows, |x, y| {
            let (x, y) = (self.columns - 1 - x, self.rows - 1 - y);
            let byte = self.bits.get(usize::from(y) * row_bytes + usize::from(x / 8));
            byte.is_some_and(|byte| byte & 0x80 >> (x % 8) != 0)
        })
    }

    /// From an encoder's matrix, taking every `step`th row.
    pub(super) fn of_matrix(matrix: &BitMatrix, step: usize) -> Option<Self> {
        let columns = u16::try_from(matrix.width()).ok()?;
        let rows = u16::try_from(matrix.height() / step.max(1)).ok()?;
        Some(Self::new(columns, rows, |x, y| matrix.get(usize::from(x), usize::from(y) * step)))
    }

    /// From an encoder's answer.
    pub(super) fn of_encoding(encoding: &Encoding, step: usize) -> Option<Self> {
        match encoding {
            Encoding::Matrix(matrix) => Self::of_matrix(matrix, step),
            Encoding::Linear(_) => None,
        }
    }
}

impl Drawn {
    /// Dots across.
    pub(super) fn width_dots(&self) -> u32 {
        u32::from(self.grid.columns) * u32::from(self.cell.0)
    }

    /// Dot lines.
    pub(super) fn height_dots(&self) -> u32 {
        u32::from(self.grid.rows) * u32::from(self.cell.1)
    }
}
