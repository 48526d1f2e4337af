//! The program while it serves, terminals before it, and its side door.

use iso8583::{CUP, MacKey, Message, Mti, decode, encode_with_mac};
use serde_json::Value;
use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// A program that does not answer for so long never will.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
/// The working key of terminals that never sign on, a published test key.
pub(crate) const MAK: MacKey = MacKey::new([0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF]);

/// Terminal and trace number.
pub(crate) type Sale = (usize, u32);

/// The program while it serves.
pub(crate) struct Served {
    pub(crate) child: Running,
    said: Lines,
    pub(crate) iso8583: SocketAddr,
    http: SocketAddr,
}

/// What a program says, line by line; somebody always reads it, so that the program never waits.
pub(crate) struct Lines(Receiver<String>);

impl Lines {
    fn of(said: ChildStdout) -> Self {
        let (tell, lines) = channel();
        std::thread::spawn(move || {
            let mut said = BufReader::new(said).lines().map_while(Result::ok);
            // Whoever has heard enough has gone; the rest is read all the same.
            said.by_ref().take_while(|line| tell.send(line.clone()).is_ok()).for_each(drop);
            said.for_each(drop);
        });
        Self(lines)
    }

    /// The next line, if it comes before the deadline; `None` at the end.
    fn next(&self, deadline: Instant) -> Option<String> {
        match self.0.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(line) => Some(line),
            Err(why) => {
                assert_eq!(why, RecvTimeoutError::Disconnected, "it says nothing more, and does not end");
                None
            }
        }
    }
}

/// A process that does not outlive its test.
pub(crate) struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Running {
    pub(crate) fn kill(&mut self) -> io::Result<()> {
        self.0.kill()
    }

    pub(crate) fn wait(&mut self) -> io::Result<ExitStatus> {
        self.0.wait()
    }
}

impl Served {
    pub(crate) fn start(data: &Path) -> Self {
        Self::start_with(data, &[])
    }

    /// With more arguments.
    pub(crate) fn start_with(data: &Path, arguments: &[&OsStr]) -> Self {
        let child = command(data).args(arguments).spawn().expect("the program can be driven");
        let mut child = Running(child);
        let said = Lines::of(child.0.stdout.take().expect("the program can be driven"));
        let deadline = Instant::now() + PATIENCE;
        let place = |kind: &str| -> SocketAddr {
            loop {
                let news: Value =
                    serde_json::from_str(&said.next(deadline).expect("it serves")).expect("it is JSON");
                if news["news"] == "listens" && news["kind"] == kind {
                    return news["place"].as_str().and_then(|place| place.parse().ok()).expect("an address");
                }
            }
        };
        let (iso8583, http) = (place("iso8583"), place("http"));
        Self { child, said, iso8583, http }
    }

    /// One page of a list, through the side door.
    pub(crate) fn page(&self, path: &str) -> Value {
        let (status, page) = self.call("GET", path, "");
        assert_eq!(status, 200, "{page}");
        page
    }

    /// One call of the side door: the status, and the JSON of the answer.
    pub(crate) fn call(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        let length = body.len();
        let head = format!(
            "{method} /_tillrig/{path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
        );
        let answer = self.exchange(format!("{head}{body}").as_bytes());
        let (head, body) = answer.split_once("\r\n\r\n").expect("a body");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        (status, serde_json::from_str(body).expect("it is JSON"))
    }

    /// Sends a request on a connection of its own; all that is said before that ends.
    pub(crate) fn exchange(&self, request: &[u8]) -> String {
        let mut stream = connect(self.http);
        stream.write_all(request).expect("it reads");
        stream.shutdown(Shutdown::Write).expect("it is open");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        answer
    }

    pub(crate) fn signal(&self, name: &str) {
        let id = self.child.0.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status().expect("the program can be driven");
        assert!(sent.success());
    }

    /// The exit code, and the rest of what it said.
    pub(crate) fn end(mut self) -> (Option<i32>, String) {
        let deadline = Instant::now() + PATIENCE;
        let lines = core::iter::from_fn(|| self.said.next(deadline));
        let said = lines.map(|line| line + "\n").collect();
        (self.child.wait().expect("the program can be driven").code(), said)
    }
}

pub(crate) fn command(data: &Path) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("tillrig"));
    command
        .args(["serve", "acquirer", "--iso8583", "127.0.0.1:0", "--http", "127.0.0.1:0", "--format", "json"])
        .arg("--data")
        .arg(data)
        .env_remove("RUST_LOG")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

pub(crate) fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("somebody listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("the program can be driven");
    stream.set_write_timeout(Some(PATIENCE)).expect("the program can be driven");
    stream
}

/// The frame of a sale of CNY 18.50.
pub(crate) fn frame(sale: Sale) -> Vec<u8> {
    frame_of(sale, 1850)
}

pub(crate) fn frame_of((terminal, stan): Sale, amount_fen: u64) -> Vec<u8> {
    let mut message = Message::new(Mti::FINANCIAL);
    for (field, value) in [
        (2, "6222021234567890123"),
        (3, "000000"),
        (25, "00"),
        (42, "123456789012345"),
        (49, "156"),
        (60, "22000001"),
    ] {
        message.set(field, value);
    }
    message.set(4, format!("{amount_fen:012}"));
    message.set(11, format!("{stan:06}"));
    message.set(41, format!("{terminal:08}"));
    let mut frame = Vec::new();
    encode_with_mac(&CUP, &message, &MAK, &mut frame).expect("the dialect can say it");
    frame
}

/// Trace number and code of the next answer; `None` when the connection is over.
pub(crate) fn hear(stream: &mut TcpStream) -> Option<(u32, String)> {
    let body = hear_body(stream)?;
    let mut message = Message::new(Mti::FINANCIAL_REPLY);
    decode(&CUP, &body, &mut message).expect("an answer of the dialect");
    let stan = message.text(11).and_then(|stan| stan.parse().ok()).expect("every answer has it");
    Some((stan, message.text(39).expect("every answer has it").to_owned()))
}

/// The body of the next answer; `None` when the connection is over.
pub(crate) fn hear_body(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut length = [0; 2];
    read_whole(stream, &mut length)?;
    let mut body = vec![0; usize::from(u16::from_be_bytes(length))];
    read_whole(stream, &mut body)?;
    Some(body)
}

/// All of these bytes; `None` when the connection is over.
pub(crate) fn read_whole(stream: &mut TcpStream, into: &mut [u8]) -> Option<()> {
    let read = stream.read_exact(into);
    let is_late = |error: &io::Error| matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut);
    assert!(!read.as_ref().is_err_and(is_late), "it neither answers nor hangs up");
    read.ok()
}
