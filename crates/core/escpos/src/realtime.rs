//! Real-time commands: the values, and the snooper that finds them as bytes arrive.
//!
//! A printer executes `DLE EOT`, `DLE ENQ` and `DLE DC4` when the bytes are *received*: inside image data, inside
//! another command's parameters, offline, or in error. The bytes stay in the normal stream as well.
//! Some clones find them at command position only ([`Dialect::realtime_at_command_position`]).
//! Facts: printer sources, section 0 row 1, section 1 (length table), sections 3.1, 4 and 8.
//! Not modelled: that some printers ignore real-time commands while they send block data, or lose requests sent
//! back to back; both belong to the printer.

use alloc::boxed::Box;

use crate::command::Command;
use crate::dialect::Dialect;
use crate::parser::Parser;
use crate::scan::before_dle;

/// A whole real-time command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Realtime {
    /// `DLE EOT n [a]`: send a status byte now. `a` stands only with n = 0, 7, 8 and 18.
    Status {
        /// Which status.
        n: u8,
        /// Its sub-selection.
        a: Option<u8>,
    },
    /// `DLE ENQ n`: 0 acts as the FEED button, 1 recovers and restarts the line, 2 clears and recovers.
    Request(u8),
    /// `DLE EM n` (NCR): send an extra status byte now, 1 reset, 2 presenter.
    Extra(u8),
    /// `DLE DC4 1 m t`: drawer pulse.
    Pulse {
        /// Connector pin.
        pin: crate::DrawerPin,
        /// On time and off time, units of 100 ms, 1-8.
        time_100ms: u8,
    },
    /// `DLE DC4 2 1 8`: power off.
    PowerOff,
    /// `DLE DC4 3 …`: sound the buzzer with these five parameters.
    Buzzer([u8; 5]),
    /// `DLE DC4 7 n`: send a status block now.
    Transmit(u8),
    /// `DLE DC4 8 1 3 20 1 6 2 8`: clear every buffer, and answer with [`Reply::Cleared`](crate::Reply::Cleared).
    Clear,
}

/// Longest real-time command: `DLE DC4 8` with its seven parameters.
const LEN_MAX: usize = 10;

/// The whole of `DLE DC4 8`, and of `DLE DC4 2`: their parameters are fixed, so that data do not look like them.
pub(crate) const CLEAR: [u8; LEN_MAX] = [0x10, 0x14, 0x08, 0x01, 0x03, 0x14, 0x01, 0x06, 0x02, 0x08];
const POWER_OFF: [u8; 5] = [0x10, 0x14, 0x02, 0x01, 0x08];

impl Realtime {
    /// From a whole command; `None` when a parameter is out of range.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        Some(match *bytes {
            [0x10, 0x04, n @ (0 | 7 | 8 | 18), a] => Self::Status { n, a: Some(a) },
            // 1 to 6 are common; 17 and 20 to 22 belong to the Custom family.
            [0x10, 0x04, n @ (1..=6 | 17 | 20..=22)] => Self::Status { n, a: None },
            [0x10, 0x05, n @ 0..=2] => Self::Request(n),
            [0x10, 0x19, n @ 1..=2] => Self::Extra(n),
            [0x10, 0x14, 1, m @ (0 | 1), time_100ms @ 1..=8] => {
                let pin = if m == 0 { crate::DrawerPin::Two } else { crate::DrawerPin::Five };
                Self::Pulse { pin, time_100ms }
            }
            [0x10, 0x14, 3, a, b, c, d, e] => Self::Buzzer([a, b, c, d, e]),
            [0x10, 0x14, 7, n] => Self::Transmit(n),
            _ if bytes == POWER_OFF => Self::PowerOff,
            _ if bytes == CLEAR => Self::Clear,
            _ => return None,
        })
    }
}

/// Recognises real-time commands in the raw stream, byte by byte, whatever they stand inside.
///
/// A byte that breaks a sequence may itself start the next one.
#[derive(Clone, Debug, Default)]
pub struct Snooper {
    seen: [u8; LEN_MAX],
    len: usize,
    /// `DLE EM n` is one of them.
    extra: bool,
    /// Reads along, in dialects that find real-time commands at command position only.
    parser: Option<Box<Parser>>,
}

/// What the bytes seen so far are.
enum Candidate {
    Prefix,
    Whole(Realtime),
    Nothing,
}

impl Snooper {
    /// A snooper that has seen nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A snooper of this dialect, which has seen nothing.
    #[must_use]
    pub fn with_dialect(dialect: Dialect) -> Self {
        let parser =
            dialect.realtime_at_command_position.then(|| Box::new(Parser::new().with_dialect(dialect)));
        Self { extra: dialect.ncr_status, parser, ..Self::default() }
    }

    /// How many of these bytes, from the first on, are no part of a real-time command: they need not be fed. At least
    /// those before the first DLE, if no command has begun.
    #[must_use]
    pub fn unconcerned(&self, bytes: &[u8]) -> usize {
        if self.len > 0 || self.parser.is_some() { 0 } else { before_dle(bytes) }
    }

    /// Takes the next byte received; gives the real-time command that it completes.
    pub fn feed(&mut self, byte: u8) -> Option<Realtime> {
        if let Some(parser) = &mut self.parser {
            return read_along(parser, byte);
        }
        // Most bytes neither start nor continue one.
        if self.len == 0 && byte != 0x10 {
            return None;
        }
        // The array is never full here: ten bytes are always whole or nothing, and both make room.
        let slot = self.seen.get_mut(self.len)?;
        *slot = byte;
        self.len += 1;
        self.settle()
    }

    /// Forgets a command begun, as after a power cut.
    pub fn reset(&mut self) {
        self.len = 0;
        if let Some(parser) = &mut self.parser {
            parser.reset();
        }
    }

    /// Drops bytes from the front until the rest may be a command.
    fn settle(&mut self) -> Option<Realtime> {
        while self.len > 0 {
            match candidate(self.seen.get(..self.len).unwrap_or_default(), self.extra) {
                Candidate::Prefix => return None,
                Candidate::Whole(realtime) => {
                    self.len = 0;
                    return Some(realtime);
                }
                Candidate::Nothing => {
                    self.seen.rotate_left(1);
                    self.len -= 1;
                }
            }
        }
        None
    }
}

/// One byte completes one real-time command at most, though it may complete other commands before it.
fn read_along(parser: &mut Parser, byte: u8) -> Option<Realtime> {
    parser.push(&[byte]);
    let mut found = None;
    while let Some(command) = parser.next() {
        if let Command::Realtime(realtime) = command {
            found = Some(realtime);
        }
    }
    found
}

fn candidate(seen: &[u8], extra: bool) -> Candidate {
    let len = match *seen {
        [0x10] | [0x10, 0x04 | 0x05 | 0x14] => return Candidate::Prefix,
        [0x10, 0x04, 0 | 7 | 8 | 18, ..] => 4,
        [0x10, 0x04 | 0x05, _] => 3,
        [0x10, 0x19] if extra => return Candidate::Prefix,
        [0x10, 0x19, _] if extra => 3,
        [0x10, 0x14, 1] | [0x10, 0x14, 1, 0 | 1, ..] => 5,
        [0x10, 0x14, 2, ..] if POWER_OFF.starts_with(seen) => POWER_OFF.len(),
        [0x10, 0x14, 3, ..] => 8,
        [0x10, 0x14, 7, ..] => 4,
        [0x10, 0x14, 8, ..] if CLEAR.starts_with(seen) => CLEAR.len(),
        _ => return Candidate::Nothing,
    };
    if seen.len() < len {
        return Candidate::Prefix;
    }
    Realtime::decode(seen).map_or(Candidate::Nothing, Candidate::Whole)
}

#[cfg(test)]
mod tests {
    use super::{CLEAR, Realtime, Snooper};
    use alloc::vec::Vec;

    fn snoop(bytes: &[u8]) -> Vec<Realtime> {
        let mut snooper = Snooper::new();
        bytes.iter().filter_map(|&byte| snooper.feed(byte)).collect()
    }

    #[test]
    fn requests_are_found_inside_image_data() {
        let bytes = [0x1D, b'v', b'0', 0, 4, 0, 1, 0, 0xFF, 0x10, 0x04, 0x04];
        assert_eq!(snoop(&bytes), [Realtime::Status { n: 4, a: None }]);
    }

    #[test]
    fn clear_needs_its_exact_parameters() {
        assert_eq!(snoop(&CLEAR), [Realtime::Clear]);
        assert_eq!(snoop(&[0x10, 0x14, 8, 1, 3, 20, 1, 6, 2, 9]), []);
    }

    #[test]
    fn a_broken_sequence_does_not_hide_the_next_one() {
        let status = Realtime::Status { n: 1, a: None };
        assert_eq!(snoop(&[0x10, 0x10, 0x04, 0x01]), [status]);
        assert_eq!(snoop(&[0x10, 0x04, 0x10, 0x04, 0x01]), [status]);
        assert_eq!(snoop(&[0x10, 0x14, 8, 1, 3, 0x10, 0x04, 0x01]), [status]);
        assert_eq!(snoop(&[0x10, 0x14, 0x10, 0x05, 0x02]), [Realtime::Request(2)]);
        assert_eq!(snoop(&[0x10, 0x14, 1, 0x10, 0x05, 0x02]), [Realtime::Request(2)]);
    }

    #[test]
    fn ink_and_interface_requests_wait_for_their_second_parameter() {
        assert_eq!(snoop(&[0x10, 0x04, 7]), []);
        assert_eq!(snoop(&[0x10, 0x04, 7, 2]), [Realtime::Status { n: 7, a: Some(2) }]);
        assert_eq!(snoop(&[0x10, 0x04, 18, 1]), [Realtime::Status { n: 18, a: Some(1) }]);
        assert_eq!(snoop(&[0x10, 0x04, 2, 0]), [Realtime::Status { n: 2, a: None }]);
    }

    #[test]
    fn requests_back_to_back_are_all_found() {
        let bytes: Vec<u8> = (1..=4).flat_map(|n| [0x10, 0x04, n]).collect();
        let expected: Vec<_> = (1..=4).map(|n| Realtime::Status { n, a: None }).collect();
        assert_eq!(snoop(&bytes), expected);
    }

    #[test]
    fn pulse_and_power_off_are_found() {
        let pulse = Realtime::Pulse { pin: crate::DrawerPin::Five, time_100ms: 8 };
        assert_eq!(snoop(&[0x10, 0x14, 1, 1, 8, 0x10, 0x14, 2, 1, 8]), [pulse, Realtime::PowerOff]);
        assert_eq!(snoop(&[0x10, 0x14, 1, 1, 9]), []);
    }
}
