//! void-once: void and refund happen at most once, and for no more than was captured.
//!
//! A void takes all of a payment back, refunds a part of it each; together they never give back more than came in.

use super::Report;
use crate::evidence::Evidence;
use crate::fact::Fact;
use acquirer::{Event, Movement};
use sim::{Fen, Key};
use std::collections::BTreeMap;

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
}
