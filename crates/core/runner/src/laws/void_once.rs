//! void-once: void and refund happen at most once, and for no more than was captured.
//!
//! One wish to give money back is done once, whatever numbers a firmware gives it. A void takes all of a payment back,
//! refunds a part of it each; together they never give back more than came in.

use super::Report;
use crate::evidence::{Charge, Evidence};
use crate::fact::Fact;
use acquirer::{Event, Movement};
use sim::{Fen, Key};
use std::collections::BTreeMap;
use terminal::Kind;

/// What has become of one payment.
#[derive(Default)]
struct Payment {
    /// What came in and was not taken back as a whole.
    captured: Fen,
    refunded: Fen,
}

pub(super) fn check(evidence: &Evidence<'_>, report: &mut Report<'_>) {
    let mut payments: BTreeMap<Key, Payment> = BTreeMap::new();
    for (at, _, fact) in evidence.run.trace.events() {
        let Fact::Acquirer(Event::Committed { key, movement, amount, .. }) = fact else { continue };
        let payment = payments.entry(*key).or_default();
        let left = payment.captured - payment.refunded;
        let is_right = match movement {
            Movement::Voided => *amount == left && payment.refunded == Fen::ZERO && left > Fen::ZERO,
            Movement::Refunded => *amount <= left,
            _ => true,
        };
        match movement {
            Movement::Captured | Movement::Completed | Movement::Restored => payment.captured += *amount,
            Movement::Reversed | Movement::Voided => payment.captured -= *amount,
            Movement::Refunded => payment.refunded += *amount,
            Movement::Held | Movement::Released | Movement::Closed | Movement::Ordered => {}
        }
        if !is_right {
            report(at, format!("{amount} of {key} are {movement}, and {left} of it were there"));
        }
    }
    for wish in &evidence.wishes {
        let intent = wish.wanted.intent;
        let mut done = evidence.charges_of(intent).filter(|charge| charge.stands && gives_back(charge));
        if let (Some(first), Some(second)) = (done.next(), done.next()) {
            let at = evidence.run.ended_at;
            report(at, format!("{intent} is done twice, as {} and as {}", first.key, second.key));
        }
    }
}

fn gives_back(charge: &Charge) -> bool {
    charge.begun.is_some_and(|begun| {
        matches!(begun.kind, Kind::Void | Kind::Refund | Kind::CompletionVoid | Kind::OrderRefund)
    })
}
