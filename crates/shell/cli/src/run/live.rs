//! Scenarios on a rig, in real time: one after the other, each captured, and each capture replayed in virtual time.
//!
//! A capture whose replay is not the run itself is a failure: something reached the devices that was not written
//! down. *Not done:* asking a person to do something at the bench.

use super::Settings;
use super::case::Case;
use super::result::Replayed;
use crate::catalogue::{self, Refused};
use crate::trouble::Trouble;
use report::snapshot::{Mode, Snapshot};
use rig::{Bench, LiveRun, RigError};
use runner::Outcome;
use runner::laws::first_difference;
use scenario::Rig;
use sim::SimTime;
use std::path::{Path, PathBuf};

/// Reads the file that describes a rig.
pub(super) fn read_rig(path: &Path) -> Result<Rig, Trouble> {
    catalogue::read_rig(path).map_err(|refused| match refused {
        Refused::Wrong(diagnostics) => Trouble::BadFiles { wrong: vec![diagnostics], unreadable: Vec::new() },
        Refused::Unreadable(what) => Trouble::bad_input(what, "--rig takes a rig file"),
    })
}

/// The scenarios that a rig runs when none is named: of the catalogue here or above, or else of that beside the
/// rig file's own folder.
pub(super) fn listed(rig: &Rig, file: &Path) -> Result<Vec<PathBuf>, Trouble> {
    if rig.scenarios.is_empty() {
        let what = format!("the rig `{}` lists no scenarios", rig.name);
        return Err(Trouble::bad_input(what, "name some: tillrig run PATH --rig FILE"));
    }
    let beside = file.parent().map(|rigs| rigs.join("../scenarios")).filter(|folder| folder.is_dir());
    let folder = catalogue::default_folder().or_else(|trouble| beside.ok_or(trouble))?;
    Ok(rig.scenarios.iter().map(|path| folder.join(path)).collect())
}

/// What is told of a scenario on a rig, where each takes as long as it says.
pub(super) enum News<'a> {
    /// It begins.
    Begins(&'a Case),
    /// It is over, and was judged.
    Ended(&'a Case, Box<Replayed>),
}

/// Runs every scenario on this rig, in their order.
pub(super) fn run_all(
    rig: &Rig,
    cases: &[Case],
    settings: Settings,
    mut tell: impl FnMut(News<'_>) -> Result<(), Trouble>,
) -> Result<(), Trouble> {
    let mut bench = Bench::open(rig).map_err(|error| trouble(rig, &error))?;
    for case in cases {
        tracing::debug!(path = %case.shown, "runs in real time");
        tell(News::Begins(case))?;
        let lived = bench.run(&case.plan, settings.seed).map_err(|error| trouble(rig, &error))?;
        tell(News::Ended(case, Box::new(judge(case, settings, &lived))))?;
    }
    Ok(())
}

fn judge(case: &Case, settings: Settings, lived: &LiveRun) -> Replayed {
    let outcome = Outcome::of(&lived.run, None);
    let mut troubles = Vec::new();
    let comparison = if settings.compares {
        let name = &case.plan.scenario.name;
        let compared = Snapshot::of(&case.path).compare(&outcome, name, Mode::LookWithoutTimeline);
        troubles.extend(compared.unwritten.map(Trouble::from));
        Some(compared.comparison)
    } else {
        None
    };
    if let Some(folder) = &case.out {
        let written = report::folder::fill(folder, &case.path, &lived.run, &outcome).and_then(|()| {
            report::folder::put(&folder.join("capture.txt"), lived.capture.to_text().as_bytes())
        });
        troubles.extend(written.err().map(Trouble::from));
    }
    let late_max_ns = u64::try_from(lived.late_max.as_nanos()).unwrap_or(u64::MAX);
    let replay_parts = replay_parts(case, lived);
    Replayed { outcome, comparison, replay_parts, late_max_ns: Some(late_max_ns), troubles }
}

/// Where a virtual run of the capture parts from the run that was captured.
fn replay_parts(case: &Case, lived: &LiveRun) -> Option<(SimTime, String)> {
    match rig::replay(&case.plan, &lived.capture) {
        Ok(replayed) => {
            let (at, record) = first_difference(&lived.run.trace, &replayed.trace)?;
            Some((at, format!("record {record} is another")))
        }
        Err(error) => Some((lived.run.ended_at, error.to_string())),
    }
}

fn trouble(rig: &Rig, error: &RigError) -> Trouble {
    // What to do about it is part of what the rig says.
    Trouble::Outside { what: format!("rig `{}`: {error}", rig.name), help: None }
}
