//! One step: a command that announces itself, and a failure that says how to run it alone.

use std::ffi::OsStr;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use crate::{root, say, tools};

/// A command with a name, run in the repository's root.
pub(crate) struct Step {
    name: &'static str,
    command: Command,
}

impl Step {
    pub(crate) fn new(name: &'static str, program: impl AsRef<OsStr>) -> Self {
        let mut command = Command::new(program);
        command.current_dir(root());
        Self { name, command }
    }

    pub(crate) fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.command.arg(argument);
        self
    }

    pub(crate) fn args<A: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.command.args(arguments);
        self
    }

    pub(crate) fn env(mut self, variable: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(variable, value);
        self
    }

    /// Runs it with our own stdin, stdout and stderr.
    pub(crate) fn run(mut self) -> Result<(), Failure> {
        say(&format!("==> {}: {}", self.name, self.command_line()));
        match self.command.status() {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(Failure::Step { name: self.name, status, command_line: self.command_line() }),
            Err(error) => Err(self.did_not_start(error)),
        }
    }

    /// Runs it unseen and tells whether it succeeded.
    pub(crate) fn probe(mut self) -> Result<bool, Failure> {
        match self.command.output() {
            Ok(output) => Ok(output.status.success()),
            Err(error) => Err(self.did_not_start(error)),
        }
    }

    /// Runs it unseen and gives what it said, on stdout and then on stderr.
    pub(crate) fn capture(mut self) -> Result<String, Failure> {
        match self.command.output() {
            Ok(output) if output.status.success() => {
                let said = [output.stdout, output.stderr].concat();
                Ok(String::from_utf8_lossy(&said).into_owned())
            }
            Ok(output) => Err(Failure::Step {
                name: self.name,
                status: output.status,
                command_line: self.command_line(),
            }),
            Err(error) => Err(self.did_not_start(error)),
        }
    }

    fn did_not_start(&self, error: io::Error) -> Failure {
        let program = Path::new(self.command.get_program());
        let tool = program.file_name().unwrap_or_default().to_string_lossy().into_owned();
        match tools::how_to_install(&tool) {
            Some(install) if error.kind() == io::ErrorKind::NotFound => Failure::Missing { tool, install },
            _ => Failure::File { path: program.to_owned(), error },
        }
    }

    /// As a person would type it in the repository's root.
    fn command_line(&self) -> String {
        let set = self.command.get_envs().filter_map(|(name, value)| Some((name, value?)));
        let variables = set.map(|(name, value)| format!("{}={}", name.to_string_lossy(), word(value)));
        // The path of our own cargo says nothing that its name does not.
        let program = self.command.get_program();
        let program = if program == tools::cargo() { "cargo".to_owned() } else { word(program) };
        let arguments = self.command.get_args().map(word);
        variables.chain([program]).chain(arguments).collect::<Vec<_>>().join(" ")
    }
}

/// One word of a shell's command line: relative to the root where it can be, quoted where it must be.
fn word(text: &OsStr) -> String {
    let path = Path::new(text);
    let text = path.strip_prefix(root()).unwrap_or(path).to_string_lossy();
    let plain = |c: char| c.is_alphanumeric() || "-_./=@:+,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.into_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// Why a verb ended early.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The machine lacks something that we do not install ourselves.
    Missing {
        /// Its name.
        tool: String,
        /// The command that installs it.
        install: &'static str,
    },
    /// The machine has it, but too old.
    Outdated {
        /// Its name.
        tool: String,
        /// The version that it has.
        found: String,
        /// The oldest version that will do.
        needed: String,
        /// The command that installs a newer one, where the distribution has it.
        install: &'static str,
    },
    /// A step said no.
    Step {
        /// Which one.
        name: &'static str,
        /// What it ended with.
        status: ExitStatus,
        /// How to run it alone.
        command_line: String,
    },
    /// A file could not be read, written or run.
    File {
        /// Which one.
        path: PathBuf,
        /// What the operating system said.
        error: io::Error,
    },
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { tool, install } => {
                write!(f, "{tool} is missing\n  install it:   {install}")
            }
            Self::Outdated { tool, found, needed, install } => {
                write!(f, "{tool} is {found}, and must be {needed} or newer\n  install it:   {install}")
            }
            Self::Step { name, status, command_line } => {
                write!(f, "step {name:?} failed, {status}\n  run it alone: {command_line}")
            }
            Self::File { path, error } => write!(f, "{}: {error}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_can_be_pasted_into_a_shell() {
        let step = Step::new("example", "cargo")
            .env("PYTHON", root().join("target/bin/python"))
            .args(["test", "it's", "", "a b"]);
        assert_eq!(step.command_line(), r"PYTHON=target/bin/python cargo test 'it'\''s' '' 'a b'");
    }

    #[test]
    fn a_missing_tool_is_named_with_its_installation() {
        let step = Step::new("example", "/nowhere/git");
        let failure = step.run().unwrap_err().to_string();
        assert!(failure.contains("git is missing") && failure.contains("apt-get install git"), "{failure}");
    }

    #[test]
    fn a_failed_step_is_named_with_its_command_line() {
        let failure = Step::new("example", "git").arg("no-such-verb").run().unwrap_err().to_string();
        assert!(failure.contains("\"example\" failed"), "{failure}");
        assert!(failure.contains("run it alone: git no-such-verb"), "{failure}");
    }
}
