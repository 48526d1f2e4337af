//! What a run shows of the catalogue: that a cause gives its symptom on a firmware with a weakness, and that a sound
//! firmware gets through it. Where a back office takes part, it has to be sound too, and its weakness shows as the
//! terminal's does. What a sound firmware cannot help, as a presenter that pulls back by itself, it survives.
//!
//! A symptom is looked for at rest, in the outcome: in what the ledger holds, what people were told, and which slips lie
//! where. *Not modelled:* vouchers; of `voucher-unusable` only the lost slip can be seen.

use crate::outcome::{Outcome, Party, Verdict};
use crate::plan::Plan;
use crate::slip::Slip;
use scenario::{Fate, Symptom};
use sim::Key;
use terminal::profile::REFERENCE;
use terminal::{Belief, Copy, Kind};

/// What one run counts for in its cell of the catalogue, symptom by cause.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// A flawed firmware or back office breaks a law, or its outcome shows the symptom.
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
        if is_sound(plan) {
            return Self { shown: false, survived: outcome.breaches.is_empty() };
        }
        let shown = !outcome.breaches.is_empty() || shows(plan.scenario.symptom, outcome);
        Self { shown, survived: false }
    }
}

/// Whether neither the terminal's firmware nor the back office has a bad habit.
fn is_sound(plan: &Plan) -> bool {
    let office = plan.back_office.as_ref();
    plan.settings.profile.habits == REFERENCE.habits
        && office.is_none_or(|office| office.profile.habits == backoffice::REFERENCE.habits)
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
