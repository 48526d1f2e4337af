//! Files of several scenarios: each row is as if it had been written out, and what is wrong with rows and places is shown
//! where it stands.

use insta::assert_snapshot;
use proptest::prelude::{any, prop, proptest};
use scenario::Scenario;
use tillrig_scenario as scenario;

const MATRIX: &str = "\
name: The host says $code, which means $meaning
symptom: scanned-no-receipt
cause: declined
matrix:
  - { case: broke, code: \"51\", meaning: too little money, faults: [] }
  - case: stolen
    code: \"43\"
    meaning: a stolen card
    faults:
      - { on: terminal.asks, drop: { times: 1 } }
steps:
  - { at: 0s, card-sale: { amount: CNY 15.00 } }
faults: $faults
expect: { captured: nothing }
";

/// One scenario without its name of a case, which a file that was written out has not, and without places.
fn bare(mut scenario: Scenario) -> String {
    scenario.case = None;
    scenario.faults.iter_mut().for_each(|fault| fault.place = scenario::Place::default());
    scenario.steps.iter_mut().for_each(|step| step.place = scenario::Place::default());
    scenario.expect.place = scenario::Place::default();
    scenario.expect.captured.place = scenario::Place::default();
    format!("{scenario:?}")
}

fn complaints(text: &str) -> String {
    let wrong = Scenario::parse_all("wrong.yaml", text.as_bytes()).expect_err("this file is wrong");
    wrong.render(false)
}

/// The complaints about the file above, with one passage replaced.
fn changed(passage: &str, by: &str) -> String {
    assert!(MATRIX.contains(passage), "{passage}");
    complaints(&MATRIX.replacen(passage, by, 1))
}

#[test]
fn every_row_is_the_file_written_out_with_its_values() {
    let all = Scenario::parse_all("m.yaml", MATRIX.as_bytes()).unwrap();
    let cases: Vec<_> = all.iter().map(|scenario| scenario.case.as_deref()).collect();
    assert_eq!(cases, [Some("broke"), Some("stolen")]);
    let start = MATRIX.find("matrix:").unwrap();
    let end = MATRIX.find("steps:").unwrap();
    let without = format!("{}{}", &MATRIX[..start], &MATRIX[end..]);
    let values = [
        ("51", "too little money", "[]"),
        ("43", "a stolen card", "[{ on: terminal.asks, drop: { times: 1 } }]"),
    ];
    for (scenario, (code, meaning, faults)) in all.into_iter().zip(values) {
        let written = without.replace("$code", code).replace("$meaning", meaning).replace("$faults", faults);
        let written = Scenario::parse("w.yaml", written.as_bytes()).unwrap();
        assert_eq!(bare(scenario), bare(written));
    }
}

#[test]
fn a_file_without_a_matrix_is_one_scenario_and_money_in_its_text_stays() {
    let text = MATRIX.replace("$code", "$5").replace("$meaning", "five").replace("$faults", "[]");
    let start = text.find("matrix:").unwrap();
    let end = text.find("steps:").unwrap();
    let all =
        Scenario::parse_all("m.yaml", format!("{}{}", &text[..start], &text[end..]).as_bytes()).unwrap();
    assert_eq!(all.len(), 1);
    assert_eq!((all[0].case.as_deref(), all[0].name.as_str()), (None, "The host says $5, which means five"));
}

#[test]
fn what_is_wrong_with_a_value_is_shown_in_its_row() {
    assert_snapshot!("value_of_a_row", changed("faults: [] }", "faults: [{ on: terminal.asks }] }"));
}

#[test]
fn what_is_wrong_outside_the_rows_is_said_once() {
    assert_snapshot!("outside_the_rows", changed("CNY 15.00", "USD 15.00"));
}

#[test]
fn a_place_without_a_value_and_a_value_without_a_place_are_complaints() {
    assert_snapshot!("place_without_a_value", changed("says $code", "says $coed"));
}

#[test]
fn rows_are_like_each_other_and_have_names() {
    assert_snapshot!("rows_unlike", changed("    meaning: a stolen card\n", "    reason: a stolen card\n"));
    assert_snapshot!("rows_of_one_name", changed("case: stolen", "case: broke"));
    assert_snapshot!("row_without_a_name", changed("{ case: broke, ", "{ "));
    assert_snapshot!("no_rows", complaints("name: x\nmatrix: { case: a }\n"));
}

#[test]
fn a_list_cannot_stand_inside_a_text() {
    assert_snapshot!(
        "list_inside_a_text",
        changed("which means $meaning", "by $faults, which means $meaning")
    );
}

#[test]
fn where_one_scenario_is_wanted_a_matrix_is_refused() {
    let wrong = Scenario::parse("m.yaml", MATRIX.as_bytes()).unwrap_err();
    assert_snapshot!("several", wrong.render(false));
}

proptest! {
    #[test]
    fn whatever_stands_in_a_matrix_is_read_or_explained(
        rows in prop::collection::vec("[ -~\n]{0,40}", 0..4), text in any::<String>(),
    ) {
        let text = text.replace(['\0', '\n', '\r'], " ");
        let rows: String = rows.iter().map(|row| format!("  - {{ {row} }}\n")).collect();
        let file = format!("name: '{}'\nmatrix:\n{rows}\nsteps: $steps\n", text.replace('\'', " "));
        if let Err(wrong) = Scenario::parse_all("any.yaml", file.as_bytes()) {
            assert!(!wrong.render(false).is_empty());
        }
    }
}
