//! Everything together: opens the ports, serves until it is told to stop, and ends in order.
//!
//! One thread for all printers and ports, and one that writes receipts. An end, by signal, by `quit`, or because nobody
//! listens any more, loses no receipt that has left the cutter: all that is finished is written first, and what hangs
//! out uncut too. *Not done:* finishing a receipt that is still printing.

use crate::archive::{self, Archive, Clerk, Told};
use crate::clock::Clock;
use crate::control::{Obeys, Socket};
use crate::device::Device;
use crate::error::ServeError;
use crate::network;
use crate::news::{News, What};
use crate::phrase::{self, Answer};
use crate::settings::{PortSpec, PrinterSettings, Settings};
use crate::wire::Wire;
use sim::SimTime;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::fs;
use std::io;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Notify;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::LocalSet;

/// Printers on open ports, ready to be served.
#[derive(Debug)]
pub struct Server {
    settings: Settings,
    /// The ports of each printer, in the same order.
    ports: Vec<Vec<Opened>>,
    control: Option<Socket>,
    lines: (UnboundedSender<Line>, UnboundedReceiver<Line>),
    runtime: Runtime,
}

#[derive(Debug)]
enum Opened {
    Tcp(TcpListener, String),
    Wire(Wire),
}

/// A line for the server, and who gets the answer; without anybody, the answer is news.
pub(crate) type Line = (String, Option<std::sync::mpsc::Sender<String>>);

/// Tells a server what to do, from another thread.
#[derive(Clone, Debug)]
pub struct Controller(pub(crate) UnboundedSender<Line>);

/// How serving ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Receipts that could not be written.
    pub unwritten: usize,
}

impl Controller {
    /// Hands in each line of standard input, from a thread of its own. A program in the background leaves its terminal
    /// alone: to read there would stop it.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn hear_standard_input(self) -> io::Result<()> {
        let stdin = io::stdin();
        let in_background =
            rustix::termios::tcgetpgrp(&stdin).is_ok_and(|group| group != rustix::process::getpgrp());
        if in_background {
            return Ok(());
        }
        let hear = move || {
            // The end of the input is not the end of serving.
            for line in io::stdin().lines().map_while(Result::ok) {
                if !self.say(&line) {
                    return;
                }
            }
        };
        std::thread::Builder::new().name("standard input".to_owned()).spawn(hear).map(drop)
    }

    /// Hands in a line; its answer will be among the news. `false` if the server has ended.
    #[must_use]
    pub fn say(&self, line: &str) -> bool {
        self.0.send((line.to_owned(), None)).is_ok()
    }

    /// Hands in a line, and waits for the answer; `None` if the server has ended.
    #[must_use]
    pub fn ask(&self, line: &str) -> Option<String> {
        let (answer, answered) = std::sync::mpsc::channel();
        self.0.send((line.to_owned(), Some(answer))).ok()?;
        answered.recv().ok()
    }
}

impl Server {
    /// Opens all ports.
    ///
    /// # Errors
    /// When one cannot be opened, or a folder cannot be made: which, and what to do about it.
    pub fn open(settings: Settings) -> Result<Self, ServeError> {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(ServeError::opening("the system's event queue"))?;
        let mut ports = Vec::new();
        for printer in &settings.printers {
            let opened: Result<Vec<Opened>, ServeError> = printer.ports.iter().map(open).collect();
            ports.push(opened?);
        }
        for folder in settings.folders() {
            fs::create_dir_all(&folder).map_err(|source| {
                let place = folder.display().to_string();
                ServeError::NoFolder { place, source }
            })?;
            forget_hanging(&folder);
        }
        let control = settings.control_path().map(|path| Socket::open(&path)).transpose()?;
        Ok(Self { settings, ports, control, lines: unbounded_channel(), runtime })
    }

    /// What tells it what to do.
    #[must_use]
    pub fn controller(&self) -> Controller {
        Controller(self.lines.0.clone())
    }

    /// Serves until it is told to stop, by a signal or by a line; tells what happens. When telling fails, nobody
    /// listens any more, and that ends it too.
    ///
    /// # Errors
    /// When the system gives no thread, or does not let signals be heard.
    pub fn run(self, tell: impl FnMut(&News) -> io::Result<()> + 'static) -> Result<Summary, ServeError> {
        let Self { settings, ports, control, lines: (_, lines), runtime } = self;
        let (told, mut filed) = unbounded_channel();
        let (archive, clerk) = Archive::open(told).map_err(ServeError::opening("a thread for receipts"))?;
        let hub = Rc::new(Hub::new(tell));
        let devices: Rc<[Rc<Device>]> = settings
            .printers
            .iter()
            .map(|printer| Rc::new(device(printer, &settings, &hub, &archive)))
            .collect();
        drop(archive);
        let local = LocalSet::new();
        let served = local.block_on(&runtime, async {
            let told = signals()?;
            begin(&settings, &devices, ports, &hub);
            if let Some(socket) = control {
                let path = settings.control_path().unwrap_or_default();
                hub.now_tell(None, What::Listens { kind: "control", place: path.display().to_string() });
                let typist = Typist { devices: Rc::clone(&devices), hub: Rc::clone(&hub) };
                tokio::task::spawn_local(socket.serve(Rc::new(typist)));
            }
            tokio::select! {
                () = pass_on(&mut filed, &hub) => Ok(()),
                () = listen(lines, &devices, &hub) => Ok(()),
                () = hub.stopped() => Ok(()),
                () = told => Ok(()),
            }
        });
        devices.iter().for_each(|device| device.file_last());
        // With the tasks go ports, links and sockets, and all that could hand in a receipt.
        drop((local, devices));
        let summary = finish(clerk, &mut filed, &hub);
        served.map_err(ServeError::opening("the end of the program by a signal")).map(|()| summary)
    }
}

/// Whoever connects to the control socket.
struct Typist {
    devices: Rc<[Rc<Device>]>,
    hub: Rc<Hub>,
}

impl Obeys for Typist {
    async fn obey(&self, line: &str) -> Answer {
        phrase::obey(&self.devices, line).await
    }

    fn stop(&self) {
        self.hub.stop();
    }
}

impl Settings {
    /// Where the receipts of a printer go: the folder itself, or one in it for each where there are several.
    fn folder_of(&self, printer: &PrinterSettings) -> Option<PathBuf> {
        let out = self.out.as_ref()?;
        Some(if self.printers.len() == 1 { out.clone() } else { out.join(&printer.name) })
    }

    fn folders(&self) -> Vec<PathBuf> {
        self.out
            .iter()
            .cloned()
            .chain(self.printers.iter().filter_map(|printer| self.folder_of(printer)))
            .collect()
    }

    fn control_path(&self) -> Option<PathBuf> {
        self.control.clone().or_else(|| Some(self.out.as_ref()?.join("control.sock")))
    }
}

fn open(port: &PortSpec) -> Result<Opened, ServeError> {
    Ok(match port {
        PortSpec::Tcp(address) => {
            let (listener, real) = network::listen(address)?;
            Opened::Tcp(listener, real.to_string())
        }
        PortSpec::Pty { link, flow } => Opened::Wire(Wire::pty(link, *flow)?),
        PortSpec::Serial(line) => Opened::Wire(Wire::serial(line)?),
    })
}

/// What hung out at the end of an earlier run does not hang there now.
fn forget_hanging(folder: &Path) {
    for end in [".png", "-ideal.png", ".txt", ".bin"] {
        let _ = fs::remove_file(folder.join(format!("hanging{end}")));
    }
}

fn device(printer: &PrinterSettings, settings: &Settings, hub: &Rc<Hub>, archive: &Archive) -> Device {
    let mut device = Device::new(printer, Rc::clone(hub), settings.idle_turn);
    if let Some(folder) = settings.folder_of(printer) {
        let number = archive::last_number(&folder);
        device.file_into(archive.clone(), folder, number);
    }
    device
}

/// Starts everything.
fn begin(settings: &Settings, devices: &[Rc<Device>], ports: Vec<Vec<Opened>>, hub: &Rc<Hub>) {
    for ((printer, device), ports) in settings.printers.iter().zip(devices).zip(ports) {
        printer.faults.iter().for_each(|fault| device.poke(*fault));
        let timed = Rc::clone(device);
        tokio::task::spawn_local(async move { timed.keep_time().await });
        for port in ports {
            serve(port, Rc::clone(device), hub);
        }
    }
}

fn serve(port: Opened, device: Rc<Device>, hub: &Hub) {
    let (kind, place) = match &port {
        Opened::Tcp(_, address) => ("tcp", address.clone()),
        Opened::Wire(wire) => (wire.kind(), wire.place.clone()),
    };
    hub.now_tell(Some(&device.name), What::Listens { kind, place: place.clone() });
    tokio::task::spawn_local(async move {
        let error = match port {
            Opened::Tcp(listener, _) => network::serve(Rc::clone(&device), listener).await,
            Opened::Wire(wire) => wire.carry(&device).await,
        };
        device.trouble(format!("{kind} {place} is gone ({error}); the printer's other ports go on"));
    });
}

/// Tells what the archive has written, for ever: without a folder, it has nothing to say.
async fn pass_on(filed: &mut UnboundedReceiver<Told>, hub: &Hub) {
    while let Some((printer, what)) = filed.recv().await {
        hub.now_tell(Some(&printer), what);
    }
    std::future::pending::<()>().await;
}

/// Does what lines from other threads ask for.
async fn listen(mut lines: UnboundedReceiver<Line>, devices: &[Rc<Device>], hub: &Hub) {
    while let Some((line, asker)) = lines.recv().await {
        if line.trim().is_empty() {
            continue;
        }
        let answer = phrase::obey(devices, &line).await;
        match asker {
            // Whoever asked may have gone.
            Some(asker) => drop(asker.send(answer.text)),
            None => hub.now_tell(None, What::Answer(answer.text)),
        }
        if answer.quits {
            return;
        }
    }
    std::future::pending::<()>().await;
}

/// From now on signals are heard; what it gives comes back when the program is told to end.
pub(crate) fn signals() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

fn finish(clerk: Clerk, filed: &mut UnboundedReceiver<Told>, hub: &Hub) -> Summary {
    let unwritten = clerk.finish();
    while let Ok((printer, what)) = filed.try_recv() {
        hub.now_tell(Some(&printer), what);
    }
    Summary { unwritten }
}

/// Whoever is told what happens; an error says that nobody listens.
type Listener = dyn FnMut(&News) -> io::Result<()>;

/// What all parts share: the clock, who is told, and the end.
pub(crate) struct Hub {
    pub(crate) clock: Clock,
    tell: RefCell<Box<Listener>>,
    ended: Cell<bool>,
    stop: Notify,
}

impl Hub {
    fn new(tell: impl FnMut(&News) -> io::Result<()> + 'static) -> Self {
        Self {
            clock: Clock::start(),
            tell: RefCell::new(Box::new(tell)),
            ended: Cell::new(false),
            stop: Notify::new(),
        }
    }

    /// Tells something. When nobody listens any more, serving ends.
    pub(crate) fn tell(&self, at: SimTime, printer: Option<&Arc<str>>, what: What) {
        if self.ended.get() {
            return;
        }
        let news = News { at, printer: printer.map(Arc::clone), what };
        if (self.tell.borrow_mut())(&news).is_err() {
            self.ended.set(true);
            self.stop();
        }
    }

    fn now_tell(&self, printer: Option<&Arc<str>>, what: What) {
        self.tell(self.clock.now(), printer, what);
    }

    /// Ends serving.
    pub(crate) fn stop(&self) {
        self.stop.notify_one();
    }

    async fn stopped(&self) {
        self.stop.notified().await;
    }
}

impl fmt::Debug for Hub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hub").field("clock", &self.clock).finish_non_exhaustive()
    }
}
