//! A capture: all that chance decided in a live run, which is what its ports received and when.
//!
//! Times are nanoseconds since the start of the run. With the scenario and the seed it is enough to live the run
//! again, happening by happening. It holds what went over the cables, so it must never be made with real
//! cards; the emulated devices know test numbers only. *Not kept:* what was sent; the session knows that.

use core::fmt;
use runner::device::{
    ACKNOWLEDGES, CARD_ANSWERS, CARD_ASKS, NOTIFIES, PRINTS, REPLIES, WALLET_ANSWERS, WALLET_ASKS,
};
use runner::{Plan, Session};
use sha2::{Digest, Sha256};
use sim::{LaneId, Seed, SimTime};
use std::sync::Arc;

/// Every lane that a port can carry.
pub(crate) const LANES: [LaneId; 8] =
    [PRINTS, REPLIES, CARD_ASKS, CARD_ANSWERS, WALLET_ASKS, WALLET_ANSWERS, NOTIFIES, ACKNOWLEDGES];

/// What the ports of one live run received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capture {
    pub(crate) setup: Setup,
    /// In the order in which they were taken in; times never run backwards.
    pub(crate) entries: Vec<Entry>,
}

/// What a run has to start with to be the same run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Setup {
    /// The scenario's name, for people.
    pub(crate) scenario: String,
    pub(crate) content: ContentHash,
    pub(crate) seed: Seed,
    /// The line rate of the printer's cable; nothing leaves it to the terminal's settings.
    pub(crate) printer_baud_bps: Option<u32>,
    /// The lanes that real ports carried.
    pub(crate) lanes: Vec<LaneId>,
}

/// One thing that the testbed told the session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    /// A port received these bytes, never none.
    Arrival { at: SimTime, lane: LaneId, bytes: Vec<u8> },
    /// Nothing was on its way any more, inside or outside.
    Rest { at: SimTime },
}

/// What a scenario does, as a number: two that differ in more than their words have different ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ContentHash(pub(crate) [u8; 32]);

impl Capture {
    /// The name of the scenario that was run.
    #[must_use]
    pub fn scenario(&self) -> &str {
        &self.setup.scenario
    }

    /// The seed that it was run with.
    #[must_use]
    pub const fn seed(&self) -> Seed {
        self.setup.seed
    }
}

impl Setup {
    pub(crate) fn new(plan: &Plan, seed: Seed, printer_baud_bps: Option<u32>, lanes: Vec<LaneId>) -> Self {
        let scenario = plan.scenario.name.clone();
        Self { scenario, content: ContentHash::of(plan), seed, printer_baud_bps, lanes }
    }

    /// A session of this plan, about to begin.
    pub(crate) fn session(&self, plan: &Arc<Plan>) -> Session {
        let mut session = match self.printer_baud_bps {
            Some(baud_bps) => Session::at_line_rate(plan, self.seed, baud_bps),
            None => Session::new(plan, self.seed),
        };
        for lane in &self.lanes {
            session.make_external(*lane);
        }
        session
    }
}

impl Entry {
    pub(crate) const fn at(&self) -> SimTime {
        match self {
            Self::Arrival { at, .. } | Self::Rest { at } => *at,
        }
    }
}

impl ContentHash {
    /// Over what the scenario does; not over its name, its comments, where its lines stand, or what it expects.
    pub(crate) fn of(plan: &Plan) -> Self {
        let told = &plan.scenario;
        let steps: Vec<_> = told.steps.iter().map(|step| (step.start, step.action)).collect();
        let faults: Vec<_> = told.faults.iter().map(|fault| (fault.start, &fault.effect)).collect();
        let course = (told.terminal, told.printer, told.customer, steps, faults);
        let text = format!("{course:?} {:?} {:?}", told.heal_at, told.settles_within);
        Self(Sha256::digest(text.as_bytes()).into())
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::ContentHash;
    use runner::Plan;
    use scenario::Scenario;

    const SALE: &str = "\
name: A sale
symptom: paid-no-receipt
cause: none
steps:
  - { at: 0s, card-sale: { amount: CNY 12.00 } }
expect: { captured: CNY 12.00 }
";

    fn content(text: &str) -> ContentHash {
        ContentHash::of(&Plan::new(Scenario::parse("sale.yaml", text.as_bytes()).unwrap()).unwrap())
    }

    #[test]
    fn words_and_places_do_not_make_another_content() {
        let retold = SALE.replace("A sale", "One sale").replace("steps:", "# The one step.\nsteps:");
        assert_eq!(content(&retold), content(SALE));
    }

    #[test]
    fn another_amount_or_moment_makes_another_content() {
        assert_ne!(content(&SALE.replace("12.00", "12.01")), content(SALE));
        assert_ne!(content(&SALE.replace("at: 0s", "at: 1ms")), content(SALE));
    }
}
