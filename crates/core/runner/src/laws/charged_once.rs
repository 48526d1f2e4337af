//! charged-once: for one intent to pay, the net captured at rest is nothing or exactly the amount.

use super::Report;
use crate::evidence::Evidence;
use sim::{Fen, SimTime};

pub(super) fn check(evidence: &Evidence<'_>, report: &mut Report<'_>) {
    for wish in &evidence.wishes {
        let net = evidence.net_of(wish.intent);
        if net != Fen::ZERO && net != wish.amount {
            let moved = evidence.charges_of(wish.intent).map(|charge| charge.moved_at).max();
            report(
                moved.unwrap_or(SimTime::ZERO),
                format!("{} was to pay {}, and {net} are captured", wish.intent, wish.amount),
            );
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
