//! How many scenarios came out how, and what that makes of the exit code.

use super::result::Replayed;
use crate::exit::Exit;
use runner::Verdict;
use sim::SimTime;
use std::time::Duration;

/// What became of all scenarios together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Summary {
    pub(super) as_expected: usize,
    pub(super) wrong: usize,
    pub(super) not_settled: usize,
    /// Whether something could not be written.
    pub(super) has_trouble: bool,
    /// All simulated time, end to end.
    pub(super) simulated: Duration,
    /// How late a live testbed was at worst.
    pub(super) late_max_ns: Option<u64>,
}

impl Summary {
    /// One more.
    pub(super) fn count(&mut self, replayed: &Replayed) {
        match replayed.outcome.verdict {
            _ if replayed.is_as_expected() => self.as_expected += 1,
            Verdict::NotSettled => self.not_settled += 1,
            Verdict::AsExpected | Verdict::Wrong => self.wrong += 1,
        }
        self.has_trouble |= !replayed.troubles.is_empty();
        self.simulated = self.simulated.saturating_add(replayed.outcome.ended_at.since(SimTime::ZERO));
        self.late_max_ns = self.late_max_ns.max(replayed.late_max_ns);
    }

    /// How many there were.
    pub(super) const fn scenarios(&self) -> usize {
        self.as_expected + self.wrong + self.not_settled
    }

    /// How many times faster than the simulated world this was.
    pub(super) fn ratio(&self, elapsed: Duration) -> u64 {
        u64::try_from(self.simulated.as_nanos() / elapsed.as_nanos().max(1)).unwrap_or(u64::MAX)
    }

    /// How the program ends.
    pub(super) const fn exit(&self) -> Exit {
        match self {
            Self { has_trouble: true, .. } => Exit::Trouble,
            Self { wrong: 1.., .. } => Exit::Wrong,
            Self { not_settled: 1.., .. } => Exit::NotSettled,
            _ => Exit::AsExpected,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Summary;
    use crate::exit::Exit;
    use std::time::Duration;

    #[test]
    fn the_worse_result_decides_the_exit_code() {
        let all_well = Summary { as_expected: 3, ..Summary::default() };
        let restless = Summary { not_settled: 1, ..all_well };
        let wrong = Summary { wrong: 1, ..restless };
        let trouble = Summary { has_trouble: true, ..wrong };
        let exits = [all_well, restless, wrong, trouble].map(|summary| summary.exit());
        assert_eq!(exits, [Exit::AsExpected, Exit::NotSettled, Exit::Wrong, Exit::Trouble]);
    }

    #[test]
    fn the_ratio_is_simulated_time_over_wall_time() {
        let summary = Summary { simulated: Duration::from_secs(600), ..Summary::default() };
        assert_eq!(summary.ratio(Duration::from_millis(2)), 300_000);
    }
}
