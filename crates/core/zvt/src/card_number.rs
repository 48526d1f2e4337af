//! A card number as it goes over the line: nibbles, of which a terminal hides those in the middle.
//!
//! Source: ZVT interface PA00P015 revision 13.08, chapters 1.3 and 3.1.1: `E` is a hidden digit, `F` fills the last byte,
//! `D` separates. What a terminal sends is always hidden here; what it is sent is kept as it came and shown masked.

use core::fmt;

/// The nibbles of one card number. `Debug` masks all but the first six and last four digits.
#[derive(Clone, PartialEq, Eq)]
pub struct CardNumber(Vec<u8>);

const HIDDEN: u8 = 0xE;
const FILLER: u8 = 0xF;

impl CardNumber {
    /// Bytes that a field can hold; longer ones are not written.
    pub(crate) const MAX_BYTES: usize = 20;

    /// Of these digits the first six and the last four, with all between them hidden. Other characters are passed over;
    /// ten digits or fewer are hidden altogether, and those above 40 cut.
    #[must_use]
    pub fn hiding(digits: &str) -> Self {
        let digits: Vec<u8> = digits.bytes().filter(u8::is_ascii_digit).take(2 * Self::MAX_BYTES).collect();
        let shown = |at: usize| digits.len() > 10 && (at < 6 || at + 4 >= digits.len());
        let nibble = |(at, digit): (usize, &u8)| if shown(at) { digit - b'0' } else { HIDDEN };
        let nibbles: Vec<u8> = digits.iter().enumerate().map(nibble).collect();
        let pair = |pair: &[u8]| pair.first().unwrap_or(&FILLER) << 4 | pair.get(1).unwrap_or(&FILLER);
        Self(nibbles.chunks(2).map(pair).collect())
    }

    pub(crate) fn read(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }

    pub(crate) fn wire(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for CardNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nibbles: Vec<u8> = self.0.iter().flat_map(|byte| [byte >> 4, byte & 0x0F]).collect();
        let count = nibbles.iter().take_while(|nibble| **nibble <= 9 || **nibble == HIDDEN).count();
        for (at, nibble) in nibbles.iter().take(count).enumerate() {
            let shown = *nibble <= 9 && count > 10 && (at < 6 || at + 4 >= count);
            write!(f, "{}", if shown { char::from(b'0' + nibble) } else { '*' })?;
        }
        Ok(())
    }
}

impl fmt::Debug for CardNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CardNumber({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::CardNumber;

    #[test]
    fn the_middle_never_leaves_the_terminal() {
        let even = CardNumber::hiding("6222 0212 3456 7890");
        assert_eq!(even.wire(), [0x62, 0x22, 0x02, 0xEE, 0xEE, 0xEE, 0x78, 0x90]);
        let odd = CardNumber::hiding("6222021234567890128");
        assert_eq!(odd.wire(), [0x62, 0x22, 0x02, 0xEE, 0xEE, 0xEE, 0xEE, 0xE0, 0x12, 0x8F]);
        assert_eq!(CardNumber::hiding("123").wire(), [0xEE, 0xEF]);
    }

    #[test]
    fn one_that_came_in_clear_is_shown_masked() {
        let clear = CardNumber::read(&[0x62, 0x22, 0x02, 0x12, 0x34, 0x56, 0x78, 0x9F]);
        assert_eq!(format!("{clear:?}"), "CardNumber(622202*****6789)");
    }
}
