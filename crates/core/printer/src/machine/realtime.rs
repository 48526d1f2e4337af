//! Real-time commands: done when their last byte is received, whatever the state of the printer.
//!
//! Facts: printer sources, sections 0, 3.1 and 4. `DLE ENQ` 0 is the FEED button while the printer waits for somebody,
//! and nothing else; 1 and 2 do nothing without a recoverable error. A pulse is not driven in an error or while another
//! one lasts. *Not modelled:* that real-time commands are ignored while a block is sent.

use super::drawer::{Driven, Pulse};
use super::{DATA, DONE, Power, Printer, STATUS, Waiting};
use crate::{Event, Family};
use escpos::{Realtime, status};
use sim::SimTime;

/// The functions of `DLE DC4` that `GS ( D` switches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Enabled {
    pub(super) pulse: bool,
    pub(super) power_off: bool,
}

impl Enabled {
    /// After power-on.
    pub(super) const AT_START: Self = Self { pulse: true, power_off: false };

    /// With these pairs of `GS ( D`: a function, and whether it is on.
    pub(super) fn with(mut self, pairs: &[u8]) -> Self {
        for pair in pairs.chunks_exact(2) {
            match *pair {
                [1, on] => self.pulse = on & 1 != 0,
                [2, on] => self.power_off = on & 1 != 0,
                _ => {}
            }
        }
        self
    }
}

impl Printer {
    pub(super) fn execute_realtime(&mut self, now: SimTime, command: Realtime) {
        match command {
            Realtime::Status { n, a } => self.answer_status(n, a),
            Realtime::Request(0) => {
                self.confirm();
            }
            Realtime::Request(1) => self.recover(now),
            Realtime::Request(2) if self.is_recoverable() => {
                self.clear(now);
                self.recover(now);
            }
            Realtime::Pulse { pin, time_100ms } if self.switches.realtime.pulse => {
                if !self.sensed().has_error() && self.drawer.busy_until(now).is_none() {
                    self.drive(now, Pulse::realtime(pin, time_100ms));
                }
            }
            Realtime::PowerOff if self.switches.realtime.power_off => self.power_down(now),
            Realtime::Transmit(kind) => self.transmit(kind),
            Realtime::Clear => {
                self.clear(now);
                self.recover(now);
                self.line.answer_cleared(&mut self.outbox);
            }
            Realtime::Buzzer(_)
            | Realtime::Extra(_)
            | Realtime::Request(_)
            | Realtime::Pulse { .. }
            | Realtime::PowerOff => {}
        }
    }

    fn answer_status(&mut self, n: u8, a: Option<u8>) {
        let identity = &self.profile.identity;
        if n == 20 && identity.family == Family::Custom {
            let full = self.sensed().full();
            self.outbox.send(DATA, STATUS, &full);
        } else if let Some(byte) = self.sensed().realtime(identity, n, a) {
            self.outbox.send(DATA, STATUS, &[byte]);
        }
    }

    /// `DLE DC4 7`: 1 is the automatic status, 4 the offline response with its causes.
    fn transmit(&mut self, kind: u8) {
        let sensed = self.sensed();
        match kind {
            1 => self.outbox.send(DATA, STATUS, &sensed.automatic(&self.profile.identity)),
            4 if sensed.offline => self.outbox.send(DATA, STATUS, &sensed.offline_block(true)),
            _ => {}
        }
    }

    /// Somebody says go on, at the panel or from afar. `false` if nobody was waited for.
    pub(super) fn confirm(&mut self) -> bool {
        if self.waiting == Some(Waiting::Feed) {
            self.waiting = None;
            return true;
        }
        self.reload.confirm()
    }

    /// Drives the drawer.
    pub(super) fn drive(&mut self, now: SimTime, pulse: Pulse) {
        let pin = pulse.pin;
        match self.drawer.drive(now, pulse) {
            Driven::Nothing => {}
            Driven::Refused => self.outbox.event(Event::PulseRefused { pin }),
            Driven::Pulsed { opened } => {
                self.outbox.event(Event::Pulse { pin });
                if opened {
                    self.outbox.event(Event::DrawerOpened { pin });
                }
            }
        }
    }

    /// `DLE DC4 2`: saves, says so, and is busy until the supply is switched.
    fn power_down(&mut self, now: SimTime) {
        self.clear(now);
        self.counters.save(now, &self.mechanism);
        self.outbox.send(DATA, DONE, &status::POWER_OFF_NOTICE);
        self.power = Power::Down;
        self.note_online(now);
        self.note();
    }
}
