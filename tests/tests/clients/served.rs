//! The same drivers at the program `tillrig serve printer`, in real time: at least one for each kind of cable.

use std::error::Error;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ChildStdin;

use serde_json::Value;
use tempfile::TempDir;
use tillrig_tests::program::Program;

use crate::Checked;
use crate::client::{Client as _, python, python_over_tcp, rust_on_port, rust_over_tcp, thermal_printer};
use crate::concluding::{concludes, python_conclusions, rust_conclusions};
use crate::paper::{Dots, Paper};
use crate::printer_at_hand::{Hand, Noticed, Printed, PrinterAtHand};
use crate::receipt::{CODES, LINES, prints, spoken, with_code_39};

#[test]
fn python_escpos_prints_over_tcp_at_the_program() -> Checked {
    let mut served = Served::on_tcp()?;
    let mut client = python_over_tcp(&served)?;
    prints(&mut served, &mut client, "python-escpos", 3, &CODES)?;
    client.end()?;
    served.end()
}

#[test]
fn python_escpos_prints_on_a_serial_port_of_the_program() -> Checked {
    let mut served = Served::on_pty()?;
    let mut client = python(&["serial", served.place()])?;
    prints(&mut served, &mut client, "python-escpos", 3, &CODES)?;
    client.end()?;
    served.end()
}

#[test]
fn node_thermal_printer_prints_over_tcp_at_the_program() -> Checked {
    let mut served = Served::on_tcp()?;
    let mut client = thermal_printer(&format!("tcp://{}", served.place()))?;
    prints(&mut served, &mut client, "node-thermal-printer", 1, &CODES)?;
    client.end()?;
    served.end()
}

#[test]
fn rust_escpos_prints_on_a_serial_port_of_the_program() -> Checked {
    let mut served = Served::on_pty()?;
    let mut client = rust_on_port(&served)?;
    prints(&mut served, &mut client, "rust-escpos", 1, &with_code_39())?;
    served.end()
}

#[test]
fn python_escpos_sees_over_tcp_that_paper_is_out_and_the_cover_open_at_the_program() -> Checked {
    let mut served = Served::on_tcp()?;
    let mut client = python_over_tcp(&served)?;
    concludes(&mut served, &mut client, &python_conclusions())?;
    client.end()?;
    served.end()
}

#[test]
fn python_escpos_sees_on_a_serial_port_that_paper_is_out_and_the_cover_open_at_the_program() -> Checked {
    let mut served = Served::on_pty()?;
    let mut client = python(&["serial", served.place()])?;
    concludes(&mut served, &mut client, &python_conclusions())?;
    client.end()?;
    served.end()
}

#[test]
fn rust_escpos_sees_over_tcp_that_paper_is_out_and_the_cover_open_at_the_program() -> Checked {
    let mut served = Served::on_tcp()?;
    let mut client = rust_over_tcp(&served)?;
    concludes(&mut served, &mut client, &rust_conclusions())?;
    served.end()
}

/// Three receipts are more than the printer's buffer holds.
#[test]
fn a_host_that_obeys_xoff_loses_nothing_of_three_receipts_in_a_row() -> Checked {
    let mut served = Served::on_pty()?;
    let mut client = python(&["serial-xonxoff", served.place()])?;
    for _ in 0..3 {
        client.print()?;
    }
    for _ in 0..3 {
        assert_eq!(spoken(served.receipt()?.paper.lines.into_iter()), LINES);
    }
    client.end()?;
    served.end()
}

/// The program, with one printer.
struct Served {
    program: Program,
    phrases: Option<ChildStdin>,
    place: String,
    ignored: Vec<String>,
    noticed: Noticed,
    folder: TempDir,
}

impl Served {
    fn on_tcp() -> Result<Self, Box<dyn Error>> {
        Self::start("tcp", |_| "127.0.0.1:0".into())
    }

    fn on_pty() -> Result<Self, Box<dyn Error>> {
        Self::start("pty", |folder| folder.join("port"))
    }

    fn start(kind: &str, place: impl Fn(&Path) -> PathBuf) -> Result<Self, Box<dyn Error>> {
        let folder = tempfile::tempdir()?;
        let (port, receipts) = (place(folder.path()), folder.path().join("receipts"));
        let arguments = [format!("--{kind}").into(), port, "--out".into(), receipts];
        let mut program = Program::serve("printer", arguments)?;
        let (phrases, place) = (program.stdin(), program.place(kind)?);
        let (ignored, noticed) = Default::default();
        Ok(Self { program, phrases, place, ignored, noticed, folder })
    }

    /// Waits for the first news of this kind.
    fn hear(&mut self, it: impl Fn(&Value) -> bool) -> Result<Value, Box<dyn Error>> {
        let deadline = Program::deadline();
        loop {
            let news = self.program.hear_before(deadline)?;
            match news["news"].as_str() {
                Some("command-ignored") => self.ignored.push(news["text"].to_string()),
                Some("offline") => self.noticed.offline = true,
                Some("online") => self.noticed.offline = false,
                Some("paper-near-end") => self.noticed.near_end = true,
                _ => {}
            }
            if it(&news) {
                return Ok(news);
            }
        }
    }

    /// Asks the program to end, and expects that it ends well.
    fn end(self) -> Checked {
        self.program.end()
    }
}

impl PrinterAtHand for Served {
    fn place(&self) -> &str {
        &self.place
    }

    fn hand(&mut self, hand: Hand) -> Checked {
        let phrase = match hand {
            Hand::LeaveLittlePaper => "paper left 2 m",
            Hand::LeaveNoPaper => "paper left 0 mm",
            Hand::LoadPaper => "load paper",
            Hand::OpenCover => "open cover",
            Hand::CloseCover => "close cover",
        };
        writeln!(self.phrases.as_mut().ok_or("no pipe")?, "{phrase}")?;
        self.hear(|news| news["news"] == "answer")?;
        while !self.noticed.follows(hand) {
            self.hear(|_| true)?;
        }
        Ok(())
    }

    fn receipt(&mut self) -> Result<Printed, Box<dyn Error>> {
        let filed = self.hear(|news| news["news"] == "receipt")?;
        let path = PathBuf::from(filed["picture"].as_str().ok_or("no picture")?);
        let path = if path.is_absolute() { path } else { self.folder.path().join(path) };
        let lines = filed["lines"].as_array().ok_or("no lines")?;
        let lines = lines.iter().filter_map(|line| Some(line.as_str()?.to_owned())).collect();
        let sent = fs::read(path.with_extension("bin"))?;
        Ok(Printed { paper: Paper::new(lines, Dots::read(&path)?), sent, ignored: self.ignored.clone() })
    }
}
