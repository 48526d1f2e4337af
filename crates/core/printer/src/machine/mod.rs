//! The printer as a machine: power, receiver, interpreter and mechanism, and what they say.
//!
//! Everything is advanced lazily: each input first lets happen, in order and at their own moments, all things
//! that were due. Facts: printer sources, sections 0, 3 and 4.
//!
//! | file | holds |
//! |---|---|
//! | `receiver`, `line` | the buffer with its watch for real-time commands; the handshake |
//! | `stream`, `answers` | commands in their order: whose turn it is, what they wait for, what the controller does |
//! | `realtime` | commands that are done at once |
//! | `asb`, `counters`, `memory` | automatic status, maintenance counters, lasting memory |
//! | `recovery`, `power` | offline and back, off and back |
//! | `drawer`, `panel` | the cash drawer, the button and the lamps |
//! | `macros` | commands that were recorded, and are carried out again |

mod answers;
mod asb;
mod counters;
mod drawer;
mod line;
mod macros;
mod memory;
mod panel;
mod power;
mod realtime;
mod receiver;
mod recovery;
mod stream;

pub use self::line::FLOW;

use self::asb::Asb;
use self::counters::Counters;
use self::drawer::Drawer;
use self::line::Line;
use self::macros::Macros;
use self::memory::Memory;
use self::panel::Panel;
use self::receiver::Receiver;
use self::recovery::Reload;
use self::stream::{Switches, Waiting};
use crate::compose::Interpreter;
use crate::event::Lamps;
use crate::mechanism::Mechanism;
use crate::status::Sensed;
use crate::{Event, Interface, OfflineReason, Poke, Profile};
use escpos::Parser;
use sim::{Input, Machine, Outbox, Output, Port, Reason, SimTime, Tag};

/// The data port.
pub const DATA: Port = Port(0);
/// The modem lines: a byte out has DTR, ready, in bit 0, whenever that changes; a byte in has DSR in bit 0, the host is
/// ready, and the reset line in bit 1.
pub const LINES: Port = Port(1);
/// Into the printer: bytes that came with a parity or framing error.
pub const GARBLED: Port = Port(2);

/// Answers to `DLE EOT`, `GS r` and `GS e 6`, and automatic status.
const STATUS: Tag = Tag("status");
/// Answers that say that something is done.
const DONE: Tag = Tag("done");

/// A receipt printer.
#[derive(Clone, Debug)]
pub struct Printer {
    profile: &'static Profile,
    /// The model's interface, or the one put in its place; and that in force, as the memory switches say.
    interface: Interface,
    active: Interface,
    plugged: bool,
    power: Power,
    receiver: Receiver,
    line: Line,
    parser: Parser,
    interpreter: Interpreter,
    macros: Macros,
    mechanism: Mechanism,
    switches: Switches,
    asb: Asb,
    memory: Memory,
    counters: Counters,
    drawer: Drawer,
    panel: Panel,
    reload: Reload,
    /// What the next command of the stream waits for.
    waiting: Option<Waiting>,
    self_test: bool,
    offline: Option<OfflineReason>,
    /// Bytes that were handed on to the parser, or forgotten on the way to it.
    handed_on: u64,
    outbox: Outbox<Event>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Power {
    Off,
    Starting {
        until: SimTime,
    },
    On,
    /// Switched off by command: only the plug helps.
    Down,
}

impl Printer {
    /// A printer of this model, switched on and ready, with a full roll.
    #[must_use]
    pub fn new(profile: &'static Profile) -> Self {
        let (interface, identity) = (profile.interface, &profile.identity);
        Self {
            profile,
            interface,
            active: interface,
            plugged: true,
            power: Power::On,
            receiver: Receiver::new(interface, profile.type_face.dialect),
            line: Line::new(interface),
            parser: power::parser(profile),
            interpreter: Interpreter::new(profile),
            macros: Macros::default(),
            mechanism: Mechanism::new(profile),
            switches: Switches::AT_START,
            asb: Asb::new(identity.asb_at_start),
            memory: Memory::new(interface),
            counters: Counters::new(),
            drawer: Drawer::new(profile.drawer),
            panel: Panel::new(),
            reload: Reload::new(identity.recovery_wait),
            waiting: None,
            self_test: false,
            offline: None,
            handed_on: 0,
            outbox: Outbox::default(),
        }
    }

    /// The same printer with another interface than its model's.
    #[must_use]
    pub fn with_interface(mut self, interface: Interface) -> Self {
        self.interface = interface;
        self.active = interface;
        self.memory = Memory::new(interface);
        self.receiver.set(interface);
        self.line = Line::new(interface);
        self
    }

    /// The model.
    #[must_use]
    pub const fn profile(&self) -> &'static Profile {
        self.profile
    }

    /// What the lamps show.
    #[must_use]
    pub const fn lamps(&self) -> Lamps {
        self.panel.lamps()
    }

    /// Whether the printer takes bytes now: up, and not busy.
    #[must_use]
    pub const fn is_ready(&self) -> bool {
        self.line.is_ready()
    }

    /// Whether all that was received is done: nothing waits, nothing moves, and no answer is held up. A command that is
    /// not whole yet counts as done.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        let read = self.receiver.is_empty() && (self.offline.is_none() || self.parser.buffered() == 0);
        read && self.waiting.is_none() && self.mechanism.is_quiet() && !self.mechanism.exit.is_moving()
    }

    /// Bytes of the stream that are behind the printer since the beginning: interpreted, whole commands only, or
    /// forgotten by a clear or a power cut.
    #[must_use]
    pub fn stream_bytes(&self) -> u64 {
        self.handed_on.saturating_sub(self.parser.buffered() as u64)
    }

    /// Bytes that still find room in the receive buffer.
    #[must_use]
    pub fn free_bytes(&self) -> usize {
        self.receiver.free_bytes()
    }

    /// Bytes of memory that it takes, pieces that lie in its mouth not counted.
    #[must_use]
    pub fn footprint_bytes(&self) -> usize {
        size_of::<Self>()
            + self.receiver.footprint_bytes()
            + self.parser.buffered()
            + self.memory.footprint_bytes()
            + self.interpreter.footprint_bytes()
            + self.mechanism.footprint_bytes()
    }

    /// Bytes that came in since the beginning and found room: handed on, forgotten, or still waiting.
    pub(crate) fn received_bytes(&self) -> u64 {
        self.handed_on + self.receiver.waiting_bytes() as u64
    }

    /// Dot lines that the motor has fed since the beginning, to the nearest 30.
    pub(crate) const fn fed_lines(&self) -> u64 {
        self.mechanism.usage().lines_fed * 30
    }

    /// Whether it has power and has started.
    pub(crate) fn is_up(&self) -> bool {
        self.power == Power::On
    }

    /// Whether no command helps any more, and only the plug does.
    pub(crate) fn is_beyond_commands(&self) -> bool {
        !self.is_up() || self.interpreter.is_dumping() || self.mechanism.state().unrecoverable
    }

    /// What it waits for, to be shown.
    pub(crate) fn obstacles(&self) -> impl core::fmt::Debug {
        (self.power, self.offline, self.waiting.clone(), self.mechanism.is_quiet(), self.mechanism.state())
    }

    /// Lets everything happen that is due until `now`.
    fn advance(&mut self, now: SimTime) {
        while let Some((at, _)) = self.wake_at().filter(|(at, _)| *at <= now) {
            self.save_counters(at);
            if self.power == (Power::Starting { until: at }) {
                self.start_up(at);
            }
            let Self { mechanism, outbox, .. } = self;
            mechanism.happen(at, &mut |event| outbox.event(event));
            self.watch_supply(at);
            self.work(at);
        }
        self.save_counters(now);
    }

    /// Saves the counters as often as it is due; without power nothing is saved, and no hour counts.
    fn save_counters(&mut self, now: SimTime) {
        if matches!(self.power, Power::On | Power::Down) {
            self.counters.pass(now, &mut self.mechanism);
        }
    }

    fn receive(&mut self, now: SimTime, bytes: &[u8]) {
        let (mut lost, mut rest) = (0, bytes);
        while let Some((byte, behind)) = rest.split_first() {
            if self.power != Power::On {
                lost += rest.len() as u32;
                break;
            }
            let taken = self.receiver.receive_many(rest);
            if taken > 0 {
                rest = rest.get(taken..).unwrap_or_default();
                continue;
            }
            rest = behind;
            let (room, realtime) = self.receiver.receive(*byte);
            lost += u32::from(!room);
            if let Some(realtime) = realtime {
                self.execute_realtime(now, realtime);
            }
        }
        if lost > 0 {
            self.outbox.event(Event::BytesLost { count: lost });
        }
        self.work(now);
    }

    /// Bytes that came with an error: each is dropped, or something stands for it.
    fn receive_garbled(&mut self, now: SimTime, bytes: &[u8]) {
        if let Some(byte) = self.receiver.stand_in() {
            self.receive(now, &vec![byte; bytes.len()]);
        }
    }

    /// The host's lines have changed.
    fn hear(&mut self, now: SimTime, levels: &[u8]) {
        for level in levels {
            if self.line.hear(*level) {
                self.restart(now);
            }
        }
        self.work(now);
        self.line.flush(&mut self.outbox);
    }

    fn sensed(&self) -> Sensed {
        let state = self.mechanism.state();
        Sensed {
            offline: self.offline.is_some(),
            drawer_high: self.drawer.is_high(),
            feed_pressed: self.panel.pressed,
            feeding_by_button: self.offline == Some(OfflineReason::FeedButton),
            waiting_recovery: self.reload.until.is_some(),
            paper_stop: self.stops_for_paper(&state),
            spooling: !self.mechanism.is_quiet(),
            mechanism: state,
        }
    }

    /// Says what has changed: automatic status, lamps, busy or not.
    fn note(&mut self) {
        let sensed = self.sensed();
        self.tell(&sensed);
        let little_paper = sensed.mechanism.near_end || sensed.mechanism.paper_end;
        if let Some(lamps) = self.panel.show(panel::lamps(self.offline, little_paper)) {
            self.outbox.event(Event::LampsChanged { lamps });
        }
        let down = self.power == Power::Down || self.self_test || self.is_writing();
        let offline = self.offline.is_some() && self.active.busy_when_offline;
        self.line.note(self.receiver.is_full() || offline || down, &mut self.outbox);
    }

    /// Sends automatic status, if it is due.
    fn tell(&mut self, sensed: &Sensed) {
        if self.is_writing() {
            return;
        }
        let automatic = sensed.automatic(&self.profile.identity);
        if self.asb.note(automatic) {
            self.outbox.send(DATA, STATUS, &automatic);
        }
        if self.asb.note_full(sensed.full()) {
            self.outbox.send(DATA, STATUS, &sensed.full());
        }
    }

    /// Lasting memory is being written.
    const fn is_writing(&self) -> bool {
        matches!(self.waiting, Some(Waiting::Memory { .. }))
    }

    fn poke(&mut self, now: SimTime, poke: Poke) {
        self.mechanism.catch_up(now);
        match poke {
            Poke::PowerOff => self.unplug(),
            Poke::PowerOn => self.plugged = true,
            Poke::PressFeed => self.press_feed(now),
            Poke::ReleaseFeed => (self.panel.pressed, self.panel.feeding) = (false, false),
            Poke::CloseDrawer => self.drawer.close(),
            Poke::DrawerCable { plugged } => self.drawer.plug(plugged),
            other => self.touch(now, other),
        }
        self.mechanism.replan();
        self.watch_supply(now);
        self.work(now);
    }

    fn touch(&mut self, now: SimTime, poke: Poke) {
        let Self { mechanism, outbox, .. } = self;
        mechanism.touch(poke, &mut |event| outbox.event(event));
        let closes = matches!(poke, Poke::CloseCover | Poke::LoadPaper | Poke::LoadRoll(_));
        if closes && self.profile.identity.cover_recovers {
            self.recover(now);
        }
    }
}

/// The earlier of two moments; the first if they are one.
fn earlier(one: Option<(SimTime, Reason)>, other: Option<(SimTime, Reason)>) -> Option<(SimTime, Reason)> {
    match (one, other) {
        (Some((at, _)), Some((other_at, _))) if other_at < at => other,
        (None, other) => other,
        _ => one,
    }
}

impl Machine for Printer {
    type Poke = Poke;
    type Event = Event;

    fn handle(&mut self, now: SimTime, input: Input<'_, Poke>) {
        self.advance(now);
        match input {
            Input::Received { port: DATA, bytes } => self.receive(now, bytes),
            Input::Received { port: LINES, bytes } => self.hear(now, bytes),
            Input::Received { port: GARBLED, bytes } => self.receive_garbled(now, bytes),
            Input::Poke(poke) => self.poke(now, poke),
            Input::Received { .. } | Input::Refused { .. } | Input::Wake => {}
        }
    }

    fn poll(&mut self) -> Option<Output<'_, Event>> {
        self.outbox.poll()
    }

    fn wake_at(&self) -> Option<(SimTime, Reason)> {
        match self.power {
            Power::Off | Power::Down => None,
            Power::Starting { until } => Some((until, Reason("started up"))),
            Power::On => {
                let reload = self.reload.ends_at().map(|until| (until, Reason("paper in order")));
                earlier(earlier(self.mechanism.due(), self.wait_ends_at()), reload)
            }
        }
    }
}
