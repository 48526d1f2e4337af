//! One scenario on the emulated rig, in virtual time.

use super::Settings;
use super::case::Case;
use super::result::Replayed;
use crate::trouble::Trouble;
use report::snapshot::{Mode, Snapshot};
use runner::{Outcome, Verdict, VirtualTestbed};

/// Runs a scenario twice, judges it, compares it with its snapshot and writes its report.
pub(super) fn replay(case: &Case, settings: Settings) -> Replayed {
    let run = VirtualTestbed.run(&case.plan, settings.seed);
    let again = VirtualTestbed.run(&case.plan, settings.seed);
    let outcome = Outcome::of(&run, Some(&again));
    let mut troubles = Vec::new();
    let comparison = if settings.compares {
        let name = &case.plan.scenario.name;
        let compared = Snapshot::of(&case.path).compare(&outcome, name, mode(&outcome, settings.accept));
        troubles.extend(compared.unwritten.map(Trouble::from));
        Some(compared.comparison)
    } else {
        None
    };
    if let Some(folder) = &case.out
        && let Err(error) = report::folder::fill(folder, &case.path, &run, &outcome)
    {
        troubles.push(Trouble::from(error));
    }
    Replayed { outcome, comparison, replay_parts: None, late_max_ns: None, troubles }
}

/// An outcome that is not as expected is shown beside the snapshot, but is nothing that anybody should accept.
const fn mode(outcome: &Outcome, accept: bool) -> Mode {
    match (outcome.verdict, accept) {
        (Verdict::AsExpected, true) => Mode::Accept,
        (Verdict::AsExpected, false) => Mode::Compare,
        (Verdict::Wrong | Verdict::NotSettled, _) => Mode::Look,
    }
}
