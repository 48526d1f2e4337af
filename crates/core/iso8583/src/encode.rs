//! From a message to a whole frame, length first.
//!
//! Source: as [`FrameWriter`], which does the work. *Not modelled:* what a message means.

use crate::dialect::Dialect;
use crate::encode_error::EncodeError;
use crate::frame_writer::{FrameWriter, Head};
use crate::message::Message;
use crate::ready_key::AnyMacKey;

/// Appends the frame of `msg` to `out`: the length and the body.
///
/// # Errors
/// The message says something that the dialect cannot; `out` is then as it was.
pub fn encode(dialect: &Dialect, msg: &Message, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    write(FrameWriter::new(dialect, head(msg), out), msg)
}

/// Appends the frame of `msg` with its MAC in the dialect's MAC field, whatever `msg` holds there.
///
/// # Errors
/// As [`encode`].
pub fn encode_with_mac<'k>(
    dialect: &Dialect,
    msg: &Message,
    key: impl Into<AnyMacKey<'k>>,
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    let key: AnyMacKey<'_> = key.into();
    write(FrameWriter::with_mac(dialect, head(msg), key, out), msg)
}

const fn head(msg: &Message) -> Head {
    Head { tpdu: msg.tpdu(), header: msg.header(), mti: msg.mti() }
}

fn write(mut frame: FrameWriter<'_>, msg: &Message) -> Result<(), EncodeError> {
    for (field, value) in msg.fields() {
        frame.field(field, value);
    }
    frame.finish()
}

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
            ("c00000001", Err(EncodeError::NotADigit { field: 28, at: 0 })),
            ("C0000x001", Err(EncodeError::NotADigit { field: 28, at: 5 })),
            ("C1", Err(EncodeError::WrongLength { field: 28, max: 9, given: 2 })),
        ] {
            message.set(28, value);
            assert_eq!(encode(&ASCII87, &message, &mut out), expected, "{value}");
        }
        message.set(28, "C00000001");
        out.clear();
        encode(&ASCII87, &message, &mut out).unwrap();
        let sign = out.iter().rposition(|byte| *byte == b'C').unwrap();
        for (letter, is_read) in [(b'D', true), (b'c', false), (b'd', false), (b'X', false)] {
            out[sign] = letter;
            assert_eq!(decode(&ASCII87, &out[2..], &mut message).is_ok(), is_read, "{letter}");
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
