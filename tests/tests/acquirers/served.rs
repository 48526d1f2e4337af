//! The program with an acquirer: its news, its side door, and the files that clients need.

use std::error::Error;
use std::fs;
use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use tillrig_tests::program::Program;

use crate::Checked;

/// A program that does not answer for so long never will.
const PATIENCE: Duration = Duration::from_secs(60);

/// The program, with an acquirer on ports of its own.
pub(crate) struct Served {
    program: Program,
    pub(crate) iso8583: String,
    http: String,
    folder: TempDir,
}

impl Served {
    pub(crate) fn start() -> Result<Self, Box<dyn Error>> {
        Self::start_with(&[])
    }

    /// With these words of the command line too.
    pub(crate) fn start_with(words: &[&str]) -> Result<Self, Box<dyn Error>> {
        let folder = tempfile::tempdir()?;
        let data = folder.path().to_string_lossy();
        let usual = ["--iso8583", "127.0.0.1:0", "--http", "127.0.0.1:0", "--data", &data];
        let program = Program::serve("acquirer", usual.iter().chain(words))?;
        let (iso8583, http) = (program.place("iso8583")?, program.place("http")?);
        Ok(Self { program, iso8583, http, folder })
    }

    /// Waits for the first news of this kind.
    pub(crate) fn hear(&self, it: impl Fn(&Value) -> bool) -> Result<Value, Box<dyn Error>> {
        self.program.hear_until(it)
    }

    pub(crate) fn client_file(&self) -> PathBuf {
        self.folder.path().join("client/client.json")
    }

    /// What clients are told by their environment: the lines of `client.env`.
    pub(crate) fn environment(&self) -> Result<Vec<(String, String)>, Box<dyn Error>> {
        let text = fs::read_to_string(self.folder.path().join("client/client.env"))?;
        let pairs = text.lines().filter_map(|line| line.split_once('='));
        Ok(pairs.map(|(name, value)| (name.to_owned(), value.trim_matches('\'').to_owned())).collect())
    }

    /// Arms one fault, in the words of a scenario.
    pub(crate) fn arm(&self, acquirer: Value) -> Checked {
        self.side_door("POST", "faults", &json!({ "acquirer": acquirer })).map(drop)
    }

    /// The customer with a phone pays a code that was shown.
    pub(crate) fn pay(&self, order: &str) -> Checked {
        self.side_door("POST", &format!("orders/{order}/pay"), &json!({})).map(drop)
    }

    /// What the ledger has for a payment, in fen: captured minus given back.
    pub(crate) fn net_fen(&self, key: &str) -> Result<i64, Box<dyn Error>> {
        let standings = self.side_door("GET", "standings", &Value::Null)?;
        let items = standings["items"].as_array().ok_or("no items")?;
        let found = items.iter().find(|standing| standing["key"] == key);
        Ok(found.map_or(0, |standing| standing["net_fen"].as_i64().unwrap_or_default()))
    }

    fn side_door(&self, method: &str, path: &str, body: &Value) -> Result<Value, Box<dyn Error>> {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let mut line = connect(&self.http)?;
        write!(
            line,
            "{method} /_tillrig/{path} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\n\
             content-length: {}\r\nconnection: close\r\n\r\n{body}",
            self.http,
            body.len()
        )?;
        let mut answer = String::new();
        line.read_to_string(&mut answer)?;
        let (head, said) = answer.split_once("\r\n\r\n").ok_or("no answer")?;
        if !head.starts_with("HTTP/1.1 2") {
            return Err(format!("{method} {path} {body}: {answer}").into());
        }
        Ok(serde_json::from_str(said)?)
    }

    /// Asks the program to end, and expects that it ends well.
    pub(crate) fn end(self) -> Checked {
        self.program.end()
    }
}

/// A connection that gives up on a program that says nothing.
pub(crate) fn connect(place: &str) -> io::Result<TcpStream> {
    let line = TcpStream::connect(place)?;
    line.set_read_timeout(Some(PATIENCE))?;
    line.set_write_timeout(Some(PATIENCE))?;
    Ok(line)
}
