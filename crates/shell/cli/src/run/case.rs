//! A scenario that is going to be run: its plan, its names, and where its report goes.

use crate::catalogue::{Entry, shown};
use crate::trouble::Trouble;
use report::snapshot::file_and_case;
use runner::Plan;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use terminal::Profile;

/// A scenario that is going to be run.
#[derive(Debug)]
pub(super) struct Case {
    /// By which it is known.
    pub(super) path: PathBuf,
    /// The same as people here write it, with `/`.
    pub(super) shown: String,
    /// Ready to run.
    pub(super) plan: Arc<Plan>,
    /// Where its report goes, if anywhere.
    pub(super) out: Option<PathBuf>,
}

/// Makes the scenarios that pass the filter ready to run, in their order, with this firmware or with the one that each
/// names. Never empty.
pub(super) fn make(
    entries: Vec<Entry>,
    firmware: Option<&'static Profile>,
    filter: Option<&str>,
    out: Option<&Path>,
) -> Result<Vec<Case>, Trouble> {
    let wanted = |entry: &Entry| {
        filter.is_none_or(|text| shown(&entry.path).contains(text) || entry.scenario.name.contains(text))
    };
    let mut folders = Folders::default();
    let mut cases = Vec::new();
    for entry in entries.into_iter().filter(wanted) {
        let out = out.map(|out| out.join(folders.next(&entry)));
        cases.push(case(entry, firmware, out)?);
    }
    match filter {
        Some(text) if cases.is_empty() => {
            let what = format!("no scenario has `{text}` in its path or name");
            Err(Trouble::bad_input(what, "see what there is: tillrig list"))
        }
        _ => Ok(cases),
    }
}

impl Case {
    /// Its path without the ending that all of them have.
    pub(super) fn title(&self) -> &str {
        self.shown.strip_suffix(".yaml").unwrap_or(&self.shown)
    }

    /// The file that it stands in.
    pub(super) fn file(&self) -> String {
        let of_matrix = self.plan.scenario.case.as_ref().and_then(|_| file_and_case(&self.path));
        of_matrix.map_or_else(|| self.shown.clone(), |(file, _)| shown(&file))
    }
}

fn case(
    Entry { path, scenario }: Entry,
    firmware: Option<&'static Profile>,
    out: Option<PathBuf>,
) -> Result<Case, Trouble> {
    let shown = shown(&path);
    let plan = match firmware {
        Some(firmware) => Plan::with_terminal(scenario, firmware),
        None => Plan::new(scenario),
    };
    let plan = plan.map_err(|why| Trouble::BadInput { what: format!("{shown}: {why}"), help: None })?;
    Ok(Case { path, shown, plan: Arc::new(plan), out })
}

/// Hands out a folder for every report: symptom, then the file's name; a number where that is taken.
#[derive(Default)]
struct Folders {
    taken: BTreeMap<String, u32>,
}

impl Folders {
    fn next(&mut self, entry: &Entry) -> String {
        let stem = entry.path.file_stem().unwrap_or_default().to_string_lossy();
        let folder = format!("{}/{stem}", entry.scenario.symptom);
        let times = self.taken.entry(folder.clone()).or_default();
        *times += 1;
        if *times == 1 { folder } else { format!("{folder}-{times}") }
    }
}
