//! Bytes to characters: code pages and GB18030.
//!
//! Facts: encoding research, section 9 (numbers of `ESC t`). *Not modelled:* `ESC R`, Katakana and Thai pages,
//! user-defined characters; pages that are not here print as page 0, PC437.

use encoding_rs::{DecoderResult, WINDOWS_1255, WINDOWS_1256, WINDOWS_1257, WINDOWS_1258};
use encoding_rs::{Encoding, GB18030, IBM866, ISO_8859_2, ISO_8859_7, ISO_8859_15};
use encoding_rs::{WINDOWS_1250, WINDOWS_1251, WINDOWS_1252, WINDOWS_1253, WINDOWS_1254};

/// The upper half of PC437.
const PC437: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧\
╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{A0}";

/// The character of a byte 20h-FFh in a page of `ESC t`.
pub(crate) fn single(page: u8, byte: u8) -> Option<char> {
    match byte {
        0x20..=0x7E => Some(char::from(byte)),
        0x80.. => match encoding(page) {
            Some(encoding) => decode(encoding, &[byte]),
            None => PC437.chars().nth(usize::from(byte - 0x80)),
        },
        _ => None,
    }
}

/// The character of two or four bytes of GB18030.
pub(crate) fn multibyte(bytes: &[u8]) -> Option<char> {
    decode(GB18030, bytes)
}

fn encoding(page: u8) -> Option<&'static Encoding> {
    Some(match page {
        15 => ISO_8859_7,
        16 => WINDOWS_1252,
        17 => IBM866,
        39 => ISO_8859_2,
        40 => ISO_8859_15,
        45 => WINDOWS_1250,
        46 => WINDOWS_1251,
        47 => WINDOWS_1253,
        48 => WINDOWS_1254,
        49 => WINDOWS_1255,
        50 => WINDOWS_1256,
        51 => WINDOWS_1257,
        52 => WINDOWS_1258,
        _ => return None,
    })
}

fn decode(encoding: &'static Encoding, bytes: &[u8]) -> Option<char> {
    let mut utf8 = [0; 16];
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let (result, _, written) = decoder.decode_to_utf8_without_replacement(bytes, &mut utf8, true);
    let text = utf8.get(..written).and_then(|utf8| core::str::from_utf8(utf8).ok())?;
    text.chars().next().filter(|_| result == DecoderResult::InputEmpty)
}

#[cfg(test)]
mod tests {
    use super::{multibyte, single};

    #[test]
    fn bytes_become_the_characters_of_their_page() {
        assert_eq!(single(0, 0x82), Some('é'));
        assert_eq!(single(0, 0xC4), Some('─'));
        assert_eq!(single(0, 0xFE), Some('■'));
        assert_eq!(single(16, 0x80), Some('€'));
        assert_eq!(single(16, b'A'), Some('A'));
    }

    #[test]
    fn gb18030_has_two_and_four_bytes() {
        assert_eq!(multibyte(&[0xD6, 0xD0]), Some('中'));
        // U+00A5, the yuan sign, is 81 30 84 36.
        assert_eq!(multibyte(&[0x81, 0x30, 0x84, 0x36]), Some('¥'));
        assert_eq!(multibyte(&[0xFF, 0xFF]), None);
    }
}
