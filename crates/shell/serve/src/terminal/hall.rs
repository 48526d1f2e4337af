//! The terminal, its register's session and the clock: inputs go in, and what comes out goes to its port.
//!
//! Everything runs on one thread, so both machines lie in a cell and no two inputs ever meet. What was due before an input
//! is done first. Before the terminal may take a record for durable, it is on the disk; when it cannot be written, serving
//! ends. Moments are nanoseconds since the terminal's moment zero, so that slips show the time of day. *Not here:* any port.

use super::journal_file::JournalFile;
use super::news::{News, What};
use crate::clock::Clock;
use sim::{Input, Key, Machine, Output, Port, SimTime};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::rc::Rc;
use terminal::ecr::{Deed, Ecr};
use terminal::wallets::ALIPAY_SHOP;
use terminal::{Event, Intent, Language, Poke, Screen, Terminal};
use tokio::sync::Notify;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use zvt::{Ask, Session};

/// Where the cash register is plugged in; the terminal's own ports have the numbers before it.
pub(crate) const REGISTER: Port = Port(4);

/// What a port is to do.
#[derive(Debug)]
pub(crate) enum Order {
    /// Send this, unless the power has gone since: it was sent after so many power cuts.
    Send { bytes: Vec<u8>, cuts: u64 },
    /// The terminal has hung up, or has lost its power.
    HangUp,
}

/// Whoever is told what happens; an error says that nobody listens.
type Listener = dyn FnMut(&News) -> io::Result<()>;

/// What all ports share.
pub(crate) struct Hall {
    desk: RefCell<Desk>,
    pub(crate) clock: Clock,
    language: Language,
    ports: BTreeMap<Port, UnboundedSender<Order>>,
    tell: RefCell<Box<Listener>>,
    powered: Cell<bool>,
    power_cuts: Cell<u64>,
    stirred: Notify,
    ends: Notify,
    failed: RefCell<Option<String>>,
}

/// The machines, and what they need.
pub(crate) struct Desk {
    pub(crate) terminal: Terminal,
    pub(crate) register: zvt::Settings,
    pub(crate) session: Session,
    pub(crate) ecr: Ecr,
    /// Without one the journal is in memory only.
    pub(crate) file: Option<JournalFile>,
    pub(crate) next_intent: u16,
}

impl Hall {
    /// With a way out for each of these ports.
    pub(crate) fn new(
        desk: Desk,
        clock: Clock,
        ports: &[Port],
        tell: impl FnMut(&News) -> io::Result<()> + 'static,
    ) -> (Rc<Self>, BTreeMap<Port, UnboundedReceiver<Order>>) {
        let (mut senders, mut receivers) = (BTreeMap::new(), BTreeMap::new());
        for port in ports {
            let (sender, receiver) = unbounded_channel();
            senders.insert(*port, sender);
            receivers.insert(*port, receiver);
        }
        let hall = Self {
            language: desk.terminal.settings().language,
            powered: Cell::new(desk.terminal.is_idle()),
            desk: RefCell::new(desk),
            clock,
            ports: senders,
            tell: RefCell::new(Box::new(tell)),
            power_cuts: Cell::new(0),
            stirred: Notify::new(),
            ends: Notify::new(),
            failed: RefCell::default(),
        };
        (Rc::new(hall), receivers)
    }

    /// Wakes the machines whenever they want to be woken, for ever.
    pub(crate) async fn keep_time(&self) {
        loop {
            let at = self.clock.instant(self.desk.borrow().wake_at());
            tokio::select! {
                () = self.stirred.notified() => {}
                () = tokio::time::sleep_until(at) => self.with(|_, _| {}),
            }
        }
    }

    /// Gives the terminal an input.
    pub(crate) fn give(&self, input: Input<'_, Poke>) {
        self.with(|desk, now| desk.terminal.handle(now, input));
    }

    /// Somebody does this to the terminal.
    pub(crate) fn poke(&self, poke: Poke) {
        self.give(Input::Poke(poke));
    }

    /// Somebody has a wish that nobody had before.
    pub(crate) fn wish(&self, make: impl FnOnce(Intent) -> Poke) {
        let intent = self.desk.borrow_mut().take_intent();
        self.poke(make(intent));
    }

    pub(crate) fn hear_register(&self, bytes: &[u8]) {
        self.with(|desk, now| desk.session.receive(now, bytes));
    }

    pub(crate) fn register_is_there(&self) {
        self.with(|desk, now| desk.session.connected(now));
    }

    pub(crate) fn register_is_gone(&self) {
        self.with(|desk, now| desk.session.line_lost(now));
    }

    pub(crate) fn is_powered(&self) -> bool {
        self.powered.get()
    }

    /// How often the power has gone.
    pub(crate) fn power_cuts(&self) -> u64 {
        self.power_cuts.get()
    }

    /// The number of an order as the journal has it: a slip does not say in which wallet's shop it was made.
    pub(crate) fn in_its_shop(&self, key: Key) -> Key {
        let desk = self.desk.borrow();
        let at_alipay = match key {
            Key::Order(order) => Key::Order(order.at(ALIPAY_SHOP)),
            Key::Card { .. } => key,
        };
        if desk.terminal.journal().approval(at_alipay).is_some() { at_alipay } else { key }
    }

    pub(crate) fn screen(&self) -> Screen {
        self.desk.borrow().terminal.screen()
    }

    pub(crate) const fn language(&self) -> Language {
        self.language
    }

    pub(crate) fn tell(&self, what: What) {
        self.tell_at(self.clock.now(), what);
    }

    /// Serving is to end.
    pub(crate) fn end(&self) {
        self.ends.notify_one();
    }

    pub(crate) async fn ended(&self) {
        self.ends.notified().await;
    }

    /// Why the journal cannot be written any more, if it cannot.
    pub(crate) fn failed(&self) -> Option<String> {
        self.failed.borrow().clone()
    }
}

impl Hall {
    fn with(&self, act: impl FnOnce(&mut Desk, SimTime)) {
        let now = self.clock.now();
        if let Ok(mut desk) = self.desk.try_borrow_mut() {
            if !self.wake_due(&mut desk, now) {
                return;
            }
            act(&mut desk, now);
            self.drain(&mut desk, now);
        }
        self.stirred.notify_one();
    }

    /// Does what was due; whether serving goes on.
    fn wake_due(&self, desk: &mut Desk, now: SimTime) -> bool {
        if self.failed.borrow().is_some() {
            return false;
        }
        if desk.terminal.wake_at().is_some_and(|(at, _)| at <= now) {
            if let Some(file) = &mut desk.file
                && let Err(error) = file.append(desk.terminal.journal().due(now))
            {
                *self.failed.borrow_mut() = Some(error.to_string());
                self.end();
                return false;
            }
            desk.terminal.handle(now, Input::Wake);
            self.drain(desk, now);
        }
        if desk.session.wake_at().is_some_and(|(at, _)| at <= now) {
            desk.session.wake(now);
            self.drain(desk, now);
        }
        true
    }

    /// Lets terminal and register talk until both wait.
    fn drain(&self, desk: &mut Desk, now: SimTime) {
        loop {
            let (mut events, mut asks) = (Vec::new(), Vec::new());
            while let Some(output) = desk.terminal.poll() {
                match output {
                    Output::Send { port, bytes, .. } => self.send(port, bytes),
                    Output::Event(event) => events.push(event),
                }
            }
            while let Some(output) = desk.session.poll() {
                match output {
                    Output::Send { port, bytes, .. } => self.send(port, bytes),
                    Output::Event(ask) => asks.push(ask),
                }
            }
            if events.is_empty() && asks.is_empty() {
                return;
            }
            for event in events {
                self.note(desk, now, event);
            }
            for ask in asks {
                self.asked(desk, now, &ask);
            }
        }
    }

    fn note(&self, desk: &mut Desk, now: SimTime, event: Event) {
        let deeds = desk.ecr.note(now, &event, &desk.session, &desk.terminal);
        match event {
            Event::PowerLost | Event::Restarted => self.lose_power(desk),
            Event::Booted => self.powered.set(true),
            _ => {}
        }
        let dark = matches!(event, Event::PowerLost | Event::Restarted).then_some(Event::Shows(Screen::OFF));
        for event in [Some(event), dark].into_iter().flatten() {
            self.tell_at(now, What::of(event, self.language));
        }
        desk.do_all(now, deeds);
    }

    /// With the power go all lines, and what the register had begun.
    fn lose_power(&self, desk: &mut Desk) {
        self.powered.set(false);
        self.power_cuts.set(self.power_cuts.get() + 1);
        for port in self.ports.values() {
            let _ = port.send(Order::HangUp);
        }
        desk.session = Session::new(desk.register.clone());
    }

    fn asked(&self, desk: &mut Desk, now: SimTime, ask: &Ask) {
        if let Some(what) = What::asked(ask) {
            self.tell_at(now, what);
        }
        if *ask == Ask::HangUp
            && let Some(port) = self.ports.get(&REGISTER)
        {
            let _ = port.send(Order::HangUp);
        }
        let intent = Intent(desk.next_intent);
        let deeds = desk.ecr.ask(now, ask, intent, &desk.session, &desk.terminal);
        let used = |deed: &Deed| matches!(deed, Deed::Do(Poke::Charge(wish)) if wish.intent == intent);
        // One that waits to be used must not be given to anybody else either.
        if deeds.iter().any(used) || matches!(ask, Ask::UndoLast { .. } | Ask::Reduce { .. }) {
            desk.take_intent();
        }
        desk.do_all(now, deeds);
    }

    fn send(&self, port: Port, bytes: &[u8]) {
        if let Some(port) = self.ports.get(&port) {
            // Where a port is gone for good, what is sent there is lost.
            let _ = port.send(Order::Send { bytes: bytes.to_vec(), cuts: self.power_cuts.get() });
        }
    }

    fn tell_at(&self, at: SimTime, what: What) {
        let news = News { at: SimTime::ZERO + at.since(self.clock.base()), what };
        if (self.tell.borrow_mut())(&news).is_err() {
            self.end();
        }
    }
}

impl Desk {
    fn wake_at(&self) -> SimTime {
        let terminal = self.terminal.wake_at().map(|(at, _)| at);
        let session = self.session.wake_at().map(|(at, _)| at);
        terminal.into_iter().chain(session).min().unwrap_or(SimTime::NEVER)
    }

    fn take_intent(&mut self) -> Intent {
        let intent = Intent(self.next_intent);
        self.next_intent = self.next_intent.wrapping_add(1);
        intent
    }

    fn do_all(&mut self, now: SimTime, deeds: Vec<Deed>) {
        for deed in deeds {
            match deed {
                Deed::Do(poke) => self.terminal.handle(now, Input::Poke(poke)),
                Deed::Tell(tell) => self.session.tell(now, tell),
            }
        }
    }
}

impl fmt::Debug for Hall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hall").field("clock", &self.clock).finish_non_exhaustive()
    }
}
