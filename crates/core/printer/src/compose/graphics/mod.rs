//! Images: printed as they come, in columns on a line, and from memory.
//!
//! | file | commands |
//! |---|---|
//! | `bitmap` | rows of dots, however they came |
//! | `column` | `ESC *` |
//! | `stored` | `GS ( L`, `GS 8 L`, `GS D`: the graphics buffer, images with keys |
//! | `older` | `FS q`, `FS p`, `GS *`, `GS /`, `GS Q 0` |
//! | `bmp` | bitmap files |
//!
//! Facts: printer sources, section 2.3. An image feeds exactly its height, is aligned as text is, and is clipped at the
//! head; an unfinished line is printed first. Every colour prints as black. *Not modelled:* reference densities (`GS ( L`
//! function 49), shades.

mod bitmap;
mod bmp;
mod column;
mod older;
mod stored;

use self::bitmap::Bitmap;
use super::{Interpreter, Outcome};
use crate::mechanism::Mechanism;
use escpos::{Command, RasterScale};
use std::sync::Arc;

/// Rows of a large image that are handed on together.
const ROWS_AT_ONCE: u16 = 8192;

/// Images that the printer keeps.
#[derive(Clone, Debug, Default)]
pub(super) struct Images {
    graphics: stored::Graphics,
    older: older::Older,
}

impl Images {
    /// `ESC @` and the power switch: what is not in NV memory is gone.
    pub(super) fn reset(&mut self) {
        self.graphics.reset();
        self.older.reset();
    }

    /// Bytes that they take.
    pub(super) fn footprint_bytes(&self) -> usize {
        self.graphics.footprint_bytes() + self.older.footprint_bytes()
    }
}

/// Rows of dots on their way to the paper.
#[derive(Clone, Copy, Debug)]
struct Rows<'a> {
    /// Bytes of a row; the most significant bit is the leftmost dot.
    width_bytes: u16,
    /// Dots of a row that count for its place.
    width_dots: u16,
    rows: u16,
    data: &'a [u8],
}

impl Interpreter {
    /// Everything that prints or stores an image.
    pub(super) fn graphics_command(&mut self, command: &Command<'_>, to: &mut Mechanism) -> Option<Outcome> {
        match *command {
            Command::Raster { scale, width_bytes, rows, data } => {
                let width_dots = width_bytes.saturating_mul(8);
                self.print_rows(&Rows { width_bytes, width_dots, rows, data }, scale, false, to);
            }
            Command::ColumnImage { density, data } => self.put_columns(density, data),
            Command::Graphics(function) => return Some(self.graphics_function(&function, to)),
            Command::Bitmap(file) => return Some(self.define_bitmap(&file)),
            ref other => return self.older_image_command(other, to),
        }
        Some(Outcome::Done)
    }

    /// Prints an image that was kept; unlike one that is printed as it comes, it obeys `ESC {`.
    fn print_bitmap(&mut self, bitmap: &Bitmap, scale: RasterScale, to: &mut Mechanism) {
        match self.modes.upside_down {
            true => self.print_rows(&bitmap.turned().rows(), scale, true, to),
            false => self.print_rows(&bitmap.rows(), scale, false, to),
        }
    }

    /// Where something of this width begins, which is turned with the whole line if it stands upside down.
    pub(super) fn place_of(&self, width: u16, upside_down: bool) -> u16 {
        let (x, left) = (self.modes.start_of(width), self.modes.left_margin_dots);
        let spare = self.modes.width_dots().saturating_sub(width);
        if upside_down { left + spare.saturating_sub(x.saturating_sub(left)) } else { x }
    }

    /// Prints a kept image, if there is one.
    fn print_kept(
        &mut self,
        image: Option<Arc<Bitmap>>,
        scale: RasterScale,
        code: [u8; 2],
        to: &mut Mechanism,
    ) -> Outcome {
        match image {
            Some(image) => {
                self.print_bitmap(&image, scale, to);
                Outcome::Done
            }
            None => Outcome::ignored(code),
        }
    }

    fn print_rows(&mut self, image: &Rows<'_>, scale: RasterScale, upside_down: bool, to: &mut Mechanism) {
        self.finish_line(to);
        let (wide, high) = (1 + u16::from(scale.double_width), 1 + u16::from(scale.double_height));
        let x = self.place_of(image.width_dots.saturating_mul(wide), upside_down);
        let double = (scale.double_width, scale.double_height);
        let row_bytes = usize::from(image.width_bytes.max(1));
        let room = self.modes.geometry.head_dots.saturating_sub(x).div_ceil(8 * wide);
        let visible = image.width_bytes.min(room);
        let chunk = row_bytes * usize::from(ROWS_AT_ONCE);
        for (data, first) in image.data.chunks(chunk).zip((0_u16..).step_by(usize::from(ROWS_AT_ONCE))) {
            let rows = image.rows.saturating_sub(first).min(ROWS_AT_ONCE);
            let printed = rows * high;
            let item = if visible == image.width_bytes {
                self.content(to).add_image(printed, x, visible, double, data, "")
            } else {
                let seen = data.chunks_exact(row_bytes).filter_map(|row| row.get(..usize::from(visible)));
                self.content(to).add_image(
                    printed,
                    x,
                    visible,
                    double,
                    &seen.collect::<Vec<_>>().concat(),
                    "",
                )
            };
            self.emit(item, printed, u32::from(printed), to);
        }
    }
}
