//! receipt-in-hand: at rest, the customer of a captured payment holds one legible receipt, or the screen offers the
//! reprint.
//!
//! A receipt that lay in reach and was not taken counts as in hand: that was the customer's choice. One that the
//! firmware held back, that was torn, or that nobody can read does not.

use super::Report;
use crate::evidence::Evidence;
use scenario::Fate;
use sim::{Fen, Key};
use terminal::Copy;

pub(super) fn check(evidence: &Evidence<'_>, report: &mut Report<'_>) {
    for wish in &evidence.wishes {
        let captured: Vec<Key> = evidence
            .charges_of(wish.intent)
            .filter(|charge| charge.net() != Fen::ZERO)
            .map(|charge| charge.key)
            .collect();
        if captured.is_empty() {
            continue;
        }
        let about_it = |key: Option<Key>| key.is_some_and(|key| captured.contains(&key));
        let in_hand = evidence.slips.iter().any(|slip| {
            let in_reach = slip.was_offered && slip.fate != Fate::Torn;
            in_reach && slip.copy == Some(Copy::Customer) && slip.is_legible() && about_it(slip.key)
        });
        let offered_again = captured.iter().any(|key| evidence.is_reprint_offered(*key));
        if !in_hand && !offered_again {
            let intent = wish.intent;
            report(
                evidence.run.ended_at,
                format!("{intent} is paid, and its customer holds no legible receipt and is offered none"),
            );
        }
    }
}
