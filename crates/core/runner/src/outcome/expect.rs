//! A scenario's expectations against the evidence, one check each.

use super::Failure;
use crate::evidence::Evidence;
use crate::laws::Breach;
use crate::office::Office;
use crate::plan::{Judge, Plan};
use crate::slip::Slip;
use scenario::{Expectation, Expected, Fate, ReceiptCopy, ReceiptExpectation, ScreenWord};
use terminal::{Belief, Copy};

/// Everything that was not as expected.
pub(super) fn check(evidence: &Evidence<'_>, breaches: &[Breach]) -> Vec<Failure> {
    let plan = &evidence.run.plan;
    let expect = &plan.scenario.expect;
    let mut failures = laws(plan, breaches);
    if plan.judged_by == Judge::Laws {
        return failures;
    }
    laws_that_held(expect, breaches, evidence, &mut failures);
    captured(expect, evidence, &mut failures);
    screen(expect, evidence, &mut failures);
    receipts(expect, evidence, &mut failures);
    redeemed(expect, evidence, &mut failures);
    never_done(evidence, &mut failures);
    never_fired(evidence, &mut failures);
    failures
}

fn laws(plan: &Plan, breaches: &[Breach]) -> Vec<Failure> {
    let unexpected = breaches.iter().filter(|breach| !plan.may_break(breach.law));
    let failure = |breach: &Breach| {
        let why = format!("law {} is broken: {}", breach.law, breach.why);
        Failure { at: breach.at, law: Some(breach.law), why, place: None }
    };
    unexpected.map(failure).collect()
}

fn laws_that_held(
    expect: &Expectation,
    breaches: &[Breach],
    evidence: &Evidence<'_>,
    failures: &mut Vec<Failure>,
) {
    for Expected { value: law, place } in &expect.breaks {
        if !breaches.iter().any(|breach| breach.law == *law) {
            let why = format!("law {law} was expected to break, and held");
            let (at, place) = (evidence.run.ended_at, Some(place.clone()));
            // Not named as the law's own failure: the law held.
            failures.push(Failure { at, law: None, why, place });
        }
    }
}

fn captured(expect: &Expectation, evidence: &Evidence<'_>, failures: &mut Vec<Failure>) {
    let net = evidence.net();
    if net != expect.captured.value {
        let why = format!("{} expected in the ledger, {net} found", expect.captured.value);
        let at = evidence.charges.iter().map(|charge| charge.moved_at).max().unwrap_or(evidence.run.ended_at);
        failures.push(Failure { at, law: None, why, place: Some(expect.captured.place.clone()) });
    }
}

fn screen(expect: &Expectation, evidence: &Evidence<'_>, failures: &mut Vec<Failure>) {
    let Some(expected) = &expect.screen else {
        return;
    };
    let found = match evidence.screen.verdict {
        Some((_, Belief::Approved)) => ScreenWord::Approved,
        Some((_, Belief::Declined)) => ScreenWord::Declined,
        Some((_, Belief::Unknown)) => ScreenWord::Unknown,
        None => ScreenWord::Idle,
    };
    if found != expected.value {
        let why = format!("{} expected on the screen, {found} found", expected.value);
        failures.push(Failure {
            at: evidence.run.ended_at,
            law: None,
            why,
            place: Some(expected.place.clone()),
        });
    }
}

fn receipts(expect: &Expectation, evidence: &Evidence<'_>, failures: &mut Vec<Failure>) {
    let Some(expected) = &expect.receipts else {
        return;
    };
    let mut fail = |at, why, place: &scenario::Place| {
        failures.push(Failure { at, law: None, why, place: Some(place.clone()) });
    };
    if expected.value.len() != evidence.slips.len() {
        let found: Vec<String> = evidence.slips.iter().map(describe).collect();
        let found = if found.is_empty() { "none".to_owned() } else { found.join("; ") };
        let why =
            format!("{} receipts expected, {} found: {found}", expected.value.len(), evidence.slips.len());
        fail(evidence.run.ended_at, why, &expected.place);
        return;
    }
    for (index, (wanted, slip)) in expected.value.iter().zip(&evidence.slips).enumerate() {
        if !fits(wanted.value, slip) {
            let why = format!(
                "receipt {}: {} expected, {} found",
                index + 1,
                describe_expected(wanted.value),
                describe(slip)
            );
            fail(slip.at, why, &wanted.place);
        }
    }
}

fn redeemed(expect: &Expectation, evidence: &Evidence<'_>, failures: &mut Vec<Failure>) {
    let Some(Expected { value, place }) = &expect.redeemed else { return };
    let found = Office::of(evidence).map(|office| office.redeemed(evidence)).unwrap_or_default();
    if found != *value {
        let why = format!("{value} expected to be redeemed, {found} found");
        failures.push(Failure { at: evidence.run.ended_at, law: None, why, place: Some(place.clone()) });
    }
}

fn never_done(evidence: &Evidence<'_>, failures: &mut Vec<Failure>) {
    for (step, done) in evidence.run.plan.scenario.steps.iter().zip(&evidence.run.done) {
        if !done {
            let why = "this step was never done: what it waits for did not come in time".to_owned();
            let (at, place) = (evidence.run.ended_at, Some(step.place.clone()));
            failures.push(Failure { at, law: None, why, place });
        }
    }
}

fn never_fired(evidence: &Evidence<'_>, failures: &mut Vec<Failure>) {
    for (fault, fired) in evidence.run.plan.scenario.faults.iter().zip(&evidence.run.fired) {
        if !fired {
            let why = "this fault never had any effect: nothing came by that it aims at".to_owned();
            let (at, place) = (evidence.run.ended_at, Some(fault.place.clone()));
            failures.push(Failure { at, law: None, why, place });
        }
    }
}

fn fits(wanted: ReceiptExpectation, slip: &Slip) -> bool {
    copy_of(slip) == wanted.copy
        && slip.fate == wanted.fate
        && wanted.legible.is_none_or(|legible| legible == slip.is_legible())
        && wanted.reprint.is_none_or(|reprint| reprint == slip.reprint)
}

/// Whose copy a slip says that it is, in the words of the scenario language.
pub(super) fn copy_of(slip: &Slip) -> ReceiptCopy {
    match slip.copy {
        Some(Copy::Merchant) => ReceiptCopy::Merchant,
        Some(Copy::Customer) => ReceiptCopy::Customer,
        Some(Copy::Bank) => ReceiptCopy::Bank,
        None if slip.is_totals => ReceiptCopy::Totals,
        None => ReceiptCopy::Unreadable,
    }
}

/// Where a slip is, in words that stand behind "is".
pub(super) const fn fate_words(fate: Fate) -> &'static str {
    match fate {
        Fate::Taken => "taken",
        Fate::Retracted => "retracted",
        Fate::Left => "left in the mouth",
        Fate::Inside => "inside the printer",
        Fate::Torn => "torn out",
    }
}

fn describe(slip: &Slip) -> String {
    let reprint = if slip.reprint { ", reprint" } else { "" };
    let legible = if slip.is_legible() { "legible" } else { "not legible" };
    format!("{} copy, {}, {legible}{reprint}", copy_of(slip), fate_words(slip.fate))
}

fn describe_expected(wanted: ReceiptExpectation) -> String {
    let mut words = format!("{} copy, {}", wanted.copy, fate_words(wanted.fate));
    match wanted.legible {
        Some(true) => words.push_str(", legible"),
        Some(false) => words.push_str(", not legible"),
        None => {}
    }
    match wanted.reprint {
        Some(true) => words.push_str(", reprint"),
        Some(false) => words.push_str(", no reprint"),
        None => {}
    }
    words
}
