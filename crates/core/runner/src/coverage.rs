//! What a run shows of the catalogue: that a cause gives its symptom on a firmware with a weakness, and that a sound
//! firmware gets through it. Where a back office takes part, it has to be sound too, and its weakness shows as the
//! terminal's does. What a sound firmware cannot help, as a presenter that pulls back by itself, it survives.
//!
//! A symptom is looked for at rest, in the outcome: in what the ledger holds, what people were told, and which slips lie
//! where. Of `voucher-unusable` only the lost slip can be seen there; the rest shows as a breach of a law that is about it.
//! *Not modelled:* how bad it is.

use crate::laws::Breach;
use crate::outcome::{Outcome, Party, Verdict};
use crate::plan::Plan;
use crate::slip::Slip;
use scenario::{Fate, Law, Symptom};
use sim::Key;
use terminal::{Belief, Copy, Kind};

/// What one run counts for in its cell of the catalogue, symptom by cause.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// With a flawed firmware or back office, the outcome shows the symptom, or breaks a law that is about it.
    pub shown: bool,
    /// Sound ones have got through it.
    pub survived: bool,
}

impl Coverage {
    /// What a run of this plan counts for. One that did not go as expected counts for nothing.
    #[must_use]
    pub fn of(plan: &Plan, outcome: &Outcome) -> Self {
        if outcome.verdict != Verdict::AsExpected {
            return Self::default();
        }
        if plan.is_sound() {
            return Self { shown: false, survived: outcome.breaches.is_empty() };
        }
        let symptom = plan.scenario.symptom;
        let is_about = |breach: &Breach| laws_about(symptom).contains(&breach.law);
        let shown = shows(symptom, outcome) || outcome.breaches.iter().any(is_about);
        Self { shown, survived: false }
    }
}

/// The laws whose breach is this symptom to whoever stands at the counter.
const fn laws_about(symptom: Symptom) -> &'static [Law] {
    match symptom {
        Symptom::ReceiptRetracted => &[Law::ReceiptNotRetracted, Law::ReceiptInHand],
        // The slip is lost or worth nothing, or what the books hold of the payment is missing, wrong, or there twice.
        Symptom::VoucherUnusable => &[
            Law::VoucherComplete,
            Law::ReceiptFollowsMoney,
            Law::ReceiptInHand,
            Law::ReprintMarked,
            Law::TotalsSettle,
            Law::NotificationIdempotent,
        ],
        Symptom::PreauthNotPrinted => &[Law::ReceiptInHand, Law::HoldEndsOnce],
        // Nobody knows whether the customer has paid, or who knows it is wrong, and asks for the money again.
        Symptom::ScannedNoReceipt => &[
            Law::ReceiptInHand,
            Law::BeliefMatchesLedger,
            Law::UnknownIsAsked,
            Law::ChargedOnce,
            Law::ReceiptFollowsMoney,
        ],
        Symptom::PaidNoReceipt => &[Law::ReceiptInHand, Law::ChargedOnce],
    }
}

/// Whether a merchant with this outcome would complain of this symptom.
fn shows(symptom: Symptom, outcome: &Outcome) -> bool {
    let any = |complains: fn(&Outcome, &Party) -> bool| {
        outcome.parties.iter().any(|party| complains(outcome, party))
    };
    match symptom {
        Symptom::ReceiptRetracted => any(|outcome, party| {
            party.done && slips_of(outcome, party).any(|slip| slip.fate == Fate::Retracted)
        }),
        Symptom::PreauthNotPrinted => any(|outcome, party| {
            let of_a_hold = matches!(
                party.wanted.kind,
                Kind::PreAuth | Kind::Completion | Kind::CompletionAdvice | Kind::WalletHold
            );
            of_a_hold && party.done && !holds_a_slip(outcome, party)
        }),
        Symptom::ScannedNoReceipt => any(|outcome, party| {
            let told_wrong = party.told != Some(Belief::Approved);
            party.told == Some(Belief::Unknown) || party.done && (told_wrong || !holds_a_slip(outcome, party))
        }),
        Symptom::PaidNoReceipt | Symptom::VoucherUnusable => {
            any(|outcome, party| party.done && !holds_a_slip(outcome, party))
        }
    }
}

/// Whether the customer has a slip that can be read, or had the choice to take it.
fn holds_a_slip(outcome: &Outcome, party: &Party) -> bool {
    slips_of(outcome, party).any(|slip| {
        let in_hand = matches!(slip.fate, Fate::Taken | Fate::Left);
        in_hand && slip.copy == Some(Copy::Customer) && slip.is_legible()
    })
}

/// The slips about what was done for somebody.
fn slips_of<'a>(outcome: &'a Outcome, party: &'a Party) -> impl Iterator<Item = &'a Slip> {
    let is_theirs = |key: Key| {
        outcome.ledger.iter().any(|line| line.key == key && line.intent == Some(party.wanted.intent))
    };
    outcome.slips.iter().filter(move |slip| slip.key.is_some_and(is_theirs))
}
