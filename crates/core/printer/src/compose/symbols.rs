//! Bar codes and matrix codes: their settings, and printing them.
//!
//! Facts: printer sources, section 2.4. *Not modelled yet:* all but QR codes.

use super::{Interpreter, Outcome};
use crate::mechanism::Mechanism;
use crate::paper::content::Modules;
use escpos::Command;

impl Interpreter {
    /// Everything about bar codes and matrix codes.
    pub(super) fn code_command(&mut self, command: &Command<'_>, to: &mut Mechanism) -> Option<Outcome> {
        match *command {
            Command::Qr(function) => self.execute_qr(&function, to),
            _ => return None,
        }
        Some(Outcome::Done)
    }

    fn execute_qr(&mut self, function: &escpos::Qr<'_>, to: &mut Mechanism) {
        if !self.symbol.set(function) {
            return;
        }
        self.finish_line(to);
        if let Some((side, bits, module_dots)) = self.symbol.draw() {
            let cell = (module_dots, u16::from(module_dots));
            self.print_modules(&Modules { columns: side, rows: side, cell, bits: &bits }, to);
        }
    }

    fn print_modules(&mut self, modules: &Modules<'_>, to: &mut Mechanism) {
        let x = self.modes.start_of(modules.width_dots());
        let item = self.content(to).add_modules(x, modules);
        self.emit(item, modules.height_dots(), u32::from(modules.height_dots()), to);
    }
}
