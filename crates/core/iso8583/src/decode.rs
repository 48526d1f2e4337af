//! From the body of a frame to a message.
//!
//! Source: UnionPay POS dialect, "Framing" and "Packing rules". Every error says at which byte of the body,
//! in which part, and what was expected there. Not modelled: character sets; text fields are bytes.

use core::fmt;

use crate::bcd;
use crate::dialect::{Dialect, FieldSpec, Kind, Length};
use crate::envelope::{Header, Tpdu};
use crate::message::Message;
use crate::mti::Mti;

/// Reads `body` (a frame without its two length bytes) into `into`, whose earlier content is dropped.
///
/// # Errors
/// The peer sent something that this dialect does not say. `into` then holds what stood before the fault.
pub fn decode(dialect: &Dialect, body: &[u8], into: &mut Message) -> Result<(), DecodeError> {
    into.clear();
    let mut cursor = Cursor { body, offset: 0 };
    into.set_tpdu(Tpdu(cursor.array(Part::Tpdu)?));
    into.set_header(Header(cursor.array(Part::Header)?));
    let start = cursor.offset;
    let mti = Mti::from_bcd(cursor.array(Part::Mti)?);
    into.set_mti(mti.ok_or(DecodeError { offset: start, part: Part::Mti, fault: Fault::NotDecimal })?);
    let mut bitmap = cursor.bitmap()?;
    while bitmap != 0 {
        let index = bitmap.leading_zeros();
        bitmap &= !(1_u128 << (127 - index));
        decode_field(dialect, index as u8 + 1, &mut cursor, into)?;
    }
    match body.len() - cursor.offset {
        0 => Ok(()),
        count => {
            Err(DecodeError { offset: cursor.offset, part: Part::End, fault: Fault::Trailing { count } })
        }
    }
}

/// What is wrong, where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecodeError {
    /// Byte offset in the body: the length bytes of the frame do not count.
    pub offset: usize,
    /// Which part of the message stands there.
    pub part: Part,
    /// What was expected, and what was found.
    pub fault: Fault,
}

impl DecodeError {
    /// The field number, when the fault lies in a field.
    pub const fn field(&self) -> Option<u8> {
        match self.part {
            Part::Field(number) => Some(number),
            _ => None,
        }
    }
}

/// A part of a message, in wire order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The five bytes of the TPDU.
    Tpdu,
    /// The six bytes of the header.
    Header,
    /// The two bytes of the message type.
    Mti,
    /// The bitmap, 8 or 16 bytes.
    Bitmap,
    /// The field of this number, its length bytes included.
    Field(u8),
    /// After the last field.
    End,
}

/// What was expected, and what was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The body ends too early.
    Truncated {
        /// Bytes that this part needs.
        needed: usize,
        /// Bytes that are left.
        left: usize,
    },
    /// The bitmap announces a field that the dialect does not have.
    NotInDialect,
    /// The length bytes, or the message type, are not decimal.
    NotDecimal,
    /// The announced length exceeds the field's maximum.
    TooLong {
        /// Announced length, in digits or bytes.
        announced: u16,
        /// The dialect's maximum.
        max: u16,
    },
    /// A nibble that is no digit of this field, or a filler that is neither 0 nor F.
    BadNibble(u8),
    /// Bytes that no field claims.
    Trailing {
        /// How many.
        count: usize,
    },
}

struct Cursor<'a> {
    body: &'a [u8],
    offset: usize,
}

impl<'a> Cursor<'a> {
    fn take(&mut self, part: Part, needed: usize) -> Result<&'a [u8], DecodeError> {
        let rest = self.body.get(self.offset..).unwrap_or_default();
        let Some(taken) = rest.get(..needed) else {
            let fault = Fault::Truncated { needed, left: rest.len() };
            return Err(DecodeError { offset: self.offset, part, fault });
        };
        self.offset += needed;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self, part: Part) -> Result<[u8; N], DecodeError> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(part, N)?);
        Ok(array)
    }

    /// Both bitmaps as one number, field 1 in the top bit, which is cleared: it is no field.
    fn bitmap(&mut self) -> Result<u128, DecodeError> {
        let first = u64::from_be_bytes(self.array(Part::Bitmap)?);
        let second = if first >> 63 == 1 { u64::from_be_bytes(self.array(Part::Bitmap)?) } else { 0 };
        Ok((u128::from(first) << 64 | u128::from(second)) & !(1 << 127))
    }
}

fn decode_field(
    dialect: &Dialect,
    number: u8,
    cursor: &mut Cursor<'_>,
    into: &mut Message,
) -> Result<(), DecodeError> {
    let part = Part::Field(number);
    let Some(spec) = dialect.field(number) else {
        return Err(DecodeError { offset: cursor.offset, part, fault: Fault::NotInDialect });
    };
    let count = usize::from(announced_length(spec, part, cursor)?);
    let offset = cursor.offset;
    let wire = cursor.take(part, spec.wire_len(count))?;
    let arena = into.arena();
    let start = arena.len();
    match spec.kind {
        Kind::Text | Kind::Binary => arena.extend_from_slice(wire),
        Kind::Digits | Kind::Track => {
            if let Err(bad) = bcd::unpack(spec.kind, spec.odd_pad, wire, count, arena) {
                arena.truncate(start);
                let fault = Fault::BadNibble(bad.nibble);
                return Err(DecodeError { offset: offset + bad.byte, part, fault });
            }
        }
    }
    into.record(number, start);
    Ok(())
}

/// The length of the field in digits or bytes, read from the wire unless it is fixed.
fn announced_length(spec: &FieldSpec, part: Part, cursor: &mut Cursor<'_>) -> Result<u16, DecodeError> {
    let (bytes, max) = match spec.length {
        Length::Fixed(length) => return Ok(length),
        Length::Ll(max) => (1, max),
        Length::Lll(max) => (2, max),
    };
    let offset = cursor.offset;
    let error = |fault| DecodeError { offset, part, fault };
    let announced = bcd::number(cursor.take(part, bytes)?).ok_or_else(|| error(Fault::NotDecimal))?;
    if announced > max {
        return Err(error(Fault::TooLong { announced, max }));
    }
    Ok(announced)
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}: {}", self.part, self.offset, self.fault)
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tpdu => f.write_str("TPDU"),
            Self::Header => f.write_str("header"),
            Self::Mti => f.write_str("message type"),
            Self::Bitmap => f.write_str("bitmap"),
            Self::Field(number) => write!(f, "field {number}"),
            Self::End => f.write_str("end"),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated { needed, left } => write!(f, "expected {needed} bytes, {left} are left"),
            Self::NotInDialect => f.write_str("the bitmap announces a field that the dialect does not have"),
            Self::NotDecimal => f.write_str("expected decimal digits in BCD"),
            Self::TooLong { announced, max } => {
                write!(f, "expected a length of at most {max}, it announces {announced}")
            }
            Self::BadNibble(nibble) => write!(f, "expected a digit, found nibble {nibble:X}"),
            Self::Trailing { count } => write!(f, "expected nothing more, {count} bytes follow"),
        }
    }
}

impl core::error::Error for DecodeError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CUP, encode};
    use proptest::prelude::*;

    fn body(mti_and_on: &[u8]) -> Vec<u8> {
        let mut body = vec![0x60, 0, 0, 0, 0, 0x60, 0x31, 0, 0x31, 0x12, 0];
        body.extend_from_slice(mti_and_on);
        body
    }

    fn error_of(body: &[u8]) -> DecodeError {
        decode(&CUP, body, &mut Message::new(Mti::FINANCIAL)).unwrap_err()
    }

    #[test]
    fn a_cut_field_is_named_with_its_place() {
        let cut = body(&[0x02, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0x12, 0x34]);
        let error = error_of(&cut);
        assert_eq!(error.to_string(), "field 3 at byte 21: expected 3 bytes, 2 are left");
        assert_eq!(error.field(), Some(3));
    }

    #[test]
    fn a_field_outside_the_dialect_is_refused() {
        let unknown = body(&[0x02, 0, 0x08, 0, 0, 0, 0, 0, 0, 0, 0x12]);
        assert_eq!(error_of(&unknown).part, Part::Field(5));
        assert_eq!(error_of(&unknown).fault, Fault::NotInDialect);
    }

    #[test]
    fn an_announced_length_beyond_the_maximum_is_refused() {
        let long = body(&[0x02, 0, 0x40, 0, 0, 0, 0, 0, 0, 0, 0x20, 0x12]);
        assert_eq!(error_of(&long).fault, Fault::TooLong { announced: 20, max: 19 });
        let letters = body(&[0x02, 0, 0x40, 0, 0, 0, 0, 0, 0, 0, 0x1A, 0x12]);
        assert_eq!(error_of(&letters).fault, Fault::NotDecimal);
    }

    #[test]
    fn a_letter_in_a_number_is_found_at_its_byte() {
        let bad = body(&[0x02, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0x00, 0x0B, 0x00]);
        assert_eq!(
            error_of(&bad),
            DecodeError { offset: 22, part: Part::Field(3), fault: Fault::BadNibble(0xB) }
        );
    }

    #[test]
    fn bytes_after_the_last_field_are_not_ignored() {
        let long = body(&[0x02, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 7]);
        assert_eq!(
            error_of(&long),
            DecodeError { offset: 24, part: Part::End, fault: Fault::Trailing { count: 2 } }
        );
    }

    proptest! {
        #[test]
        fn any_bytes_give_a_message_or_an_error_within_the_body(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let mut message = Message::new(Mti::FINANCIAL);
            if let Err(error) = decode(&CUP, &bytes, &mut message) {
                prop_assert!(error.offset <= bytes.len());
            }
        }

        /// Random bytes seldom get past the bitmap, so this starts from a good frame and spoils it.
        #[test]
        fn a_spoiled_frame_gives_a_message_or_an_error_within_the_body(
            message in crate::fuzz::any_message(), at in any::<prop::sample::Index>(), byte in any::<u8>(),
            keep in any::<prop::sample::Index>(),
        ) {
            let mut frame = Vec::new();
            encode(&CUP, &message, &mut frame).unwrap();
            let mut body = frame.split_off(2);
            let place = at.index(body.len());
            body[place] = byte;
            body.truncate(keep.index(body.len() + 1));
            if let Err(error) = decode(&CUP, &body, &mut Message::new(Mti::SIGN_ON)) {
                prop_assert!(error.offset <= body.len());
            }
        }
    }
}
