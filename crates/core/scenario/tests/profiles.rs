//! Printer profiles: the files beside the rigs are the models that are built in, and a wrong file is explained.

use insta::assert_snapshot;
use printer::Profile;
use tillrig_scenario::PrinterFile;

const FILES: [&str; 4] = [
    include_str!("../../../../rigs/printers/desk-80.yaml"),
    include_str!("../../../../rigs/printers/desk-80-180.yaml"),
    include_str!("../../../../rigs/printers/kiosk-80.yaml"),
    include_str!("../../../../rigs/printers/slip-58.yaml"),
];

fn right(text: &str) -> PrinterFile {
    PrinterFile::parse("right.yaml", text.as_bytes()).expect("this file is right")
}

fn complaints(text: &str) -> String {
    PrinterFile::parse("wrong.yaml", text.as_bytes()).expect_err("this file is wrong").to_string()
}

#[test]
fn every_built_in_profile_is_its_file() {
    assert_eq!(printer::BUILT_IN.len(), FILES.len());
    for (profile, text) in printer::BUILT_IN.into_iter().zip(FILES) {
        assert_eq!(right(text).profile, profile);
    }
}

#[test]
fn what_a_file_leaves_out_is_as_in_the_profile_that_it_is_like() {
    let text =
        "name: till\nabout: A till\nlike: kiosk-80\nsources: [a data sheet]\nhead: { dots-at-once: 96 }\n";
    let file = right(text);
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
