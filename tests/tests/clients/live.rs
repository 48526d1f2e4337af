//! A printer at the end of a real cable: a TCP port, or a pseudo-terminal in place of a serial port.
//!
//! The machine is the one of every run; only its clock is hurried. As long as bytes come, hardly any time passes; a
//! moment of silence on the cable lets a second pass, so that a receipt is out in milliseconds and nobody waits.
//! The flow control is that of the cable: while the printer has no room, nothing is taken off the cable, and the
//! kernel makes the host wait as a network card's window or DTR would. So no XON or XOFF is sent; a network printer
//! sends none, and a serial one with DTR neither (printer sources, section 4.1). *Not modelled:* the line rate.

use std::error::Error;
use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender, TryRecvError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use printer::{DATA, DESK_80, Event, Micrometres, Piece, Poke, Printer};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, SpecialCodeIndex, tcgetattr, tcsetattr};
use sim::{Input, Machine, Output, SimTime, Tag};

use crate::paper::Paper;
use crate::printer_at_hand::{Hand, Noticed, Printed, PrinterAtHand};

/// Silence on the cable that lets a second pass.
const SILENCE: Timespec = Timespec { tv_sec: 0, tv_nsec: 2_000_000 };

/// What passes in a silence, and while the printer has no room.
const HURRY: Duration = Duration::from_secs(1);
const BUSY: Duration = Duration::from_millis(20);

/// What is taken off the cable at once; less than what the printer can still hold when it says that it is full.
const CHUNK: usize = 64;

/// How long a test waits for what never comes.
const PATIENCE: Duration = Duration::from_secs(100);

/// XON and XOFF travel under this word.
const FLOW: Tag = Tag("flow");

/// The test's hand on the printer; dropping it unplugs the cable.
pub(crate) struct Live {
    place: String,
    orders: Option<Sender<Order>>,
    news: Receiver<News>,
    events: Vec<Event>,
    /// How many of them are older than the last receipt.
    seen: usize,
    received: Vec<u8>,
    noticed: Noticed,
    thread: Option<JoinHandle<io::Result<()>>>,
}

enum Order {
    Poke(Poke),
    /// Answered with everything that happened before.
    Report,
}

enum News {
    Event(Event),
    Received(Vec<u8>),
    Reported,
}

impl Live {
    /// At a free port of this machine; its place is `HOST:PORT`.
    pub(crate) fn on_tcp() -> io::Result<Self> {
        Self::at_address(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
    }

    /// At this very port, of some address of this machine that nobody else listens at.
    pub(crate) fn on_tcp_port(port: u16) -> io::Result<Self> {
        // Linux has all of 127.0.0.0/8; elsewhere there is only the one that is tried last.
        for host in 1..=250 {
            if let Ok(live) = Self::at_address(SocketAddr::from((Ipv4Addr::new(127, 91, 0, host), port))) {
                return Ok(live);
            }
        }
        Self::at_address(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
    }

    fn at_address(address: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        let place = listener.local_addr()?.to_string();
        Ok(Self::start(place, Cable::Tcp { listener, caller: None }))
    }

    /// On a pseudo-terminal; its place is the path of the serial port.
    pub(crate) fn on_pty() -> io::Result<Self> {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
        grantpt(&master)?;
        unlockpt(&master)?;
        let path = ptsname(&master, Vec::new())?.into_string().map_err(io::Error::other)?;
        // A fresh one echoes and edits, and its master reads errors while no port is open.
        let port = rustix::fs::open(&*path, OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty())?;
        let mut line = tcgetattr(&port)?;
        line.make_raw();
        // A host that waits for an answer that never comes reads nothing after ten seconds, and does not hang.
        line.special_codes[SpecialCodeIndex::VMIN] = 0;
        line.special_codes[SpecialCodeIndex::VTIME] = 100;
        tcsetattr(&port, OptionalActions::Now, &line)?;
        Ok(Self::start(path, Cable::Pty { master: File::from(master), _port: port }))
    }

    fn start(place: String, cable: Cable) -> Self {
        let (orders, inbox) = mpsc::channel();
        let (outbox, news) = mpsc::channel();
        let thread = thread::spawn(move || Desk::new(cable, outbox).run(&inbox));
        let (events, received, noticed) = (Vec::new(), Vec::new(), Noticed::default());
        Self { place, orders: Some(orders), news, events, seen: 0, received, noticed, thread: Some(thread) }
    }

    /// Does something to the printer, and returns when it is done.
    pub(crate) fn poke(&mut self, poke: Poke) -> Result<(), Box<dyn Error>> {
        self.order(Order::Poke(poke))?;
        self.report()
    }

    /// Waits until a receipt lies in the mouth, and takes it.
    pub(crate) fn take_receipt(&mut self) -> Result<Arc<Piece>, Box<dyn Error>> {
        self.wait_for(|event| matches!(event, Event::Offered { .. }))?;
        self.poke(Poke::TakeReceipt)?;
        let taken = self.happened().find_map(|event| match event {
            Event::Taken { piece } => Some(Arc::clone(piece)),
            _ => None,
        });
        self.seen = self.events.len();
        taken.ok_or_else(|| format!("nothing could be taken: {}", self.story()).into())
    }

    /// Waits until this has happened since the last receipt was taken.
    pub(crate) fn wait_for(&mut self, it: impl Fn(&Event) -> bool) -> Result<(), Box<dyn Error>> {
        while !self.happened().any(&it) {
            self.hear()?;
        }
        Ok(())
    }

    /// Everything that was taken or torn out so far.
    pub(crate) fn pieces(&self) -> Vec<Arc<Piece>> {
        let gone = |event: &Event| match event {
            Event::Taken { piece } | Event::Removed { piece } => Some(Arc::clone(piece)),
            _ => None,
        };
        self.events.iter().filter_map(gone).collect()
    }

    /// What has happened since the last receipt was taken.
    fn happened(&self) -> impl Iterator<Item = &Event> {
        self.events.iter().skip(self.seen)
    }

    /// Everything that hosts have sent so far.
    pub(crate) fn received(&mut self) -> Result<Vec<u8>, Box<dyn Error>> {
        self.report()?;
        Ok(self.received.clone())
    }

    fn order(&mut self, order: Order) -> Result<(), Box<dyn Error>> {
        match self.orders.as_ref().map(|orders| orders.send(order)) {
            Some(Ok(())) => Ok(()),
            _ => Err(self.unplugged()),
        }
    }

    /// Hears everything that happened until now.
    fn report(&mut self) -> Result<(), Box<dyn Error>> {
        self.order(Order::Report)?;
        while !self.hear()? {}
        Ok(())
    }

    /// Takes one piece of news; `true` for the end of a report.
    fn hear(&mut self) -> Result<bool, Box<dyn Error>> {
        match self.news.recv_timeout(PATIENCE) {
            Ok(News::Event(event)) => {
                match event {
                    Event::Offline { .. } => self.noticed.offline = true,
                    Event::Online => self.noticed.offline = false,
                    Event::PaperNearEnd => self.noticed.near_end = true,
                    _ => {}
                }
                self.events.push(event);
            }
            Ok(News::Received(bytes)) => self.received.extend(bytes),
            Ok(News::Reported) => return Ok(true),
            Err(mpsc::RecvTimeoutError::Disconnected) => return Err(self.unplugged()),
            Err(mpsc::RecvTimeoutError::Timeout) => {
                let last = self.received.len().saturating_sub(64);
                let tail = self.received.get(last..).unwrap_or_default();
                return Err(format!("nothing more comes: {}; last bytes {tail:02X?}", self.story()).into());
            }
        }
        Ok(false)
    }

    fn story(&self) -> String {
        self.events.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    }

    /// Why the printer's thread ended.
    fn unplugged(&mut self) -> Box<dyn Error> {
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(Err(error))) => error.into(),
            _ => "the printer's thread has died".into(),
        }
    }
}

impl PrinterAtHand for Live {
    fn place(&self) -> &str {
        &self.place
    }

    fn hand(&mut self, hand: Hand) -> Result<(), Box<dyn Error>> {
        self.poke(match hand {
            Hand::LeaveLittlePaper => Poke::PaperLeft(Micrometres(2_000_000)),
            Hand::LeaveNoPaper => Poke::PaperLeft(Micrometres(0)),
            Hand::LoadPaper => Poke::LoadPaper,
            Hand::OpenCover => Poke::OpenCover,
            Hand::CloseCover => Poke::CloseCover,
        })?;
        while !self.noticed.follows(hand) {
            self.hear()?;
        }
        Ok(())
    }

    fn receipt(&mut self) -> Result<Printed, Box<dyn Error>> {
        let paper = Paper::of(&*self.take_receipt()?);
        let sent = self.received()?;
        let ignored = self.events.iter().filter(|event| matches!(event, Event::CommandIgnored { .. }));
        Ok(Printed { paper, sent, ignored: ignored.map(ToString::to_string).collect() })
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.orders = None;
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// What joins the printer to a host.
enum Cable {
    Tcp {
        listener: TcpListener,
        /// One host at a time; the next one waits until this one has hung up.
        caller: Option<TcpStream>,
    },
    Pty {
        master: File,
        _port: OwnedFd,
    },
}

impl Cable {
    /// Waits a moment for bytes; none is a silence.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if !self.is_ready()? {
            return Ok(0);
        }
        match self {
            Self::Pty { master, .. } => master.read(buffer),
            Self::Tcp { caller: Some(stream), .. } => match stream.read(buffer) {
                Ok(0) => self.hang_up(),
                Err(error) if error.kind() == ErrorKind::ConnectionReset => self.hang_up(),
                done => done,
            },
            Self::Tcp { listener, caller } => {
                *caller = Some(listener.accept()?.0);
                Ok(0)
            }
        }
    }

    fn is_ready(&self) -> io::Result<bool> {
        let mut ready = [PollFd::from_borrowed_fd(self.fd(), PollFlags::IN)];
        Ok(poll(&mut ready, Some(&SILENCE))? > 0)
    }

    fn fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Pty { master, .. } => master.as_fd(),
            Self::Tcp { caller: Some(stream), .. } => stream.as_fd(),
            Self::Tcp { listener, .. } => listener.as_fd(),
        }
    }

    fn hang_up(&mut self) -> io::Result<usize> {
        if let Self::Tcp { caller, .. } = self {
            *caller = None;
        }
        Ok(0)
    }

    /// A reply to nobody is lost, as on any cable.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Pty { master, .. } => master.write_all(bytes),
            Self::Tcp { caller, .. } => {
                let _ = caller.as_mut().map(|stream| stream.write_all(bytes));
                Ok(())
            }
        }
    }
}

/// The printer, its cable and its clock.
struct Desk {
    printer: Printer,
    now: SimTime,
    /// Has no room, for all it says; it says so too when it is offline, and then it has room still.
    busy: bool,
    offline: bool,
    cable: Cable,
    news: Sender<News>,
}

impl Desk {
    fn new(cable: Cable, news: Sender<News>) -> Self {
        let printer = Printer::new(&DESK_80);
        Self { printer, now: SimTime::ZERO, busy: false, offline: false, cable, news }
    }

    fn run(mut self, orders: &Receiver<Order>) -> io::Result<()> {
        let mut buffer = [0; CHUNK];
        loop {
            match orders.try_recv() {
                Ok(Order::Poke(poke)) => self.give(Input::Poke(poke))?,
                Ok(Order::Report) => self.tell(News::Reported),
                Err(TryRecvError::Disconnected) => return Ok(()),
                Err(TryRecvError::Empty) => self.live_on(&mut buffer)?,
            }
        }
    }

    fn live_on(&mut self, buffer: &mut [u8]) -> io::Result<()> {
        if self.busy && !self.offline {
            return self.pass(BUSY);
        }
        match self.cable.read(buffer)? {
            0 => self.pass(HURRY),
            count => {
                let bytes = buffer.get(..count).unwrap_or_default();
                self.tell(News::Received(bytes.to_vec()));
                self.give(Input::Received { port: DATA, bytes })
            }
        }
    }

    fn pass(&mut self, time: Duration) -> io::Result<()> {
        let until = self.now + time;
        while let Some((at, _)) = self.printer.wake_at().filter(|(at, _)| *at <= until) {
            self.now = self.now.max(at);
            self.give(Input::Wake)?;
        }
        self.now = until;
        Ok(())
    }

    fn give(&mut self, input: Input<'_, Poke>) -> io::Result<()> {
        self.printer.handle(self.now, input);
        while let Some(output) = self.printer.poll() {
            match output {
                Output::Send { tag: FLOW, bytes, .. } => self.busy = bytes == [escpos::status::XOFF],
                Output::Send { port: DATA, bytes, .. } => self.cable.write(bytes)?,
                // This cable has no other wires.
                Output::Send { .. } => {}
                Output::Event(event) => {
                    self.offline = match event {
                        Event::Offline { .. } => true,
                        Event::Online => false,
                        _ => self.offline,
                    };
                    // Nobody listens any more: then the orders end, too.
                    let _ = self.news.send(News::Event(event));
                }
            }
        }
        Ok(())
    }

    fn tell(&self, news: News) {
        let _ = self.news.send(news);
    }
}
