//! Firmware of one's own at the command line: a profile file is checked, run against a catalogue, and served.
//!
//! What a file may hold is tested where it is read; here is what people see of it.

// Two tests of this program share the folder; this one needs a part of it.
#[expect(dead_code, reason = "shared with the tests of the command line")]
mod bench;

use bench::{Bench, EXAMPLE, EXAMPLE_PATH};
use insta::assert_snapshot;
use serde_json::Value;
use std::process::Output;

const MINE: &str = "\
name: shop-7
about: what stands in shop 7
like: reference
habits: { silence: declined }
parameters: { language: en, reply-timeout: 20s }
";

/// A payment whose answer is lost, at the sound firmware.
const LOST: &str = "\
name: The answer is lost
symptom: paid-no-receipt
cause: answer-lost
steps:
  - { at: 0s, card-sale: { amount: CNY 25.00 } }
faults:
  - { acquirer: { loses: answer, to: sale, times: 1 } }
expect:
  captured: nothing
";

fn bench(profile: &str) -> Bench {
    Bench::new(&[("scenarios/answer.yaml", LOST.as_bytes()), ("mine.yaml", profile.as_bytes())])
}

#[test]
fn the_laws_judge_a_firmware_of_ones_own_and_the_command_to_do_it_again_names_it() {
    let bench = bench(MINE);
    assert_snapshot!("own_breaks", bench.tillrig(&["run", "--terminal", "mine.yaml"]));
    let sound = MINE.replace("declined", "unknown");
    bench.write("mine.yaml", &sound);
    assert_snapshot!("own_survives", bench.tillrig(&["run", "--terminal", "./mine.yaml"]));
}

/// The kiosk of the scenario breaks a law; the sound one in its place does not, and nothing is expected of it.
#[test]
fn a_firmware_takes_the_place_of_the_one_that_a_scenario_names() {
    let bench = Bench::new(&[(EXAMPLE_PATH, EXAMPLE.as_bytes())]);
    let output = bench.run(&["run", "--terminal", "kiosk", "--format", "json"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let result: Value = serde_json::from_slice(&output.stdout).unwrap();
    let scenario = &result["scenarios"][0];
    assert_eq!(scenario["verdict"], "as-expected", "{result}");
    assert!(!bench.has("scenarios/lost.snap.new"), "snapshots are of the firmware that a file names");
}

#[test]
fn a_wrong_profile_is_shown_where_it_is_wrong() {
    let bench = bench("name: mine\nabout: b\nlike: reference\nhabits: { silence: yes, volume: 11 }\n");
    assert_snapshot!("own_wrong", bench.tillrig(&["run", "--terminal", "mine.yaml"]));
    let served = bench.tillrig(&["serve", "terminal", "--profile", "mine.yaml"]);
    assert!(served.starts_with("exit code 2") && served.contains("mine.yaml:4:20"), "{served}");
}

#[test]
fn a_profile_that_is_not_there_is_named() {
    let bench = bench(MINE);
    for arguments in [["run", "--terminal"].as_slice(), &["serve", "terminal", "--profile"]] {
        let missing = bench.run(&[arguments, &["./gone.yaml"]].concat());
        assert_eq!(missing.status.code(), Some(2));
        assert!(said(&missing).contains("cannot read ./gone.yaml"), "{}", said(&missing));
        let unknown = bench.run(&[arguments, &["gone"]].concat());
        assert_eq!(unknown.status.code(), Some(2));
        assert!(said(&unknown).contains("there are reference, kiosk,"), "{}", said(&unknown));
    }
}

#[test]
fn a_profile_is_told_from_a_printers_by_what_it_is_like() {
    let bench = bench(MINE);
    assert_eq!(
        bench.tillrig(&["check", "mine.yaml"]),
        "exit code 0\n--- stdout\nok     mine.yaml\n--- stderr\n"
    );
    bench.write("mine.yaml", "name: till\nabout: b\nlike: desk-80\nsources: [c]\n");
    assert_eq!(
        bench.tillrig(&["check", "mine.yaml"]),
        "exit code 0\n--- stdout\nok     mine.yaml\n--- stderr\n"
    );
}

#[test]
fn the_schema_of_a_terminal_names_every_knob_with_its_words() {
    let output = bench(MINE).run(&["schema", "terminal"]);
    let schema: Value = serde_json::from_slice(&output.stdout).unwrap();
    for knob in terminal::Habits::KNOBS {
        let words = &schema["properties"]["habits"]["properties"][knob.name]["oneOf"];
        let words: Vec<&str> =
            words.as_array().unwrap().iter().filter_map(|word| word["const"].as_str()).collect();
        assert_eq!(words, knob.words, "{}", knob.name);
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Outside any folder of profiles, and as the readme has it: with a comment behind the name.
#[test]
fn a_profile_is_known_by_the_firmware_that_it_is_like_wherever_it_lies() {
    for like in ["like: reference", "like: reference   # the rest is as there", "like: \"kiosk\""] {
        let mine = MINE.replace("like: reference", like);
        assert_eq!(bench(&mine).run(&["check", "mine.yaml"]).status.code(), Some(0), "{like}");
    }
    let printer = "name: mine\nabout: mine\nlike: desk-80   # a printer\nsources: [a data sheet]\n";
    assert_eq!(bench(printer).tillrig(&["check", "mine.yaml"]).lines().next(), Some("exit code 0"));
}
