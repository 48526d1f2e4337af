//! Payers as data: what the person behind a payment code does when asked to pay.
//!
//! A payer is known by its code, by how it begins and ends, or by the amount, as on WeChat's test platform. The first
//! rule that fits counts; a payer without a rule pays at once. Sources: WeChat Pay, "payment-code" and the test
//! platform's amounts; Alipay, codes 10000 and 10003. Amounts in fen.
//! *Not modelled:* money that is set aside while a password is typed, limits of a payer, payers who change their mind after paying.

use crate::orders::PlatformNo;
use core::time::Duration;
use sim::Fen;

/// What payers do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Payers {
    /// In order; the first that fits counts.
    pub rules: Vec<PayerRule>,
    /// Those of whom it is known how much they have.
    pub accounts: Vec<PayerAccount>,
}

/// What a payer has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayerAccount {
    /// The last four digits of the payer's codes: whose codes end alike are the same payer.
    pub ending: String,
    /// What the payer had at the start, with each platform.
    pub balance: Fen,
}

/// What some payers do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayerRule {
    /// Which.
    pub who: Who,
    /// What.
    pub does: Does,
}

/// Which payers are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// Those whose code begins and ends so; both may be empty.
    Code {
        /// The first digits.
        begins: String,
        /// The last digits.
        ends: String,
    },
    /// Those who are asked for this much.
    Amount(Fen),
}

/// What a payer does when asked to pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Does {
    /// Pays without being asked for a password.
    PaysAtOnce,
    /// Types the password, and agrees after this.
    TypesPassword {
        /// From being asked to agreeing.
        after: Duration,
    },
    /// Is asked for the password and puts the phone away.
    NeverConfirms,
    /// Has not enough money.
    LacksMoney,
    /// Shows a card that cannot do this.
    ShowsUnsupportedCard,
    /// Shows a code that is too old.
    ShowsOldCode,
    /// Shows a code that is nobody's.
    ShowsInvalidCode,
    /// Shows a code that somebody has used before.
    ShowsUsedCode,
}

impl Payers {
    /// What the payer with this code does when asked for this much.
    #[must_use]
    pub fn does(&self, code: &str, amount: Fen) -> Does {
        let rule = self.rules.iter().find(|rule| rule.who.is(code, amount));
        rule.map_or(Does::PaysAtOnce, |rule| rule.does)
    }

    /// What the payer with this code had at the start; `None` where nobody counts.
    #[must_use]
    pub fn balance(&self, code: &str) -> Option<Fen> {
        self.accounts.iter().find(|account| account.ending == ending(code)).map(|account| account.balance)
    }
}

/// Whose codes end alike are the same payer.
fn ending(code: &str) -> &str {
    code.get(code.len().saturating_sub(4)..).unwrap_or_default()
}

impl Who {
    fn is(&self, code: &str, amount: Fen) -> bool {
        match self {
            Self::Code { begins, ends } => code.starts_with(begins.as_str()) && code.ends_with(ends.as_str()),
            Self::Amount(asked) => *asked == amount,
        }
    }
}

/// The payer behind a code, by what the platform calls one: whose codes end alike are the same payer.
pub(crate) fn payer_of(code: &str, is_alipay: bool) -> PlatformNo {
    let ending = ending(code);
    if is_alipay {
        PlatformNo::of(format_args!("208810000000{ending:0>4}"))
    } else {
        PlatformNo::of(format_args!("oTillrigPayer00000000000{ending:0>4}"))
    }
}

#[cfg(test)]
mod tests {
    use super::{Does, PayerRule, Payers, Who};
    use sim::Fen;

    #[test]
    fn the_first_rule_that_fits_counts_and_a_payer_without_one_pays() {
        let by_code = |begins: &str, ends: &str| Who::Code { begins: begins.into(), ends: ends.into() };
        let rules = vec![
            PayerRule { who: by_code("28", "51"), does: Does::LacksMoney },
            PayerRule { who: Who::Amount(Fen(102)), does: Does::NeverConfirms },
            PayerRule { who: by_code("", "51"), does: Does::ShowsOldCode },
        ];
        let payers = Payers { rules, accounts: vec![] };
        assert_eq!(payers.does("2800000000000051", Fen(102)), Does::LacksMoney);
        assert_eq!(payers.does("130000000000000051", Fen(102)), Does::NeverConfirms);
        assert_eq!(payers.does("130000000000000051", Fen(100)), Does::ShowsOldCode);
        assert_eq!(payers.does("130000000000000052", Fen(100)), Does::PaysAtOnce);
    }
}
