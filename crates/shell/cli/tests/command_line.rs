//! What people see on their terminal and what programs see in a pipe: stdout, stderr and exit code of the real
//! program, in folders of their own.
//!
//! Simulated times, and how long anything took, are masked: the first belong to the devices' tests.

mod bench;
mod serve;

use bench::{Bench, EXAMPLE, EXAMPLE_PATH};
use insta::assert_snapshot;
use serde_json::Value;
use std::fs;
use std::net::TcpListener;

/// A bench with the example in which one passage is replaced.
fn with(passage: &str, by: &str) -> Bench {
    assert!(EXAMPLE.contains(passage), "{passage}");
    Bench::new(&[(EXAMPLE_PATH, EXAMPLE.replace(passage, by).as_bytes())])
}

/// A bench with the example, and its outcome accepted.
fn accepted() -> Bench {
    let bench = Bench::new(&[(EXAMPLE_PATH, EXAMPLE.as_bytes())]);
    bench.tillrig(&["run", "--accept"]);
    bench
}

fn refused(passage: &str, by: &str) -> String {
    with(passage, by).tillrig(&["run"])
}

fn run_bytes(bytes: &[u8]) -> String {
    Bench::new(&[("scenarios/x.yaml", bytes)]).tillrig(&["run"])
}

#[test]
fn an_unknown_field_is_refused() {
    assert_snapshot!("unknown_field", refused("amount: CNY", "amout: CNY"));
}

#[test]
fn a_wrong_unit_is_refused() {
    assert_snapshot!("wrong_unit", refused("at: 0s", "at: 10sec"));
}

#[test]
fn a_field_that_comes_twice_is_refused() {
    assert_snapshot!("duplicate_key", refused("expect:", "symptom: paid-no-receipt\nexpect:"));
}

#[test]
fn an_amount_without_its_currency_is_refused() {
    assert_snapshot!("missing_currency", refused("captured: CNY 18.50", "captured: 18.50"));
}

#[test]
fn an_unknown_profile_is_refused() {
    assert_snapshot!("unknown_profile", refused("kiosk-prints-first", "kiosk-print-first"));
}

#[test]
fn a_fault_that_can_never_fire_is_refused() {
    assert_snapshot!("never_fires", refused("on: acquirer.notifies", "on: acquirer.answers, message: sale"));
}

#[test]
fn what_is_no_scenario_at_all_is_refused() {
    assert_snapshot!("empty", run_bytes(b""));
    assert_snapshot!("binary", run_bytes(b"\x7fELF\x02\x01\x01\x00\x00"));
    assert_snapshot!("huge", run_bytes(&vec![b'#'; 50 * 1024 * 1024]));
}

#[test]
fn an_alias_bomb_is_defused() {
    let mut bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for (outer, inner) in "bcdefghi".chars().zip("abcdefgh".chars()) {
        let inner = format!("*{inner}, ").repeat(9);
        bomb += &format!("{outer}: &{outer} [{}]\n", inner.trim_end_matches(", "));
    }
    assert_snapshot!("alias_bomb", run_bytes(bomb.as_bytes()));
}

#[test]
fn all_wrong_files_are_shown_at_once_and_none_is_run() {
    let bench = Bench::new(&[
        ("scenarios/a.yaml", b"a"),
        ("scenarios/b.yaml", EXAMPLE.as_bytes()),
        ("scenarios/c.yaml", b"c"),
    ]);
    assert_snapshot!("two_wrong_files", bench.tillrig(&["run"]));
}

#[test]
fn a_rig_file_among_scenarios_is_told_apart() {
    let bench = Bench::new(&[("scenarios/rig.yaml", b"name: In memory\nlinks: { printer: memory }\n")]);
    assert_snapshot!("rig_among_scenarios", bench.tillrig(&["run"]));
}

#[test]
fn a_folder_without_scenarios_is_refused() {
    let bench = Bench::new(&[("notes/read.me", b"")]);
    assert_snapshot!("no_scenarios", bench.tillrig(&["run", "notes"]));
    assert_snapshot!("no_catalogue", bench.tillrig(&["run"]));
    assert_snapshot!("no_such_path", bench.tillrig(&["run", "nowhere"]));
    let bench = Bench::new(&[(EXAMPLE_PATH, EXAMPLE.as_bytes())]);
    assert_snapshot!("no_match", bench.tillrig(&["run", "--filter", "nothing like it"]));
}

#[test]
fn a_bad_command_line_is_refused() {
    let bench = accepted();
    assert_snapshot!("bad_seed", bench.tillrig(&["run", "--seed", "seven"]));
    assert_snapshot!("no_jobs", bench.tillrig(&["run", "--jobs", "0"]));
    assert_snapshot!("accept_with_seed", bench.tillrig(&["run", "--accept", "--seed", "7"]));
    assert_snapshot!("no_verb", bench.tillrig(&[]));
}

#[test]
fn the_first_outcome_has_to_be_accepted() {
    let bench = Bench::new(&[(EXAMPLE_PATH, EXAMPLE.as_bytes())]);
    assert_snapshot!("missing_snapshot", bench.tillrig(&["run"]));
    assert!(bench.has("scenarios/lost.snap.new"));
    assert_snapshot!("accepted", bench.tillrig(&["run", "--accept"]));
    assert!(!bench.has("scenarios/lost.snap.new"));
    assert_snapshot!("as_expected", bench.tillrig(&["run"]));
}

#[test]
fn a_pipe_gets_the_data_alone_and_the_summary_goes_beside_it() {
    let said = accepted().run(&["run"]);
    let beside = String::from_utf8(said.stderr).unwrap();
    assert!(beside.starts_with("1 scenario: 1 as expected"), "{beside}");
    assert_eq!(beside.lines().count(), 1, "{beside}");
    assert!(!beside.contains('\u{1b}'));
    assert_eq!(said.stdout.iter().filter(|byte| **byte == b'\n').count(), 1);
    assert!(!said.stdout.contains(&0x1b));
}

#[test]
fn there_are_colours_when_they_are_asked_for() {
    let bench = accepted();
    let coloured = |variable: &str| bench.run_with(variable, &["run"]).stdout.contains(&0x1b);
    assert!(coloured("CLICOLOR_FORCE"));
    assert!(!coloured("NO_COLOR"));
}

#[test]
fn what_is_done_is_said_only_when_asked_for() {
    let said = accepted().run(&["run", "--verbose"]);
    assert!(String::from_utf8(said.stderr).unwrap().contains("scenarios/lost.yaml"));
}

#[test]
fn the_catalogue_is_found_from_a_folder_below_it() {
    let bench = accepted();
    fs::create_dir_all(bench.path("scenarios/deep/er")).unwrap();
    assert_snapshot!("from_below", bench.tillrig_in("scenarios/deep/er", &["run"]));
}

#[test]
fn one_fen_too_much_is_wrong_and_says_how_to_see_it_again() {
    let bench = accepted();
    bench.write(EXAMPLE_PATH, EXAMPLE.replace("captured: CNY 18.50", "captured: CNY 18.51"));
    assert_snapshot!("one_fen_more", bench.tillrig(&["run"]));
    assert!(!bench.has("scenarios/lost.snap.new"), "nobody should accept a wrong outcome");
}

#[test]
fn a_law_that_breaks_unexpectedly_is_named() {
    let bench = accepted();
    bench.write(EXAMPLE_PATH, EXAMPLE.replace("  breaks: [receipt-not-retracted]\n", ""));
    assert_snapshot!("breaks_removed", bench.tillrig(&["run"]));
}

#[test]
fn a_changed_snapshot_is_shown_as_a_difference() {
    let bench = accepted();
    let snapshot = fs::read_to_string(bench.path("scenarios/lost.snap")).unwrap();
    bench.write("scenarios/lost.snap", snapshot.replace("retracted", "eaten"));
    let said = bench.tillrig(&["run"]);
    assert!(said.contains("\n        -") && said.contains("\n        +"), "{said}");
    assert!(said.contains("tillrig run scenarios/lost.yaml --accept"), "{said}");
    assert!(said.starts_with("exit code 1\n"), "{said}");
}

#[test]
fn a_world_that_does_not_come_to_rest_has_an_exit_code_of_its_own() {
    let bench = Bench::new(&[(
        EXAMPLE_PATH,
        EXAMPLE.replace("expect:", "heal: { at: 4s }\nsettles-within: 1s\nexpect:").as_bytes(),
    )]);
    assert_snapshot!("not_settled", bench.tillrig(&["run"]));
}

#[test]
fn another_seed_is_run_without_a_snapshot() {
    let bench = Bench::new(&[(EXAMPLE_PATH, EXAMPLE.as_bytes())]);
    assert_snapshot!("another_seed", bench.tillrig(&["run", "--seed", "7"]));
    assert!(!bench.has("scenarios/lost.snap.new"));
}

#[test]
fn output_that_cannot_be_written_is_trouble_and_no_failure() {
    let bench = accepted();
    bench.write("file", "");
    assert_snapshot!("unwritable_out", bench.tillrig(&["run", "--out", "file/below"]));
    fs::remove_file(bench.path("scenarios/lost.snap")).unwrap();
    fs::create_dir(bench.path("scenarios/lost.snap.new")).unwrap();
    assert_snapshot!("unwritable_snapshot", bench.tillrig(&["run"]));
}

#[test]
fn a_report_is_written_below_the_symptom() {
    let bench = accepted();
    bench.write("more/lost.yaml", EXAMPLE);
    bench.tillrig(&["run", "scenarios", "more", "--seed", "2", "--out", "reports"]);
    for name in ["outcome.json", "outcome.txt", "trace.txt", "slip-1.png"] {
        assert!(bench.has(&format!("reports/receipt-retracted/lost/{name}")), "{name}");
        assert!(bench.has(&format!("reports/receipt-retracted/lost-2/{name}")), "{name}");
    }
}

#[test]
fn json_is_the_same_every_time_but_for_the_wall_clock() {
    let bench = accepted();
    for index in 0..40 {
        bench.write(&format!("scenarios/copy-{index}.yaml"), EXAMPLE);
    }
    let document = |arguments: &[&str]| {
        let arguments = [&["run", "--format", "json"], arguments].concat();
        let mut document: Value = serde_json::from_slice(&bench.run(&arguments).stdout).unwrap();
        assert!(document.as_object_mut().unwrap().remove("wall_clock").is_some());
        document.to_string()
    };
    let first = document(&[]);
    assert_eq!(first, document(&[]));
    assert_eq!(first, document(&["--jobs", "1"]));
    assert_eq!(first, document(&["--jobs", "2"]));
}

#[test]
fn json_says_what_came_out() {
    let said = accepted().run(&["run", "--format", "json"]);
    let document: Value = serde_json::from_slice(&said.stdout).unwrap();
    let outcome = &document["scenarios"][0];
    assert_eq!(outcome["captured"], serde_json::json!({ "currency": "CNY", "minor": 1850 }));
    assert_eq!(outcome["laws_broken"], serde_json::json!(["receipt-not-retracted"]));
    assert_eq!(
        (&outcome["verdict"], &outcome["snapshot"]["comparison"]),
        (&"as-expected".into(), &"same".into())
    );
    assert_eq!(document["summary"]["as_expected"], 1);
    assert!(document["wall_clock"]["elapsed_ns"].as_u64().is_some_and(|nanos| nanos > 0));
}

#[test]
fn files_are_checked_without_being_run() {
    let bench = Bench::new(&[
        (EXAMPLE_PATH, EXAMPLE.as_bytes()),
        ("scenarios/wrong.yaml", EXAMPLE.replace("at: 0s", "at: 0").as_bytes()),
        ("rigs/memory.yaml", b"name: In memory\nlinks: { printer: memory }\n"),
        ("rigs/stale.yaml", b"name: In memory\nscenarios: [gone.yaml]\n"),
        ("rigs/wrong.yaml", b"name: In memory\nlinks: { printer: mammoth }\n"),
    ]);
    assert_snapshot!("check", bench.tillrig(&["check"]));
    assert_snapshot!("check_json", bench.tillrig(&["check", "--format", "json"]));
    assert_snapshot!("check_right", bench.tillrig(&["check", "scenarios/lost.yaml", "rigs/memory.yaml"]));
}

#[test]
fn scenarios_are_listed() {
    let bench = Bench::new(&[(EXAMPLE_PATH, EXAMPLE.as_bytes())]);
    assert_snapshot!("list", bench.tillrig(&["list"]));
    assert_snapshot!("list_json", bench.tillrig(&["list", "--format", "json"]));
}

/// The example on a firmware that gets through it.
const SURVIVED: &str = "name: The same at a kiosk that asks
symptom: receipt-retracted
cause: notification-lost
terminal: kiosk
steps:
  - { at: 0s, show-qr: { wallet: wechat, amount: CNY 18.50 } }
faults:
  - { on: acquirer.notifies, drop: { times: 1 } }
expect:
  captured: CNY 18.50
";

#[test]
fn the_matrix_tells_what_is_shown_and_survived_from_what_is_missing() {
    let wrong = EXAMPLE.replace("cause: notification-lost", "cause: busy").replace("retracted }", "taken }");
    let bench = Bench::new(&[
        (EXAMPLE_PATH, EXAMPLE.as_bytes()),
        ("scenarios/survived.yaml", SURVIVED.as_bytes()),
        ("scenarios/cancelled.yaml", bench::CANCELLED.as_bytes()),
        ("scenarios/wrong.yaml", wrong.as_bytes()),
    ]);
    assert_snapshot!("coverage", bench.tillrig(&["coverage"]));
    let said = bench.run(&["coverage", "--format", "json"]);
    assert_eq!(said.status.code(), Some(1));
    let document: Value = serde_json::from_slice(&said.stdout).unwrap();
    let cell = |cause: &str, symptom: &str| {
        let is_it = |cell: &&Value| cell["cause"] == cause && cell["symptom"] == symptom;
        document["cells"].as_array().unwrap().iter().find(is_it).cloned()
    };
    let both = serde_json::json!({
        "symptom": "receipt-retracted", "cause": "notification-lost", "marked": true,
        "shown": true, "survived": true, "scenarios": ["scenarios/lost.yaml", "scenarios/survived.yaml"],
    });
    assert_eq!(cell("notification-lost", "receipt-retracted"), Some(both));
    let wrong = cell("busy", "receipt-retracted").unwrap();
    assert_eq!((&wrong["shown"], &wrong["survived"]), (&Value::Bool(false), &Value::Bool(false)));
    assert_eq!(cell("none", "paid-no-receipt").unwrap()["marked"], false);
    assert_eq!(cell("gear-worn", "voucher-unusable"), None);
}

const MATRIX: &str = "\
name: The host says $code, and no receipt is printed
symptom: scanned-no-receipt
cause: declined
matrix:
  - { case: broke, code: \"51\" }
  - { case: stolen, code: \"43\" }
steps:
  - { at: 0s, card-sale: { amount: CNY 15.00 } }
faults:
  - { acquirer: { says: $code, to: sale, times: 1 } }
expect: { captured: nothing, screen: declined, receipts: [] }
";

#[test]
fn each_row_of_a_matrix_is_a_scenario_with_a_snapshot_of_its_own() {
    let bench = Bench::new(&[("scenarios/declined.yaml", MATRIX.as_bytes())]);
    assert_snapshot!("matrix_new", bench.tillrig(&["run", "--accept"]));
    assert!(bench.path("scenarios/declined@stolen.snap").is_file());
    assert_snapshot!("matrix_list", bench.tillrig(&["list"]));
    assert_snapshot!("matrix_case", bench.tillrig(&["run", "scenarios/declined@stolen.yaml"]));
    assert_snapshot!("matrix_no_such_case", bench.tillrig(&["run", "scenarios/declined@rich.yaml"]));
    bench.write("scenarios/declined.yaml", MATRIX.replace("captured: nothing", "captured: CNY 15.00"));
    assert_snapshot!("matrix_wrong", bench.tillrig(&["run", "scenarios/declined.yaml"]));
    assert_snapshot!("matrix_check", bench.tillrig(&["check", "scenarios/declined@broke.yaml"]));
}

#[test]
fn the_sound_firmware_is_interrupted_before_its_happenings_and_the_flawed_one_is_left_out() {
    let bench =
        Bench::new(&[(EXAMPLE_PATH, EXAMPLE.as_bytes()), ("scenarios/survived.yaml", SURVIVED.as_bytes())]);
    let said = bench.run(&["cuts", "--format", "json"]);
    assert_eq!(said.status.code(), Some(0));
    let document: Value = serde_json::from_slice(&said.stdout).unwrap();
    let all = document["interruptions"].as_u64().unwrap();
    assert!(all > 250, "{all} interruptions of a whole payment with its slip");
    assert_eq!(document["broken"], 0);
    let scenarios = document["scenarios"].as_array().unwrap();
    assert_eq!(scenarios.len(), 1);
    assert_eq!(scenarios[0]["path"], "scenarios/survived.yaml");
    let said = bench.run(&["cuts", "--every", "10"]);
    let text = String::from_utf8(said.stdout).unwrap();
    assert!(text.contains("happenings of 1 scenario: no law broken"), "{text}");
    assert!(text.contains("1 scenario left out"), "{text}");
}

#[test]
fn where_every_scenario_is_of_a_flawed_firmware_there_is_nothing_to_interrupt() {
    let bench = Bench::new(&[(EXAMPLE_PATH, EXAMPLE.as_bytes())]);
    assert_snapshot!("cuts_of_flawed", bench.tillrig(&["cuts", EXAMPLE_PATH]));
}

#[test]
fn schemas_are_printed() {
    for kind in ["scenario", "rig", "acquirer-faults"] {
        let said = Bench::new(&[]).run(&["schema", kind]);
        let schema: Value = serde_json::from_slice(&said.stdout).unwrap();
        assert_eq!(schema["title"], format!("Tillrig {kind}"));
    }
}

#[test]
fn a_port_that_somebody_else_holds_is_trouble() {
    let bench = accepted();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    bench.write("rig.yaml", format!("name: Taken\nlinks: {{ acquirer: {{ tcp: \"{address}\" }} }}\n"));
    let said = bench.tillrig(&["run", EXAMPLE_PATH, "--rig", "rig.yaml"]);
    assert_snapshot!("port_taken", said.replace(&address.to_string(), "[ADDRESS]"));
}

#[test]
fn a_rig_runs_its_own_list_and_replays_what_it_captured() {
    let bench = Bench::new(&[
        ("scenarios/cancelled.yaml", bench::CANCELLED.as_bytes()),
        (
            "rig.yaml",
            b"name: Cables\nlinks: { printer: { pty: { baud: 115200 } } }\nscenarios: [cancelled.yaml]\n",
        ),
    ]);
    bench.tillrig(&["run", "--accept"]);
    assert_snapshot!("rig", bench.tillrig(&["run", "--rig", "rig.yaml", "--out", "reports"]));
    assert!(bench.has("reports/paid-no-receipt/cancelled/capture.txt"));
}

#[test]
fn a_rig_without_a_list_wants_a_path() {
    let bench = Bench::new(&[(EXAMPLE_PATH, EXAMPLE.as_bytes()), ("rig.yaml", b"name: In memory\n")]);
    assert_snapshot!("rig_without_list", bench.tillrig(&["run", "--rig", "rig.yaml"]));
    assert_snapshot!("scenario_as_rig", bench.tillrig(&["run", "--rig", EXAMPLE_PATH]));
}
