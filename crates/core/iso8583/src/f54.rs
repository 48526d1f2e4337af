//! Field 54: the balance of an account.
//!
//! Source: UnionPay POS dialect, "Field table": account type n2, amount type n2, currency n3, sign C or D, amount n12.
//! *Not modelled:* several balances in one field.

use crate::digits::{Digits, Parts};

/// A balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Balance {
    /// Account type: 0..=99.
    pub account_type: u8,
    /// What the amount is: 2 is what can be spent.
    pub amount_type: u8,
    /// Currency by number: 156 is CNY.
    pub currency: u16,
    /// Whose money it is.
    pub sign: Sign,
    /// Amount in the currency's smallest unit, fen.
    pub amount_fen: u64,
}

/// Whose money a balance is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// `C`: the cardholder's.
    Credit,
    /// `D`: the cardholder owes it.
    Debit,
}

impl Balance {
    /// Characters of the field.
    pub const CHARACTERS: usize = 20;

    /// Reads 20 characters; anything else is `None`.
    pub fn parse(text: &str) -> Option<Self> {
        let (front, rest) = text.split_at_checked(7)?;
        let (sign, amount) = rest.split_at_checked(1)?;
        let (mut front, mut amount) = (Parts::of(front)?, Parts::of(amount)?);
        let balance = Self {
            account_type: front.number(2)?,
            amount_type: front.number(2)?,
            currency: front.number(3)?,
            sign: match sign {
                "C" => Sign::Credit,
                "D" => Sign::Debit,
                _ => return None,
            },
            amount_fen: amount.number(12)?,
        };
        amount.is_empty().then_some(balance)
    }

    /// The twenty characters.
    pub fn write(&self) -> [u8; Self::CHARACTERS] {
        let digits = Digits::<{ Self::CHARACTERS }>::new()
            .number(self.account_type, 2)
            .number(self.amount_type, 2)
            .number(self.currency, 3)
            .number(0_u8, 1)
            .number(self.amount_fen, 12);
        let mut text = [0; Self::CHARACTERS];
        text.copy_from_slice(digits.as_ref());
        text[7] = match self.sign {
            Sign::Credit => b'C',
            Sign::Debit => b'D',
        };
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BALANCE: Balance =
        Balance { account_type: 10, amount_type: 2, currency: 156, sign: Sign::Credit, amount_fen: 123_456 };

    #[test]
    fn a_balance_is_twenty_characters() {
        assert_eq!(&BALANCE.write(), b"1002156C000000123456");
        assert_eq!(Balance::parse("1002156C000000123456"), Some(BALANCE));
        let owed = Balance { sign: Sign::Debit, ..BALANCE };
        assert_eq!(Balance::parse("1002156D000000123456"), Some(owed));
    }

    #[test]
    fn what_is_no_balance_is_refused() {
        for text in
            ["", "1002156C", "1002156X000000123456", "1002156C00000012345", "1002156C0000001234567", "余额"]
        {
            assert_eq!(Balance::parse(text), None, "{text}");
        }
    }
}
