//! Lasting memory: the user's own bytes and records, memory switches and other settings.
//!
//! Facts: printer sources, sections 2.5, 3.5 and 4.1; the shapes of the `37h` replies follow the common command
//! reference. Memory switch 1 acts: power-on notice, small buffer, busy only when full, garbled bytes dropped; from the
//! next start on. All others, customised values and serial settings are kept and told, and change nothing.
//! *Not modelled:* wear of the memory; replies longer than one block, which a host would have to acknowledge.

use crate::{Garbled, Interface, ReceiveBuffer};
use core::time::Duration;
use escpos::UserRecord;

/// The user's memory, in bytes; records share it.
const USER_BYTES: usize = 1024;
/// Memory switches have these numbers, and eight bits each.
const SWITCHES: usize = 8;
/// Most settings of one kind that are kept, and the longest serial setting.
const SETTINGS_MAX: usize = 32;
const SERIAL_LEN_MAX: usize = 8;
/// Most bytes of an answer.
const ANSWER_MAX: usize = 80;

/// Separates the parts of an answer.
const SEPARATOR: u8 = 0x1F;

/// What survives without supply.
#[derive(Clone, Debug)]
pub(super) struct Memory {
    user: Vec<u8>,
    records: Vec<([u8; 2], Vec<u8>)>,
    switches: [u8; SWITCHES],
    values: Vec<(u8, u16)>,
    serial: Vec<(u8, Vec<u8>)>,
}

/// Bits of memory switch 1.
const POWER_ON_NOTICE: u8 = 0x01;
const SMALL_BUFFER: u8 = 0x02;
const BUSY_ONLY_WHEN_FULL: u8 = 0x04;
const DROP_GARBLED: u8 = 0x08;

/// The time to write so many bytes: 20 ms to erase and 20 µs a byte, as flash memories take. An assumption.
pub(super) fn write_time(bytes: u32) -> Duration {
    Duration::from_millis(20) + Duration::from_micros(20) * bytes
}

/// What became of a setting command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    /// Nothing: not a command of this printer.
    Unknown,
    /// So many bytes must be written.
    Written(u32),
    /// The host is answered.
    Answer(Vec<u8>),
}

impl Memory {
    /// The memory of a new printer with this interface.
    pub(super) fn new(interface: Interface) -> Self {
        let small = if interface.buffer == ReceiveBuffer::SMALL { SMALL_BUFFER } else { 0 };
        let rule = if interface.busy_when_offline { 0 } else { BUSY_ONLY_WHEN_FULL };
        let drop = if interface.garbled == Garbled::Ignored { DROP_GARBLED } else { 0 };
        let mut switches = [0; SWITCHES];
        switches[0] = small | rule | drop;
        Self { user: Vec::new(), records: Vec::new(), switches, values: Vec::new(), serial: Vec::new() }
    }

    /// The interface as the switches say, on this model.
    pub(super) const fn interface(&self, model: Interface) -> Interface {
        let [one, ..] = self.switches;
        let small = matches!(model.buffer, ReceiveBuffer::SMALL);
        let buffer = match (one & SMALL_BUFFER != 0, small) {
            (true, _) => ReceiveBuffer::SMALL,
            (false, true) => ReceiveBuffer::LARGE,
            (false, false) => model.buffer,
        };
        let garbled = if one & DROP_GARBLED != 0 { Garbled::Ignored } else { Garbled::QuestionMark };
        let busy_when_offline = one & BUSY_ONLY_WHEN_FULL == 0;
        Interface { buffer, garbled, busy_when_offline, handshake: model.handshake }
    }

    /// Whether the printer says by itself that it is up.
    pub(super) const fn gives_notice(&self) -> bool {
        let [one, ..] = self.switches;
        one & POWER_ON_NOTICE != 0
    }

    /// Bytes of memory behind it.
    pub(super) fn footprint_bytes(&self) -> usize {
        let records: usize = self.records.iter().map(|(_, data)| data.len()).sum();
        self.user.len() + records
    }

    /// `FS g 1`. Only what can be printed is stored, and only within the memory.
    pub(super) fn write(&mut self, address: u32, data: &[u8]) -> Kept {
        let Some(end) = usize::try_from(address).ok().and_then(|start| start.checked_add(data.len())) else {
            return Kept::Unknown;
        };
        if end > USER_BYTES || data.iter().any(|byte| *byte < b' ') {
            return Kept::Unknown;
        }
        if self.user.len() < end {
            self.user.resize(end, b' ');
        }
        if let Some(place) = self.user.get_mut(end - data.len()..end) {
            place.copy_from_slice(data);
        }
        Kept::Written(data.len() as u32)
    }

    /// `FS g 2`: at most 80 bytes; what was never written are spaces.
    pub(super) fn read(&self, address: u32, len: u16) -> Kept {
        let (start, len) = (usize::try_from(address).unwrap_or(USER_BYTES), usize::from(len));
        if len > ANSWER_MAX || start.saturating_add(len) > USER_BYTES {
            return Kept::Unknown;
        }
        let stored = self.user.iter().copied().chain(core::iter::repeat(b' '));
        Kept::Answer(block(&[0x5F], stored.skip(start).take(len)))
    }

    /// `GS ( C`.
    pub(super) fn record(&mut self, function: &UserRecord<'_>) -> Kept {
        let used: usize = self.records.iter().map(|(_, data)| data.len() + 2).sum();
        match *function {
            UserRecord::Delete(key) => {
                self.records.retain(|(known, _)| *known != key);
                Kept::Written(2)
            }
            UserRecord::Store { key, data } => self.store(key, data, used),
            UserRecord::Transmit(key) => {
                let found = self.records.iter().find(|(known, _)| *known == key);
                let data = found.map(|(_, data)| data.as_slice()).unwrap_or_default();
                Kept::Answer(block(&[0x37, 0x70, 0x40], data.iter().copied().take(ANSWER_MAX)))
            }
            UserRecord::Used => Kept::Answer(number(&[0x37, 0x28], used)),
            UserRecord::Free => Kept::Answer(number(&[0x37, 0x29], USER_BYTES.saturating_sub(used))),
            UserRecord::List => {
                let keys = self.records.iter().flat_map(|(key, _)| *key);
                Kept::Answer(block(&[0x37, 0x71, 0x40], keys.take(ANSWER_MAX)))
            }
            UserRecord::Clear => {
                self.records.clear();
                Kept::Written(USER_BYTES as u32)
            }
        }
    }

    fn store(&mut self, key: [u8; 2], data: &[u8], used: usize) -> Kept {
        let old = self.records.iter().find(|(known, _)| *known == key).map_or(0, |(_, data)| data.len() + 2);
        if data.iter().any(|byte| *byte < b' ') || used - old + data.len() + 2 > USER_BYTES {
            return Kept::Unknown;
        }
        self.records.retain(|(known, _)| *known != key);
        self.records.push((key, data.to_vec()));
        Kept::Written(data.len() as u32)
    }

    /// `GS ( E`, all but its beginning and end. Settings change only between these (`open`).
    pub(super) fn setting(&mut self, open: bool, function: u8, parameters: &[u8]) -> Kept {
        match (function, parameters) {
            (3, _) if open => self.set_switches(parameters),
            (5, _) if open => self.set_values(parameters),
            (11, &[a, ref value @ ..]) if open => self.set_serial(a, value),
            (4, &[a]) => self.switch_answer(a),
            (6, &[a]) => {
                let value = self.values.iter().find(|(known, _)| *known == a).map_or(0, |(_, value)| *value);
                let text = format!("{a}\u{1F}{value}");
                Kept::Answer(block(&[0x37, 0x27], text.bytes()))
            }
            (12, &[a]) => {
                let found = self.serial.iter().find(|(known, _)| *known == a);
                let value = found.map(|(_, value)| value.as_slice()).unwrap_or_default();
                let number = a.to_string().into_bytes().into_iter();
                Kept::Answer(block(&[0x37, 0x33], number.chain([SEPARATOR]).chain(value.iter().copied())))
            }
            _ => Kept::Unknown,
        }
    }

    /// Groups of a number and eight digits, the highest bit first: 0, 1, or 2 for no change.
    fn set_switches(&mut self, parameters: &[u8]) -> Kept {
        for group in parameters.chunks_exact(9) {
            let [a, bits @ ..] = group else { continue };
            let Some(switch) = usize::from(*a).checked_sub(1).and_then(|at| self.switches.get_mut(at)) else {
                continue;
            };
            for (digit, bit) in bits.iter().zip((0..8).rev()) {
                match digit {
                    b'0' => *switch &= !(1 << bit),
                    b'1' => *switch |= 1 << bit,
                    _ => {}
                }
            }
        }
        Kept::Written(parameters.len() as u32)
    }

    fn switch_answer(&self, a: u8) -> Kept {
        let Some(switch) = usize::from(a).checked_sub(1).and_then(|at| self.switches.get(at)) else {
            return Kept::Unknown;
        };
        Kept::Answer(block(&[0x37, 0x21], format!("{switch:08b}").bytes()))
    }

    fn set_values(&mut self, parameters: &[u8]) -> Kept {
        for group in parameters.chunks_exact(3) {
            let &[a, low, high] = group else { continue };
            self.values.retain(|(known, _)| *known != a);
            if self.values.len() < SETTINGS_MAX {
                self.values.push((a, u16::from_le_bytes([low, high])));
            }
        }
        Kept::Written(parameters.len() as u32)
    }

    fn set_serial(&mut self, a: u8, value: &[u8]) -> Kept {
        if value.len() > SERIAL_LEN_MAX || value.iter().any(|byte| *byte < b' ') {
            return Kept::Unknown;
        }
        self.serial.retain(|(known, _)| *known != a);
        if self.serial.len() < SETTINGS_MAX {
            self.serial.push((a, value.to_vec()));
        }
        Kept::Written(value.len() as u32)
    }
}

/// An answer: its head, its data, NUL.
fn block(head: &[u8], data: impl Iterator<Item = u8>) -> Vec<u8> {
    head.iter().copied().chain(data).chain([0]).collect()
}

fn number(head: &[u8], value: usize) -> Vec<u8> {
    block(head, value.to_string().bytes())
}
