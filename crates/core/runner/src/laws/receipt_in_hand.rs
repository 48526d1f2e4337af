//! receipt-in-hand: at rest, the customer of a captured payment holds one legible receipt, or the screen offers the
//! reprint.

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
            let handed_over = slip.fate == Fate::Taken && slip.copy == Some(Copy::Customer);
            handed_over && slip.is_legible() && about_it(slip.key)
        });
        if !in_hand && !about_it(evidence.screen.reprint) {
            let intent = wish.intent;
            report(
                evidence.run.ended_at,
                format!("{intent} is paid, and its customer holds no legible receipt and is offered none"),
            );
        }
    }
}
