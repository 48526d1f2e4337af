//! A server on a thread of its own, on free ports, with a folder that goes away with it.

use serve::{Controller, News, PrinterSettings, Server, Settings, Summary, What};
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A server that does not answer for so long never will.
const PATIENCE: Duration = Duration::from_secs(60);

/// Two lines and a cut at the blade.
pub(crate) const RECEIPT: &[u8] = b"\x1b@Total 12.50\nThank you\n\x1dVA\x00";

pub(crate) struct Bench {
    pub(crate) controller: Controller,
    news: Receiver<News>,
    thread: Option<JoinHandle<Summary>>,
    pub(crate) folder: TempDir,
    places: Vec<(&'static str, String)>,
}

impl Bench {
    /// Printers, each described as on the command line; their receipts go to the folder `out`.
    pub(crate) fn start(printers: &[&str]) -> Self {
        Self::start_with(printers, |_| {})
    }

    pub(crate) fn start_with(printers: &[&str], change: impl FnOnce(&mut Settings)) -> Self {
        let folder = tempfile::tempdir().expect("the bench works");
        let ports = |words: &str| words.replace("DIR", folder.path().to_str().expect("the bench works"));
        let parse =
            |words: &&str| PrinterSettings::parse(&ports(words), serve::profile).expect("the bench works");
        let mut settings = Settings::new(printers.iter().map(parse).collect()).expect("the bench works");
        settings.out = Some(folder.path().join("out"));
        change(&mut settings);
        let server = Server::open(settings).expect("the bench works");
        let controller = server.controller();
        let (tell, news) = channel();
        let run = move || {
            server
                .run(move |news| tell.send(news.clone()).map_err(std::io::Error::other))
                .expect("the bench works")
        };
        let thread = Some(std::thread::spawn(run));
        let mut bench = Self { controller, news, thread, folder, places: Vec::new() };
        bench.hear_places();
        bench
    }

    /// The control socket is the last of the places to be told.
    fn hear_places(&mut self) {
        loop {
            if let What::Listens { kind, place } = self.next().what {
                self.places.push((kind, place));
                if kind == "control" {
                    return;
                }
            }
        }
    }

    pub(crate) fn next(&self) -> News {
        self.next_before(Instant::now() + PATIENCE)
    }

    fn next_before(&self, deadline: Instant) -> News {
        let patience = deadline.saturating_duration_since(Instant::now());
        self.news.recv_timeout(patience).expect("something happens in time")
    }

    /// Waits for news of which this gives something; other news do not make it wait longer.
    pub(crate) fn until<T>(&self, mut find: impl FnMut(&What) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = find(&self.next_before(deadline).what) {
                return found;
            }
        }
    }

    /// Waits for the event with these words.
    pub(crate) fn until_event(&self, words: &str) {
        self.until(|what| matches!(what, What::Happened(event) if event.to_string() == words).then_some(()));
    }

    /// Waits for a receipt to be on disk.
    pub(crate) fn until_filed(&self) -> serve::news::Filed {
        self.until(|what| if let What::Receipt(filed) = what { Some((**filed).clone()) } else { None })
    }

    /// Waits for a trouble that says this.
    pub(crate) fn until_trouble(&self, words: &str) {
        self.until(|what| matches!(what, What::Trouble(said) if said.contains(words)).then_some(()));
    }

    pub(crate) fn place(&self, wanted: &str) -> &str {
        self.place_of(wanted, 0)
    }

    pub(crate) fn place_of(&self, wanted: &str, nth: usize) -> &str {
        let mut places = self.places.iter().filter(|(kind, _)| *kind == wanted);
        &places.nth(nth).expect("that port is open").1
    }

    /// A host at the first printer's network port.
    pub(crate) fn connect(&self) -> Host {
        Host::at(self.place("tcp"))
    }

    /// How a host fails at the first printer's network port, once the printer has noticed that its power is gone.
    pub(crate) fn connect_to_nobody(&self) -> ErrorKind {
        let deadline = Instant::now() + PATIENCE;
        loop {
            assert!(Instant::now() < deadline, "somebody listens still");
            match TcpStream::connect(self.place("tcp")) {
                // A connection that was taken in the last moment is reset. The system may keep that to itself until the
                // host says something.
                Ok(mut stream) => {
                    stream.set_read_timeout(Some(PATIENCE)).expect("the bench works");
                    let _ = stream.write_all(&[0]);
                    let end = stream.read(&mut [0]);
                    assert!(
                        !end.is_err_and(|error| error.kind() == ErrorKind::WouldBlock),
                        "it is not let go"
                    );
                }
                Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
                Err(error) => return error.kind(),
            }
        }
    }

    pub(crate) fn ask(&self, line: &str) -> String {
        self.controller.ask(line).expect("the server lives")
    }

    pub(crate) fn out(&self, name: &str) -> PathBuf {
        self.folder.path().join("out").join(name)
    }

    /// Ends serving in order.
    pub(crate) fn quit(&mut self) -> Summary {
        let _ = self.controller.say("quit");
        self.thread.take().expect("it ends once").join().expect("the bench works")
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        let _ = self.controller.say("quit");
        if let Some(thread) = self.thread.take()
            && !std::thread::panicking()
        {
            thread.join().expect("the bench works");
        }
    }
}

/// Anybody's software.
pub(crate) struct Host(pub(crate) TcpStream);

impl Host {
    pub(crate) fn at(address: &str) -> Self {
        let stream = TcpStream::connect(address).expect("the bench works");
        stream.set_read_timeout(Some(PATIENCE)).expect("the bench works");
        stream.set_write_timeout(Some(PATIENCE)).expect("the bench works");
        Self(stream)
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.write_all(bytes).expect("the bench works");
        self
    }

    /// Asks `DLE EOT n`.
    pub(crate) fn status(&mut self, n: u8) -> u8 {
        self.send(&[0x10, 0x04, n]).answer()
    }

    pub(crate) fn answer(&mut self) -> u8 {
        let mut byte = [0];
        self.0.read_exact(&mut byte).expect("the bench works");
        byte[0]
    }

    /// Closes its side, as CUPS does; all that still comes, until the printer has done all and hangs up.
    pub(crate) fn finish(&mut self) -> Vec<u8> {
        self.0.shutdown(Shutdown::Write).expect("the bench works");
        self.rest()
    }

    /// All that still comes, until the printer hangs up.
    pub(crate) fn rest(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        self.0.read_to_end(&mut rest).expect("the bench works");
        rest
    }
}
