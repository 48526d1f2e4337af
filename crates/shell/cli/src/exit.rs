//! What the exit code says. This is the only place that knows the numbers.
//!
//! Where several apply, trouble (3) comes before wrong (1), and wrong before not settled (4); a bad command line
//! or file (2) stops everything before anything is run.

use std::process::ExitCode;

/// For the end of `--help`.
pub(crate) const TABLE: &str = "Exit codes:
  0  all as expected
  1  a law, an expectation or a snapshot failed
  2  bad command line, scenario or rig file
  3  trouble with a port or rig, or output that cannot be written
  4  did not settle";

/// How a verb has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All as expected.
    AsExpected,
    /// A law, an expectation or a snapshot failed.
    Wrong,
    /// Bad command line, scenario or rig file.
    BadInput,
    /// Trouble with a port or rig, or output that cannot be written.
    Trouble,
    /// Did not settle.
    NotSettled,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::AsExpected => 0,
            Exit::Wrong => 1,
            Exit::BadInput => 2,
            Exit::Trouble => 3,
            Exit::NotSettled => 4,
        })
    }
}
