//! `tillrig schema`: the JSON Schema of scenario, rig, printer or terminal files, or of faults or terminals of an
//! acquirer, for completion and checking in editors.

use crate::exit::Exit;
use crate::output;
use crate::trouble::Trouble;
use clap::{Args, ValueEnum};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Of which kind of file.
    of: Kind,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kind {
    /// A scenario.
    Scenario,
    /// A rig.
    Rig,
    /// A printer profile.
    Printer,
    /// A terminal's firmware profile.
    Terminal,
    /// Faults of an acquirer that is served alone.
    AcquirerFaults,
    /// Terminals, cards and payers of an acquirer that is served alone.
    Terminals,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Exit, Trouble> {
    output::json(&match arguments.of {
        Kind::Scenario => scenario::scenario_schema(),
        Kind::Rig => scenario::rig_schema(),
        Kind::Printer => scenario::printer_schema(),
        Kind::Terminal => scenario::terminal_schema(),
        Kind::AcquirerFaults => scenario::acquirer_faults_schema(),
        Kind::Terminals => scenario::terminals_schema(),
    })?;
    Ok(Exit::AsExpected)
}
