//! The program with an acquirer: its news, its side door, and the files that clients need.

use std::error::Error;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tempfile::TempDir;
use tillrig_tests::program::program;

use crate::Checked;

/// How long the program may be silent when something is expected of it.
const PATIENCE: Duration = Duration::from_secs(60);

/// The program, with an acquirer on ports of its own.
pub(crate) struct Served {
    child: Child,
    news: Receiver<Value>,
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
        let mut child = Command::new(program()?)
            .args(["serve", "acquirer", "--format", "json", "--iso8583", "127.0.0.1:0"])
            .args(["--http", "127.0.0.1:0", "--data"])
            .arg(folder.path())
            .args(words)
            .stdout(Stdio::piped())
            .spawn()?;
        let lines = BufReader::new(child.stdout.take().ok_or("no pipe")?).lines();
        let (tell, news) = mpsc::channel();
        thread::spawn(move || {
            let objects = lines.map_while(Result::ok).filter_map(|line| serde_json::from_str(&line).ok());
            // Whoever has heard enough has gone.
            objects.take_while(|object| tell.send(Value::clone(object)).is_ok()).for_each(drop);
        });
        let (iso8583, http) = Default::default();
        let mut served = Self { child, news, iso8583, http, folder };
        served.iso8583 = served.place("iso8583")?;
        served.http = served.place("http")?;
        Ok(served)
    }

    fn place(&self, kind: &str) -> Result<String, Box<dyn Error>> {
        let listens = self.hear(|news| news["news"] == "listens" && news["kind"] == kind)?;
        Ok(listens["place"].as_str().ok_or("no place")?.to_owned())
    }

    /// Waits for the first news of this kind.
    pub(crate) fn hear(&self, it: impl Fn(&Value) -> bool) -> Result<Value, Box<dyn Error>> {
        loop {
            let news = self.news.recv_timeout(PATIENCE)?;
            if it(&news) {
                return Ok(news);
            }
        }
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
        let mut line = TcpStream::connect(&self.http)?;
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
    pub(crate) fn end(mut self) -> Checked {
        let id = i32::try_from(self.child.id())?;
        kill_process(Pid::from_raw(id).ok_or("no process")?, Signal::TERM)?;
        let status = self.child.wait()?;
        assert!(status.success(), "the program ended with {status}");
        Ok(())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
