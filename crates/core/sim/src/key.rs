//! What a charge is known by: the number that terminal, acquirer and paper share.
//!
//! A card charge is the terminal's trace number (STAN, field 11) in a batch (60.2); a wallet order is the
//! merchant's `out_trade_no`, in the shop that it was made in. Both are small and `Copy`. *Not modelled:* more than
//! 65,536 terminals or shops at one acquirer.

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

/// Which shop of an acquirer: an account of a merchant with a wallet, in the order in which they were registered. Two
/// shops may use the same order numbers. A world with one shop has number 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ShopNo(pub u16);

/// A merchant's order number in one shop: 1 to 64 characters of `A-Z a-z 0-9 _ - | *` (`out_trade_no`; WeChat Pay takes
/// at most 32 of them, Alipay 64).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderNo {
    shop: ShopNo,
    len: u8,
    text: [u8; Self::MAX_BYTES],
}

impl OrderNo {
    const MAX_BYTES: usize = 64;

    /// An order number of the first shop; `None` when the text is empty, too long, or has other characters.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-|*".contains(&byte);
        if text.is_empty() || text.len() > Self::MAX_BYTES || !text.bytes().all(allowed) {
            return None;
        }
        let mut order = Self { shop: ShopNo(0), len: text.len() as u8, text: [0; Self::MAX_BYTES] };
        order.text[..text.len()].copy_from_slice(text.as_bytes());
        Some(order)
    }

    /// The same number in another shop.
    #[must_use]
    pub const fn at(self, shop: ShopNo) -> Self {
        Self { shop, ..self }
    }

    /// The shop that it was made in.
    #[must_use]
    pub const fn shop(&self) -> ShopNo {
        self.shop
    }

    /// Its characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.text.get(..usize::from(self.len)).and_then(|text| core::str::from_utf8(text).ok()).unwrap_or("")
    }
}

impl Serialize for OrderNo {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for OrderNo {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let (shop, number) = text.split_once('/').unwrap_or(("0", &text));
        let order = Self::new(number).and_then(|order| Some(order.at(ShopNo(shop.parse().ok()?))));
        order.ok_or_else(|| D::Error::custom("no order number: 1 to 64 of A-Z a-z 0-9 _ - | *"))
    }
}

impl fmt::Debug for OrderNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OrderNo({self})")
    }
}

impl fmt::Display for OrderNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.shop {
            ShopNo(0) => f.write_str(self.as_str()),
            ShopNo(shop) => write!(f, "{shop}/{}", self.as_str()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Key, OrderNo, ShopNo, TerminalNo};

    #[test]
    fn order_numbers_are_what_the_platform_takes() {
        assert_eq!(
            OrderNo::new("T12345678-000001").map(|order| order.to_string()).as_deref(),
            Some("T12345678-000001")
        );
        assert_eq!(OrderNo::new(""), None);
        assert!(OrderNo::new(&"9".repeat(64)).is_some());
        assert_eq!(OrderNo::new(&"9".repeat(65)), None);
        assert_eq!(OrderNo::new("订单1"), None);
    }

    #[test]
    fn the_same_number_in_two_shops_is_two_orders() {
        let first = OrderNo::new("T-1").unwrap();
        let second = first.at(ShopNo(1));
        assert_ne!(first, second);
        assert_eq!((first.to_string(), second.to_string()), ("T-1".to_owned(), "1/T-1".to_owned()));
        assert_eq!(second.as_str(), "T-1");
    }

    #[test]
    fn card_charges_read_as_batch_and_trace_number() {
        let of = |terminal| Key::Card { terminal: TerminalNo(terminal), batch: 1, stan: 12 };
        assert_eq!(of(0).to_string(), "000001-000012");
        assert_eq!(of(7).to_string(), "7/000001-000012");
    }
}
