//! The `tillrig` program: table of contents. A verb is a file; what it returns is an [`exit::Exit`].
//!
//! | module | holds |
//! |---|---|
//! | [`run`], [`check`], [`list`], [`coverage`], [`cuts`], [`schema`], [`serve`] | the verbs |
//! | [`catalogue`] | which scenario files are meant, and reading them |
//! | [`exit`] | what the exit code says |
//! | [`trouble`] | what keeps a verb from doing its work, and what to do about it |
//! | [`output`] | data to stdout, everything else to stderr |

mod catalogue;
mod check;
mod coverage;
mod cuts;
mod exit;
mod firmware;
mod list;
mod output;
mod run;
mod schema;
mod serve;
mod trouble;

use clap::{Parser, Subcommand};
use exit::Exit;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;
use trouble::Trouble;

/// Breaks payment terminals on purpose, and proves that no payment and no receipt is lost.
#[derive(Debug, Parser)]
#[command(name = "tillrig", version, after_help = exit::TABLE)]
struct CommandLine {
    /// Say on stderr what is being done; RUST_LOG chooses more finely.
    #[arg(long, global = true, display_order = 900)]
    verbose: bool,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Replay scenarios and compare the outcomes with their snapshots.
    Run(run::Arguments),
    /// Validate scenario, rig and printer files.
    Check(check::Arguments),
    /// List scenarios.
    List(list::Arguments),
    /// Print which causes of which symptoms the scenarios show, and which they survive.
    Coverage(coverage::Arguments),
    /// Interrupt the sound firmware before every happening of the scenarios, and check every law.
    Cuts(cuts::Arguments),
    /// Print the JSON Schema of scenario, rig or printer files, for editors.
    Schema(schema::Arguments),
    /// Emulate a device on real ports, in real time, for any software.
    Serve(serve::Arguments),
}

fn main() -> ExitCode {
    let command_line = CommandLine::parse();
    if command_line.verbose || std::env::var_os("RUST_LOG").is_some() {
        listen();
    }
    let result = match &command_line.verb {
        Verb::Run(arguments) => run::run(arguments),
        Verb::Check(arguments) => check::run(arguments),
        Verb::List(arguments) => list::run(arguments),
        Verb::Coverage(arguments) => coverage::run(arguments),
        Verb::Cuts(arguments) => cuts::run(arguments),
        Verb::Schema(arguments) => schema::run(arguments),
        Verb::Serve(arguments) => serve::run(arguments),
    };
    result.unwrap_or_else(report).into()
}

fn report(trouble: Trouble) -> Exit {
    trouble.say();
    trouble.exit()
}

/// Sends what is traced to stderr. Only done when asked for: it costs start-up time.
fn listen() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("debug"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}
