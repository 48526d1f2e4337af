//! A server on a thread of its own, on free ports, with a folder that goes away with it; a terminal and an HTTP client.

use crate::stand_in::{MAK, StandIn};
use iso8583::{CUP, MacKey, Message, Mti, decode, encode_with_mac};
use serde_json::Value;
use serve::acquirer::{AcquirerError, Credentials, News, Platform, Server, Settings, Stopper, Summary, What};
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A server that does not answer for so long never will.
const PATIENCE: Duration = Duration::from_secs(60);

/// Keys take a second to make; all tests share them.
static KEYS: OnceLock<String> = OnceLock::new();

pub(crate) struct Bench {
    pub(crate) iso8583: SocketAddr,
    pub(crate) http: SocketAddr,
    serving: Serving,
    news: Receiver<News>,
    /// It goes last.
    pub(crate) folder: TempDir,
}

/// A server that does not outlive its test.
struct Serving {
    stopper: Stopper,
    ended: Receiver<Result<Summary, AcquirerError>>,
    is_over: bool,
}

impl Serving {
    /// Ends it in order.
    fn stop(&mut self) -> Summary {
        self.is_over = true;
        self.stopper.stop();
        self.ended.recv_timeout(PATIENCE).expect("it ends in time").expect("in order")
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        if std::thread::panicking() {
            self.stopper.stop();
        } else {
            self.stop();
        }
    }
}

impl Bench {
    pub(crate) fn start() -> Self {
        Self::start_with(|_| {})
    }

    pub(crate) fn start_with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::start_in(folder(), change)
    }

    pub(crate) fn start_in(folder: TempDir, change: impl FnOnce(&mut Settings)) -> Self {
        Self::start_notifying(folder, "http://127.0.0.1:9/nobody", change)
    }

    pub(crate) fn start_notifying(folder: TempDir, url: &str, change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = settings(&folder.path().join("data"));
        change(&mut settings);
        let server = Server::open(settings, |_| Ok(StandIn::new(url))).expect("the bench works");
        Self::serve(folder, server)
    }

    /// Serves an acquirer of any kind.
    pub(crate) fn serve<P: Platform + Send>(folder: TempDir, server: Server<P>) -> Self
    where
        P::CardRequest: Send,
    {
        let stopper = server.stopper();
        let (iso8583, http) = (server.iso8583().expect("it is open"), server.http().expect("it is open"));
        let (tell, news) = channel();
        let (end, ended) = channel();
        std::thread::spawn(move || {
            let summary = server.run(move |news| tell.send(news.clone()).map_err(std::io::Error::other));
            // Who has failed already does not hear it.
            let _ = end.send(summary);
        });
        Self { iso8583, http, serving: Serving { stopper, ended, is_over: false }, news, folder }
    }

    /// Waits for news of which this gives something; other news do not make it wait longer.
    pub(crate) fn until<T>(&self, mut find: impl FnMut(&What) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let patience = deadline.saturating_duration_since(Instant::now());
            let news = self.news.recv_timeout(patience).expect("something happens in time");
            if let Some(found) = find(&news.what) {
                return found;
            }
        }
    }

    /// Waits for a line with these words.
    pub(crate) fn until_line(&self, words: &str) {
        self.until(|what| what.line().contains(words).then_some(()));
    }

    pub(crate) fn terminal(&self) -> Terminal {
        Terminal::connect(self.iso8583)
    }

    pub(crate) fn client(&self) -> Client<TcpStream> {
        Client(connect(self.http))
    }

    /// One call of the side door.
    pub(crate) fn get(&self, path: &str) -> Value {
        let answer = self.client().call("GET", &format!("/_tillrig/{path}"), b"");
        assert_eq!(answer.status, 200, "{}", answer.text());
        serde_json::from_slice(&answer.body).expect("it is JSON")
    }

    /// The keys of all ledger entries, oldest first.
    pub(crate) fn ledger(&self) -> Vec<String> {
        let page = self.get("ledger?count=100000");
        let items = page["items"].as_array().expect("a list");
        items.iter().map(|item| item["key"].as_str().expect("a key").to_owned()).collect()
    }

    pub(crate) fn arm(&self, fault: &str) {
        let answer = self.client().call("POST", "/_tillrig/faults", fault.as_bytes());
        assert_eq!(answer.status, 200, "{}", answer.text());
    }

    /// The value of a line of the metrics.
    pub(crate) fn metric(&self, line: &str) -> u64 {
        let text = self.client().call("GET", "/_tillrig/metrics", b"").text();
        let found = text.lines().find_map(|found| found.strip_prefix(line)?.strip_prefix(' '));
        assert!(found.is_some(), "{line} in\n{text}");
        found.and_then(|number| number.parse().ok()).expect("a whole number")
    }

    pub(crate) fn client_file(&self, name: &str) -> PathBuf {
        self.folder.path().join("data/client").join(name)
    }

    /// Ends it in order; all that it has said and nobody has heard.
    pub(crate) fn stop_and_hear(mut self) -> Vec<String> {
        self.serving.stop();
        self.news.iter().map(|news| news.what.line()).collect()
    }

    /// Ends it in order; its folder stays.
    pub(crate) fn stop(mut self) -> (TempDir, Summary) {
        let summary = self.serving.stop();
        (self.folder, summary)
    }
}

/// A folder with the keys that all tests share.
pub(crate) fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("the bench works");
    std::fs::create_dir(folder.path().join("data")).expect("the bench works");
    std::fs::write(folder.path().join("data/keys.json"), keys()).expect("the bench works");
    folder
}

pub(crate) fn settings(data: &Path) -> Settings {
    let mut settings = Settings::new();
    settings.iso8583 = Some("127.0.0.1:0".to_owned());
    settings.http = Some("127.0.0.1:0".to_owned());
    settings.data = Some(data.to_owned());
    settings
}

pub(crate) fn keys() -> &'static str {
    KEYS.get_or_init(|| {
        let made = Credentials::make().expect("the bench works");
        serde_json::to_string(&made).expect("the bench works")
    })
}

pub(crate) fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("somebody listens");
    be_patient(&stream);
    stream.set_nodelay(true).expect("the bench works");
    stream
}

/// Gives up on a peer in the end.
fn be_patient(stream: &TcpStream) {
    stream.set_read_timeout(Some(PATIENCE)).expect("the bench works");
    stream.set_write_timeout(Some(PATIENCE)).expect("the bench works");
}

/// The next connection to somebody who hears notifications.
pub(crate) fn accept(listener: &TcpListener) -> TcpStream {
    let (told, taken) = channel();
    let listener = listener.try_clone().expect("the bench works");
    // Whoever still waits when a test has failed ends with the process.
    std::thread::spawn(move || told.send(listener.accept()));
    let (stream, _) = taken.recv_timeout(PATIENCE).expect("somebody comes in time").expect("the bench works");
    be_patient(&stream);
    stream
}

/// Asks until there is an answer.
pub(crate) fn until_some<T>(mut ask: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    let asked = core::iter::from_fn(|| (Instant::now() < deadline).then(&mut ask));
    asked.flatten().next().expect("it comes in time")
}

/// A card terminal that says what it is told to.
pub(crate) struct Terminal(pub(crate) TcpStream);

/// The fields of an answer that matter here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) stan: u32,
    pub(crate) code: String,
}

impl Terminal {
    pub(crate) fn connect(address: SocketAddr) -> Self {
        Self(connect(address))
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).expect("it reads");
    }

    pub(crate) fn hear(&mut self) -> Answer {
        let mut length = [0; 2];
        self.0.read_exact(&mut length).expect("it answers");
        let mut body = vec![0; usize::from(u16::from_be_bytes(length))];
        self.0.read_exact(&mut body).expect("it answers");
        read_answer(&body)
    }

    /// A sale of CNY 18.50, and the code of its answer.
    pub(crate) fn sell(&mut self, stan: u32) -> String {
        self.send(&sale(stan));
        let answer = self.hear();
        assert_eq!(answer.stan, stan);
        answer.code
    }

    pub(crate) fn shut_down(&self) {
        self.0.shutdown(Shutdown::Write).expect("it is open");
    }

    /// What else it says before it hangs up.
    pub(crate) fn rest(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        self.0.read_to_end(&mut rest).expect("it hangs up in order");
        rest
    }
}

fn read_answer(body: &[u8]) -> Answer {
    let mut message = Message::new(Mti::FINANCIAL_REPLY);
    decode(&CUP, body, &mut message).expect("an answer of the dialect");
    let text = |field| message.text(field).expect("every answer has it");
    Answer { stan: text(11).parse().expect("digits"), code: text(39).to_owned() }
}

/// The frame of a sale of CNY 18.50.
pub(crate) fn sale(stan: u32) -> Vec<u8> {
    sale_of_terminal("00000001", stan)
}

pub(crate) fn sale_of_terminal(tid: &str, stan: u32) -> Vec<u8> {
    let mut message = Message::new(Mti::FINANCIAL);
    for (field, value) in [
        (2, "6222021234567890123"),
        (3, "000000"),
        (4, "000000001850"),
        (25, "00"),
        (41, tid),
        (42, "123456789012345"),
        (49, "156"),
        (60, "22000001"),
    ] {
        message.set(field, value);
    }
    message.set(11, format!("{stan:06}"));
    let mut frame = Vec::new();
    encode_with_mac(&CUP, &message, &MacKey::new(MAK), &mut frame).expect("the dialect can say it");
    frame
}

/// The key of such a sale, as the ledger shows it.
pub(crate) fn key(stan: u32) -> String {
    format!("1/000001-{stan:06}")
}

/// An HTTP client that says what it is told to.
pub(crate) struct Client<S>(pub(crate) S);

/// An HTTP answer.
#[derive(Debug)]
pub(crate) struct HttpAnswer {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl HttpAnswer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl<S: Read + Write> Client<S> {
    pub(crate) fn call(&mut self, method: &str, target: &str, body: &[u8]) -> HttpAnswer {
        self.send(method, target, body);
        self.hear()
    }

    pub(crate) fn send(&mut self, method: &str, target: &str, body: &[u8]) {
        let length = body.len();
        let head = format!("{method} {target} HTTP/1.1\r\nHost: gateway\r\nContent-Length: {length}\r\n\r\n");
        self.write(&[head.as_bytes(), body].concat());
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).expect("it reads");
        self.0.flush().expect("it reads");
    }

    pub(crate) fn hear(&mut self) -> HttpAnswer {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            self.0.read_exact(&mut byte).expect("it answers");
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).expect("heads are text");
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).expect("a status");
        let headers: BTreeMap<String, String> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let length = headers.get("content-length").map_or(0, |length| length.parse().expect("digits"));
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).expect("a whole body");
        HttpAnswer { status: status.parse().expect("digits"), headers, body }
    }

    /// What else it says before it hangs up, in whatever way.
    pub(crate) fn rest(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        let mut piece = [0; 4096];
        while let Ok(count @ 1..) = self.0.read(&mut piece) {
            rest.extend_from_slice(&piece[..count]);
        }
        rest
    }
}
