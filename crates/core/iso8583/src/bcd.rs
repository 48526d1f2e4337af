//! Digits and nibbles, sixteen at a time: unpacking, packing and checking.
//!
//! Source: UnionPay POS dialect, "Packing rules". A filler nibble is written as 0; 0 and F are read. Who unpacks gives room
//! for whole blocks of sixteen characters, so that no block is handled byte by byte; what lies behind the digits is noise.

use crate::dialect::{Kind, OddPad};
use crate::words::{self, WORD};

/// Characters, or nibbles, of a block.
pub(crate) const BLOCK: usize = 16;

/// A nibble that its field does not allow: where (byte index within the field) and which.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct BadNibble {
    pub(crate) byte: usize,
    pub(crate) nibble: u8,
}

/// Writes `count` characters from the nibbles of `packed` to the front of `out`; false when one is no digit of its field,
/// or a filler is neither 0 nor F. Both slices are longer by a block.
#[inline]
pub(crate) fn unpack<const TRACK: bool>(pad: OddPad, packed: &[u8], count: usize, out: &mut [u8]) -> bool {
    let odd = count % 2 == 1;
    if odd && pad == OddPad::Left {
        return unpack_filled_left::<TRACK>(packed, count, out);
    }
    let fine = match (packed.first_chunk(), out.first_chunk_mut()) {
        (Some(packed), Some(out)) if count <= BLOCK => unpack_block::<TRACK>(packed, count, out),
        _ => unpack_blocks::<TRACK>(packed, count, out),
    };
    fine && !(odd && filler(packed, count / 2, 0).is_some())
}

fn unpack_blocks<const TRACK: bool>(packed: &[u8], count: usize, out: &mut [u8]) -> bool {
    let blocks = packed.as_chunks().0.iter().zip(out.as_chunks_mut().0);
    let mut left = count;
    blocks.take(count.div_ceil(BLOCK)).fold(true, |fine, (packed, digits)| {
        let these = unpack_block::<TRACK>(packed, left.min(BLOCK), digits);
        left = left.saturating_sub(BLOCK);
        fine & these
    })
}

#[inline]
fn unpack_block<const TRACK: bool>(packed: &[u8; BLOCK / 2], count: usize, digits: &mut [u8; BLOCK]) -> bool {
    spread(packed, digits);
    if TRACK {
        letter(digits);
        return true;
    }
    non_decimal(u64::from_be_bytes(*packed) & NIBBLES[count & 31]) == 0
}

/// Says where [`unpack`] found what.
#[cold]
pub(crate) fn find_bad_nibble(track: bool, pad: OddPad, packed: &[u8], count: usize) -> Option<BadNibble> {
    let left = usize::from(count % 2 == 1 && pad == OddPad::Left);
    let nibble = |at: usize| {
        packed.get(at / 2).copied().unwrap_or_default() >> (if at.is_multiple_of(2) { 4 } else { 0 }) & 15
    };
    let bad = (left..left + count).find(|&at| !track && nibble(at) > 9);
    let bad = bad.map(|at| BadNibble { byte: at / 2, nibble: nibble(at) });
    match (count % 2, pad) {
        (0, _) => bad,
        (_, OddPad::Left) => filler(packed, 0, 4).or(bad),
        (_, OddPad::Right) => bad.or_else(|| filler(packed, count / 2, 0)),
    }
}

/// The first byte holds the filler and one digit, all others two.
#[cold]
fn unpack_filled_left<const TRACK: bool>(packed: &[u8], count: usize, out: &mut [u8]) -> bool {
    let (Some((first, packed)), Some((place, out))) = (packed.split_first(), out.split_first_mut()) else {
        return false;
    };
    let mut digits = [0; BLOCK];
    spread(&[first & 15, 0, 0, 0, 0, 0, 0, 0], &mut digits);
    if TRACK {
        letter(&mut digits);
    }
    let [_, character, ..] = digits;
    *place = character;
    matches!(first >> 4, 0 | 15)
        && (TRACK || first & 15 <= 9)
        && unpack::<TRACK>(OddPad::Right, packed, count - 1, out)
}

/// A filler nibble that carries something.
fn filler(packed: &[u8], byte: usize, shift: u32) -> Option<BadNibble> {
    let nibble = packed.get(byte).copied().unwrap_or_default() >> shift & 15;
    if matches!(nibble, 0 | 15) { None } else { Some(BadNibble { byte, nibble }) }
}

/// All bits for the first so many nibbles of a block. Above sixteen, never asked for, nothing counts.
static NIBBLES: [u64; 32] = {
    let mut masks = [0; 32];
    let mut count = 1;
    while count <= BLOCK {
        masks[count] = !0 << (4 * (BLOCK - count));
        count += 1;
    }
    masks
};

/// Not zero when a nibble exceeds 9: those that do have bit 3, and bit 2 or 1.
#[inline]
const fn non_decimal(nibbles: u64) -> u64 {
    nibbles & (nibbles << 1 | nibbles << 2) & 0x8888_8888_8888_8888
}

/// Sixteen nibbles as sixteen digits. In lanes of sixteen bits, so that the compiler finds the vector instructions.
#[inline]
fn spread(packed: &[u8; BLOCK / 2], digits: &mut [u8; BLOCK]) {
    for (pair, byte) in digits.as_chunks_mut().0.iter_mut().zip(packed) {
        let both = u16::from(*byte);
        *pair = ((both >> 4 | both << 8) & 0x0F0F | 0x3030).to_le_bytes();
    }
}

/// Nibbles above 9 as characters of a track: D is the separator, which happens to be `0` + 13.
#[inline]
fn letter(digits: &mut [u8; BLOCK]) {
    for character in digits {
        let letter = *character > b'9' && *character != b'=';
        *character += if letter { b'A' - b'9' - 1 } else { 0 };
    }
}

/// Appends the characters of `value` as nibbles, and a zero nibble behind an odd number of them; false when one is no
/// digit, nor the separator of a track, or there is no room, and then anything stands at the end.
#[inline]
pub(crate) fn pack<const TRACK: bool>(value: &[u8], out: &mut Vec<u8>) -> bool {
    let end = out.len() + value.len().div_ceil(2);
    let (blocks, rest) = value.as_chunks();
    for block in blocks {
        if !are_fine::<TRACK>(block) || !words::put(gather(block), out) {
            return false;
        }
    }
    let mut left = rest.len();
    if let Some((word, behind)) = rest.split_first_chunk() {
        if !pack_word::<TRACK>(u64::from_le_bytes(*word), WORD, out) {
            return false;
        }
        left = behind.len();
    }
    if left > 0 {
        if !pack_word::<TRACK>(words::load_end(value, left), left, out) {
            return false;
        }
        out.truncate(end);
    }
    true
}

#[inline]
fn pack_word<const TRACK: bool>(word: u64, len: usize, out: &mut Vec<u8>) -> bool {
    let digits = words::digits(word, len);
    words::strays::<TRACK>(digits) == 0 && words::put(words::packed(digits).to_le_bytes(), out)
}

/// The low nibbles of sixteen characters.
#[inline]
const fn gather(characters: &[u8; BLOCK]) -> [u8; BLOCK / 2] {
    const VALUES: u128 = u128::from_le_bytes([15; BLOCK]);
    let values = u128::from_le_bytes(*characters) & VALUES;
    let (low, high) = (words::packed(values as u64), words::packed((values >> 64) as u64));
    (low as u64 | (high as u64) << 32).to_le_bytes()
}

/// Whether sixteen characters are digits or, in a track, its separator.
#[inline]
pub(crate) fn are_fine<const TRACK: bool>(characters: &[u8; BLOCK]) -> bool {
    let others = characters.iter().fold(0, |others, &character| {
        let other = character.wrapping_sub(b'0') > 9 && !(TRACK && character == b'=');
        others | if other { 0xFF } else { 0 }
    });
    others == 0_u8
}

/// The same for any character that a nibble can say, behind `leading` zero nibbles.
#[cold]
pub(crate) fn pack_nibbles(kind: Kind, leading: usize, value: &[u8], out: &mut Vec<u8>) -> bool {
    let start = out.len();
    out.resize(start + (leading + value.len()).div_ceil(2), 0);
    for (at, &character) in value.iter().enumerate() {
        let Some(nibble) = nibble(kind, character) else { return false };
        let place = leading + at;
        if let Some(byte) = out.get_mut(start + place / 2) {
            *byte |= nibble << if place.is_multiple_of(2) { 4 } else { 0 };
        }
    }
    true
}

/// Whether the first `count` characters are decimal digits. The slice is longer by a block.
#[inline]
pub(crate) fn are_digits(characters: &[u8], count: usize) -> bool {
    match characters.first_chunk() {
        Some(block) if count <= BLOCK => !has_other(block, count, b'0'),
        _ => are_digits_besides(characters, count, b'0'),
    }
}

/// Whether the first `count` characters are decimal digits or the one besides. The slice is longer by a block.
#[inline(never)]
pub(crate) fn are_digits_besides(characters: &[u8], count: usize, besides: u8) -> bool {
    let mut left = count;
    let blocks = characters.as_chunks().0.iter().take(count.div_ceil(BLOCK));
    !blocks.fold(false, |others, block| {
        let these = has_other(block, left.min(BLOCK), besides);
        left = left.saturating_sub(BLOCK);
        others | these
    })
}

/// Whether the first `count` characters may stand in a track. The slice is longer by a block.
pub(crate) fn is_track(characters: &[u8], count: usize) -> bool {
    are_digits_besides(characters, count, b'=') || find_no_track(characters, count).is_none()
}

/// The index of the first of `count` characters that may not stand in a track.
#[cold]
pub(crate) fn find_no_track(characters: &[u8], count: usize) -> Option<usize> {
    let fits = |character: &u8| matches!(character, b'0'..=b'9' | b'=' | b'A'..=b'F');
    characters.iter().take(count).position(|character| !fits(character))
}

/// Whether the first `count` characters are C or D and decimal digits.
pub(crate) fn is_signed(characters: &[u8], count: usize) -> bool {
    find_unsigned(characters, count).is_none()
}

/// The index of the first of `count` characters that is no sign, or no digit behind it.
pub(crate) fn find_unsigned(characters: &[u8], count: usize) -> Option<usize> {
    characters.iter().take(count).enumerate().position(|(at, character)| match at {
        0 => !matches!(character, b'C' | b'D'),
        _ => !character.is_ascii_digit(),
    })
}

/// The index of the first of `count` characters that is no decimal digit.
#[cold]
pub(crate) fn find_non_digit(characters: &[u8], count: usize) -> Option<usize> {
    characters.iter().take(count).position(|character| !character.is_ascii_digit())
}

/// Whether one of the first so many characters of a block is neither a decimal digit nor the one besides.
#[inline]
fn has_other(characters: &[u8; BLOCK], count: usize, besides: u8) -> bool {
    let counting = &COUNTING[count & 31];
    let others = characters.iter().zip(counting).fold(0, |others, (character, counts)| {
        let other = character.wrapping_sub(b'0') > 9 && *character != besides;
        others | if other { *counts } else { 0 }
    });
    others != 0
}

/// All bits for the first so many characters of a block. Above sixteen, never asked for, nothing counts.
static COUNTING: [[u8; BLOCK]; 32] = {
    let mut masks = [[0; BLOCK]; 32];
    let mut count = 0;
    while count <= BLOCK {
        let mut at = 0;
        while at < count {
            masks[count][at] = 0xFF;
            at += 1;
        }
        count += 1;
    }
    masks
};

/// What a byte of an announced length adds; for one that is none, more than any length.
pub(crate) const NO_LENGTH: u16 = 10_000;

/// Two BCD digits.
pub(crate) static BCD_LENGTH: [u16; 256] = {
    let mut lengths = [NO_LENGTH; 256];
    let mut byte = 0;
    while byte < 256 {
        if byte >> 4 <= 9 && byte & 15 <= 9 {
            lengths[byte] = (byte >> 4) as u16 * 10 + (byte & 15) as u16;
        }
        byte += 1;
    }
    lengths
};

/// One ASCII digit.
pub(crate) static ASCII_LENGTH: [u16; 256] = {
    let mut lengths = [NO_LENGTH; 256];
    let mut digit = 0;
    while digit < 10 {
        lengths[b'0' as usize + digit] = digit as u16;
        digit += 1;
    }
    lengths
};

/// ASCII digits as a number; `None` when there is anything else.
pub(crate) fn ascii_number(bytes: &[u8]) -> Option<u16> {
    bytes.iter().try_fold(0_u16, |sum, &byte| {
        let digit = byte.wrapping_sub(b'0');
        (digit <= 9).then(|| sum * 10 + u16::from(digit))
    })
}

/// The index of the first character that no nibble of this field can say.
#[cold]
pub(crate) fn find_non_nibble(kind: Kind, value: &[u8]) -> Option<usize> {
    value.iter().position(|&character| nibble(kind, character).is_none())
}

const fn nibble(kind: Kind, character: u8) -> Option<u8> {
    match (kind, character) {
        (_, b'0'..=b'9') => Some(character - b'0'),
        (Kind::Track, b'=') => Some(0xD),
        (Kind::Track, b'A' | b'B' | b'C' | b'E' | b'F') => Some(character - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn packed_or(kind: Kind, leading: usize, value: &str) -> Result<Vec<u8>, usize> {
        let value = value.as_bytes();
        let mut out = vec![0xEE];
        let fine = pack_nibbles(kind, leading, value, &mut out);
        let bad = find_non_nibble(kind, value);
        assert_eq!(fine, bad.is_none());
        let mut quick = vec![0xEE];
        quick.reserve(value.len() + BLOCK);
        let track = kind == Kind::Track;
        let quickly = if track { pack::<true>(value, &mut quick) } else { pack::<false>(value, &mut quick) };
        assert_eq!(quickly, fine && !(track && value.iter().any(u8::is_ascii_uppercase)));
        if quickly && leading == 0 {
            assert_eq!(quick, out);
        }
        if let Some(at) = bad {
            return Err(at);
        }
        Ok(out.split_off(1))
    }

    fn packed(kind: Kind, leading: usize, value: &str) -> Vec<u8> {
        packed_or(kind, leading, value).unwrap()
    }

    fn unpacked(kind: Kind, pad: OddPad, bytes: &[u8], count: usize) -> Result<String, BadNibble> {
        let roomy = [bytes, &[0xEE; BLOCK]].concat();
        let mut out = vec![b'?'; count + BLOCK];
        let track = kind == Kind::Track;
        let unpack = if track { unpack::<true> } else { unpack::<false> };
        let fine = unpack(pad, &roomy, count, &mut out);
        let bad = find_bad_nibble(track, pad, &roomy, count);
        assert_eq!(fine, bad.is_none(), "the quick way and the careful one agree");
        out.truncate(count);
        bad.map_or_else(|| Ok(String::from_utf8(out).unwrap()), Err)
    }

    #[test]
    fn odd_digits_are_filled_on_the_side_that_the_dialect_says() {
        assert_eq!(packed(Kind::Digits, 0, "021"), [0x02, 0x10]);
        assert_eq!(packed(Kind::Digits, 1, "001"), [0x00, 0x01]);
        assert_eq!(unpacked(Kind::Digits, OddPad::Right, &[0x02, 0x10], 3).unwrap(), "021");
        assert_eq!(unpacked(Kind::Digits, OddPad::Left, &[0x00, 0x01], 3).unwrap(), "001");
    }

    #[test]
    fn the_track_separator_is_nibble_d() {
        assert_eq!(packed(Kind::Track, 0, "62=25"), [0x62, 0xD2, 0x50]);
        assert_eq!(unpacked(Kind::Track, OddPad::Right, &[0x62, 0xD2, 0x5F], 5).unwrap(), "62=25");
        assert_eq!(unpacked(Kind::Track, OddPad::Right, &[0xAB, 0xCD, 0xEF], 6).unwrap(), "ABC=EF");
        assert_eq!(packed(Kind::Track, 0, "ABC=EF"), [0xAB, 0xCD, 0xEF]);
    }

    #[test]
    fn a_letter_among_digits_is_named_with_its_place() {
        let bad = unpacked(Kind::Digits, OddPad::Right, &[0x12, 0x3A], 4);
        assert_eq!(bad, Err(BadNibble { byte: 1, nibble: 0xA }));
        let bad = unpacked(Kind::Digits, OddPad::Left, &[0x01, 0xB3], 3);
        assert_eq!(bad, Err(BadNibble { byte: 1, nibble: 0xB }));
        let bad = unpacked(Kind::Digits, OddPad::Left, &[0x0C, 0x13], 3);
        assert_eq!(bad, Err(BadNibble { byte: 0, nibble: 0xC }));
        assert_eq!(packed_or(Kind::Digits, 0, "12x4"), Err(2));
        assert_eq!(packed_or(Kind::Digits, 0, "12345678901234567:9"), Err(17));
    }

    #[test]
    fn a_filler_nibble_that_carries_data_is_an_error() {
        let bad = unpacked(Kind::Digits, OddPad::Right, &[0x12, 0x37], 3);
        assert_eq!(bad, Err(BadNibble { byte: 1, nibble: 7 }));
        let bad = unpacked(Kind::Digits, OddPad::Left, &[0x71, 0x23], 3);
        assert_eq!(bad, Err(BadNibble { byte: 0, nibble: 7 }));
    }

    proptest! {
        /// The blocks of sixteen, beside the plain way.
        #[test]
        fn blocks_do_what_single_nibbles_do(bytes in proptest::collection::vec(any::<u8>(), 0..40), odd in any::<bool>()) {
            let count = (2 * bytes.len()).saturating_sub(usize::from(odd));
            let nibbles: Vec<u8> = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).collect();
            let filler_is_fine = count == nibbles.len() || matches!(nibbles[count], 0 | 15);
            let bad = nibbles[..count].iter().position(|&nibble| nibble > 9);
            let read = unpacked(Kind::Digits, OddPad::Right, &bytes, count);
            match bad {
                Some(at) => prop_assert_eq!(read, Err(BadNibble { byte: at / 2, nibble: nibbles[at] })),
                None if filler_is_fine => {
                    let digits: String = nibbles[..count].iter().map(|&nibble| char::from(b'0' + nibble)).collect();
                    prop_assert_eq!(read, Ok(digits));
                }
                None => prop_assert!(read.is_err()),
            }
        }

        #[test]
        fn a_character_that_is_no_digit_is_found(text in "[0-9/:]{0,40}|[0-9]{0,40}", noise in any::<[u8; BLOCK]>()) {
            let roomy = [text.as_bytes(), &noise].concat();
            let first = text.bytes().position(|byte| !byte.is_ascii_digit());
            prop_assert_eq!(find_non_digit(&roomy, text.len()), first);
            prop_assert_eq!(are_digits(&roomy, text.len()), first.is_none());
            prop_assert_eq!(packed_or(Kind::Digits, 0, &text).err(), first);
        }

        #[test]
        fn any_characters_are_digits_or_not(bytes in any::<[u8; BLOCK]>()) {
            let first = bytes.iter().position(|byte| !byte.is_ascii_digit());
            prop_assert_eq!(are_digits(&bytes, BLOCK), first.is_none());
        }
    }
}
