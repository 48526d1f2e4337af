//! belief-matches-ledger: approved on the screen means captured; declined means nothing; otherwise the screen says
//! unknown.
//!
//! The same goes for a hold, and for whatever is done about a payment: approved means that the ledger has done it.

use super::Report;
use crate::evidence::{Charge, Evidence};
use terminal::{Belief, Kind};

pub(super) fn check(evidence: &Evidence<'_>, report: &mut Report<'_>) {
    for wish in &evidence.wishes {
        let intent = wish.wanted.intent;
        let stands = evidence.charges_of(intent).find(|charge| charge.stands);
        match (wish.told, stands) {
            (Some((at, Belief::Approved)), None) => {
                report(at, format!("{intent} was told approved, and nothing is {}", done(wish.wanted.kind)));
            }
            (Some((at, Belief::Declined)), Some(charge)) => {
                report(at, format!("{intent} was told declined, and {}", what_stands(charge)));
            }
            (None, Some(charge)) => {
                let at = evidence.run.ended_at;
                report(at, format!("{}, and {intent} was told nothing", what_stands(charge)));
            }
            _ => {}
        }
    }
}

fn what_stands(charge: &Charge) -> String {
    match charge.begun {
        Some(begun) => format!("{} are {}", begun.amount, done(begun.kind)),
        None => format!("{} are captured", charge.net()),
    }
}

/// What is done with an amount, in one word.
const fn done(kind: Kind) -> &'static str {
    match kind {
        Kind::Sale | Kind::Order | Kind::Scan | Kind::Completion | Kind::CompletionAdvice => "captured",
        Kind::Void | Kind::Refund | Kind::OrderRefund | Kind::CompletionVoid => "given back",
        Kind::PreAuth | Kind::WalletHold => "held",
        Kind::PreAuthVoid | Kind::WalletHoldVoid => "let go",
    }
}
