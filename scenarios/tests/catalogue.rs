//! Every scenario of the catalogue as a test: it runs as expected, and its outcome is the accepted one.
//!
//! What has changed waits in `x.snap.new` beside the scenario, for `cargo insta review` or `tillrig run --accept`.
//! *Not here:* what the command line says of it; that has tests of its own.

use libtest_mimic::{Arguments, Failed, Trial};
use report::snapshot::{Comparison, Mode, SEED, Snapshot, path_of};
use runner::{Outcome, Plan, Verdict, VirtualTestbed};
use scenario::Scenario;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

fn main() -> Result<ExitCode, io::Error> {
    let catalogue = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    collect(catalogue, &mut paths)?;
    paths.sort();
    let trials = paths.into_iter().flat_map(|path| {
        let name = |path: &Path| {
            let name = path.strip_prefix(catalogue).unwrap_or(path).with_extension("");
            name.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/")
        };
        match read(&path) {
            Ok(all) => all
                .into_iter()
                .map(|scenario| {
                    let path = path_of(&path, &scenario);
                    Trial::test(name(&path), move || replay(&path, scenario))
                })
                .collect(),
            Err(why) => vec![Trial::test(name(&path), move || Err(why))],
        }
    });
    Ok(libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit_code())
}

/// One scenario, or those of a matrix.
fn read(path: &Path) -> Result<Vec<Scenario>, Failed> {
    Ok(Scenario::parse_all(&path.to_string_lossy(), &fs::read(path)?)?)
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, paths)?;
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            paths.push(path);
        }
    }
    Ok(())
}

fn replay(path: &Path, scenario: Scenario) -> Result<(), Failed> {
    let name = scenario.name.clone();
    let plan = Arc::new(Plan::new(scenario)?);
    let run = VirtualTestbed.run(&plan, SEED);
    let outcome = Outcome::of(&run, Some(&VirtualTestbed.run(&plan, SEED)));
    if outcome.verdict != Verdict::AsExpected {
        let failures = outcome.failures.iter().map(|failure| format!("at {}: {}", failure.at, failure.why));
        return Err(failures.collect::<Vec<_>>().join("\n").into());
    }
    let snapshot = Snapshot::of(path);
    let accepted = snapshot.accepted().display();
    let compared = snapshot.compare(&outcome, &name, Mode::Compare);
    if let Some(error) = compared.unwritten {
        return Err(error.into());
    }
    match compared.comparison {
        Comparison::Same | Comparison::Accepted => Ok(()),
        Comparison::Changed(difference) => Err(format!("not as in {accepted}\n{difference}").into()),
        Comparison::Missing => Err(format!("nothing is accepted yet in {accepted}").into()),
        Comparison::Corrupt(why) => Err(format!("{accepted} cannot be read: {why}").into()),
    }
}
