//! Third-party peers: other people's software that reads what we write, or prints on our printer, and the scripts
//! that drive it.
//!
//! The scripts are in `tests/peers/`. They run in the Python, or with the Node packages, that `cargo xtask test` sets
//! up; without them a test that needs a peer fails, because a check that was skipped looks just like one that passed.

use std::env;
use std::ffi::OsStr;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::thread;

use crate::repository::root;

/// The environment variable that names the Python with the peers in it.
pub const PYTHON_VARIABLE: &str = "TILLRIG_PEERS_PYTHON";

/// The environment variable that names the folder with Node's packages in it.
pub const NODE_VARIABLE: &str = "TILLRIG_PEERS_NODE";

/// Runs a Python script of `tests/peers/` with these arguments and this text on its stdin, and waits for it.
///
/// # Errors
/// When the peers are not set up, or when the script cannot be run. A script that fails is no error here.
pub fn run<A: AsRef<OsStr>>(script: &str, arguments: &[A], stdin: &str) -> io::Result<Output> {
    let mut command = python(script)?;
    command.args(arguments);
    told(command, stdin)
}

/// Runs a Node script of `tests/peers/` that finds its package by itself, with this text on its stdin, and waits for it.
///
/// # Errors
/// When the script cannot be run. A script that fails is no error here.
pub fn run_node(script: &str, stdin: &str) -> io::Result<Output> {
    let mut command = Command::new("node");
    command.arg(root().join("tests/peers").join(script));
    told(command, stdin)
}

fn told(mut command: Command, stdin: &str) -> io::Result<Output> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
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

/// The command that runs a Python script of `tests/peers/`.
///
/// # Errors
/// When the peers are not set up.
pub fn python(script: &str) -> io::Result<Command> {
    let mut command = Command::new(peer(PYTHON_VARIABLE)?);
    command
        .arg(root().join("tests/peers").join(script))
        // Its text comes out the same on every machine, and it leaves no files behind.
        .env("PYTHONIOENCODING", "utf-8")
        .env("PYTHONDONTWRITEBYTECODE", "1");
    Ok(command)
}

/// The command that runs a Node script of `tests/peers/`.
///
/// # Errors
/// When the peers are not set up.
pub fn node(script: &str) -> io::Result<Command> {
    let mut command = Command::new("node");
    command.arg(root().join("tests/peers").join(script)).env(NODE_VARIABLE, peer(NODE_VARIABLE)?);
    Ok(command)
}

/// What an environment variable names.
fn peer(variable: &str) -> io::Result<PathBuf> {
    let missing = || io::Error::other(format!("{variable} is not set: run `cargo xtask test`"));
    let place = env::var_os(variable).map(PathBuf::from).ok_or_else(missing)?;
    // A test runs in its package's folder; a path typed by hand is meant from the root.
    let place = root().join(place);
    if place.exists() {
        Ok(place)
    } else {
        Err(io::Error::other(format!("{} does not exist: run `cargo xtask test`", place.display())))
    }
}
