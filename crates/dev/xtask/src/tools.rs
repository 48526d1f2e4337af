//! Tools that the machine must have, and how each is installed. Package names are Debian's.

use std::env;
use std::ffi::OsString;

use crate::step::{Failure, Step};

/// The cargo that started us, so that all steps use one toolchain.
pub(crate) fn cargo() -> OsString {
    env::var_os("CARGO").filter(|path| !path.is_empty()).unwrap_or_else(|| "cargo".into())
}

/// The command that installs a program, for those which we do not set up ourselves.
pub(crate) fn how_to_install(program: &str) -> Option<&'static str> {
    match program {
        "git" => Some("apt-get install git"),
        "python3" => Some("apt-get install python3 python3-venv"),
        "valgrind" => Some("apt-get install valgrind"),
        "cargo" => Some("rustup toolchain install stable"),
        _ => None,
    }
}

/// The style checks ask git which files are ours.
pub(crate) fn require_git() -> Result<(), Failure> {
    require(Step::new("git", "git").arg("--version"), "git", "apt-get install git")
}

/// The purity checks run clippy.
pub(crate) fn require_clippy() -> Result<(), Failure> {
    require(
        Step::new("clippy", cargo()).args(["clippy", "--version"]),
        "clippy",
        "rustup component add clippy",
    )
}

/// Debian splits what a virtual environment needs off its Python.
pub(crate) fn require_python_venv() -> Result<(), Failure> {
    let step = Step::new("python", "python3").args(["-c", "import venv, ensurepip"]);
    require(step, "Python's venv module", "apt-get install python3-venv")
}

/// Instructions are counted by callgrind.
pub(crate) fn require_valgrind() -> Result<(), Failure> {
    require(Step::new("valgrind", "valgrind").arg("--version"), "valgrind", "apt-get install valgrind")
}

fn require(probe: Step, tool: &str, install: &'static str) -> Result<(), Failure> {
    if probe.probe()? { Ok(()) } else { Err(Failure::Missing { tool: tool.to_owned(), install }) }
}
