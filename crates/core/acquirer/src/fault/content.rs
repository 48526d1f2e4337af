//! In what state an answer leaves: damaged as real hosts and the boxes before them damage it.
//!
//! Damage is done to the bytes of a finished answer, so that the ledger behind it stays what it is. A frame keeps a
//! length prefix that fits what is sent, unless the damage is about the length.
//! Source: payment research, fault matrix, "Malformed / unknown format" and "F39 absent". *Not modelled:* damage that
//! still verifies; whoever holds no key cannot do that.

use super::body;
use crate::card::Speech;
use iso8583::{BitmapCoding, DigitCoding, LengthPrefix};
use wallet::exchange::HttpAnswer;
use wallet::http::write_response;

/// In what state an answer leaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Content {
    /// As it was made.
    #[default]
    Whole,
    /// One bit of the MAC, or of the signed content, is turned over.
    WrongMac,
    /// The second half is missing; the length says so.
    Truncated,
    /// The length announces more bytes than come.
    WrongLength,
    /// A field that the dialect does not have is announced.
    UnknownField,
    /// The reply code is missing: field 39, or the result.
    NoReplyCode,
    /// Digits as text where the dialect packs them; or UTF-16 where it is UTF-8.
    OtherEncoding,
    /// A page for people, from a box in front of the host.
    ErrorPage,
}

impl Content {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Whole,
        Self::WrongMac,
        Self::Truncated,
        Self::WrongLength,
        Self::UnknownField,
        Self::NoReplyCode,
        Self::OtherEncoding,
        Self::ErrorPage,
    ];

    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::WrongMac => "wrong-mac",
            Self::Truncated => "truncated",
            Self::WrongLength => "wrong-length",
            Self::UnknownField => "unknown-field",
            Self::NoReplyCode => "no-reply-code",
            Self::OtherEncoding => "other-encoding",
            Self::ErrorPage => "error-page",
        }
    }
}

/// The byte of a frame whose highest bit announces a field that the dialect does not have. UnionPay has no field 9:
/// behind length, TPDU, header and message type, the second byte of the bitmap. The other has no field 65: behind length
/// and message type in ASCII, the ninth.
/// A dialect of a user's own may have every field whose bit is the highest of its byte, or write its bitmap as text;
/// then there is no such byte.
fn unknown_bit_at(speech: Speech) -> Option<usize> {
    Some(match speech {
        Speech::UnionPay => 2 + 5 + 6 + 2 + 1,
        Speech::Ascii87 => 2 + 4 + 8,
        Speech::Own(dialect) => {
            let (envelope, coding) = (dialect.envelope(), dialect.coding());
            let field = (1..8).map(|byte| byte * 8 + 1).find(|field| dialect.field(*field).is_none())?;
            let mti = if coding.message_type == DigitCoding::Bcd { 2 } else { 4 };
            let before = 5 * usize::from(envelope.tpdu) + 6 * usize::from(envelope.header) + mti;
            let at = envelope.length.bytes() + before + usize::from(field / 8);
            (coding.bitmap == BitmapCoding::Binary).then_some(at)?
        }
    })
}

/// Damages the frame that begins at `start`. A reply without its code is written without it.
pub(crate) fn damage_frame(content: Content, speech: Speech, start: usize, out: &mut Vec<u8>) {
    let (len, prefix) = (out.len().saturating_sub(start), speech.dialect().envelope().length);
    match content {
        Content::Whole | Content::NoReplyCode => {}
        Content::WrongMac => turn_last_bit(out, start),
        Content::Truncated => {
            out.truncate(start + len / 2);
            announce(out, start, prefix, 0);
        }
        Content::WrongLength => announce(out, start, prefix, 16),
        Content::UnknownField => {
            if let Some(byte) = unknown_bit_at(speech).and_then(|at| out.get_mut(start + at)) {
                *byte |= 0x80;
            }
        }
        Content::OtherEncoding => {
            let body: Vec<u8> = out.drain(start + prefix.bytes().min(len)..).collect();
            out.extend(body.iter().flat_map(|byte| [hex(byte >> 4), hex(byte & 15)]));
            announce(out, start, prefix, 0);
        }
        Content::ErrorPage => {
            out.truncate(start);
            write_response(out, 502, "text/html", body::ERROR_PAGE);
        }
    }
}

/// Damages an HTTP answer: its status and its body. Its headers, and what they sign, stay as they are.
pub fn damage_answer(content: Content, answer: &mut HttpAnswer) {
    let HttpAnswer { status, content_type, body, .. } = answer;
    match content {
        Content::Whole => {}
        Content::WrongMac => turn_middle_digit(body),
        Content::Truncated | Content::WrongLength => body::cut_short(body),
        Content::UnknownField => insert_unknown(body),
        Content::NoReplyCode => body.clear(),
        Content::OtherEncoding => body::utf_16(body),
        Content::ErrorPage => {
            (*status, *content_type) = (502, "text/html");
            body::error_page(body);
        }
    }
}

fn turn_last_bit(out: &mut [u8], start: usize) {
    if let Some(last) = out.get_mut(start..).and_then(<[u8]>::last_mut) {
        *last ^= 1;
    }
}

/// The length prefix says what is there, and so much more.
fn announce(out: &mut [u8], start: usize, prefix: LengthPrefix, more: usize) {
    let len = (out.len().saturating_sub(start + prefix.bytes()) + more).min(prefix.max_body_bytes());
    let announced = match prefix {
        LengthPrefix::Binary2 => u16::try_from(len).unwrap_or(u16::MAX).to_be_bytes().to_vec(),
        LengthPrefix::Ascii4 => format!("{len:04}").into_bytes(),
    };
    announced.into_iter().zip(out.iter_mut().skip(start)).for_each(|(new, old)| *old = new);
}

/// Turns the digit in the middle into another, so that the document still reads and its signature does not hold.
fn turn_middle_digit(body: &mut [u8]) {
    let middle = body.len() / 2;
    let (front, back) = body.split_at_mut(middle);
    let digit = back.iter_mut().chain(front.iter_mut().rev()).find(|byte| byte.is_ascii_digit());
    if let Some(digit) = digit {
        *digit = b'0' + (*digit - b'0' + 1) % 10;
    }
}

/// A member that nobody has heard of, in front of all others.
fn insert_unknown(body: &mut Vec<u8>) {
    const XML: &[u8] = b"<future_field><![CDATA[2]]></future_field>";
    const JSON: &[u8] = b"\"future_field\":2,";
    let (mark, member) = match body.first() {
        Some(b'<') => (b'>', XML),
        _ => (b'{', JSON),
    };
    if let Some(at) = body.iter().position(|byte| *byte == mark) {
        body.splice(at + 1..at + 1, member.iter().copied());
    }
}

const fn hex(nibble: u8) -> u8 {
    if nibble < 10 { b'0' + nibble } else { b'A' + nibble - 10 }
}

#[cfg(test)]
mod tests {
    use super::{Content, HttpAnswer, Speech, damage_answer, damage_frame};
    use iso8583::{CUP, Framer, MacKey, Message, Mti, decode, encode_with_mac, verify_mac};

    const KEY: MacKey = MacKey::new([0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF]);

    fn frame() -> Vec<u8> {
        let mut message = Message::new(Mti::FINANCIAL_REPLY);
        for (field, value) in [(3, "000000"), (4, "000000001850"), (11, "000001"), (39, "00")] {
            message.set(field, value);
        }
        let mut bytes = b"before".to_vec();
        encode_with_mac(&CUP, &message, &KEY, &mut bytes).unwrap();
        bytes
    }

    /// What a terminal makes of a damaged frame: whether it is whole, readable, authentic.
    fn read(content: Content) -> (bool, bool, bool) {
        let mut bytes = frame();
        damage_frame(content, Speech::UnionPay, 6, &mut bytes);
        assert_eq!(&bytes[..6], b"before");
        let mut framer = Framer::default();
        framer.push(&bytes[6..]);
        let Ok(Some(body)) = framer.next_frame() else { return (false, false, false) };
        let mut message = Message::new(Mti::FINANCIAL);
        (true, decode(&CUP, body, &mut message).is_ok(), verify_mac(&CUP, body, &KEY).is_ok())
    }

    #[test]
    fn a_damaged_frame_is_never_taken_for_a_good_one() {
        assert_eq!(read(Content::Whole), (true, true, true));
        assert_eq!(read(Content::WrongMac), (true, true, false));
        for (content, whole) in [
            (Content::Truncated, true),
            (Content::WrongLength, false),
            (Content::UnknownField, true),
            (Content::OtherEncoding, true),
            (Content::ErrorPage, false),
        ] {
            assert_eq!(read(content), (whole, false, false), "{content:?}");
        }
    }

    fn answer(content: Content, body: &str) -> (u16, String) {
        let mut answer = HttpAnswer::new(200, "text/plain", body.as_bytes().to_vec());
        damage_answer(content, &mut answer);
        (answer.status, String::from_utf8_lossy(&answer.body).into_owned())
    }

    #[test]
    fn a_damaged_answer_says_something_else_or_nothing() {
        let json = r#"{"code":"10000","total_amount":"18.50"}"#;
        assert_eq!(answer(Content::WrongMac, json).1, r#"{"code":"10000","total_amount":"28.50"}"#);
        let unknown = r#"{"future_field":2,"code":"10000","total_amount":"18.50"}"#;
        assert_eq!(answer(Content::UnknownField, json).1, unknown);
        assert_eq!(answer(Content::Truncated, "<xml></xml>").1, "<xml>");
        assert_eq!(answer(Content::OtherEncoding, "a元").1, "a\0CQ", "UTF-16, low byte first");
        let xml = "<xml><future_field><![CDATA[2]]></future_field></xml>";
        assert_eq!(answer(Content::UnknownField, "<xml></xml>").1, xml);
        let (status, page) = answer(Content::ErrorPage, json);
        assert!(status == 502 && page.starts_with("<html>"));
    }
}
