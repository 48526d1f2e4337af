//! Chip data, field 55: what a record keeps of a request's, and what the issuer answers.
//!
//! Source: UnionPay POS dialect, "Packing rules" (raw BER-TLV) and "Field table": balance, sale and pre-authorisation
//! carry what the issuer decides by; the answer has 91, 71 and 72, and 9F36 again. EMV 4.3, Book 2: a card's key
//! (A1.4.1, option A) and the answer's cryptogram (8.2.1, method 1) over the reply code as field 39 has it.
//! *Not modelled:* a check of the card's own cryptogram (9F26), session keys, tags inside tags, an answer to what is
//! declined. Of a reversal nothing is kept.

use super::keys::{KeyBytes, diversified};
use super::request::CardRequest;
use super::setup::CardSetup;
use crate::event::Kind;
use core::fmt;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Field 55 of a request without what names the card or its holder, at most 255 bytes.
///
/// Written down as hexadecimal digits; `Debug` shows only how many bytes there are.
#[derive(Clone, PartialEq, Eq)]
pub struct ChipData(Box<[u8]>);

/// The most that field 55 holds.
const BYTES_MAX: usize = 255;

/// The card's cryptogram.
const CRYPTOGRAM: &[u8] = &[0x9F, 0x26];
/// Its transaction counter.
const COUNTER: &[u8] = &[0x9F, 0x36];

/// Tags with a card number, a track or a name in them: 56, 57, 5A, 5F20, 9F0B, 9F1F, 9F20, 9F6B.
const HIDDEN: [&[u8]; 8] =
    [&[0x56], &[0x57], &[0x5A], &[0x5F, 0x20], &[0x9F, 0x0B], &[0x9F, 0x1F], &[0x9F, 0x20], &[0x9F, 0x6B]];

impl ChipData {
    /// What is kept of a field; `None` where it is too long, cannot be read, or holds nothing that may be kept.
    #[must_use]
    pub fn of(field: &[u8]) -> Option<Self> {
        if field.len() > BYTES_MAX {
            return None;
        }
        let mut kept = Vec::with_capacity(field.len());
        let mut rest = field;
        while let Some(&first) = rest.first() {
            // Zeros may stand between tags.
            if first == 0 {
                rest = &rest[1..];
                continue;
            }
            let (item, behind) = split_first(rest)?;
            if !HIDDEN.contains(&item.tag) {
                kept.extend_from_slice(&rest[..rest.len() - behind.len()]);
            }
            rest = behind;
        }
        (!kept.is_empty()).then(|| Self(kept.into()))
    }

    /// The bytes, tag behind tag.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The value of a tag.
    #[must_use]
    pub fn get(&self, tag: &[u8]) -> Option<&[u8]> {
        let mut rest = self.bytes();
        while let Some((item, behind)) = split_first(rest) {
            if item.tag == tag {
                return Some(item.value);
            }
            rest = behind;
        }
        None
    }
}

/// Appends what the issuer says to the chip in an approval with this code: nothing where no chip has asked.
pub(crate) fn append_answer(setup: &CardSetup, request: &CardRequest, code: &str, out: &mut Vec<u8>) {
    if !matches!(request.kind, Kind::Balance | Kind::Sale | Kind::PreAuth) {
        return;
    }
    let Some(asked) = request.message.field(55).and_then(ChipData::of) else { return };
    let cryptogram = asked.get(CRYPTOGRAM).and_then(|value| <[u8; 8]>::try_from(value).ok());
    let code = <[u8; 2]>::try_from(code.as_bytes()).ok();
    if let (Some(cryptogram), Some(code), Some(number)) = (cryptogram, code, request.card_number()) {
        let sequence = request.message.text(23).and_then(|text| text.get(text.len().saturating_sub(2)..));
        let key = card_key(setup.chip_key, number, sequence.unwrap_or("00"));
        out.extend_from_slice(&[0x91, 10]);
        out.extend_from_slice(&answer_cryptogram(key, cryptogram, code));
        out.extend_from_slice(&code);
    }
    out.extend_from_slice(&setup.chip_scripts);
    if let Some(counter @ [_, _]) = asked.get(COUNTER) {
        out.extend_from_slice(COUNTER);
        out.push(2);
        out.extend_from_slice(counter);
    }
}

/// The key of a card, of its number and its sequence number: their last sixteen digits, and the complement of those.
fn card_key(issuer: KeyBytes, number: &str, sequence: &str) -> KeyBytes {
    let mut block = [0; 8];
    let digits = number.bytes().chain(sequence.bytes()).filter(u8::is_ascii_digit).rev();
    for (place, digit) in (0..16).zip(digits) {
        block[7 - place / 2] |= (digit - b'0') << (place % 2 * 4);
    }
    diversified(issuer, block)
}

/// The cryptogram by which the chip knows that its issuer has answered, and what.
fn answer_cryptogram(key: KeyBytes, mut cryptogram: [u8; 8], code: [u8; 2]) -> [u8; 8] {
    cryptogram.iter_mut().zip(code).for_each(|(byte, code)| *byte ^= code);
    key.des().encrypt(cryptogram)
}

struct Item<'a> {
    tag: &'a [u8],
    value: &'a [u8],
}

/// The first tag, and what stands behind it. A tag has one to three bytes, a length one to three.
fn split_first(field: &[u8]) -> Option<(Item<'_>, &[u8])> {
    let tag = match field {
        [first, ..] if first & 0x1F != 0x1F => 1,
        [_, second, ..] if second & 0x80 == 0 => 2,
        [_, _, third, ..] if third & 0x80 == 0 => 3,
        _ => return None,
    };
    let (tag, rest) = field.split_at_checked(tag)?;
    let (length, rest) = match rest {
        [length @ ..=0x7F, rest @ ..] | [0x81, length, rest @ ..] => (usize::from(*length), rest),
        [0x82, high, low, rest @ ..] => (usize::from(u16::from_be_bytes([*high, *low])), rest),
        _ => return None,
    };
    let (value, rest) = rest.split_at_checked(length)?;
    Some((Item { tag, value }, rest))
}

impl fmt::Debug for ChipData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ChipData({} bytes hidden)", self.0.len())
    }
}

impl Serialize for ChipData {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let digit = |nibble: u8| char::from_digit(nibble.into(), 16).unwrap_or('0').to_ascii_uppercase();
        let text: String = self.0.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect();
        to.serialize_str(&text)
    }
}

impl<'de> Deserialize<'de> for ChipData {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let nibble = |digit: u8| char::from(digit).to_digit(16);
        let (pairs, odd) = text.as_bytes().as_chunks::<2>();
        let bytes = pairs.iter().map(|[high, low]| Some((nibble(*high)? << 4 | nibble(*low)?) as u8));
        let bytes: Option<Box<[u8]>> = bytes.collect();
        let kept = bytes.filter(|bytes| odd.is_empty() && bytes.len() <= BYTES_MAX);
        kept.map(Self).ok_or_else(|| D::Error::custom("no chip data: at most 510 hexadecimal digits"))
    }
}

#[cfg(test)]
mod tests {
    use super::{ChipData, answer_cryptogram, card_key};
    use crate::card::KeyBytes;
    use proptest::prelude::*;

    fn hex(text: &str) -> Vec<u8> {
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
    }

    /// The known answers of pyemv's tests, made with a hardware module; the last two were computed with pyemv 1.5.0.
    #[test]
    fn the_cryptogram_of_an_answer_is_that_of_others() {
        let issuer = KeyBytes::from_hex("0123456789ABCDEFFEDCBA9876543210").unwrap();
        let cases = [
            ("9901234567890123", "45", "4B46013359B7A58B", [0, 0], "F8C9CECAABD55AD1"),
            ("9901234567890123", "45", "2E141C6BC4A20DA8", [0, 0], "16A49AAB314B9262"),
            ("6222020000000000009", "01", "A1B2C3D4E5F60718", *b"00", "6F59EB6E9522009E"),
            ("62220212345678", "00", "A1B2C3D4E5F60718", *b"10", "F42EF63A949D4BB4"),
        ];
        for (number, sequence, cryptogram, code, expected) in cases {
            let key = card_key(issuer, number, sequence);
            let cryptogram = hex(cryptogram).try_into().unwrap();
            assert_eq!(answer_cryptogram(key, cryptogram, code).to_vec(), hex(expected), "{number}");
        }
    }

    #[test]
    fn what_names_the_card_or_its_holder_is_not_kept() {
        let field = hex("5A0862220200000000099F360200015F2003414243008201005713622202");
        assert_eq!(ChipData::of(&field), None, "the last tag is cut");
        let field = hex("5A0862220200000000099F360200015F2003414243008201005703622202");
        let kept = ChipData::of(&field).unwrap();
        assert_eq!(kept.bytes(), hex("9F36020001820100"));
        assert_eq!((kept.get(&[0x82]), kept.get(&[0x5A])), (Some([0].as_slice()), None));
        assert_eq!(format!("{kept:?}"), "ChipData(8 bytes hidden)");
        assert_eq!(serde_json::to_string(&kept).unwrap(), "\"9F36020001820100\"");
        assert_eq!(serde_json::from_str::<ChipData>("\"9f36020001820100\"").unwrap(), kept);
        assert!(serde_json::from_str::<ChipData>("\"9F3\"").is_err());
    }

    #[test]
    fn tags_and_lengths_may_have_more_than_one_byte() {
        let field = [hex("DF8101818000"), vec![7; 0x7F], hex("9F8200")].concat();
        assert_eq!(ChipData::of(&field), None);
        let field = [hex("DF81018180"), vec![7; 0x80], hex("9C820001319F4100")].concat();
        let kept = ChipData::of(&field).unwrap();
        assert_eq!(kept.get(&[0xDF, 0x81, 0x01]), Some([7; 0x80].as_slice()));
        assert_eq!(
            (kept.get(&[0x9C]), kept.get(&[0x9F, 0x41])),
            (Some([0x31].as_slice()), Some([].as_slice()))
        );
        assert_eq!(ChipData::of(&[0x82; 256]), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_kept_in_part_or_not_at_all(field in proptest::collection::vec(any::<u8>(), 0..300)) {
            if let Some(kept) = ChipData::of(&field) {
                prop_assert!(kept.bytes().len() <= field.len().min(255));
                prop_assert_eq!(ChipData::of(kept.bytes()), Some(kept));
            }
        }
    }
}
