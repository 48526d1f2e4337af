//! `tillrig list`: which scenarios there are, and what each is about.

use crate::catalogue::{self, Entry, shown};
use crate::exit::Exit;
use crate::output::{self, Format};
use crate::trouble::Trouble;
use clap::Args;
use serde_json::json;
use std::fmt::Write;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Scenario files, or folders of them; the folder `scenarios` here or above unless given.
    paths: Vec<PathBuf>,
    /// For people or for programs.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

const COLUMNS: usize = 7;
const HEAD: [&str; COLUMNS] = ["PATH", "SYMPTOM", "CAUSE", "TERMINAL", "PRINTER", "BREAKS", "NAME"];

pub(crate) fn run(arguments: &Arguments) -> Result<Exit, Trouble> {
    let entries = catalogue::read(&arguments.paths)?;
    match arguments.format {
        Format::Human => output::data(&table(&entries))?,
        Format::Json => {
            let scenarios =
                entries.iter().map(|entry| report::json::scenario_of(&entry.path, &entry.scenario));
            output::json(&json!({ "scenarios": scenarios.collect::<Vec<_>>() }))?;
        }
    }
    Ok(Exit::AsExpected)
}

fn table(entries: &[Entry]) -> String {
    let rows: Vec<[String; COLUMNS]> =
        std::iter::once(HEAD.map(str::to_owned)).chain(entries.iter().map(row)).collect();
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: [usize; COLUMNS] = std::array::from_fn(width);
    let mut table = String::new();
    for row in &rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(widths) {
            let _ = write!(line, "{cell:width$}  ");
        }
        let _ = writeln!(table, "{}", line.trim_end());
    }
    table
}

fn row(Entry { path, scenario }: &Entry) -> [String; COLUMNS] {
    let breaks: Vec<&str> = scenario.expect.breaks.iter().map(|law| law.value.name()).collect();
    [
        shown(path),
        scenario.symptom.to_string(),
        scenario.cause.to_string(),
        scenario.terminal.profile.to_owned(),
        scenario.printer.to_owned(),
        if breaks.is_empty() { "-".to_owned() } else { breaks.join(",") },
        scenario.name.clone(),
    ]
}
