//! Style as a test: whatever a person should not have to say in a review, said once, with what to do instead.
//!
//! It reads the project's own files, and shapes off indentation (see [`tillrig_tests::rust_source`]).
//! The dependency edges are those of ARCHITECTURE.md, "Map". Not checked here: formatting and lints, which have tools.

use std::collections::BTreeMap;
use std::error::Error;
use std::process::Command;

use serde_json::Value;
use tillrig_tests::repository::{self, SourceFile};
use tillrig_tests::rust_source::{functions, without_tests};

type Checked = Result<(), Box<dyn Error>>;

/// Lines of a file without its tests.
const LONGEST_FILE: usize = 600;

/// Lines of a function, from its `fn` to its closing brace.
const LONGEST_FUNCTION: usize = 80;

/// Functions that may be longer, with the reason: path, name, why.
const LONGER_FUNCTIONS: [(&str, &str, &str); 0] = [];

/// What each crate may know of the others. Peers never import peers; only `runner` has met everybody.
const EDGES: [(&str, &[&str]); 20] = [
    ("sim", &[]),
    ("escpos", &[]),
    ("iso8583", &[]),
    ("wallet", &[]),
    ("zvt", &["sim"]),
    ("printer", &["sim", "escpos"]),
    ("acquirer", &["sim", "iso8583", "wallet", "voucher"]),
    ("terminal", &["sim", "escpos", "iso8583", "wallet", "voucher", "zvt"]),
    ("voucher", &["sim", "wallet"]),
    ("backoffice", &["sim", "wallet", "voucher"]),
    ("scenario", &["sim", "escpos", "iso8583", "printer", "acquirer", "terminal"]),
    ("runner", CORE),
    ("rig", &["sim", "escpos", "iso8583", "wallet", "printer", "acquirer", "terminal", "scenario", "runner"]),
    ("report", &["sim", "iso8583", "printer", "scenario", "runner"]),
    ("serve", &["sim", "escpos", "iso8583", "wallet", "zvt", "printer", "acquirer", "terminal", "report"]),
    ("cli", ALL),
    ("bench", ALL),
    ("scenarios", ALL),
    ("tests", ALL),
    ("xtask", &[]),
];

const CORE: &[&str] = &[
    "sim",
    "escpos",
    "iso8583",
    "wallet",
    "zvt",
    "printer",
    "acquirer",
    "terminal",
    "voucher",
    "backoffice",
    "scenario",
];

const ALL: &[&str] = &[
    "sim",
    "escpos",
    "iso8583",
    "wallet",
    "zvt",
    "printer",
    "acquirer",
    "terminal",
    "voucher",
    "backoffice",
    "scenario",
    "runner",
    "rig",
    "report",
    "serve",
];

/// What no crate of the core may reach, however indirectly: the world, its clocks, and chance.
const WORLDLY: [&str; 18] = [
    "anstream",
    "async-std",
    "chrono",
    "clap",
    "fastrand",
    "getrandom",
    "hyper",
    "indicatif",
    "jiff",
    "mio",
    "pty-process",
    "rustix",
    "serialport",
    "smol",
    "time",
    "tokio",
    "tracing-subscriber",
    "walkdir",
];

/// A word that must not stand in code or docs, and what to do instead. They are cut in two so as not to find themselves.
const BANNED_WORDS: [(&str, &str); 9] = [
    (concat!("to", "do!("), "write it, or leave it out"),
    (concat!("unimple", "mented!("), "write it, or leave it out"),
    (concat!("db", "g!("), "use the trace"),
    (concat!("#[ig", "nore"), "make the test quick, or delete it"),
    (concat!("[al", "low("), "use #[expect(lint, reason = \"…\")]"),
    (concat!("TO", "DO"), "do it, or write down what is not modelled"),
    (concat!("FIX", "ME"), "fix it, or write down what is not modelled"),
    (concat!("XX", "X"), "say what is wrong"),
    (concat!("HA", "CK"), "say why it must be so"),
];

/// Names that say nothing about what is inside.
const EMPTY_NAMES: [&str; 8] =
    ["util", "utils", "common", "helper", "helpers", "manager", "managers", "misc"];

/// Folders that exist on one machine alone.
const MACHINE_FOLDERS: [&str; 4] =
    [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("/Us", "ers/")];

/// Hosts that packages come from. Which one a machine uses is its own setting; lock files name the default.
const REGISTRY_HOSTS: [&str; 7] = [
    concat!("//crates", ".io"),
    concat!("index.crates", ".io"),
    concat!("static.crates", ".io"),
    concat!("crates.io", "-index"),
    concat!("//pypi", ".org"),
    concat!("python", "hosted.org"),
    concat!("arti", "factory"),
];

#[test]
fn every_rust_file_begins_with_what_it_is() -> Checked {
    let bare = rust_files()?.into_iter().filter(|file| !file.text.starts_with("//!"));
    nothing(bare.map(|file| format!("{}: open it with `//!` and say what it is", file.path)))
}

#[test]
fn no_file_is_too_long_to_read_at_once() -> Checked {
    let files = rust_files()?.into_iter().filter(|file| !is_test(&file.path));
    let long = files.map(|file| (without_tests(&file.text).lines().count(), file.path));
    let long = long.filter(|(lines, _)| *lines > LONGEST_FILE);
    nothing(long.map(|(lines, path)| {
        format!("{path}: {lines} lines without its tests, {LONGEST_FILE} at most; split it by subject")
    }))
}

#[test]
fn no_function_is_too_long_to_see_at_once() -> Checked {
    let excepted = |long: &LongFunction| {
        LONGER_FUNCTIONS
            .iter()
            .any(|(path, name, _)| (*path, *name) == (long.path.as_str(), long.name.as_str()))
    };
    let long = long_functions()?.into_iter().filter(|long| !excepted(long));
    nothing(long.map(|LongFunction { path, line, name, lines }| {
        format!("{path}:{line}: {name} has {lines} lines, {LONGEST_FUNCTION} at most; name its parts")
    }))
}

#[test]
fn every_longer_function_on_the_list_is_still_longer() -> Checked {
    let long = long_functions()?;
    let is_long = |path: &str, name: &str| {
        long.iter().any(|long| (long.path.as_str(), long.name.as_str()) == (path, name))
    };
    let stale = LONGER_FUNCTIONS.iter().filter(|(path, name, _)| !is_long(path, name));
    nothing(stale.map(|(path, name, _)| format!("{path}: {name} is short now; take it off LONGER_FUNCTIONS")))
}

#[test]
fn every_crate_knows_only_whom_it_may() -> Checked {
    let edges = BTreeMap::from(EDGES);
    let mut wrong = Vec::new();
    for (name, known) in crates()? {
        let Some(allowed) = edges.get(name.as_str()) else {
            wrong.push(format!("{name}: give it a row in EDGES and in ARCHITECTURE.md, \"Map\""));
            continue;
        };
        let strangers = known.iter().filter(|other| !allowed.contains(&other.as_str()));
        wrong.extend(strangers.map(|other| {
            format!("{name} must not know {other}: a shared word lives in sim, a meeting in runner")
        }));
    }
    nothing(wrong)
}

#[test]
fn no_crate_of_the_core_can_reach_the_world() -> Checked {
    let mut wrong = Vec::new();
    for name in CORE.iter().chain(&["runner"]) {
        let package = format!("tillrig-{name}");
        let arguments = ["tree", "--edges", "normal,build", "--prefix", "none", "--package", &package];
        let tree = cargo(&arguments)?;
        let reached = tree.lines().filter_map(|line| line.split_whitespace().next());
        assert!(reached.clone().any(|reached| reached == package), "cargo tree says nothing about {package}");
        wrong.extend(
            reached
                .filter(|reached| WORLDLY.contains(reached))
                .map(|reached| format!("{name} reaches {reached}: move what needs it to crates/shell")),
        );
    }
    nothing(wrong)
}

#[test]
fn every_crate_obeys_the_lints_of_the_workspace() -> Checked {
    let manifests = files()?.into_iter().filter(|file| file.path.ends_with("/Cargo.toml"));
    // The fuzz crate stands outside the workspace, so there is nothing for it to inherit.
    let manifests = manifests.filter(|file| !file.path.starts_with("crates/dev/fuzz/"));
    let lax = manifests.filter(|file| !file.text.contains("[lints]\nworkspace = true\n"));
    nothing(lax.map(|file| format!("{}: add `[lints]` with `workspace = true`", file.path)))
}

#[test]
fn every_name_says_what_is_inside() -> Checked {
    let empty = |path: &str| {
        let mut words = path.split(|c: char| !c.is_alphanumeric());
        words.any(|word| EMPTY_NAMES.contains(&word.to_ascii_lowercase().as_str()))
    };
    let files = files()?.into_iter().filter(|file| empty(&file.path));
    nothing(files.map(|file| format!("{}: name it after its subject", file.path)))
}

#[test]
fn no_banned_word_stands_in_code_or_docs() -> Checked {
    let files =
        files()?.into_iter().filter(|file| is_one_of(&file.path, &["rs", "md", "py", "toml", "yaml"]));
    nothing(files.flat_map(|file| {
        complaints(&file, |line| {
            let found = BANNED_WORDS.iter().find(|(word, _)| contains_word(line, word));
            found.map(|(word, instead)| format!("{word}: {instead}"))
        })
    }))
}

#[test]
fn no_file_names_a_folder_of_one_machine() -> Checked {
    nothing(files()?.iter().flat_map(|file| {
        complaints(file, |line| {
            let found = MACHINE_FOLDERS.iter().find(|folder| contains_word(line, folder));
            found.map(|folder| format!("{folder}: use a path relative to the repository"))
        })
    }))
}

#[test]
fn no_file_names_a_package_registry() -> Checked {
    let files = files()?.into_iter().filter(|file| !file.path.ends_with("Cargo.lock"));
    nothing(files.flat_map(|file| {
        complaints(&file, |line| {
            let found = REGISTRY_HOSTS.iter().find(|host| line.contains(**host));
            found.map(|host| format!("{host}: leave the choice of a registry to the machine"))
        })
    }))
}

#[test]
fn the_changelog_has_a_place_for_what_comes_next() -> Checked {
    let changelog = files()?.into_iter().find(|file| file.path == "CHANGELOG.md");
    let changelog = changelog.ok_or("CHANGELOG.md is missing")?;
    assert!(
        changelog.text.lines().any(|line| line.trim_end() == "## Unreleased"),
        "CHANGELOG.md: add a section `## Unreleased`"
    );
    Ok(())
}

#[test]
fn a_word_counts_only_when_it_stands_alone() {
    assert!(contains_word("a word here", "word"));
    assert!(contains_word("(word)", "word"));
    assert!(!contains_word("words", "word"));
    assert!(!contains_word("sword", "word"));
    assert!(contains_word("sword and word", "word"));
    // What ends in a bracket or a slash may go on.
    assert!(contains_word("see /folder/file", "/folder/"));
    assert!(!contains_word("see a/folder/file", "/folder/"));
    assert!(!contains_word("see ../folder/file", "/folder/"));
}

/// One function over the limit.
struct LongFunction {
    path: String,
    line: usize,
    name: String,
    lines: usize,
}

fn long_functions() -> Result<Vec<LongFunction>, Box<dyn Error>> {
    let mut long = Vec::new();
    for file in rust_files()? {
        let over = functions(&file.text).into_iter().filter(|function| function.lines > LONGEST_FUNCTION);
        long.extend(over.map(|function| LongFunction {
            path: file.path.clone(),
            line: function.line,
            name: function.name.to_owned(),
            lines: function.lines,
        }));
    }
    Ok(long)
}

/// Our crates, by short name, and which of our own each one names in its manifest, be it for tests only.
fn crates() -> Result<BTreeMap<String, Vec<String>>, Box<dyn Error>> {
    let metadata: Value = serde_json::from_str(&cargo(&["metadata", "--no-deps", "--format-version", "1"])?)?;
    let packages = metadata["packages"].as_array().ok_or("cargo metadata names no packages")?;
    let ours = |name: &Value| Some(name.as_str()?.strip_prefix("tillrig-")?.to_owned());
    let known = |package: &Value| {
        let dependencies = package["dependencies"].as_array();
        dependencies.into_iter().flatten().filter_map(|dependency| ours(&dependency["name"])).collect()
    };
    // The command line's package is named after the program and not after its folder.
    let short = |package: &Value| ours(&package["name"]).unwrap_or_else(|| "cli".to_owned());
    Ok(packages.iter().map(|package| (short(package), known(package))).collect())
}

fn cargo(arguments: &[&str]) -> Result<String, Box<dyn Error>> {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .args(["--locked", "--offline"])
        .current_dir(repository::root())
        .output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo {}: {said}", arguments.join(" "));
    Ok(String::from_utf8(output.stdout)?)
}

fn files() -> Result<Vec<SourceFile>, Box<dyn Error>> {
    let files = repository::files()?;
    assert!(!files.is_empty(), "git lists no files");
    Ok(files)
}

fn rust_files() -> Result<Vec<SourceFile>, Box<dyn Error>> {
    Ok(files()?.into_iter().filter(|file| is_one_of(&file.path, &["rs"])).collect())
}

fn is_one_of(path: &str, extensions: &[&str]) -> bool {
    path.rsplit_once('.').is_some_and(|(_, extension)| extensions.contains(&extension))
}

/// A file that is nothing but tests: in a package's `tests` folder.
fn is_test(path: &str) -> bool {
    path.starts_with("tests/tests/") || (path.starts_with("crates/") && path.contains("/tests/"))
}

/// What a rule says about each line of a file, with its place.
fn complaints(file: &SourceFile, rule: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let lines = file.text.lines().enumerate();
    lines.filter_map(|(at, line)| Some(format!("{}:{}: {}", file.path, at + 1, rule(line)?))).collect()
}

/// Whether the word stands in the line with nothing grown onto a letter at either of its ends, nor a path before it.
fn contains_word(line: &str, word: &str) -> bool {
    let in_word = |c: char| c.is_alphanumeric() || c == '_';
    let grows_left = |c: char| in_word(c) || (word.starts_with('/') && "./-".contains(c));
    let ends_in_letter = word.chars().next_back().is_some_and(in_word);
    let starts_free = word.chars().next().is_some_and(|c| !in_word(c) && c != '/');
    line.match_indices(word).any(|(at, _)| {
        let before = line.get(..at).and_then(|before| before.chars().next_back());
        let after = line.get(at + word.len()..).and_then(|after| after.chars().next());
        (starts_free || !before.is_some_and(grows_left)) && !(ends_in_letter && after.is_some_and(in_word))
    })
}

/// Fails with all that is wrong, one thing a line.
fn nothing(wrong: impl IntoIterator<Item = String>) -> Checked {
    let wrong: Vec<String> = wrong.into_iter().collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    Ok(())
}
