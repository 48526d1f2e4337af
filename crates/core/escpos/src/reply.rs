//! The host's side of the back channel: bytes from the printer to replies.
//!
//! Facts: printer sources, section 0 row 3 and sections 3.1 to 3.5 (families, headers), section 8 (`GS e 6`).
//! Not modelled: the ACK handshake of long block replies, the ink and extended status blocks (given as `Block`).

use alloc::vec;
use alloc::vec::Vec;

use crate::status::{
    AsbStatus, BLOCK_CLEARED, BLOCK_HEADER, BLOCK_PROCESS_ID, INFO_A_HEADER, INFO_B_HEADER, XOFF, XON,
    is_asb_start, is_dle_reply, is_queued_reply,
};

/// One reply of the printer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Answer to `DLE EOT n`; which n, only the host knows.
    Dle(u8),
    /// The printer takes data again.
    Xon,
    /// The printer takes no more data.
    Xoff,
    /// A whole automatic status.
    Asb(AsbStatus),
    /// Answer to `GS r n`, or to a `GS I n` of one byte.
    Queued(u8),
    /// `GS ( H` function 48: everything before it has been printed.
    ProcessId([u8; 4]),
    /// `DLE DC4 8`: every buffer is cleared.
    Cleared,
    /// Text of `GS I 65` and others, and counters: without header and NUL.
    Info(Vec<u8>),
    /// Any other block, header included, NUL not.
    Block(Vec<u8>),
    /// A byte that [`ReplyParser::expect_raw`] asked for.
    Raw(u8),
    /// A byte of no family, or out of place.
    Stray(u8),
}

/// Longest block that is waited for. Longer ones have lost their NUL.
const BLOCK_LEN_MAX: usize = 256;

/// Reads replies, byte by byte.
#[derive(Clone, Debug, Default)]
pub struct ReplyParser {
    open: Open,
    raw_expected: usize,
}

/// What has begun and is not whole yet.
#[derive(Clone, Debug, Default)]
enum Open {
    #[default]
    Nothing,
    /// The first bytes of an automatic status.
    Asb([u8; 4], usize),
    /// A block up to here, header included.
    Block(Vec<u8>),
}

impl ReplyParser {
    /// A parser with nothing open.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The next byte is taken as it is: an answer without fixed bits, as to `GS e 6`, is on its way. Calls add up.
    pub fn expect_raw(&mut self) {
        self.raw_expected += 1;
    }

    /// Forgets what is open and expected, as after a time-out.
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    /// Takes the next byte; gives the reply that it completes.
    ///
    /// XON and XOFF may stand anywhere, even inside another reply. Inside an automatic status an answer to
    /// `DLE EOT` is told apart as well, and a new start gives the old one up.
    pub fn feed(&mut self, byte: u8) -> Option<Reply> {
        if let Some(left) = self.raw_expected.checked_sub(1) {
            self.raw_expected = left;
            return Some(Reply::Raw(byte));
        }
        match (byte, &mut self.open) {
            (XON, _) => Some(Reply::Xon),
            (XOFF, _) => Some(Reply::Xoff),
            (_, Open::Block(_)) => self.continue_block(byte),
            (_, Open::Asb(..)) if is_dle_reply(byte) => Some(Reply::Dle(byte)),
            (_, Open::Asb(..)) if is_queued_reply(byte) => self.continue_asb(byte),
            _ => self.start(byte),
        }
    }

    fn start(&mut self, byte: u8) -> Option<Reply> {
        self.open = Open::Nothing;
        match byte {
            BLOCK_HEADER | INFO_A_HEADER | INFO_B_HEADER | 0x35 | 0x39 | 0x3B => {
                self.open = Open::Block(vec![byte]);
                None
            }
            _ if is_asb_start(byte) => {
                self.open = Open::Asb([byte, 0, 0, 0], 1);
                None
            }
            _ if is_dle_reply(byte) => Some(Reply::Dle(byte)),
            _ if is_queued_reply(byte) => Some(Reply::Queued(byte)),
            _ => Some(Reply::Stray(byte)),
        }
    }

    fn continue_asb(&mut self, byte: u8) -> Option<Reply> {
        let Open::Asb(bytes, len) = &mut self.open else { return None };
        if let Some(slot) = bytes.get_mut(*len) {
            *slot = byte;
        }
        *len += 1;
        if *len < bytes.len() {
            return None;
        }
        let whole = *bytes;
        self.open = Open::Nothing;
        Some(AsbStatus::from_bytes(whole).map_or(Reply::Stray(byte), Reply::Asb))
    }

    fn continue_block(&mut self, byte: u8) -> Option<Reply> {
        let Open::Block(bytes) = &mut self.open else { return None };
        if byte != 0 && bytes.len() < BLOCK_LEN_MAX {
            bytes.push(byte);
            return None;
        }
        let bytes = core::mem::take(bytes);
        self.open = Open::Nothing;
        Some(if byte == 0 { block(bytes) } else { Reply::Stray(byte) })
    }
}

fn block(bytes: Vec<u8>) -> Reply {
    match *bytes.as_slice() {
        [BLOCK_HEADER, BLOCK_PROCESS_ID, a, b, c, d] => Reply::ProcessId([a, b, c, d]),
        [BLOCK_HEADER, BLOCK_CLEARED] => Reply::Cleared,
        [INFO_B_HEADER, ref text @ ..] => Reply::Info(text.to_vec()),
        _ => Reply::Block(bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::{Reply, ReplyParser};
    use crate::status::{AsbStatus, CLEARED, process_id_reply};
    use alloc::vec;
    use alloc::vec::Vec;

    fn replies(bytes: &[u8]) -> Vec<Reply> {
        let mut parser = ReplyParser::new();
        bytes.iter().filter_map(|&byte| parser.feed(byte)).collect()
    }

    #[test]
    fn families_are_told_apart_by_their_fixed_bits() {
        let asb = AsbStatus::from_bytes([0x14, 0, 0, 0x0F]).map(Reply::Asb).into_iter();
        let mut expected = vec![Reply::Dle(0x16), Reply::Xoff, Reply::Queued(0x03), Reply::Xon];
        expected.extend(asb);
        assert_eq!(replies(&[0x16, 0x13, 0x03, 0x11, 0x14, 0, 0, 0x0F]), expected);
    }

    #[test]
    fn an_end_of_job_gives_its_process_id() {
        assert_eq!(replies(&process_id_reply(*b"0042")), [Reply::ProcessId(*b"0042")]);
        assert_eq!(replies(&[0x37, 0x22, b'0', b'0', b'4', b'2', 0]), [Reply::ProcessId(*b"0042")]);
    }

    #[test]
    fn a_cleared_buffer_is_reported() {
        assert_eq!(CLEARED, [0x37, 0x25, 0x00]);
        assert_eq!(replies(&CLEARED), [Reply::Cleared]);
    }

    #[test]
    fn flow_control_and_status_inside_an_automatic_status_do_not_disturb_it() {
        let status = AsbStatus::from_bytes([0x18, 0, 0x0C, 0]).map(Reply::Asb);
        let seen = replies(&[0x18, 0x13, 0x00, 0x7E, 0x0C, 0x11, 0x00]);
        assert_eq!(seen[..3], [Reply::Xoff, Reply::Dle(0x7E), Reply::Xon]);
        assert_eq!(seen.get(3), status.as_ref());
    }

    #[test]
    fn an_automatic_status_cut_short_gives_way_to_the_next() {
        let idle = AsbStatus::from_bytes([0x10, 0, 0, 0]).map(Reply::Asb);
        assert_eq!(replies(&[0x14, 0x00, 0x10, 0, 0, 0]).first(), idle.as_ref());
    }

    #[test]
    fn printer_names_come_without_header_and_end() {
        assert_eq!(replies(b"\x5FEPSON\x00"), [Reply::Info(b"EPSON".to_vec())]);
        assert_eq!(replies(&[0x37, 0x23, 0]), [Reply::Block(vec![0x37, 0x23])]);
    }

    #[test]
    fn an_ejector_byte_is_taken_as_it_is_only_when_asked_for() {
        let mut parser = ReplyParser::new();
        parser.expect_raw();
        assert_eq!(parser.feed(0x16), Some(Reply::Raw(0x16)));
        assert_eq!(parser.feed(0x16), Some(Reply::Dle(0x16)));
    }

    #[test]
    fn a_block_without_end_is_given_up() {
        let mut bytes = vec![0x37];
        bytes.resize(257, b'a');
        assert_eq!(replies(&bytes), [Reply::Stray(b'a')]);
    }

    #[test]
    fn a_byte_of_no_family_is_stray() {
        assert_eq!(replies(&[0xFF]), [Reply::Stray(0xFF)]);
    }
}
