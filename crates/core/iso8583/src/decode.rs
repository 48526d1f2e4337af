//! From the body of a frame to a message.
//!
//! Source: UnionPay POS dialect, "Framing" and "Packing rules". Every error says at which byte of the body,
//! in which part, and what was expected there. The body is copied once, and values that stand in it as they are stay
//! there; packed digits are unpacked behind it. Not modelled: character sets; text fields are bytes.

use core::fmt;

use crate::bcd::{self, BadNibble};
use crate::dialect::{Announced, BitmapCoding, Coding, Dialect, DigitCoding, Form, Step};
use crate::envelope::{Header, TELEPHONE_BLOCK, Tpdu, is_telephone_block};
use crate::message::{Intake, Message, Slot, bits};
use crate::mti::Mti;

/// No body is longer: 128 fields of 999 bytes with their lengths, and what stands before them.
const MAX_BODY_BYTES: usize = 128 * 1002 + 128;

/// Reads `body` (a frame without its length prefix) into `into`, whose earlier content is dropped.
///
/// # Errors
/// The peer sent something that this dialect does not say. `into` then holds what stood before the fault.
pub fn decode(dialect: &Dialect, body: &[u8], into: &mut Message) -> Result<(), DecodeError> {
    into.clear();
    let mut cursor = Cursor { body, offset: 0 };
    read_envelope(dialect, &mut cursor, into)?;
    into.set_mti(cursor.mti(dialect.coding)?);
    let bitmap = cursor.bitmap(dialect.coding.bitmap)?;
    if body.len() > MAX_BODY_BYTES {
        let fault = Fault::Trailing { count: body.len() - MAX_BODY_BYTES };
        return Err(DecodeError { offset: MAX_BODY_BYTES, part: Part::End, fault });
    }
    // The arena has room for any body up to here.
    let Some(intake) = into.take_in(body) else { return Ok(()) };
    let mut fields = Fields { end: body.len(), at: cursor.offset, free: 0, intake };
    let result = fields.read(dialect, bitmap);
    let (at, used) = (fields.at, fields.intake.unpacked_start + fields.free);
    match result {
        Ok(()) => into.admit(bitmap, used),
        Err((number, error)) => {
            into.admit(before(bitmap, number), used);
            return Err(error);
        }
    }
    match body.len() - at {
        0 => Ok(()),
        count => Err(DecodeError { offset: at, part: Part::End, fault: Fault::Trailing { count } }),
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
    /// The telephone block between them.
    TelephoneBlock,
    /// The six bytes of the header.
    Header,
    /// The message type.
    Mti,
    /// The bitmap.
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
    /// A character that is no digit of this field, no sign of it, or no hexadecimal digit of a bitmap.
    BadCharacter(u8),
    /// Bytes that no field claims.
    Trailing {
        /// How many.
        count: usize,
    },
}

/// The bits of the fields before this one.
const fn before([first, second]: [u64; 2], number: u8) -> [u64; 2] {
    match number {
        1..=64 => [first & !(!0 >> (number - 1)), 0],
        _ => [first, second & !(!0 >> (number - 65))],
    }
}

fn read_envelope(dialect: &Dialect, cursor: &mut Cursor<'_>, into: &mut Message) -> Result<(), DecodeError> {
    let envelope = dialect.envelope;
    into.set_tpdu(if envelope.tpdu { Tpdu(*cursor.array(Part::Tpdu)?) } else { Tpdu::DEFAULT });
    // More than one, so that what follows can never be taken for one when it is sent on.
    while envelope.telephone_block && cursor.body.get(cursor.offset..).is_some_and(is_telephone_block) {
        let _: &[u8; TELEPHONE_BLOCK] = cursor.array(Part::TelephoneBlock)?;
    }
    into.set_header(if envelope.header { Header(*cursor.array(Part::Header)?) } else { Header::DEFAULT });
    Ok(())
}

/// Reads what stands before the fields.
struct Cursor<'a> {
    body: &'a [u8],
    offset: usize,
}

impl<'a> Cursor<'a> {
    fn array<const N: usize>(&mut self, part: Part) -> Result<&'a [u8; N], DecodeError> {
        let rest = self.body.get(self.offset..).unwrap_or_default();
        let Some(array) = rest.first_chunk() else {
            let fault = Fault::Truncated { needed: N, left: rest.len() };
            return Err(DecodeError { offset: self.offset, part, fault });
        };
        self.offset += N;
        Ok(array)
    }

    fn mti(&mut self, coding: Coding) -> Result<Mti, DecodeError> {
        let offset = self.offset;
        let mti = match coding.message_type {
            DigitCoding::Bcd => Mti::from_bcd(*self.array(Part::Mti)?),
            DigitCoding::Ascii => Mti::from_ascii(*self.array(Part::Mti)?),
        };
        mti.ok_or(DecodeError { offset, part: Part::Mti, fault: Fault::NotDecimal })
    }

    /// Both halves. Field 1, the top bit, is cleared: it is no field.
    fn bitmap(&mut self, coding: BitmapCoding) -> Result<[u64; 2], DecodeError> {
        let first = self.half_bitmap(coding)?;
        let second = if first >> 63 == 1 { self.half_bitmap(coding)? } else { 0 };
        Ok([first & !(1 << 63), second])
    }

    fn half_bitmap(&mut self, coding: BitmapCoding) -> Result<u64, DecodeError> {
        if coding == BitmapCoding::Binary {
            return Ok(u64::from_be_bytes(*self.array(Part::Bitmap)?));
        }
        let start = self.offset;
        let characters: &[u8; 16] = self.array(Part::Bitmap)?;
        characters.iter().enumerate().try_fold(0, |half, (at, &character)| {
            let nibble = char::from(character).to_digit(16);
            let fault = Fault::BadCharacter(character);
            let nibble = nibble.ok_or(DecodeError { offset: start + at, part: Part::Bitmap, fault })?;
            Ok(half << 4 | u64::from(nibble))
        })
    }
}

/// Reads the fields.
struct Fields<'a> {
    /// Length of the body.
    end: usize,
    /// Where the next byte is read from the body.
    at: usize,
    /// Where the next digits are unpacked to.
    free: usize,
    intake: Intake<'a>,
}

impl Fields<'_> {
    /// Reads all fields that the bitmap announces; the error names the field.
    fn read(&mut self, dialect: &Dialect, bitmap: [u64; 2]) -> Result<(), (u8, DecodeError)> {
        for (half, base) in bitmap.into_iter().zip([1, 65]) {
            for index in bits(half) {
                let number = base + index;
                let step = dialect.steps.get(number);
                if !self.field(number, step) {
                    return Err((number, self.explain(number, step)));
                }
            }
        }
        Ok(())
    }

    /// Reads one field the quick way. False when anything is wrong with it; nothing has moved then.
    #[inline]
    fn field(&mut self, number: u8, step: Step) -> bool {
        // There is a block behind the body, so that a length can be looked at before it is known to be there.
        let Some((head, _)) = self.intake.wire.get(self.at..).and_then(<[u8]>::split_first_chunk::<3>) else {
            return false;
        };
        let (count, start) = if step.announced == Announced::Fixed {
            (usize::from(step.max), self.at)
        } else {
            (usize::from(announced_length(step, *head)), self.at + usize::from(step.prefix))
        };
        let end = start + step.wire_len(count);
        if count > usize::from(step.max) || end > self.end {
            return false;
        }
        let wire = self.intake.wire.get(start..).unwrap_or_default();
        let place = match step.form {
            Form::Text | Form::Binary => start,
            form @ (Form::BcdDigits | Form::BcdTrack) => {
                let room = self.intake.unpacked.get_mut(self.free..).unwrap_or_default();
                let fine = if form == Form::BcdTrack {
                    bcd::unpack::<true>(step.pad, wire, count, room)
                } else {
                    bcd::unpack::<false>(step.pad, wire, count, room)
                };
                if !fine {
                    return false;
                }
                let place = self.intake.unpacked_start + self.free;
                self.free += count;
                place
            }
            Form::AsciiDigits if bcd::are_digits(wire, count) => start,
            Form::AsciiTrack if bcd::is_track(wire, count) => start,
            Form::Signed if bcd::is_signed(wire, count) => start,
            _ => return false,
        };
        self.at = end;
        if let Some(slot) = self.intake.slots.get_mut(usize::from(number)) {
            *slot = Slot { start: place as u32, len: count as u16 };
        }
        true
    }

    /// What is wrong with the field that could not be read.
    #[cold]
    fn explain(&self, number: u8, step: Step) -> DecodeError {
        let error = |offset, fault| DecodeError { offset, part: Part::Field(number), fault };
        let left = self.end - self.at;
        let start = self.at + usize::from(step.prefix);
        let wire = |at: usize| self.intake.wire.get(at..self.end).unwrap_or_default();
        if step.form == Form::Absent {
            return error(self.at, Fault::NotInDialect);
        }
        if start > self.end {
            return error(self.at, Fault::Truncated { needed: step.prefix.into(), left });
        }
        let mut head = [0; 3];
        for (to, from) in head.iter_mut().zip(wire(self.at)) {
            *to = *from;
        }
        let announced = announced_length(step, head);
        if announced >= bcd::NO_LENGTH {
            return error(self.at, Fault::NotDecimal);
        }
        if announced > step.max {
            return error(self.at, Fault::TooLong { announced, max: step.max });
        }
        let (count, left) = (usize::from(announced), self.end - start);
        let needed = step.wire_len(count);
        if needed > left {
            return error(start, Fault::Truncated { needed, left });
        }
        let track = step.form == Form::BcdTrack;
        if matches!(step.form, Form::BcdDigits | Form::BcdTrack) {
            let bad = bcd::find_bad_nibble(track, step.pad, wire(start), count);
            let BadNibble { byte, nibble } = bad.unwrap_or(BadNibble { byte: 0, nibble: 0 });
            return error(start + byte, Fault::BadNibble(nibble));
        }
        let bad = match step.form {
            Form::AsciiDigits => bcd::find_non_digit(wire(start), count),
            Form::Signed => bcd::find_unsigned(wire(start), count),
            _ => bcd::find_no_track(wire(start), count),
        };
        let at = start + bad.unwrap_or_default();
        error(at, Fault::BadCharacter(wire(at).first().copied().unwrap_or_default()))
    }
}

/// The length of a field in characters of its value; [`bcd::NO_LENGTH`] or more when it is no number.
#[inline]
pub(crate) fn announced_length(step: Step, [first, second, third]: [u8; 3]) -> u16 {
    let bcd = |byte: u8| bcd::BCD_LENGTH[usize::from(byte)];
    let ascii = |byte: u8| bcd::ASCII_LENGTH[usize::from(byte)];
    match step.announced {
        Announced::Fixed => step.max,
        Announced::Bcd1 => bcd(first),
        Announced::Bcd2 => bcd(first).saturating_mul(100).saturating_add(bcd(second)),
        Announced::Ascii2 => ascii(first).saturating_mul(10).saturating_add(ascii(second)),
        Announced::Ascii3 => {
            let two = ascii(first).saturating_mul(10).saturating_add(ascii(second));
            two.saturating_mul(10).saturating_add(ascii(third))
        }
    }
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
            Self::TelephoneBlock => f.write_str("telephone block"),
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
            Self::NotDecimal => f.write_str("expected decimal digits"),
            Self::TooLong { announced, max } => {
                write!(f, "expected a length of at most {max}, it announces {announced}")
            }
            Self::BadNibble(nibble) => write!(f, "expected a digit, found nibble {nibble:X}"),
            Self::BadCharacter(character) => {
                write!(f, "expected a digit, found `{}`", character.escape_ascii())
            }
            Self::Trailing { count } => write!(f, "expected nothing more, {count} bytes follow"),
        }
    }
}

impl core::error::Error for DecodeError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ASCII87, CUP, encode};
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

    #[test]
    fn an_error_leaves_what_stood_before_it() {
        let cut = body(&[0x02, 0, 0x30, 0, 0, 0, 0, 0, 0, 0, 0x12, 0x34, 0x56, 0x00]);
        let mut message = Message::new(Mti::FINANCIAL);
        message.set(64, "of an earlier message");
        assert!(decode(&CUP, &cut, &mut message).is_err());
        assert_eq!(message.fields().collect::<Vec<_>>(), [(3, b"123456".as_slice())]);
    }

    #[test]
    fn a_telephone_block_is_passed_over() {
        let mut with_block = body(&[0x02, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0x12, 0x34, 0x56]);
        with_block.splice(5..5, *b"LRI\0\x1C0755123400009551600000000000");
        let mut message = Message::new(Mti::SIGN_ON);
        decode(&CUP, &with_block, &mut message).unwrap();
        assert_eq!((message.text(3), message.header()), (Some("123456"), Header::DEFAULT));
        let error = error_of(&with_block[..20]);
        assert_eq!(error.to_string(), "telephone block at byte 5: expected 33 bytes, 15 are left");
    }

    #[test]
    fn letters_in_ascii_digits_are_found_at_their_byte() {
        let wrong = b"0200\xA0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x0012a456";
        let error = decode(&ASCII87, wrong, &mut Message::new(Mti::SIGN_ON)).unwrap_err();
        assert_eq!(error.to_string(), "field 3 at byte 22: expected a digit, found `a`");
        let error = decode(&ASCII87, b"02x0", &mut Message::new(Mti::SIGN_ON)).unwrap_err();
        assert_eq!((error.part, error.fault), (Part::Mti, Fault::NotDecimal));
    }

    #[test]
    fn a_body_beyond_all_fields_is_refused_before_it_is_copied() {
        let mut long = body(&[0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        long.resize(1 << 20, 0);
        assert!(matches!(error_of(&long).fault, Fault::Trailing { .. }));
    }

    fn spoil(
        dialect: &Dialect,
        message: &Message,
        at: prop::sample::Index,
        bit: u8,
        keep: prop::sample::Index,
    ) {
        let mut frame = Vec::new();
        encode(dialect, message, &mut frame).unwrap();
        let mut body = frame.split_off(2);
        let place = at.index(body.len());
        body[place] ^= 1 << (bit % 8);
        crate::fuzz::fuzz_decode(&body);
        body.truncate(keep.index(body.len() + 1));
        crate::fuzz::fuzz_decode(&body);
    }

    /// Every prefix and every flipped bit of a message with a field of each kind.
    #[test]
    fn no_prefix_and_no_flipped_bit_breaks_the_decoder() {
        for dialect in [&*CUP, &*ASCII87] {
            let mut message = Message::new(Mti::FINANCIAL);
            for (field, value) in
                [(2, "6222021234567890128"), (22, "021"), (35, "6222=29"), (41, "T"), (60, "22000001000")]
            {
                message.set(field, value);
            }
            let mut frame = Vec::new();
            encode(dialect, &message, &mut frame).unwrap();
            let body = &mut frame[2..];
            for bit in 0..body.len() * 8 {
                body[bit / 8] ^= 1 << (bit % 8);
                crate::fuzz::fuzz_decode(body);
                body[bit / 8] ^= 1 << (bit % 8);
            }
            for keep in 0..body.len() {
                assert!(decode(dialect, &body[..keep], &mut message).is_err());
            }
        }
    }

    proptest! {
        #[test]
        fn any_bytes_give_a_message_or_an_error_within_the_body(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            crate::fuzz::fuzz_decode(&bytes);
        }

        /// Random bytes seldom get past the bitmap, so these start from a good frame and spoil it.
        #[test]
        fn a_spoiled_frame_of_unionpay_breaks_no_claim(
            message in crate::fuzz::any_message(&CUP), at in any::<prop::sample::Index>(), bit in any::<u8>(),
            keep in any::<prop::sample::Index>(),
        ) {
            spoil(&CUP, &message, at, bit, keep);
        }

        #[test]
        fn a_spoiled_frame_in_ascii_breaks_no_claim(
            message in crate::fuzz::any_message(&ASCII87), at in any::<prop::sample::Index>(), bit in any::<u8>(),
            keep in any::<prop::sample::Index>(),
        ) {
            spoil(&ASCII87, &message, at, bit, keep);
        }
    }
}
