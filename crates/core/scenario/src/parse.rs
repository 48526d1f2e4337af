//! From the bytes of a file to a checked value, or to everything that is wrong with them.
//!
//! Three passes: form (YAML), shape (fields, words, units), meaning (references, faults that never
//! happen). A pass reports all that it finds; the next one needs the one before it to be clean.

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::language::{HostFault, Scenario};
use crate::node::{self, Document, Kind, Node};
use crate::printer_file::{self, PrinterFile};
use crate::rig::Rig;
use crate::shape::Shape;
use crate::terminal_file::{self, TerminalFile};
use crate::terminals_file::{self, TerminalsFile};
use crate::{acquirer_grammar, acquirer_lower, check, grammar, lower, meaning, rig_file};

impl Scenario {
    /// Reads a scenario file. `file_name` appears in messages only.
    ///
    /// # Errors
    /// Everything that is wrong with the file, each with its place, what was expected, and an example.
    pub fn parse(file_name: &str, bytes: &[u8]) -> Result<Self, Diagnostics> {
        parse(file_name, bytes, &grammar::SCENARIO, lower::lower, meaning::check_meaning)
    }
}

impl Rig {
    /// Reads a rig file. `file_name` appears in messages only.
    ///
    /// # Errors
    /// Everything that is wrong with the file, each with its place, what was expected, and an example.
    pub fn parse(file_name: &str, bytes: &[u8]) -> Result<Self, Diagnostics> {
        parse(file_name, bytes, &rig_file::RIG, |_, root| rig_file::lower(root), |_, _| Vec::new())
    }
}

impl PrinterFile {
    /// Reads a printer profile. `file_name` appears in messages only.
    ///
    /// # Errors
    /// Everything that is wrong with the file, each with its place, what was expected, and an example.
    pub fn parse(file_name: &str, bytes: &[u8]) -> Result<Self, Diagnostics> {
        let lower = |_: &str, root: &Node| printer_file::lower(root);
        parse(file_name, bytes, &printer_file::PRINTER, lower, printer_file::check_meaning)
    }
}

impl TerminalFile {
    /// Reads a terminal's firmware profile. `file_name` appears in messages only.
    ///
    /// # Errors
    /// Everything that is wrong with the file, each with its place, what was expected, and an example.
    pub fn parse(file_name: &str, bytes: &[u8]) -> Result<Self, Diagnostics> {
        let lower = |_: &str, root: &Node| terminal_file::lower(root);
        parse(file_name, bytes, &terminal_file::TERMINAL, lower, terminal_file::check_meaning)
    }
}

impl TerminalsFile {
    /// Reads a file of terminals, cards and payers. `file_name` appears in messages only.
    ///
    /// # Errors
    /// Everything that is wrong with the file, each with its place, what was expected, and an example.
    pub fn parse(file_name: &str, bytes: &[u8]) -> Result<Self, Diagnostics> {
        let lower = |_: &str, root: &Node| terminals_file::lower(root);
        parse(file_name, bytes, &terminals_file::TERMINALS, lower, terminals_file::check_meaning)
    }
}

/// Reads faults of the acquirer alone: a list of them, or just one, each as it would stand under `faults:` in a
/// scenario, without `when`. JSON is YAML. `file_name` appears in messages only.
///
/// # Errors
/// Everything that is wrong with the text, each with its place, what was expected, and an example.
pub fn acquirer_faults(file_name: &str, bytes: &[u8]) -> Result<Vec<HostFault>, Diagnostics> {
    let shape = |root: &Node| match root.kind {
        Kind::Map(_) => &acquirer_grammar::ACQUIRER_FAULT,
        _ => &acquirer_grammar::ACQUIRER_FAULTS,
    };
    parse_as(file_name, bytes, shape, acquirer_lower::host_faults, meaning::check_host_faults)
}

fn parse<T>(
    file_name: &str,
    bytes: &[u8],
    shape: &'static Shape,
    lower: fn(&str, &Node) -> Option<T>,
    meaning: fn(&T, &Node) -> Vec<Diagnostic>,
) -> Result<T, Diagnostics> {
    parse_as(file_name, bytes, |_| shape, lower, meaning)
}

fn parse_as<T>(
    file_name: &str,
    bytes: &[u8],
    shape: impl FnOnce(&Node) -> &'static Shape,
    lower: fn(&str, &Node) -> Option<T>,
    meaning: fn(&T, &Node) -> Vec<Diagnostic>,
) -> Result<T, Diagnostics> {
    let Document { source, root, mut wrong } = node::read(file_name, bytes)?;
    wrong.extend(check::check(&root, shape(&root)));
    let refuse = |wrong| Err(Diagnostics::new(file_name, source, wrong));
    if !wrong.is_empty() {
        return refuse(wrong);
    }
    let Some(value) = lower(source, &root) else {
        let ours = "Tillrig cannot read a file that it has found right; this is a mistake of Tillrig";
        return refuse(vec![Diagnostic::of_file(ours)]);
    };
    let wrong = meaning(&value, &root);
    if wrong.is_empty() { Ok(value) } else { refuse(wrong) }
}
