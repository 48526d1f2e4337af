//! The printer as a machine: power, receiver, interpreter and mechanism, and what they say.
//!
//! Everything is advanced lazily: each input first lets happen, in order and at their own moments, all things
//! that were due. Facts: status and serial research, sections 3, 4 and 4.1. *Not modelled yet:* DTR, the panel
//! button, recovery by `DLE ENQ`, automatic status.

use crate::compose::{Answer, Interpreter};
use crate::mechanism::Mechanism;
use crate::receiver::Receiver;
use crate::status::Sensed;
use crate::{Event, OfflineReason, Poke, Profile};
use escpos::{Parser, Realtime, StatusKind, status};
use sim::{Input, Machine, Outbox, Output, Port, Reason, SimTime, Tag};

/// The data port.
pub const DATA: Port = Port(0);

/// XON and XOFF.
pub const FLOW: Tag = Tag("flow");
/// Answers to `DLE EOT`, `GS r` and `GS e 6`.
const STATUS: Tag = Tag("status");
/// Answers that say that something is done.
const DONE: Tag = Tag("done");

/// An image is printed in slices of at most this many bytes: 24 rows of a whole line.
const SLICE_BYTES: usize = 24 * 72;

/// A receipt printer.
#[derive(Clone, Debug)]
pub struct Printer {
    profile: &'static Profile,
    power: Power,
    receiver: Receiver,
    parser: Parser,
    interpreter: Interpreter,
    mechanism: Mechanism,
    /// A process id that waits until everything before it is on paper.
    awaited: Option<[u8; 4]>,
    offline: Option<OfflineReason>,
    /// The last thing that was said about taking bytes.
    busy: bool,
    /// Bytes that were handed on to the parser, or forgotten on the way to it: an offset into all that came.
    handed_on: u64,
    outbox: Outbox<Event>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Power {
    Off,
    Starting { until: SimTime },
    On,
}

impl Printer {
    /// A printer of this model, switched on and ready, with a full roll.
    #[must_use]
    pub fn new(profile: &'static Profile) -> Self {
        Self {
            profile,
            power: Power::On,
            receiver: Receiver::new(profile),
            parser: Parser::new().with_multibyte(profile.type_face.multibyte).with_slice_max(SLICE_BYTES),
            interpreter: Interpreter::new(profile),
            mechanism: Mechanism::new(profile),
            awaited: None,
            offline: None,
            busy: false,
            handed_on: 0,
            outbox: Outbox::default(),
        }
    }

    /// The model.
    #[must_use]
    pub const fn profile(&self) -> &'static Profile {
        self.profile
    }

    /// True when nothing is left to do: all bytes that came are carried out, and nothing moves. An unfinished command
    /// may wait for its rest.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.awaited.is_none()
            && self.receiver.waiting_bytes() == 0
            && self.mechanism.is_quiet()
            && (self.parser.buffered() == 0 || self.parser.clone().next().is_none())
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
            + self.mechanism.footprint_bytes()
    }

    /// Lets everything happen that is due until `now`.
    fn advance(&mut self, now: SimTime) {
        while let Some((at, _)) = self.wake_at().filter(|(at, _)| *at <= now) {
            if self.power == (Power::Starting { until: at }) {
                self.start_up(at);
            }
            let Self { mechanism, outbox, .. } = self;
            mechanism.happen(at, &mut |event| outbox.event(event));
            self.work(at);
        }
    }

    /// Works on until something has to be waited for.
    fn work(&mut self, now: SimTime) {
        loop {
            let Self { mechanism, outbox, .. } = self;
            mechanism.proceed(now, &mut |event| outbox.event(event));
            self.note_online();
            if self.offline.is_some() || !self.mechanism.has_room() || !self.take_command() {
                break;
            }
        }
        self.note_flow();
    }

    /// Takes one command, or gives an answer that is due; `false` if there is nothing to do yet.
    fn take_command(&mut self) -> bool {
        if let Some(id) = self.awaited {
            if self.mechanism.is_quiet() {
                self.awaited = None;
                self.outbox.send(DATA, DONE, &status::process_id_reply(id));
            }
            return self.awaited.is_none();
        }
        let Some(command) = self.parser.next() else {
            let count = self.receiver.hand_on(&mut self.parser);
            self.handed_on += count as u64;
            return count > 0;
        };
        if let Some(answer) = self.interpreter.execute(&command, &mut self.mechanism) {
            self.answer(answer);
        }
        self.mechanism.note_taken(self.handed_on - self.parser.buffered() as u64);
        true
    }

    fn answer(&mut self, answer: Answer) {
        let sensed = self.sensed();
        match answer {
            Answer::Status(StatusKind::Paper) => self.outbox.send(DATA, STATUS, &[sensed.queued_paper()]),
            Answer::Status(StatusKind::Drawer) => self.outbox.send(DATA, STATUS, &[sensed.queued_drawer()]),
            Answer::Status(StatusKind::Ink) => {}
            Answer::Ejector => self.outbox.send(DATA, STATUS, &[sensed.ejector()]),
            Answer::ProcessId(id) => self.awaited = Some(id),
            Answer::Ignored(code) => self.outbox.event(Event::CommandIgnored { code }),
        }
    }

    fn receive(&mut self, now: SimTime, bytes: &[u8]) {
        let mut lost = 0;
        for byte in bytes {
            if self.power != Power::On {
                lost += 1;
                continue;
            }
            let (room, realtime) = self.receiver.receive(*byte);
            lost += u32::from(!room);
            if let Some(realtime) = realtime {
                self.execute_realtime(now, realtime);
            }
        }
        if lost > 0 {
            self.outbox.event(Event::BytesLost { count: lost });
        }
        if self.power == Power::On {
            self.work(now);
        }
    }

    fn execute_realtime(&mut self, now: SimTime, command: Realtime) {
        match command {
            Realtime::Status { n, .. } => {
                if let Some(byte) = self.sensed().realtime(n) {
                    self.outbox.send(DATA, STATUS, &[byte]);
                }
            }
            Realtime::Clear => {
                self.handed_on += self.receiver.waiting_bytes();
                self.receiver.clear();
                self.parser.reset();
                self.interpreter.clear_line();
                self.mechanism.catch_up(now);
                self.mechanism.forget_orders();
                self.awaited = None;
                self.outbox.send(DATA, DONE, &status::CLEARED);
            }
            _ => {}
        }
    }

    fn sensed(&self) -> Sensed {
        Sensed {
            offline: self.offline.is_some(),
            drawer_high: self.profile.drawer_pin_high,
            mechanism: self.mechanism.state(),
        }
    }

    const fn offline_reason(&self) -> Option<OfflineReason> {
        if !matches!(self.power, Power::On) {
            Some(OfflineReason::Starting)
        } else if self.mechanism.is_cover_open() {
            Some(OfflineReason::CoverOpen)
        } else if self.mechanism.has_stopped_on_paper_end() {
            Some(OfflineReason::PaperEnd)
        } else if self.mechanism.is_hot() {
            Some(OfflineReason::HeadHot)
        } else {
            None
        }
    }

    fn note_online(&mut self) {
        let reason = self.offline_reason();
        match (self.offline, reason) {
            (None | Some(OfflineReason::Starting), Some(cause)) if self.offline != reason => {
                self.outbox.event(Event::Offline { cause });
            }
            (Some(_), None) => self.outbox.event(Event::Online),
            _ => {}
        }
        self.offline = reason;
    }

    /// Says XOFF and XON when it begins and ends to be busy.
    fn note_flow(&mut self) {
        let offline = self.offline.is_some() && self.profile.busy_when_offline;
        let busy = self.receiver.is_full() || offline;
        if self.power == Power::On && busy != self.busy {
            self.busy = busy;
            self.outbox.send(DATA, FLOW, &[if busy { status::XOFF } else { status::XON }]);
        }
    }

    fn start_up(&mut self, now: SimTime) {
        self.power = Power::On;
        self.outbox.event(Event::Ready);
        let Self { mechanism, outbox, .. } = self;
        mechanism.wake_up(now, &mut |event| outbox.event(event));
    }

    fn switch_off(&mut self) {
        if self.power == Power::Off {
            return;
        }
        self.power = Power::Off;
        self.offline = Some(OfflineReason::Starting);
        self.busy = true;
        self.awaited = None;
        self.handed_on += self.receiver.waiting_bytes();
        self.receiver.lose_power();
        self.parser =
            Parser::new().with_multibyte(self.profile.type_face.multibyte).with_slice_max(SLICE_BYTES);
        self.interpreter.lose_power();
        self.mechanism.lose_power();
        self.outbox.lose_sends();
        self.outbox.event(Event::PowerLost);
    }

    fn switch_on(&mut self, now: SimTime) {
        if self.power == Power::Off {
            self.power = Power::Starting { until: now + self.profile.boot_time };
        }
    }

    fn poke(&mut self, now: SimTime, poke: Poke) {
        self.mechanism.catch_up(now);
        match poke {
            Poke::PowerOff => self.switch_off(),
            Poke::PowerOn => self.switch_on(now),
            other => {
                let Self { mechanism, outbox, .. } = self;
                mechanism.touch(other, &mut |event| outbox.event(event));
            }
        }
        self.mechanism.replan();
        if self.power == Power::On {
            self.work(now);
        }
    }
}

impl Machine for Printer {
    type Poke = Poke;
    type Event = Event;

    fn handle(&mut self, now: SimTime, input: Input<'_, Poke>) {
        self.advance(now);
        match input {
            Input::Received { port: DATA, bytes } => self.receive(now, bytes),
            Input::Poke(poke) => self.poke(now, poke),
            Input::Received { .. } | Input::Refused { .. } | Input::Wake => {}
        }
    }

    fn poll(&mut self) -> Option<Output<'_, Event>> {
        self.outbox.poll()
    }

    fn wake_at(&self) -> Option<(SimTime, Reason)> {
        match self.power {
            Power::Off => None,
            Power::Starting { until } => Some((until, Reason("started up"))),
            Power::On => self.mechanism.due(),
        }
    }
}
