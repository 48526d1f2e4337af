//! Tools that the machine must have, and how each is installed. Package names are Debian's.

use std::env;
use std::ffi::OsString;

use crate::step::{Failure, Step};

const NODE: &str = "apt-get install nodejs";

/// The oldest Node that the pinned packages run on: the one of Debian 12.
const NODE_MIN: u32 = 18;

/// The cargo that started us, so that all steps use one toolchain.
pub(crate) fn cargo() -> OsString {
    env::var_os("CARGO").filter(|path| !path.is_empty()).unwrap_or_else(|| "cargo".into())
}

/// The command that installs a program, for those which we do not set up ourselves.
pub(crate) fn how_to_install(program: &str) -> Option<&'static str> {
    match program {
        "git" => Some("apt-get install git"),
        "python3" => Some("apt-get install python3 python3-venv"),
        "node" => Some(NODE),
        "npm" => Some("apt-get install npm"),
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

/// Some peers are packages for Node.
pub(crate) fn require_node() -> Result<(), Failure> {
    let found = Step::new("node", "node").arg("--version").capture()?;
    if node_major(&found).is_some_and(|major| major >= NODE_MIN) {
        return Ok(());
    }
    let needed = NODE_MIN.to_string();
    Err(Failure::Outdated { tool: "node".to_owned(), found: found.trim().to_owned(), needed, install: NODE })
}

/// Node's packages are installed by npm, which Debian packs apart.
pub(crate) fn require_npm() -> Result<(), Failure> {
    require(Step::new("npm", "npm").arg("--version"), "npm", "apt-get install npm")
}

/// The 18 of `v18.20.4`.
fn node_major(version: &str) -> Option<u32> {
    version.trim().strip_prefix('v')?.split('.').next()?.parse().ok()
}

/// Instructions are counted by callgrind.
pub(crate) fn require_valgrind() -> Result<(), Failure> {
    require(Step::new("valgrind", "valgrind").arg("--version"), "valgrind", "apt-get install valgrind")
}

fn require(probe: Step, tool: &str, install: &'static str) -> Result<(), Failure> {
    if probe.probe()? { Ok(()) } else { Err(Failure::Missing { tool: tool.to_owned(), install }) }
}

#[cfg(test)]
mod tests {
    use super::node_major;

    #[test]
    fn nodes_version_is_read_and_anything_else_is_not() {
        assert_eq!(node_major("v18.20.4\n"), Some(18));
        assert_eq!(node_major("v20.0.0"), Some(20));
        assert_eq!(node_major("18.20.4"), None);
        assert_eq!(node_major("node: not found"), None);
    }
}
