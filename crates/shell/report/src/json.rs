//! An outcome for programs: keys in a fixed order, amounts in whole minor units, times in whole nanoseconds.
//!
//! An amount is `{"currency":"CNY","minor":1850}`, a time is `{"ns":12345000000,"text":"12.345s"}`. Nothing in it
//! depends on the clock of the machine that ran it. *Not in it:* the paper; see the pictures.

use crate::snapshot::source_of;
use runner::outcome::{LedgerLine, Party};
use runner::{Breach, Failure, Office, Outcome, Slip, Verdict};
use scenario::Scenario;
use serde_json::{Value, json};
use sim::{Fen, SimTime};
use std::path::Path;

/// One outcome, with what it is the outcome of.
#[must_use]
pub fn outcome(path: &Path, scenario: &Scenario, outcome: &Outcome) -> Value {
    json!({
        "scenario": scenario_of(path, scenario),
        "seed": outcome.seed.0,
        "verdict": verdict(outcome.verdict),
        "ended_at": time(outcome.ended_at),
        "laws_broken": outcome.broken_laws().iter().map(|law| law.name()).collect::<Vec<_>>(),
        "breaches": outcome.breaches.iter().map(breach).collect::<Vec<_>>(),
        "failures": outcome.failures.iter().map(failure).collect::<Vec<_>>(),
        "captured": amount(outcome.net()),
        "ledger": outcome.ledger.iter().map(ledger_line).collect::<Vec<_>>(),
        "parties": outcome.parties.iter().map(party).collect::<Vec<_>>(),
        "screen": outcome.screen.to_string(),
        "slips": outcome.slips.iter().map(slip).collect::<Vec<_>>(),
        "back_office": outcome.office.as_ref().map(office),
        "timeline": outcome.timeline.iter().map(line).collect::<Vec<_>>(),
    })
}

/// What a scenario file says of itself.
#[must_use]
pub fn scenario_of(path: &Path, scenario: &Scenario) -> Value {
    let breaks = scenario.expect.breaks.iter().map(|law| law.value.name());
    json!({
        "path": source_of(path),
        "case": scenario.case,
        "name": scenario.name,
        "symptom": scenario.symptom.name(),
        "cause": scenario.cause.name(),
        "terminal": scenario.terminal.profile,
        "printer": scenario.printer,
        "breaks": breaks.collect::<Vec<_>>(),
    })
}

/// A moment of a run.
#[must_use]
pub fn time(at: SimTime) -> Value {
    json!({ "ns": at.as_nanos(), "text": at.to_string() })
}

/// An amount.
#[must_use]
pub fn amount(amount: Fen) -> Value {
    json!({ "currency": "CNY", "minor": amount.0 })
}

const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::AsExpected => "as-expected",
        Verdict::Wrong => "wrong",
        Verdict::NotSettled => "not-settled",
    }
}

fn breach(breach: &Breach) -> Value {
    json!({ "law": breach.law.name(), "at": time(breach.at), "why": breach.why })
}

fn failure(failure: &Failure) -> Value {
    let place = failure.place.as_ref().map(|place| json!({ "line": place.line, "column": place.column }));
    json!({
        "law": failure.law.map(scenario::Law::name),
        "at": time(failure.at),
        "why": failure.why,
        "place": place,
    })
}

fn ledger_line(line: &LedgerLine) -> Value {
    let movements = line
        .movements
        .iter()
        .map(|(movement, moved)| json!({ "movement": movement.to_string(), "amount": amount(*moved) }));
    json!({
        "key": line.key.to_string(),
        "step": line.intent.map(|intent| u32::from(intent.0) + 1),
        "movements": movements.collect::<Vec<_>>(),
        "net": amount(line.net),
    })
}

fn office(office: &Office) -> Value {
    let vouchers = office.vouchers.iter().map(|held| {
        json!({
            "number": held.number.to_string(),
            "key": held.key.to_string(),
            "kind": held.kind.word(),
            "amount": amount(held.amount),
            "copies": held.copies,
            "standing": held.standing.to_string(),
            "redeemed": held.redeemed,
        })
    });
    let differences = office.differences.iter().map(|difference| {
        json!({
            "at": time(difference.at),
            "key": difference.key.to_string(),
            "kind": difference.kind.word(),
            "amount": amount(difference.amount),
            "nature": difference.nature.to_string(),
        })
    });
    json!({
        "vouchers": vouchers.collect::<Vec<_>>(),
        "counter": office.counter.iter().map(line).collect::<Vec<_>>(),
        "differences": differences.collect::<Vec<_>>(),
    })
}

fn party(party: &Party) -> Value {
    json!({
        "step": u32::from(party.wanted.intent.0) + 1,
        "kind": party.wanted.kind.word(),
        "about_step": party.wanted.about.map(|about| u32::from(about.0) + 1),
        "wished": amount(party.wanted.amount),
        "told": party.told.map(|belief| belief.to_string()),
        "charged": amount(party.charged),
        "done": party.done,
    })
}

fn slip(slip: &Slip) -> Value {
    let lines = slip.lines.iter().map(|(text, score)| json!({ "text": text, "legibility_permille": score }));
    json!({
        "at": time(slip.at),
        "copy": slip.copy.map(|copy| copy.to_string()),
        "fate": slip.fate.name(),
        "key": slip.key.map(|key| key.to_string()),
        "amount": slip.amount.map(amount),
        "approved": slip.approved,
        "reprint": slip.reprint,
        "legibility_permille": slip.legibility_permille,
        "length_um": slip.piece.length_um(),
        "nominal_length_um": slip.piece.nominal_length_um(),
        "lines": lines.collect::<Vec<_>>(),
    })
}

fn line((at, what): &(SimTime, String)) -> Value {
    json!({ "at": time(*at), "what": what })
}

#[cfg(test)]
mod tests {
    use super::{amount, time};
    use sim::{Fen, SimTime};

    #[test]
    fn amounts_are_whole_minor_units_with_their_currency() {
        assert_eq!(amount(Fen(1850)).to_string(), r#"{"currency":"CNY","minor":1850}"#);
        assert_eq!(amount(Fen(-5)).to_string(), r#"{"currency":"CNY","minor":-5}"#);
    }

    #[test]
    fn times_are_whole_nanoseconds() {
        let text = time(SimTime::from_millis(12_345)).to_string();
        assert_eq!(text, r#"{"ns":12345000000,"text":"12.345s"}"#);
    }
}
