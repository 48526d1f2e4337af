//! Bytes to characters: code pages, international sets, and multibyte codes.
//!
//! Facts: printer sources, sections 2.2 and 9. An invalid pair gives nothing, and prints `??`. *Not modelled:* the
//! Indic sets of `ESC R` (66-75, 82); JIS X 0213, which `FS C 2` adds to Shift JIS.

use super::code_pages::{Half, upper_half};
use crate::profile::{CodePage, TypeFace};
use encoding_rs::{BIG5, DecoderResult, EUC_JP, EUC_KR, Encoding, GB18030, SHIFT_JIS};
use escpos::Multibyte;
use std::sync::LazyLock;

/// The bytes that `ESC R` replaces.
const REPLACED: [u8; 12] = *b"#$@[\\]^`{|}~";

/// What they are replaced with, by the number of `ESC R`.
const COUNTRIES: [&str; 18] = [
    "#$@[\\]^`{|}~",
    "#$à°ç§^`éùè¨",
    "#$§ÄÖÜ^`äöüß",
    "£$@[\\]^`{|}~",
    "#$@ÆØÅ^`æøå~",
    "#¤ÉÄÖÅÜéäöåü",
    "#$@°\\é^ùàòèì",
    "₧$@¡Ñ¿^`¨ñ}~",
    "#$@[¥]^`{|}~",
    "#¤ÉÆØÅÜéæøåü",
    "#$ÉÆØÅÜéæøåü",
    "#$á¡Ñ¿é`íñóú",
    "#$á¡Ñ¿éüíñóú",
    "#$@[₩]^`{|}~",
    "#$ŽŠĐĆČžšđćč",
    "#¥@[\\]^`{|}~",
    "#₫@[\\]^`{|}~",
    "#$@[\\]^`{|}~",
];

/// Which characters the bytes stand for.
#[derive(Clone, Debug)]
pub(super) struct Charset {
    upper: &'static Half,
    country: u8,
    code: Multibyte,
    /// Text is UTF-8.
    pub(super) utf8: bool,
}

impl Charset {
    /// As at the start.
    pub(super) fn new(face: &TypeFace) -> Self {
        let mut charset = Self {
            upper: upper_half(CodePage::Pc437),
            country: 0,
            code: face.dialect.multibyte,
            utf8: false,
        };
        charset.set_page(face, 0);
        charset
    }

    /// `ESC t`; a page that is not known prints as page 0.
    pub(super) fn set_page(&mut self, face: &TypeFace, number: u8) {
        let page = face.code_page(number).or_else(|| face.code_page(0));
        self.upper = upper_half(page.unwrap_or(CodePage::Pc437));
    }

    /// `ESC R`; a number that is not known has no effect.
    pub(super) fn set_country(&mut self, number: u8) {
        if usize::from(number) < COUNTRIES.len() {
            self.country = number;
        }
    }

    /// `FS C`, which only Japanese printers know.
    pub(super) fn set_code_system(&mut self, system: u8) {
        if matches!(self.code, Multibyte::ShiftJis | Multibyte::Jis) {
            self.code = if system == 0 { Multibyte::Jis } else { Multibyte::ShiftJis };
        }
    }

    /// True when bytes below 80h are ASCII.
    pub(super) const fn has_plain_ascii(&self) -> bool {
        self.country == 0
    }

    /// The character of a single byte, if it prints one.
    pub(super) fn character(&self, byte: u8) -> Option<char> {
        match byte {
            0x80.. => self.upper.get(usize::from(byte - 0x80)).copied(),
            0x20..=0x7E => Some(self.lower(byte)),
            _ => None,
        }
    }

    fn lower(&self, byte: u8) -> char {
        let place = REPLACED.iter().position(|replaced| *replaced == byte);
        let country = COUNTRIES.get(usize::from(self.country)).copied().unwrap_or_default();
        place.and_then(|place| country.chars().nth(place)).unwrap_or_else(|| char::from(byte))
    }

    /// The first character of a run of multibyte ones, as bytes, and what stands behind it.
    pub(super) fn split_wide<'a>(&self, run: &'a [u8]) -> Option<(&'a [u8], &'a [u8])> {
        self.code.split(run)
    }

    /// The characters of a run of GBK's pairs, up to the first one that is something else; of other codes, none.
    pub(super) fn pairs(&self, run: &[u8]) -> impl Iterator<Item = char> {
        let table: &[char] =
            if matches!(self.code, Multibyte::Gb18030 | Multibyte::Gbk) { &GBK } else { &[] };
        let (pairs, _) = run.as_chunks::<2>();
        pairs.iter().map_while(|&[lead, second]| pair(table, lead, second))
    }

    /// The character of two bytes, or of four of GB18030.
    pub(super) fn wide(&self, bytes: &[u8]) -> Option<char> {
        match (self.code, bytes) {
            (Multibyte::Gb18030, &[lead, second]) => pair_of_gbk(lead, second),
            (Multibyte::Gb18030, bytes) => decode(GB18030, bytes),
            (Multibyte::Gbk, &[lead, second @ b'0'..=b'9']) => unchecked_pair_of_gbk(lead, second),
            (Multibyte::Gbk, &[lead, second]) => pair_of_gbk(lead, second),
            (Multibyte::ShiftJis, bytes) => decode(SHIFT_JIS, bytes),
            // EUC-JP is JIS with the highest bits set.
            (Multibyte::Jis, &[lead, second]) => decode(EUC_JP, &[lead | 0x80, second | 0x80]),
            (Multibyte::Big5, bytes) => decode(BIG5, bytes),
            (Multibyte::Korean, bytes) => decode(EUC_KR, bytes),
            _ => None,
        }
    }
}

/// True for the scripts that take the cell of a multibyte character.
pub(super) const fn is_wide(character: char) -> bool {
    matches!(
        character,
        '\u{1100}'..='\u{115F}' | '\u{2E80}'..='\u{A4CF}' | '\u{AC00}'..='\u{D7A3}' | '\u{F900}'..='\u{FAFF}'
            | '\u{FE30}'..='\u{FE4F}' | '\u{FF00}'..='\u{FF60}' | '\u{FFE0}'..='\u{FFE6}' | '\u{20000}'..
    )
}

/// Second bytes of GBK: 40h-FEh without 7Fh.
const GBK_ROW: usize = 190;

/// All pairs of GBK, row by row from 81h on; NUL where there is none.
static GBK: LazyLock<Vec<char>> = LazyLock::new(|| {
    let rows = (0x81..=0xFE).flat_map(|lead| (0x40..=0xFE).map(move |second| (lead, second)));
    let pairs = rows.filter(|(_, second)| *second != 0x7F);
    pairs.map(|(lead, second)| decode(GB18030, &[lead, second]).unwrap_or('\0')).collect()
});

fn pair_of_gbk(lead: u8, second: u8) -> Option<char> {
    pair(&GBK, lead, second)
}

fn pair(table: &[char], lead: u8, second: u8) -> Option<char> {
    if !matches!(second, 0x40..=0x7E | 0x80..=0xFE) {
        return None;
    }
    let row = usize::from(lead.checked_sub(0x81)?) * GBK_ROW;
    let place = usize::from(second) - if second > 0x7F { 0x41 } else { 0x40 };
    table.get(row + place).copied().filter(|character| *character != '\0')
}

/// What stands where a firmware looks that does not check the second byte: in the row before.
fn unchecked_pair_of_gbk(lead: u8, second: u8) -> Option<char> {
    let row = usize::from(lead.checked_sub(0x81)?) * GBK_ROW;
    let place = (row + usize::from(second)).checked_sub(0x40)?;
    GBK.get(place).copied().filter(|character| *character != '\0')
}

fn decode(encoding: &'static Encoding, bytes: &[u8]) -> Option<char> {
    let mut utf8 = [0; 16];
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let (result, _, written) = decoder.decode_to_utf8_without_replacement(bytes, &mut utf8, true);
    let text = utf8.get(..written).and_then(|utf8| core::str::from_utf8(utf8).ok())?;
    let mut characters = text.chars();
    let first = characters.next().filter(|_| result == DecoderResult::InputEmpty)?;
    characters.next().is_none().then_some(first)
}

#[cfg(test)]
mod tests {
    use super::{COUNTRIES, Charset, REPLACED};
    use crate::TypeFace;
    use crate::profile::CodePage;
    use escpos::{Dialect, Multibyte};
    use proptest::prelude::{any, proptest};

    fn charset(page: u8) -> Charset {
        let mut charset = Charset::new(&TypeFace::EPSON_203_DPI);
        charset.set_page(&TypeFace::EPSON_203_DPI, page);
        charset
    }

    fn with_code(multibyte: Multibyte) -> Charset {
        let dialect = Dialect { multibyte, ..Dialect::EPSON };
        Charset::new(&TypeFace { dialect, ..TypeFace::EPSON_203_DPI })
    }

    #[test]
    fn bytes_become_the_characters_of_their_page() {
        // From the mapping tables of the Unicode Consortium, and the character tables of printer manuals.
        let known = [
            (0, 0x82, 'é'),
            (0, 0xC4, '─'),
            (0, 0xFE, '■'),
            (1, 0xB1, 'ｱ'),
            (1, 0xF1, '円'),
            (2, 0xD5, 'ı'),
            (3, 0x84, 'ã'),
            (4, 0x8D, '‗'),
            (5, 0x9B, 'ø'),
            (11, 0xA4, 'Α'),
            (12, 0x86, 'ĉ'),
            (13, 0x8D, 'ı'),
            (14, 0x80, 'Α'),
            (15, 0xE1, 'α'),
            (16, 0x80, '€'),
            (17, 0x80, 'А'),
            (18, 0x88, 'ł'),
            (19, 0xD5, '€'),
            (21, 0xA1, 'ก'),
            (26, 0xA1, 'ก'),
            (30, 0xA8, 'ă'),
            (32, 0x99, 'آ'),
            (33, 0xD0, 'ą'),
            (34, 0xA1, 'А'),
            (35, 0x8B, 'Ð'),
            (36, 0x80, 'א'),
            (37, 0xC7, 'ﺍ'),
            (38, 0x98, 'Ώ'),
            (39, 0xA1, 'Ą'),
            (40, 0xA4, '€'),
            (44, 0xF2, 'Ґ'),
            (45, 0x9C, 'ś'),
            (46, 0xC0, 'А'),
            (47, 0xE1, 'α'),
            (48, 0xFD, 'ı'),
            (49, 0xE0, 'א'),
            (50, 0xC7, 'ا'),
            (51, 0xE0, 'ą'),
            (52, 0xFE, '₫'),
            (53, 0xA1, 'Ұ'),
        ];
        for (page, byte, character) in known {
            assert_eq!(charset(page).character(byte), Some(character), "page {page} {byte:02X}");
        }
    }

    #[test]
    fn pages_without_a_table_print_as_page_0() {
        for page in [6, 7, 8, 25, 66, 254, 255] {
            assert_eq!(TypeFace::EPSON_203_DPI.code_page(page), None);
            assert_eq!(charset(page).character(0x80), Some('Ç'), "page {page}");
        }
    }

    #[test]
    fn the_same_number_is_another_page_on_a_clone() {
        assert_eq!(TypeFace::EPSON_203_DPI.code_page(52), Some(CodePage::Windows1258));
        assert_eq!(TypeFace::CLONE_58.code_page(52), Some(CodePage::Pc437));
    }

    #[test]
    fn pages_agree_with_encoding_rs_where_it_knows_them() {
        let pages = [
            (15, encoding_rs::ISO_8859_7),
            (17, encoding_rs::IBM866),
            (39, encoding_rs::ISO_8859_2),
            (40, encoding_rs::ISO_8859_15),
            (45, encoding_rs::WINDOWS_1250),
            (46, encoding_rs::WINDOWS_1251),
            (47, encoding_rs::WINDOWS_1253),
            (48, encoding_rs::WINDOWS_1254),
            (49, encoding_rs::WINDOWS_1255),
            (50, encoding_rs::WINDOWS_1256),
            (51, encoding_rs::WINDOWS_1257),
            (52, encoding_rs::WINDOWS_1258),
        ];
        for (page, encoding) in pages {
            let charset = charset(page);
            for byte in 0x80..=0xFF {
                let bytes = [byte];
                let (text, bad) = encoding.decode_without_bom_handling(&bytes);
                let seen = |c: &char| !c.is_control() && !('\u{200C}'..='\u{200F}').contains(c);
                let theirs = text.chars().next().filter(|c| !bad && seen(c));
                // CAh of 1255 is a point that only one of them knows.
                if (page, byte) != (49, 0xCA) {
                    assert_eq!(charset.character(byte), Some(theirs.unwrap_or(' ')), "{page} {byte:02X}");
                }
            }
        }
    }

    #[test]
    fn a_country_replaces_twelve_characters_and_no_others() {
        assert!(COUNTRIES.iter().all(|country| country.chars().count() == REPLACED.len()));
        let mut german = charset(0);
        german.set_country(2);
        let text =
            |bytes: &[u8]| -> String { bytes.iter().filter_map(|byte| german.character(*byte)).collect() };
        assert_eq!(text(b"[\\]{|}~@#$A"), "ÄÖÜäöüß§#$A");
        let mut chinese = charset(0);
        chinese.set_country(15);
        assert_eq!(chinese.character(b'$'), Some('¥'));
        chinese.set_country(99);
        assert_eq!(chinese.character(b'$'), Some('¥'), "99 is no country");
    }

    #[test]
    fn gb18030_has_two_and_four_bytes() {
        let charset = with_code(Multibyte::Gb18030);
        assert_eq!(charset.wide(&[0xD6, 0xD0]), Some('中'));
        // U+00A5, the yuan sign, is 81 30 84 36.
        assert_eq!(charset.wide(&[0x81, 0x30, 0x84, 0x36]), Some('¥'));
        assert_eq!(charset.wide(&[0xFF, 0xFF]), None);
        assert_eq!(charset.wide(&[0xD6, 0x20]), None);
    }

    #[test]
    fn a_printer_of_gbk_alone_prints_wrong_hanzi_for_four_bytes() {
        let charset = with_code(Multibyte::Gbk);
        assert_eq!(charset.wide(&[0xD6, 0xD0]), Some('中'));
        // 84 36 is 3 * 190 + 36h - 40h = 560 = 2 * 190 + 180: 83h, and 40h + 180 + 1 = F5h for the hole at 7Fh.
        let wrong = charset.wide(&[0x84, 0x36]);
        assert_eq!(wrong, charset.wide(&[0x83, 0xF5]));
        assert!(wrong.is_some_and(super::is_wide));
    }

    #[test]
    fn other_countries_have_other_codes() {
        assert_eq!(with_code(Multibyte::ShiftJis).wide(&[0x93, 0xFA]), Some('日'));
        assert_eq!(with_code(Multibyte::Jis).wide(&[0x46, 0x7C]), Some('日'));
        assert_eq!(with_code(Multibyte::Big5).wide(&[0xA4, 0xA4]), Some('中'));
        assert_eq!(with_code(Multibyte::Korean).wide(&[0xB0, 0xA1]), Some('가'));
        let mut japanese = with_code(Multibyte::Jis);
        japanese.set_code_system(1);
        assert_eq!(japanese.wide(&[0x93, 0xFA]), Some('日'));
    }

    proptest! {
        #[test]
        fn the_table_of_pairs_agrees_with_the_decoder(lead in 0x81_u8..=0xFE, second in any::<u8>()) {
            let theirs = if second.is_ascii_digit() { None } else { super::decode(super::GB18030, &[lead, second]) };
            assert_eq!(super::pair_of_gbk(lead, second), theirs);
        }
    }
}
