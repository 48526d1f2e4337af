//! Data to stdout, everything else to stderr; colours only on a terminal, and never with `NO_COLOR`.

use anstyle::{AnsiColor, Style};
use clap::ValueEnum;
use std::fmt::Display;
use std::io::{self, Write};

/// All is well.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default().bold();
/// Something is wrong.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
/// Less important than what stands beside it.
pub(crate) const FAINT: Style = Style::new().dimmed();
/// Advice.
const HELP: Style = AnsiColor::Cyan.on_default().bold();

/// For whom data is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    #[default]
    Human,
    /// For programs.
    Json,
}

/// Writes one JSON document to stdout.
pub(crate) fn json(document: &serde_json::Value) -> io::Result<()> {
    data(&format!("{document:#}\n"))
}

/// Writes data to stdout.
pub(crate) fn data(text: &str) -> io::Result<()> {
    let mut stdout = anstream::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}

/// Says a line on stderr. That nobody hears it is no reason to stop.
pub(crate) fn say(text: &str) {
    let _ = writeln!(anstream::stderr().lock(), "{text}");
}

/// Says on stderr what is wrong.
pub(crate) fn error(what: impl Display) {
    say(&format!("{BAD}error:{BAD:#} {what}"));
}

/// Says on stderr what to do about it.
pub(crate) fn help(what: impl Display) {
    say(&format!("  {HELP}help:{HELP:#} {what}"));
}

/// Says on stderr what is good to know.
pub(crate) fn note(what: impl Display) {
    say(&format!("{HELP}note:{HELP:#} {what}"));
}
