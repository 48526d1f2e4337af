//! `ESC *`: columns of dots on the line, between characters.
//!
//! Facts: printer sources, sections 2.3 and 0: half horizontal density doubles every dot; the eight dots of a column
//! stand at a third of the vertical density, three dot lines each; columns beyond the area are dropped. Some clones
//! print the eight dots side by side. *Not modelled:* densities of other makers.

use super::super::Interpreter;
use super::bitmap::transpose;
use crate::paper::style::{Cell, Style};
use escpos::ColumnDensity;

impl Interpreter {
    pub(super) fn put_columns(&mut self, density: ColumnDensity, data: &[u8]) {
        let wide = match density {
            ColumnDensity::Eight | ColumnDensity::TwentyFour => 2,
            ColumnDensity::EightDouble | ColumnDensity::TwentyFourDouble => 1,
        };
        let column_bytes = density.column_bytes();
        let (high, rows) = match (column_bytes, self.modes.face.habits.adjacent_8dot_rows) {
            (1, false) => (3, 8),
            (1, true) => (1, 8),
            _ => (1, 24),
        };
        let room = self.modes.width_dots().saturating_sub(self.line.x()).div_ceil(wide);
        let columns = u16::try_from(data.len() / column_bytes).unwrap_or(u16::MAX).min(room);
        let Some(data) = data.get(..usize::from(columns) * column_bytes) else { return };
        if columns == 0 {
            return;
        }
        let cell = Cell::Dots { width: columns, height: rows };
        let style = Style { width: wide as u8, height: high, ..Style::plain(cell) };
        let row_bytes = usize::from(columns.div_ceil(8));
        self.line.draw_dots(&style, row_bytes * usize::from(rows), |dots| {
            transpose(data, column_bytes, row_bytes, dots);
        });
    }
}
