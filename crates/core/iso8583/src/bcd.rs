//! Digits in nibbles: packing and unpacking, for both alphabets.
//!
//! Source: UnionPay POS dialect, "Packing rules". A filler nibble is written as 0; 0 and F are read.

use crate::dialect::{Kind, OddPad};

/// A nibble that its field does not allow: where (byte index within the field) and which.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct BadNibble {
    pub(crate) byte: usize,
    pub(crate) nibble: u8,
}

/// Character of each nibble; NUL where there is none.
const DIGITS: [u8; 16] = *b"0123456789\0\0\0\0\0\0";
const TRACK: [u8; 16] = *b"0123456789ABC=EF";

/// Appends `count` characters from `packed`, which is exactly as long as they need.
pub(crate) fn unpack(
    kind: Kind,
    pad: OddPad,
    packed: &[u8],
    count: usize,
    out: &mut Vec<u8>,
) -> Result<(), BadNibble> {
    let alphabet = if kind == Kind::Track { &TRACK } else { &DIGITS };
    let start = out.len();
    for &byte in packed {
        out.extend_from_slice(&[alphabet[usize::from(byte >> 4)], alphabet[usize::from(byte & 15)]]);
    }
    let filler = (count % 2 == 1).then_some(pad);
    let spoiled = match filler {
        None => None,
        Some(OddPad::Right) => {
            out.pop();
            packed.last().map(|byte| (packed.len() - 1, byte & 15))
        }
        Some(OddPad::Left) => {
            out.remove(start);
            packed.first().map(|byte| (0, byte >> 4))
        }
    };
    if let Some((byte, nibble)) = spoiled.filter(|(_, nibble)| !matches!(nibble, 0 | 15)) {
        return Err(BadNibble { byte, nibble });
    }
    let written = out.get(start..).unwrap_or_default();
    let Some(at) = written.iter().position(|&character| character == 0) else { return Ok(()) };
    let at = at + usize::from(filler == Some(OddPad::Left));
    let byte = packed.get(at / 2).copied().unwrap_or_default();
    Err(BadNibble { byte: at / 2, nibble: if at.is_multiple_of(2) { byte >> 4 } else { byte & 15 } })
}

/// Appends `leading` zero nibbles and then `value`; the error is the index of the character that does not fit.
pub(crate) fn pack(kind: Kind, leading: usize, value: &[u8], out: &mut Vec<u8>) -> Result<(), usize> {
    out.resize(out.len() + leading / 2, 0);
    let mut rest = value;
    if leading % 2 == 1 {
        let (low, tail) = match value.split_first() {
            Some((&first, tail)) => (nibble(kind, first).ok_or(0_usize)?, tail),
            None => (0, value),
        };
        out.push(low);
        rest = tail;
    }
    let base = value.len() - rest.len();
    for (pair_index, pair) in rest.chunks(2).enumerate() {
        let at = base + pair_index * 2;
        let packed = match *pair {
            [high, low] => nibble(kind, high).ok_or(at)? << 4 | nibble(kind, low).ok_or(at + 1)?,
            [high] => nibble(kind, high).ok_or(at)? << 4,
            _ => 0,
        };
        out.push(packed);
    }
    Ok(())
}

/// Two BCD bytes or one as a number; `None` when a nibble is no digit.
pub(crate) fn number(bytes: &[u8]) -> Option<u16> {
    bytes.iter().try_fold(0_u16, |sum, &byte| {
        let (high, low) = (byte >> 4, byte & 15);
        (high <= 9 && low <= 9).then(|| sum * 100 + u16::from(high * 10 + low))
    })
}

/// A number of up to two digits as one BCD byte; larger ones keep their last two digits.
pub(crate) const fn byte(number: usize) -> u8 {
    (((number / 10 % 10) << 4) | (number % 10)) as u8
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

    fn packed(kind: Kind, leading: usize, value: &str) -> Vec<u8> {
        let mut out = Vec::new();
        pack(kind, leading, value.as_bytes(), &mut out).unwrap();
        out
    }

    fn unpacked(kind: Kind, pad: OddPad, bytes: &[u8], count: usize) -> Result<String, BadNibble> {
        let mut out = Vec::new();
        unpack(kind, pad, bytes, count, &mut out).map(|()| String::from_utf8(out).unwrap())
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
    }

    #[test]
    fn a_letter_among_digits_is_named_with_its_place() {
        let bad = unpacked(Kind::Digits, OddPad::Right, &[0x12, 0x3A], 4);
        assert_eq!(bad, Err(BadNibble { byte: 1, nibble: 0xA }));
        let bad = unpacked(Kind::Digits, OddPad::Left, &[0x01, 0xB3], 3);
        assert_eq!(bad, Err(BadNibble { byte: 1, nibble: 0xB }));
        assert_eq!(pack(Kind::Digits, 0, b"12x4", &mut Vec::new()), Err(2));
    }

    #[test]
    fn a_filler_nibble_that_carries_data_is_an_error() {
        let bad = unpacked(Kind::Digits, OddPad::Right, &[0x12, 0x37], 3);
        assert_eq!(bad, Err(BadNibble { byte: 1, nibble: 7 }));
    }
}
