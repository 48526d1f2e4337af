//! Field 61: which transaction this one is about.
//!
//! Source: UnionPay POS dialect, "Field table": batch n6, STAN n6, date MMDD n4, authorisation mode n2, authorising
//! institution n11; parts may be missing from the right. *Not modelled:* whether the date exists.

use crate::digits::{Digits, Parts};

/// The parts of field 61.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Field61 {
    /// Batch of the original: 0..=999,999.
    pub batch: u32,
    /// System trace audit number of the original: 0..=999,999.
    pub stan: Option<u32>,
    /// Its date, month and day: 1122 is the 22nd of November.
    pub date_mmdd: Option<u16>,
    /// How the original was authorised: 0..=99.
    pub authorisation_mode: Option<u8>,
    /// Who authorised it: 11 digits.
    pub institution: Option<u64>,
}

impl Field61 {
    /// Digits of the longest field.
    pub const MAX_DIGITS: usize = 29;

    /// Batch, number and date, as voids and refunds say them.
    pub const fn new(batch: u32, stan: u32, date_mmdd: u16) -> Self {
        Self {
            batch,
            stan: Some(stan),
            date_mmdd: Some(date_mmdd),
            authorisation_mode: None,
            institution: None,
        }
    }

    /// Reads 6, 12, 16, 18 or 29 digits; anything else is `None`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = Parts::of(text)?;
        let field = Self {
            batch: parts.number(6)?,
            stan: parts.optional(6)?,
            date_mmdd: parts.optional(4)?,
            authorisation_mode: parts.optional(2)?,
            institution: parts.optional(11)?,
        };
        parts.is_empty().then_some(field)
    }

    /// The digits, up to the last part that is present; a part that is missing before it is written as zeros.
    pub fn write(&self) -> Digits<{ Self::MAX_DIGITS }> {
        Digits::new().number(self.batch, 6).optional_tail(&[
            (self.stan.map(u64::from), 6),
            (self.date_mmdd.map(u64::from), 4),
            (self.authorisation_mode.map(u64::from), 2),
            (self.institution, 11),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_original_is_a_batch_a_number_and_a_date() {
        assert_eq!(Field61::parse("0000010000421122"), Some(Field61::new(1, 42, 1122)));
        assert_eq!(Field61::new(1, 42, 1122).write().as_str(), "0000010000421122");
    }

    #[test]
    fn a_refund_of_another_day_may_say_only_the_date() {
        let field = Field61 { date_mmdd: Some(229), ..Field61::default() };
        assert_eq!(field.write().as_str(), "0000000000000229");
    }

    #[test]
    fn a_part_that_was_cut_makes_the_field_unreadable() {
        for text in ["", "00001", "0000010", "00000100004211", "000001000042112", "00000100004211220"] {
            assert_eq!(Field61::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_can_be_read_is_written_the_same(text in "[0-9]{0,30}") {
            if let Some(field) = Field61::parse(&text) {
                let written = field.write();
                prop_assert_eq!(written.as_str(), text);
            }
        }
    }
}
