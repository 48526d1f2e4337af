//! One field in its wire form: checked and packed in one pass.
//!
//! Source: UnionPay POS dialect, "Packing rules". Fixed numbers are filled with zeros on the left and fixed text with spaces
//! on the right, as ISO 8583 says. *Not modelled:* which field it is.

use crate::bcd;
use crate::dialect::{Announced, Form, Kind, OddPad, Quick, Step};
use crate::encode_error::EncodeError;
use crate::quick;
use crate::words::{self, WORD};

/// Room for the longest field with its announcement, 1002 bytes, and for the rest of the word that is written last.
const MAX_BYTES: usize = 1002 + WORD;

/// Appends one field; false when the dialect cannot say it, and then anything stands at the end.
///
/// The commonest forms are here, each with code of its own. For a fixed one there is room, or none of them is taken: so
/// nothing here calls anything that comes back.
#[inline]
pub(crate) fn append(step: &Step, value: &[u8], out: &mut Vec<u8>) -> bool {
    if out.capacity() - out.len() < quick::ROOM {
        return make_room(step, value, out);
    }
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
        Quick::BcdBcd1 => return announced(step, value, out, length::bcd1, bcd::pack::<false>),
        Quick::BcdBcd2 => return announced(step, value, out, length::bcd2, bcd::pack::<false>),
        Quick::TrackBcd1 => return announced(step, value, out, length::bcd1, bcd::pack::<true>),
        Quick::BytesBcd1 => return announced(step, value, out, length::bcd1, copy),
        Quick::BytesBcd2 => return announced(step, value, out, length::bcd2, copy),
        Quick::AsciiAscii2 => return announced(step, value, out, length::ascii2, copy_digits::<false>),
        Quick::AsciiAscii3 => return announced(step, value, out, length::ascii3, copy_digits::<false>),
        Quick::TrackAscii2 => return announced(step, value, out, length::ascii2, copy_digits::<true>),
        Quick::BytesAscii2 => return announced(step, value, out, length::ascii2, copy),
        Quick::BytesAscii3 => return announced(step, value, out, length::ascii3, copy),
    };
    done || append_any(step, value, out)
}

/// There is room behind this.
#[cold]
#[inline(never)]
fn make_room(step: &Step, value: &[u8], out: &mut Vec<u8>) -> bool {
    out.reserve(value.len() + MAX_BYTES);
    append(step, value, out)
}

/// An announced length, and what it announces.
#[inline(never)]
fn announced(
    step: &Step,
    value: &[u8],
    out: &mut Vec<u8>,
    announce: impl Fn(usize, &mut Vec<u8>),
    append: impl Fn(&[u8], &mut Vec<u8>) -> bool,
) -> bool {
    let start = out.len();
    if out.capacity() - start < value.len() + quick::ROOM {
        return make_room(step, value, out);
    }
    if value.len() <= usize::from(step.max) {
        announce(value.len(), out);
        if append(value, out) {
            return true;
        }
    }
    out.truncate(start);
    append_any(step, value, out)
}

/// The same for any field, and any value that the quick way did not like.
#[cold]
#[inline(never)]
fn append_any(step: &Step, value: &[u8], out: &mut Vec<u8>) -> bool {
    let (len, max) = (value.len(), usize::from(step.max));
    if len > max {
        return false;
    }
    out.reserve(MAX_BYTES);
    let short = if step.announced == Announced::Fixed {
        max - len
    } else {
        announce_length(step.announced, len, out);
        0
    };
    match step.form {
        Form::BcdDigits => pack::<false>(*step, short, value, out),
        Form::BcdTrack => pack::<true>(*step, short, value, out),
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
        Form::AsciiTrack => short == 0 && bcd::find_no_track(value, len).is_none() && copy(value, out),
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

/// Appends the length of a value, if it is announced.
fn announce_length(announced: Announced, len: usize, out: &mut Vec<u8>) {
    match announced {
        Announced::Fixed => {}
        Announced::Bcd1 => length::bcd1(len, out),
        Announced::Bcd2 => length::bcd2(len, out),
        Announced::Ascii2 => length::ascii2(len, out),
        Announced::Ascii3 => length::ascii3(len, out),
    }
}

/// Announced lengths, by their forms.
mod length {
    use crate::words;

    #[inline]
    pub(super) fn bcd1(len: usize, out: &mut Vec<u8>) {
        out.push(words::bcd(len)[1]);
    }

    #[inline]
    pub(super) fn bcd2(len: usize, out: &mut Vec<u8>) {
        out.extend_from_slice(&words::bcd(len));
    }

    #[inline]
    pub(super) fn ascii2(len: usize, out: &mut Vec<u8>) {
        out.extend_from_slice(&words::ascii(len)[1..]);
    }

    #[inline]
    pub(super) fn ascii3(len: usize, out: &mut Vec<u8>) {
        out.extend_from_slice(&words::ascii(len));
    }
}

#[inline]
fn fill(count: usize, filler: u8, out: &mut Vec<u8>) {
    if count > 0 {
        out.resize(out.len() + count, filler);
    }
}

/// Word by word while that does, and otherwise as the machine likes it best; whether there was room.
#[inline]
fn copy(value: &[u8], out: &mut Vec<u8>) -> bool {
    if value.len() > 2 * WORD {
        out.extend_from_slice(value);
        return true;
    }
    let end = out.len() + value.len();
    let mut left = value.len();
    if let Some(word) = value.first_chunk::<WORD>() {
        if !words::put(*word, out) {
            return false;
        }
        left -= WORD;
    }
    if left > 0 {
        if !words::put(words::load_end(value, left).to_le_bytes(), out) {
            return false;
        }
        out.truncate(end);
    }
    true
}

/// Copies digits, in a track with separators; false when there is anything else, or no room.
#[inline]
fn copy_digits<const TRACK: bool>(value: &[u8], out: &mut Vec<u8>) -> bool {
    let end = out.len() + value.len();
    let (blocks, rest) = value.as_chunks();
    for block in blocks {
        if !bcd::are_fine::<TRACK>(block) || !words::put(*block, out) {
            return false;
        }
    }
    let mut left = rest.len();
    if let Some((word, behind)) = rest.split_first_chunk() {
        if !copy_word::<TRACK>(u64::from_le_bytes(*word), WORD, out) {
            return false;
        }
        left = behind.len();
    }
    if left > 0 {
        if !copy_word::<TRACK>(words::load_end(value, left), left, out) {
            return false;
        }
        out.truncate(end);
    }
    true
}

#[inline]
fn copy_word<const TRACK: bool>(word: u64, len: usize, out: &mut Vec<u8>) -> bool {
    words::strays::<TRACK>(words::digits(word, len)) == 0 && words::put(word.to_le_bytes(), out)
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

#[cfg(test)]
mod tests {
    use super::append;
    use crate::{ASCII87, CUP};
    use proptest::prelude::*;

    proptest! {
        /// Beside a buffer in which there is room for everything.
        #[test]
        fn how_much_room_there_is_changes_nothing(
            field in 2..=128_u8,
            value in "[0-9]{0,48}|[0-9]{990,999}|[0-9=]{0,48}|[0-9A-F=]{0,24}|[CD][0-9]{8}|[ -~]{0,300}",
            room in 0..1100_usize,
        ) {
            for dialect in [&*CUP, &*ASCII87] {
                let step = dialect.steps.get(field);
                let (mut tight, mut wide) = (Vec::with_capacity(room), Vec::with_capacity(4096));
                let [taken, fine] = [&mut tight, &mut wide].map(|out| append(&step, value.as_bytes(), out));
                prop_assert_eq!(taken, fine);
                prop_assert!(!fine || tight == wide);
            }
        }
    }
}
