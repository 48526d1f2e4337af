//! Commands of the stream that concern the controller and not the paper: questions, settings, memory, drawer.
//!
//! They are done when their turn comes, never while the printer is offline. Facts: printer sources, sections 2.1, 2.5,
//! 3.2 to 3.5 and 8. *Not modelled:* ink and extended automatic status.

use super::drawer::Pulse;
use super::memory::{Kept, Memory, write_time};
use super::realtime::Enabled;
use super::{DATA, Printer, STATUS, Switches, Waiting};
use crate::compose::Answer;
use crate::{Event, Family};
use core::time::Duration;
use escpos::{Command, Presenter, StatusKind, status};
use sim::SimTime;

/// Answers of more than one byte that say what the printer is or has.
const INFO: sim::Tag = sim::Tag("info");
/// Answers with one byte have these bits clear.
const ONE_BYTE: u8 = 0x6F;
/// First byte of `GS I 33`: the kind of printer.
const KIND: u8 = 0x40;
/// Block id of "settings can be changed now".
const SETTINGS_OPEN: u8 = 0x20;
/// `ESC c 4`: the bits of the near-end sensors.
const NEAR_END_SENSORS: u8 = 0x03;
/// What a process id may be made of, so that no answer has its end inside.
const PRINTABLE: core::ops::RangeInclusive<u8> = 0x20..=0x7E;
/// How the commands of a counter begin, and what is written to set it back.
const COUNTER: [u8; 2] = *b"\x1Dg";
const COUNTER_BYTES: u32 = 4;

/// One of these commands; what concerns lasting memory is done already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Request {
    Info(u8),
    Asb(u8),
    AutoFull(bool),
    OfflineResponse(u8),
    Counter { number: u16, reset: bool },
    RecoveryWait { t1: u8, t2: u8 },
    Realtime(Enabled),
    Settings { open: bool },
    Memory(Kept, [u8; 2]),
    Drawer(Pulse),
    Peripheral(u8),
    StopSensors(u8),
    Buttons(bool),
    Reset,
}

impl Request {
    /// The request in a command; `None` for what is the interpreter's.
    pub(super) fn of(command: &Command<'_>, switches: &Switches, memory: &mut Memory) -> Option<Self> {
        Some(match *command {
            Command::Text(_) | Command::LineFeed | Command::Raster { .. } => return None,
            Command::PrinterId(n) => Self::Info(n),
            Command::Asb(items) => Self::Asb(items),
            Command::OfflineResponse(n) => Self::OfflineResponse(n),
            Command::CounterRequest(number) => Self::Counter { number, reset: false },
            Command::CounterReset(number) => Self::Counter { number, reset: true },
            Command::RecoveryWait { t1, t2 } => Self::RecoveryWait { t1, t2 },
            Command::RealtimeEnable { pairs } => Self::Realtime(switches.realtime.with(pairs)),
            Command::UserSettings { function: 1, parameters: b"IN" } => Self::Settings { open: true },
            Command::UserSettings { function: 2, parameters: b"OUT" } if switches.setting_mode => {
                Self::Settings { open: false }
            }
            Command::UserSettings { function, parameters } => {
                Self::Memory(memory.setting(switches.setting_mode, function, parameters), *b"\x1D(")
            }
            Command::UserRecord(ref function) => Self::Memory(memory.record(function), *b"\x1D("),
            Command::UserMemoryWrite { address, data } => {
                Self::Memory(memory.write(address, data), *b"\x1Cg")
            }
            Command::UserMemoryRead { address, len } => Self::Memory(memory.read(address, len), *b"\x1Cg"),
            Command::Drawer { pin, on_2ms, off_2ms } => Self::Drawer(Pulse::queued(pin, on_2ms, off_2ms)),
            Command::SelectPeripheral(n) => Self::Peripheral(n),
            Command::StopSensors(n) => Self::StopSensors(n),
            Command::PanelButtons(on) => Self::Buttons(on),
            Command::Presenter(Presenter::AutoFull(on)) => Self::AutoFull(on),
            Command::Presenter(Presenter::HardReset(_)) => Self::Reset,
            _ => return None,
        })
    }
}

impl Printer {
    /// Answers what the interpreter was asked.
    pub(super) fn answer(&mut self, now: SimTime, answer: Answer) {
        match answer {
            Answer::Status(StatusKind::Paper) => self.reply(STATUS, vec![self.sensed().queued_paper()]),
            Answer::Status(StatusKind::Drawer) => self.reply(STATUS, vec![self.sensed().queued_drawer()]),
            Answer::Status(StatusKind::Ink) => {}
            Answer::Ejector if self.profile.identity.family == Family::Custom => {
                self.reply(STATUS, vec![self.sensed().ejector()]);
            }
            Answer::Ejector => self.outbox.event(Event::CommandIgnored { code: *b"\x1De" }),
            Answer::ProcessId(id) if id.iter().all(|byte| PRINTABLE.contains(byte)) => {
                self.waiting = Some(Waiting::Printed(id));
            }
            Answer::ProcessId(_) => self.outbox.event(Event::CommandIgnored { code: *b"\x1D(" }),
            Answer::Bytes(tag, bytes) => self.reply(tag, bytes),
            Answer::WriteMemory(bytes) => self.write_memory(now, bytes),
            Answer::Ignored(code) => self.outbox.event(Event::CommandIgnored { code }),
        }
    }

    /// Sends an answer in the stream; the next command waits until the host takes it.
    fn reply(&mut self, tag: sim::Tag, bytes: Vec<u8>) {
        if self.line.may_answer() {
            self.outbox.send(DATA, tag, &bytes);
        } else {
            self.waiting = Some(Waiting::Host { tag, bytes });
        }
    }

    fn write_memory(&mut self, now: SimTime, bytes: u32) {
        self.waiting = Some(Waiting::Memory { until: now + write_time(bytes) });
    }

    /// `GS I n`.
    fn inform(&mut self, n: u8) {
        let identity = &self.profile.identity;
        let number = if n.is_ascii_digit() { n - b'0' } else { n };
        let more = || identity.more.iter().find(|(known, _)| *known == n).map(|(_, text)| *text);
        let one = |byte: u8| Some(vec![byte & ONE_BYTE]);
        let info_b = |text: &str| Some(block(&[status::INFO_B_HEADER], text.as_bytes()));
        let reply = match number {
            1 => one(identity.model_id),
            2 => one(self.parts()),
            3 => one(identity.rom_version),
            33 => Some(block(&[status::INFO_A_HEADER, n], &[KIND | self.parts()])),
            35 | 36 | 96 | 110 => more().map(|text| block(&[status::INFO_A_HEADER, n], text.as_bytes())),
            65 => info_b(identity.firmware),
            66 => info_b(identity.maker),
            67 => info_b(identity.model),
            68 => info_b(identity.serial_number),
            69 if !identity.font_language.is_empty() => info_b(identity.font_language),
            _ => more().and_then(info_b),
        };
        match reply {
            Some(bytes) => self.reply(INFO, bytes),
            None => self.outbox.event(Event::CommandIgnored { code: *b"\x1DI" }),
        }
    }

    /// What the printer has: bit 0 multibyte characters, bit 1 a cutter. There is no display.
    fn parts(&self) -> u8 {
        let multibyte = !self.profile.identity.font_language.is_empty();
        u8::from(multibyte) | u8::from(self.profile.cutter.is_some()) << 1
    }

    /// Does what a command of this kind asks for.
    pub(super) fn serve(&mut self, now: SimTime, request: Request) {
        let custom = self.profile.identity.family == Family::Custom;
        match request {
            Request::Info(n) => self.inform(n),
            Request::Asb(items) => {
                self.asb.enable(items);
                self.tell(&self.sensed());
            }
            Request::AutoFull(on) if custom => {
                self.asb.enable_full(on);
                self.tell(&self.sensed());
            }
            Request::OfflineResponse(kind) => self.switches.offline_response = kind,
            Request::Counter { number, reset: false } => self.tell_counter(now, number),
            Request::Counter { number, reset: true } => self.reset_counter(now, number),
            Request::RecoveryWait { t1, t2 } => self.reload.wait = recovery_wait(t1, t2),
            Request::Realtime(enabled) => self.switches.realtime = enabled,
            Request::Settings { open: true } => {
                self.switches.setting_mode = true;
                self.reply(INFO, vec![status::BLOCK_HEADER, SETTINGS_OPEN, 0]);
            }
            Request::Settings { open: false } => self.restart(now),
            Request::Memory(kept, code) => self.keep(now, kept, code),
            Request::Drawer(pulse) if self.drawer.busy_until(now).is_some() => {
                self.waiting = Some(Waiting::Drawer(pulse));
            }
            Request::Drawer(pulse) => self.drive(now, pulse),
            Request::Peripheral(n) => self.switches.peripheral = n,
            Request::StopSensors(n) => self.switches.stops_near_end = n & NEAR_END_SENSORS != 0,
            Request::Buttons(on) => self.panel.enabled = on,
            Request::Reset if custom => self.restart(now),
            Request::AutoFull(_) | Request::Reset => {}
        }
    }

    /// What lasting memory says of a command.
    fn keep(&mut self, now: SimTime, kept: Kept, code: [u8; 2]) {
        match kept {
            Kept::Unknown => self.outbox.event(Event::CommandIgnored { code }),
            Kept::Written(bytes) => self.write_memory(now, bytes),
            Kept::Answer(bytes) => self.reply(INFO, bytes),
        }
    }

    /// `GS g 2`.
    fn tell_counter(&mut self, now: SimTime, number: u16) {
        match self.counters.value(number, now, &self.mechanism) {
            Some(value) => {
                self.reply(INFO, block(&[status::INFO_B_HEADER], value.to_string().as_bytes()));
            }
            None => self.outbox.event(Event::CommandIgnored { code: COUNTER }),
        }
    }

    /// `GS g 0`.
    fn reset_counter(&mut self, now: SimTime, number: u16) {
        if self.counters.reset(number, now, &self.mechanism) {
            self.write_memory(now, COUNTER_BYTES);
        } else {
            self.outbox.event(Event::CommandIgnored { code: COUNTER });
        }
    }
}

/// `GS z 0`: the times to load paper and to look at it, in units of 500 ms; 255 waits until somebody presses FEED.
/// That these two are what the times mean, and that they add up, is an assumption.
fn recovery_wait(t1: u8, t2: u8) -> Duration {
    match t2 {
        u8::MAX => Duration::MAX,
        _ => Duration::from_millis(500) * (u32::from(t1) + u32::from(t2)),
    }
}

/// A block: its head, its text, NUL.
fn block(head: &[u8], text: &[u8]) -> Vec<u8> {
    [head, text, &[0]].concat()
}
