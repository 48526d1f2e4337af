//! What a merchant asks of a wallet platform, whatever the dialect.
//!
//! Sources: the calls of WeChat Pay v2 and v3 and of Alipay's trade interface, reduced to what they have in common.
//! Texts are as the merchant wrote them, not empty, and bounded by the body. *Not modelled:* discounts, goods lists,
//! settlement splits, payers named beforehand, the merchant's shop and its address.

use core::fmt;

use crate::amount::Amount;
use crate::moment::{Day, WallTime};

/// A request that was read and found authentic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// Take money from whom this payment code belongs to.
    Pay(Pay),
    /// Make an order and give me the code to show.
    Make(Make),
    /// What became of this order?
    Query(OrderRef),
    /// Undo this order: refunded when paid, closed when not.
    Reverse(OrderRef),
    /// Nobody shall pay this order any more.
    Close(OrderRef),
    /// Give money back.
    Refund(Refund),
    /// What became of this refund, or of all refunds of this order?
    RefundQuery(RefundRef),
    /// Something about a hold on a payer's money: Alipay, fund authorisation.
    Hold(Hold),
    /// What happened on this day? Also where that can be fetched, in the dialects that give an address.
    Bill {
        /// The day in Beijing.
        day: Day,
    },
    /// The bill behind an address that was given out: WeChat Pay v3.
    BillFile {
        /// What the address says in `token`.
        token: String,
    },
    /// The certificates that your answers are signed with: WeChat Pay v3.
    Certificates,
    /// The key of the test platform: WeChat Pay v2, `getsignkey`.
    SandboxKey,
}

/// A payment by payment code, which the payer shows and the merchant scans.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pay {
    /// The merchant's number of the order, the key for everything that follows.
    pub order_no: String,
    /// How much; never nothing.
    pub amount: Amount,
    /// What the payer reads.
    pub subject: String,
    /// The payer's code.
    pub payment_code: PaymentCode,
    /// When the order ends unless paid.
    pub expires: Option<WallTime>,
    /// Where a notification goes: Alipay has one here, WeChat Pay has none.
    pub notify_url: Option<String>,
    /// What queries and bills repeat: `attach`, `passback_params`.
    pub attach: Option<String>,
    /// The merchant's device: `device_info`, `terminal_id`.
    pub device: Option<String>,
}

/// An order whose code the merchant shows and the payer scans.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Make {
    /// The merchant's number of the order.
    pub order_no: String,
    /// How much; never nothing.
    pub amount: Amount,
    /// What the payer reads.
    pub subject: String,
    /// Where the notification goes.
    pub notify_url: Option<String>,
    /// When the order ends unless paid.
    pub expires: Option<WallTime>,
    /// What queries and notifications repeat.
    pub attach: Option<String>,
    /// The merchant's device.
    pub device: Option<String>,
}

/// Which order is meant. When a merchant names both, the platform's number counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderRef {
    /// The merchant's number: `out_trade_no`.
    OrderNo(String),
    /// The platform's number: `transaction_id`, `trade_no`.
    TransactionId(String),
}

/// Money back for a paid order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    /// The order.
    pub order: OrderRef,
    /// The merchant's number of the refund: the same number again is the same refund. Alipay lets it out for a refund
    /// of everything; then it is the number of the order.
    pub refund_no: String,
    /// How much goes back; never nothing.
    pub amount: Amount,
    /// How much the order was about, in the dialects that repeat it.
    pub total: Option<Amount>,
    /// Why.
    pub reason: Option<String>,
    /// Where the notification goes.
    pub notify_url: Option<String>,
}

/// Which refunds are meant: at least one of these is named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RefundRef {
    /// Those of this order.
    pub order: Option<OrderRef>,
    /// The merchant's number of the refund.
    pub refund_no: Option<String>,
    /// The platform's number of the refund.
    pub refund_id: Option<String>,
}

/// What is asked about a hold: money of a payer that is frozen for the merchant. A hold is an order of its own kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hold {
    /// Make one, and give me the code to show. What it wants repeated is the merchant's number of this request.
    Make(Make),
    /// What became of this operation on it?
    Query {
        /// The hold.
        hold: OrderRef,
        /// The operation that has frozen the money, or one that has let it go.
        operation: Operation,
    },
    /// Undo it: what is frozen is let go, and what is not never will be.
    Cancel(OrderRef),
    /// Let money go.
    Unfreeze(Refund),
}

/// Which operation on a hold is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// The merchant's number: `out_request_no`.
    RequestNo(String),
    /// The platform's number: `operation_id`.
    Id(String),
}

impl Operation {
    /// Whether it is the one that has frozen the money of the hold with these numbers: the merchant's of the request, and
    /// the platform's of the hold, once there is one.
    pub fn is_freezing(&self, request_no: Option<&str>, auth_no: Option<&str>) -> bool {
        match self {
            Self::RequestNo(number) => request_no == Some(number),
            Self::Id(id) => auth_no.is_some_and(|auth_no| crate::alipay::fund::operation_id(auth_no) == *id),
        }
    }
}

/// The number behind a payer's code. Its printed form shows the last four characters.
#[derive(Clone, PartialEq, Eq)]
pub struct PaymentCode(String);

/// Whose payers show a code like this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wallet {
    /// 18 digits from 10 to 15.
    WeChat,
    /// 16 to 24 digits from 25 to 30.
    Alipay,
    /// 19 digits from 62.
    UnionPay,
}

impl PaymentCode {
    /// A code as it was scanned.
    pub const fn new(digits: String) -> Self {
        Self(digits)
    }

    /// The characters. Not for logs.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whose code it is, by its length and its first two digits; `None` when it is nobody's.
    pub fn wallet(&self) -> Option<Wallet> {
        let plain = self.0.bytes().all(|byte| byte.is_ascii_digit());
        let prefix: u8 = self.0.get(..2).filter(|_| plain)?.parse().ok()?;
        match (prefix, self.0.len()) {
            (10..=15, 18) => Some(Wallet::WeChat),
            (25..=30, 16..=24) => Some(Wallet::Alipay),
            (62, 19) => Some(Wallet::UnionPay),
            _ => None,
        }
    }
}

impl fmt::Debug for PaymentCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hidden = self.0.chars().count().saturating_sub(4);
        f.write_str("PaymentCode(")?;
        for (at, character) in self.0.chars().enumerate() {
            write!(f, "{}", if at < hidden { '*' } else { character })?;
        }
        f.write_str(")")
    }
}

impl Ask {
    /// The merchant's number of the order, where the request names it.
    pub fn order_no(&self) -> Option<&str> {
        match self {
            Self::Pay(pay) => Some(&pay.order_no),
            Self::Make(make) => Some(&make.order_no),
            Self::Query(order) | Self::Reverse(order) | Self::Close(order) => order.order_no(),
            Self::Refund(refund) => refund.order.order_no(),
            Self::RefundQuery(refund) => refund.order.as_ref()?.order_no(),
            Self::Hold(Hold::Make(make)) => Some(&make.order_no),
            Self::Hold(Hold::Query { hold, .. } | Hold::Cancel(hold)) => hold.order_no(),
            Self::Hold(Hold::Unfreeze(refund)) => refund.order.order_no(),
            Self::Bill { .. } | Self::BillFile { .. } | Self::Certificates | Self::SandboxKey => None,
        }
    }
}

impl OrderRef {
    /// The merchant's number, when the order is named by it.
    pub fn order_no(&self) -> Option<&str> {
        match self {
            Self::OrderNo(number) => Some(number),
            Self::TransactionId(_) => None,
        }
    }
}

/// A text that says something: merchants write an empty one for none.
pub(crate) fn filled(value: Option<String>) -> Option<String> {
    value.filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_tells_its_wallet_by_prefix_and_length() {
        let wallet = |digits: &str| PaymentCode::new(digits.to_owned()).wallet();
        assert_eq!(wallet("134567890123456789"), Some(Wallet::WeChat));
        assert_eq!(wallet("2812345678901234"), Some(Wallet::Alipay));
        assert_eq!(wallet("6212345678901234567"), Some(Wallet::UnionPay));
        for nobodys in ["", "1", "1345", "164567890123456789", "13456789012345678x", "一二"] {
            assert_eq!(wallet(nobodys), None, "{nobodys}");
        }
    }

    #[test]
    fn a_printed_code_shows_its_last_four_characters_alone() {
        let code = PaymentCode::new("134567890123456789".to_owned());
        assert_eq!(format!("{code:?}"), "PaymentCode(**************6789)");
    }
}
