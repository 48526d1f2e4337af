//! Digits and nibbles, sixteen at a time: unpacking, packing and checking.
//!
//! Source: UnionPay POS dialect, "Packing rules". A filler nibble is written as 0; 0 and F are read. Callers give room
//! for whole blocks of sixteen characters, so that no block is handled byte by byte; what lies behind the digits is noise.

use crate::dialect::{Kind, OddPad};

/// Characters, or nibbles, of a block.
pub(crate) const BLOCK: usize = 16;

/// A nibble that its field does not allow: where (byte index within the field) and which.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct BadNibble {
    pub(crate) byte: usize,
    pub(crate) nibble: u8,
}

/// Writes `count` characters from the nibbles of `packed` to the front of `out`. Both are longer by a block.
pub(crate) fn unpack(
    track: bool,
    pad: OddPad,
    packed: &[u8],
    count: usize,
    out: &mut [u8],
) -> Result<(), BadNibble> {
    let odd = count % 2 == 1;
    if odd && pad == OddPad::Left {
        return unpack_filled_left(track, packed, count, out);
    }
    for (at, block) in (0..count).step_by(BLOCK).zip(out.as_chunks_mut::<BLOCK>().0) {
        let nibbles = load(packed, at / 2);
        let kept = nibbles & nibbles_mask(count - at);
        if !track && !is_decimal(kept) {
            return Err(first_bad(kept, at / 2));
        }
        *block = if track { spread_track(nibbles) } else { spread(nibbles) };
    }
    if odd { check_filler(packed, count / 2, 0) } else { Ok(()) }
}

/// The first byte holds the filler and one digit, all others two.
#[cold]
fn unpack_filled_left(track: bool, packed: &[u8], count: usize, out: &mut [u8]) -> Result<(), BadNibble> {
    check_filler(packed, 0, 4)?;
    let first = packed.first().copied().unwrap_or_default() & 15;
    if !track && first > 9 {
        return Err(BadNibble { byte: 0, nibble: first });
    }
    let [.., character] = if track { spread_track(first.into()) } else { spread(first.into()) };
    let (Some((place, out)), Some(packed)) = (out.split_first_mut(), packed.get(1..)) else { return Ok(()) };
    *place = character;
    unpack(track, OddPad::Right, packed, count - 1, out)
        .map_err(|bad| BadNibble { byte: bad.byte + 1, ..bad })
}

fn check_filler(packed: &[u8], byte: usize, shift: u32) -> Result<(), BadNibble> {
    let nibble = packed.get(byte).copied().unwrap_or_default() >> shift & 15;
    if matches!(nibble, 0 | 15) { Ok(()) } else { Err(BadNibble { byte, nibble }) }
}

/// Eight bytes from here on, high one first; zeros where there are none.
fn load(packed: &[u8], at: usize) -> u64 {
    packed.get(at..).and_then(|rest| rest.first_chunk()).copied().map_or(0, u64::from_be_bytes)
}

/// The top nibbles, at most sixteen of them.
const fn nibbles_mask(count: usize) -> u64 {
    if count >= BLOCK { !0 } else { !(!0 >> (4 * count)) }
}

/// Whether no nibble exceeds 9: those that do have bit 3, and bit 2 or 1.
const fn is_decimal(nibbles: u64) -> bool {
    nibbles & (nibbles << 1 | nibbles << 2) & 0x8888_8888_8888_8888 == 0
}

#[cold]
const fn first_bad(nibbles: u64, byte: usize) -> BadNibble {
    let bad = nibbles & (nibbles << 1 | nibbles << 2) & 0x8888_8888_8888_8888;
    let at = bad.leading_zeros() / 4;
    BadNibble { byte: byte + at as usize / 2, nibble: (nibbles >> (60 - 4 * at) & 15) as u8 }
}

/// Sixteen nibbles as sixteen digits.
fn spread(nibbles: u64) -> [u8; BLOCK] {
    let packed = nibbles.to_be_bytes();
    let mut digits = [0; BLOCK];
    for (pair, byte) in digits.as_chunks_mut::<2>().0.iter_mut().zip(packed) {
        *pair = [b'0' | byte >> 4, b'0' | byte & 15];
    }
    digits
}

/// Sixteen nibbles as characters of a track: D is the separator, which happens to be `0` + 13.
fn spread_track(nibbles: u64) -> [u8; BLOCK] {
    spread(nibbles).map(|character| {
        let letter = character > b'9' && character != b'=';
        character + if letter { b'A' - b'9' - 1 } else { 0 }
    })
}

/// Writes `leading` zero nibbles and then the first `len` characters of `value` to the front of `out`, and a zero nibble
/// behind an odd number of them; the error is the index of the character that does not fit. Both slices are longer by a
/// block.
pub(crate) fn pack(
    kind: Kind,
    leading: usize,
    value: &[u8],
    len: usize,
    out: &mut [u8],
) -> Result<(), usize> {
    if leading > 0 || !pack_digits(value, len, out) {
        return pack_nibbles(kind, leading, value.get(..len).unwrap_or_default(), out);
    }
    Ok(())
}

/// Packs plain digits; false when there is anything else among them.
fn pack_digits(value: &[u8], len: usize, out: &mut [u8]) -> bool {
    let blocks = value.as_chunks::<BLOCK>().0.iter().zip(out.as_chunks_mut::<8>().0);
    let mut others = 0;
    for ((characters, packed), at) in blocks.zip((0..len).step_by(BLOCK)) {
        let count = (len - at).min(BLOCK);
        others |= non_digits(characters) & low_bytes_mask(count);
        *packed = (gather(characters) & nibbles_mask(count)).to_be_bytes();
    }
    others == 0
}

fn pack_nibbles(kind: Kind, leading: usize, value: &[u8], out: &mut [u8]) -> Result<(), usize> {
    let end = (leading + value.len()).div_ceil(2);
    out.get_mut(..end).unwrap_or_default().fill(0);
    for (at, &character) in value.iter().enumerate() {
        let nibble = nibble(kind, character).ok_or(at)?;
        let place = leading + at;
        if let Some(byte) = out.get_mut(place / 2) {
            *byte |= nibble << if place.is_multiple_of(2) { 4 } else { 0 };
        }
    }
    Ok(())
}

/// The low nibbles of sixteen characters.
fn gather(characters: &[u8; BLOCK]) -> u64 {
    let mut packed = [0; 8];
    for (byte, pair) in packed.iter_mut().zip(characters.as_chunks::<2>().0) {
        let [high, low] = *pair;
        *byte = high << 4 | low & 15;
    }
    u64::from_be_bytes(packed)
}

/// The index of the first of `count` characters that is no decimal digit. The slice is longer by a block.
pub(crate) fn find_non_digit(characters: &[u8], count: usize) -> Option<usize> {
    for (at, block) in (0..count).step_by(BLOCK).zip(characters.as_chunks::<BLOCK>().0) {
        let others = non_digits(block) & low_bytes_mask(count - at);
        if others != 0 {
            return Some(at + others.trailing_zeros() as usize / 8);
        }
    }
    None
}

/// The top bit of each character, the first one lowest, that is no decimal digit; above the first such, noise.
const fn non_digits(characters: &[u8; BLOCK]) -> u128 {
    const EACH: u128 = u128::MAX / 255;
    let distance = u128::from_le_bytes(*characters) ^ (EACH * b'0' as u128);
    // A carry into the next character needs a character that is no digit before it.
    (distance.wrapping_add(EACH * (0x80 - 10)) | distance) & (EACH * 0x80)
}

const fn low_bytes_mask(count: usize) -> u128 {
    if count >= BLOCK { !0 } else { !(!0 << (8 * count)) }
}

/// BCD bytes as a number; `None` when a nibble is no digit.
pub(crate) fn number(bytes: &[u8]) -> Option<u16> {
    bytes.iter().try_fold(0_u16, |sum, &byte| {
        let (high, low) = (byte >> 4, byte & 15);
        (high <= 9 && low <= 9).then(|| sum * 100 + u16::from(high * 10 + low))
    })
}

/// ASCII digits as a number; `None` when there is anything else.
pub(crate) fn ascii_number(bytes: &[u8]) -> Option<u16> {
    bytes.iter().try_fold(0_u16, |sum, &byte| {
        let digit = byte.wrapping_sub(b'0');
        (digit <= 9).then(|| sum * 10 + u16::from(digit))
    })
}

/// A number of up to two digits as one BCD byte; larger ones keep their last two digits.
pub(crate) const fn byte(number: usize) -> u8 {
    (((number / 10 % 10) << 4) | (number % 10)) as u8
}

/// Whether a character may stand in a track.
pub(crate) const fn is_track(character: u8) -> bool {
    matches!(character, b'0'..=b'9' | b'=' | b'A'..=b'F')
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
        let roomy = [value.as_bytes(), &[b'?'; BLOCK]].concat();
        let mut out = vec![0xEE; leading + value.len() + BLOCK];
        pack(kind, leading, &roomy, value.len(), &mut out)?;
        out.truncate((leading + value.len()).div_ceil(2));
        Ok(out)
    }

    fn packed(kind: Kind, leading: usize, value: &str) -> Vec<u8> {
        packed_or(kind, leading, value).unwrap()
    }

    fn unpacked(kind: Kind, pad: OddPad, bytes: &[u8], count: usize) -> Result<String, BadNibble> {
        let roomy = [bytes, &[0xEE; BLOCK]].concat();
        let mut out = vec![b'?'; count + BLOCK];
        unpack(kind == Kind::Track, pad, &roomy, count, &mut out)?;
        out.truncate(count);
        Ok(String::from_utf8(out).unwrap())
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
            prop_assert_eq!(packed_or(Kind::Digits, 0, &text).err(), first);
        }

        #[test]
        fn any_characters_are_digits_or_not(bytes in any::<[u8; BLOCK]>()) {
            let first = bytes.iter().position(|byte| !byte.is_ascii_digit());
            prop_assert_eq!(find_non_digit(&bytes, BLOCK), first);
        }
    }
}
