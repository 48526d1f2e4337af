//! Images: raster, column, stored.
//!
//! Facts: printer sources, section 2.3. *Not modelled yet:* all but raster images.

use super::{Interpreter, Outcome};
use crate::mechanism::Mechanism;
use escpos::{Command, RasterScale};

impl Interpreter {
    /// Everything that prints or stores an image.
    pub(super) fn graphics_command(&mut self, command: &Command<'_>, to: &mut Mechanism) -> Option<Outcome> {
        match *command {
            Command::Raster { scale, width_bytes, rows, data } => {
                self.print_image(scale, width_bytes, rows, data, to);
            }
            _ => return None,
        }
        Some(Outcome::Done)
    }

    fn print_image(
        &mut self,
        scale: RasterScale,
        width_bytes: u16,
        rows: u16,
        data: &[u8],
        to: &mut Mechanism,
    ) {
        self.finish_line(to);
        let (wide, high) = (1 + u16::from(scale.double_width), 1 + u16::from(scale.double_height));
        let x = self.modes.start_of(width_bytes.saturating_mul(8).saturating_mul(wide));
        let printed = rows.saturating_mul(high);
        let double = (scale.double_width, scale.double_height);
        let item = self.content(to).add_image(printed, x, width_bytes, double, data, "");
        self.emit(item, printed, u32::from(printed), to);
    }
}
