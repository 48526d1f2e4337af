//! What a charge is known by: the number that terminal, acquirer and paper share.
//!
//! A card charge is the terminal's trace number (STAN, field 11) in a batch (60.2); a wallet order is the
//! merchant's `out_trade_no`. Both are small and `Copy`. *Not modelled:* several terminals at one acquirer;
//! then the terminal's number joins the key.

use core::fmt;

/// The number of one charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// A card charge.
    Card {
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
            Self::Card { batch, stan } => write!(f, "{batch:06}-{stan:06}"),
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
    use super::{Key, OrderNo};

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
        assert_eq!(Key::Card { batch: 1, stan: 12 }.to_string(), "000001-000012");
    }
}
