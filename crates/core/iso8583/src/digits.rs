//! Decimal digits of fixed width, as sub-fields are made of: a reader that splits them, and a buffer that joins them.
//!
//! Source: UnionPay POS dialect, "F60 layout" and "Batch, STAN, settlement". A number that exceeds its width keeps its
//! last digits. Not modelled: letters between the digits; a field that holds one is not readable.

use core::fmt;

/// At most `N` digits on the stack, to be set as the value of a field. `Debug` shows only how many.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Digits<const N: usize> {
    digits: [u8; N],
    len: usize,
}

impl<const N: usize> Digits<N> {
    /// All digits.
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(self.as_ref()).unwrap_or_default()
    }

    pub(crate) const fn new() -> Self {
        Self { digits: [b'0'; N], len: 0 }
    }

    /// This number in so many digits; the buffer's owner has made room for them.
    pub(crate) fn number(mut self, value: impl Into<u64>, width: usize) -> Self {
        let mut rest = value.into();
        let end = (self.len + width).min(N);
        for place in self.digits.get_mut(self.len..end).unwrap_or_default().iter_mut().rev() {
            *place = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        self.len = end;
        self
    }

    /// Parts with their widths, up to the last that is present; one that is missing before it is written as zeros.
    pub(crate) fn optional_tail(self, parts: &[(Option<u64>, usize)]) -> Self {
        let said = parts.iter().rposition(|(part, _)| part.is_some()).map_or(0, |last| last + 1);
        parts.iter().take(said).fold(self, |digits, &(part, width)| digits.number(part.unwrap_or(0), width))
    }

    /// These digits as they are, behind zeros that fill the width.
    pub(crate) fn digits(mut self, digits: &str, width: usize) -> Self {
        self = self.number(0_u64, width);
        let place = self.digits.get_mut(..self.len).unwrap_or_default();
        for (to, from) in place.iter_mut().rev().zip(digits.bytes().rev()).take(width) {
            *to = from;
        }
        self
    }
}

impl<const N: usize> AsRef<[u8]> for Digits<N> {
    fn as_ref(&self) -> &[u8] {
        self.digits.get(..self.len).unwrap_or_default()
    }
}

impl<const N: usize> fmt::Display for Digits<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl<const N: usize> fmt::Debug for Digits<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} digits>", self.len)
    }
}

/// What is left of a text of digits, taken from the left.
pub(crate) struct Parts<'a>(&'a str);

impl<'a> Parts<'a> {
    /// `None` unless all of it is decimal digits.
    pub(crate) fn of(text: &'a str) -> Option<Self> {
        text.bytes().all(|byte| byte.is_ascii_digit()).then_some(Self(text))
    }

    /// The next part; `None` when there are not so many digits left.
    pub(crate) fn digits(&mut self, width: usize) -> Option<&'a str> {
        let (part, rest) = self.0.split_at_checked(width)?;
        self.0 = rest;
        Some(part)
    }

    /// The next part as a number that surely has room for it.
    pub(crate) fn number<T: core::str::FromStr>(&mut self, width: usize) -> Option<T> {
        self.digits(width)?.parse().ok()
    }

    /// The next part, or `Some(None)` when nothing is left. A part that was cut is `None`.
    pub(crate) fn optional<T: core::str::FromStr>(&mut self, width: usize) -> Option<Option<T>> {
        if self.is_empty() { Some(None) } else { self.number(width).map(Some) }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_right_in_their_width() {
        let digits = Digits::<10>::new().number(7_u32, 3).number(123_456_u32, 4).digits("89", 3);
        assert_eq!(digits.as_str(), "0073456089");
        assert_eq!(format!("{digits} {digits:?}"), "0073456089 <10 digits>");
    }

    #[test]
    fn a_tail_ends_with_the_last_part_that_is_there() {
        let written = |parts: &[(Option<u64>, usize)]| {
            Digits::<9>::new().number(7_u32, 2).optional_tail(parts).as_str().to_owned()
        };
        assert_eq!(written(&[(None, 3), (Some(4), 2), (None, 2)]), "0700004");
        assert_eq!(written(&[(None, 3), (None, 2)]), "07");
    }

    #[test]
    fn a_part_is_whole_or_absent() {
        let mut parts = Parts::of("12345").unwrap();
        assert_eq!(parts.number::<u8>(2), Some(12));
        assert_eq!(parts.optional::<u16>(3), Some(Some(345)));
        assert_eq!(parts.optional::<u16>(3), Some(None));
        assert_eq!(Parts::of("12").unwrap().optional::<u16>(3), None);
        assert!(Parts::of("12a").is_none());
    }
}
