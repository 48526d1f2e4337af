//! charged-once: for one intent to pay, the net captured at rest is nothing or exactly the amount.
//!
//! What is captured of a hold is what one completion was wanted for; one that was voided gave its money back into the
//! hold, and another may follow. What else was given back because somebody wanted so counts as captured here; that it is
//! no more than was wanted is asked as well.

use super::Report;
use crate::evidence::{Charge, Evidence};
use crate::plan::Wanted;
use sim::{Fen, SimTime};
use terminal::{Intent, Kind};

pub(super) fn check(evidence: &Evidence<'_>, report: &mut Report<'_>) {
    for wish in &evidence.wishes {
        let wanted = wish.wanted;
        if matches!(wanted.kind, Kind::Sale | Kind::Order | Kind::Scan | Kind::PreAuth | Kind::WalletHold) {
            check_payment(wanted, evidence, report);
        }
    }
    for charge in evidence.charges.iter().filter(|charge| charge.intent.is_none()) {
        if charge.net() != Fen::ZERO {
            report(
                charge.moved_at,
                format!("{} are captured under {}, which nobody began", charge.net(), charge.key),
            );
        }
    }
}

fn check_payment(wanted: Wanted, evidence: &Evidence<'_>, report: &mut Report<'_>) {
    let Wanted { intent, amount, .. } = wanted;
    let sum = |of: fn(&Charge) -> Fen| evidence.charges_of(intent).map(of).sum::<Fen>();
    let taken = match wanted.kind {
        Kind::PreAuth => sum(|charge| charge.captured - charge.reversed - charge.voided),
        _ => sum(|charge| charge.captured - charge.reversed),
    };
    let moved = evidence.charges_of(intent).map(|charge| charge.moved_at).max().unwrap_or(SimTime::ZERO);
    let about = |is_one: fn(Kind) -> bool| {
        evidence
            .wishes
            .iter()
            .map(|wish| wish.wanted)
            .filter(move |other| is_one(other.kind) && leads_to(evidence, *other, intent))
    };
    let is_right = match wanted.kind {
        Kind::PreAuth | Kind::WalletHold => about(is_completion).any(|completion| completion.amount == taken),
        _ => taken == amount,
    };
    if taken != Fen::ZERO && !is_right {
        report(moved, format!("{intent} was to pay {amount}, and {taken} are captured"));
    }
    let (back, most) = (sum(|charge| charge.given_back), about(gives_back).map(|wish| wish.amount).sum());
    if back > most {
        report(moved, format!("{back} of {intent} are given back, and {most} were to be"));
    }
}

/// Whether a wish is about this one, or about one that is.
fn leads_to(evidence: &Evidence<'_>, wish: Wanted, intent: Intent) -> bool {
    let Some(about) = wish.about else { return false };
    let next = || evidence.wishes.iter().find(|other| other.wanted.intent == about);
    about == intent || next().is_some_and(|other| leads_to(evidence, other.wanted, intent))
}

const fn is_completion(kind: Kind) -> bool {
    matches!(kind, Kind::Completion | Kind::CompletionAdvice)
}

const fn gives_back(kind: Kind) -> bool {
    matches!(kind, Kind::Void | Kind::Refund | Kind::OrderRefund | Kind::CompletionVoid)
}
