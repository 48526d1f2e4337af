//! Text: characters, and what changes how they look.
//!
//! Single-byte text is taken in runs: as much as still fits into the line at once. Facts: printer sources, sections
//! 1 (a full line is printed), 2.2 and 9. *Not modelled:* colours (`ESC r`, `GS ( N`), which print black; smoothing;
//! which font `FS ( A` and `FS ( C` select, as there is one of multibyte characters.

use super::line::as_ascii;
use super::{Interpreter, Outcome, charset};
use crate::mechanism::Mechanism;
use crate::paper::style::{Cell, Style};
use escpos::{Command, Encoding, Underline};

impl Interpreter {
    /// What changes how text looks.
    pub(super) fn text_command(&mut self, command: &Command<'_>) -> Option<Outcome> {
        self.style_command(command).or_else(|| self.characters_command(command))
    }

    fn style_command(&mut self, command: &Command<'_>) -> Option<Outcome> {
        let modes = &mut self.modes;
        match *command {
            Command::SelectMode(mode) => modes.select(mode),
            Command::Size { width, height } => {
                modes.size = (width.clamp(1, 8), height.clamp(1, 8));
                modes.wide_size = modes.size;
            }
            Command::KanjiSize(size) => modes.select_wide(size),
            Command::KanjiQuad(on) => modes.wide_size = (1 + u8::from(on), 1 + u8::from(on)),
            Command::Bold(on) => modes.bold = on,
            Command::Italics(on) => modes.italic = on,
            Command::Underline(kind) => modes.underline = thickness(kind),
            Command::KanjiUnderline(kind) => modes.wide_underline = thickness(kind),
            Command::Reverse(on) => modes.reverse = on,
            Command::Rotate(rotation) => modes.rotation = rotation,
            Command::UpsideDown(on) if self.line.is_at_start() => modes.upside_down = on,
            Command::UpsideDown(_) => return Some(Outcome::ignored(*b"\x1B{")),
            Command::Font(font) => modes.font = font,
            Command::RightSpacing(units) => modes.right_spacing_dots = modes.space_dots(units),
            Command::KanjiSpacing { left, right } => {
                modes.wide_spacing_dots = (modes.space_dots(left), modes.space_dots(right));
            }
            Command::Color(_) | Command::Coloring(_) => {}
            _ => return None,
        }
        modes.restyle();
        Some(Outcome::Done)
    }

    /// Which characters the bytes stand for.
    fn characters_command(&mut self, command: &Command<'_>) -> Option<Outcome> {
        match *command {
            Command::CodePage(number) => self.charset.set_page(&self.modes.face, number),
            Command::Charset(number) => self.charset.set_country(number),
            Command::KanjiCodeSystem(system) => self.charset.set_code_system(system),
            Command::Encoding(encoding) => self.charset.utf8 = encoding == Encoding::Utf8,
            // The parser has switched.
            Command::KanjiMode(_) | Command::KanjiFont(_) | Command::FontPriority { .. } => {}
            Command::UserCharacters(characters) => self.users.define(self.modes.cell(), characters),
            Command::UserCharactersEnable(on) => self.users.enable(on),
            Command::UserCharacterCancel(code) => self.users.cancel(self.modes.cell(), code),
            Command::KanjiUser { code, data } => self.users.define_wide(code, data),
            Command::KanjiUserCancel(code) => self.users.cancel_wide(code),
            _ => return None,
        }
        Some(Outcome::Done)
    }

    pub(super) fn put_text(&mut self, bytes: &[u8], to: &mut Mechanism) {
        if self.charset.utf8 {
            return self.put_utf8(bytes, to);
        }
        let style = self.modes.style();
        let mut rest = bytes;
        while !rest.is_empty() {
            let room = self.room(&style, to);
            let (now, later) = rest.split_at(room.min(rest.len()));
            match self.users.is_enabled() {
                true => self.put_with_users_own(now, &style),
                false if self.put_bytes(now, &style) => self.line.open(&style, room - now.len()),
                false => self.line.close(),
            }
            rest = later;
        }
    }

    /// How many characters of this style fit into the line, which is printed first if it is full.
    fn room(&mut self, style: &Style, to: &mut Mechanism) -> usize {
        let width = self.modes.width_dots();
        match self.line.room(style, width) {
            0 => {
                self.print(self.modes.line_spacing_dots, to);
                self.line.room(style, width)
            }
            room => room,
        }
    }

    /// Says whether it was nothing but ASCII.
    fn put_bytes(&mut self, bytes: &[u8], style: &Style) -> bool {
        let ascii = as_ascii(bytes).filter(|_| self.charset.has_plain_ascii());
        match ascii {
            Some((text, inked)) => self.line.put(style, |line| {
                line.push_str(text);
                (bytes.len() as u16, inked)
            }),
            None => self.line.put(style, |line| {
                let characters = bytes.iter().filter_map(|byte| self.charset.character(*byte));
                characters.fold((0, false), |(count, inked), character| {
                    line.push(character);
                    (count + 1, inked || !matches!(character, ' ' | '\u{A0}'))
                })
            }),
        }
        ascii.is_some()
    }

    /// Characters some of which the user may have drawn.
    fn put_with_users_own(&mut self, bytes: &[u8], style: &Style) {
        for byte in bytes {
            let Some(dots) = self.users.dots(style.cell, *byte) else {
                self.put_bytes(core::slice::from_ref(byte), style);
                continue;
            };
            let (width, height) = (style.cell.width(), style.cell.height());
            let style = Style { cell: Cell::Dots { width, height }, ..*style };
            self.line.put_dots(&style, dots, char::from(*byte).encode_utf8(&mut [0; 4]));
        }
    }

    /// Multibyte characters, one or many.
    pub(super) fn put_wide(&mut self, bytes: &[u8], to: &mut Mechanism) {
        self.line.close();
        let (style, mut rest) = (self.modes.wide_style(), bytes);
        while let Some((first, behind)) = self.charset.split_wide(rest) {
            let character = self.charset.wide(first);
            rest = behind;
            if self.users.has_wide(first) {
                self.put_users_wide(first, character, &style, to);
            } else if let Some(character) = character {
                rest = self.put_wide_run(character, behind, &style, to);
            } else {
                self.put_text(b"??", to);
            }
        }
    }

    /// A character, and of what stands behind it as much as is like it and fits into the line; gives the rest.
    fn put_wide_run<'a>(
        &mut self,
        first: char,
        behind: &'a [u8],
        style: &Style,
        to: &mut Mechanism,
    ) -> &'a [u8] {
        let room = self.room(style, to);
        let alike = if self.users.has_any_wide() { 0 } else { room.saturating_sub(1) };
        let leaves_ink = |character| !matches!(character, ' ' | '\u{A0}' | '\u{3000}');
        let (charset, mut count) = (&self.charset, 1);
        self.line.put(style, |text| {
            text.push(first);
            let mut inked = leaves_ink(first);
            for character in charset.pairs(behind).take(alike) {
                text.push(character);
                inked |= leaves_ink(character);
                count += 1;
            }
            (count, inked)
        });
        behind.get(2 * usize::from(count - 1)..).unwrap_or_default()
    }

    /// A multibyte character that the user has drawn.
    fn put_users_wide(&mut self, bytes: &[u8], character: Option<char>, style: &Style, to: &mut Mechanism) {
        self.room(style, to);
        let style = Style { cell: Cell::Dots { width: 24, height: 24 }, ..*style };
        let text = character.unwrap_or(char::REPLACEMENT_CHARACTER);
        if let Some(dots) = self.users.wide_dots(bytes) {
            self.line.put_dots(&style, dots, text.encode_utf8(&mut [0; 4]));
        }
    }

    /// Whole characters, each as wide as its script; what is no UTF-8 prints as `?`.
    fn put_utf8(&mut self, bytes: &[u8], to: &mut Mechanism) {
        self.line.close();
        for chunk in bytes.utf8_chunks() {
            for character in chunk.valid().chars() {
                let wide = charset::is_wide(character);
                let style = if wide { self.modes.wide_style() } else { self.modes.style() };
                self.put_character(character, &style, to);
            }
            if !chunk.invalid().is_empty() {
                let style = self.modes.style();
                self.put_character('?', &style, to);
            }
        }
    }

    fn put_character(&mut self, character: char, style: &Style, to: &mut Mechanism) {
        if !self.line.has_room(style, self.modes.width_dots()) {
            self.print(self.modes.line_spacing_dots, to);
        }
        self.line.put(style, |line| {
            line.push(character);
            (1, !matches!(character, ' ' | '\u{A0}' | '\u{3000}'))
        });
    }
}

const fn thickness(kind: Underline) -> u8 {
    match kind {
        Underline::Off => 0,
        Underline::One => 1,
        Underline::Two => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::Interpreter;
    use crate::mechanism::Mechanism;
    use crate::paper::{ink, raster};
    use crate::{DESK_80, Profile, TypeFace};
    use escpos::Parser;
    use proptest::prelude::{Just, Strategy, any, prop, prop_oneof, proptest};
    use std::sync::LazyLock;

    static EPSON: LazyLock<Profile> =
        LazyLock::new(|| Profile { type_face: TypeFace::EPSON_203_DPI, ..DESK_80.clone() });

    /// Text and commands of style and place, as a host might mix them.
    fn styled() -> impl Strategy<Value = Vec<u8>> {
        let flag = prop::sample::select(b"E{VMBG".to_vec()).prop_flat_map(|code| {
            let prefix = if code == b'B' { 0x1D } else { 0x1B };
            (0_u8..3).prop_map(move |n| vec![prefix, code, n])
        });
        let underline = (0_u8..3).prop_map(|n| vec![0x1B, b'-', n]);
        let size = any::<u8>().prop_map(|n| vec![0x1D, b'!', n & 0x33]);
        let space = (0_u8..20).prop_map(|n| vec![0x1B, b' ', n]);
        let place = any::<u8>().prop_map(|x| vec![0x1B, b'$', x, 0]);
        let text = prop::collection::vec(0x20_u8..0xFF, 1..12);
        let end = prop_oneof![Just(vec![0x0A]), Just(vec![0x09])];
        let piece = prop_oneof![flag, underline, size, space, place, text.clone(), text, end];
        prop::collection::vec(piece, 1..30).prop_map(|pieces| [pieces.concat(), vec![0x0A]].concat())
    }

    proptest! {
        #[test]
        fn the_ink_of_every_line_is_that_of_its_drawn_dots(bytes in styled(), chinese in any::<bool>()) {
            let profile = if chinese { &DESK_80 } else { &*EPSON };
            let (mut to, mut interpreter) = (Mechanism::new(&DESK_80), Interpreter::new(profile));
            let mut parser = Parser::new().with_dialect(profile.type_face.dialect);
            parser.push(&bytes);
            while let Some(command) = parser.next() {
                interpreter.execute(&command, &mut to);
            }
            let (mut counted, mut rows) = (Vec::new(), Vec::new());
            let content = to.content();
            for item in content.items() {
                ink::count(content, item, &mut counted);
                raster::draw(content, item, &mut rows);
                let drawn: Vec<u16> = rows.iter().map(raster::dots_of).collect();
                assert_eq!(counted, drawn);
            }
        }
    }
}
