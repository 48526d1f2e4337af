//! settles: after the faults heal, the world comes to rest within the bound.

use super::Report;
use crate::evidence::Evidence;
use sim::{Entry, Reason};

/// How far back to look for what still happens.
const RECENT: usize = 200;

pub(super) fn check(evidence: &Evidence<'_>, report: &mut Report<'_>) {
    if evidence.run.settled {
        return;
    }
    let mut reasons: Vec<Reason> = Vec::new();
    for record in evidence.run.trace.records().iter().rev().take(RECENT) {
        if let Entry::Woke { reason, .. } = record.entry
            && !reasons.contains(&reason)
        {
            reasons.push(reason);
        }
    }
    let list: Vec<String> = reasons.iter().take(3).map(ToString::to_string).collect();
    report(evidence.run.ended_at, format!("things still happen: {}", list.join(", ")));
}
