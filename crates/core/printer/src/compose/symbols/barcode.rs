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
            Command::Barcode { symbology, function_a, data } => {
                let outcome = self.print_barcode(symbology, data, to);
                if function_a && self.modes.face.habits.resets_barcode_settings {
                    self.symbols.barcode = Settings::default();
                }
                return Some(outcome);
            }
            _ => return None,
        }
        Some(Outcome::Done)
    }

    fn print_barcode(&mut self, symbology: Symbology, data: &[u8], to: &mut Mechanism) -> Outcome {
        if self.page.is_none() && !self.line.is_at_start() {
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
        if self.page.is_some() {
            let meaning = Meaning { symbology, data: &code.data };
            let words = Words { text: &code.text, cell, above, below, meaning };
            self.put_on_page(&words, (columns, rows), &code.bars.row(module), to);
            return Outcome::Done;
        }
        // Upside down, what stands below comes first.
        let upside_down = self.modes.upside_down;
        let (first, last) = if upside_down { (below, above) } else { (above, below) };
        let x = self.place_of(columns, upside_down);
        let words = readable(&code.text, cell, (x, columns), upside_down);
        if first {
            self.put_readable(&code.text, words, to);
        }
        let grid = Grid { columns, rows: 1, bits: code.bars.row(module) };
        let grid = if upside_down { grid.turned() } else { grid };
        let meaning = Meaning { symbology, data: &code.data };
        let modules = Modules { columns, rows: 1, cell: (1, rows), bits: &grid.bits, meaning };
        let item = self.content(to).add_modules(x, &modules);
        self.emit(item, rows, u32::from(rows), to);
        if last {
            self.put_readable(&code.text, words, to);
        }
        Outcome::Done
    }

    /// Prints the readable text above or below the bars.
    fn put_readable(&mut self, text: &str, run: Run, to: &mut Mechanism) {
        let rows = run.style.rows();
        let item = self.content(to).add_text(rows, &[run], text, &[], 0);
        self.emit(item, rows, u32::from(rows), to);
    }

    /// Puts bars and text on a page together: what is placed there one after the other would stand side by side.
    fn put_on_page(&mut self, words: &Words<'_>, size: (u16, u16), bits: &[u8], to: &mut Mechanism) {
        let (x, text_rows) = (self.line.x(), words.cell.height());
        let (columns, rows) = (size.0, size.1.min(u16::from(u8::MAX)));
        let below = if words.below { text_rows } else { 0 };
        let dots = Cell::Dots { width: columns, height: 1 };
        let style = Style { height: rows as u8, ..Style::plain(dots) };
        let mut runs = vec![Run { x, bytes: bits.len() as u16, start: 0, lift: below, style }];
        let (mut text, mut height) = (String::new(), rows + below);
        let mut line = readable(words.text, words.cell, (x, columns), false);
        if words.above {
            runs.push(Run { lift: height, ..line });
            height += text_rows;
            text.push_str(words.text);
            text.push('\n');
        }
        if words.below {
            line.start = text.len() as u32;
            runs.push(line);
            text.push_str(words.text);
        }
        let content = self.content(to);
        let item = content.add_text(height, &runs, &text, bits, 0);
        content.say(words.meaning);
        self.emit(item, height, 0, to);
    }
}

/// What stands beside the bars.
struct Words<'a> {
    text: &'a str,
    cell: Cell,
    above: bool,
    below: bool,
    meaning: Meaning<'a>,
}

/// The readable text in the middle of bars that begin at `x`.
fn readable(text: &str, cell: Cell, (x, width): (u16, u16), upside_down: bool) -> Run {
    let style = Style { upside_down, ..Style::plain(cell) };
    let characters = i32::try_from(text.chars().count()).unwrap_or(i32::MAX);
    // Text that is wider than the bars begins further left, down to the head's first dot.
    let spare = i32::from(width).saturating_sub(characters.saturating_mul(cell.width().into()));
    let before = spare.div_euclid(2);
    let shift = if upside_down { spare - before } else { before };
    let x = u16::try_from(i32::from(x).saturating_add(shift)).unwrap_or_default();
    Run { x, bytes: u16::try_from(text.len()).unwrap_or(u16::MAX), start: 0, lift: 0, style }
}
