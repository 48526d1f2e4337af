//! One printer in real time: what comes from its ports and from people goes in, and what it says comes out.
//!
//! Everything here runs on one thread, so the printer lies in a cell and no two inputs ever meet. Moments are nanoseconds
//! since the server began; what was due before an input is done first, at its own moment. *Not modelled:* answers
//! to several hosts at once: like a real printer, it answers the port that it last heard from; XON and XOFF go to
//! every wire that listens for them.

use crate::archive::{Archive, Job};
use crate::flow::HearsStop;
use crate::news::What;
use crate::receipt::Receipt;
use crate::received::Received;
use crate::replies::Replies;
use crate::server::Hub;
use crate::settings::PrinterSettings;
use crate::turns::Turns;
use printer::{DATA, Event, FLOW, Piece, Place, Poke, Printer, Profile};
use sim::{Input, Machine, Output, SimTime};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, oneshot};

/// Receipts that may lie in the mouth; then somebody takes them.
const LYING_MAX: usize = 100;

/// One printer, its ports, and where its receipts go.
#[derive(Debug)]
pub(crate) struct Device {
    pub(crate) name: Arc<str>,
    pub(crate) profile: &'static Profile,
    /// Whose turn it is at the network port.
    pub(crate) turns: Turns,
    hub: Rc<Hub>,
    state: RefCell<State>,
    filing: Option<Filing>,
    changed: Notify,
    rescheduled: Notify,
}

#[derive(Debug)]
struct State {
    printer: Printer,
    received: Received,
    ports: BTreeMap<PortId, (Kind, Rc<Replies>)>,
    next_port: u32,
    /// The port that is answered.
    last_heard: Option<PortId>,
    powered: bool,
    /// How often the power has gone.
    power_cuts: u64,
    plugged: bool,
    /// Receipts in the mouth.
    lying: usize,
}

/// Where receipts go, and how many have gone there.
#[derive(Debug)]
struct Filing {
    archive: Archive,
    folder: PathBuf,
    number: Cell<u32>,
}

/// A place where a host is plugged in.
#[derive(Debug)]
pub(crate) struct Port {
    id: PortId,
    pub(crate) replies: Rc<Replies>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct PortId(u32);

/// What kind of place that is.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// A serial line or a pseudo-terminal, and whether it is told XON and XOFF.
    Wire(HearsStop),
    /// A connection of the network.
    Network,
}

impl Kind {
    fn hears_stop(&self) -> bool {
        matches!(self, Self::Wire(hears) if hears.now())
    }
}

/// Making it.
impl Device {
    pub(crate) fn new(settings: &PrinterSettings, hub: Rc<Hub>, idle_turn: Duration) -> Self {
        Self {
            name: settings.name.as_str().into(),
            profile: settings.profile,
            turns: Turns::new(idle_turn),
            hub,
            state: RefCell::new(State::new(
                Printer::new(settings.profile).with_interface(settings.interface()),
            )),
            filing: None,
            changed: Notify::new(),
            rescheduled: Notify::new(),
        }
    }

    /// Has its receipts filed, numbered from the one after `number`.
    pub(crate) fn file_into(&mut self, archive: Archive, folder: PathBuf, number: u32) {
        self.filing = Some(Filing { archive, folder, number: Cell::new(number) });
    }

    /// Wakes the printer whenever it wants to be woken, for ever.
    pub(crate) async fn keep_time(&self) {
        loop {
            let wake = self.state.borrow().printer.wake_at();
            let at = self.hub.clock.instant(wake.map_or(SimTime::NEVER, |(at, _)| at));
            tokio::select! {
                () = self.rescheduled.notified() => {}
                () = tokio::time::sleep_until(at) => self.give(Input::Wake),
            }
        }
    }
}

/// What is done to it.
impl Device {
    /// A host is plugged in.
    pub(crate) fn plug_in(&self, kind: Kind) -> Port {
        let mut state = self.state.borrow_mut();
        let port = Port { id: PortId(state.next_port), replies: Rc::default() };
        state.next_port += 1;
        state.ports.insert(port.id, (kind, Rc::clone(&port.replies)));
        port
    }

    /// A host is gone.
    pub(crate) fn pull_out(&self, port: &Port) {
        let mut state = self.state.borrow_mut();
        state.ports.remove(&port.id);
        if state.last_heard == Some(port.id) {
            state.last_heard = None;
        }
    }

    /// Bytes have come from a host. On a cable that is pulled they are lost.
    pub(crate) fn receive(&self, port: &Port, bytes: &[u8]) {
        {
            let mut state = self.state.borrow_mut();
            if !state.plugged {
                return;
            }
            state.last_heard = Some(port.id);
        }
        self.give(Input::Received { port: DATA, bytes });
    }

    /// Somebody does this to it.
    pub(crate) fn poke(&self, poke: Poke) {
        self.give(Input::Poke(poke));
    }

    /// Somebody pulls or plugs the data cable.
    pub(crate) fn set_plugged(&self, plugged: bool) {
        self.state.borrow_mut().plugged = plugged;
        self.changed.notify_waiters();
    }

    fn give(&self, input: Input<'_, Poke>) {
        let now = self.hub.clock.now();
        let (events, deaf) = self.state.borrow_mut().handle(now, input);
        for event in events {
            self.note(now, event);
        }
        if deaf {
            self.trouble("a host does not read its answers; the oldest are dropped".to_owned());
        }
        self.changed.notify_waiters();
        self.rescheduled.notify_one();
        if self.state.borrow().lying >= LYING_MAX {
            self.poke(Poke::TakeReceipt);
        }
    }

    fn note(&self, now: SimTime, event: Event) {
        self.hub.tell(now, Some(&self.name), What::Happened(event.clone()));
        match event {
            Event::PowerLost | Event::Restarting => {
                let mut state = self.state.borrow_mut();
                (state.powered, state.power_cuts) = (false, state.power_cuts + 1);
            }
            Event::Ready => self.state.borrow_mut().powered = true,
            Event::Cut { piece } => {
                self.state.borrow_mut().lying += 1;
                let found = self.look().into_iter().find(|(found, _)| found.id() == piece);
                found.into_iter().for_each(|(piece, _)| self.file(piece, "cut"));
            }
            Event::Removed { piece } => self.file(piece, "torn out"),
            Event::Taken { .. } | Event::Retracted { .. } => {
                let mut state = self.state.borrow_mut();
                state.lying = state.lying.saturating_sub(1);
            }
            _ => {}
        }
    }
}

/// What it says of itself.
impl Device {
    /// Every piece that somebody who looks can see. Nothing is touched: it is a copy that is looked at.
    fn look(&self) -> Vec<(Arc<Piece>, Place)> {
        let mut copy = self.state.borrow().printer.clone();
        copy.handle(self.hub.clock.now(), Input::Poke(Poke::Inspect));
        let mut found = Vec::new();
        while let Some(output) = copy.poll() {
            if let Output::Event(Event::Found { piece, place }) = output {
                found.push((piece, place));
            }
        }
        found
    }

    /// What hangs out of it uncut, or is held inside.
    pub(crate) fn hanging(&self) -> Option<Arc<Piece>> {
        let inside = |(piece, place): (Arc<Piece>, Place)| (place == Place::Inside).then_some(piece);
        self.look().into_iter().filter_map(inside).next_back()
    }

    /// Its answers to `DLE EOT` 1 to 4, asked of a copy; none without power.
    pub(crate) fn status_bytes(&self) -> Vec<u8> {
        let mut copy = self.state.borrow().printer.clone();
        while copy.poll().is_some() {}
        let mut answers = Vec::new();
        for n in 1..=4 {
            copy.handle(self.hub.clock.now(), Input::Received { port: DATA, bytes: &[0x10, 0x04, n] });
            while let Some(output) = copy.poll() {
                if let Output::Send { tag, bytes, .. } = output
                    && tag != FLOW
                {
                    answers.extend(bytes);
                }
            }
        }
        answers
    }

    /// One line about it.
    pub(crate) fn summary(&self) -> String {
        let doing = {
            let state = self.state.borrow();
            let cable = if state.plugged { "" } else { "; cable pulled" };
            let busy = if state.says_stop() { "; says stop" } else { "" };
            let work = if state.printer.is_idle() { "idle" } else { "has work" };
            let bytes = state.received.count();
            format!("{work}{busy}{cable}; {bytes} bytes received; receipts in the mouth: {}", state.lying)
        };
        let hosts = format!("; hosts on the network: {}", self.connections());
        let filed =
            self.filing.as_ref().map(|filing| format!("; last receipt filed: {:04}", filing.number.get()));
        let filed = filed.unwrap_or_default();
        let Self { name, profile, .. } = self;
        format!("{name} ({}): {}; {doing}{filed}{hosts}", profile.name, status_words(&self.status_bytes()))
    }

    pub(crate) fn tell(&self, what: What) {
        self.hub.tell(self.hub.clock.now(), Some(&self.name), what);
    }

    pub(crate) fn trouble(&self, what: String) {
        self.tell(What::Trouble(what));
    }

    /// How many hosts are connected over the network.
    pub(crate) fn connections(&self) -> usize {
        self.state.borrow().ports.values().filter(|(kind, _)| matches!(kind, Kind::Network)).count()
    }

    pub(crate) fn is_plugged(&self) -> bool {
        self.state.borrow().plugged
    }
}

/// What others wait for.
impl Device {
    /// Waits until this gives something.
    async fn until<T>(&self, mut reached: impl FnMut(&State) -> Option<T>) -> T {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if let Some(found) = reached(&self.state.borrow()) {
                return found;
            }
            changed.await;
        }
    }

    /// Waits until bytes of the network can be taken; how many.
    pub(crate) async fn until_room(&self) -> usize {
        self.until(|state| {
            let free = state.printer.free_bytes();
            (state.powered && state.plugged && free > 0).then_some(free)
        })
        .await
    }

    /// Waits until bytes of a wire find room, or are lost anyway, on a cable that is pulled; how many.
    pub(crate) async fn until_room_or_deaf(&self) -> usize {
        self.until(|state| match state.printer.free_bytes() {
            _ if !state.plugged => Some(usize::MAX),
            free => (free > 0).then_some(free),
        })
        .await
    }

    /// Waits until all that came is on paper.
    pub(crate) async fn until_drained(&self) {
        self.until(|state| (state.plugged && state.printer.is_idle()).then_some(())).await;
    }

    /// Waits as long as the printer says stop.
    pub(crate) async fn until_going(&self) {
        self.until(|state| (!state.says_stop()).then_some(())).await;
    }

    pub(crate) async fn until_powered(&self) {
        self.until(|state| state.powered.then_some(())).await;
    }

    pub(crate) async fn until_plugged(&self) {
        self.until(|state| state.plugged.then_some(())).await;
    }

    /// Waits until the power has gone more often than so many times.
    pub(crate) async fn until_power_cut(&self, before: u64) {
        self.until(|state| (state.power_cuts > before).then_some(())).await;
    }

    /// How often the power has gone.
    pub(crate) fn power_cuts(&self) -> u64 {
        self.state.borrow().power_cuts
    }
}

/// Its paper.
impl Device {
    fn file(&self, piece: Arc<Piece>, how: &'static str) {
        let Some(filing) = &self.filing else { return };
        let number = filing.number.get() + 1;
        filing.number.set(number);
        filing.archive.add(self.job(filing, piece, format!("{number:04}"), how));
    }

    /// Files what hangs out now, under a name of its own. `None` if nothing does, or there is no folder.
    pub(crate) fn save(&self) -> Option<oneshot::Receiver<Result<PathBuf, String>>> {
        let filing = self.filing.as_ref()?;
        let (answer, answered) = oneshot::channel();
        let job = self.job(filing, self.hanging()?, "hanging".to_owned(), "hanging out");
        filing.archive.add(Job { answer: Some(answer), ..job });
        Some(answered)
    }

    /// Files what hangs out, at the end: until it is written, as any receipt.
    pub(crate) fn file_last(&self) {
        if let (Some(filing), Some(piece)) = (&self.filing, self.hanging()) {
            filing.archive.add(self.job(filing, piece, "hanging".to_owned(), "hanging out"));
        }
    }

    pub(crate) const fn has_folder(&self) -> bool {
        self.filing.is_some()
    }

    fn job(&self, filing: &Filing, piece: Arc<Piece>, name: String, how: &'static str) -> Job {
        let raw = self.state.borrow().received.passage(piece.stream_bytes());
        let (printer, profile) = (Arc::clone(&self.name), self.profile.name);
        let receipt = Receipt { printer, profile, name, how, piece, raw };
        Job { folder: filing.folder.clone(), receipt, answer: None }
    }
}

impl State {
    fn new(printer: Printer) -> Self {
        Self {
            printer,
            received: Received::default(),
            ports: BTreeMap::new(),
            next_port: 0,
            last_heard: None,
            powered: true,
            power_cuts: 0,
            plugged: true,
            lying: 0,
        }
    }

    /// Gives the printer an input, and passes on what it says. What it reports; and whether a host has just been found
    /// not to read its answers.
    fn handle(&mut self, now: SimTime, input: Input<'_, Poke>) -> (VecDeque<Event>, bool) {
        let Self { printer, ports, last_heard, .. } = self;
        let (mut events, mut deaf) = (VecDeque::new(), false);
        printer.handle(now, input);
        while let Some(output) = printer.poll() {
            match output {
                Output::Event(event) => events.push_back(event),
                Output::Send { tag: FLOW, bytes, .. } => {
                    for (_, replies) in ports.values().filter(|(kind, _)| kind.hears_stop()) {
                        replies.push(bytes);
                    }
                }
                Output::Send { port: DATA, bytes, .. } => {
                    if let Some((_, replies)) = last_heard.and_then(|port| ports.get(&port)) {
                        let told_before = replies.dropped() > 0;
                        deaf |= replies.push(bytes) > 0 && !told_before;
                    }
                }
                // The modem lines: neither a network nor a pseudo-terminal has them.
                Output::Send { .. } => {}
            }
        }
        if let Input::Received { bytes, .. } = input {
            // The buffer is emptied only after the whole chunk: what is lost is the end of it.
            let taken = bytes.len().saturating_sub(lost_bytes(&events));
            self.received.push(bytes.get(..taken).unwrap_or_default());
        }
        (events, deaf)
    }

    /// The printer says stop. Without power it says nothing.
    const fn says_stop(&self) -> bool {
        self.powered && !self.printer.is_ready()
    }
}

/// Bytes that found no room, of the chunk that these events are about.
fn lost_bytes(events: &VecDeque<Event>) -> usize {
    let lost = |event: &Event| match event {
        Event::BytesLost { count } => *count as usize,
        _ => 0,
    };
    events.iter().map(lost).sum()
}

/// What `DLE EOT` 1 to 4 say, in words (printer sources, section 3.1).
fn status_words(answers: &[u8]) -> String {
    let [online, offline_cause, error, paper] = answers else { return "no power".to_owned() };
    let mut words = vec![if online & 0x08 == 0 { "online" } else { "offline" }];
    let mut say = |bit: bool, word| words.extend(bit.then_some(word));
    say(offline_cause & 0x04 != 0, "cover open");
    say(error & 0x08 != 0, "cutter error");
    say(error & 0x20 != 0, "error that only power off ends");
    say(error & 0x40 != 0, "error that ends by itself");
    say(paper & 0x60 != 0, "no paper");
    say(paper & 0x0C != 0, "paper near its end");
    words.join(", ")
}
