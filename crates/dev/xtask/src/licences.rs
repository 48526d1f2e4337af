//! Licences, sources and bans, checked by cargo-deny against `deny.toml`.
//!
//! The tool is built once, from its own lock file, into `target/tools`; that takes some minutes.
//! Not checked: advisories, which change without us and would make an old commit fail.

use std::fs;

use crate::step::{Failure, Step};
use crate::{root, tools};

/// The version that `deny.toml` was written for.
const CARGO_DENY: &str = "0.20.2";

pub(crate) fn check() -> Result<(), Failure> {
    let deny = root().join("target/tools/bin/cargo-deny");
    if !is_installed() {
        Step::new("cargo-deny", tools::cargo())
            .args(["install", "--locked", "--root", "target/tools"])
            .arg(format!("cargo-deny@{CARGO_DENY}"))
            .run()?;
    }
    Step::new("licences", deny).args(["--locked", "check", "licenses", "bans", "sources"]).run()
}

/// Cargo notes what it installed, with the version.
fn is_installed() -> bool {
    let installed = fs::read_to_string(root().join("target/tools/.crates.toml")).unwrap_or_default();
    installed.contains(&format!("\"cargo-deny {CARGO_DENY} "))
}
