//! Text as a terminal sends it: one byte a character, code page 437.
//!
//! Source: ZVT interface PA00P015 revision 13.08, chapters 9.4.2 (tag 27) and 15.2. Below 80 it is ASCII; control
//! characters stay what they are. What the page does not have becomes `?`.
//! *Not modelled:* the 7-bit set of old registers, and the ISO sets that a register may ask for by tags 14 and 27.

/// The characters from 80 on.
const UPPER: [char; 128] = [
    'Ç', 'ü', 'é', 'â', 'ä', 'à', 'å', 'ç', 'ê', 'ë', 'è', 'ï', 'î', 'ì', 'Ä', 'Å', 'É', 'æ', 'Æ', 'ô', 'ö',
    'ò', 'û', 'ù', 'ÿ', 'Ö', 'Ü', '¢', '£', '¥', '₧', 'ƒ', 'á', 'í', 'ó', 'ú', 'ñ', 'Ñ', 'ª', 'º', '¿', '⌐',
    '¬', '½', '¼', '¡', '«', '»', '░', '▒', '▓', '│', '┤', '╡', '╢', '╖', '╕', '╣', '║', '╗', '╝', '╜', '╛',
    '┐', '└', '┴', '┬', '├', '─', '┼', '╞', '╟', '╚', '╔', '╩', '╦', '╠', '═', '╬', '╧', '╨', '╤', '╥', '╙',
    '╘', '╒', '╓', '╫', '╪', '┘', '┌', '█', '▄', '▌', '▐', '▀', 'α', 'ß', 'Γ', 'π', 'Σ', 'σ', 'µ', 'τ', 'Φ',
    'Θ', 'Ω', 'δ', '∞', 'φ', 'ε', '∩', '≡', '±', '≥', '≤', '⌠', '⌡', '÷', '≈', '°', '∙', '·', '√', 'ⁿ', '²',
    '■', '\u{A0}',
];

/// Appends a text, at most this many bytes of it.
pub(crate) fn write(buffer: &mut Vec<u8>, text: &str, max_bytes: usize) {
    buffer.extend(text.chars().take(max_bytes).map(byte));
}

/// The bytes of a text, at most so many.
pub(crate) fn bytes(text: &str, max_bytes: usize) -> Vec<u8> {
    let mut buffer = Vec::new();
    write(&mut buffer, text, max_bytes);
    buffer
}

/// What bytes say.
pub(crate) fn read(bytes: &[u8]) -> String {
    let character = |byte: &u8| match byte.checked_sub(0x80) {
        Some(upper) => UPPER.get(usize::from(upper)).copied().unwrap_or('?'),
        None => char::from(*byte),
    };
    bytes.iter().map(character).collect()
}

fn byte(character: char) -> u8 {
    if character.is_ascii() {
        return character as u8;
    }
    let place = UPPER.iter().position(|upper| *upper == character);
    place.map_or(b'?', |place| 0x80 + place as u8)
}

#[cfg(test)]
mod tests {
    use super::{bytes, read};

    #[test]
    fn umlauts_are_where_the_page_has_them() {
        // PA00P015 revision 13.08, chapter 15.2.
        assert_eq!(bytes("ÄÖÜäöüß", 9), [0x8E, 0x99, 0x9A, 0x84, 0x94, 0x81, 0xE1]);
        assert_eq!(read(&[0x9B, 0xF1, 0xFE, 0xC4, 0xB3, 0xDB, 0xA0]), "¢±■─│█á");
    }

    #[test]
    fn what_the_page_has_not_is_a_question_mark() {
        assert_eq!(bytes("1 €", 9), b"1 ?");
        assert_eq!(bytes("12345", 3), b"123");
    }

    #[test]
    fn every_byte_is_a_character_of_its_own() {
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(bytes(&read(&all), 256), all);
    }
}
