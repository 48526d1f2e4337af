//! The files of one receipt: the paper as it is, as it should be, its text, and the bytes that made it.
//!
//! Lengths in millimetres, shares in percent. *Not in the text:* bar codes and pictures; they are in the picture.

use crate::news::Filed;
use crate::received::Passage;
use png::EncodingError;
use printer::{Permille, Piece, Reading};
use std::fmt::Write;
use std::sync::Arc;

/// Receipts of which fewer lines than this can be read are not legible (the design, "Legibility is measured").
const READABLE: Permille = Permille::new(600);

/// A receipt, and what is known about it.
#[derive(Clone, Debug)]
pub(crate) struct Receipt {
    /// The printer's name and model.
    pub(crate) printer: Arc<str>,
    pub(crate) profile: &'static str,
    /// What its files are called, without their ends.
    pub(crate) name: String,
    /// How it left the printer.
    pub(crate) how: &'static str,
    pub(crate) piece: Arc<Piece>,
    pub(crate) raw: Passage,
}

/// One file: the end of its name, and what is in it.
pub(crate) type File = (&'static str, Vec<u8>);

impl Receipt {
    /// Its files, the picture last: where it is, all are.
    pub(crate) fn files(&self, reading: &Reading) -> Result<[File; 4], EncodingError> {
        let mut raw = Vec::new();
        if self.raw.missing > 0 {
            raw.extend(
                format!("[{} bytes before these are not kept any more]\n", self.raw.missing).into_bytes(),
            );
        }
        raw.extend(&self.raw.bytes);
        Ok([
            (".bin", raw),
            (".txt", self.text(reading).into_bytes()),
            ("-ideal.png", report::picture::ideal_paper(&self.piece)?),
            (".png", report::picture::paper(&self.piece)?),
        ])
    }

    /// A short head, a blank line, and the text as the host sent it.
    fn text(&self, reading: &Reading) -> String {
        let Self { printer, profile, name, how, piece, raw } = self;
        let mut text = format!("receipt {name} of {printer} ({profile}), {how}\n");
        let (is, meant) = (mm(piece.length_um()), mm(piece.nominal_length_um()));
        let _ = writeln!(text, "length {is}, meant to be {meant}");
        let _ = writeln!(text, "{}", legible(reading));
        let lost = if raw.missing > 0 { format!(", {} more not kept", raw.missing) } else { String::new() };
        let _ = writeln!(text, "made of {} bytes{lost}\n", raw.bytes.len());
        for line in &reading.lines {
            let _ = writeln!(text, "{}", line.text);
        }
        text
    }

    /// What is told of it, when it is on disk.
    pub(crate) fn filed(&self, picture: std::path::PathBuf, reading: Reading) -> Filed {
        Filed {
            name: self.name.clone(),
            picture,
            how: self.how,
            length_um: self.piece.length_um(),
            legibility_permille: reading.legibility.get(),
            lines: reading.lines.into_iter().map(|line| line.text).collect(),
        }
    }
}

/// How much can be read, and what cannot.
fn legible(reading: &Reading) -> String {
    let numbered = (1..).zip(&reading.lines);
    let bad = numbered.filter(|(_, line)| line.legibility < READABLE);
    let bad: Vec<String> = bad.map(|(number, _): (usize, _)| number.to_string()).collect();
    if reading.lines.is_empty() {
        return "no text on it".to_owned();
    }
    let all = reading.lines.len();
    if bad.is_empty() {
        return format!("all {all} lines of text can be read");
    }
    format!("{} of {all} lines of text cannot be read: {}", bad.len(), bad.join(", "))
}

fn mm(um: u32) -> String {
    format!("{}.{} mm", um / 1000, um / 100 % 10)
}
