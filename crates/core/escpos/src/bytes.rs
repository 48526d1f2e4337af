//! Reading parameters: numbers and pieces of a command's bytes.
//!
//! Facts: printer sources, sections 1 and 2 (little-endian pairs; 0, 1, 2 may be given as digits).

/// Many parameters may be given as 0, 1, 2… or as the digits '0', '1', '2'….
pub(crate) fn digit_or_number(n: u8) -> Option<usize> {
    match n {
        0..=9 => Some(usize::from(n)),
        b'0'..=b'9' => Some(usize::from(n - b'0')),
        _ => None,
    }
}

/// 0 or 1, also as a digit.
pub(crate) fn switch(n: u8) -> Option<bool> {
    matches!(n, 0 | 1 | b'0' | b'1').then_some(n & 1 != 0)
}

/// True when the lowest bit is set, which is all that most switches look at.
pub(crate) fn lowest_bit(n: u8) -> bool {
    n & 1 != 0
}

/// An unsigned little-endian number, once all its bytes are there.
pub(crate) fn little_endian(bytes: &[u8], at: usize, width: usize) -> Option<u64> {
    let field = bytes.get(at..at.checked_add(width)?)?;
    Some(field.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte)))
}

/// Takes so many bytes from the front, if they are there.
pub(crate) fn split<'a>(rest: &mut &'a [u8], len: usize) -> Option<&'a [u8]> {
    let (front, behind) = rest.split_at_checked(len)?;
    *rest = behind;
    Some(front)
}
