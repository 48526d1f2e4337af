//! An outcome as a person reads it, and as snapshots keep it.
//!
//! The text ends with a line of its own, because snapshot comparison ignores blanks at the very end. Legibility
//! stands in steps of words in the stable part: its exact figure depends on how the motor was fed, and that
//! differs on real ports.

use super::expect::{copy_of, fate_words};
use super::{LedgerLine, Outcome, Party};
use crate::office::{self, HeldVoucher, Office};
use crate::plan::Wanted;
use crate::slip::{LEGIBLE_PERMILLE, READABLE_PERMILLE, Slip};
use acquirer::Movement;
use backoffice::Difference;
use core::fmt::Write;
use terminal::Kind;

/// Whether the timeline is part of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timeline {
    /// Yes: times and all.
    With,
    /// No: only what is the same on real ports.
    Without,
}

/// The whole outcome.
#[must_use]
pub fn write(outcome: &Outcome, timeline: Timeline) -> String {
    let mut out = String::new();
    stable(outcome, &mut out);
    if timeline == Timeline::With {
        let _ = writeln!(out, "\ntimeline");
        for (at, line) in &outcome.timeline {
            let _ = writeln!(out, "  {:>14}  {line}", at.to_string());
        }
    }
    out.push_str("\nend of outcome\n");
    out
}

/// The part of a snapshot's text that is the same on real ports: all but the timeline.
#[must_use]
pub fn without_timeline(text: &str) -> String {
    match text.split_once("\ntimeline\n") {
        Some((stable, _)) => format!("{stable}\nend of outcome\n"),
        None => text.to_owned(),
    }
}

fn stable(outcome: &Outcome, out: &mut String) {
    let _ = writeln!(out, "verdict: {}", outcome.verdict.says());
    let laws: Vec<&str> = outcome.broken_laws().iter().map(|law| law.name()).collect();
    let _ =
        writeln!(out, "laws broken: {}", if laws.is_empty() { "none".to_owned() } else { laws.join(", ") });
    let _ = writeln!(out, "\nledger: {} in all", outcome.net());
    for line in &outcome.ledger {
        let _ = writeln!(out, "  {}", ledger_line(line));
    }
    let _ = writeln!(out, "\nparties");
    for party in &outcome.parties {
        let _ = writeln!(out, "  {}", party_line(party));
    }
    let _ = writeln!(out, "\nscreen\n  {}", outcome.screen);
    for line in &outcome.screen_words {
        let _ = writeln!(out, "     | {line}");
    }
    let _ = writeln!(out, "\nslips: {}", outcome.slips.len());
    for (index, slip) in outcome.slips.iter().enumerate() {
        slip_lines(index, slip, out);
    }
    if let Some(office) = &outcome.office {
        office_lines(office, out);
    }
}

fn office_lines(office: &Office, out: &mut String) {
    let many = if office.vouchers.len() == 1 { "voucher" } else { "vouchers" };
    let _ = writeln!(out, "\nback office: {} {many}", office.vouchers.len());
    for HeldVoucher { key, kind, amount, copies, standing, .. } in &office.vouchers {
        let twice = if *copies == 1 { String::new() } else { format!(", counted {copies} times") };
        let _ = writeln!(out, "  {kind} {key}, {amount}{twice}: {}", office::words(*standing));
    }
    let _ = writeln!(out, "\ncounter");
    for (_, said) in &office.counter {
        let _ = writeln!(out, "  {said}");
    }
    let _ = writeln!(out, "\ndifferences: {}", office.differences.len());
    for Difference { key, kind, amount, nature, .. } in &office.differences {
        let _ = writeln!(out, "  {kind} {key}, {amount}, {nature}");
    }
}

fn ledger_line(line: &LedgerLine) -> String {
    let mut words = line.key.to_string();
    for (movement, amount) in &line.movements {
        let _ = match movement {
            Movement::Closed => write!(words, "; closed"),
            _ => write!(words, "; {movement} {amount}"),
        };
    }
    if line.movements.is_empty() {
        words.push_str("; nothing moved");
    }
    words
}

fn party_line(party: &Party) -> String {
    let Party { wanted: Wanted { intent, kind, amount, about }, told, charged, done } = party;
    let told = told.map_or_else(|| "nothing".to_owned(), |belief| belief.to_string());
    let done = if *done { "done" } else { "not done" };
    match about {
        None if matches!(kind, Kind::PreAuth | Kind::WalletHold) => {
            format!("{intent}: {amount} to hold; told {told}; {done}; charged {charged}")
        }
        None => format!("{intent}: {amount} to pay; told {told}; charged {charged}"),
        Some(about) => format!("{intent}: {kind} of {about}, {amount}; told {told}; {done}"),
    }
}

fn slip_lines(index: usize, slip: &Slip, out: &mut String) {
    let reprint = if slip.reprint { ", reprint" } else { "" };
    let _ = writeln!(
        out,
        "  {}. {} copy{reprint}, {}, {}",
        index + 1,
        copy_of(slip),
        fate_words(slip.fate),
        legibility_words(slip)
    );
    for (text, score) in &slip.lines {
        let mark = if *score >= READABLE_PERMILLE { ' ' } else { '?' };
        let _ = writeln!(out, "     |{mark}{text}");
    }
}

/// A slip that says nobody's copy has no foot: it was cut or torn before it was whole.
fn legibility_words(slip: &Slip) -> &'static str {
    match slip.legibility_permille {
        LEGIBLE_PERMILLE.. if slip.copy.is_none() => "legible as far as it goes",
        1000 => "legible throughout",
        LEGIBLE_PERMILLE..1000 => "legible but for a few lines",
        1..LEGIBLE_PERMILLE => "not legible",
        _ => "nothing legible",
    }
}
