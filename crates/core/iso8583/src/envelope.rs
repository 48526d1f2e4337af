//! The blocks before the message type: TPDU, telephone block and application header.
//!
//! Source: UnionPay POS dialect, "Framing". Not modelled: the meaning of the version bytes, and what stands in the
//! telephone block, which is passed over.

use crate::dialect::Envelope;

/// Bytes of the telephone block: 5 + 8 + 8 + 12.
pub(crate) const TELEPHONE_BLOCK: usize = 33;

/// Whether a telephone block stands here. A header begins with 60 instead.
pub(crate) fn is_telephone_block(bytes: &[u8]) -> bool {
    bytes.starts_with(b"LRI")
}

/// Bytes before the message type of this body, be they there or not.
pub(crate) fn envelope_bytes(envelope: Envelope, body: &[u8]) -> usize {
    let tpdu = if envelope.tpdu { Tpdu::LEN } else { 0 };
    let header = if envelope.header { Header::LEN } else { 0 };
    let mut before_header = tpdu;
    while envelope.telephone_block && body.get(before_header..).is_some_and(is_telephone_block) {
        before_header += TELEPHONE_BLOCK;
    }
    before_header + header
}

/// Transport protocol data unit: an id byte, destination and source network identifiers (2 bytes each).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tpdu(pub [u8; 5]);

impl Tpdu {
    /// Bytes on the wire.
    pub const LEN: usize = 5;
    /// What terminal software sends when nobody configured a network: `6000000000`.
    pub const DEFAULT: Self = Self([0x60, 0, 0, 0, 0]);

    /// The TPDU of the reply: destination and source change places.
    pub const fn swapped(self) -> Self {
        let [id, to_high, to_low, from_high, from_low] = self.0;
        Self([id, from_high, from_low, to_high, to_low])
    }
}

/// Application header: class, software version, terminal status and what the host wants done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Header(pub [u8; 6]);

impl Header {
    /// Bytes on the wire.
    pub const LEN: usize = 6;
    /// A plain terminal of version 31: `603100311200`.
    pub const DEFAULT: Self = Self([0x60, 0x31, 0x00, 0x31, 0x12, 0x00]);

    /// What the host asks of the terminal, 0..=15: the low nibble of byte 2.
    /// 4 fetch CA keys, 5 fetch IC parameters, 9 fetch contactless parameters.
    pub const fn processing_requirement(self) -> u8 {
        self.0[2] & 0x0F
    }

    /// The same header with another processing requirement; only its low nibble counts.
    pub const fn with_processing_requirement(self, requirement: u8) -> Self {
        let [class, version, status, a, b, c] = self.0;
        Self([class, version, status & 0xF0 | requirement & 0x0F, a, b, c])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_goes_back_where_the_request_came_from() {
        let request = Tpdu([0x60, 0x00, 0x12, 0x00, 0x34]);
        assert_eq!(request.swapped(), Tpdu([0x60, 0x00, 0x34, 0x00, 0x12]));
        assert_eq!(request.swapped().swapped(), request);
    }

    #[test]
    fn a_processing_requirement_leaves_the_terminal_status_alone() {
        let header = Header([0x60, 0x31, 0x70, 0x31, 0x12, 0x00]).with_processing_requirement(4);
        assert_eq!(header.0, [0x60, 0x31, 0x74, 0x31, 0x12, 0x00]);
        assert_eq!(header.processing_requirement(), 4);
    }
}
