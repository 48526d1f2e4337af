//! `tillrig check`: validates scenario, rig, printer, terminal, terminals and dialect files, and says everything that is wrong with them.
//!
//! Without a path it checks the catalogue and, where there is one, the folder `rigs` beside it.

use crate::catalogue::{self, Refused, shown};
use crate::exit::Exit;
use crate::output::{self, BAD, Format, GOOD};
use crate::trouble::Trouble;
use clap::Args;
use runner::Plan;
use scenario::{PrinterFile, Rig, Scenario, TERMINAL_PROFILES, TerminalFile, TerminalsFile};
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Scenario, rig, printer, terminal, terminals and dialect files, or folders of them; `scenarios` and `rigs` here or above unless given.
    paths: Vec<PathBuf>,
    /// For people or for programs.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Exit, Trouble> {
    let files = files(&arguments.paths)?;
    let checked: Vec<(String, Result<(), Refused>)> =
        files.iter().map(|path| (shown(path), check(path))).collect();
    match arguments.format {
        Format::Human => for_people(&checked)?,
        Format::Json => output::json(&for_programs(&checked))?,
    }
    let right = checked.iter().all(|(_, result)| result.is_ok());
    Ok(if right { Exit::AsExpected } else { Exit::BadInput })
}

fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Trouble> {
    if !paths.is_empty() {
        return catalogue::files(paths);
    }
    let scenarios = catalogue::default_folder()?;
    let mut files = catalogue::files(std::slice::from_ref(&scenarios))?;
    let rigs = scenarios.with_file_name("rigs");
    // A folder of rigs may be missing or hold none.
    files.extend(catalogue::files(&[rigs]).unwrap_or_default());
    Ok(files)
}

fn check(path: &Path) -> Result<(), Refused> {
    if !path.exists() {
        // A case of a matrix.
        return catalogue::read_scenario(path).map(drop);
    }
    let (name, bytes) = catalogue::bytes_of(path)?;
    match Kind::of(path, &bytes) {
        Kind::Printer => PrinterFile::parse(&name, &bytes).map(drop).map_err(Refused::Wrong),
        Kind::Terminal => TerminalFile::parse(&name, &bytes).map(drop).map_err(Refused::Wrong),
        Kind::Terminals => TerminalsFile::parse(&name, &bytes).map(drop).map_err(Refused::Wrong),
        Kind::Dialect => catalogue::dialect_of(&name, bytes).map(drop).map_err(Refused::Unreadable),
        Kind::Rig => check_list(&name, &Rig::parse(&name, &bytes).map_err(Refused::Wrong)?),
        Kind::Scenario => {
            let all = Scenario::parse_all(&name, &bytes).map_err(Refused::Wrong)?;
            let unfit = |why| Refused::Unreadable(format!("{name}: {why}"));
            all.into_iter().try_for_each(|scenario| Plan::new(scenario).map(drop).map_err(unfit))
        }
    }
}

/// Whether the scenarios that a rig runs are in the catalogue, where there is one.
fn check_list(name: &str, rig: &Rig) -> Result<(), Refused> {
    let Ok(catalogue) = catalogue::default_folder() else { return Ok(()) };
    match rig.scenarios.iter().find(|path| !catalogue::is_there(&catalogue.join(path))) {
        Some(path) => {
            let folder = shown(&catalogue);
            Err(Refused::Unreadable(format!("{name} lists {path}, and there is no {folder}/{path}")))
        }
        None => Ok(()),
    }
}

/// What a file means to be.
enum Kind {
    Scenario,
    Rig,
    Printer,
    Terminal,
    Terminals,
    Dialect,
}

impl Kind {
    /// Terminals are a list; a dialect has an envelope; a terminal or a printer is like another one; a rig lies in a folder of rigs, or joins devices; neither does anything.
    fn of(path: &Path, bytes: &[u8]) -> Self {
        let begins = |key: &[u8]| bytes.split(|byte| *byte == b'\n').any(|line| line.starts_with(key));
        let lies_in = |folder: &str| path.components().any(|part| part.as_os_str() == folder);
        if begins(b"steps:") {
            Self::Scenario
        } else if begins(b"terminals:") {
            Self::Terminals
        } else if begins(b"envelope:") {
            Self::Dialect
        } else if is_like_a_terminal(bytes) || (lies_in("terminals") && !begins(b"links:")) {
            Self::Terminal
        } else if begins(b"like:") || (lies_in("printers") && !begins(b"links:")) {
            Self::Printer
        } else if begins(b"links:") || lies_in("rigs") {
            Self::Rig
        } else {
            Self::Scenario
        }
    }
}

/// Whether it says that it is like a terminal's firmware; no printer has such a name.
fn is_like_a_terminal(bytes: &[u8]) -> bool {
    let like = bytes.split(|byte| *byte == b'\n').find_map(|line| line.strip_prefix(b"like:"));
    // A comment may follow, and a name may stand in quotes.
    let is_of_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
    let mut words = like.unwrap_or_default().split(|byte| !is_of_name(byte));
    let name = words.find(|word| !word.is_empty()).unwrap_or_default();
    TERMINAL_PROFILES.iter().any(|profile| profile.as_bytes() == name)
}

fn for_people(checked: &[(String, Result<(), Refused>)]) -> std::io::Result<()> {
    let mut lines = String::new();
    for (name, result) in checked {
        let _ = match result {
            Ok(()) => writeln!(lines, "{GOOD}ok{GOOD:#}     {name}"),
            Err(_) => writeln!(lines, "{BAD}wrong{BAD:#}  {name}"),
        };
    }
    output::data(&lines)?;
    for (_, result) in checked {
        match result {
            Err(Refused::Wrong(diagnostics)) => output::say(&format!("{}\n", diagnostics.render(true))),
            Err(Refused::Unreadable(what)) => output::error(what),
            Ok(()) => {}
        }
    }
    Ok(())
}

fn for_programs(checked: &[(String, Result<(), Refused>)]) -> Value {
    let files = checked.iter().map(|(name, result)| {
        let diagnostics = match result {
            Ok(()) => Vec::new(),
            Err(Refused::Wrong(diagnostics)) => diagnostics.to_json(),
            Err(Refused::Unreadable(what)) => vec![json!({ "file": name, "title": what })],
        };
        json!({ "path": name, "right": result.is_ok(), "diagnostics": diagnostics })
    });
    json!({ "files": files.collect::<Vec<_>>() })
}
