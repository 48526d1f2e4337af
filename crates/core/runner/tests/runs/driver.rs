//! A tiny driver: a scenario as text in, its outcome out.

use scenario::{Law, Scenario};
use sim::Seed;
use std::sync::Arc;
use tillrig_runner::{Outcome, Plan, Run, VirtualTestbed};

/// A plan from the lines of a scenario that differ: everything before `steps:` that a file must have is given.
pub(crate) fn plan(lines: &str) -> Arc<Plan> {
    let text = format!("name: A test\nsymptom: paid-no-receipt\ncause: none\n{lines}");
    let scenario = Scenario::parse("test.yaml", text.as_bytes()).unwrap_or_else(|errors| panic!("{errors}"));
    Arc::new(Plan::new(scenario).unwrap())
}

/// A run with seed 1.
pub(crate) fn run(plan: &Arc<Plan>) -> Run {
    VirtualTestbed.run(plan, Seed(1))
}

/// The outcome of a run with seed 1.
pub(crate) fn outcome(lines: &str) -> Outcome {
    Outcome::of(&run(&plan(lines)), None)
}

/// The laws that break on this firmware.
pub(crate) fn broken(terminal: &str, lines: &str) -> Vec<Law> {
    outcome(&format!("terminal: {terminal}\n{lines}\nexpect: {{ captured: nothing }}")).broken_laws()
}
