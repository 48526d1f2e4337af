//! The stream in its order: commands one after the other, and what the next one waits for.
//!
//! The interpreter stands still while the printer is offline, while an answer waits for the host, and while the
//! mechanism has enough to do. What a command began is finished offline too. Facts: printer sources, sections 0, 2.5
//! and 4. *Not modelled:* process ids that overtake what comes after them; the stream waits for each.

use super::answers::Request;
use super::drawer::Pulse;
use super::macros::{MacroStep, Pause};
use super::realtime::Enabled;
use super::{DATA, DONE, Power, Printer};
use crate::OfflineReason;
use crate::mechanism::Order;
use escpos::{Command, status};
use sim::{Reason, SimTime, Tag};

/// What the next command of the stream waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Waiting {
    /// Everything before this process id is on paper.
    Printed([u8; 4]),
    /// FEED is pressed.
    Feed,
    /// The host is ready for this answer.
    Host { tag: Tag, bytes: Vec<u8> },
    /// Lasting memory is written.
    Memory { until: SimTime },
    /// The pulse before this one is over.
    Drawer(Pulse),
    /// The macro's own wait is over.
    Pause { until: SimTime },
}

/// What commands have set until the power goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Switches {
    /// `ESC =`: bit 0 the printer, bit 1 the display.
    pub(super) peripheral: u8,
    /// `ESC c 4`.
    pub(super) stops_near_end: bool,
    /// `GS ( D`.
    pub(super) realtime: Enabled,
    /// `GS ( H` function 49: 0 no, 1 short, 2 long.
    pub(super) offline_response: u8,
    /// `GS ( E`: settings can be changed.
    pub(super) setting_mode: bool,
}

impl Switches {
    pub(super) const AT_START: Self = Self {
        peripheral: 1,
        stops_near_end: false,
        realtime: Enabled::AT_START,
        offline_response: 0,
        setting_mode: false,
    };

    /// `ESC @`: a display that was selected together with the printer no longer is.
    pub(super) const fn initialize(&mut self) {
        self.stops_near_end = false;
        if self.peripheral & 1 != 0 {
            self.peripheral = 1;
        }
    }
}

impl Printer {
    /// Works on until something has to be waited for.
    pub(super) fn work(&mut self, now: SimTime) {
        if self.power != Power::On {
            return;
        }
        loop {
            self.note_online(now);
            self.move_on(now);
            self.end_wait(now);
            let stopped = self.offline.is_some() && !self.self_test;
            if stopped || self.waiting.is_some() || !self.mechanism.has_room() || !self.take_command(now) {
                break;
            }
            if self.power != Power::On {
                return;
            }
        }
        self.note();
    }

    /// Begins what is ordered, unless the printer waits for somebody to look at new paper; feeds while FEED is held.
    fn move_on(&mut self, now: SimTime) {
        if self.reload.until.is_some() {
            return;
        }
        if self.offline == Some(OfflineReason::FeedButton) && self.mechanism.is_quiet() {
            let lines = u32::from(self.profile.type_face.line_spacing_dots);
            self.mechanism.order(Order::Feed { lines });
        }
        // What may not move begins nothing, so that nothing is new to be noted either.
        if self.mechanism.may_move() {
            let Self { mechanism, outbox, .. } = self;
            mechanism.proceed(now, &mut |event| outbox.event(event));
            self.note_online(now);
        }
    }

    /// Ends the wait of the stream, if what it waits for has come.
    fn end_wait(&mut self, now: SimTime) {
        match self.waiting.take() {
            Some(Waiting::Printed(id)) if self.mechanism.is_quiet() && self.line.may_answer() => {
                self.outbox.send(DATA, DONE, &status::process_id_reply(id));
            }
            Some(Waiting::Host { tag, bytes }) if self.line.may_answer() => {
                self.outbox.send(DATA, tag, &bytes);
            }
            Some(Waiting::Memory { until } | Waiting::Pause { until }) if until <= now => {}
            Some(Waiting::Drawer(pulse)) if self.drawer.busy_until(now).is_none() => self.drive(now, pulse),
            waiting => self.waiting = waiting,
        }
    }

    /// Takes one command, or more bytes; `false` if there is nothing to do yet.
    fn take_command(&mut self, now: SimTime) -> bool {
        if let Some(pause) = self.macros.pause() {
            self.waiting = Some(match pause {
                Pause::Time(time) => Waiting::Pause { until: now + time },
                Pause::Feed => Waiting::Feed,
            });
            return true;
        }
        if self.interpreter.is_dumping() {
            return self.dump();
        }
        let held = self.parser.buffered();
        // By reference: a command moved out of its option is copied in words wider than those it was written in.
        let next = self.macros.source(&mut self.parser).next();
        let Some(command) = &next else {
            return self.macros.end_round() || self.type_byte() || self.take_bytes();
        };
        if self.switches.peripheral & 1 == 0
            && !matches!(command, Command::SelectPeripheral(_) | Command::Initialize)
        {
            return true;
        }
        if *command == Command::Initialize {
            self.switches.initialize();
            self.panel.enabled = true;
        }
        if let Some(step) = MacroStep::of(command) {
            self.macros.take(step, &self.parser);
            return true;
        }
        if let Some(request) = Request::of(command, &self.switches, &mut self.memory) {
            self.serve(now, request);
        } else if let Some(answer) = self.interpreter.execute(command, &mut self.mechanism) {
            self.answer(now, answer);
        }
        if self.macros.is_recording() {
            self.macros.record(self.parser.taken(held.saturating_sub(self.parser.buffered())));
        }
        self.mechanism.note_taken(self.stream_bytes());
        true
    }

    /// Puts a byte that waits alone on the line that is begun, if nobody but the interpreter has to know of it.
    fn type_byte(&mut self) -> bool {
        let plain = self.switches.peripheral & 1 != 0 && !self.macros.is_recording() && !self.self_test;
        let typed = plain && self.interpreter.types(self.receiver.lone_byte(), &self.parser);
        if typed {
            self.receiver.drop_byte();
            self.handed_on += 1;
            self.mechanism.note_taken(self.stream_bytes());
        }
        typed
    }

    /// Prints what comes as hexadecimal numbers, and does nothing of it.
    fn dump(&mut self) -> bool {
        let held = self.parser.buffered();
        if self.parser.next().is_none() {
            return self.take_bytes();
        }
        let bytes = self.parser.taken(held - self.parser.buffered());
        self.interpreter.dump(bytes, &mut self.mechanism);
        self.mechanism.note_taken(self.stream_bytes());
        true
    }

    /// Hands bytes on to the parser; a self-test has to be printed first.
    fn take_bytes(&mut self) -> bool {
        if self.self_test {
            self.self_test = !self.mechanism.is_quiet();
            return !self.self_test;
        }
        let before = self.handed_on;
        loop {
            let count = self.receiver.hand_on(&mut self.parser);
            self.handed_on += count as u64;
            // A long command takes all that it needs.
            if count == 0 || self.parser.lacking() == 0 {
                return self.handed_on > before;
            }
        }
    }

    /// When the wait of the stream ends by itself, and why.
    pub(super) fn wait_ends_at(&self) -> Option<(SimTime, Reason)> {
        match self.waiting {
            Some(Waiting::Memory { until }) => Some((until, Reason("memory written"))),
            Some(Waiting::Pause { until }) => Some((until, Reason("macro"))),
            Some(Waiting::Drawer(_)) => Some((self.drawer.paused_until(), Reason("drawer pulse over"))),
            _ => None,
        }
    }
}
