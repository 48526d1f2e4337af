//! The whole catalogue: every mark of it is shown and survived; and in other people's hands: their ISO 8583 codec reads every card message that its runs put on
//! the wire, and their JSON Schema validator agrees with our parser on every file.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::Arc;

use runner::device::{CARD_ANSWERS, CARD_ASKS};
use runner::{Coverage, Outcome, Plan, VirtualTestbed};
use scenario::{
    AcquirerFault, Cause, Effect, Scenario, Symptom, printer_schema, rig_schema, scenario_schema,
    terminal_schema, terminals_schema,
};
use sim::{Entry, Seed};
use tillrig_tests::peers;
use tillrig_tests::repository::root;

type Checked = Result<(), Box<dyn Error>>;

/// What the product promises: every symptom by every cause, shown where it hurts and survived where it need not.
#[test]
fn every_marked_cell_is_shown_by_a_flawed_device_and_survived_by_a_sound_one() -> Checked {
    let mut cells: BTreeMap<(Cause, Symptom), (bool, bool)> = BTreeMap::new();
    for path in yaml_files(&root().join("scenarios"))? {
        for scenario in Scenario::parse_all(&path.to_string_lossy(), &fs::read(&path)?)? {
            let cell = cells.entry((scenario.cause, scenario.symptom)).or_default();
            let plan = Arc::new(Plan::new(scenario)?);
            let coverage = Coverage::of(&plan, &Outcome::of(&VirtualTestbed.run(&plan, Seed(1)), None));
            *cell = (cell.0 | coverage.shown, cell.1 | coverage.survived);
        }
    }
    let marked =
        Cause::ALL.iter().flat_map(|cause| cause.symptoms().iter().map(move |symptom| (*cause, *symptom)));
    let missing: Vec<String> = marked
        .filter(|cell| cells.get(cell) != Some(&(true, true)))
        .map(|(cause, symptom)| format!("{cause} under {symptom}"))
        .collect();
    assert!(missing.is_empty(), "not shown and survived: {}", missing.join(", "));
    Ok(())
}

#[test]
fn pyiso8583_reads_every_card_message_of_the_catalogue_and_writes_the_same_bytes() -> Checked {
    let mut frames = Vec::new();
    for path in yaml_files(&root().join("scenarios"))? {
        for scenario in Scenario::parse_all(&path.to_string_lossy(), &fs::read(&path)?)? {
            frames.extend(card_frames(scenario)?);
        }
    }
    // Sales, reversals and both answers, in a dozen scenarios.
    assert!(frames.len() > 40, "{} frames are too few to be the catalogue", frames.len());
    let output = peers::run::<&str>("iso8583_cup.py", &[], &frames.join("\n"))?;
    assert!(output.status.success(), "{}", complaint(&output));
    assert_eq!(String::from_utf8(output.stdout)?.lines().count(), frames.len());
    Ok(())
}

#[test]
fn jsonschema_passes_every_scenario_rig_profile_and_file_of_terminals() -> Checked {
    let folder = tempfile::tempdir()?;
    for (name, schema, files) in [
        ("scenario", scenario_schema(), root().join("scenarios")),
        ("rig", rig_schema(), root().join("rigs/loopback.yaml")),
        ("printer", printer_schema(), root().join("rigs/printers")),
        ("terminal", terminal_schema(), root().join("rigs/terminals")),
        ("terminals", terminals_schema(), root().join("rigs/acquirers")),
    ] {
        let path = folder.path().join(format!("{name}.json"));
        fs::write(&path, schema.to_string())?;
        let output = peers::run("check_schema.py", &[&path, &files], "")?;
        assert!(output.status.success(), "{}", complaint(&output));
    }
    Ok(())
}

/// A schema that lets everything pass would agree with everybody.
#[test]
fn jsonschema_refuses_what_our_parser_refuses() -> Checked {
    let folder = tempfile::tempdir()?;
    let schema = folder.path().join("scenario.json");
    fs::write(&schema, scenario_schema().to_string())?;
    let right = fs::read_to_string(root().join("scenarios/receipt-retracted/notification-lost.yaml"))?;
    let slips = [
        ("symptom:", "symptoms:"),
        ("receipt-retracted", "receipt-withdrawn"),
        ("at: 0s", "at: 0"),
        ("CNY 18.50", "18.50"),
        ("times: 1", "time: 1"),
        ("fate: retracted", "fate: gone"),
    ];
    for (passage, by) in slips {
        let wrong = right.replace(passage, by);
        assert_ne!(wrong, right, "{passage}");
        assert!(Scenario::parse("wrong.yaml", wrong.as_bytes()).is_err(), "our parser takes {by}");
        let file = folder.path().join("wrong.yaml");
        fs::write(&file, wrong)?;
        let output = peers::run("check_schema.py", &[&schema, &file], "")?;
        assert!(!output.status.success(), "the schema takes {by}");
    }
    Ok(())
}

/// Every card message of one scenario's run, as hex, in the order in which it was sent. Answers of a host that
/// damages them on purpose are nothing to read.
fn card_frames(scenario: Scenario) -> Result<Vec<String>, Box<dyn Error>> {
    let answers_are_whole = !scenario.faults.iter().any(|fault| damages_answers(&fault.effect));
    let run = VirtualTestbed.run(&Arc::new(Plan::new(scenario)?), Seed(1));
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    let frames = run.trace.records().iter().filter_map(|record| match record.entry {
        Entry::Sent { lane: CARD_ANSWERS, .. } if !answers_are_whole => None,
        Entry::Sent { lane: CARD_ASKS | CARD_ANSWERS, bytes, .. } => Some(hex(run.trace.bytes(bytes))),
        _ => None,
    });
    Ok(frames.collect())
}

const fn damages_answers(effect: &Effect) -> bool {
    use acquirer::fault::Deed;
    let Effect::Acquirer(AcquirerFault::Deed { fault, .. }) = effect else { return false };
    matches!(fault.deed, Deed::Damage(_) | Deed::CutAnswer { .. } | Deed::SlowAnswer { .. })
}

fn yaml_files(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(yaml_files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn complaint(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
