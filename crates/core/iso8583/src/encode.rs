//! From a message to a whole frame, length first.
//!
//! Source: UnionPay POS dialect, "Framing" and "Packing rules". Fixed numbers are filled with zeros on the
//! left and fixed text with spaces on the right, as ISO 8583 says. The second bitmap appears when it is needed.

use core::fmt;

use crate::bcd;
use crate::dialect::{Dialect, FieldSpec, Kind, Length, OddPad};
use crate::keys::MacKey;
use crate::mac;
use crate::message::Message;

/// Appends the frame of `msg` to `out`: two length bytes and the body.
///
/// # Errors
/// The message says something that the dialect cannot; `out` is then as it was.
pub fn encode(dialect: &Dialect, msg: &Message, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    let start = out.len();
    let result = write_frame(dialect, msg, None, out);
    if result.is_err() {
        out.truncate(start);
    }
    result
}

/// Appends the frame of `msg` with its MAC in the dialect's MAC field, whatever `msg` holds there.
///
/// # Errors
/// As [`encode`].
pub fn encode_with_mac(
    dialect: &Dialect,
    msg: &Message,
    key: &MacKey,
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    let start = out.len();
    let result = write_frame(dialect, msg, Some(key), out);
    if result.is_err() {
        out.truncate(start);
    }
    result
}

/// The caller asked for something that the dialect cannot say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EncodeError {
    /// The dialect has no such field.
    NotInDialect {
        /// Its number.
        field: u8,
    },
    /// The value is too long, or a fixed binary value has another length.
    WrongLength {
        /// The field's number.
        field: u8,
        /// Digits or bytes that the dialect allows at most.
        max: usize,
        /// Digits or bytes that were given.
        given: usize,
    },
    /// A character that is no digit of this field.
    NotADigit {
        /// The field's number.
        field: u8,
        /// Index of the character in the value.
        at: usize,
    },
    /// A MAC was asked for, and the message has a field behind the MAC field.
    FieldAfterMac {
        /// The number of that field.
        field: u8,
    },
    /// The body exceeds what two length bytes can say.
    FrameTooLong {
        /// Its length in bytes.
        bytes: usize,
    },
}

fn write_frame(
    dialect: &Dialect,
    msg: &Message,
    key: Option<&MacKey>,
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    let start = out.len();
    out.extend_from_slice(&[0, 0]);
    out.extend_from_slice(&msg.tpdu().0);
    out.extend_from_slice(&msg.header().0);
    let mac_start = out.len();
    out.extend_from_slice(&msg.mti().to_bcd());
    let mac_field = key.map(|_| dialect.mac_field);
    write_bitmap(msg, mac_field, out);
    for (field, value) in msg.fields() {
        match mac_field {
            Some(mac) if field == mac => {}
            Some(mac) if field > mac => return Err(EncodeError::FieldAfterMac { field }),
            _ => write_field(dialect, field, value, out)?,
        }
    }
    if let Some(key) = key {
        let mac = mac::cup_ecb(key, out.get(mac_start..).unwrap_or_default());
        out.extend_from_slice(&mac);
    }
    let bytes = out.len() - start - 2;
    let length = u16::try_from(bytes).map_err(|_| EncodeError::FrameTooLong { bytes })?;
    if let Some(place) = out.get_mut(start..start + 2) {
        place.copy_from_slice(&length.to_be_bytes());
    }
    Ok(())
}

/// Field numbers beyond 128 have no bit; [`write_field`] refuses them.
fn write_bitmap(msg: &Message, mac_field: Option<u8>, out: &mut Vec<u8>) {
    let numbers = msg.fields().map(|(field, _)| field).chain(mac_field);
    let bits = numbers.filter(|number| (1..=128).contains(number));
    let bits = bits.fold(0_u128, |bits, number| bits | 1 << (128 - u32::from(number)));
    if bits as u64 == 0 {
        out.extend_from_slice(&((bits >> 64) as u64).to_be_bytes());
    } else {
        out.extend_from_slice(&(bits | 1 << 127).to_be_bytes());
    }
}

fn write_field(dialect: &Dialect, field: u8, value: &[u8], out: &mut Vec<u8>) -> Result<(), EncodeError> {
    let spec = dialect.field(field).ok_or(EncodeError::NotInDialect { field })?;
    let width = write_length(spec, field, value.len(), out)?;
    match spec.kind {
        Kind::Text => {
            out.extend_from_slice(value);
            out.resize(out.len() + width - value.len(), b' ');
        }
        Kind::Binary if width == value.len() => out.extend_from_slice(value),
        Kind::Binary => return Err(EncodeError::WrongLength { field, max: width, given: value.len() }),
        Kind::Digits | Kind::Track => {
            let filler = usize::from(width % 2 == 1 && spec.odd_pad == OddPad::Left);
            let leading = width - value.len() + filler;
            bcd::pack(spec.kind, leading, value, out).map_err(|at| EncodeError::NotADigit { field, at })?;
        }
    }
    Ok(())
}

/// Writes the length bytes, if any, and gives the width that the value has on the wire.
fn write_length(spec: &FieldSpec, field: u8, given: usize, out: &mut Vec<u8>) -> Result<usize, EncodeError> {
    let (Length::Fixed(max) | Length::Ll(max) | Length::Lll(max)) = spec.length;
    let max = usize::from(max);
    if given > max {
        return Err(EncodeError::WrongLength { field, max, given });
    }
    match spec.length {
        Length::Fixed(_) => return Ok(max),
        Length::Ll(_) => out.push(bcd::byte(given)),
        Length::Lll(_) => out.extend_from_slice(&[bcd::byte(given / 100), bcd::byte(given)]),
    }
    Ok(given)
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotInDialect { field } => write!(f, "the dialect has no field {field}"),
            Self::WrongLength { field, max, given } => {
                write!(f, "field {field} takes {max} digits or bytes, {given} were given")
            }
            Self::NotADigit { field, at } => write!(f, "field {field}: character {at} is no digit of it"),
            Self::FieldAfterMac { field } => write!(f, "field {field} stands behind the MAC"),
            Self::FrameTooLong { bytes } => write!(f, "a body of {bytes} bytes exceeds two length bytes"),
        }
    }
}

impl core::error::Error for EncodeError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CUP, Mti, decode};
    use proptest::prelude::*;

    fn refused(field: u8, value: &[u8]) -> EncodeError {
        let mut message = Message::new(Mti::FINANCIAL);
        message.set(field, value);
        let mut out = vec![7];
        let error = encode(&CUP, &message, &mut out).unwrap_err();
        assert_eq!(out, [7], "a refused message leaves no trace");
        error
    }

    #[test]
    fn what_the_dialect_cannot_say_is_refused() {
        assert_eq!(refused(5, b"1"), EncodeError::NotInDialect { field: 5 });
        assert_eq!(refused(1, b"1"), EncodeError::NotInDialect { field: 1 });
        assert_eq!(refused(200, b"1"), EncodeError::NotInDialect { field: 200 });
        assert_eq!(refused(3, b"0000000"), EncodeError::WrongLength { field: 3, max: 6, given: 7 });
        assert_eq!(refused(64, b"short"), EncodeError::WrongLength { field: 64, max: 8, given: 5 });
        assert_eq!(refused(4, b"12.50"), EncodeError::NotADigit { field: 4, at: 2 });
    }

    #[test]
    fn a_short_number_is_filled_with_zeros_and_a_short_text_with_spaces() {
        let mut message = Message::new(Mti::FINANCIAL);
        message.set(23, "1");
        message.set(41, "T1");
        let mut frame = Vec::new();
        encode(&CUP, &message, &mut frame).unwrap();
        assert!(frame.ends_with(b"\x00\x01T1      "));
    }

    /// A second dialect is a second table: this one has a field behind the 64th.
    #[test]
    fn a_field_beyond_64_brings_the_second_bitmap() {
        let mut wide = CUP.clone();
        wide.fields[70] = Some(FieldSpec::new("network code", Kind::Digits, Length::Fixed(3)).padded_left());
        let mut message = Message::new(Mti::NETWORK);
        message.set(70, "301");
        let mut frame = Vec::new();
        encode(&wide, &message, &mut frame).unwrap();
        assert_eq!(frame[15..], [0x80, 0, 0, 0, 0, 0, 0, 0, 0x04, 0, 0, 0, 0, 0, 0, 0, 0x03, 0x01]);
        let mut back = Message::new(Mti::SIGN_ON);
        decode(&wide, &frame[2..], &mut back).unwrap();
        assert_eq!(back, message);
    }

    proptest! {
        #[test]
        fn every_valid_message_comes_back_as_it_went(message in crate::fuzz::any_message()) {
            let mut frame = Vec::new();
            encode(&CUP, &message, &mut frame).unwrap();
            prop_assert_eq!(usize::from(u16::from_be_bytes([frame[0], frame[1]])), frame.len() - 2);
            let mut back = Message::new(Mti::SIGN_ON);
            decode(&CUP, &frame[2..], &mut back).unwrap();
            prop_assert_eq!(back, message);
        }
    }
}
