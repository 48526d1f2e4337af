//! What developers run, as `cargo xtask VERB`: all tests, third-party peers, licences, benches.
//!
//! A verb is a list of steps. Each is announced on stderr with its command line; the first that fails ends the run
//! and says how to run it alone. Whatever a step needs is set up under `target/`, or asked for by name.
//! Only the standard library, so that it builds in a second. Not done here: formatting and clippy, which
//! `.ci/run` calls as they are.

mod instructions;
mod licences;
mod peers;
mod step;
mod tools;

use std::env;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use step::{Failure, Step};

const USAGE: &str = "\
usage: cargo xtask VERB [ARGUMENT…]

  test      sets up the third-party peers, builds everything, runs all tests; arguments go to `cargo test`
  peers     sets up the third-party peers alone, in target/peers
  licences  checks licences and sources of all dependencies
  bench     runs the benches, then counts instructions; arguments go to `cargo bench`
";

fn main() -> ExitCode {
    let mut arguments = env::args().skip(1);
    let verb = arguments.next().unwrap_or_default();
    let rest: Vec<String> = arguments.collect();
    let result = match verb.as_str() {
        "test" => test(&rest),
        "peers" => peers::set_up().map(drop),
        "licences" => licences::check(),
        "bench" => bench(&rest),
        _ => {
            say(USAGE.trim_end());
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            say(&format!("error: {failure}"));
            ExitCode::FAILURE
        }
    }
}

fn test(arguments: &[String]) -> Result<(), Failure> {
    tools::require_git()?;
    tools::require_clippy()?;
    let peers = peers::set_up()?;
    // End-to-end tests run the `tillrig` binary, which `cargo test` alone would not build for them.
    Step::new("build", tools::cargo()).args(["build", "--workspace", "--locked"]).run()?;
    let mut tests = Step::new("tests", tools::cargo());
    for (variable, place) in peers {
        tests = tests.env(variable, place);
    }
    tests.args(["test", "--workspace", "--locked", "--no-fail-fast"]).args(arguments).run()
}

fn bench(arguments: &[String]) -> Result<(), Failure> {
    // One row times the program itself, from its start to its exit.
    Step::new("program", tools::cargo())
        .args(["build", "--release", "--locked", "--package", "tillrig"])
        .run()?;
    Step::new("benches", tools::cargo())
        .args(["bench", "--package", "tillrig-bench", "--locked"])
        .args(arguments)
        .run()?;
    instructions::count()
}

/// The repository, where every step runs.
fn root() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "..", "..", ".."]
        .iter()
        .collect::<PathBuf>()
        .canonicalize()
        .unwrap_or_default()
}

/// One line to the person at the terminal. If nobody can read it any more, the exit code still speaks.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
