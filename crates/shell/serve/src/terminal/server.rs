//! A terminal with everything plugged in: opens it, serves it until it is told to end.
//!
//! One thread for all. An end needs no preparation: what counts is on the disk already, and what is open is taken up at
//! the next start, as after a power cut. *Not done:* ending in the middle of a slip with the slip finished.

use super::far::Far;
use super::hall::{Desk, Hall, Order, REGISTER};
use super::journal_file::{JournalFile, Kept};
use super::keys::{self, Typed};
use super::news::{News, What};
use super::register::{self, Socket};
use super::settings::{EcrAt, Settings};
use super::{notices, paper};
use crate::clock::Clock;
use crate::control::{self, Obeys};
use crate::error::ServeError;
use crate::flow::PtyFlow;
use crate::network;
use crate::phrase::Answer;
use crate::server::{Controller, Line, signals};
use crate::wire::Wire;
use sim::{Port, SimTime};
use std::collections::BTreeMap;
use std::io;
use std::net::TcpListener;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use terminal::ecr::{self, Ecr};
use terminal::flash;
use terminal::journal::{Journal, Record};
use terminal::settings::ZERO_UNIX_SECONDS;
use terminal::{CARD, NOTIFY, PRINTER, Poke, Terminal, WALLET, Wish};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::LocalSet;
use zvt::Session;
use zvt::bcd::{Currency, Password, TerminalId};

/// A terminal, ready to be served.
#[derive(Debug)]
pub struct Server {
    settings: Settings,
    journal: Option<(JournalFile, Kept)>,
    notify: Option<(TcpListener, String)>,
    printer: Option<Wire>,
    ecr: Option<(Socket, String)>,
    control: Option<(control::Socket, PathBuf)>,
    lines: (UnboundedSender<Line>, UnboundedReceiver<Line>),
    runtime: Runtime,
}

/// Why serving ended before it was told to: the journal cannot be written any more, and nothing more is done that would
/// have to be remembered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the journal cannot be written ({0}); the terminal is switched off")]
pub struct Stopped(pub String);

impl Server {
    /// Opens the journal and all ports. Whom the terminal calls itself need not be there yet.
    ///
    /// # Errors
    /// When one cannot be opened: which, and what to do about it.
    pub fn open(settings: Settings) -> Result<Self, ServeError> {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(ServeError::opening("the system's event queue"))?;
        let master_key = settings.terminal.master_key;
        let journal =
            settings.data.as_ref().map(|folder| JournalFile::open(folder, master_key)).transpose()?;
        let notify = settings.notify.as_ref().map(|address| listen(address)).transpose()?;
        let printer = settings.printer.as_ref().map(paper::open).transpose()?.flatten();
        let ecr = settings.ecr.as_ref().map(open_ecr).transpose()?;
        let control = settings.control_path().map(|path| Ok((control::Socket::open(&path)?, path)));
        let control = control.transpose()?;
        Ok(Self { settings, journal, notify, printer, ecr, control, lines: unbounded_channel(), runtime })
    }

    /// What tells it what to do.
    #[must_use]
    pub fn controller(&self) -> Controller {
        Controller(self.lines.0.clone())
    }

    /// Where the cash register calls, or what it opens.
    #[must_use]
    pub fn ecr(&self) -> Option<&str> {
        self.ecr.as_ref().map(|(_, place)| place.as_str())
    }

    /// Serves until it is told to stop, by a signal or by a line; tells what happens. When telling fails, nobody listens
    /// any more, and that ends it too.
    ///
    /// # Errors
    /// When signals cannot be heard. Within, when the journal cannot be written any more.
    pub fn run(
        self,
        tell: impl FnMut(&News) -> io::Result<()> + 'static,
    ) -> Result<Result<(), Stopped>, ServeError> {
        let Self { settings, journal, notify, printer, ecr, control, lines: (_, lines), runtime } = self;
        let (file, kept) = journal.map_or((None, None), |(file, kept)| (Some(file), Some(kept)));
        let recovered = kept.as_ref().map(|kept| What::Recovered {
            records: kept.read.records.len(),
            damaged: kept.read.damaged,
            torn_bytes: kept.torn_bytes,
        });
        let read = kept.map(|kept| kept.read).unwrap_or_default();
        let clock = Clock::start_at(start(&read.records));
        let desk = desk(&settings, read, file, clock.base());
        let ports = [PRINTER, CARD, WALLET, NOTIFY, REGISTER];
        let (hall, orders) = Hall::new(desk, clock, &ports, tell);
        let local = LocalSet::new();
        let served = local.block_on(&runtime, async {
            let told = signals()?;
            introduce(&hall, recovered);
            let doors = Doors { notify, printer, ecr, control };
            begin(&hall, &settings, doors, orders)?;
            let timed = Rc::clone(&hall);
            tokio::task::spawn_local(async move { timed.keep_time().await });
            tokio::select! {
                () = hear(lines, &hall) => Ok(()),
                () = hall.ended() => Ok(()),
                () = told => Ok(()),
            }
        });
        served.map_err(ServeError::opening("the end of the program by a signal"))?;
        Ok(hall.failed().map_or(Ok(()), |why| Err(Stopped(why))))
    }
}

/// What was opened, before anybody attends to it.
struct Doors {
    notify: Option<(TcpListener, String)>,
    printer: Option<Wire>,
    ecr: Option<(Socket, String)>,
    control: Option<(control::Socket, PathBuf)>,
}

impl Settings {
    fn control_path(&self) -> Option<PathBuf> {
        self.control.clone().or_else(|| Some(self.data.as_ref()?.join("control.sock")))
    }

    /// How the terminal is set up towards its register.
    fn register(&self) -> zvt::Settings {
        let tid = ecr::terminal_id(self.terminal.tid);
        let tid = tid.or_else(|| TerminalId::new(0)).expect("zero has few enough digits");
        let mut settings = match self.ecr {
            Some(EcrAt::Pty(_) | EcrAt::Wire(_)) => {
                zvt::Settings { transport: zvt::Transport::Serial, ..zvt::Settings::tcp(REGISTER, tid) }
            }
            Some(EcrAt::Tcp(_)) | None => zvt::Settings::tcp(REGISTER, tid),
        };
        settings.currency = self.currency();
        settings.password = self.ecr_password.and_then(|password| Password::new(password.into()));
        settings
    }

    fn currency(&self) -> Currency {
        Currency::new(self.ecr_currency.into()).unwrap_or(Currency::EUR)
    }
}

/// The terminal's time of day; never before what its journal has seen, should the system's clock have been set back.
fn start(records: &[Record]) -> SimTime {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let since = since.saturating_sub(Duration::from_secs(ZERO_UNIX_SECONDS));
    let last = records.iter().filter_map(|record| match record {
        Record::Approved(approval) => Some(approval.at),
        _ => None,
    });
    last.max().unwrap_or(SimTime::ZERO).max(SimTime::ZERO + since)
}

fn desk(settings: &Settings, read: flash::Read, file: Option<JournalFile>, now: SimTime) -> Desk {
    let mut charges = read.records.iter().filter_map(|record| match record {
        Record::Begun(charge) => Some(charge.intent.0.wrapping_add(1)),
        _ => None,
    });
    let next_intent = charges.next_back().unwrap_or(0);
    let terminal = if read.records.is_empty() && read.gaps.is_empty() {
        Terminal::new(settings.terminal.clone())
    } else {
        Terminal::switched_on(settings.terminal.clone(), Journal::read(read), now)
    };
    let register = settings.register();
    let session = Session::new(register.clone());
    Desk { terminal, register, session, ecr: Ecr::new(settings.currency()), file, next_intent }
}

fn introduce(hall: &Hall, recovered: Option<What>) {
    hall.tell(recovered.unwrap_or_else(|| {
        What::Note(
            "the journal is in memory only: what is open when this ends is forgotten; --data DIR keeps it"
                .to_owned(),
        )
    }));
    let screen = hall.screen();
    hall.tell(What::Shows { screen, lines: screen.words(hall.language()) });
}

fn listen(address: &str) -> Result<(TcpListener, String), ServeError> {
    let (listener, real) = network::listen(address)?;
    Ok((listener, real.to_string()))
}

fn open_ecr(at: &EcrAt) -> Result<(Socket, String), ServeError> {
    Ok(match at {
        EcrAt::Tcp(address) => {
            let (listener, real) = listen(address)?;
            (Socket::Tcp(listener), real)
        }
        EcrAt::Pty(link) => {
            (Socket::Wire(Box::new(Wire::pty(link, PtyFlow::Never)?)), link.display().to_string())
        }
        EcrAt::Wire(line) => (Socket::Wire(Box::new(Wire::serial(line)?)), line.to_string()),
    })
}

/// Starts everything.
fn begin(
    hall: &Rc<Hall>,
    settings: &Settings,
    doors: Doors,
    mut orders: BTreeMap<Port, UnboundedReceiver<Order>>,
) -> io::Result<()> {
    let Settings { host, gateway, one_a_message, .. } = settings.clone();
    let fars = [
        Far { port: CARD, name: "host", address: host, one_a_message },
        Far { port: WALLET, name: "gateway", address: gateway, one_a_message: false },
    ];
    for far in fars {
        if let Some(orders) = orders.remove(&far.port) {
            tokio::task::spawn_local(far.keep(Rc::clone(hall), orders));
        }
    }
    if let (Some(at), Some(orders)) = (settings.printer.clone(), orders.remove(&PRINTER)) {
        tokio::task::spawn_local(paper::keep(Rc::clone(hall), at, doors.printer, orders));
    }
    if let (Some((listener, place)), Some(orders)) = (doors.notify, orders.remove(&NOTIFY)) {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        hall.tell(What::Listens { kind: "notify", place });
        tokio::task::spawn_local(notices::keep(Rc::clone(hall), listener, orders));
    }
    if let (Some((socket, place)), Some(orders)) = (doors.ecr, orders.remove(&REGISTER)) {
        hall.tell(What::Listens { kind: "ecr", place });
        tokio::task::spawn_local(register::keep(Rc::clone(hall), socket, orders));
    }
    if let Some((socket, path)) = doors.control {
        hall.tell(What::Listens { kind: "control", place: path.display().to_string() });
        tokio::task::spawn_local(socket.serve(Rc::new(Typist(Rc::clone(hall)))));
    }
    Ok(())
}

/// Does what lines from other threads ask for.
async fn hear(mut lines: UnboundedReceiver<Line>, hall: &Hall) {
    while let Some((line, asker)) = lines.recv().await {
        if line.trim().is_empty() {
            continue;
        }
        let answer = obey(hall, &line);
        match asker {
            // Whoever asked may have gone.
            Some(asker) => drop(asker.send(answer.text)),
            None => hall.tell(What::Answer(answer.text)),
        }
        if answer.quits {
            return;
        }
    }
    std::future::pending::<()>().await;
}

/// Whoever connects to the control socket.
struct Typist(Rc<Hall>);

impl Obeys for Typist {
    async fn obey(&self, line: &str) -> Answer {
        obey(&self.0, line)
    }

    fn stop(&self) {
        self.0.end();
    }
}

fn obey(hall: &Hall, line: &str) -> Answer {
    let answer = |text: String| Answer { text, quits: false };
    match keys::parse(line) {
        Err(why) => answer(format!("error: {why}")),
        Ok(Typed::Quit) => Answer { text: "ok quit".to_owned(), quits: true },
        Ok(Typed::Help) => answer(keys::help()),
        Ok(Typed::Screen) => {
            let lines = hall.screen().words(hall.language());
            answer(if lines.is_empty() { "ok dark".to_owned() } else { format!("ok {}", lines.join(" | ")) })
        }
        Ok(Typed::Wish { .. }) if !hall.is_powered() => {
            answer("error: the terminal is off, expected `power on` before it".to_owned())
        }
        Ok(Typed::Wish { kind, amount, original, wallet }) => {
            let original = original.map(|key| hall.in_its_shop(key));
            hall.wish(|intent| keys::charge(Wish { intent, kind, amount, original }, wallet));
            answer(format!("ok {}", line.trim()))
        }
        Ok(Typed::Poke(poke)) => {
            hall.poke(match poke {
                Poke::Reprint(key) => Poke::Reprint(hall.in_its_shop(key)),
                other => other,
            });
            answer(format!("ok {}", line.trim()))
        }
    }
}
