//! Fixed fields whose value has just their length: each length has code of its own, without a loop or a branch.
//!
//! Source: UnionPay POS dialect, "Packing rules". Every function here appends the field and says true, or appends nothing
//! and says false, when the value has another length or is not made of digits. Whoever calls them has seen to the room, so
//! that the compiler leaves the growing out. *Not modelled:* what is wrong with a value.

use crate::words::{self, WORD};

/// No function here appends more.
pub(crate) const ROOM: usize = 16;

/// `N` digits as `BYTES` bytes of BCD, a zero nibble behind an odd one.
#[inline]
pub(crate) fn bcd<const N: usize, const BYTES: usize>(value: &[u8], out: &mut Vec<u8>) -> bool {
    let Ok(value) = <&[u8; N]>::try_from(value) else { return false };
    let (low, high) = digits(value);
    if words::strays::<false>(low) | words::strays::<false>(high) != 0 {
        return false;
    }
    let packed = words::packed(low) as u64 | (words::packed(high) as u64) << 32;
    let end = out.len() + BYTES;
    // A whole word is written at once, whatever of it is wanted.
    out.extend_from_slice(&packed.to_le_bytes());
    out.truncate(end);
    true
}

/// `N` digits as they are.
#[inline]
pub(crate) fn ascii<const N: usize>(value: &[u8], out: &mut Vec<u8>) -> bool {
    let Ok(value) = <&[u8; N]>::try_from(value) else { return false };
    let (low, high) = digits(value);
    if words::strays::<false>(low) | words::strays::<false>(high) != 0 {
        return false;
    }
    out.extend_from_slice(value);
    true
}

/// `N` bytes as they are.
#[inline]
pub(crate) fn bytes<const N: usize>(value: &[u8], out: &mut Vec<u8>) -> bool {
    let Ok(value) = <&[u8; N]>::try_from(value) else { return false };
    out.extend_from_slice(value);
    true
}

/// At most sixteen digits as two words.
#[inline]
const fn digits<const N: usize>(value: &[u8; N]) -> (u64, u64) {
    match value.split_at_checked(WORD) {
        Some((low, high)) if N > WORD => {
            (words::digits(words::load(low), WORD), words::digits(words::load(high), N - WORD))
        }
        _ => (words::digits(words::load(value), N), 0),
    }
}
