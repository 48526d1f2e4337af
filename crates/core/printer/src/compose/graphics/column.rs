//! `ESC *`: columns of dots on the line, between characters.
//!
//! Facts: printer sources, sections 2.3 and 0: half horizontal density doubles every dot; the eight dots of a column
//! stand at a third of the vertical density, three dot lines each, or one each on some clones; columns beyond the area
//! are dropped. Of the print modes, upside down alone has an effect. *Not modelled:* nothing known.

use super::super::Interpreter;
use super::bitmap::transpose;
use crate::paper::style::{Cell, Style};
use escpos::ColumnDensity;

impl Interpreter {
    pub(super) fn put_columns(&mut self, density: ColumnDensity, data: &[u8]) {
        let width = match density {
            ColumnDensity::Eight | ColumnDensity::TwentyFour => 2,
            ColumnDensity::EightDouble | ColumnDensity::TwentyFourDouble => 1,
        };
        let column_bytes = density.column_bytes();
        let (height, rows) = match column_bytes {
            1 if self.modes.face.habits.adjacent_8dot_rows => (1, 8),
            1 => (3, 8),
            _ => (1, 24),
        };
        let style = |columns| Style {
            width,
            height,
            upside_down: self.modes.upside_down,
            ..Style::plain(Cell::Dots { width: columns, height: rows })
        };
        let room = self.line.room(&style(1), self.modes.width_dots());
        let columns = (data.len() / column_bytes).min(room);
        let Some(data) = data.get(..columns * column_bytes).filter(|data| !data.is_empty()) else { return };
        let row_bytes = columns.div_ceil(8);
        self.line.draw_dots(&style(columns as u16), row_bytes * usize::from(rows), |dots| {
            transpose(data, column_bytes, row_bytes, dots);
        });
    }
}
