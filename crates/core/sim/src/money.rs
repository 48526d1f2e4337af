//! Money in fen, the hundredth of a yuan. Never a float: a receipt and a ledger must agree to the fen.
//!
//! *Not modelled:* other currencies. The acquirer settles in yuan only, and scenario files are refused
//! with that reason when they name another.

use core::fmt;
use core::iter::Sum;
use core::ops::{Add, AddAssign, Neg, Sub, SubAssign};
use serde::{Deserialize, Serialize};

/// An amount in fen; negative where money flows back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fen(pub i64);

impl Fen {
    /// No money.
    pub const ZERO: Self = Self(0);

    /// As field 4 of an ISO 8583 message wants it: the fen, unsigned.
    #[must_use]
    pub const fn unsigned(self) -> u64 {
        self.0.unsigned_abs()
    }

    /// The yuan alone, `18.50`, as a receipt prints it beside its own currency sign.
    #[must_use]
    pub const fn digits(self) -> Digits {
        Digits(self)
    }
}

/// An amount shown without its currency. Made by [`Fen::digits`].
#[derive(Clone, Copy, Debug)]
pub struct Digits(Fen);

impl fmt::Display for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0.0 < 0 { "-" } else { "" };
        let fen = self.0.unsigned();
        write!(f, "{sign}{}.{:02}", fen / 100, fen % 100)
    }
}

impl fmt::Display for Fen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CNY {}", self.digits())
    }
}

impl Add for Fen {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Fen {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for Fen {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl SubAssign for Fen {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

impl Neg for Fen {
    type Output = Self;
    fn neg(self) -> Self {
        Self(self.0.saturating_neg())
    }
}

impl Sum for Fen {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, |total, amount| total + amount)
    }
}

#[cfg(test)]
mod tests {
    use super::Fen;

    #[test]
    fn amounts_read_as_on_a_receipt() {
        assert_eq!(Fen(1850).to_string(), "CNY 18.50");
        assert_eq!(Fen(5).to_string(), "CNY 0.05");
        assert_eq!(Fen(-2500).to_string(), "CNY -25.00");
    }
}
