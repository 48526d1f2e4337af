//! reversal-survives: a reversal is durable before the first byte leaves, and lives through a power cut at any
//! instant.
//!
//! The reverse of a wallet order that a payment code was to pay is one too; there a query asks as well.

use super::Report;
use crate::evidence::Evidence;
use sim::{Key, SimTime};
use std::collections::{BTreeMap, BTreeSet};
use terminal::{Event, Kind, Noted, Request};

pub(super) fn check(evidence: &Evidence<'_>, report: &mut Report<'_>) {
    let mut durable: BTreeSet<Key> = BTreeSet::new();
    let mut open: BTreeSet<Key> = BTreeSet::new();
    let mut cut: BTreeMap<Key, SimTime> = BTreeMap::new();
    for (at, event) in evidence.terminal() {
        match event {
            Event::Durable { key, noted: Noted::Begun } => {
                durable.insert(*key);
            }
            Event::Asked { request: Request::Charge(kind), key }
                if kind.transaction().is_some() || *kind == Kind::Scan =>
            {
                cut.remove(key);
                if !durable.contains(key) {
                    report(at, format!("the first byte of {key} left before its reversal was in flash"));
                }
                open.insert(*key);
            }
            // A reversal that was sent is not one that was answered: the next power cut must not lose it either.
            Event::Asked { request: Request::Reversal | Request::Reverse | Request::Query, key } => {
                cut.remove(key);
            }
            Event::Learned { key, .. } => {
                open.remove(key);
                cut.remove(key);
            }
            // A charge that the firmware itself ended is not one that a power cut made it forget.
            Event::Durable { key, noted: Noted::Ended } => {
                open.remove(key);
            }
            Event::PowerLost | Event::Restarted => cut.extend(open.iter().map(|key| (*key, at))),
            _ => {}
        }
    }
    for (key, at) in cut {
        report(
            at,
            format!(
                "{key} was open when the terminal went out, and was neither reversed nor asked after since"
            ),
        );
    }
}
