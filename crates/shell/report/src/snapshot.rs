//! The accepted outcome of a scenario, in a file beside it: `x.yaml` has `x.snap`, and `x.snap.new` while a
//! changed outcome waits for a person.
//!
//! The files are insta's, so that `cargo insta review` takes them; they are read by insta and written here, because
//! insta's own writer panics on a difference and names a line of Rust. Compared is what insta compares: the text
//! without blanks at its very end and with plain line ends. *Not done:* binary snapshots, `INSTA_UPDATE`.

use crate::FileError;
use runner::outcome::text::{Timeline, without_timeline, write};
use runner::{Outcome, Verdict};
use scenario::Scenario;
use sim::Seed;
use similar::TextDiff;
use std::fs;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

/// Only outcomes of this seed are kept as snapshots.
pub const SEED: Seed = Seed(1);

/// Lines around a change that are shown with it.
const CONTEXT_LINES: usize = 2;

/// What a scenario's outcome is against its snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// As accepted.
    Same,
    /// Accepted just now, and not the same as before.
    Accepted,
    /// Not as accepted; the difference in unified form, `-` accepted and `+` found.
    Changed(String),
    /// Nothing has been accepted yet.
    Missing,
    /// There is a snapshot, and it cannot be read: why.
    Corrupt(String),
}

/// A comparison, and what came of keeping its result.
#[derive(Debug)]
pub struct Compared {
    /// What the outcome is against its snapshot.
    pub comparison: Comparison,
    /// The file that could not be written, if any: no fault of the scenario.
    pub unwritten: Option<FileError>,
}

/// What to compare with, and what to leave on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Compares all, and leaves a changed outcome in `x.snap.new`.
    Compare,
    /// Makes this outcome the accepted one.
    Accept,
    /// Compares all but the verdict, and leaves the disk alone: for a wrong outcome, which nobody should accept.
    Look,
    /// Compares all but the timeline, and leaves the disk alone: on real ports, times differ.
    LookWithoutTimeline,
}

/// What stands between the name of a file and that of a case in its matrix.
const CASE_SIGN: char = '@';

/// The path by which a scenario is known: that of its file, or, of a case in a matrix, with the case in the file's name:
/// `declined@broke.yaml` is the case `broke` of `declined.yaml`.
#[must_use]
pub fn path_of(file: &Path, scenario: &Scenario) -> PathBuf {
    let Some(case) = &scenario.case else { return file.to_owned() };
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    renamed(file, &format!("{stem}{CASE_SIGN}{case}"))
}

/// The file behind the path of a case, and the name of the case; nothing where no case is named.
#[must_use]
pub fn file_and_case(path: &Path) -> Option<(PathBuf, String)> {
    let (stem, case) = path.file_stem()?.to_str()?.rsplit_once(CASE_SIGN)?;
    Some((renamed(path, stem), case.to_owned()))
}

fn renamed(path: &Path, stem: &str) -> PathBuf {
    path.with_file_name(match path.extension() {
        Some(extension) => format!("{stem}.{}", extension.to_string_lossy()),
        None => stem.to_owned(),
    })
}

/// One scenario's snapshot files.
#[derive(Clone, Debug)]
pub struct Snapshot {
    accepted: PathBuf,
    pending: PathBuf,
    source: String,
}

impl Snapshot {
    /// The snapshot of the scenario that is known by this path.
    #[must_use]
    pub fn of(scenario: &Path) -> Self {
        Self {
            accepted: scenario.with_extension("snap"),
            pending: scenario.with_extension("snap.new"),
            source: source_of(scenario),
        }
    }

    /// Where the accepted outcome is kept.
    #[must_use]
    pub fn accepted(&self) -> &Path {
        &self.accepted
    }

    /// Where a changed outcome waits.
    #[must_use]
    pub fn pending(&self) -> &Path {
        &self.pending
    }

    /// Compares an outcome with the accepted one. `name` is the scenario's, and stands in the file's header.
    #[must_use]
    pub fn compare(&self, outcome: &Outcome, name: &str, mode: Mode) -> Compared {
        let found = write(outcome, Timeline::With);
        let comparison = match mode {
            Mode::LookWithoutTimeline => self.against(&without_timeline(&found), without_timeline),
            // That it is wrong is known already; of interest is what else has changed.
            Mode::Look => self.against(&with_good_verdict(outcome, &found), str::to_owned),
            Mode::Compare | Mode::Accept => self.against(&found, str::to_owned),
        };
        let written = match (mode, &comparison) {
            (Mode::Look | Mode::LookWithoutTimeline, _) => Ok(()),
            (_, Comparison::Same) => self.remove_pending(),
            (Mode::Compare, _) => write_file(&self.pending, &file(&self.source, name, &found)),
            (Mode::Accept, _) => {
                let written = write_file(&self.accepted, &file(&self.source, name, &found));
                written.and_then(|()| self.remove_pending())
            }
        };
        match written {
            Ok(()) if mode == Mode::Accept && comparison != Comparison::Same => {
                Compared { comparison: Comparison::Accepted, unwritten: None }
            }
            written => Compared { comparison, unwritten: written.err() },
        }
    }

    /// `part` is applied to the accepted text.
    fn against(&self, found: &str, part: impl Fn(&str) -> String) -> Comparison {
        // Asked before insta, which takes any text for a snapshot of an older form, and says so on stderr.
        match fs::read(&self.accepted) {
            Err(cause) if cause.kind() == ErrorKind::NotFound => return Comparison::Missing,
            Err(cause) => return Comparison::Corrupt(cause.to_string()),
            Ok(bytes) if !bytes.starts_with(b"---") => {
                return Comparison::Corrupt("it does not begin with a header between `---`".to_owned());
            }
            Ok(_) => {}
        }
        let accepted = match insta::Snapshot::from_file(&self.accepted) {
            Ok(snapshot) => snapshot,
            Err(why) => return Comparison::Corrupt(why.to_string()),
        };
        match accepted.as_text() {
            Some(accepted) => compare(&part(&format!("{accepted}\n")), found),
            None => Comparison::Corrupt("it does not hold text".to_owned()),
        }
    }

    fn remove_pending(&self) -> Result<(), FileError> {
        match fs::remove_file(&self.pending) {
            Err(cause) if cause.kind() != ErrorKind::NotFound => {
                Err(FileError::writing(&self.pending)(cause))
            }
            _ => Ok(()),
        }
    }
}

/// The scenario's path as snapshots and reports name it: from the folder `scenarios` on, or the file's name alone;
/// always with `/`, never from the root of a disk.
#[must_use]
pub fn source_of(scenario: &Path) -> String {
    let absolute = std::path::absolute(scenario).unwrap_or_else(|_| scenario.to_owned());
    let parts: Vec<_> = absolute
        .components()
        .filter_map(|part| match part {
            Component::Normal(name) => Some(name.to_string_lossy()),
            _ => None,
        })
        .collect();
    let last = parts.len().saturating_sub(1);
    let from = parts.iter().rposition(|part| part == "scenarios").unwrap_or(last);
    parts.get(from..).unwrap_or_default().join("/")
}

fn with_good_verdict(outcome: &Outcome, found: &str) -> String {
    found.replacen(outcome.verdict.says(), Verdict::AsExpected.says(), 1)
}

fn compare(accepted: &str, found: &str) -> Comparison {
    let (accepted, found) = (compared(accepted), compared(found));
    if accepted == found { Comparison::Same } else { Comparison::Changed(difference(&accepted, &found)) }
}

/// The part of a text that insta compares.
fn compared(text: &str) -> String {
    text.trim_end().replace("\r\n", "\n")
}

fn difference(accepted: &str, found: &str) -> String {
    let (accepted, found) = (format!("{accepted}\n"), format!("{found}\n"));
    let lines = TextDiff::from_lines(&accepted, &found);
    lines.unified_diff().context_radius(CONTEXT_LINES).to_string()
}

/// A snapshot file: a YAML header between `---`, then the text. A JSON string is a YAML string too.
fn file(source: &str, name: &str, text: &str) -> String {
    format!("---\nsource: {}\nexpression: {}\n---\n{text}", scalar(source), quoted(name))
}

/// A YAML scalar as insta writes it: plain where nothing in it means anything, so that an outcome that was accepted
/// with its tool has the same header as one that was accepted here.
fn scalar(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-@".contains(c);
    if text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.chars().all(plain) {
        text.to_owned()
    } else {
        quoted(text)
    }
}

/// JSON's strings are YAML's.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn write_file(path: &Path, text: &str) -> Result<(), FileError> {
    fs::write(path, text).map_err(FileError::writing(path))
}

#[cfg(test)]
mod tests {
    use super::{Comparison, Mode, Snapshot, compared, file, file_and_case, path_of, source_of};
    use runner::{Outcome, Plan, VirtualTestbed};
    use sim::Seed;
    use std::fs;
    use std::path::Path;
    use std::sync::Arc;

    const QUIET: &str = "name: \"Nothing: \\\"much\\\" happens\"\nsymptom: paid-no-receipt\ncause: none\n\
        steps: [{ at: 0s, card-sale: { amount: CNY 5.00 } }]\nexpect: { captured: CNY 5.00 }\n";

    fn outcome() -> Outcome {
        let scenario = scenario::Scenario::parse("quiet.yaml", QUIET.as_bytes()).unwrap();
        Outcome::of(&VirtualTestbed.run(&Arc::new(Plan::new(scenario).unwrap()), Seed(1)), None)
    }

    struct Bench {
        _folder: tempfile::TempDir,
        snapshot: Snapshot,
        outcome: Outcome,
    }

    impl Bench {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let snapshot = Snapshot::of(&folder.path().join("quiet.yaml"));
            Self { _folder: folder, snapshot, outcome: outcome() }
        }

        fn compare(&self, mode: Mode) -> Comparison {
            let compared = self.snapshot.compare(&self.outcome, "quiet: \"x\" # y", mode);
            assert!(compared.unwritten.is_none(), "{:?}", compared.unwritten);
            compared.comparison
        }

        fn change_accepted(&self, passage: &str, by: &str) {
            let text = fs::read_to_string(self.snapshot.accepted()).unwrap();
            assert!(text.contains(passage), "{text}");
            fs::write(self.snapshot.accepted(), text.replace(passage, by)).unwrap();
        }
    }

    #[test]
    fn a_case_is_known_by_the_name_of_its_file_and_its_own() {
        let mut scenario = scenario::Scenario::parse("quiet.yaml", QUIET.as_bytes()).unwrap();
        let file = Path::new("scenarios/paid-no-receipt/a.b.yaml");
        assert_eq!(path_of(file, &scenario), file);
        assert_eq!(file_and_case(file), None);
        scenario.case = Some("late".to_owned());
        let path = path_of(file, &scenario);
        assert_eq!(path, Path::new("scenarios/paid-no-receipt/a.b@late.yaml"));
        assert_eq!(file_and_case(&path), Some((file.to_owned(), "late".to_owned())));
        assert_eq!(Snapshot::of(&path).accepted(), Path::new("scenarios/paid-no-receipt/a.b@late.snap"));
    }

    #[test]
    fn what_was_accepted_is_the_same_from_then_on() {
        let bench = Bench::new();
        assert_eq!(bench.compare(Mode::Compare), Comparison::Missing);
        assert!(bench.snapshot.pending().exists());
        assert_eq!(bench.compare(Mode::Accept), Comparison::Accepted);
        assert!(!bench.snapshot.pending().exists());
        assert_eq!(bench.compare(Mode::Compare), Comparison::Same);
        assert_eq!(bench.compare(Mode::Accept), Comparison::Same);
    }

    #[test]
    fn a_changed_outcome_waits_until_it_matches_again() {
        let bench = Bench::new();
        bench.compare(Mode::Accept);
        bench.change_accepted("captured CNY 5.00", "captured CNY 6.00");
        let Comparison::Changed(diff) = bench.compare(Mode::Compare) else { panic!("it must differ") };
        assert!(diff.contains("-") && diff.contains("captured CNY 6.00"), "{diff}");
        assert!(bench.snapshot.pending().exists());
        bench.change_accepted("captured CNY 6.00", "captured CNY 5.00");
        assert_eq!(bench.compare(Mode::Compare), Comparison::Same);
        assert!(!bench.snapshot.pending().exists());
    }

    #[test]
    fn a_look_leaves_the_disk_alone() {
        let bench = Bench::new();
        assert_eq!(bench.compare(Mode::Look), Comparison::Missing);
        assert!(!bench.snapshot.pending().exists());
    }

    #[test]
    fn without_the_timeline_other_times_do_not_matter() {
        let bench = Bench::new();
        bench.compare(Mode::Accept);
        bench.change_accepted("\ntimeline\n", "\ntimeline\n  0s  something else\n");
        assert_eq!(bench.compare(Mode::LookWithoutTimeline), Comparison::Same);
        assert!(matches!(bench.compare(Mode::Look), Comparison::Changed(_)));
        bench.change_accepted("captured CNY 5.00", "captured CNY 6.00");
        assert!(matches!(bench.compare(Mode::LookWithoutTimeline), Comparison::Changed(_)));
    }

    #[test]
    fn that_a_wrong_outcome_is_wrong_is_no_difference() {
        let mut bench = Bench::new();
        bench.compare(Mode::Accept);
        bench.outcome.verdict = runner::Verdict::Wrong;
        assert_eq!(bench.compare(Mode::Look), Comparison::Same);
        assert!(matches!(bench.compare(Mode::Compare), Comparison::Changed(_)));
    }

    #[test]
    fn a_snapshot_that_is_none_is_said_to_be_broken() {
        let bench = Bench::new();
        fs::write(bench.snapshot.accepted(), [0xff, 0xfe, 0x00]).unwrap();
        assert!(matches!(bench.compare(Mode::Look), Comparison::Corrupt(_)));
    }

    #[test]
    fn insta_reads_back_what_is_written_here() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.snap");
        let text = "a: 扫码\r\n\n  |b  \n\n\n";
        fs::write(&path, file("scenarios/a/x.yaml", "it's \"so\": #1", text)).unwrap();
        let read = insta::Snapshot::from_file(&path).unwrap();
        assert_eq!(read.metadata().source(), Some("scenarios/a/x.yaml"));
        assert_eq!(read.metadata().expression(), Some("it's \"so\": #1"));
        assert_eq!(read.as_text().unwrap().to_string(), compared(text));
    }

    #[test]
    fn an_unwritable_folder_is_named_with_its_cause() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), "").unwrap();
        let snapshot = Snapshot::of(&folder.path().join("file/x.yaml"));
        let error = snapshot.compare(&outcome(), "x", Mode::Accept).unwritten.unwrap().to_string();
        assert!(error.contains("x.snap") && error.contains("ot a directory"), "{error}");
    }

    #[test]
    fn a_source_never_begins_at_the_root_of_a_disk() {
        assert_eq!(source_of(Path::new("/a/scenarios/b/c.yaml")), "scenarios/b/c.yaml");
        assert_eq!(source_of(Path::new("/a/b/c.yaml")), "c.yaml");
        assert_eq!(source_of(Path::new("scenarios/../scenarios/b/c.yaml")), "scenarios/b/c.yaml");
    }
}
