//! deterministic: the same scenario and seed give the same trace, byte for byte.

use super::Report;
use crate::fact::Fact;
use crate::session::Run;
use sim::{SimTime, Trace};

pub(super) fn check(run: &Run, again: &Run, report: &mut Report<'_>) {
    if let Some((at, index)) = first_difference(&run.trace, &again.trace) {
        report(at, format!("record {index} of a second run with seed {} is another", run.seed));
    }
}

/// Where two traces part: when, and at which record.
#[must_use]
pub fn first_difference(one: &Trace<Fact>, other: &Trace<Fact>) -> Option<(SimTime, usize)> {
    if one == other {
        return None;
    }
    let (ours, theirs) = (one.records(), other.records());
    let shorter = ours.len().min(theirs.len());
    let index = ours.iter().zip(theirs).position(|(a, b)| a != b).unwrap_or(shorter);
    let at = ours.get(index).or_else(|| theirs.get(index)).map_or(SimTime::ZERO, |record| record.at);
    Some((at, index))
}
