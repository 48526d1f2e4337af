//! The message type: four digits that say version, class, function and origin.
//!
//! Constants are those of the UnionPay POS dialect, section "Transaction table".
//! Not modelled: the meaning of each digit beyond telling a response from a request.

use core::fmt;

/// A message type indicator, held as its two BCD bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mti([u8; 2]);

impl Mti {
    /// 0100, pre-authorisation and its void.
    pub const AUTHORISATION: Self = Self([0x01, 0x00]);
    /// 0110, the answer to 0100.
    pub const AUTHORISATION_REPLY: Self = Self([0x01, 0x10]);
    /// 0200, sale, void, balance, completion by request.
    pub const FINANCIAL: Self = Self([0x02, 0x00]);
    /// 0210, the answer to 0200.
    pub const FINANCIAL_REPLY: Self = Self([0x02, 0x10]);
    /// 0220, refund, offline sale, completion by advice.
    pub const ADVICE: Self = Self([0x02, 0x20]);
    /// 0230, the answer to 0220.
    pub const ADVICE_REPLY: Self = Self([0x02, 0x30]);
    /// 0320, batch upload at settlement.
    pub const BATCH_UPLOAD: Self = Self([0x03, 0x20]);
    /// 0330, the answer to 0320.
    pub const BATCH_UPLOAD_REPLY: Self = Self([0x03, 0x30]);
    /// 0400, reversal.
    pub const REVERSAL: Self = Self([0x04, 0x00]);
    /// 0410, the answer to 0400.
    pub const REVERSAL_REPLY: Self = Self([0x04, 0x10]);
    /// 0500, settlement.
    pub const SETTLEMENT: Self = Self([0x05, 0x00]);
    /// 0510, the answer to 0500.
    pub const SETTLEMENT_REPLY: Self = Self([0x05, 0x10]);
    /// 0620, result of an issuer script.
    pub const SCRIPT_RESULT: Self = Self([0x06, 0x20]);
    /// 0630, the answer to 0620.
    pub const SCRIPT_RESULT_REPLY: Self = Self([0x06, 0x30]);
    /// 0800, sign-on and parameter download.
    pub const SIGN_ON: Self = Self([0x08, 0x00]);
    /// 0810, the answer to 0800.
    pub const SIGN_ON_REPLY: Self = Self([0x08, 0x10]);
    /// 0820, sign-out, echo and status.
    pub const NETWORK: Self = Self([0x08, 0x20]);
    /// 0830, the answer to 0820.
    pub const NETWORK_REPLY: Self = Self([0x08, 0x30]);

    /// Reads the two bytes of the wire; `None` when a nibble is no decimal digit.
    pub const fn from_bcd(bytes: [u8; 2]) -> Option<Self> {
        let [class, function] = bytes;
        let decimal = class >> 4 <= 9 && class & 15 <= 9 && function >> 4 <= 9 && function & 15 <= 9;
        if decimal { Some(Self(bytes)) } else { None }
    }

    /// The two bytes of the wire.
    pub const fn to_bcd(self) -> [u8; 2] {
        self.0
    }

    /// Reads four decimal characters; `None` when one is none.
    pub const fn from_ascii(characters: [u8; 4]) -> Option<Self> {
        let [a, b, c, d] = characters;
        let digits = a.is_ascii_digit() && b.is_ascii_digit() && c.is_ascii_digit() && d.is_ascii_digit();
        if digits { Some(Self([a << 4 | b & 15, c << 4 | d & 15])) } else { None }
    }

    /// The four characters.
    pub const fn to_ascii(self) -> [u8; 4] {
        let [class, function] = self.0;
        [b'0' | class >> 4, b'0' | class & 15, b'0' | function >> 4, b'0' | function & 15]
    }

    /// The four digits as a number: 200 is 0200.
    pub const fn number(self) -> u16 {
        let [class, function] = self.0;
        (class >> 4) as u16 * 1000
            + (class & 15) as u16 * 100
            + (function >> 4) as u16 * 10
            + (function & 15) as u16
    }

    /// The type of the answer to this request; a response is left as it is.
    pub const fn reply(self) -> Self {
        let [class, function] = self.0;
        if self.is_reply() { self } else { Self([class, function + 0x10]) }
    }

    /// Whether this is an answer: the third digit is odd.
    pub const fn is_reply(self) -> bool {
        self.0[1] >> 4 & 1 == 1
    }
}

impl fmt::Display for Mti {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02X}{:02X}", self.0[0], self.0[1])
    }
}

impl fmt::Debug for Mti {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mti({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_request_knows_its_reply() {
        let pairs = [
            (Mti::AUTHORISATION, Mti::AUTHORISATION_REPLY),
            (Mti::FINANCIAL, Mti::FINANCIAL_REPLY),
            (Mti::ADVICE, Mti::ADVICE_REPLY),
            (Mti::BATCH_UPLOAD, Mti::BATCH_UPLOAD_REPLY),
            (Mti::REVERSAL, Mti::REVERSAL_REPLY),
            (Mti::SETTLEMENT, Mti::SETTLEMENT_REPLY),
            (Mti::SCRIPT_RESULT, Mti::SCRIPT_RESULT_REPLY),
            (Mti::SIGN_ON, Mti::SIGN_ON_REPLY),
            (Mti::NETWORK, Mti::NETWORK_REPLY),
        ];
        for (request, reply) in pairs {
            assert_eq!(request.reply(), reply);
            assert_eq!(reply.reply(), reply);
            assert!(reply.is_reply() && !request.is_reply());
        }
    }

    #[test]
    fn letters_are_no_message_type() {
        assert_eq!(Mti::from_bcd([0x0A, 0x00]), None);
        assert_eq!(Mti::from_bcd([0x02, 0xF0]), None);
        assert_eq!(Mti::from_bcd([0x02, 0x10]), Some(Mti::FINANCIAL_REPLY));
        assert_eq!(Mti::from_ascii(*b"02A0"), None);
        assert_eq!(Mti::from_ascii(*b"0210"), Some(Mti::FINANCIAL_REPLY));
        assert_eq!((&Mti::FINANCIAL_REPLY.to_ascii(), Mti::FINANCIAL_REPLY.number()), (b"0210", 210));
    }
}
