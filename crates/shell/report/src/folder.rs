//! All that a run leaves behind, in one folder: the outcome for programs and for people, the trace, a picture a slip.
//!
//! Pictures of an earlier run in the same folder are taken away: what lies there belongs to one run.

use crate::{FileError, json, picture, trace};
use runner::outcome::text::{Timeline, write};
use runner::{Outcome, Run};
use std::fs;
use std::io;
use std::path::Path;

/// Writes `outcome.json`, `outcome.txt`, `trace.txt` and `slip-1.png`, … into `folder`, which is made if need be.
///
/// # Errors
/// When the folder or a file cannot be written: which, and why.
pub fn fill(folder: &Path, scenario: &Path, run: &Run, outcome: &Outcome) -> Result<(), FileError> {
    make(folder)?;
    let mut json = format!("{:#}", json::outcome(scenario, &run.plan.scenario, outcome));
    json.push('\n');
    put(&folder.join("outcome.json"), json.as_bytes())?;
    put(&folder.join("outcome.txt"), write(outcome, Timeline::With).as_bytes())?;
    put(&folder.join("trace.txt"), trace::text(&run.trace).as_bytes())?;
    remove_slips_from(folder, outcome.slips.len() + 1)?;
    for (index, slip) in outcome.slips.iter().enumerate() {
        let path = folder.join(format!("slip-{}.png", index + 1));
        let png = picture::png(slip).map_err(io::Error::other).map_err(FileError::writing(&path))?;
        put(&path, &png)?;
    }
    Ok(())
}

/// Removes the pictures of an earlier run, from this number on up to the first that is not there.
fn remove_slips_from(folder: &Path, first: usize) -> Result<(), FileError> {
    for number in first.. {
        let path = folder.join(format!("slip-{number}.png"));
        match fs::remove_file(&path) {
            Ok(()) => {}
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => break,
            Err(cause) => return Err(FileError::writing(&path)(cause)),
        }
    }
    Ok(())
}

/// Makes a folder and those above it.
///
/// # Errors
/// When that cannot be done.
pub fn make(folder: &Path) -> Result<(), FileError> {
    fs::create_dir_all(folder).map_err(FileError::writing(folder))
}

/// Writes one file of a report.
///
/// # Errors
/// When that cannot be done.
pub fn put(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    fs::write(path, bytes).map_err(FileError::writing(path))
}

#[cfg(test)]
mod tests {
    use super::fill;
    use runner::{Outcome, Plan, Run, VirtualTestbed};
    use sim::Seed;
    use std::fs;
    use std::path::Path;
    use std::sync::Arc;

    const SALE: &str = "name: A sale\nsymptom: paid-no-receipt\ncause: none\n\
        steps: [{ at: 0s, card-sale: { amount: CNY 5.00 } }]\nexpect: { captured: CNY 5.00 }\n";

    fn sale() -> (Run, Outcome) {
        let scenario = scenario::Scenario::parse("sale.yaml", SALE.as_bytes()).unwrap();
        let run = VirtualTestbed.run(&Arc::new(Plan::new(scenario).unwrap()), Seed(1));
        let outcome = Outcome::of(&run, None);
        (run, outcome)
    }

    #[test]
    fn a_run_leaves_an_outcome_a_trace_and_a_picture_of_every_slip() {
        let folder = tempfile::tempdir().unwrap();
        let (run, outcome) = sale();
        fill(&folder.path().join("a/b"), Path::new("scenarios/sale.yaml"), &run, &outcome).unwrap();
        let read = |name: &str| fs::read(folder.path().join("a/b").join(name)).unwrap();
        let json: serde_json::Value = serde_json::from_slice(&read("outcome.json")).unwrap();
        assert_eq!(json["captured"]["minor"], 500);
        assert_eq!(json["scenario"]["path"], "scenarios/sale.yaml");
        assert!(read("outcome.txt").starts_with(b"verdict: "));
        assert!(!read("trace.txt").is_empty());
        assert!(!outcome.slips.is_empty());
        for index in 1..=outcome.slips.len() {
            let png = read(&format!("slip-{index}.png"));
            let info = png::Decoder::new(std::io::Cursor::new(png)).read_info().unwrap().info().clone();
            // Two papers of 80 mm at 8 dots a millimetre, and three margins of 5 mm.
            assert_eq!(info.width, 2 * 640 + 3 * 40);
        }
    }

    #[test]
    fn pictures_of_an_earlier_run_do_not_stay() {
        let folder = tempfile::tempdir().unwrap();
        let (run, outcome) = sale();
        for number in 1..=5 {
            fs::write(folder.path().join(format!("slip-{number}.png")), "old").unwrap();
        }
        fill(folder.path(), Path::new("scenarios/sale.yaml"), &run, &outcome).unwrap();
        let left = |number: usize| folder.path().join(format!("slip-{number}.png")).exists();
        assert_eq!((1..=5).map(left).filter(|there| *there).count(), outcome.slips.len());
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named_with_its_cause() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), "").unwrap();
        let (run, outcome) = sale();
        let error = fill(&folder.path().join("file/below"), Path::new("x.yaml"), &run, &outcome);
        let error = error.unwrap_err().to_string();
        assert!(error.contains("below") && error.contains("ot a directory"), "{error}");
    }
}
