//! number-unique: a trace number never repeats in a batch, except as a retry of the same message.

use super::Report;
use crate::evidence::Evidence;
use sim::Key;
use std::collections::BTreeSet;
use terminal::Event;

pub(super) fn check(evidence: &Evidence<'_>, report: &mut Report<'_>) {
    let mut used: BTreeSet<Key> = BTreeSet::new();
    for (at, event) in evidence.terminal() {
        if let Event::Began { key, .. } = event
            && !used.insert(*key)
        {
            report(at, format!("{key} is given out for a second charge"));
        }
    }
}
