//! Field 60: what kind of message this is, in which batch, and what the reader can do.
//!
//! Source: UnionPay POS dialect, "F60 layout": 60.1 type n2, 60.2 batch n6, 60.3 network code n3, 60.4 reader n1,
//! 60.5 IC condition n1, 60.6 partial approval n1, 60.7 account type n3. Every part from 60.3 on may be missing, with
//! all that follow it. *Not modelled:* the meaning of the numbers.

use crate::digits::{Digits, Parts};

/// The parts of field 60.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Field60 {
    /// 60.1, message type: 0..=99, 22 is a sale.
    pub message_type: u8,
    /// 60.2, batch number: 0..=999,999.
    pub batch: u32,
    /// 60.3, network management code: 0..=999, 1 is a sign-on.
    pub network_code: Option<u16>,
    /// 60.4, reader capability: 2 stripe, 5 also chip, 6 also contactless.
    pub reader: Option<u8>,
    /// 60.5, condition of a chip card: 0, or 2 after a fallback to the stripe.
    pub ic_condition: Option<u8>,
    /// 60.6, whether an approval of a part of the amount is welcome.
    pub partial_approval: Option<u8>,
    /// 60.7, account type: 0..=999.
    pub account_type: Option<u16>,
}

impl Field60 {
    /// Digits of the longest field.
    pub const MAX_DIGITS: usize = 17;

    /// Type, batch and network code, which every message has.
    pub const fn new(message_type: u8, batch: u32, network_code: u16) -> Self {
        Self {
            message_type,
            batch,
            network_code: Some(network_code),
            reader: None,
            ic_condition: None,
            partial_approval: None,
            account_type: None,
        }
    }

    /// Reads 8, 11, 12, 13, 14 or 17 digits; anything else is `None`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = Parts::of(text)?;
        let field = Self {
            message_type: parts.number(2)?,
            batch: parts.number(6)?,
            network_code: parts.optional(3)?,
            reader: parts.optional(1)?,
            ic_condition: parts.optional(1)?,
            partial_approval: parts.optional(1)?,
            account_type: parts.optional(3)?,
        };
        parts.is_empty().then_some(field)
    }

    /// The digits, up to the last part that is present; a part that is missing before it is written as zeros.
    pub fn write(&self) -> Digits<{ Self::MAX_DIGITS }> {
        Digits::new().number(self.message_type, 2).number(self.batch, 6).optional_tail(&[
            (self.network_code.map(u64::from), 3),
            (self.reader.map(u64::from), 1),
            (self.ic_condition.map(u64::from), 1),
            (self.partial_approval.map(u64::from), 1),
            (self.account_type.map(u64::from), 3),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_sale_says_its_type_its_batch_and_its_reader() {
        let sale = Field60::parse("22000001000601").unwrap();
        assert_eq!((sale.message_type, sale.batch, sale.network_code), (22, 1, Some(0)));
        assert_eq!((sale.reader, sale.ic_condition, sale.partial_approval), (Some(6), Some(0), Some(1)));
        assert_eq!(sale.account_type, None);
        assert_eq!(sale.write().as_str(), "22000001000601");
    }

    #[test]
    fn a_short_field_lacks_its_later_parts() {
        assert_eq!(Field60::parse("00000001"), Some(Field60 { batch: 1, ..Field60::default() }));
        assert_eq!(Field60::parse("00000001001"), Some(Field60::new(0, 1, 1)));
        assert_eq!(Field60::new(0, 7, 201).write().as_str(), "00000007201");
    }

    #[test]
    fn a_part_that_was_cut_makes_the_field_unreadable() {
        for text in
            ["", "22", "2200000", "2200000100", "220000010006000", "220000010006000000", "2200000x000"]
        {
            assert_eq!(Field60::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_missing_part_before_a_present_one_is_zeros() {
        let field = Field60 { message_type: 22, ic_condition: Some(2), ..Field60::default() };
        assert_eq!(field.write().as_str(), "2200000000002");
    }

    proptest! {
        #[test]
        fn what_can_be_read_is_written_the_same(text in "[0-9]{0,18}") {
            if let Some(field) = Field60::parse(&text) {
                let written = field.write();
                prop_assert_eq!(written.as_str(), text);
            }
        }
    }
}
