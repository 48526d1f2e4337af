//! The same drivers at the program `tillrig serve printer`, in real time: at least one for each kind of cable.

use std::error::Error;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;
use tillrig_tests::program::program;

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
    prints(&mut served, &mut client, "rust-escpos", 0, &with_code_39())?;
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

/// How long the program may be silent; a receipt takes it three seconds.
const PATIENCE: Duration = Duration::from_secs(100);

/// The program, with one printer.
struct Served {
    child: Child,
    phrases: Option<ChildStdin>,
    news: Receiver<Value>,
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
        let mut child = Command::new(program()?)
            .args(["serve", "printer", "--format", "json"])
            .arg(format!("--{kind}"))
            .arg(place(folder.path()))
            .arg("--out")
            .arg(folder.path().join("receipts"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let lines = BufReader::new(child.stdout.take().ok_or("no pipe")?).lines();
        let (tell, news) = mpsc::channel();
        thread::spawn(move || {
            let objects = lines.map_while(Result::ok).filter_map(|line| serde_json::from_str(&line).ok());
            // Whoever has heard enough has gone.
            objects.take_while(|object| tell.send(Value::clone(object)).is_ok()).for_each(drop);
        });
        let phrases = child.stdin.take();
        let (place, ignored, noticed) = Default::default();
        let mut served = Self { child, phrases, news, place, ignored, noticed, folder };
        let listens = served.hear(|news| news["news"] == "listens" && news["kind"] == kind)?;
        served.place = listens["place"].as_str().ok_or("no place")?.to_owned();
        Ok(served)
    }

    /// Waits for the first news of this kind.
    fn hear(&mut self, it: impl Fn(&Value) -> bool) -> Result<Value, Box<dyn Error>> {
        loop {
            let news = self.news.recv_timeout(PATIENCE)?;
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
    fn end(mut self) -> Checked {
        let id = i32::try_from(self.child.id())?;
        kill_process(Pid::from_raw(id).ok_or("no process")?, Signal::TERM)?;
        let status = self.child.wait()?;
        assert!(status.success(), "the program ended with {status}");
        Ok(())
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

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
