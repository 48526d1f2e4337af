//! One field in its wire form: checked and packed in one pass.
//!
//! Source: UnionPay POS dialect, "Packing rules". Fixed numbers are filled with zeros on the left and fixed text with spaces
//! on the right, as ISO 8583 says. *Not modelled:* which field it is.

use crate::bcd;
use crate::dialect::{Announced, Form, Kind, OddPad, Quick, Step};
use crate::encode_error::EncodeError;
use crate::quick;
use crate::words::{self, WORD};

/// Appends one field; false when the dialect cannot say it, and then anything stands at the end.
#[inline]
pub(crate) fn append(step: &Step, value: &[u8], out: &mut Vec<u8>) -> bool {
    let len = value.len();
    let (start, fits) = (out.len(), len <= usize::from(step.max));
    let done = match step.quick {
        Quick::No => false,
        Quick::Bcd2 => quick::bcd::<2, 1>(value, out),
        Quick::Bcd3 => quick::bcd::<3, 2>(value, out),
        Quick::Bcd4 => quick::bcd::<4, 2>(value, out),
        Quick::Bcd6 => quick::bcd::<6, 3>(value, out),
        Quick::Bcd8 => quick::bcd::<8, 4>(value, out),
        Quick::Bcd10 => quick::bcd::<10, 5>(value, out),
        Quick::Bcd12 => quick::bcd::<12, 6>(value, out),
        Quick::Ascii2 => quick::ascii::<2>(value, out),
        Quick::Ascii3 => quick::ascii::<3>(value, out),
        Quick::Ascii4 => quick::ascii::<4>(value, out),
        Quick::Ascii6 => quick::ascii::<6>(value, out),
        Quick::Ascii8 => quick::ascii::<8>(value, out),
        Quick::Ascii10 => quick::ascii::<10>(value, out),
        Quick::Ascii12 => quick::ascii::<12>(value, out),
        Quick::Bytes2 => quick::bytes::<2>(value, out),
        Quick::Bytes3 => quick::bytes::<3>(value, out),
        Quick::Bytes4 => quick::bytes::<4>(value, out),
        Quick::Bytes6 => quick::bytes::<6>(value, out),
        Quick::Bytes8 => quick::bytes::<8>(value, out),
        Quick::Bytes12 => quick::bytes::<12>(value, out),
        Quick::Bytes15 => quick::bytes::<15>(value, out),
        Quick::BcdBcd1 => {
            fits && announce_length(Announced::Bcd1, len, out) && bcd::pack::<false>(value, out)
        }
        Quick::BcdBcd2 => {
            fits && announce_length(Announced::Bcd2, len, out) && bcd::pack::<false>(value, out)
        }
        Quick::TrackBcd1 => {
            fits && announce_length(Announced::Bcd1, len, out) && bcd::pack::<true>(value, out)
        }
        Quick::BytesBcd1 => fits && announce_length(Announced::Bcd1, len, out) && copy(value, out),
        Quick::BytesBcd2 => fits && announce_length(Announced::Bcd2, len, out) && copy(value, out),
        Quick::AsciiAscii2 => {
            fits && announce_length(Announced::Ascii2, len, out) && copy_digits::<false>(value, out)
        }
        Quick::AsciiAscii3 => {
            fits && announce_length(Announced::Ascii3, len, out) && copy_digits::<false>(value, out)
        }
        Quick::TrackAscii2 => {
            fits && announce_length(Announced::Ascii2, len, out) && copy_digits::<true>(value, out)
        }
        Quick::BytesAscii2 => fits && announce_length(Announced::Ascii2, len, out) && copy(value, out),
        Quick::BytesAscii3 => fits && announce_length(Announced::Ascii3, len, out) && copy(value, out),
    };
    done || {
        out.truncate(start);
        append_any(*step, value, out)
    }
}

/// The same for any field.
#[inline]
fn append_any(step: Step, value: &[u8], out: &mut Vec<u8>) -> bool {
    let (len, max) = (value.len(), usize::from(step.max));
    if len > max {
        return false;
    }
    let short = if step.announced == Announced::Fixed {
        max - len
    } else {
        announce_length(step.announced, len, out);
        0
    };
    match step.form {
        Form::BcdDigits => pack::<false>(step, short, value, out),
        Form::BcdTrack => pack::<true>(step, short, value, out),
        Form::Text => {
            let copied = copy(value, out);
            fill(short, b' ', out);
            copied
        }
        Form::AsciiDigits => {
            fill(short, b'0', out);
            copy_digits::<false>(value, out)
        }
        Form::Binary => short == 0 && copy(value, out),
        Form::AsciiTrack => {
            short == 0 && (copy_digits::<true>(value, out) || bcd::find_no_track(value, len).is_none())
        }
        Form::Signed => short == 0 && bcd::find_unsigned(value, len).is_none() && copy(value, out),
        Form::Absent => false,
    }
}

/// Appends digits or a track as nibbles, with zeros before a fixed number that is too short.
#[inline]
fn pack<const TRACK: bool>(step: Step, short: usize, value: &[u8], out: &mut Vec<u8>) -> bool {
    let start = out.len();
    let odd = (short + value.len()) % 2;
    let leading = if step.pad == OddPad::Left { short + odd } else { short };
    if leading == 0 && bcd::pack::<TRACK>(value, out) {
        return true;
    }
    out.truncate(start);
    bcd::pack_nibbles(if TRACK { Kind::Track } else { Kind::Digits }, leading, value, out)
}

/// Appends the length of a value, if it is announced; true.
#[inline]
fn announce_length(announced: Announced, len: usize, out: &mut Vec<u8>) -> bool {
    match announced {
        Announced::Fixed => {}
        Announced::Bcd1 => out.push(words::bcd(len)[1]),
        Announced::Bcd2 => out.extend_from_slice(&words::bcd(len)),
        Announced::Ascii2 => out.extend_from_slice(&words::ascii(len)[1..]),
        Announced::Ascii3 => out.extend_from_slice(&words::ascii(len)),
    }
    true
}

#[inline]
fn fill(count: usize, filler: u8, out: &mut Vec<u8>) {
    if count > 0 {
        out.resize(out.len() + count, filler);
    }
}

/// Word by word while that does, and otherwise as the machine likes it best; true.
#[inline]
fn copy(value: &[u8], out: &mut Vec<u8>) -> bool {
    if value.len() > 2 * WORD {
        out.extend_from_slice(value);
        return true;
    }
    let mut left = value.len();
    while let Some(word) = value.get(value.len() - left..).and_then(<[u8]>::first_chunk::<WORD>) {
        out.extend_from_slice(word);
        left -= WORD;
    }
    if left > 0 {
        copy_word(words::load_end(value, left), left, out);
    }
    true
}

#[inline]
fn copy_word(word: u64, len: usize, out: &mut Vec<u8>) {
    let end = out.len() + len;
    out.extend_from_slice(&word.to_le_bytes());
    out.truncate(end);
}

/// Copies digits, in a track with separators; false when there is anything else.
#[inline]
fn copy_digits<const TRACK: bool>(value: &[u8], out: &mut Vec<u8>) -> bool {
    let mut fine = true;
    let (blocks, rest) = value.as_chunks();
    for block in blocks {
        fine &= bcd::are_fine::<TRACK>(block);
        out.extend_from_slice(block);
    }
    let mut left = rest.len();
    if let Some((word, behind)) = rest.split_first_chunk() {
        fine &= words::strays::<TRACK>(words::digits(u64::from_le_bytes(*word), WORD)) == 0;
        out.extend_from_slice(word);
        left = behind.len();
    }
    if left > 0 {
        let word = words::load_end(value, left);
        fine &= words::strays::<TRACK>(words::digits(word, left)) == 0;
        copy_word(word, left, out);
    }
    fine
}

/// Why a field could not be written.
#[cold]
pub(crate) fn explain(field: u8, step: Step, value: &[u8]) -> EncodeError {
    let (max, given) = (usize::from(step.max), value.len());
    let exact = matches!(step.form, Form::Binary | Form::AsciiTrack | Form::Signed);
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
