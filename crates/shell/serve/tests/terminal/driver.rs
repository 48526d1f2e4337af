//! A terminal, an acquirer and a printer, each on a thread of its own, on free ports, with folders that go away with them.

use ::terminal::AlipayAccount;
use serve::acquirer::house::{House, HouseSettings, Mishap};
use serve::acquirer::{Beginning, Credentials, Stopper};
use serve::terminal::{PrinterAt, Settings};
use serve::{Controller, PrinterSettings, acquirer as host, terminal};
use sim::Seed;
use std::fs;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;
use std::time::Duration;
use tempfile::TempDir;
use wallet::messages::AlipayShop;
use wallet::rsa_key::{PrivateKey, PublicKey};

/// A part that does not answer for so long never will.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Keys take a second to make; all tests share them.
static KEYS: OnceLock<Credentials> = OnceLock::new();

/// A card host of which nothing is kept.
pub(crate) struct Host {
    pub(crate) address: String,
    /// Its gateway.
    pub(crate) http: Option<String>,
    stopper: Stopper,
    news: Receiver<host::News>,
    thread: Option<JoinHandle<()>>,
}

impl Host {
    pub(crate) fn start(faults: Vec<Mishap>) -> Self {
        Self::start_with(faults, None)
    }

    /// With wallets too, at any free port.
    pub(crate) fn with_gateway() -> Self {
        Self::start_with(Vec::new(), Some("127.0.0.1:0".to_owned()))
    }

    fn start_with(faults: Vec<Mishap>, http: Option<String>) -> Self {
        let read_fault = |_: &serde_json::Value| Err("no words here".to_owned());
        let house = HouseSettings { faults, seed: Seed(1), notify_url: None, read_fault, known: None };
        let iso8583 = Some("127.0.0.1:0".to_owned());
        let settings = host::Settings { iso8583, http, ..host::Settings::new() };
        let keys = KEYS.get_or_init(|| Credentials::make().expect("the bench works"));
        let make =
            |beginning: &Beginning<'_>| House::new(&Beginning { credentials: keys, ..*beginning }, house);
        let server = host::Server::open(settings, make).expect("the bench works");
        let stopper = server.stopper();
        let address = server.iso8583().expect("it is open").to_string();
        let http = server.http().map(|http| http.to_string());
        let (tell, news) = channel();
        let run = move || {
            let told = server.run(move |news| tell.send(news.clone()).map_err(io::Error::other));
            told.expect("the bench works");
        };
        Self { address, http, stopper, news, thread: Some(std::thread::spawn(run)) }
    }

    /// Waits for something with these words to happen to the books.
    pub(crate) fn until(&self, words: &str) {
        loop {
            let news = self.news.recv_timeout(PATIENCE).expect("something happens at the host");
            if news.what.line().contains(words) {
                return;
            }
        }
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.stopper.stop();
        self.thread.take().into_iter().for_each(|thread| drop(thread.join()));
    }
}

impl Host {
    /// Somebody pays an order, at the side door.
    pub(crate) fn pay(&self, order: &str) {
        let http = self.http.as_ref().expect("it has a gateway");
        let mut stream = TcpStream::connect(http).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("the bench works");
        let request = format!(
            "POST /_tillrig/orders/{order}/pay HTTP/1.1\r\nHost: {http}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).expect("it listens");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
}

/// What a merchant has to know of the gateway's wallets.
pub(crate) fn as_merchant(settings: &mut Settings) {
    let keys = KEYS.get_or_init(|| Credentials::make().expect("the bench works"));
    let kept = |text: &str| -> &'static str { text.to_owned().leak() };
    settings.terminal.app_id = kept(&keys.wechat.app_id);
    settings.terminal.mch_id = kept(&keys.wechat.mch_id);
    settings.terminal.api_key = kept(&keys.wechat.api_key);
    let door = settings.notify.as_deref().expect("it is told by notification");
    settings.terminal.alipay = AlipayAccount::Own(Arc::new(AlipayShop {
        app_id: keys.alipay.app_id.clone(),
        private_key: PrivateKey::from_pem(&keys.alipay.app.key_pem).expect("the bench works"),
        platform_key: PublicKey::from_pem(&keys.alipay.gateway.public_pem).expect("the bench works"),
        notify_url: format!("http://{door}/notify/alipay"),
    }));
}

/// A printer whose receipts are filed.
pub(crate) struct Printer {
    pub(crate) controller: Controller,
    /// Where it listens, or the link to it.
    pub(crate) place: String,
    folder: TempDir,
    news: Receiver<serve::News>,
    thread: Option<JoinHandle<()>>,
}

impl Printer {
    pub(crate) fn start() -> Self {
        Self::at("tcp=127.0.0.1:0")
    }

    /// On a port as on the command line; `DIR` is a folder of its own.
    pub(crate) fn at(port: &str) -> Self {
        let folder = tempfile::tempdir().expect("the bench works");
        let port = port.replace("DIR", folder.path().to_str().expect("the bench works"));
        let printer = PrinterSettings::parse(&port, serve::profile).expect("the bench works");
        let mut settings = serve::Settings::new(vec![printer]).expect("the bench works");
        settings.out = Some(folder.path().join("out"));
        let server = serve::Server::open(settings).expect("the bench works");
        let controller = server.controller();
        let (tell, news) = channel();
        let run = move || {
            let told = server.run(move |news| tell.send(news.clone()).map_err(io::Error::other));
            told.expect("the bench works");
        };
        let thread = Some(std::thread::spawn(run));
        let mut printer = Self { controller, place: String::new(), folder, news, thread };
        printer.place = printer.until(|what| match what {
            serve::What::Listens { kind: "tcp" | "pty", place } => Some(place.clone()),
            _ => None,
        });
        printer
    }

    fn until<T>(&self, mut find: impl FnMut(&serve::What) -> Option<T>) -> T {
        loop {
            let news = self.news.recv_timeout(PATIENCE).expect("something happens at the printer");
            if let Some(found) = find(&news.what) {
                return found;
            }
        }
    }

    /// The text of the next receipt that leaves it. What is cut off blank is none.
    pub(crate) fn next_receipt(&self) -> String {
        self.until(|what| match what {
            serve::What::Receipt(filed) if !filed.lines.is_empty() => Some(filed.lines.join("\n")),
            _ => None,
        })
    }

    pub(crate) fn told(&self, line: &str) {
        let answer = self.controller.ask(line).expect("the printer lives");
        assert!(answer.starts_with("ok"), "{answer}");
    }

    /// How many receipts are in its folder.
    pub(crate) fn receipts(&self) -> usize {
        let files = fs::read_dir(self.folder.path().join("out")).expect("the bench works");
        let names = files.map(|file| file.expect("the bench works").file_name());
        names.filter(|name| name.to_string_lossy().ends_with(".bin")).count()
    }
}

impl Drop for Printer {
    fn drop(&mut self) {
        let _ = self.controller.say("quit");
        self.thread.take().into_iter().for_each(|thread| drop(thread.join()));
    }
}

/// The terminal.
pub(crate) struct Till {
    controller: Controller,
    pub(crate) ecr: String,
    news: Receiver<terminal::News>,
    thread: Option<JoinHandle<()>>,
}

/// What all terminals here have in common: they speak English and are impatient.
pub(crate) fn settings() -> Settings {
    let mut terminal = ::terminal::Settings::default();
    terminal.language = ::terminal::Language::English;
    terminal.reply_timeout = Duration::from_secs(2);
    Settings::new(terminal)
}

/// With this host and this printer.
pub(crate) fn among(host: &Host, printer: &Printer) -> Settings {
    let kind = if printer.place.contains('/') { "pty" } else { "tcp" };
    let printer = PrinterAt::parse(&format!("{kind}:{}", printer.place)).expect("the bench works");
    Settings { host: Some(host.address.clone()), printer: Some(printer), ..settings() }
}

impl Till {
    pub(crate) fn start(settings: Settings) -> Self {
        let has_printer = settings.printer.is_some();
        let server = terminal::Server::open(settings).expect("the bench works");
        let (controller, ecr) = (server.controller(), server.ecr().unwrap_or_default().to_owned());
        let (tell, news) = channel();
        let run = move || {
            let told = server.run(move |news| tell.send(news.clone()).map_err(io::Error::other));
            told.expect("the bench works").expect("the bench works");
        };
        let till = Self { controller, ecr, news, thread: Some(std::thread::spawn(run)) };
        if has_printer {
            till.until_line("printer connected");
        }
        till
    }

    /// Waits for a line with these words, and gives it.
    pub(crate) fn until_line(&self, words: &str) -> String {
        let mut heard = Vec::new();
        loop {
            let news = self.news.recv_timeout(PATIENCE).ok();
            assert!(news.is_some(), "no `{words}` at the terminal after:\n{}", heard.join("\n"));
            let line = news.and_then(|news| news.line()).unwrap_or_default();
            if line.contains(words) {
                return line;
            }
            heard.push(line);
        }
    }

    /// Types a line; its answer.
    pub(crate) fn ask(&self, line: &str) -> String {
        self.controller.ask(line).expect("the terminal lives")
    }

    /// Types a line that is understood.
    pub(crate) fn told(&self, line: &str) -> &Self {
        let answer = self.ask(line);
        assert!(answer.starts_with("ok"), "{answer}");
        self
    }
}

impl Drop for Till {
    fn drop(&mut self) {
        let _ = self.controller.say("quit");
        self.thread.take().into_iter().for_each(|thread| drop(thread.join()));
    }
}

/// A folder for a journal.
pub(crate) fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("the bench works");
    let path = folder.path().join("till");
    (folder, path)
}

/// The next caller at a host that is played by a test. What is read from it has a bound too.
pub(crate) fn caller(listener: &TcpListener) -> TcpStream {
    let listener = listener.try_clone().expect("the bench works");
    let (tell, called) = channel();
    std::thread::spawn(move || drop(listener.accept().map(|(stream, _)| tell.send(stream))));
    let stream = called.recv_timeout(PATIENCE).expect("the terminal calls");
    stream.set_read_timeout(Some(PATIENCE)).expect("the bench works");
    stream
}
