//! From a message to a whole frame, length first.
//!
//! Source: UnionPay POS dialect, "Framing" and "Packing rules". Fixed numbers are filled with zeros on the
//! left and fixed text with spaces on the right, as ISO 8583 says. The second bitmap appears when it is needed.

use core::fmt;

use crate::bcd::{self, BLOCK};
use crate::dialect::LengthPrefix;
use crate::dialect::{Announced, BitmapCoding, BitmapWidth, Dialect, DigitCoding, Form, Kind, OddPad, Step};
use crate::keys::MacKey;
use crate::message::{Message, bits};

/// Appends the frame of `msg` to `out`: the length and the body.
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
    /// The body exceeds what the length prefix can say.
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
    if let Some(field) = msg.beyond_bitmap() {
        return Err(EncodeError::NotInDialect { field });
    }
    let start = out.len();
    let prefix = dialect.envelope.length.bytes();
    let mut writer = Writer { at: start, out };
    writer.bytes(b"0000".get(..prefix).unwrap_or_default());
    if dialect.envelope.tpdu {
        writer.bytes(&msg.tpdu().0);
    }
    if dialect.envelope.header {
        writer.bytes(&msg.header().0);
    }
    let mac_start = writer.at;
    match dialect.coding.message_type {
        DigitCoding::Bcd => writer.bytes(&msg.mti().to_bcd()),
        DigitCoding::Ascii => writer.bytes(&msg.mti().to_ascii()),
    }
    let mac = key.map(|_| dialect.mac.field);
    writer.bitmap(dialect, msg.bitmap(), mac);
    writer.fields(dialect, msg, mac)?;
    let Writer { at: mut end, out } = writer;
    out.truncate(end);
    if let Some(key) = key {
        let mac = dialect.mac.algorithm.compute(key, out.get(mac_start..).unwrap_or_default());
        let width = usize::from(dialect.steps.get(dialect.mac.field).max);
        out.extend_from_slice(mac.get(..width).unwrap_or_default());
        end = out.len();
    }
    announce(dialect.envelope.length, start, end - start - prefix, out)
}

/// Writes the length prefix of the frame that begins at `start`.
fn announce(prefix: LengthPrefix, start: usize, bytes: usize, out: &mut [u8]) -> Result<(), EncodeError> {
    if bytes > prefix.max_body_bytes() {
        return Err(EncodeError::FrameTooLong { bytes });
    }
    let place = out.get_mut(start..start + prefix.bytes()).unwrap_or_default();
    match prefix {
        LengthPrefix::Binary2 => place.copy_from_slice(&(bytes as u16).to_be_bytes()),
        LengthPrefix::Ascii4 => write_ascii(bytes, place),
    }
    Ok(())
}

fn write_ascii(number: usize, place: &mut [u8]) {
    let mut rest = number;
    for digit in place.iter_mut().rev() {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
}

/// Writes into room that is made in large pieces, so that whole blocks can be written and cut afterwards.
struct Writer<'a> {
    at: usize,
    out: &'a mut Vec<u8>,
}

impl Writer<'_> {
    /// The bytes from here on, at least so many and a block more.
    #[inline]
    fn room(&mut self, bytes: usize) -> &mut [u8] {
        if self.out.len() < self.at + bytes + BLOCK {
            self.grow(bytes);
        }
        self.out.get_mut(self.at..).unwrap_or_default()
    }

    #[cold]
    fn grow(&mut self, bytes: usize) {
        self.out.resize(self.at + bytes + ROOM, 0);
    }

    fn bytes(&mut self, bytes: &[u8]) {
        if let Some(place) = self.room(bytes.len()).get_mut(..bytes.len()) {
            place.copy_from_slice(bytes);
        }
        self.at += bytes.len();
    }

    fn bitmap(&mut self, dialect: &Dialect, [mut first, mut second]: [u64; 2], mac: Option<u8>) {
        match mac {
            Some(64) => first |= 1,
            Some(_) => second |= 1,
            None => {}
        }
        let wide = second != 0 || dialect.coding.bitmap_width == BitmapWidth::Always128;
        self.half_bitmap(dialect, if wide { first | 1 << 63 } else { first });
        if wide {
            self.half_bitmap(dialect, second);
        }
    }

    fn half_bitmap(&mut self, dialect: &Dialect, half: u64) {
        match dialect.coding.bitmap {
            BitmapCoding::Binary => self.bytes(&half.to_be_bytes()),
            BitmapCoding::Hex => {
                let digit = |at: usize| b"0123456789ABCDEF"[(half >> (60 - 4 * at) & 15) as usize];
                self.bytes(&core::array::from_fn::<u8, 16, _>(digit));
            }
        }
    }

    fn fields(&mut self, dialect: &Dialect, msg: &Message, mac: Option<u8>) -> Result<(), EncodeError> {
        for (half, base) in msg.bitmap().into_iter().zip([1, 65]) {
            for index in bits(half) {
                let field = base + index;
                match mac {
                    Some(mac) if field == mac => continue,
                    Some(mac) if field > mac => return Err(EncodeError::FieldAfterMac { field }),
                    _ => {}
                }
                let (value, len) = msg.roomy(field);
                let step = dialect.steps.get(field);
                if !self.field(step, value, len) {
                    return Err(explain(field, step, value.get(..len).unwrap_or_default()));
                }
            }
        }
        Ok(())
    }

    /// Writes one field; false when the dialect cannot say it. `value` goes on behind its `len` bytes for a block.
    #[inline]
    fn field(&mut self, step: Step, value: &[u8], len: usize) -> bool {
        let max = usize::from(step.max);
        let width = if step.announced == Announced::Fixed { max } else { len };
        if len > max {
            return false;
        }
        let prefix = usize::from(step.prefix);
        let room = self.room(prefix + width);
        announce_length(step.announced, len, room);
        let room = room.get_mut(prefix..).unwrap_or_default();
        let written = match step.form {
            Form::BcdDigits | Form::BcdTrack => {
                let kind = if step.form == Form::BcdTrack { Kind::Track } else { Kind::Digits };
                let filler = usize::from(width % 2 == 1 && step.pad == OddPad::Left);
                bcd::pack(kind, width - len + filler, value, len, room)
            }
            Form::Text => {
                copy(value, len, room);
                if len < width {
                    room.get_mut(len..width).unwrap_or_default().fill(b' ');
                }
                true
            }
            Form::AsciiDigits => {
                let leading = width - len;
                if leading > 0 {
                    room.get_mut(..leading).unwrap_or_default().fill(b'0');
                }
                copy(value, len, room.get_mut(leading..).unwrap_or_default());
                bcd::are_digits(value, len)
            }
            Form::Binary | Form::AsciiTrack | Form::Signed => {
                copy(value, len, room);
                len == width
                    && match step.form {
                        Form::AsciiTrack => bcd::is_track(value, len),
                        Form::Signed => bcd::is_signed(value, len),
                        _ => true,
                    }
            }
            Form::Absent => false,
        };
        self.at += prefix + step.wire_len(width);
        written
    }
}

#[inline]
fn announce_length(announced: Announced, len: usize, room: &mut [u8]) {
    let Some([first, second, third]) = room.first_chunk_mut::<3>() else { return };
    match announced {
        Announced::Fixed => {}
        Announced::Bcd1 => *first = bcd::byte(len),
        Announced::Bcd2 => (*first, *second) = (bcd::byte(len / 100), bcd::byte(len)),
        Announced::Ascii2 => (*first, *second) = (digit(len / 10), digit(len)),
        Announced::Ascii3 => (*first, *second, *third) = (digit(len / 100), digit(len / 10), digit(len)),
    }
}

const fn digit(number: usize) -> u8 {
    b'0' + (number % 10) as u8
}

/// A whole block or two while that does, and otherwise as the machine likes it best.
#[inline]
fn copy(value: &[u8], len: usize, room: &mut [u8]) {
    match (room.first_chunk_mut::<BLOCK>(), value.first_chunk::<BLOCK>()) {
        (Some(to), Some(from)) if len <= BLOCK => *to = *from,
        _ => {
            if let (Some(to), Some(from)) = (room.get_mut(..len), value.get(..len)) {
                to.copy_from_slice(from);
            }
        }
    }
}

/// Why a field could not be written.
#[cold]
fn explain(field: u8, step: Step, value: &[u8]) -> EncodeError {
    let (max, given) = (usize::from(step.max), value.len());
    let exact = matches!(step.form, Form::Binary | Form::AsciiTrack | Form::Signed);
    if step.form == Form::Absent {
        return EncodeError::NotInDialect { field };
    }
    if given > max || (exact && step.announced == Announced::Fixed && given < max) {
        return EncodeError::WrongLength { field, max, given };
    }
    let at = match step.form {
        Form::AsciiTrack => bcd::find_no_track(value, given),
        Form::Signed => bcd::find_unsigned(value, given),
        Form::BcdTrack => bcd::find_non_nibble(Kind::Track, value),
        _ => bcd::find_non_nibble(Kind::Digits, value),
    };
    EncodeError::NotADigit { field, at: at.unwrap_or_default() }
}

/// Room for most messages at once.
const ROOM: usize = 768;

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotInDialect { field } => write!(f, "the dialect has no field {field}"),
            Self::WrongLength { field, max, given } => {
                write!(f, "field {field} takes {max} digits or bytes, {given} were given")
            }
            Self::NotADigit { field, at } => write!(f, "field {field}: character {at} is no digit of it"),
            Self::FieldAfterMac { field } => write!(f, "field {field} stands behind the MAC"),
            Self::FrameTooLong { bytes } => write!(f, "a body of {bytes} bytes exceeds the length prefix"),
        }
    }
}

impl core::error::Error for EncodeError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ASCII87, CUP, Mti, decode};
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

    /// A second dialect is a second file: this one has a field behind the 64th.
    #[test]
    fn a_field_beyond_64_brings_the_second_bitmap() {
        let wide =
            format!("{}  70: {{ kind: n, fixed: 3, fill: left, name: network code }}\n", crate::CUP_FILE);
        let wide = Dialect::parse(&wide).unwrap();
        let mut message = Message::new(Mti::NETWORK);
        message.set(70, "301");
        let mut frame = Vec::new();
        encode(&wide, &message, &mut frame).unwrap();
        assert_eq!(frame[15..], [0x80, 0, 0, 0, 0, 0, 0, 0, 0x04, 0, 0, 0, 0, 0, 0, 0, 0x03, 0x01]);
        let mut back = Message::new(Mti::SIGN_ON);
        decode(&wide, &frame[2..], &mut back).unwrap();
        assert_eq!(back, message);
    }

    #[test]
    fn a_dialect_may_write_everything_as_text() {
        let text = crate::ASCII87_FILE
            .replace("length: binary-2", "length: ascii-4")
            .replace("bitmap: binary", "bitmap: hex")
            .replace("always-128", "as-needed");
        let dialect = Dialect::parse(&text).unwrap();
        let mut message = Message::new(Mti::FINANCIAL);
        message.set(2, "6222021234567890128");
        message.set(4, "1850");
        let mut frame = Vec::new();
        encode(&dialect, &message, &mut frame).unwrap();
        assert_eq!(
            frame,
            b"0053020050000000000000001962220212345678901280000000018"
                .iter()
                .chain(b"50")
                .copied()
                .collect::<Vec<u8>>()
        );
        let mut back = Message::new(Mti::SIGN_ON);
        decode(&dialect, &frame[4..], &mut back).unwrap();
        assert_eq!(back.text(4), Some("000000001850"));
    }

    #[test]
    fn a_sign_before_digits_is_c_or_d() {
        let mut message = Message::new(Mti::FINANCIAL);
        let mut out = Vec::new();
        for (value, expected) in [
            ("C00000001", Ok(())),
            ("D00000001", Ok(())),
            ("X00000001", Err(EncodeError::NotADigit { field: 28, at: 0 })),
            ("C0000x001", Err(EncodeError::NotADigit { field: 28, at: 5 })),
            ("C1", Err(EncodeError::WrongLength { field: 28, max: 9, given: 2 })),
        ] {
            message.set(28, value);
            assert_eq!(encode(&ASCII87, &message, &mut out), expected, "{value}");
        }
    }

    fn comes_back(dialect: &Dialect, message: &Message) {
        let mut frame = b"before".to_vec();
        encode(dialect, message, &mut frame).unwrap();
        let frame = frame.strip_prefix(b"before").unwrap();
        assert_eq!(usize::from(u16::from_be_bytes([frame[0], frame[1]])), frame.len() - 2);
        let mut back = Message::new(Mti::SIGN_ON);
        back.set(63, "of an earlier message");
        decode(dialect, &frame[2..], &mut back).unwrap();
        assert_eq!(&back, message);
    }

    proptest! {
        #[test]
        fn every_message_of_unionpay_comes_back_as_it_went(message in crate::fuzz::any_message(&CUP)) {
            comes_back(&CUP, &message);
        }

        #[test]
        fn every_message_in_ascii_comes_back_as_it_went(message in crate::fuzz::any_message(&ASCII87)) {
            comes_back(&ASCII87, &message);
        }
    }
}
