//! What became of one scenario: its outcome, how that compares with its snapshot, and what got in the way.

use crate::trouble::Trouble;
use report::snapshot::Comparison;
use runner::{Outcome, Verdict};
use sim::SimTime;

/// What became of one scenario.
#[derive(Debug)]
pub(super) struct Replayed {
    /// What came out.
    pub(super) outcome: Outcome,
    /// Against the snapshot; nothing where it was not compared.
    pub(super) comparison: Option<Comparison>,
    /// Where a virtual replay of a live run's capture parts from the run: when, and how.
    pub(super) replay_parts: Option<(SimTime, String)>,
    /// How late a live testbed was at worst, in nanoseconds of wall time; nothing for a virtual one.
    pub(super) late_max_ns: Option<u64>,
    /// Files that could not be written.
    pub(super) troubles: Vec<Trouble>,
}

impl Replayed {
    /// Whether there is nothing to complain about.
    pub(super) fn is_as_expected(&self) -> bool {
        self.outcome.verdict == Verdict::AsExpected
            && matches!(self.comparison, None | Some(Comparison::Same | Comparison::Accepted))
            && self.replay_parts.is_none()
    }
}
