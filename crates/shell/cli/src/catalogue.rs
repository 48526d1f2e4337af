//! Which scenario files are meant, and reading them.
//!
//! A path is a file or a folder; of a folder, every `*.yaml` at any depth counts, in the order of their paths.
//! Without a path, it is the folder `scenarios` here or in the nearest folder above. Links to folders are not
//! followed, so that no loop of them holds us up.

use crate::trouble::Trouble;
use acquirer::missing_field;
use iso8583::{Dialect, DialectError};
use report::snapshot::{file_and_case, path_of};
use scenario::{Diagnostics, PrinterFile, Rig, Scenario, TerminalFile, TerminalsFile};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The name of the catalogue's folder.
const FOLDER: &str = "scenarios";

/// Far above the largest scenario; what is larger is not even read.
const MOST_BYTES: u64 = 256 * 1024 * 1024;

/// One scenario, read and found right.
#[derive(Debug)]
pub(crate) struct Entry {
    /// Where it is, as a person here would write it; of a case in a matrix, with its name in that of the file.
    pub(crate) path: PathBuf,
    /// What it says.
    pub(crate) scenario: Scenario,
}

/// Why a file gives no value.
#[derive(Debug)]
pub(crate) enum Refused {
    /// It was read, and it is wrong.
    Wrong(Diagnostics),
    /// It cannot be read.
    Unreadable(String),
}

/// The scenarios behind these paths, all read and right. Never empty.
pub(crate) fn read(paths: &[PathBuf]) -> Result<Vec<Entry>, Trouble> {
    let (mut entries, mut wrong, mut unreadable) = (Vec::new(), Vec::new(), Vec::new());
    for path in files(paths)? {
        match read_scenario(&path) {
            Ok(cases) => entries.extend(cases),
            Err(Refused::Wrong(diagnostics)) => wrong.push(diagnostics),
            Err(Refused::Unreadable(what)) => unreadable.push(what),
        }
    }
    if wrong.is_empty() && unreadable.is_empty() {
        // A file and a case of it may both have been named.
        let mut seen = BTreeSet::new();
        entries.retain(|entry: &Entry| seen.insert(entry.path.clone()));
        Ok(entries)
    } else {
        Err(Trouble::BadFiles { wrong, unreadable })
    }
}

/// The scenario files behind these paths, each once. Never empty.
pub(crate) fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Trouble> {
    let files = match paths {
        [] => in_folder(&default_folder()?)?,
        [path] => under(path)?,
        paths => {
            let mut files = Vec::new();
            for path in paths {
                files.extend(under(path)?);
            }
            each_once(files)
        }
    };
    Ok(files.into_iter().map(|path| tidied(&path)).collect())
}

/// The folder `scenarios` here or in the nearest folder above.
pub(crate) fn default_folder() -> Result<PathBuf, Trouble> {
    let here = std::env::current_dir().unwrap_or_default();
    let mut up = PathBuf::new();
    for folder in here.ancestors() {
        if folder.join(FOLDER).is_dir() {
            return Ok(up.join(FOLDER));
        }
        up.push("..");
    }
    let what = format!("there is no folder `{FOLDER}` here or in any folder above");
    Err(Trouble::bad_input(what, "name a scenario file or a folder of them: tillrig run PATH"))
}

/// Reads one scenario file, which holds one scenario or a matrix of them; or one case of such a file. Never empty.
pub(crate) fn read_scenario(path: &Path) -> Result<Vec<Entry>, Refused> {
    let (file, wanted) = file_and_case(path).unzip();
    let file = file.filter(|_| !path.exists()).unwrap_or_else(|| path.to_owned());
    let (name, bytes) = bytes_of(&file)?;
    let all = Scenario::parse_all(&name, &bytes).map_err(|wrong| match Rig::parse(&name, &bytes) {
        Ok(_) => Refused::Unreadable(format!(
            "{name} is a rig file and no scenario; to run on that rig, say: tillrig run --rig {name}"
        )),
        Err(_) => Refused::Wrong(wrong),
    })?;
    let entries = all.into_iter().map(|scenario| Entry { path: path_of(&file, &scenario), scenario });
    if file == path {
        return Ok(entries.collect());
    }
    let wanted = wanted.unwrap_or_default();
    let (found, others): (Vec<_>, Vec<_>) = entries.partition(|entry| entry.path == path);
    if found.is_empty() {
        let others: Vec<&str> = others.iter().filter_map(|entry| entry.scenario.case.as_deref()).collect();
        let has = if others.is_empty() {
            "no cases".to_owned()
        } else {
            format!("the cases {}", others.join(", "))
        };
        return Err(Refused::Unreadable(format!("{name} has no case {wanted}; it has {has}")));
    }
    Ok(found)
}

/// Whether this is a file, or a case of one.
pub(crate) fn is_there(path: &Path) -> bool {
    path.is_file() || file_and_case(path).is_some_and(|(file, _)| file.is_file())
}

/// Reads one rig file.
pub(crate) fn read_rig(path: &Path) -> Result<Rig, Refused> {
    let (name, bytes) = bytes_of(path)?;
    Rig::parse(&name, &bytes).map_err(Refused::Wrong)
}

/// Reads one printer profile.
pub(crate) fn read_printer(path: &Path) -> Result<PrinterFile, Refused> {
    let (name, bytes) = bytes_of(path)?;
    PrinterFile::parse(&name, &bytes).map_err(Refused::Wrong)
}

/// Reads one terminal profile.
pub(crate) fn read_terminal(path: &Path) -> Result<TerminalFile, Refused> {
    let (name, bytes) = bytes_of(path)?;
    TerminalFile::parse(&name, &bytes).map_err(Refused::Wrong)
}

/// Reads a file of terminals, cards and payers.
pub(crate) fn read_terminals(path: &Path) -> Result<TerminalsFile, Refused> {
    let (name, bytes) = bytes_of(path)?;
    TerminalsFile::parse(&name, &bytes).map_err(Refused::Wrong)
}

/// The dialect of a file that was read, if a host can use it; otherwise the first thing that is wrong with it.
pub(crate) fn dialect_of(name: &str, bytes: Vec<u8>) -> Result<Dialect, String> {
    let text = String::from_utf8(bytes).map_err(|_| format!("{name} is not a text file"))?;
    let wrong = |wrong: DialectError| format!("{name}:{}:{}: {}", wrong.line, wrong.column, wrong.message);
    let dialect = Dialect::parse(&text).map_err(wrong)?;
    match missing_field(&dialect) {
        Some(field) => {
            Err(format!("{name}: there is no field {field} under `fields`, and no host can do without it"))
        }
        None => Ok(dialect),
    }
}

/// Whether words of the command line are a path, and no name of something that is built in.
pub(crate) fn is_path(words: &str) -> bool {
    let path = Path::new(words);
    path.components().count() > 1 || path.extension().is_some_and(|end| end == "yaml" || end == "yml")
}

/// A file's bytes, and its name as messages say it.
pub(crate) fn bytes_of(path: &Path) -> Result<(String, Vec<u8>), Refused> {
    let name = shown(path);
    let cannot = |cause: std::io::Error| Refused::Unreadable(format!("cannot read {name}: {cause}"));
    let size_bytes = fs::metadata(path).map_err(cannot)?.len();
    if size_bytes > MOST_BYTES {
        return Err(Refused::Unreadable(format!("{name} is too large for a scenario: {size_bytes} bytes")));
    }
    let bytes = fs::read(path).map_err(cannot)?;
    Ok((name, bytes))
}

/// A path with `/` between its parts.
pub(crate) fn shown(path: &Path) -> String {
    path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/")
}

fn under(path: &Path) -> Result<Vec<PathBuf>, Trouble> {
    match fs::metadata(path) {
        Ok(about) if about.is_dir() => in_folder(path),
        Ok(_) => Ok(vec![path.to_owned()]),
        Err(_) if is_there(path) => Ok(vec![path.to_owned()]),
        Err(cause) => {
            let what = format!("cannot read {}: {cause}", path.display());
            Err(Trouble::bad_input(what, "a path is a scenario file, or a folder of them"))
        }
    }
}

fn in_folder(folder: &Path) -> Result<Vec<PathBuf>, Trouble> {
    let mut files = Vec::new();
    collect(folder, &mut files)?;
    files.sort();
    if files.is_empty() {
        let what = format!("{} holds no scenario", folder.display());
        return Err(Trouble::bad_input(what, "a scenario is a file whose name ends in .yaml"));
    }
    Ok(files)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Trouble> {
    let cannot = |cause: std::io::Error| Trouble::BadInput {
        what: format!("cannot read {}: {cause}", folder.display()),
        help: None,
    };
    for entry in fs::read_dir(folder).map_err(cannot)? {
        let entry = entry.map_err(cannot)?;
        let path = entry.path();
        if entry.file_type().map_err(cannot)?.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            files.push(path);
        }
    }
    Ok(())
}

/// Two runs of one file at once would write the same snapshot.
fn each_once(files: Vec<PathBuf>) -> Vec<PathBuf> {
    let mut seen = BTreeSet::new();
    let real = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    files.into_iter().filter(|path| seen.insert(real(path))).collect()
}

fn tidied(path: &Path) -> PathBuf {
    path.strip_prefix(".").map_or_else(|_| path.to_owned(), Path::to_owned)
}
