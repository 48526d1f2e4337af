//! Text: characters, their modes, and the code pages they come from.
//!
//! Facts: printer sources, sections 2.2 and 9. *Not modelled yet:* rotation, fonts beyond B.

use super::{Interpreter, Outcome, charset};
use crate::mechanism::Mechanism;
use crate::paper::style::Style;
use escpos::{Command, Font, Underline};

impl Interpreter {
    /// Text, and what changes how it looks.
    pub(super) fn text_command(&mut self, command: &Command<'_>, to: &mut Mechanism) -> Option<Outcome> {
        match *command {
            Command::Text(bytes) => self.put_text(bytes, to),
            Command::Hanzi(bytes) => self.put_wide(bytes, to),
            Command::KanjiMode(_) => {}
            ref other => return self.style_command(other),
        }
        Some(Outcome::Done)
    }

    fn style_command(&mut self, command: &Command<'_>) -> Option<Outcome> {
        let modes = &mut self.modes;
        match *command {
            Command::SelectMode(mode) => modes.select(mode),
            Command::Size { width, height } => {
                modes.size = (width.clamp(1, 8), height.clamp(1, 8));
                modes.wide_size = modes.size;
            }
            Command::KanjiSize(size) => {
                modes.wide_size = (1 + u8::from(size.double_width), 1 + u8::from(size.double_height));
            }
            Command::KanjiQuad(on) => modes.wide_size = (1 + u8::from(on), 1 + u8::from(on)),
            Command::Bold(on) => modes.bold = on,
            Command::Underline(kind) | Command::KanjiUnderline(kind) => modes.underline = thickness(kind),
            Command::Reverse(on) => modes.reverse = on,
            Command::Font(font @ (Font::A | Font::B)) => modes.font_b = font == Font::B,
            Command::RightSpacing(dots) => modes.right_spacing_dots = dots,
            Command::KanjiSpacing { right, .. } => modes.wide_spacing_dots = right,
            Command::CodePage(page) => modes.page = page,
            _ => return None,
        }
        Some(Outcome::Done)
    }

    fn put_text(&mut self, bytes: &[u8], to: &mut Mechanism) {
        let style = self.modes.style(false);
        for byte in bytes {
            if let Some(character) = charset::single(self.modes.page, *byte) {
                self.put(character, style, to);
            }
        }
    }

    fn put_wide(&mut self, bytes: &[u8], to: &mut Mechanism) {
        match charset::multibyte(bytes) {
            Some(character) => self.put(character, self.modes.style(true), to),
            None => self.put_text(b"??", to),
        }
    }

    fn put(&mut self, character: char, style: Style, to: &mut Mechanism) {
        if self.line.is_full_for(&style, self.modes.width_dots()) {
            self.print(u32::from(self.modes.line_spacing_dots), to);
        }
        self.line.put(character, style);
    }
}

const fn thickness(kind: Underline) -> u8 {
    match kind {
        Underline::Off => 0,
        Underline::One => 1,
        Underline::Two => 2,
    }
}
