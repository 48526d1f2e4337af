//! `tillrig serve printer` as the real program: what it says, where it ends, and what it leaves behind.
//!
//! What a served printer does is tested with its own crate; here are the command line, the lines and the end.

use crate::bench::Bench;
use insta::assert_snapshot;
use serde_json::Value;
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, ChildStdout, Command, Stdio};

const RECEIPT: &[u8] = b"\x1b@Total 12.50\n\x1dVA\x00";

/// The program while it serves.
struct Served {
    child: Child,
    said: BufReader<ChildStdout>,
}

impl Served {
    fn start(bench: &Bench, arguments: &[&str]) -> Self {
        let mut child = Command::new(assert_cmd::cargo::cargo_bin!("tillrig"))
            .args(["serve", "printer"])
            .args(arguments)
            .current_dir(bench.path("."))
            .env_remove("RUST_LOG")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program can be driven");
        let said = BufReader::new(child.stdout.take().expect("the program can be driven"));
        Self { child, said }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        assert!(self.said.read_line(&mut line).expect("the program can be driven") > 0, "it ended");
        line
    }

    /// The next news of this kind.
    fn until(&mut self, kind: &str) -> Value {
        loop {
            let news: Value = serde_json::from_str(&self.line()).expect("the program can be driven");
            if news["news"] == kind {
                return news;
            }
        }
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-s", name, &id])
                .status()
                .expect("the program can be driven")
                .success()
        );
    }

    /// The exit code, what else it said, and what it said on stderr.
    fn end(mut self) -> (Option<i32>, String, String) {
        let (mut said, mut complained) = (String::new(), String::new());
        self.said.read_to_string(&mut said).expect("the program can be driven");
        self.child
            .stderr
            .take()
            .expect("the program can be driven")
            .read_to_string(&mut complained)
            .expect("the program can be driven");
        (self.child.wait().expect("the program can be driven").code(), said, complained)
    }
}

#[test]
fn a_signal_loses_no_receipt_that_has_left_the_cutter() {
    for signal in ["TERM", "INT"] {
        let bench = Bench::new(&[]);
        let mut served =
            Served::start(&bench, &["--tcp", "127.0.0.1:0", "--out", "receipts", "--format", "json"]);
        let address = served.until("listens")["place"].as_str().unwrap().to_owned();
        let mut host = TcpStream::connect(address).unwrap();
        host.write_all(RECEIPT).unwrap();
        host.write_all(b"and one that hangs out\n").unwrap();
        served.until("cut");
        served.signal(signal);
        let (code, said, complained) = served.end();
        assert_eq!((code, complained.as_str()), (Some(0), ""), "{said}");
        for name in ["0001.png", "0001-ideal.png", "0001.txt", "0001.bin"] {
            assert!(bench.has(&format!("receipts/{name}")), "{name}");
        }
        assert_eq!(fs::read(bench.path("receipts/0001.bin")).unwrap(), RECEIPT);
        assert!(!bench.has("receipts/control.sock"));
    }
}

#[test]
fn phrases_on_standard_input_are_answered_on_standard_output() {
    let bench = Bench::new(&[]);
    let mut served = Served::start(&bench, &["--tcp", "127.0.0.1:0"]);
    assert!(served.line().contains("tcp 127.0.0.1:"));
    let mut input = served.child.stdin.take().unwrap();
    input.write_all(b"open cover\njam at home\nquit\n").unwrap();
    let (code, said, _) = served.end();
    let lines: Vec<&str> =
        said.lines().map(|line| line.split_once("  ").map_or(line, |(_, news)| news)).collect();
    let lines: Vec<&str> = lines.into_iter().map(|line| line.trim_start_matches(['0', '.', ' '])).collect();
    assert_eq!(code, Some(0));
    assert!(lines.iter().any(|line| line.ends_with("offline: cover open")), "{said}");
    assert!(lines.contains(&"ok open cover") && lines.contains(&"ok quit"), "{said}");
    assert!(said.contains("error: `home` is not understood, expected a length such as 30 mm"), "{said}");
}

#[test]
fn the_end_of_standard_input_is_not_the_end() {
    let bench = Bench::new(&[]);
    let mut served = Served::start(&bench, &["--tcp", "127.0.0.1:0", "--format", "json"]);
    drop(served.child.stdin.take());
    let address = served.until("listens")["place"].as_str().unwrap().to_owned();
    let mut host = TcpStream::connect(address).unwrap();
    host.write_all(RECEIPT).unwrap();
    served.until("cut");
    served.signal("TERM");
    assert_eq!(served.end().0, Some(0));
}

#[test]
fn a_port_in_use_is_trouble_that_says_what_to_do() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let said = Bench::new(&[]).tillrig(&["serve", "printer", "--tcp", &address]);
    assert_snapshot!("port_taken", said.replace(&address, "[ADDRESS]"));
}

#[test]
fn what_lies_where_a_link_should_be_is_left_alone() {
    let bench = Bench::new(&[("p1", b"mine")]);
    assert_snapshot!("foreign_link", bench.tillrig(&["serve", "printer", "--pty", "p1"]));
    assert_eq!(fs::read(bench.path("p1")).unwrap(), b"mine");
}

#[test]
fn a_bad_command_line_is_refused() {
    let tillrig = |arguments: &[&str]| Bench::new(&[]).tillrig(&[&["serve", "printer"], arguments].concat());
    assert_snapshot!("bad_profile", tillrig(&["--profile", "desk"]));
    assert_snapshot!("bad_fault", tillrig(&["--fault", "jam at home"]));
    assert_snapshot!("bad_address", tillrig(&["--tcp", "9100"]));
    assert_snapshot!("bad_serial", tillrig(&["--serial", "/dev/ttyUSB0:9600,9X1"]));
    assert_snapshot!("bad_printer", tillrig(&["--printer", "till1"]));
    assert_snapshot!("bad_flow", tillrig(&["--pty", "p1,flow=xonxoff"]));
    assert_snapshot!("missing_part", tillrig(&["--fault", "presenter-stuck"]));
    assert_snapshot!("two_of_a_port", tillrig(&["--pty", "p1", "--pty", "p1"]));
    assert_snapshot!("two_of_a_name", tillrig(&["--printer", "name=a", "--printer", "name=a"]));
}

const PROFILE: &str = "name: till-58\nabout: a small one\nlike: slip-58\nsources: [none]\n";

#[test]
fn a_model_comes_from_a_profile_file() {
    let bench = Bench::new(&[("till-58.yaml", PROFILE.as_bytes())]);
    let mut served =
        Served::start(&bench, &["--tcp", "127.0.0.1:0", "--profile", "till-58.yaml", "--out", "receipts"]);
    let line = served.line();
    let mut host = TcpStream::connect(line.trim().rsplit(' ').next().unwrap()).unwrap();
    host.write_all(b"Total 12.50\n").unwrap();
    while !served.line().contains("printing") {}
    served.child.stdin.take().unwrap().write_all(b"quit\n").unwrap();
    assert_eq!(served.end().0, Some(0));
    assert!(fs::read_to_string(bench.path("receipts/hanging.txt")).unwrap().contains("(till-58)"));
}

#[test]
fn a_wrong_profile_file_is_shown_in_its_place() {
    let bench = Bench::new(&[("till-58.yaml", PROFILE.replace("slip", "slop").as_bytes())]);
    let said = bench.tillrig(&["serve", "printer", "--profile", "till-58.yaml"]);
    assert_snapshot!("wrong_profile_file", said);
    assert_eq!(
        bench.tillrig(&["serve", "printer", "--printer", "profile=./till-58.yaml"]),
        said.replace("till-58.yaml", "./till-58.yaml")
    );
    assert_snapshot!("no_profile_file", bench.tillrig(&["serve", "printer", "--profile", "till-80.yaml"]));
    assert_snapshot!("checked_profile_file", bench.tillrig(&["check", "till-58.yaml"]));
}

#[test]
fn a_reader_that_has_had_enough_ends_it_without_a_word() {
    let bench = Bench::new(&[]);
    let mut served = Served::start(&bench, &["--tcp", "127.0.0.1:0", "--format", "json"]);
    served.until("listens");
    let Served { mut child, said } = served;
    drop(said);
    // More than a pipe holds: a child of another test may have the reader's end for the moment between fork and exec, and
    // what fits is then lost in silence.
    let asked = child.stdin.take().unwrap().write_all(&b"help\n".repeat(2000));
    assert!(asked.is_ok() || asked.is_err_and(|error| error.kind() == io::ErrorKind::BrokenPipe));
    let mut complained = String::new();
    child.stderr.take().unwrap().read_to_string(&mut complained).unwrap();
    assert_eq!((child.wait().unwrap().code(), complained.as_str()), (Some(0), ""));
}

#[test]
fn an_unwritable_folder_is_trouble() {
    let bench = Bench::new(&[("file", b"")]);
    let said = bench.tillrig(&["serve", "printer", "--tcp", "127.0.0.1:0", "--out", "file/below"]);
    assert_snapshot!("unwritable_out", said);
}
