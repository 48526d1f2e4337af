//! receipt-in-hand: at rest, the customer of a captured payment holds one legible receipt, or the screen offers the
//! reprint.
//!
//! So does the customer of a hold, and of money that went back. A receipt that lay in reach and was not taken counts as
//! in hand: that was the customer's choice. So does one about which the customer was asked, and a key said no; a firmware
//! that takes silence for no has nobody's word. One that the firmware held back, that was torn, or that nobody can read
//! does not.

use super::Report;
use crate::evidence::Evidence;
use scenario::Fate;
use sim::Key;
use terminal::{Copy, Event, Kind, NoSlip};

pub(super) fn check(evidence: &Evidence<'_>, report: &mut Report<'_>) {
    for wish in &evidence.wishes {
        let intent = wish.wanted.intent;
        let standing: Vec<Key> =
            evidence.charges_of(intent).filter(|charge| charge.stands).map(|charge| charge.key).collect();
        if standing.is_empty() {
            continue;
        }
        let about_it = |key: Option<Key>| key.is_some_and(|key| standing.contains(&key));
        let in_hand = evidence.slips.iter().any(|slip| {
            let in_reach = slip.was_offered && slip.fate != Fate::Torn;
            in_reach && slip.copy == Some(Copy::Customer) && slip.is_legible() && about_it(slip.key)
        });
        let declined = evidence.terminal().any(|(_, event)| {
            matches!(event, Event::NoSlip { key, why: NoSlip::NotWanted, .. } if about_it(Some(*key)))
        });
        let offered_again = standing.iter().any(|key| evidence.is_reprint_offered(*key));
        if !in_hand && !declined && !offered_again {
            let at = evidence.run.ended_at;
            let what = happened(wish.wanted.kind);
            report(
                at,
                format!("{intent} is {what}, and its customer holds no legible receipt and is offered none"),
            );
        }
    }
}

/// What has happened for a wish, in one word.
const fn happened(kind: Kind) -> &'static str {
    match kind {
        Kind::Sale | Kind::Order | Kind::Scan | Kind::Completion | Kind::CompletionAdvice => "paid",
        Kind::PreAuth | Kind::WalletHold => "held",
        Kind::Void | Kind::Refund | Kind::OrderRefund | Kind::CompletionVoid => "given back",
        Kind::PreAuthVoid | Kind::WalletHoldVoid => "let go",
    }
}
