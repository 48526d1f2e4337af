//! reply-matches: a reply counts only for the open request; a late reply of an older one changes nothing.
//!
//! What a terminal learns of a charge, the acquirer must have said of that charge and of no other: "approved" and
//! "declined" in answer to the charge itself, "undone" in answer to its reversal, anything about an order in an answer
//! or a notification about it.

use super::Report;
use crate::evidence::Evidence;
use crate::fact::Fact;
use acquirer::{Event, Kind};
use iso8583::{ReplyClass, reply_code};
use sim::Key;
use std::collections::BTreeMap;
use terminal::ChargeResult;

/// What the acquirer has said of one charge so far.
#[derive(Clone, Copy, Default)]
struct Said {
    /// It answered the charge, or spoke of the order at all.
    anything: bool,
    approved: bool,
    /// It answered the reversal.
    reversal: bool,
}

pub(super) fn check(evidence: &Evidence<'_>, report: &mut Report<'_>) {
    let mut said: BTreeMap<Key, Said> = BTreeMap::new();
    for (at, _, fact) in evidence.run.trace.events() {
        match fact {
            Fact::Acquirer(Event::Answered { kind: Kind::Reversal, key, .. }) => {
                said.entry(*key).or_default().reversal = true;
            }
            Fact::Acquirer(Event::Answered { kind, key, code }) => {
                let said = said.entry(*key).or_default();
                said.anything = true;
                let approves = reply_code(code.as_str().as_bytes()) == ReplyClass::Approved;
                said.approved |= *kind == Kind::Sale && approves;
            }
            Fact::Acquirer(Event::Notified { order, .. }) => {
                said.entry(Key::Order(*order)).or_default().anything = true;
            }
            Fact::Terminal(terminal::Event::Learned { key, result }) => {
                let said = said.get(key).copied().unwrap_or_default();
                if !supports(said, *key, *result) {
                    report(
                        at,
                        format!("{} was taken from an answer about something else", words(*key, *result)),
                    );
                }
            }
            _ => {}
        }
    }
}

const fn supports(said: Said, key: Key, result: ChargeResult) -> bool {
    match (key, result) {
        (Key::Card { .. }, ChargeResult::Approved) => said.approved,
        (Key::Card { .. }, ChargeResult::Undone) => said.reversal,
        (Key::Card { .. }, ChargeResult::Declined) | (Key::Order(_), _) => said.anything,
    }
}

fn words(key: Key, result: ChargeResult) -> String {
    let word = match result {
        ChargeResult::Approved => "is approved",
        ChargeResult::Declined => "is declined",
        ChargeResult::Undone => "does not stand",
    };
    format!("that {key} {word}")
}
