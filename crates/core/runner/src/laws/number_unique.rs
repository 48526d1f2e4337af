//! number-unique: a trace number never repeats in a batch, except as a retry of the same message.
//!
//! A number counts as used when its first byte leaves: one that a power cut took back before that may be given out
//! again.

use super::Report;
use crate::evidence::Evidence;
use sim::Key;
use std::collections::BTreeMap;
use terminal::{Event, Request};

pub(super) fn check(evidence: &Evidence<'_>, report: &mut Report<'_>) {
    // For each number, how often a charge was begun under it, and for which of these it was sent.
    let mut begun: BTreeMap<Key, u32> = BTreeMap::new();
    let mut sent: BTreeMap<Key, u32> = BTreeMap::new();
    for (at, event) in evidence.terminal() {
        match event {
            Event::Began { key, .. } => *begun.entry(*key).or_default() += 1,
            Event::Asked { request: Request::Charge(_), key } => {
                let charge = begun.get(key).copied().unwrap_or_default();
                let earlier = *sent.entry(*key).or_insert(charge);
                if earlier != charge {
                    sent.insert(*key, charge);
                    report(at, format!("{key} is sent for a second charge"));
                }
            }
            _ => {}
        }
    }
}
