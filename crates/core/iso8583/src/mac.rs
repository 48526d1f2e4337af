//! Message authentication codes over DES: UnionPay "ECB", ANSI X9.9 and X9.19.
//!
//! Source: UnionPay POS dialect, "Keys and MAC", with known answers. A key of double length does where it says so what
//! a single one does, by triple DES. Test keys only: DES protects nothing. *Not modelled:* the SM4 variant.

use core::fmt;

use serde::Deserialize;

use crate::dialect::{BitmapCoding, Dialect, DigitCoding};
use crate::envelope::envelope_bytes;
use crate::keys::Expanded;
use crate::ready_key::AnyMacKey;

/// How a MAC is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Deserialize)]
pub enum MacAlgorithm {
    /// The UnionPay "ECB" MAC: [`cup_ecb`].
    #[default]
    #[serde(rename = "cup-ecb")]
    CupEcb,
    /// ANSI X9.9: [`x9_9`].
    #[serde(rename = "x9.9")]
    X9_9,
    /// ANSI X9.19: [`x9_19`].
    #[serde(rename = "x9.19")]
    X9_19,
}

impl MacAlgorithm {
    /// The MAC of these bytes.
    pub fn compute<'a>(self, key: impl Into<AnyMacKey<'a>>, message: &[u8]) -> [u8; 8] {
        let rule = match self {
            Self::CupEcb => cup_ecb_by,
            Self::X9_9 => x9_9_by,
            Self::X9_19 => x9_19_by,
        };
        key.into().with_expanded(|key| rule(key, message))
    }
}

/// Writes the MAC into the end of `frame` (length prefix included), which must announce a MAC field.
///
/// # Errors
/// The frame is too short, or its bitmap announces no MAC.
pub fn set_mac<'a>(
    dialect: &Dialect,
    frame: &mut [u8],
    key: impl Into<AnyMacKey<'a>>,
) -> Result<(), MacError> {
    let body = frame.get_mut(dialect.envelope.length.bytes()..).ok_or(MacError::TooShort)?;
    let (covered, place) = authenticated(dialect, body)?;
    let (mac, width) = (dialect.mac.algorithm.compute(key, covered), place.len());
    let start = body.len() - width;
    for (to, from) in body.iter_mut().skip(start).zip(mac) {
        *to = from;
    }
    Ok(())
}

/// Checks the MAC at the end of `body` (a frame without its length prefix, as [`Framer`](crate::Framer) lends it).
///
/// # Errors
/// The body is too short, announces no MAC, or carries another one than the key gives.
pub fn verify_mac<'a>(dialect: &Dialect, body: &[u8], key: impl Into<AnyMacKey<'a>>) -> Result<(), MacError> {
    let (covered, place) = authenticated(dialect, body)?;
    let computed = dialect.mac.algorithm.compute(key, covered);
    if computed.starts_with(place) {
        return Ok(());
    }
    let mut received = [0; 8];
    for (to, from) in received.iter_mut().zip(place) {
        *to = *from;
    }
    Err(MacError::Wrong { received, computed })
}

/// Why a message is not authenticated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MacError {
    /// Not even an envelope, a bitmap and a MAC fit in.
    TooShort,
    /// The bitmap announces no MAC field.
    Absent,
    /// The MAC is another one. Where the field has four bytes, only the first four count.
    Wrong {
        /// What stands in the message, zeros behind it.
        received: [u8; 8],
        /// What the key gives.
        computed: [u8; 8],
    },
}

/// The UnionPay "ECB" MAC: eight upper-case hexadecimal characters in ASCII, over bytes from the message type to
/// the byte before the MAC. With a key of double length each encryption is triple.
pub fn cup_ecb<'a>(key: impl Into<AnyMacKey<'a>>, message: &[u8]) -> [u8; 8] {
    MacAlgorithm::CupEcb.compute(key, message)
}

/// ANSI X9.9: DES-CBC with a zero start, zero padding; the last block. With a key of double length each encryption
/// is triple.
pub fn x9_9<'a>(key: impl Into<AnyMacKey<'a>>, message: &[u8]) -> [u8; 8] {
    MacAlgorithm::X9_9.compute(key, message)
}

/// ANSI X9.19: X9.9 with the left half of the key, then one decryption with the right half and one encryption with the
/// left. With a key of single length this is X9.9.
pub fn x9_19<'a>(key: impl Into<AnyMacKey<'a>>, message: &[u8]) -> [u8; 8] {
    MacAlgorithm::X9_19.compute(key, message)
}

fn cup_ecb_by(key: &Expanded, message: &[u8]) -> [u8; 8] {
    let folded = blocks(message).fold([0; 8], xor);
    let (first, last) = hex(folded);
    let (mac, _) = hex(key.encrypt(xor(key.encrypt(first), last)));
    mac
}

fn x9_9_by(key: &Expanded, message: &[u8]) -> [u8; 8] {
    blocks(message).fold([0; 8], |chain, block| key.encrypt(xor(chain, block)))
}

fn x9_19_by(key: &Expanded, message: &[u8]) -> [u8; 8] {
    let chain = blocks(message).fold([0; 8], |chain, block| key.encrypt_left(xor(chain, block)));
    key.encrypt_left(key.decrypt_right(chain))
}

/// Splits a body into the bytes that the MAC covers, and the MAC that stands there.
fn authenticated<'a>(dialect: &Dialect, body: &'a [u8]) -> Result<(&'a [u8], &'a [u8]), MacError> {
    let message = body.get(envelope_bytes(dialect.envelope, body)..).ok_or(MacError::TooShort)?;
    let width = usize::from(dialect.steps.get(dialect.mac.field).max);
    let split = message.len().checked_sub(width).ok_or(MacError::TooShort)?;
    let (covered, mac) = message.split_at(split);
    let type_bytes = match dialect.coding.message_type {
        DigitCoding::Bcd => 2,
        DigitCoding::Ascii => 4,
    };
    let bitmap = covered.get(type_bytes..).ok_or(MacError::TooShort)?;
    let bit = |field: u8| bitmap_bit(dialect.coding.bitmap, bitmap, field);
    let wide = bit(1).ok_or(MacError::TooShort)?;
    // The last bit of the bitmap must be there, so that it is whole.
    bit(if wide { 128 } else { 64 }).ok_or(MacError::TooShort)?;
    let present = (wide || dialect.mac.field <= 64) && bit(dialect.mac.field) == Some(true);
    if present { Ok((covered, mac)) } else { Err(MacError::Absent) }
}

fn bitmap_bit(coding: BitmapCoding, bitmap: &[u8], field: u8) -> Option<bool> {
    let bit = usize::from(field) - 1;
    match coding {
        BitmapCoding::Binary => Some(bitmap.get(bit / 8)? & (0x80 >> (bit % 8)) != 0),
        BitmapCoding::Hex => {
            let nibble = char::from(*bitmap.get(bit / 4)?).to_digit(16)?;
            Some(nibble & (8 >> (bit % 4)) != 0)
        }
    }
}

/// The message in blocks of eight, the last one filled with zeros.
fn blocks(message: &[u8]) -> impl Iterator<Item = [u8; 8]> {
    let (full, rest) = message.as_chunks();
    let last = (!rest.is_empty()).then(|| {
        let mut block = [0; 8];
        for (to, from) in block.iter_mut().zip(rest) {
            *to = *from;
        }
        block
    });
    full.iter().copied().chain(last)
}

fn xor(a: [u8; 8], b: [u8; 8]) -> [u8; 8] {
    (u64::from_ne_bytes(a) ^ u64::from_ne_bytes(b)).to_ne_bytes()
}

/// Sixteen upper-case hexadecimal characters, in two halves.
fn hex(bytes: [u8; 8]) -> ([u8; 8], [u8; 8]) {
    const CHARACTERS: [u8; 16] = *b"0123456789ABCDEF";
    let value = u64::from_be_bytes(bytes);
    let character = |at: usize| CHARACTERS[(value >> (60 - 4 * at) & 15) as usize];
    (core::array::from_fn(character), core::array::from_fn(|at| character(at + 8)))
}

impl fmt::Display for MacError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooShort => f.write_str("the message is too short to carry a MAC"),
            Self::Absent => f.write_str("the bitmap announces no MAC"),
            Self::Wrong { received, computed } => {
                write!(f, "the MAC is {}, the key gives {}", received.escape_ascii(), computed.escape_ascii())
            }
        }
    }
}

impl core::error::Error for MacError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CUP, MacKey, Message, Mti, ReadyMacKey, encode, encode_with_mac};

    const LEFT: MacKey = MacKey::new([0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF]);
    const RIGHT: MacKey = MacKey::new([0xFE, 0xDC, 0xBA, 0x98, 0x76, 0x54, 0x32, 0x10]);
    const DOUBLE: MacKey = MacKey::double(0x0123_4567_89AB_CDEF_FEDC_BA98_7654_3210_u128.to_be_bytes());
    const TEXT: &[u8] = b"Now is the time for all ";

    /// The MAC of the text by this key, which is the same in both of its forms.
    fn mac(algorithm: MacAlgorithm, key: MacKey) -> [u8; 8] {
        let plain = algorithm.compute(&key, TEXT);
        assert_eq!(algorithm.compute(&ReadyMacKey::new(key), TEXT), plain);
        plain
    }

    #[test]
    fn x9_9_gives_the_published_answer() {
        assert_eq!(mac(MacAlgorithm::X9_9, LEFT), 0x70A3_0640_CC76_DD8B_u64.to_be_bytes());
    }

    #[test]
    fn x9_19_gives_the_published_answer() {
        assert_eq!(mac(MacAlgorithm::X9_19, DOUBLE), 0xA1C7_2E74_EA3F_A9B6_u64.to_be_bytes());
        let (one, other) = (mac(MacAlgorithm::X9_19, LEFT), mac(MacAlgorithm::X9_9, LEFT));
        assert_eq!(one, other, "both halves are the same");
    }

    /// These were computed with OpenSSL (`des-ede`), by the rule of the dialect, "Keys and MAC".
    #[test]
    fn a_key_of_double_length_encrypts_three_times() {
        assert_eq!(&mac(MacAlgorithm::CupEcb, DOUBLE), b"F5BE6DD0");
        assert_eq!(mac(MacAlgorithm::X9_9, DOUBLE), 0x9346_2A6D_B9B4_A4D1_u64.to_be_bytes());
    }

    #[test]
    fn an_algorithm_by_name_is_the_function_of_that_name() {
        assert_eq!(MacAlgorithm::CupEcb.compute(&DOUBLE, TEXT), cup_ecb(&DOUBLE, TEXT));
        assert_eq!(MacAlgorithm::X9_9.compute(&DOUBLE, TEXT), x9_9(&DOUBLE, TEXT));
        assert_eq!(MacAlgorithm::X9_19.compute(&DOUBLE, TEXT), x9_19(&DOUBLE, TEXT));
    }

    #[test]
    fn one_flipped_bit_breaks_the_mac() {
        let mut message = Message::new(Mti::FINANCIAL);
        message.set(4, "100");
        let mut frame = Vec::new();
        encode_with_mac(&CUP, &message, &LEFT, &mut frame).unwrap();
        assert_eq!(verify_mac(&CUP, &frame[2..], &LEFT), Ok(()));
        frame[28] ^= 1;
        assert!(matches!(verify_mac(&CUP, &frame[2..], &LEFT), Err(MacError::Wrong { .. })));
        set_mac(&CUP, &mut frame, &LEFT).unwrap();
        assert_eq!(verify_mac(&CUP, &frame[2..], &LEFT), Ok(()));
        assert!(verify_mac(&CUP, &frame[2..], &RIGHT).is_err());
    }

    #[test]
    fn a_message_without_a_mac_is_not_authenticated() {
        let mut message = Message::new(Mti::SIGN_ON);
        message.set(42, "123456789012345");
        let mut frame = Vec::new();
        encode(&CUP, &message, &mut frame).unwrap();
        assert_eq!(verify_mac(&CUP, &frame[2..], &LEFT), Err(MacError::Absent));
        for length in 0..frame.len() {
            assert!(verify_mac(&CUP, &frame[..length], &LEFT).is_err());
        }
    }
}
