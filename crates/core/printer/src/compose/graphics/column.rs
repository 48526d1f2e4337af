//! `ESC *`: columns of dots on the line, between characters.
//!
//! Facts: printer sources, sections 2.3 and 0: half horizontal density doubles every dot; the eight dots of a column
//! stand at a third of the vertical density, three dot lines each; columns beyond the area are dropped. *Not modelled:*
//! clones that print the eight dots without doubling them.

use super::bitmap::transpose;
use super::super::Interpreter;
use crate::paper::style::{Cell, Style};
use escpos::ColumnDensity;

impl Interpreter {
    pub(super) fn put_columns(&mut self, density: ColumnDensity, data: &[u8]) {
        let wide = match density {
            ColumnDensity::Eight | ColumnDensity::TwentyFour => 2,
            ColumnDensity::EightDouble | ColumnDensity::TwentyFourDouble => 1,
        };
        let column_bytes = density.column_bytes();
        let (high, rows) = if column_bytes == 1 { (3, 8) } else { (1, 24) };
        let room = self.modes.width_dots().saturating_sub(self.line.x()).div_ceil(wide);
        let columns = u16::try_from(data.len() / column_bytes).unwrap_or(u16::MAX).min(room);
        let Some(data) = data.get(..usize::from(columns) * column_bytes) else { return };
        if columns == 0 {
            return;
        }
        let style = Style {
            width: wide as u8,
            height: high,
            spacing: 0,
            underline: 0,
            bold: false,
            reverse: false,
            cell: Cell::Dots { width: columns, height: rows },
        };
        let row_bytes = usize::from(columns.div_ceil(8));
        self.line.put_dots(style, row_bytes * usize::from(rows), |dots| {
            transpose(data, column_bytes, row_bytes, dots);
        });
    }
}
