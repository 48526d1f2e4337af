//! The core's ban on clocks, files, threads and chance is not a wish: clippy enforces it.
//!
//! A small crate with a copy of `crates/core/clippy.toml` does each forbidden thing once, and clippy has to name
//! every one of them. Not tried: entries about other people's crates, which would have to be downloaded first.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::Command;

use tillrig_tests::repository;

type Checked = Result<(), Box<dyn Error>>;

const BANS: &str = "crates/core/clippy.toml";

/// One use of each forbidden function.
const CALLS: [(&str, &str); 10] = [
    ("std::time::Instant::now", "std::time::Instant::now()"),
    ("std::time::SystemTime::now", "std::time::SystemTime::now()"),
    ("std::thread::sleep", "std::thread::sleep(std::time::Duration::ZERO)"),
    ("std::thread::spawn", "std::thread::spawn(|| ())"),
    ("std::env::var", "std::env::var(\"HOME\")"),
    ("std::env::vars", "std::env::vars()"),
    ("std::fs::read", "std::fs::read(\"a\")"),
    ("std::fs::read_to_string", "std::fs::read_to_string(\"a\")"),
    ("std::fs::write", "std::fs::write(\"a\", \"b\")"),
    ("std::process::id", "std::process::id()"),
];

#[test]
fn clippy_names_every_forbidden_function_and_type() -> Checked {
    let bans = fs::read_to_string(repository::root().join(BANS))?;
    let methods = entries(&bans, "disallowed-methods");
    let types = entries(&bans, "disallowed-types");
    assert!(!methods.is_empty() && !types.is_empty(), "{BANS} bans nothing");

    let folder = tempfile::tempdir()?;
    let source = crate_that_does_everything(&methods, &types)?;
    let said = clippy(folder.path(), &bans, &source)?;
    for method in methods {
        let complaint = format!("use of a disallowed method `{method}`");
        assert!(said.contains(&complaint), "clippy lets {method} pass:\n{said}");
    }
    for kind in types {
        let complaint = format!("use of a disallowed type `{kind}`");
        assert!(said.contains(&complaint), "clippy lets {kind} pass:\n{said}");
    }
    Ok(())
}

/// Without this, a clippy that complains about everything would pass.
#[test]
fn clippy_is_silent_about_a_crate_that_does_nothing_forbidden() -> Checked {
    let bans = fs::read_to_string(repository::root().join(BANS))?;
    let folder = tempfile::tempdir()?;
    let said = clippy(folder.path(), &bans, "pub type Ordered = std::collections::BTreeMap<u8, u8>;\n")?;
    assert!(!said.contains("disallowed"), "{said}");
    Ok(())
}

/// Clippy reads the nearest file and no other, so one further down would end the ban there.
#[test]
fn no_crate_of_the_core_has_lint_settings_of_its_own() -> Checked {
    let files = repository::files()?;
    let settings =
        files.iter().map(|file| file.path.as_str()).filter(|path| path.starts_with("crates/core/"));
    let settings: Vec<&str> = settings.filter(|path| path.ends_with("clippy.toml")).collect();
    assert_eq!(settings, [BANS]);
    Ok(())
}

/// An example or an integration test may write a file: neither is part of the crate.
#[test]
fn no_source_of_the_core_asks_for_an_exception() -> Checked {
    let in_core = |path: &str| path.starts_with("crates/core/") && path.contains("/src/");
    for file in repository::files()?.iter().filter(|file| in_core(&file.path)) {
        let excepted = file.text.contains("clippy::disallowed_");
        assert!(!excepted, "{} lifts the ban: move what needs it to crates/shell", file.path);
    }
    Ok(())
}

/// The paths in one list of the settings that name something of the standard library.
fn entries<'a>(bans: &'a str, list: &str) -> Vec<&'a str> {
    let begins = |line: &&str| line.starts_with(list);
    let lines = bans.lines().skip_while(|line| !begins(line)).take_while(|line| !line.starts_with(']'));
    let paths = lines.filter_map(|line| line.split_once("path = \"")?.1.split('"').next());
    paths.filter(|path| path.starts_with("std::")).collect()
}

fn crate_that_does_everything(methods: &[&str], types: &[&str]) -> Result<String, Box<dyn Error>> {
    let mut source = String::from("//! Does each forbidden thing once.\n\npub fn everything() {\n");
    for method in methods {
        let call = CALLS.iter().find(|(path, _)| path == method);
        let (_, call) = call.ok_or_else(|| format!("{BANS} bans {method}: add a use of it to this test"))?;
        source += &format!("    let _ = {call};\n");
    }
    source += "}\n";
    for (number, kind) in types.iter().enumerate() {
        source += &format!("pub use {kind} as Forbidden{number};\n");
    }
    Ok(source)
}

/// What clippy says about a crate of its own, without dependencies, in this folder.
fn clippy(folder: &Path, bans: &str, source: &str) -> Result<String, Box<dyn Error>> {
    fs::create_dir(folder.join("src"))?;
    fs::write(folder.join("src/lib.rs"), source)?;
    fs::write(folder.join("clippy.toml"), bans)?;
    let manifest =
        "[package]\nname = \"forbidden\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n";
    fs::write(folder.join("Cargo.toml"), manifest)?;
    let output = Command::new(env!("CARGO"))
        .args(["clippy", "--offline", "--color", "never"])
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        // A setting meant for our own build must neither silence nor fail this one.
        .env_remove("CLIPPY_CONF_DIR")
        .env_remove("CLIPPY_ARGS")
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .output()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() {
        Ok(said)
    } else {
        Err(format!("clippy did not run; `rustup component add clippy` installs it\n{said}").into())
    }
}
