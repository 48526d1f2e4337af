//! Printer profiles: the files beside the rigs are the models that are built in, and a wrong file is explained.

use insta::assert_snapshot;
use printer::Profile;
use std::fs;
use std::path::{Path, PathBuf};
use tillrig_scenario::PrinterFile;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../rigs/printers")
}

fn read(path: &Path) -> PrinterFile {
    let bytes = fs::read(path).unwrap();
    PrinterFile::parse(&path.display().to_string(), &bytes).unwrap_or_else(|wrong| panic!("{wrong}"))
}

fn complaints(text: &str) -> String {
    PrinterFile::parse("wrong.yaml", text.as_bytes()).expect_err("this file is wrong").to_string()
}

#[test]
fn every_built_in_profile_is_its_file() {
    for profile in printer::BUILT_IN {
        let file = read(&folder().join(format!("{}.yaml", profile.name)));
        assert_eq!(file.profile, profile);
    }
}

#[test]
fn every_file_names_its_sources_and_is_named_like_its_profile() {
    let files = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let profiles: Vec<(PathBuf, PrinterFile)> = files.map(|path| (path.clone(), read(&path))).collect();
    assert!(profiles.len() >= printer::BUILT_IN.len());
    for (path, file) in profiles {
        assert_eq!(path.file_stem().unwrap().to_str(), Some(file.profile.name));
        assert!(!file.sources.is_empty() && !file.about.is_empty());
    }
}

#[test]
fn what_a_file_leaves_out_is_as_in_the_profile_that_it_is_like() {
    let text =
        "name: till\nabout: A till\nlike: kiosk-80\nsources: [a data sheet]\nhead: { dots-at-once: 96 }\n";
    let file = PrinterFile::parse("till.yaml", text.as_bytes()).unwrap();
    let head = printer::Head { dots_at_once: 96, ..printer::KIOSK_80.head };
    assert_eq!(*file.profile, Profile { name: "till", head, ..printer::KIOSK_80.clone() });
}

#[test]
fn numbers_that_cannot_stand_together_are_refused() {
    let head = "name: till\nabout: A till\nlike: desk-80\nsources: [a data sheet]\n";
    let rest =
        "motor: { steps-per-line: 5 }\ninterface: { buffer: { bytes: 45 } }\npaper: { paper-um: 58000 }\n";
    assert_snapshot!(complaints(&[head, rest].concat()));
}

#[test]
fn an_unknown_part_and_a_number_out_of_bounds_are_explained() {
    let text =
        "name: till\nabout: A till\nlike: desk-90\nsources: []\nhed: {}\nmotor: { steps-per-line: 900 }\n";
    assert_snapshot!(complaints(text));
}
