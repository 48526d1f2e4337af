//! receipt-in-hand: at rest, the customer of a captured payment holds one legible receipt, or the screen offers the
//! reprint.
//!
//! So does the customer of a hold, and of money that went back. A receipt that lay in reach and was not taken counts as
//! in hand: that was the customer's choice. So does one about which the display asked when a person said no: the key of a
//! step, or a customer's own. What the firmware says of it is nobody's word, be it that it takes silence for no, or a key
//! that an operator hit by mistake. One that the firmware held back, that was torn, or that nobody can read does not count.

use super::Report;
use crate::evidence::Evidence;
use crate::fact::Fact;
use crate::people::Whim;
use crate::plan::Act;
use scenario::Fate;
use sim::Key;
use terminal::{Copy, Event, Face, Kind, Poke, Press};

pub(super) fn check(evidence: &Evidence<'_>, report: &mut Report<'_>) {
    let declined = declined(evidence);
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
        let declined = declined.iter().any(|key| about_it(Some(*key)));
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

/// The charges of which a person has said, when the display asked, that no receipt is wanted.
fn declined(evidence: &Evidence<'_>) -> Vec<Key> {
    let (mut asked, mut is_shown, mut declined) = (None, false, Vec::new());
    for (_, _, fact) in evidence.run.trace.events() {
        match fact {
            Fact::Terminal(Event::AsksReceipt { key }) => asked = Some(*key),
            Fact::Terminal(Event::Shows(screen)) => is_shown = screen.face == Face::WantsReceipt,
            // It hears no key from then on, whatever its display still shows.
            Fact::Terminal(Event::Hung | Event::PowerLost) => is_shown = false,
            fact if is_shown && says_no(evidence, fact) => declined.extend(asked),
            _ => {}
        }
    }
    declined
}

/// Whether somebody who means it presses the key for no.
fn says_no(evidence: &Evidence<'_>, fact: &Fact) -> bool {
    match fact {
        Fact::Whim(_, whim) => *whim == Whim::Answers(false),
        Fact::Step(step) => {
            let act = evidence.run.plan.steps.get(usize::from(*step)).map(|(_, act)| act);
            matches!(act, Some(Act::Terminal(Poke::Press(Press::Cancel))))
        }
        _ => false,
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
