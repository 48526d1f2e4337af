//! The results of a run for people: a line a scenario, and below a failing one what broke, when, where the file
//! says what was expected, and the one command that does it again.

use super::case::Case;
use super::result::Replayed;
use super::summary::Summary;
use crate::catalogue::shown;
use crate::output::{self, BAD, FAINT, GOOD};
use report::snapshot::{Comparison, Snapshot};
use runner::{Failure, Verdict};
use sim::SimTime;
use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

/// Writes the lines of one run, in aligned columns.
pub(super) struct Lines {
    title_chars: usize,
    rig: Option<String>,
    terminal: Option<String>,
}

/// Room for `2h00m05.123s`.
const TIME_CHARS: usize = 12;
/// What stands before everything that belongs to a failing scenario.
const INDENT: &str = "      ";

impl Lines {
    /// Lines for these scenarios, run on this rig or on none, with this firmware or with the one that each names.
    pub(super) fn new(cases: &[Case], rig: Option<&Path>, terminal: Option<&str>) -> Self {
        let title_chars = cases.iter().map(|case| case.title().chars().count()).max().unwrap_or(0);
        Self { title_chars, rig: rig.map(shown), terminal: terminal.map(str::to_owned) }
    }

    /// What is said of one scenario.
    pub(super) fn of(&self, case: &Case, replayed: &Replayed) -> String {
        let mut out = String::new();
        let ended_at = to_the_millisecond(replayed.outcome.ended_at).to_string();
        let (style, mark) = if replayed.is_as_expected() { (GOOD, "ok  ") } else { (BAD, "FAIL") };
        let _ = write!(out, "{style}{mark}{style:#}  {:width$}", case.title(), width = self.title_chars);
        let _ = write!(out, "  {ended_at:>TIME_CHARS$}");
        let breaks = expected_breaks(case, replayed);
        if !breaks.is_empty() {
            let _ = write!(out, "  {FAINT}breaks {}{FAINT:#}", breaks.join(", "));
        }
        if replayed.comparison == Some(Comparison::Accepted) {
            let _ = write!(out, "  {GOOD}accepted{GOOD:#}");
        }
        out.push('\n');
        if !replayed.is_as_expected() {
            self.complaints(case, replayed, &mut out);
        }
        out
    }

    fn complaints(&self, case: &Case, replayed: &Replayed, out: &mut String) {
        if replayed.outcome.verdict == Verdict::NotSettled {
            let _ = writeln!(out, "{INDENT}did not settle");
        }
        for failure in &replayed.outcome.failures {
            failure_lines(case, failure, out);
        }
        if let Some((at, why)) = &replayed.replay_parts {
            let _ = writeln!(out, "{INDENT}at {at}: the capture does not replay: {why}");
        }
        if let Some(comparison) = &replayed.comparison {
            // What a rig gives has other times, so only the virtual outcome can be accepted.
            let has_new_one = self.rig.is_none() || *comparison == Comparison::Missing;
            snapshot_lines(case, comparison, has_new_one && replayed.outcome.failures.is_empty(), out);
        }
        let _ = writeln!(out, "{INDENT}again: {}", self.command(case, replayed));
    }

    /// The one command that does it again.
    fn command(&self, case: &Case, replayed: &Replayed) -> String {
        let rig = self.rig.as_ref().map_or_else(String::new, |rig| format!(" --rig {}", quoted(rig)));
        let terminal = &self.terminal;
        let terminal =
            terminal.as_ref().map_or_else(String::new, |words| format!(" --terminal {}", quoted(words)));
        format!("tillrig run {}{rig}{terminal} --seed {}", quoted(&case.shown), replayed.outcome.seed)
    }
}

/// The counts and times of a whole run, on stderr: they change with every run, and are no data.
pub(super) fn end(summary: &Summary, elapsed: Duration) {
    let simulated = to_the_millisecond(SimTime::ZERO + summary.simulated);
    let scenarios = summary.scenarios();
    let plural = if scenarios == 1 { "" } else { "s" };
    let Summary { as_expected, wrong, not_settled, .. } = summary;
    output::say(&format!(
        "{scenarios} scenario{plural}: {as_expected} as expected, {wrong} wrong, {not_settled} not settled; \
         {simulated} simulated in {elapsed:.1?}, {}",
        pace(summary, elapsed)
    ));
}

/// How simulated time and wall time went together.
fn pace(summary: &Summary, elapsed: Duration) -> String {
    match summary.late_max_ns {
        Some(late_ns) => format!("never more than {:.1?} late", Duration::from_nanos(late_ns)),
        None => format!("{} times as fast", summary.ratio(elapsed)),
    }
}

fn expected_breaks(case: &Case, replayed: &Replayed) -> Vec<&'static str> {
    let broken = replayed.outcome.broken_laws().into_iter();
    broken.filter(|law| case.plan.may_break(*law)).map(scenario::Law::name).collect()
}

fn failure_lines(case: &Case, failure: &Failure, out: &mut String) {
    let _ = writeln!(out, "{INDENT}at {}: {}", failure.at, failure.why);
    if let Some(place) = &failure.place {
        let _ = writeln!(out, "{INDENT}  {FAINT}{}:{}{FAINT:#}", case.file(), place.line);
    }
}

/// What is said of a snapshot that does not match. `can_accept` says that there is
/// a new outcome that can take its place.
fn snapshot_lines(case: &Case, comparison: &Comparison, can_accept: bool, out: &mut String) {
    let files = Snapshot::of(Path::new(&case.shown));
    let accepted = shown(files.accepted());
    let _ = match comparison {
        Comparison::Same | Comparison::Accepted => return,
        Comparison::Missing => writeln!(out, "{INDENT}there is no snapshot {accepted} yet"),
        Comparison::Corrupt(why) => writeln!(out, "{INDENT}the snapshot {accepted} cannot be read: {why}"),
        Comparison::Changed(difference) => {
            let _ = writeln!(out, "{INDENT}the outcome is not that of {accepted}:");
            difference.lines().filter(|line| !line.is_empty()).try_for_each(|line| difference_line(line, out))
        }
    };
    if can_accept {
        let _ =
            writeln!(out, "{INDENT}to accept it as it is now: tillrig run {} --accept", quoted(&case.shown));
    }
}

fn difference_line(line: &str, out: &mut String) -> std::fmt::Result {
    match line.as_bytes().first() {
        Some(b'-') => writeln!(out, "{INDENT}  {BAD}{line}{BAD:#}"),
        Some(b'+') => writeln!(out, "{INDENT}  {GOOD}{line}{GOOD:#}"),
        _ => writeln!(out, "{INDENT}  {FAINT}{line}{FAINT:#}"),
    }
}

fn to_the_millisecond(at: SimTime) -> SimTime {
    SimTime::from_millis(at.as_nanos() / 1_000_000)
}

/// A path as a shell takes it.
fn quoted(path: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-+=:,@%".contains(c);
    if !path.is_empty() && path.chars().all(plain) {
        path.to_owned()
    } else {
        format!("'{}'", path.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::{quoted, to_the_millisecond};
    use sim::SimTime;

    #[test]
    fn a_command_can_be_pasted_into_a_shell() {
        assert_eq!(quoted("scenarios/a/b-c.yaml"), "scenarios/a/b-c.yaml");
        assert_eq!(quoted("it's here.yaml"), r"'it'\''s here.yaml'");
    }

    #[test]
    fn times_of_whole_runs_are_short() {
        assert_eq!(to_the_millisecond(SimTime::from_nanos(62_345_678_901)).to_string(), "1m02.345s");
    }
}
