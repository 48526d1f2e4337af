//! The customers who pay by payment code: the codes on their phones, and what they do when asked to pay.
//!
//! A code is 18 digits, from 13 (WeChat Pay, "payment-code") or from 28 (Alipay). Every showing has a
//! code of its own, as phones make one a minute; codes are so far apart that a misread digit makes one of nobody's. The
//! acquirer knows of each what its payer does, and takes every other for nobody's. *Not modelled:* more than
//! [`SHOWINGS`] showings for one step; the last code is then shown again.

use acquirer::payers::{Does, PayerRule, Payers, Who};
use scenario::{Action, CodePayer, Scan, Scenario, ShownCode, Wallet};
use terminal::{Barcode, Shown};

/// So many fresh codes has the customer of one step.
const SHOWINGS: usize = 6;
/// Contrast of a phone's screen, and of one that is broken across the code.
const GOOD_PERCENT: u8 = 90;
const BROKEN_PERCENT: u8 = 10;

/// What the customer of this step holds in front of the scanner, the first time or again.
pub(crate) fn shown(step: usize, code: ShownCode, wallet: Wallet, showing: usize) -> Option<Shown> {
    let digits = digits(step, code, wallet, showing.min(SHOWINGS - 1));
    let damaged = code == ShownCode::Damaged;
    let contrast_percent = if damaged { BROKEN_PERCENT } else { GOOD_PERCENT };
    Some(Shown { code: Barcode::new(&digits)?, contrast_percent })
}

/// What the payers of a scenario do.
pub(crate) fn payers(scenario: &Scenario) -> Payers {
    let scans = scenario.steps.iter().enumerate().filter_map(|(step, of)| match &of.action {
        Action::Scan(scan) => Some((step, scan)),
        _ => None,
    });
    let mut rules: Vec<PayerRule> = scans.flat_map(|(step, scan)| rules(step, scan)).collect();
    if !rules.is_empty() {
        let anybody = Who::Code { begins: String::new(), ends: String::new() };
        rules.push(PayerRule { who: anybody, does: Does::ShowsInvalidCode });
    }
    Payers { rules, accounts: Vec::new() }
}

fn rules(step: usize, scan: &Scan) -> impl Iterator<Item = PayerRule> {
    let (code, wallet, does) = (scan.code, scan.wallet, does(scan));
    (0..SHOWINGS).map(move |showing| {
        let who = Who::Code { begins: digits(step, code, wallet, showing), ends: String::new() };
        PayerRule { who, does }
    })
}

const fn does(scan: &Scan) -> Does {
    match (scan.code, scan.customer) {
        (ShownCode::Expired, _) => Does::ShowsOldCode,
        (ShownCode::Invalid, _) => Does::ShowsInvalidCode,
        (_, CodePayer::PaysAtOnce) => Does::PaysAtOnce,
        (_, CodePayer::EntersPassword(after)) => Does::TypesPassword { after },
        (_, CodePayer::NeverPays) => Does::NeverConfirms,
        (_, CodePayer::LacksMoney) => Does::LacksMoney,
    }
}

fn digits(step: usize, code: ShownCode, wallet: Wallet, showing: usize) -> String {
    let of_alipay = (wallet == Wallet::Alipay) != (code == ShownCode::Foreign);
    let prefix = if of_alipay { 28 } else { 13 };
    // A multiplier of a generator with a full period: neighbours have nothing in common.
    let spread = ((step * SHOWINGS + showing) as u64 + 1).wrapping_mul(6_364_136_223_846_793_005);
    format!("{prefix}{:016}", spread % 10_u64.pow(16))
}

#[cfg(test)]
mod tests {
    use super::{SHOWINGS, digits, shown};
    use scenario::{ShownCode, Wallet};
    use std::collections::BTreeSet;

    #[test]
    fn no_two_showings_have_the_same_code_nor_one_that_a_misread_digit_makes() {
        let of =
            |step| (0..SHOWINGS).map(move |showing| digits(step, ShownCode::Valid, Wallet::Wechat, showing));
        let codes: Vec<String> = (0..40).flat_map(of).collect();
        let different: BTreeSet<&String> = codes.iter().collect();
        assert_eq!(different.len(), codes.len());
        for (place, one) in codes.iter().enumerate() {
            for other in &codes[..place] {
                let differ = one.bytes().zip(other.bytes()).filter(|(one, other)| one != other).count();
                assert!(differ > 1, "{one} {other}");
            }
        }
    }

    #[test]
    fn a_code_tells_its_wallet_by_its_first_digits() {
        let code = |code, wallet| shown(3, code, wallet, 0).unwrap().code;
        for (own, begins, foreign) in [(Wallet::Wechat, "13", "28"), (Wallet::Alipay, "28", "13")] {
            assert!(code(ShownCode::Valid, own).as_str().starts_with(begins));
            assert!(code(ShownCode::Foreign, own).as_str().starts_with(foreign));
        }
        let valid = |showing| shown(3, ShownCode::Valid, Wallet::Wechat, showing);
        assert_eq!(valid(0).unwrap().code.as_str().len(), 18);
        assert_eq!(valid(99), valid(SHOWINGS - 1));
    }
}
