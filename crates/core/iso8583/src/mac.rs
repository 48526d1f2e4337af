//! Message authentication codes over DES: UnionPay "ECB", ANSI X9.9 and X9.19.
//!
//! Source: UnionPay POS dialect, "Keys and MAC", with known answers. Test keys only: DES protects nothing.
//! Not modelled: the SM4 variant, and the wrapping of working keys under a master key.

use core::fmt;

use des::Des;
use des::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};

use crate::dialect::Dialect;
use crate::envelope::{Header, Tpdu};

/// A single-length DES key. Its printed form shows only the check value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct MacKey([u8; 8]);

impl MacKey {
    /// A key from its eight bytes; parity bits are ignored.
    pub const fn new(bytes: [u8; 8]) -> Self {
        Self(bytes)
    }

    /// Key check value: the first four bytes of eight encrypted zeros.
    pub fn check_value(&self) -> [u8; 4] {
        let [a, b, c, d, ..] = self.encrypt([0; 8]);
        [a, b, c, d]
    }

    fn encrypt(&self, block: [u8; 8]) -> [u8; 8] {
        let mut block = block.into();
        Des::new(&self.0.into()).encrypt_block(&mut block);
        block.into()
    }

    fn decrypt(&self, block: [u8; 8]) -> [u8; 8] {
        let mut block = block.into();
        Des::new(&self.0.into()).decrypt_block(&mut block);
        block.into()
    }
}

/// Writes the MAC into the last eight bytes of `frame` (length bytes included), which must announce a MAC field.
///
/// # Errors
/// The frame is too short, or its bitmap announces no MAC.
pub fn set_mac(dialect: &Dialect, frame: &mut [u8], key: &MacKey) -> Result<(), MacError> {
    let body = frame.get_mut(2..).ok_or(MacError::TooShort)?;
    let mac = cup_ecb(key, authenticated(dialect, body)?.0);
    let place = body.last_chunk_mut::<8>().ok_or(MacError::TooShort)?;
    *place = mac;
    Ok(())
}

/// Checks the MAC at the end of `body` (a frame without its length bytes, as [`Framer`](crate::Framer) lends it).
///
/// # Errors
/// The body is too short, announces no MAC, or carries another one than the key gives.
pub fn verify_mac(dialect: &Dialect, body: &[u8], key: &MacKey) -> Result<(), MacError> {
    let (message, received) = authenticated(dialect, body)?;
    let computed = cup_ecb(key, message);
    if computed == received { Ok(()) } else { Err(MacError::Wrong { received, computed }) }
}

/// Why a message is not authenticated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MacError {
    /// Not even an envelope, a bitmap and a MAC fit in.
    TooShort,
    /// The bitmap announces no MAC field.
    Absent,
    /// The MAC is another one.
    Wrong {
        /// What stands in the message.
        received: [u8; 8],
        /// What the key gives.
        computed: [u8; 8],
    },
}

/// The UnionPay "ECB" MAC: eight upper-case hexadecimal characters in ASCII, over bytes from the message type to
/// the byte before the MAC.
pub fn cup_ecb(key: &MacKey, message: &[u8]) -> [u8; 8] {
    let folded = blocks(message).fold([0; 8], xor);
    let (first, last) = hex(folded);
    let (mac, _) = hex(key.encrypt(xor(key.encrypt(first), last)));
    mac
}

/// ANSI X9.9: DES-CBC with a zero start, zero padding; the last block.
pub fn x9_9(key: &MacKey, message: &[u8]) -> [u8; 8] {
    blocks(message).fold([0; 8], |chain, block| key.encrypt(xor(chain, block)))
}

/// ANSI X9.19: X9.9 with the left key, then one decryption with the right and one encryption with the left.
pub fn x9_19(left: &MacKey, right: &MacKey, message: &[u8]) -> [u8; 8] {
    left.encrypt(right.decrypt(x9_9(left, message)))
}

/// Splits a body into the bytes that the MAC covers, and the MAC that stands there.
fn authenticated<'a>(dialect: &Dialect, body: &'a [u8]) -> Result<(&'a [u8], [u8; 8]), MacError> {
    let message = body.get(Tpdu::LEN + Header::LEN..).ok_or(MacError::TooShort)?;
    let (covered, mac) = message.split_last_chunk::<8>().ok_or(MacError::TooShort)?;
    let bit = usize::from(dialect.mac_field.saturating_sub(1));
    let bitmap = covered.get(2..).ok_or(MacError::TooShort)?;
    let wide = bitmap.first().ok_or(MacError::TooShort)? & 0x80 != 0;
    if covered.len() < if wide { 18 } else { 10 } {
        return Err(MacError::TooShort);
    }
    let present = bitmap.get(bit / 8).is_some_and(|byte| byte & (0x80 >> (bit % 8)) != 0);
    if present && (wide || bit < 64) { Ok((covered, *mac)) } else { Err(MacError::Absent) }
}

/// The message in blocks of eight, the last one filled with zeros.
fn blocks(message: &[u8]) -> impl Iterator<Item = [u8; 8]> {
    message.chunks(8).map(|chunk| {
        let mut block = [0; 8];
        for (to, from) in block.iter_mut().zip(chunk) {
            *to = *from;
        }
        block
    })
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

impl fmt::Debug for MacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d] = self.check_value();
        write!(f, "MacKey(check value {a:02X}{b:02X}{c:02X}{d:02X})")
    }
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
    use crate::{CUP, Message, Mti, encode, encode_with_mac};

    const LEFT: MacKey = MacKey::new([0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF]);
    const RIGHT: MacKey = MacKey::new([0xFE, 0xDC, 0xBA, 0x98, 0x76, 0x54, 0x32, 0x10]);
    const TEXT: &[u8] = b"Now is the time for all ";

    #[test]
    fn x9_9_gives_the_published_answer() {
        assert_eq!(x9_9(&LEFT, TEXT), 0x70A3_0640_CC76_DD8B_u64.to_be_bytes());
    }

    #[test]
    fn x9_19_gives_the_published_answer() {
        assert_eq!(x9_19(&LEFT, &RIGHT, TEXT), 0xA1C7_2E74_EA3F_A9B6_u64.to_be_bytes());
    }

    #[test]
    fn a_printed_key_shows_only_its_check_value() {
        assert_eq!(format!("{LEFT:?}"), "MacKey(check value D5D44FF7)");
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
