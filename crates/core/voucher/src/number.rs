//! What a voucher is known by: eighty bits of SHA-256 over what it says, as sixteen characters that people can read out.
//!
//! The characters are those of D. Crockford's Base 32: digits and capitals without I, L, O and U. Terminal and back
//! office work the number out for themselves, so a number stands for one content. What may change while the payment
//! stays the same is not in it: the format and its operator, and how often the slip was printed again.
//! *Not modelled:* a check character; a misread number is not found.

use core::fmt;
use sha2::{Digest, Sha256};

/// A voucher's number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number([u8; Self::BYTES]);

const CHARACTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

impl Number {
    const BYTES: usize = 10;
    const LETTERS: usize = 16;

    /// The number of what these words say, in this order.
    #[must_use]
    pub(crate) fn of(words: &[&str]) -> Self {
        let mut digest = Sha256::new();
        for word in words {
            digest.update(word.as_bytes());
            digest.update(b"\n");
        }
        let mut number = [0; Self::BYTES];
        for (into, byte) in number.iter_mut().zip(digest.finalize()) {
            *into = byte;
        }
        Self(number)
    }

    /// Reads sixteen characters; dashes between them and small letters are as good.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (mut bits, mut letters) = (0_u128, 0);
        for letter in text.bytes().filter(|letter| *letter != b'-') {
            let value = CHARACTERS.iter().position(|known| *known == letter.to_ascii_uppercase())?;
            letters += 1;
            if letters > Self::LETTERS {
                return None;
            }
            bits = bits << 5 | value as u128;
        }
        let bytes = bits.to_be_bytes();
        let number = bytes.get(bytes.len() - Self::BYTES..)?.try_into().ok()?;
        (letters == Self::LETTERS).then_some(Self(number))
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = self.0.iter().fold(0_u128, |bits, byte| bits << 8 | u128::from(*byte));
        for letter in 0..Self::LETTERS {
            if letter > 0 && letter % 4 == 0 {
                f.write_str("-")?;
            }
            let value = (bits >> (5 * (Self::LETTERS - 1 - letter)) & 31) as usize;
            write!(f, "{}", char::from(CHARACTERS[value]))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Number({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::Number;
    use proptest::prelude::*;

    #[test]
    fn a_number_is_the_beginning_of_a_hash_in_crockfords_letters() {
        // `printf 'a\nb\n' | sha256sum` begins with 911169ddaaf146aff539; the letters were worked out with Python.
        assert_eq!(Number::of(&["a", "b"]).to_string(), VECTOR);
    }

    const VECTOR: &str = "J48P-KQDA-Y53A-ZX9S";

    #[test]
    fn people_may_write_it_without_dashes_and_small() {
        let number = Number::of(&["a"]);
        let plain = number.to_string().replace('-', "").to_lowercase();
        assert_eq!(Number::parse(&plain), Some(number));
        for text in ["", "0000-0000-0000-000", "0000-0000-0000-00000", "0000-0000-0000-000U", "票"] {
            assert_eq!(Number::parse(text), None, "{text}");
        }
    }

    #[test]
    fn words_do_not_run_into_each_other() {
        assert_ne!(Number::of(&["ab", "c"]), Number::of(&["a", "bc"]));
    }

    proptest! {
        #[test]
        fn every_number_is_read_as_it_is_written(word in "\\PC{0,20}") {
            let number = Number::of(&[&word]);
            prop_assert_eq!(Number::parse(&number.to_string()), Some(number));
        }

        #[test]
        fn any_text_is_a_number_or_none(text in "\\PC{0,30}") {
            let _ = Number::parse(&text);
        }
    }
}
