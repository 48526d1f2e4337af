//! How far text goes: eight bytes at a time.
//!
//! Facts: printer sources, section 1: 20h-FFh is text, but for lead bytes in multibyte mode.

const ONES: u64 = u64::MAX / 0xFF;
const HIGH_BITS: u64 = ONES << 7;

/// Bytes before the first control byte.
pub(crate) fn before_control(bytes: &[u8]) -> usize {
    // In a byte below 20h the subtraction borrows, which sets its high bit; a byte above 7Fh keeps a high bit that was
    // there. Borrows run upwards only, so the lowest mark is true.
    before(bytes, |word| word.wrapping_sub(ONES * 0x20) & !word & HIGH_BITS, |byte| byte < 0x20)
}

/// Bytes before the first control byte or the first byte above 7Fh.
pub(crate) fn before_control_or_high(bytes: &[u8]) -> usize {
    before(
        bytes,
        |word| (word.wrapping_sub(ONES * 0x20) | word) & HIGH_BITS,
        |byte| !(0x20..0x80).contains(&byte),
    )
}

/// Bytes before the first DLE.
pub(crate) fn before_dle(bytes: &[u8]) -> usize {
    // A byte that differs from DLE is not zero; the lowest mark is true, as above.
    before(
        bytes,
        |word| {
            let other = word ^ (ONES * 0x10);
            other.wrapping_sub(ONES) & !other & HIGH_BITS
        },
        |byte| byte == 0x10,
    )
}

fn before(bytes: &[u8], marks: impl Fn(u64) -> u64, ends: impl Fn(u8) -> bool) -> usize {
    let (words, rest) = bytes.as_chunks::<8>();
    for (at, word) in words.iter().enumerate() {
        let marked = marks(u64::from_le_bytes(*word));
        if marked != 0 {
            return at * 8 + marked.trailing_zeros() as usize / 8;
        }
    }
    let behind = rest.iter().position(|&byte| ends(byte)).unwrap_or(rest.len());
    words.len() * 8 + behind
}

#[cfg(test)]
mod tests {
    use super::{before_control, before_control_or_high, before_dle};
    use proptest::prelude::{any, prop_assert_eq, proptest};

    proptest! {
        #[test]
        fn eight_at_a_time_find_what_one_at_a_time_find(bytes in proptest::collection::vec(any::<u8>(), 0..40), text in 0..40_usize) {
            let bytes = [&b"some text before what comes, and some mo"[..text], &bytes].concat();
            let control = bytes.iter().position(|byte| *byte < 0x20).unwrap_or(bytes.len());
            let either = bytes.iter().position(|byte| !(0x20..0x80).contains(byte)).unwrap_or(bytes.len());
            prop_assert_eq!(before_control(&bytes), control);
            prop_assert_eq!(before_control_or_high(&bytes), either);
            let dle = bytes.iter().position(|byte| *byte == 0x10).unwrap_or(bytes.len());
            prop_assert_eq!(before_dle(&bytes), dle);
        }
    }

    #[test]
    fn every_byte_ends_text_or_does_not() {
        for byte in 0..=0xFF {
            let bytes = [b'a', b'a', byte, 0x00, 0xFF, b'a', b'a', b'a', b'a'];
            assert_eq!(before_control(&bytes), if byte < 0x20 { 2 } else { 3 }, "{byte:02X}");
            let ends = !(0x20..0x80).contains(&byte);
            assert_eq!(before_control_or_high(&bytes), if ends { 2 } else { 3 }, "{byte:02X}");
            let dle = bytes.iter().position(|byte| *byte == 0x10).unwrap_or(bytes.len());
            assert_eq!(before_dle(&bytes), dle, "{byte:02X}");
        }
    }
}
