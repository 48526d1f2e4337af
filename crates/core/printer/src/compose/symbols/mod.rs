//! Bar codes and matrix codes: their settings, what is stored, and printing them.
//!
//! | file | holds |
//! |---|---|
//! | `barcode` | `GS k`: settings, the readable text, printing |
//! | `linear`, `upc`, `code128`, `gs1` | data of each bar code to bars |
//! | `bars`, `grid` | bars and modules on their way to dots |
//! | `qr`, `pdf417`, `aztec`, `data_matrix`, `stacked`, `maxi_code` | what is stored of each matrix code, and its modules |
//! | `recent` | the last symbol of a kind, kept |
//! | `size` | the answer that says how large a stored symbol is |
//!
//! Facts: printer sources, section 2.4. What is stored stays until `ESC @`. A symbol that holds too much, or is wider
//! than the area, is not printed, and reported as ignored. *Not modelled:* composite symbols, which only feed nothing
//! and are reported as ignored.

mod aztec;
mod barcode;
mod bars;
mod code128;
mod data_matrix;
mod grid;
mod gs1;
mod linear;
mod maxi_code;
mod pdf417;
mod qr;
mod recent;
mod size;
mod stacked;
mod upc;

use self::grid::Drawn;
use self::recent::Recent;
use super::{Answer, BLOCK, Interpreter, Outcome};
use crate::mechanism::Mechanism;
use crate::paper::content::{Meaning, Modules};
use encoding_rs::GB18030;
use escpos::{Command, Composite};
use std::borrow::Cow;

/// How the commands begin.
const BAR: [u8; 2] = *b"\x1Dk";
const MATRIX: [u8; 2] = *b"\x1D(";

/// Settings and stores of all codes.
#[derive(Clone, Debug, Default)]
pub(super) struct Symbols {
    barcode: barcode::Settings,
    qr: qr::Store,
    pdf417: pdf417::Store,
    aztec: aztec::Store,
    data_matrix: data_matrix::Store,
    stacked: stacked::Store,
    maxi_code: maxi_code::Store,
    made: Made,
}

/// The last symbol of each kind that takes long to make; QR codes keep their own.
#[derive(Clone, Debug, Default)]
struct Made {
    pdf417: Recent<pdf417::Store>,
    aztec: Recent<aztec::Store>,
    data_matrix: Recent<data_matrix::Store>,
    stacked: Recent<stacked::Store>,
}

/// What a function of `GS ( k` wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    /// Nothing more.
    Nothing,
    /// The symbol on paper.
    Print,
    /// Its size, as an answer that begins with 37h and this identifier.
    Size(u8),
}

impl Symbols {
    /// `ESC @`: settings and stores as after power-on.
    pub(super) fn reset(&mut self) {
        let mut qr = core::mem::take(&mut self.qr);
        qr.reset();
        *self = Self { qr, ..Self::default() };
    }

    /// Bytes that the stores take.
    pub(super) fn footprint_bytes(&self) -> usize {
        self.qr.footprint_bytes()
            + self.pdf417.data.capacity()
            + self.aztec.data.capacity()
            + self.data_matrix.data.capacity()
            + self.stacked.data.capacity()
            + self.maxi_code.data.capacity()
            + self.made.footprint_bytes()
    }
}

impl Made {
    fn footprint_bytes(&self) -> usize {
        self.pdf417.footprint_bytes()
            + self.aztec.footprint_bytes()
            + self.data_matrix.footprint_bytes()
            + self.stacked.footprint_bytes()
    }
}

impl Interpreter {
    /// Everything about bar codes and matrix codes.
    pub(super) fn code_command(&mut self, command: &Command<'_>, to: &mut Mechanism) -> Option<Outcome> {
        let area_dots = self.modes.width_dots();
        let symbols = &mut self.symbols;
        let made = &mut symbols.made;
        let (wish, drawn) = match *command {
            Command::Qr(function) => {
                let wish = symbols.qr.set(&function);
                (wish, wish.draw(|| symbols.qr.draw()))
            }
            Command::Pdf417(function) => {
                let store = &mut symbols.pdf417;
                let wish = store.set(&function);
                (wish, wish.draw(|| made.pdf417.draw(store, area_dots, || store.draw(area_dots))))
            }
            Command::Aztec(function) => {
                let store = &mut symbols.aztec;
                let wish = store.set(&function);
                (wish, wish.draw(|| made.aztec.draw(store, 0, || store.draw())))
            }
            Command::DataMatrix(function) => {
                let store = &mut symbols.data_matrix;
                let wish = store.set(&function);
                (wish, wish.draw(|| made.data_matrix.draw(store, 0, || store.draw())))
            }
            Command::Gs1DataBar2d(function) => {
                let store = &mut symbols.stacked;
                let wish = store.set(&function);
                (wish, wish.draw(|| made.stacked.draw(store, area_dots, || store.draw(area_dots))))
            }
            Command::MaxiCode(function) => {
                let wish = symbols.maxi_code.set(&function);
                (wish, wish.draw(|| symbols.maxi_code.draw(self.modes.geometry)))
            }
            Command::QrAtOnce { version, level, module_dots, data } => {
                let store = qr::Store::at_once(level, module_dots, data);
                (Wish::Print, store.draw_version(version))
            }
            Command::Composite(Composite::Print) => (Wish::Print, None),
            Command::Composite(_) => (Wish::Nothing, None),
            ref other => return self.barcode_command(other, to),
        };
        Some(match wish {
            Wish::Nothing => Outcome::Done,
            Wish::Print => self.print_symbol(drawn.as_ref(), to),
            Wish::Size(identifier) => {
                Outcome::Says(Answer::Bytes(BLOCK, size::reply(identifier, drawn.as_ref(), area_dots)))
            }
        })
    }

    fn print_symbol(&mut self, drawn: Option<&Drawn>, to: &mut Mechanism) -> Outcome {
        let fits = |drawn: &&Drawn| drawn.width_dots() <= u32::from(self.modes.width_dots());
        let Some(drawn) = drawn.filter(fits) else { return Outcome::ignored(MATRIX) };
        self.finish_line(to);
        let text = text_of(&drawn.data);
        let meaning = Meaning { symbology: drawn.symbology, data: &text };
        let turned = self.modes.upside_down.then(|| drawn.grid.turned());
        let grid = turned.as_ref().unwrap_or(&drawn.grid);
        let modules =
            Modules { columns: grid.columns, rows: grid.rows, cell: drawn.cell, bits: &grid.bits, meaning };
        let x = self.place_of(modules.width_dots(), self.modes.upside_down);
        let item = self.content(to).add_modules(x, &modules);
        self.emit(item, modules.height_dots(), u32::from(modules.height_dots()), to);
        Outcome::Done
    }
}

impl Wish {
    fn draw(self, draw: impl FnOnce() -> Option<Drawn>) -> Option<Drawn> {
        if self == Self::Nothing { None } else { draw() }
    }
}

/// Data bytes as a reader's screen shows them: UTF-8, else GB18030.
fn text_of(data: &[u8]) -> Cow<'_, str> {
    match core::str::from_utf8(data) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => GB18030.decode_without_bom_handling(data).0,
    }
}
