//! A virtual run on captured arrivals: the live run again, without ports and without waiting.
//!
//! Outgoing bytes go nowhere; what came of them is in the capture. *Not modelled:* firmware that has changed since.
//! It sends what it likes and still receives what was captured, for as long as that makes sense.

use crate::capture::{Capture, ContentHash, Entry};
use crate::testbed::RECEIVED;
use core::fmt;
use runner::{HAPPENINGS_MAX, Plan, Run, Session};
use sim::SimTime;
use std::sync::Arc;

/// Why a capture cannot be replayed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReplayError {
    /// It was made with another scenario, or with this one before it was changed.
    Foreign {
        /// The name of the scenario that it was made with.
        scenario: String,
    },
    /// It says that all was at rest when something was still to come.
    Restless {
        /// When it says so.
        at: SimTime,
    },
    /// It goes on after the run is over.
    TooLong {
        /// What is left of it begins here.
        at: SimTime,
    },
}

impl fmt::Display for ReplayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Foreign { scenario } => write!(
                f,
                "this capture is of another scenario, or of an older text of it: it was made with \
                 \"{scenario}\"; replay it with the file that it was made with"
            ),
            Self::Restless { at } => write!(
                f,
                "the capture says that all was at rest at {at}, and here something is still to come; the \
                 devices have changed since it was made: run the scenario live again"
            ),
            Self::TooLong { at } => write!(
                f,
                "the capture goes on at {at}, and here the run is over by then; the devices have changed \
                 since it was made: run the scenario live again"
            ),
        }
    }
}

impl core::error::Error for ReplayError {}

/// Runs a plan virtually, with what the ports of a live run received.
///
/// # Errors
/// When the capture was made with another scenario, or does not fit what the devices do today.
pub fn replay(plan: &Arc<Plan>, capture: &Capture) -> Result<Run, ReplayError> {
    if capture.setup.content != ContentHash::of(plan) {
        return Err(ReplayError::Foreign { scenario: capture.setup.scenario.clone() });
    }
    let mut player = Player { session: capture.setup.session(plan), happenings: 0 };
    for entry in &capture.entries {
        player.take(entry)?;
    }
    // What is left is a bound that passes, with nothing arriving any more.
    player.advance_through(SimTime::NEVER);
    Ok(player.session.finish())
}

struct Player {
    session: Session,
    happenings: u64,
}

impl Player {
    fn take(&mut self, entry: &Entry) -> Result<(), ReplayError> {
        let at = entry.at();
        self.advance_through(at);
        if self.is_over() {
            return Err(ReplayError::TooLong { at });
        }
        match entry {
            Entry::Arrival { lane, bytes, .. } => self.session.arrive(at, *lane, RECEIVED, bytes),
            Entry::Rest { .. } if self.session.is_quiet() => {
                self.session.advance_to(at);
                self.session.came_to_rest();
            }
            Entry::Rest { .. } => return Err(ReplayError::Restless { at }),
        }
        Ok(())
    }

    /// Does everything that is due by this moment.
    fn advance_through(&mut self, at: SimTime) {
        while !self.is_over() && self.session.next_at().is_some_and(|due| due <= at) {
            self.session.step();
            self.happenings += 1;
        }
    }

    fn is_over(&self) -> bool {
        self.session.is_over() || self.happenings >= HAPPENINGS_MAX
    }
}

#[cfg(test)]
mod tests {
    use super::{ReplayError, replay};
    use crate::capture::{Capture, Entry, Setup};
    use runner::{Plan, VirtualTestbed};
    use scenario::Scenario;
    use sim::{Seed, SimTime};
    use std::sync::Arc;

    const SALE: &str = "\
name: A sale
symptom: paid-no-receipt
cause: none
steps:
  - { at: 0s, card-sale: { amount: CNY 12.00 } }
expect: { captured: CNY 12.00 }
";

    fn plan() -> Arc<Plan> {
        Arc::new(Plan::new(Scenario::parse("sale.yaml", SALE.as_bytes()).unwrap()).unwrap())
    }

    /// A capture of a run without ports, in which the testbed said only when all was at rest.
    fn rests(plan: &Plan, at: &[SimTime]) -> Capture {
        let entries = at.iter().map(|at| Entry::Rest { at: *at }).collect();
        Capture { setup: Setup::new(plan, Seed(1), None, Vec::new()), entries }
    }

    #[test]
    fn rests_at_the_virtual_moments_give_the_virtual_run() {
        let plan = plan();
        let run = VirtualTestbed.run(&plan, Seed(1));
        let again = replay(&plan, &rests(&plan, &[run.ended_at, run.ended_at])).unwrap();
        assert_eq!(again.trace, run.trace);
    }

    #[test]
    fn a_rest_while_something_is_due_is_refused() {
        let plan = plan();
        let refused = replay(&plan, &rests(&plan, &[SimTime::ZERO])).map(|run| run.ended_at);
        assert_eq!(refused, Err(ReplayError::Restless { at: SimTime::ZERO }));
    }

    #[test]
    fn a_capture_that_outlasts_the_run_is_refused() {
        let plan = plan();
        let end = VirtualTestbed.run(&plan, Seed(1)).ended_at;
        let refused = replay(&plan, &rests(&plan, &[end, end, SimTime::NEVER])).map(|run| run.ended_at);
        assert_eq!(refused, Err(ReplayError::TooLong { at: SimTime::NEVER }));
    }
}
