//! Third-party peers: other people's software that reads what we write, and the scripts that drive it.
//!
//! The scripts are in `tests/peers/`. They run in the Python that `cargo xtask test` sets up; without it a test that
//! needs a peer fails, because a check that was skipped looks just like one that passed.

use std::env;
use std::ffi::OsStr;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::thread;

use crate::repository::root;

/// The environment variable that names the Python with the peers in it.
pub const PYTHON_VARIABLE: &str = "TILLRIG_PEERS_PYTHON";

/// Runs a script of `tests/peers/` with these arguments and this text on its stdin, and waits for it.
///
/// # Errors
/// When the peers are not set up, or when the script cannot be run. A script that fails is no error here.
pub fn run<A: AsRef<OsStr>>(script: &str, arguments: &[A], stdin: &str) -> io::Result<Output> {
    let mut child = Command::new(python()?)
        .arg(root().join("tests/peers").join(script))
        .args(arguments)
        // Its text comes out the same on every machine, and it leaves no files behind.
        .env("PYTHONIOENCODING", "utf-8")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let pipe = child.stdin.take();
    let text = stdin.to_owned();
    // A script may answer before it has read everything, so somebody else writes.
    let writer = thread::spawn(move || {
        // A script that ends early says why by itself.
        let _ = pipe.map(|mut pipe| pipe.write_all(text.as_bytes()));
    });
    let output = child.wait_with_output()?;
    let _ = writer.join();
    Ok(output)
}

fn python() -> io::Result<PathBuf> {
    let missing = || io::Error::other(format!("{PYTHON_VARIABLE} is not set: run `cargo xtask test`"));
    let python = env::var_os(PYTHON_VARIABLE).map(PathBuf::from).ok_or_else(missing)?;
    // A test runs in its package's folder; a path typed by hand is meant from the root.
    let python = root().join(python);
    if python.exists() {
        Ok(python)
    } else {
        Err(io::Error::other(format!("{} does not exist: run `cargo xtask test`", python.display())))
    }
}
