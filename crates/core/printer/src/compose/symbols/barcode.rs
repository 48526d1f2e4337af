//! `GS k`: settings of bar codes, their readable text, and printing them.
//!
//! Facts: printer sources, section 1: a bar code is printed only with an empty line buffer, else its data print as text;
//! it ignores line spacing and print modes, and leaves the position at the line's start; section 2.4: 162 dot lines
//! high, modules of 3 dots, no readable text at the start. A code that is wider than the area only feeds its height.
//! *Not modelled:* the count byte of function B, which a real printer takes for a character too when it prints the data
//! as text; quiet zones.

use super::bars::Module;
use super::grid::Grid;
use super::linear::{self, Linear};
use super::{BAR, Interpreter, Outcome};
use crate::mechanism::Mechanism;
use crate::paper::content::{Meaning, Modules};
use crate::paper::style::{Cell, Run, Style};
use escpos::{Command, Font, HriPosition, Symbology};

/// Dots a module, dot lines of the bars.
const MODULE: u8 = 3;
const HEIGHT_DOTS: u16 = 162;

/// 255 units of a tenth of an inch at most.
const HEIGHT_MAX: u32 = 8192;

/// What `ESC @` sets back.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    /// In dot lines; `None` is the model's own.
    height_dots: Option<u16>,
    module: u8,
    text: HriPosition,
    font: Font,
}

impl Default for Settings {
    fn default() -> Self {
        Self { height_dots: None, module: MODULE, text: HriPosition::None, font: Font::A }
    }
}

impl Interpreter {
    /// Settings of bar codes, and bar codes.
    pub(super) fn barcode_command(&mut self, command: &Command<'_>, to: &mut Mechanism) -> Option<Outcome> {
        let settings = &mut self.symbols.barcode;
        match *command {
            Command::BarcodeHeight(units) => {
                let dots = self.modes.along_dots(u16::from(units)).clamp(1, HEIGHT_MAX);
                settings.height_dots = Some(dots as u16);
            }
            Command::BarcodeWidth(n) => settings.module = n,
            Command::BarcodeText(position) => settings.text = position,
            Command::BarcodeTextFont(font) => settings.font = font,
            Command::Barcode { symbology, data } => return Some(self.print_barcode(symbology, data, to)),
            _ => return None,
        }
        Some(Outcome::Done)
    }

    fn print_barcode(&mut self, symbology: Symbology, data: &[u8], to: &mut Mechanism) -> Outcome {
        if !self.line.is_at_start() {
            self.put_text(data, to);
            return Outcome::Done;
        }
        let (code, rest) = linear::encode(symbology, data);
        let outcome = match code {
            Some(code) => self.put_bars(&code, linear::name(symbology), to),
            None => Outcome::ignored(BAR),
        };
        self.put_text(rest, to);
        outcome
    }

    fn put_bars(&mut self, code: &Linear, symbology: &'static str, to: &mut Mechanism) -> Outcome {
        let settings = self.symbols.barcode.clone();
        let ignored = Outcome::ignored(BAR);
        let Some(module) = Module::from_setting(settings.module) else { return ignored };
        let cell = if settings.font == Font::A { Cell::A } else { Cell::B };
        let (above, below) = match settings.text {
            HriPosition::None => (false, false),
            HriPosition::Above => (true, false),
            HriPosition::Below => (false, true),
            HriPosition::Both => (true, true),
        };
        let width = code.bars.width_dots(module);
        let rows = settings.height_dots.unwrap_or(HEIGHT_DOTS);
        let Ok(columns @ 1..) = u16::try_from(width.min(u32::from(self.modes.width_dots()) + 1)) else {
            return ignored;
        };
        if columns > self.modes.width_dots() {
            let texts = u32::from(cell.height()) * (u32::from(above) + u32::from(below));
            self.feed(u32::from(rows) + texts, to);
            return ignored;
        }
        // Upside down, what stands below comes first.
        let upside_down = self.modes.upside_down;
        let (first, last) = if upside_down { (below, above) } else { (above, below) };
        let x = self.place_of(columns, upside_down);
        if first {
            self.put_readable(&code.text, cell, (x, columns), to);
        }
        let grid = Grid { columns, rows: 1, bits: code.bars.row(module) };
        let grid = if upside_down { grid.turned() } else { grid };
        let meaning = Meaning { symbology, data: &code.data };
        let modules = Modules { columns, rows: 1, cell: (1, rows), bits: &grid.bits, meaning };
        let item = self.content(to).add_modules(x, &modules);
        self.emit(item, rows, u32::from(rows), to);
        if last {
            self.put_readable(&code.text, cell, (x, columns), to);
        }
        Outcome::Done
    }

    /// Prints the readable text in the middle above or below the bars.
    fn put_readable(&mut self, text: &str, cell: Cell, (x, width): (u16, u16), to: &mut Mechanism) {
        let style = Style { upside_down: self.modes.upside_down, ..Style::plain(cell) };
        let characters = u16::try_from(text.chars().count()).unwrap_or(u16::MAX);
        let text_width = characters.saturating_mul(cell.width());
        // Text that is wider than the bars begins further left, down to the head's first dot.
        let x = (x + width / 2).saturating_sub(text_width / 2);
        let Ok(bytes) = u16::try_from(text.len()) else { return };
        let run = Run { x, bytes, start: 0, lift: 0, style };
        let rows = style.rows();
        let item = self.content(to).add_text(rows, &[run], text, &[], 0);
        self.emit(item, rows, u32::from(rows), to);
    }
}
