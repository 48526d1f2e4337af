//! Instructions an event, counted by callgrind: the same on a busy machine as on a quiet one.
//!
//! Each workload is played for two counts of runs, and the difference is divided: that takes out the start of the
//! process. Prints a row a workload on stdout. *Not done here:* a gate; the numbers move with the compiler.

use std::io::Write as _;

use crate::step::{Failure, Step};
use crate::{root, tools};

/// How it is played, what, and how many events a run has; 0 asks the program.
const WORKLOADS: [(&str, &str, u64); 5] = [
    ("world", "ping", 100),
    ("bare", "ping", 100),
    ("paused", "ping", 100),
    ("played", "kiosk", 0),
    ("played", "wallet", 0),
];

const RUNS: [u64; 2] = [100, 300];

/// Builds the program that plays the workloads, and counts.
pub(crate) fn count() -> Result<(), Failure> {
    tools::require_valgrind()?;
    let build = ["build", "--release", "--locked", "--package", "tillrig-bench", "--bin", "instructions"];
    Step::new("instructions", tools::cargo()).args(build).run()?;
    let mut table = format!("{:<24}{:>14}{:>8}{:>14}\n", "instructions", "a run", "events", "an event");
    for (how, what, events) in WORKLOADS {
        let [few, many] = RUNS.map(|runs| collected(how, what, runs));
        let a_run = many?.saturating_sub(few?) / (RUNS[1] - RUNS[0]);
        let events = if events == 0 { number(&play(how, what, 0).capture()?) } else { events };
        let name = format!("{how} {what}");
        table.push_str(&format!("{name:<24}{a_run:>14}{events:>8}{:>14}\n", a_run / events.max(1)));
    }
    // Nobody reads: then nobody minds.
    let _ = std::io::stdout().write_all(table.as_bytes());
    Ok(())
}

fn play(how: &str, what: &str, runs: u64) -> Step {
    Step::new("instructions", program()).args([how, what]).arg(runs.to_string())
}

fn collected(how: &str, what: &str, runs: u64) -> Result<u64, Failure> {
    let step = Step::new("callgrind", "valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program())
        .args([how, what])
        .arg(runs.to_string());
    let said = step.capture()?;
    let line = said.lines().find(|line| line.contains("Collected"));
    Ok(line.map_or(0, |line| number(line.rsplit(':').next().unwrap_or_default())))
}

fn program() -> std::path::PathBuf {
    root().join("target/release/instructions")
}

/// The first number in a text; 0 where there is none.
fn number(text: &str) -> u64 {
    let digits = text.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit);
    digits.collect::<String>().parse().unwrap_or(0)
}
