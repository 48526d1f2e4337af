//! QR codes: what is stored, and its modules.
//!
//! Facts: command research, section 2.4 (`GS ( k`, cn = 49): module 3 dots and level L at the start; the symbol
//! stays stored. *Not modelled:* model 1, micro QR, the size reply.

use escpos::{Qr, QrLevel};
use qrcodegen::{QrCode, QrCodeEcc};

/// Dots a module at the start.
const MODULE_DOTS: u8 = 3;

/// The symbol store.
#[derive(Clone, Debug)]
pub(crate) struct Symbol {
    data: Vec<u8>,
    module_dots: u8,
    level: QrLevel,
}

impl Default for Symbol {
    fn default() -> Self {
        Self { data: Vec::new(), module_dots: MODULE_DOTS, level: QrLevel::L }
    }
}

impl Symbol {
    /// Carries out one function; `true` if the symbol is to be printed.
    pub(crate) fn set(&mut self, function: &Qr<'_>) -> bool {
        match *function {
            Qr::Module(dots) => self.module_dots = dots,
            Qr::Level(level) => self.level = level,
            Qr::Store(data) => {
                self.data.clear();
                self.data.extend_from_slice(data);
            }
            Qr::Print => return true,
            Qr::Model(_) | Qr::SizeInfo => {}
        }
        false
    }

    /// Modules a side, the modules row by row in whole bytes, and dots a module; nothing if no symbol holds
    /// the data.
    pub(crate) fn draw(&self) -> Option<(u16, Vec<u8>, u8)> {
        let level = match self.level {
            QrLevel::L => QrCodeEcc::Low,
            QrLevel::M => QrCodeEcc::Medium,
            QrLevel::Q => QrCodeEcc::Quartile,
            QrLevel::H => QrCodeEcc::High,
        };
        let code = QrCode::encode_binary(&self.data, level).ok().filter(|_| !self.data.is_empty())?;
        let side = u16::try_from(code.size()).ok()?;
        let bytes_a_row = usize::from(side.div_ceil(8));
        let mut modules = vec![0; bytes_a_row * usize::from(side)];
        for (y, row) in (0..).zip(modules.chunks_exact_mut(bytes_a_row)) {
            for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
                if let Some(byte) = row.get_mut(x as usize / 8) {
                    *byte |= 0x80 >> (x % 8);
                }
            }
        }
        Some((side, modules, self.module_dots.clamp(1, 16)))
    }
}
