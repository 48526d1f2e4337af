//! From the bytes of a file to a checked value, or to everything that is wrong with them.
//!
//! Three passes: form (YAML), shape (fields, words, units), meaning (references, faults that never
//! happen). A pass reports all that it finds; the next one needs the one before it to be clean.

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::language::{HostFault, Scenario};
use crate::matrix::{self, Filled};
use crate::node::{self, Document, Kind, Node};
use crate::printer_file::{self, PrinterFile};
use crate::rig::Rig;
use crate::shape::Shape;
use crate::terminal_file::{self, TerminalFile};
use crate::terminals_file::{self, TerminalsFile};
use crate::{acquirer_grammar, acquirer_lower, check, grammar, lower, meaning, rig_file};

impl Scenario {
    /// Reads a file of one scenario. `file_name` appears in messages only.
    ///
    /// # Errors
    /// Everything that is wrong with the file, each with its place, what was expected, and an example; also that it has a
    /// matrix of several.
    pub fn parse(file_name: &str, bytes: &[u8]) -> Result<Self, Diagnostics> {
        let mut all = Self::parse_all(file_name, bytes)?;
        match (all.pop(), all.is_empty()) {
            (Some(only), true) => Ok(only),
            _ => {
                let several = Diagnostic::of_file("this file holds several scenarios, and one is wanted");
                Err(Diagnostics::new(file_name, "", vec![several]))
            }
        }
    }

    /// Reads a scenario file: one scenario, or one for each row of its matrix, in their order. Never empty.
    /// `file_name` appears in messages only.
    ///
    /// # Errors
    /// Everything that is wrong with the file, each with its place, what was expected, and an example.
    pub fn parse_all(file_name: &str, bytes: &[u8]) -> Result<Vec<Self>, Diagnostics> {
        let Document { source, root, mut wrong } = node::read(file_name, bytes)?;
        let (mut scenarios, filled) = (Vec::new(), matrix::fill(&root));
        for Filled { case, root } in filled.unwrap_or_else(|matrix| {
            wrong.extend(matrix);
            Vec::new()
        }) {
            match tree(source, &root, &grammar::SCENARIO, lower::lower, meaning::check_meaning) {
                Ok(scenario) => scenarios.push(Self { case, ..scenario }),
                // What is wrong outside the places is wrong in every case.
                Err(here) => {
                    for one in here {
                        if !wrong.contains(&one) {
                            wrong.push(one);
                        }
                    }
                }
            }
        }
        if wrong.is_empty() { Ok(scenarios) } else { Err(Diagnostics::new(file_name, source, wrong)) }
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
    let value = tree(source, &root, shape(&root), lower, meaning);
    match value {
        Ok(value) if wrong.is_empty() => Ok(value),
        value => {
            wrong.extend(value.err().unwrap_or_default());
            Err(Diagnostics::new(file_name, source, wrong))
        }
    }
}

/// The value of a tree, or everything that is wrong with it.
fn tree<T>(
    source: &str,
    root: &Node,
    shape: &'static Shape,
    lower: fn(&str, &Node) -> Option<T>,
    meaning: fn(&T, &Node) -> Vec<Diagnostic>,
) -> Result<T, Vec<Diagnostic>> {
    let wrong = check::check(root, shape);
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let Some(value) = lower(source, root) else {
        let ours = "Tillrig cannot read a file that it has found right; this is a mistake of Tillrig";
        return Err(vec![Diagnostic::of_file(ours)]);
    };
    let wrong = meaning(&value, root);
    if wrong.is_empty() { Ok(value) } else { Err(wrong) }
}
