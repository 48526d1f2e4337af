//! Packed decimal digits, two to a byte, and the numbers that are written so: one type for each that could be swapped.
//!
//! Source: ZVT interface PA00P015 revision 13.08, chapters 1.2, 1.4 and 3.1.1.

use core::fmt;

/// The number that these bytes spell; `None` when a nibble is no decimal digit or it does not fit.
pub(crate) fn read(bytes: &[u8]) -> Option<u64> {
    bytes.iter().try_fold(0_u64, |number, byte| {
        let (high, low) = (u64::from(byte >> 4), u64::from(byte & 0x0F));
        if high > 9 || low > 9 {
            return None;
        }
        number.checked_mul(100)?.checked_add(high * 10 + low)
    })
}

/// A number as `N` bytes; what is above their digits is not there.
pub(crate) fn write<const N: usize>(mut number: u64) -> [u8; N] {
    let mut bytes = [0; N];
    for byte in bytes.iter_mut().rev() {
        let pair = (number % 100) as u8;
        *byte = ((pair / 10) << 4) | (pair % 10);
        number /= 100;
    }
    bytes
}

macro_rules! number {
    ($(#[$about:meta])* $name:ident, $bytes:literal) => {
        $(#[$about])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u64);

        impl $name {
            /// The largest that can be written.
            pub const MAX: u64 = 10_u64.pow(2 * $bytes) - 1;

            /// This number; `None` when it has too many digits.
            #[must_use]
            pub const fn new(number: u64) -> Option<Self> {
                if number <= Self::MAX { Some(Self(number)) } else { None }
            }

            /// The number.
            #[must_use]
            pub const fn get(self) -> u64 {
                self.0
            }

            /// Reads exactly the bytes of one.
            pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
                if bytes.len() == $bytes { read(bytes).map(Self) } else { None }
            }

            pub(crate) fn wire(self) -> [u8; $bytes] {
                write(self.0)
            }
        }
    };
}

macro_rules! shown {
    ($($name:ident)*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
    )*};
}

number!(
    /// Money in the smallest unit of the session's currency; twelve digits.
    Amount, 6
);
number!(
    /// The number of a transaction between terminal and host; six digits.
    TraceNo, 3
);
number!(
    /// The number on the receipt, by which a register names a payment; four digits.
    ReceiptNo, 2
);
number!(
    /// The number of a record in the terminal's turnover memory; six digits.
    TurnoverNo, 3
);
number!(
    /// The terminal's number; eight digits.
    TerminalId, 4
);
number!(
    /// ISO 4217, in digits: 978 for the euro.
    Currency, 2
);
number!(
    /// A moment of the day, as the digits HHMMSS.
    ClockTime, 3
);
number!(
    /// A day of the year, as the digits MMDD.
    Day, 2
);
number!(
    /// A date, as the digits YYMMDD.
    Date, 3
);
number!(
    /// When a card ends, as the digits YYMM.
    Expiry, 2
);
number!(
    /// Which of several cards of one number this is; four digits.
    CardSequenceNo, 2
);
number!(
    /// What a register must know to be let in; six digits, never shown.
    Password, 3
);

shown!(Amount TraceNo ReceiptNo TurnoverNo TerminalId Currency ClockTime Day Date Expiry CardSequenceNo);

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(******)")
    }
}

impl Amount {
    /// No money.
    pub const ZERO: Self = Self(0);
}

impl Currency {
    /// The euro, which every terminal takes.
    pub const EUR: Self = Self(978);
}

#[cfg(test)]
mod tests {
    use super::{Amount, Currency, Password, ReceiptNo};
    use proptest::prelude::*;

    #[test]
    fn the_published_examples_are_packed_as_published() {
        assert_eq!(Password::new(123_456).unwrap().wire(), [0x12, 0x34, 0x56]);
        assert_eq!(Currency::EUR.wire(), [0x09, 0x78]);
    }

    #[test]
    fn a_nibble_that_is_no_digit_is_no_number() {
        assert_eq!(ReceiptNo::read(&[0x12, 0x3A]), None);
        assert_eq!(ReceiptNo::read(&[0xFF, 0xFF]), None);
        assert_eq!(ReceiptNo::read(&[0x12]), None);
    }

    #[test]
    fn a_number_of_too_many_digits_is_none() {
        assert_eq!(Amount::new(999_999_999_999).map(Amount::get), Some(999_999_999_999));
        assert_eq!(Amount::new(1_000_000_000_000), None);
    }

    #[test]
    fn a_password_is_never_shown() {
        assert!(!format!("{:?}", Password::new(123_456)).contains("123"));
    }

    proptest! {
        #[test]
        fn what_is_packed_is_read_again(number in 0..=Amount::MAX) {
            let amount = Amount::new(number).unwrap();
            prop_assert_eq!(Amount::read(&amount.wire()), Some(amount));
        }
    }
}
