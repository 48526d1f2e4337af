//! `tillrig coverage`: the matrix of the catalogue, symptom by cause, as the scenarios' own runs fill it.
//!
//! A cell that the catalogue marks wants two things: a run of a flawed firmware that breaks a law or shows the symptom,
//! and one of a sound firmware that gets through. Scenarios may stand in cells without a mark; those want nothing.

use crate::catalogue::{self, Entry, shown};
use crate::exit::Exit;
use crate::output::{self, BAD, FAINT, Format, GOOD};
use crate::trouble::Trouble;
use clap::Args;
use report::snapshot::SEED;
use runner::{Coverage, Outcome, Plan, Verdict, VirtualTestbed};
use scenario::{Cause, Symptom};
use serde_json::json;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;
use std::sync::Arc;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Scenario files, or folders of them; the folder `scenarios` here or above unless given.
    paths: Vec<PathBuf>,
    /// For people or for programs.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// What the scenarios have to say about one cause of one symptom.
#[derive(Debug, Default)]
struct Cell {
    is_marked: bool,
    coverage: Coverage,
    scenarios: Vec<String>,
}

/// Every cell that is marked or has scenarios.
type Matrix = BTreeMap<(Cause, Symptom), Cell>;

pub(crate) fn run(arguments: &Arguments) -> Result<Exit, Trouble> {
    let mut matrix = marked();
    for Entry { path, scenario } in catalogue::read(&arguments.paths)? {
        let (path, place) = (shown(&path), (scenario.cause, scenario.symptom));
        let plan = Plan::new(scenario)
            .map_err(|why| Trouble::BadInput { what: format!("{path}: {why}"), help: None })?;
        let coverage = covered(Arc::new(plan), &path);
        let cell = matrix.entry(place).or_default();
        cell.coverage.shown |= coverage.shown;
        cell.coverage.survived |= coverage.survived;
        cell.scenarios.push(path);
    }
    match arguments.format {
        Format::Human => output::data(&table(&matrix))?,
        Format::Json => output::json(&document(&matrix))?,
    }
    Ok(exit(&matrix))
}

/// As long as a marked cell is missing, or half of it, something is wrong.
fn exit(matrix: &Matrix) -> Exit {
    let is_missing = |cell: &Cell| cell.is_marked && cell.state() != State::Both;
    if matrix.values().any(is_missing) { Exit::Wrong } else { Exit::AsExpected }
}

/// The cells that the catalogue marks, all empty.
fn marked() -> Matrix {
    let mut matrix = Matrix::new();
    for cause in Cause::ALL {
        for symptom in cause.symptoms() {
            matrix.insert((*cause, *symptom), Cell { is_marked: true, ..Cell::default() });
        }
    }
    matrix
}

fn covered(plan: Arc<Plan>, path: &str) -> Coverage {
    let outcome = Outcome::of(&VirtualTestbed.run(&plan, SEED), None);
    if outcome.verdict != Verdict::AsExpected {
        output::note(format!("{path} does not go as expected and counts for nothing: tillrig run {path}"));
    }
    Coverage::of(&plan, &outcome)
}

/// How far a cell is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Both,
    Shown,
    Survived,
    Neither,
}

impl Cell {
    const fn state(&self) -> State {
        match self.coverage {
            Coverage { shown: true, survived: true } => State::Both,
            Coverage { shown: true, survived: false } => State::Shown,
            Coverage { shown: false, survived: true } => State::Survived,
            Coverage { shown: false, survived: false } => State::Neither,
        }
    }

    /// In one word; in brackets where nothing is wanted.
    const fn says(&self) -> &'static str {
        match (self.state(), self.is_marked) {
            (State::Both, true) => "both",
            (State::Shown, true) => "shown",
            (State::Survived, true) => "survived",
            (State::Neither, true) => "missing",
            (State::Both, false) => "(both)",
            (State::Shown, false) => "(shown)",
            (State::Survived, false) => "(survived)",
            (State::Neither, false) => "",
        }
    }
}

/// Columns are as wide as the longest name of a symptom and two blanks.
const WIDTH: usize = 21;

fn table(matrix: &Matrix) -> String {
    let mut table = format!("{:WIDTH$}  ", "CAUSE");
    for symptom in Symptom::ALL {
        let _ = write!(table, "{symptom:WIDTH$}");
    }
    table.truncate(table.trim_end().len());
    table.push('\n');
    for cause in Cause::ALL {
        if Symptom::ALL.iter().any(|symptom| matrix.contains_key(&(*cause, *symptom))) {
            table.push_str(&row(*cause, matrix));
        }
    }
    table.push_str(&summary(matrix));
    table
}

fn row(cause: Cause, matrix: &Matrix) -> String {
    let name = cause.origin().map_or_else(|| cause.to_string(), |origin| format!("{origin}-{cause}"));
    let mut row = format!("{name:23}");
    // Blanks are owed until something stands behind them: no line ends in any.
    let mut owed = 0;
    for symptom in Symptom::ALL {
        let cell = matrix.get(&(cause, *symptom));
        let says = cell.map_or("", Cell::says);
        if !says.is_empty() {
            let style = cell.map(style).unwrap_or_default();
            let _ = write!(row, "{:owed$}{style}{says}{style:#}", "");
            owed = 0;
        }
        owed += WIDTH - says.len();
    }
    row.truncate(row.trim_end().len());
    row.push('\n');
    row
}

const fn style(cell: &Cell) -> anstyle::Style {
    match (cell.state(), cell.is_marked) {
        (_, false) => FAINT,
        (State::Both, true) => GOOD,
        (_, true) => BAD,
    }
}

fn summary(matrix: &Matrix) -> String {
    let count = |state| matrix.values().filter(|cell| cell.is_marked && cell.state() == state).count();
    let marks = matrix.values().filter(|cell| cell.is_marked).count();
    let unmarked = matrix.len() - marks;
    format!(
        "\n{marks} cells are marked: {} shown and survived, {} only shown, {} only survived, {} missing; (in brackets): {unmarked} cells without a mark that have scenarios\n",
        count(State::Both),
        count(State::Shown),
        count(State::Survived),
        count(State::Neither)
    )
}

fn document(matrix: &Matrix) -> serde_json::Value {
    let cells = matrix.iter().map(|((cause, symptom), cell)| {
        json!({
            "symptom": symptom.name(),
            "cause": cause.name(),
            "marked": cell.is_marked,
            "shown": cell.coverage.shown,
            "survived": cell.coverage.survived,
            "scenarios": cell.scenarios,
        })
    });
    json!({ "cells": cells.collect::<Vec<_>>() })
}

#[cfg(test)]
mod tests {
    use super::{Exit, Matrix, exit, marked};
    use runner::Coverage;
    use scenario::{Cause, Symptom};

    fn covered(coverage: Coverage) -> Matrix {
        let mut matrix = marked();
        matrix.values_mut().for_each(|cell| cell.coverage = coverage);
        matrix
    }

    #[test]
    fn nothing_is_wrong_only_when_every_marked_cell_is_shown_and_survived() {
        let mut matrix = covered(Coverage { shown: true, survived: true });
        assert_eq!(exit(&matrix), Exit::AsExpected);
        matrix.entry((Cause::None, Symptom::PaidNoReceipt)).or_default();
        assert_eq!(exit(&matrix), Exit::AsExpected, "a cell without a mark wants nothing");
        assert_eq!(exit(&covered(Coverage { shown: true, survived: false })), Exit::Wrong);
        assert_eq!(exit(&covered(Coverage { shown: false, survived: true })), Exit::Wrong);
    }
}
