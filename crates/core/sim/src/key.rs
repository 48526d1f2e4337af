//! What a charge is known by: the number that terminal, acquirer and paper share.
//!
//! A card charge is the terminal's trace number (STAN, field 11) in a batch (60.2); a wallet order is the
//! merchant's `out_trade_no`. Both are small and `Copy`. *Not modelled:* more than 65,536 terminals at one acquirer.

use core::fmt;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Which terminal of an acquirer, in the order in which they were registered. A world with one terminal has number 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TerminalNo(pub u16);

/// The number of one charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Key {
    /// A card charge.
    Card {
        /// Whose.
        terminal: TerminalNo,
        /// Batch, 1 to 999,999.
        batch: u32,
        /// Trace number in the batch, 1 to 999,999.
        stan: u32,
    },
    /// A wallet order.
    Order(OrderNo),
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Card { terminal: TerminalNo(0), batch, stan } => write!(f, "{batch:06}-{stan:06}"),
            Self::Card { terminal, batch, stan } => write!(f, "{}/{batch:06}-{stan:06}", terminal.0),
            Self::Order(order) => order.fmt(f),
        }
    }
}

/// A merchant's order number: 1 to 32 characters of `A-Z a-z 0-9 _ - | *` (WeChat Pay, `out_trade_no`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderNo {
    len: u8,
    text: [u8; 32],
}

impl OrderNo {
    /// An order number; `None` when the text is empty, too long, or has other characters.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-|*".contains(&byte);
        if text.is_empty() || text.len() > 32 || !text.bytes().all(allowed) {
            return None;
        }
        let mut order = Self { len: text.len() as u8, text: [0; 32] };
        order.text[..text.len()].copy_from_slice(text.as_bytes());
        Some(order)
    }

    /// Its characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.text.get(..usize::from(self.len)).and_then(|text| core::str::from_utf8(text).ok()).unwrap_or("")
    }
}

impl Serialize for OrderNo {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for OrderNo {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Self::new(&text).ok_or_else(|| D::Error::custom("no order number: 1 to 32 of A-Z a-z 0-9 _ - | *"))
    }
}

impl fmt::Debug for OrderNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OrderNo({})", self.as_str())
    }
}

impl fmt::Display for OrderNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::{Key, OrderNo, TerminalNo};

    #[test]
    fn order_numbers_are_what_the_platform_takes() {
        assert_eq!(
            OrderNo::new("T12345678-000001").map(|order| order.to_string()).as_deref(),
            Some("T12345678-000001")
        );
        assert_eq!(OrderNo::new(""), None);
        assert_eq!(OrderNo::new(&"9".repeat(33)), None);
        assert_eq!(OrderNo::new("订单1"), None);
    }

    #[test]
    fn card_charges_read_as_batch_and_trace_number() {
        let of = |terminal| Key::Card { terminal: TerminalNo(terminal), batch: 1, stan: 12 };
        assert_eq!(of(0).to_string(), "000001-000012");
        assert_eq!(of(7).to_string(), "7/000001-000012");
    }
}
