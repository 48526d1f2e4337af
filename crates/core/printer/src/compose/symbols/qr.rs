//! QR codes: what is stored, and its modules.
//!
//! Facts: printer sources, section 2.4 (`GS ( k`, cn = 49, and the QR commands of clones): module 3 dots and level L at
//! the start. Data are digits, capitals or bytes as a whole, whichever is shortest. *Not modelled:* model 1, which
//! prints as model 2; characters of Shift JIS at 13 bits; data of several kinds in one symbol.

use super::Wish;
use super::grid::{Drawn, Grid};
use super::size;
use anyd::codes::microqr::{MicroEcLevel, MicroQrEncoder};
use escpos::{Qr, QrLevel, QrModel};
use fast_qr::{ECL, QRBuilder, Version};
use std::sync::Arc;

/// Dots a module at the start.
const MODULE_DOTS: u8 = 3;

/// The symbol store.
#[derive(Clone, Debug)]
pub(super) struct Store {
    data: Vec<u8>,
    module_dots: u8,
    level: QrLevel,
    micro: bool,
    /// The last symbol that was made: receipts repeat themselves, and making one takes longer than printing it.
    last: Option<Made>,
}

#[derive(Clone, Debug)]
struct Made {
    data: Vec<u8>,
    level: QrLevel,
    micro: bool,
    grid: Arc<Grid>,
}

impl Default for Store {
    fn default() -> Self {
        Self { data: Vec::new(), module_dots: MODULE_DOTS, level: QrLevel::L, micro: false, last: None }
    }
}

impl Store {
    /// A symbol that is printed at once.
    pub(super) fn at_once(level: QrLevel, module_dots: u8, data: &[u8]) -> Self {
        let module_dots = if module_dots == 0 { MODULE_DOTS } else { module_dots.min(16) };
        Self { data: data.to_vec(), module_dots, level, ..Self::default() }
    }

    /// Settings and data as after power-on.
    pub(super) fn reset(&mut self) {
        *self = Self { last: self.last.take(), ..Self::default() };
    }

    pub(super) fn footprint_bytes(&self) -> usize {
        let made = self.last.as_ref();
        self.data.capacity() + made.map_or(0, |made| made.data.capacity() + made.grid.bits.capacity())
    }

    /// Carries out one function.
    pub(super) fn set(&mut self, function: &Qr<'_>) -> Wish {
        match *function {
            Qr::Module(dots) => self.module_dots = dots.clamp(1, 16),
            Qr::Level(level) => self.level = level,
            Qr::Model(model) => self.micro = model == QrModel::Micro,
            Qr::Store(data) => {
                self.data.clear();
                self.data.extend_from_slice(data);
            }
            Qr::Print => return Wish::Print,
            Qr::SizeInfo => return Wish::Size(size::QR),
        }
        Wish::Nothing
    }

    /// The symbol; nothing if none holds the data.
    pub(super) fn draw(&mut self) -> Option<Drawn> {
        let known = self
            .last
            .as_ref()
            .filter(|made| made.level == self.level && made.micro == self.micro && made.data == self.data);
        let grid = match known {
            Some(made) => Arc::clone(&made.grid),
            None => {
                let grid = Arc::new(if self.micro { self.make_micro()? } else { self.make(None)? });
                let (data, level, micro) = (self.data.clone(), self.level, self.micro);
                self.last = Some(Made { data, level, micro, grid: Arc::clone(&grid) });
                grid
            }
        };
        Some(self.drawn(grid))
    }

    /// The symbol in this version, or in a larger one that holds the data; 0 is the smallest that does.
    pub(super) fn draw_version(&self, version: u8) -> Option<Drawn> {
        let grid = self.make(version_of(version)).or_else(|| self.make(None))?;
        Some(self.drawn(Arc::new(grid)))
    }

    fn drawn(&self, grid: Arc<Grid>) -> Drawn {
        let symbology = if self.micro { "Micro QR" } else { "QR" };
        let cell = (self.module_dots, u16::from(self.module_dots));
        Drawn { grid, cell, symbology, data: self.data.clone() }
    }

    fn make(&self, version: Option<Version>) -> Option<Grid> {
        let level = match self.level {
            QrLevel::L => ECL::L,
            QrLevel::M => ECL::M,
            QrLevel::Q => ECL::Q,
            QrLevel::H => ECL::H,
        };
        let mut builder = QRBuilder::new(self.data.as_slice());
        builder.ecl(level);
        if let Some(version) = version {
            builder.version(version);
        }
        let code = builder.build().ok().filter(|_| !self.data.is_empty())?;
        let side = u16::try_from(code.size).ok()?;
        let dark = |x: u16, y: u16| {
            let module = code.data.get(usize::from(y) * code.size + usize::from(x));
            module.is_some_and(|module| module.value())
        };
        Some(Grid::new(side, side, dark))
    }

    fn make_micro(&self) -> Option<Grid> {
        let level = match self.level {
            QrLevel::L => MicroEcLevel::L,
            QrLevel::M => MicroEcLevel::M,
            QrLevel::Q | QrLevel::H => MicroEcLevel::Q,
        };
        let mut storage = [0; MicroQrEncoder::MAX_BUFFER_LEN];
        let (matrix, _) = MicroQrEncoder::new().encode_text_into(&self.data, level, &mut storage).ok()?;
        Grid::of_matrix(&(&matrix).into(), 1)
    }
}

/// A version by its number.
fn version_of(number: u8) -> Option<Version> {
    const VERSIONS: [Version; 40] = [
        Version::V01,
        Version::V02,
        Version::V03,
        Version::V04,
        Version::V05,
        Version::V06,
        Version::V07,
        Version::V08,
        Version::V09,
        Version::V10,
        Version::V11,
        Version::V12,
        Version::V13,
        Version::V14,
        Version::V15,
        Version::V16,
        Version::V17,
        Version::V18,
        Version::V19,
        Version::V20,
        Version::V21,
        Version::V22,
        Version::V23,
        Version::V24,
        Version::V25,
        Version::V26,
        Version::V27,
        Version::V28,
        Version::V29,
        Version::V30,
        Version::V31,
        Version::V32,
        Version::V33,
        Version::V34,
        Version::V35,
        Version::V36,
        Version::V37,
        Version::V38,
        Version::V39,
        Version::V40,
    ];
    VERSIONS.get(usize::from(number.checked_sub(1)?)).copied()
}
