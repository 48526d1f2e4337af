//! The table of ratios that a bench prints behind its own tables: what was measured beside its goal.
//!
//! Units are the row's own, named in its claim. *Not done:* failing the run. Wall time is too noisy for a
//! gate; the figure to gate on is the instruction count.

use core::fmt;
use std::io::{self, Write as _};

/// Rows of a table.
#[derive(Clone, Debug, Default)]
pub struct Ratios {
    rows: Vec<Row>,
}

/// What a measured value should be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Goal {
    /// This or more.
    AtLeast(f64),
    /// This or less.
    AtMost(f64),
    /// Shown for its own sake.
    Open,
}

/// Measures and prints the table, if this process was started to measure: under `cargo test` and with
/// `--list` or `--test` it does neither.
///
/// # Errors
/// If standard output is closed.
pub fn print(measure: impl FnOnce() -> Ratios) -> io::Result<()> {
    let asked = |flag: &str| std::env::args().any(|argument| argument == flag);
    if !asked("--bench") || asked("--test") || asked("--list") {
        return Ok(());
    }
    let table = measure();
    writeln!(io::stdout(), "\n{table}\nto count instructions instead: crates/dev/bench/README.md")
}

#[derive(Clone, Debug)]
struct Row {
    claim: String,
    value: Result<f64, &'static str>,
    goal: Goal,
}

impl Ratios {
    /// A table without rows.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a row.
    #[must_use]
    pub fn row(mut self, claim: &str, value: f64, goal: Goal) -> Self {
        self.rows.push(Row { claim: claim.to_owned(), value: Ok(value), goal });
        self
    }

    /// Adds a row whose value could not be measured, and says why in a word or two.
    #[must_use]
    pub fn missing(mut self, claim: &str, why: &'static str, goal: Goal) -> Self {
        self.rows.push(Row { claim: claim.to_owned(), value: Err(why), goal });
        self
    }
}

impl Goal {
    fn verdict(self, value: f64) -> &'static str {
        let met = match self {
            Self::AtLeast(least) => value >= least,
            Self::AtMost(most) => value <= most,
            Self::Open => return "",
        };
        if met { "met" } else { "MISSED" }
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::AtLeast(least) => format!(">= {least}"),
            Self::AtMost(most) => format!("<= {most}"),
            Self::Open => "-".to_owned(),
        };
        f.pad(&text)
    }
}

impl fmt::Display for Ratios {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<52} {:>10} {:>9}", "ratios", "measured", "goal")?;
        for Row { claim, value, goal } in &self.rows {
            match value {
                Ok(value) => writeln!(f, "{claim:<52} {value:>10.2} {goal:>9} {}", goal.verdict(*value))?,
                Err(why) => writeln!(f, "{claim:<52} {why:>10} {goal:>9}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Goal, Ratios};

    #[test]
    fn a_row_says_whether_its_goal_is_met() {
        let table = Ratios::new()
            .row("speed", 9.0, Goal::AtLeast(8.0))
            .row("cost", 9.0, Goal::AtMost(8.0))
            .row("size", 9.0, Goal::Open)
            .to_string();
        let ends: Vec<&str> = table.lines().skip(1).filter_map(|line| line.split("9.00").nth(1)).collect();
        assert_eq!(ends, ["      >= 8 met", "      <= 8 MISSED", "         - "]);
    }

    #[test]
    fn a_row_without_a_value_says_why_and_has_no_verdict() {
        let table = Ratios::new().missing("speed", "not built", Goal::AtMost(5.0)).to_string();
        assert!(table.ends_with("  not built      <= 5\n"), "{table}");
    }
}
