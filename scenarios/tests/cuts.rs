//! The sound firmware survives an interruption before any happening of any scenario: its power is cut, that of the printer
//! too, or it hangs, and no law is broken.
//!
//! Here every tenth happening is taken, another tenth in each scenario; `tillrig cuts` takes all of them. With
//! `--nocapture` the test says how many interruptions there were, and how long they took.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use report::snapshot::{SEED, path_of};
use runner::Plan;
use runner::cuts::{Sample, cut};
use scenario::Scenario;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

const EVERY: usize = 10;

#[test]
fn an_interruption_before_any_happening_breaks_no_law_on_the_sound_firmware() {
    let started = Instant::now();
    let (mut scenarios, mut happenings, mut points, mut broken) = (0, 0, 0, String::new());
    for (path, scenario) in files().iter().flat_map(|path| all_of(path)) {
        let plan = Arc::new(Plan::new(scenario).unwrap());
        if !plan.is_sound() {
            continue;
        }
        let cuts = cut(&plan, SEED, Sample { every: EVERY, from: scenarios % EVERY });
        scenarios += 1;
        happenings += cuts.happenings;
        points += cuts.points;
        for one in cuts.broken {
            broken.push_str(&format!("{}: {one}\n", path.display()));
        }
    }
    let took = started.elapsed();
    println!("{points} interruptions before {happenings} happenings of {scenarios} scenarios, {took:.1?}");
    assert!(broken.is_empty(), "{broken}");
    // Some hundred happenings a scenario, a tenth of them, in six ways.
    assert!(scenarios > 100 && points > 5_000, "{points} interruptions in {scenarios} scenarios are too few");
}

/// The scenarios of one file.
fn all_of(path: &Path) -> impl Iterator<Item = (PathBuf, Scenario)> {
    let all = Scenario::parse_all(&path.to_string_lossy(), &fs::read(path).unwrap()).unwrap();
    all.into_iter().map(|scenario| (path_of(path, &scenario), scenario))
}

/// Every file of the catalogue, in the order of their paths.
fn files() -> Vec<PathBuf> {
    let catalogue = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = fs::read_dir(catalogue).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = folders
        .filter(|folder| folder.is_dir())
        .flat_map(|folder| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .collect();
    files.sort();
    files
}
