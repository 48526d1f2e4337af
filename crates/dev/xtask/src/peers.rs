//! Third-party peers: other people's software that reads what we write, and that prints on our printer.
//!
//! Python packages are pinned in `tests/peers/requirements.txt` and installed by pip into a virtual environment in
//! `target/peers/python`; Node packages are pinned in `tests/peers/package-lock.json` and installed by `npm ci` into
//! `target/peers/node`. A stamp in each holds its pins, so that it is made anew only when they change. None is
//! optional: what the machine lacks is asked for by name.

use std::fs;
use std::path::{Path, PathBuf};

use crate::step::{Failure, Step};
use crate::{root, say, tools};

/// The environment variable through which tests find the environment's Python.
const PYTHON_VARIABLE: &str = "TILLRIG_PEERS_PYTHON";

/// The environment variable through which tests find the folder with Node's packages.
const NODE_VARIABLE: &str = "TILLRIG_PEERS_NODE";

const PYTHON_PINS: &str = "tests/peers/requirements.txt";

/// The lock file says which packages, the other what they are for; npm wants both.
const NODE_PINS: [&str; 2] = ["package.json", "package-lock.json"];

/// Where the peers are, as environment variables for the tests.
pub(crate) type Places = [(&'static str, PathBuf); 2];

/// Makes what is missing or outdated, and says where it is.
pub(crate) fn set_up() -> Result<Places, Failure> {
    Ok([(PYTHON_VARIABLE, python()?), (NODE_VARIABLE, node()?)])
}

/// The environment's Python.
fn python() -> Result<PathBuf, Failure> {
    let environment = root().join("target/peers/python");
    let python = environment.join("bin/python");
    let pins = read(&root().join(PYTHON_PINS))?;
    let stamp = Stamp { file: environment.join("pins.txt"), pins };
    if stamp.is_current() && starts(&python) {
        say("==> peers: target/peers/python is up to date");
        return Ok(python);
    }
    tools::require_python_venv()?;
    Step::new("peers", "python3").args(["-m", "venv", "--clear"]).arg(&environment).run()?;
    // All pins are listed, dependencies too, so nothing unlisted may come along.
    Step::new("peers", &python)
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"])
        .args(["--requirement", PYTHON_PINS])
        .run()?;
    stamp.set()?;
    Ok(python)
}

/// The folder that holds `node_modules`.
fn node() -> Result<PathBuf, Failure> {
    tools::require_node()?;
    let folder = root().join("target/peers/node");
    let mut pins = String::new();
    for name in NODE_PINS {
        pins.push_str(&read(&root().join("tests/peers").join(name))?);
    }
    let stamp = Stamp { file: folder.join("pins.txt"), pins };
    if stamp.is_current() {
        say("==> peers: target/peers/node is up to date");
        return Ok(folder);
    }
    tools::require_npm()?;
    fs::create_dir_all(&folder).map_err(|error| Failure::File { path: folder.clone(), error })?;
    for name in NODE_PINS {
        let (from, to) = (root().join("tests/peers").join(name), folder.join(name));
        fs::copy(from, &to).map_err(|error| Failure::File { path: to, error })?;
    }
    // Exactly what the lock file lists, and no package runs anything of its own.
    Step::new("peers", "npm")
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--prefix"])
        .arg(&folder)
        .run()?;
    stamp.set()?;
    Ok(folder)
}

/// What an installation was made from.
struct Stamp {
    file: PathBuf,
    pins: String,
}

impl Stamp {
    fn is_current(&self) -> bool {
        fs::read_to_string(&self.file).is_ok_and(|stamped| stamped == self.pins)
    }

    fn set(self) -> Result<(), Failure> {
        let Self { file: path, pins } = self;
        fs::write(&path, pins).map_err(|error| Failure::File { path, error })
    }
}

/// An environment dies when the Python that it was made from is upgraded away.
fn starts(python: &Path) -> bool {
    Step::new("peers", python).arg("--version").probe().unwrap_or(false)
}

fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| Failure::File { path: path.to_owned(), error })
}
