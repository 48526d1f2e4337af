//! Third-party peers: other people's software that reads what we write.
//!
//! They are Python packages, pinned in `tests/peers/requirements.txt` and installed by pip into a virtual environment
//! in `target/peers/python`. A stamp in there holds the pins, so that it is made anew only when they change.

use std::fs;
use std::path::{Path, PathBuf};

use crate::step::{Failure, Step};
use crate::{root, say, tools};

/// The environment variable through which tests find the environment's Python.
pub(crate) const PYTHON_VARIABLE: &str = "TILLRIG_PEERS_PYTHON";

const PINS: &str = "tests/peers/requirements.txt";

/// Makes the environment if it is missing or outdated, and gives its Python.
pub(crate) fn set_up() -> Result<PathBuf, Failure> {
    let environment = root().join("target/peers/python");
    let python = environment.join("bin/python");
    let pins = read(&root().join(PINS))?;
    let stamp = environment.join("pins.txt");
    if fs::read_to_string(&stamp).is_ok_and(|stamped| stamped == pins) && starts(&python) {
        say("==> peers: target/peers/python is up to date");
        return Ok(python);
    }
    tools::require_python_venv()?;
    Step::new("peers", "python3").args(["-m", "venv", "--clear"]).arg(&environment).run()?;
    // All pins are listed, dependencies too, so nothing unlisted may come along.
    Step::new("peers", &python)
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"])
        .args(["--requirement", PINS])
        .run()?;
    fs::write(&stamp, pins).map_err(|error| Failure::File { path: stamp, error })?;
    Ok(python)
}

/// An environment dies when the Python that it was made from is upgraded away.
fn starts(python: &Path) -> bool {
    Step::new("peers", python).arg("--version").probe().unwrap_or(false)
}

fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| Failure::File { path: path.to_owned(), error })
}
