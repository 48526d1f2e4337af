//! Amounts of money in fen, read from and written as both of the ways that gateways have. Never a float.
//!
//! Sources: WeChat Pay, whole fen; Alipay, yuan with at most two places. The largest amount is twelve digits of fen, as
//! in field 4 of a card message. *Not modelled:* currencies other than CNY.

use core::fmt;

/// An amount in fen, not negative, at most [`Amount::MAX`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(u64);

impl Amount {
    /// No money.
    pub const ZERO: Self = Self(0);

    /// Twelve digits of fen.
    pub const MAX: Self = Self(999_999_999_999);

    /// An amount of this many fen; `None` above [`Amount::MAX`].
    pub const fn from_fen(fen: u64) -> Option<Self> {
        if fen <= Self::MAX.0 { Some(Self(fen)) } else { None }
    }

    /// How many fen.
    pub const fn fen(self) -> u64 {
        self.0
    }

    /// Reads whole fen in plain decimal digits, as WeChat Pay writes them.
    pub fn parse_fen(text: &str) -> Option<Self> {
        Self::from_fen(digits(text)?)
    }

    /// Reads yuan with at most two places, as Alipay writes them: `18.5`, `18.50`, `18`.
    pub fn parse_yuan(text: &str) -> Option<Self> {
        let (yuan, places) = text.split_once('.').unwrap_or((text, "00"));
        let fen = match places.len() {
            1 => digits(places)? * 10,
            2 => digits(places)?,
            _ => return None,
        };
        Self::from_fen(digits(yuan)?.checked_mul(100)?.checked_add(fen)?)
    }

    /// Shown as yuan with two places, as Alipay writes them.
    pub const fn yuan(self) -> Yuan {
        Yuan(self)
    }

    /// The sum; `None` above [`Amount::MAX`].
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        Self::from_fen(self.0 + other.0)
    }

    /// The difference; `None` below nothing.
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            Some(fen) => Some(Self(fen)),
            None => None,
        }
    }
}

/// An amount shown in yuan, `18.50`. Made by [`Amount::yuan`].
#[derive(Debug, Clone, Copy)]
pub struct Yuan(Amount);

/// Plain decimal digits, at most 18 of them: `parse` alone would take a sign.
fn digits(text: &str) -> Option<u64> {
    let plain = (1..=18).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok())?
}

impl fmt::Display for Yuan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fen = self.0.fen();
        write!(f, "{}.{:02}", fen / 100, fen % 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn yuan_is_read_to_the_fen() {
        for (text, fen) in
            [("0.01", 1), ("18", 1800), ("18.5", 1850), ("18.50", 1850), ("9999999999.99", 999_999_999_999)]
        {
            assert_eq!(Amount::parse_yuan(text).map(Amount::fen), Some(fen), "{text}");
        }
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for text in [
            "",
            ".",
            "1.",
            ".5",
            "1.234",
            "1e3",
            "-1",
            "+1",
            "1,00",
            " 1",
            "0x1",
            "NaN",
            "10000000000",
            "1.2.3",
            "１",
        ] {
            assert_eq!(Amount::parse_yuan(text), None, "{text}");
        }
        for text in ["", "-1", "+1", "1.0", "1e3", "1000000000000", "18446744073709551616", " 1"] {
            assert_eq!(Amount::parse_fen(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_amount_comes_back_as_it_went(fen in 0..=Amount::MAX.fen()) {
            let amount = Amount::from_fen(fen);
            prop_assert_eq!(Amount::parse_fen(&fen.to_string()), amount);
            prop_assert_eq!(Amount::parse_yuan(&amount.unwrap_or_default().yuan().to_string()), amount);
        }
    }
}
