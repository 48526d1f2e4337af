//! Field 59: tagged text, tag(2) length(3 digits) value.
//!
//! Source: UnionPay POS dialect, "Field table": A2 terminal, A3 scanned code of the payer, A4 payment voucher, A5 place.
//! Values are bytes, as text may be GBK. *Not modelled:* what stands inside A2 and A5, and tags inside tags.

use core::fmt;

/// The name of a value in field 59.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(pub [u8; 2]);

impl Tag {
    /// What the terminal says about itself.
    pub const TERMINAL: Self = Self(*b"A2");
    /// The code that the payer's phone showed, in a request.
    pub const SCANNED_CODE: Self = Self(*b"A3");
    /// The number of the payment voucher: in the reply to a payment, and in its void or refund.
    pub const VOUCHER: Self = Self(*b"A4");
    /// Where the terminal stands.
    pub const PLACE: Self = Self(*b"A5");
}

/// A readable field 59, borrowed. `Debug` hides scanned codes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Field59<'a>(&'a [u8]);

impl<'a> Field59<'a> {
    /// Reads a field; `None` when a length is no number or a value is cut. An empty field is readable.
    pub fn parse(value: &'a [u8]) -> Option<Self> {
        let mut rest = value;
        while !rest.is_empty() {
            (_, rest) = split_first(rest)?;
        }
        Some(Self(value))
    }

    /// The first value of this tag.
    pub fn get(&self, tag: Tag) -> Option<&'a [u8]> {
        self.iter().find_map(|(found, value)| (found == tag).then_some(value))
    }

    /// All values in their order.
    pub fn iter(&self) -> impl Iterator<Item = (Tag, &'a [u8])> + use<'a> {
        let mut rest = self.0;
        core::iter::from_fn(move || {
            let (item, behind) = split_first(rest)?;
            rest = behind;
            Some(item)
        })
    }

    /// Appends one value to a field that is being built.
    ///
    /// # Errors
    /// The value is longer than three digits can say; nothing is appended.
    pub fn append(out: &mut Vec<u8>, tag: Tag, value: &[u8]) -> Result<(), TooLong> {
        if value.len() > 999 {
            return Err(TooLong { bytes: value.len() });
        }
        let digit = |place: usize| b'0' + (value.len() / place % 10) as u8;
        out.extend_from_slice(&tag.0);
        out.extend_from_slice(&[digit(100), digit(10), digit(1)]);
        out.extend_from_slice(value);
        Ok(())
    }
}

/// A value of field 59 has at most 999 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLong {
    /// What it had.
    pub bytes: usize,
}

type Item<'a> = (Tag, &'a [u8]);

fn split_first(field: &[u8]) -> Option<(Item<'_>, &[u8])> {
    let (tag, rest) = field.split_first_chunk::<2>()?;
    let (length, rest) = rest.split_first_chunk::<3>()?;
    let length = length
        .iter()
        .try_fold(0, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + usize::from(byte - b'0')))?;
    let (value, rest) = rest.split_at_checked(length)?;
    Some(((Tag(*tag), value), rest))
}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.escape_ascii())
    }
}

impl fmt::Debug for Field59<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        for (tag, value) in self.iter() {
            if tag == Tag::SCANNED_CODE {
                map.entry(&tag, &format_args!("<{} hidden>", value.len()));
            } else {
                map.entry(&tag, &format_args!("{}", value.escape_ascii()));
            }
        }
        map.finish()
    }
}

impl fmt::Display for TooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a value of field 59 has at most 999 bytes, not {}", self.bytes)
    }
}

impl core::error::Error for TooLong {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_scanned_code_and_a_voucher_are_found_by_their_tags() {
        let field = Field59::parse(b"A30196222021234567890128A4004V001").unwrap();
        assert_eq!(field.get(Tag::SCANNED_CODE), Some(b"6222021234567890128".as_slice()));
        assert_eq!(field.get(Tag::VOUCHER), Some(b"V001".as_slice()));
        assert_eq!(field.get(Tag::TERMINAL), None);
        assert_eq!(format!("{field:?}"), "{A3: <19 hidden>, A4: V001}");
    }

    #[test]
    fn a_cut_value_makes_the_field_unreadable() {
        for field in ["A", "A3", "A3019", "A3019622202", "A30x1a", "A3-01a", "A3001ab"] {
            assert_eq!(Field59::parse(field.as_bytes()), None, "{field}");
        }
        assert_eq!(Field59::parse(b"").unwrap().iter().count(), 0);
    }

    #[test]
    fn a_value_that_three_digits_cannot_say_is_refused() {
        let mut out = vec![7];
        assert_eq!(Field59::append(&mut out, Tag::PLACE, &[b'x'; 1000]), Err(TooLong { bytes: 1000 }));
        assert_eq!(out, [7]);
    }

    proptest! {
        #[test]
        fn what_was_appended_is_read(values in proptest::collection::vec((any::<[u8; 2]>(), proptest::collection::vec(any::<u8>(), 0..50)), 0..5)) {
            let mut field = Vec::new();
            for (tag, value) in &values {
                Field59::append(&mut field, Tag(*tag), value).unwrap();
            }
            let read: Vec<_> = Field59::parse(&field).unwrap().iter().map(|(tag, value)| (tag.0, value.to_vec())).collect();
            prop_assert_eq!(read, values);
        }

        #[test]
        fn any_bytes_are_readable_or_not(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            if let Some(field) = Field59::parse(&bytes) {
                prop_assert_eq!(field.iter().map(|(_, value)| value.len() + 5).sum::<usize>(), bytes.len());
            }
        }
    }
}
