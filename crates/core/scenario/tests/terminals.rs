//! Terminal profiles: the files beside the rigs are the firmware that is built in, and a wrong file is explained.
//!
//! `rigs/terminals/reference.yaml` is written from the declarations of knobs and parameters, so that no sentence in it
//! grows old; run with `UPDATE=1` to write it.

use insta::assert_snapshot;
use std::path::{Path, PathBuf};
use terminal::{Habits, Keyed, Knob, PROFILES, Parameters, Profile, Speaks};
use tillrig_scenario::{Action, Scenario, TerminalFile};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../rigs/terminals")
}

#[expect(
    clippy::disallowed_methods,
    reason = "the files of the repository are compared with what is built in"
)]
fn file_of(profile: &str) -> String {
    std::fs::read_to_string(folder().join(format!("{profile}.yaml"))).unwrap_or_default()
}

fn right(text: &str) -> &'static Profile {
    TerminalFile::parse("right.yaml", text.as_bytes()).expect("this file is right").profile
}

fn complaints(text: &str) -> String {
    TerminalFile::parse("wrong.yaml", text.as_bytes()).expect_err("this file is wrong").to_string()
}

const HEAD: &str = "name: till\nabout: A till\nlike: reference\n";

#[test]
fn every_built_in_profile_is_its_file() {
    for profile in &PROFILES {
        let text = file_of(profile.name);
        assert!(!text.is_empty(), "rigs/terminals/{}.yaml is missing", profile.name);
        assert_eq!(right(&text), profile);
    }
    let files = std::fs::read_dir(folder()).unwrap().count();
    assert_eq!(files, PROFILES.len(), "a file of rigs/terminals is no built-in profile");
}

/// Words that no built-in firmware has, and why there is none.
const UNUSED: &[(&str, &str)] = &[
    // The host of a simulated world says no itself; a user's may not.
    ("originals", "unchecked"),
    // The host gives out keys of either length.
    ("working-keys", "single"),
];

#[test]
fn every_word_of_every_knob_is_some_built_in_firmwares() {
    let has = |knob: &Knob, word: &str| {
        let at =
            |profile: &Profile| profile.habits.word(knob.name).or_else(|| profile.speaks.word(knob.name));
        PROFILES.iter().any(|profile| at(profile) == Some(word))
    };
    let mut unused = Vec::new();
    for knob in Habits::KNOBS.iter().chain(Speaks::KNOBS) {
        unused.extend(knob.words.iter().filter(|word| !has(knob, word)).map(|word| (knob.name, *word)));
    }
    assert_eq!(unused, UNUSED);
}

/// A built-in profile without a file gets one that wants a word on where its weakness is from; run with `UPDATE=1`.
#[test]
fn no_file_still_waits_for_where_its_weakness_was_seen() {
    for profile in &PROFILES {
        if file_of(profile.name).is_empty() && std::env::var_os("UPDATE").is_some() {
            write(profile.name, &skeleton(profile));
        }
        assert!(!file_of(profile.name).contains(NOT_SAID), "{}: where was it seen?", profile.name);
    }
    let skeleton = skeleton(Profile::named("kiosk-prints-first").unwrap());
    assert_eq!(right(&skeleton).habits, Profile::named("kiosk-prints-first").unwrap().habits, "{skeleton}");
}

const NOT_SAID: &str = "Where it was seen is not said yet.";

fn skeleton(profile: &Profile) -> String {
    let about = profile.about.replace('"', "'");
    let mut text = format!("# {NOT_SAID}\nname: {}\nabout: \"{about}\"\nlike: reference\n", profile.name);
    if profile.printer != "desk-80" {
        text += &format!("printer: {}\n", profile.printer);
    }
    let habits = |knob: &Knob| profile.habits.word(knob.name);
    let speaks = |knob: &Knob| profile.speaks.word(knob.name);
    text += &turned("habits", Habits::KNOBS, habits);
    text + &turned("speaks", Speaks::KNOBS, speaks)
}

/// The knobs of a part that are not at their sound word, each with what that means.
fn turned(part: &str, knobs: &[Knob], word: impl Fn(&Knob) -> Option<&'static str>) -> String {
    let mut text = String::new();
    for knob in knobs {
        let at = knob.words.iter().position(|known| word(knob) == Some(*known));
        let at = at.expect("a knob stands at one of its words");
        if at > 0 {
            text += &comment(knob.says[at]);
            text += &format!("  {}: {}\n", knob.name, knob.words[at]);
        }
    }
    if text.is_empty() { text } else { format!("{part}:\n{text}") }
}

#[test]
fn a_flawed_file_says_where_its_weakness_is_from_and_why_every_word_that_differs_is_one() {
    for profile in PROFILES.iter().filter(|profile| !profile.is_sound()) {
        let text = file_of(profile.name);
        assert!(text.starts_with("# "), "{}: where was it seen?", profile.name);
        let lines: Vec<&str> = text.lines().collect();
        let turned = lines.windows(2).filter(|pair| pair[1].starts_with("  ") && !pair[1].starts_with("  #"));
        for pair in turned {
            assert!(pair[0].starts_with("  # "), "{}: why is `{}` a weakness?", profile.name, pair[1].trim());
        }
    }
}

#[test]
fn the_file_of_the_reference_says_every_knob_and_parameter_with_its_reason() {
    let mut text = "\
# The sound firmware, with every knob and every parameter that there is: what it decides, its words, and why the one
# that stands here is sound. A file of your own leaves out what is as in the profile that it is like.
#
# Written from the firmware's own declarations; what each profile breaks stands in docs/TERMINALS.md.
name: reference
"
    .to_owned();
    let reference = Profile::named("reference").unwrap();
    text += &format!("about: \"{}\"\nlike: reference\nprinter: {}\n", reference.about, reference.printer);
    text += &knobs("habits", Habits::KNOBS);
    text += &knobs("speaks", Speaks::KNOBS);
    text += "parameters:\n";
    for parameter in Parameters::ALL {
        text += &comment(parameter.says);
        text += &format!("  {}: {}\n", parameter.name, parameter.default);
    }
    if std::env::var_os("UPDATE").is_some() {
        write("reference", &text);
    }
    assert_eq!(file_of("reference"), text, "run with UPDATE=1, and read the difference");
}

#[expect(clippy::disallowed_methods, reason = "the file is written when somebody asks for it")]
fn write(profile: &str, text: &str) {
    std::fs::write(folder().join(format!("{profile}.yaml")), text)
        .expect("the folder of profiles can be written to");
}

fn knobs(part: &str, knobs: &[Knob]) -> String {
    let mut text = format!("{part}:\n");
    for knob in knobs {
        text += &comment(&format!("{} Words: {}.", knob.decides, knob.words.join(", ")));
        text += &comment(knob.says[0]);
        text += &format!("  {}: {}\n", knob.name, knob.words[0]);
    }
    text
}

/// A sentence as comment lines of at most 116 characters.
fn comment(sentence: &str) -> String {
    let mut lines = String::new();
    let mut line = String::new();
    for word in sentence.split_whitespace() {
        if line.len() + word.len() > 111 {
            lines += &format!("  #{line}\n");
            line.clear();
        }
        line += &format!(" {word}");
    }
    lines + &format!("  #{line}\n")
}

#[test]
fn what_a_file_leaves_out_is_as_in_the_profile_that_it_is_like() {
    let text = "name: till\nabout: A till\nlike: forgetful\nhabits: { silence: declined }\nparameters: { tid: 87654321 }\n";
    let forgetful = *Profile::named("forgetful").unwrap();
    let mut habits = forgetful.habits;
    assert!(habits.turn("silence", "declined"));
    let parameters = Parameters::RIGHT.with(&Keyed { tid: Some("87654321"), ..Keyed::default() });
    assert_eq!(*right(text), Profile { name: "till", about: "A till", habits, parameters, ..forgetful });
}

#[test]
fn a_printer_with_a_presenter_gives_the_terminal_one() {
    let profile = right(&format!("{HEAD}printer: kiosk-80\n"));
    assert_eq!((profile.printer, profile.presenter), ("kiosk-80", true));
    let back = right("name: till\nabout: A till\nlike: kiosk\nprinter: slip-58\n");
    assert_eq!((back.printer, back.presenter), ("slip-58", false));
}

#[test]
fn an_unknown_knob_an_unknown_word_and_an_unknown_profile_are_explained() {
    let text = "name: till\nabout: A till\nlike: referense\nhabits: { silense: declined, reprint: twice }\n";
    assert_snapshot!(complaints(text));
}

#[test]
fn a_knob_that_is_turned_twice_is_shown_with_both_places() {
    assert_snapshot!(complaints(&format!(
        "{HEAD}habits:\n  silence: unknown\n  prints: after-the-result\n  silence: declined\n"
    )));
}

#[test]
fn what_cannot_stand_together_is_refused() {
    let rest = "habits: { prints: before-the-result }\nparameters: { notify-url: terminal }\n";
    assert_snapshot!(complaints(&format!("{HEAD}{rest}")));
}

#[test]
fn parameters_that_nobody_can_key_in_are_refused() {
    let rest =
        "parameters: { tid: 1234, currency: yuan, reply-timeout: 5, mac-key: 12, language: fr, batch: 0 }\n";
    assert_snapshot!(complaints(&format!("{HEAD}{rest}")));
}

#[test]
fn bad_profiles_are_explained_and_odd_ones_are_taken() {
    let rest =
        ["", "habits: {", "\0", "speaks: { vouchers: first-format }\n", "parameters: { tid: \"\\0\" }\n"];
    for rest in rest {
        tillrig_scenario::fuzz_terminal_file([HEAD, rest].concat().as_bytes());
    }
    for bytes in [b"\xFF\xFE".as_slice(), b"&a [*a]", b"name: !!binary x", b"{{{{{{{{", b"- - - -\t"] {
        tillrig_scenario::fuzz_terminal_file(bytes);
    }
}

const SCENARIO: &str = "name: a\nsymptom: paid-no-receipt\ncause: params-wrong\n";

#[test]
fn what_is_keyed_in_stands_beside_the_profile_or_in_a_step() {
    let steps = "terminal: { profile: kiosk, tid: 00000000, language: en }\nsteps:\n  - { at: 5m, key-in: { tid: 12345678 } }\nexpect: { captured: nothing }\n";
    let scenario =
        Scenario::parse("a.yaml", [SCENARIO, steps].concat().as_bytes()).expect("this file is right");
    let keyed = scenario.terminal.keyed;
    assert_eq!((keyed.tid, keyed.language), (Some("00000000"), Some(terminal::Language::English)));
    let Action::KeyIn(step) = scenario.steps[0].action else { panic!("{:?}", scenario.steps) };
    assert_eq!(*step, Keyed { tid: Some("12345678"), ..Keyed::default() });
}

#[test]
fn an_address_is_nothing_to_key_in_while_a_terminal_runs() {
    let steps = "steps:\n  - { at: 5m, key-in: { notify-url: http://b/c } }\nexpect: { captured: nothing }\n";
    let wrong =
        Scenario::parse("a.yaml", [SCENARIO, steps].concat().as_bytes()).expect_err("this file is wrong");
    assert!(wrong.to_string().contains("`notify-url` is not a field of `key-in`"), "{wrong}");
}
