//! GS1 element strings as the host writes them for GS1-128 and DataBar Expanded.
//!
//! Facts: printer sources, section 2.4, and the common command reference: parentheses and spaces stand in the readable
//! text only; `*` is the check digit of the digits since the last parenthesis; `{1` is FNC1; `{(`, `{)`, `{*` and `{{`
//! are the characters themselves.

use super::upc::{check_digit, values};
use anyd::codes::code128::Code128Input;

/// FNC1 in the data that a reader gives, and for the encoder of DataBar.
const SEPARATOR: u8 = 0x1D;

/// An element string without its marks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Elements {
    /// The bytes, FNC1 as 1Dh.
    pub(super) data: Vec<u8>,
    /// The readable text.
    pub(super) text: String,
}

impl Elements {
    /// For an encoder of CODE128.
    pub(super) fn inputs(&self) -> Vec<Code128Input> {
        let input = |byte: &u8| match *byte {
            SEPARATOR => Code128Input::Fnc1,
            byte => Code128Input::Data(byte),
        };
        self.data.iter().map(input).collect()
    }
}

/// Reads what the host wrote; where it stops making sense, the rest is the host's text: the second of the pair.
pub(super) fn read(data: &[u8]) -> (Option<Elements>, &[u8]) {
    let mut elements = Elements::default();
    let (mut rest, mut since) = (data, 0);
    while let &[byte, ref after @ ..] = rest {
        let mut taken = 1;
        match byte {
            b'(' | b')' | b' ' => {
                elements.text.push(char::from(byte));
                since = elements.data.len();
            }
            b'*' => {
                let digits = elements.data.get(since..).and_then(values);
                let Some(digits) = digits else { return (None, rest) };
                elements.push(b'0' + check_digit(&digits));
            }
            b'{' => {
                taken = 2;
                match after.first() {
                    Some(b'1') => elements.data.push(SEPARATOR),
                    Some(byte @ (b'(' | b')' | b'*' | b'{')) => elements.push(*byte),
                    _ => return (None, rest),
                }
            }
            0x20..=0x7E => elements.push(byte),
            _ => return (None, rest),
        }
        rest = rest.get(taken..).unwrap_or_default();
    }
    (Some(elements).filter(|elements| !elements.data.is_empty()), rest)
}

impl Elements {
    fn push(&mut self, byte: u8) {
        self.data.push(byte);
        self.text.push(char::from(byte));
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn parentheses_are_for_people_and_a_star_is_the_check_digit() {
        let (elements, rest) = read(b"(01)0401234567890*(10)AB{1{(");
        let elements = elements.unwrap();
        // 04012345678901 is the GS1 specification's own example of a GTIN-14.
        assert_eq!(elements.data, b"010401234567890110AB\x1D(");
        assert_eq!(elements.text, "(01)04012345678901(10)AB(");
        assert!(rest.is_empty());
        assert_eq!(read(b"12{9").1, b"{9");
    }
}
