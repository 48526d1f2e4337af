//! The terminal's side of WeChat Pay v2: typed requests, answers and notifications, to and from whole HTTP messages; and
//! of Alipay's `gateway.do`, in the same types.
//!
//! Source: WeChat Pay v2, "payment-code" (calls, three result levels, `trade_state`) and "Notifications".
//! A [`Codec`] holds what the terminal shares with the gateway and the buffers that it reuses. The three levels on which
//! a call can fail stay apart in [`AnswerError`]. An [`AlipayCodec`] says and hears the same in Alipay's words. The gateway's side is [`crate::platform`] and [`crate::notice`].
//! Not modelled: bills, payer identity, time stamps, notifications of refunds.

pub(crate) mod alipay;
mod codec;
mod error;
mod payment_code;
mod refund;
mod word;

pub use alipay::{AlipayCodec, AlipayShop, Product};
pub use codec::Codec;
pub use error::{AnswerError, FieldError, FieldFault, RequestError, TransportFault};
pub use payment_code::{MicroPay, Paid, Reversed};
pub use refund::{Refund, RefundStatus, RefundTold};
pub use word::{ErrCode, TradeState};

use crate::sign::{ApiKey, SignType};

/// What a merchant and the gateway agreed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merchant {
    /// `appid`.
    pub app_id: String,
    /// `mch_id`.
    pub mch_id: String,
    /// The key that signs both directions.
    pub api_key: ApiKey,
    /// How messages of this merchant are signed.
    pub sign_type: SignType,
    /// Where notifications go: `http://host[:port]/path`.
    pub notify_url: String,
}

impl Merchant {
    /// Host (with port) and path of the notification URL; the path is `/` when there is none.
    pub fn notify_target(&self) -> (&str, &str) {
        let url = self.notify_url.as_str();
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        rest.find('/').map_or((rest, "/"), |slash| rest.split_at(slash))
    }
}

/// A call, which is also the path that it is sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Call {
    /// `/pay/unifiedorder`.
    UnifiedOrder,
    /// `/pay/orderquery`.
    OrderQuery,
    /// `/pay/closeorder`.
    CloseOrder,
    /// `/pay/micropay`.
    MicroPay,
    /// `/secapi/pay/reverse`.
    Reverse,
    /// `/secapi/pay/refund`.
    Refund,
    /// `/pay/refundquery`.
    RefundQuery,
}

impl Call {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::UnifiedOrder,
        Self::OrderQuery,
        Self::CloseOrder,
        Self::MicroPay,
        Self::Reverse,
        Self::Refund,
        Self::RefundQuery,
    ];

    /// The path of the call.
    pub const fn path(self) -> &'static str {
        match self {
            Self::UnifiedOrder => "/pay/unifiedorder",
            Self::OrderQuery => "/pay/orderquery",
            Self::CloseOrder => "/pay/closeorder",
            Self::MicroPay => "/pay/micropay",
            Self::Reverse => "/secapi/pay/reverse",
            Self::Refund => "/secapi/pay/refund",
            Self::RefundQuery => "/pay/refundquery",
        }
    }
}

/// What a terminal asks of the gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request<'a> {
    /// Make an order and give me the code to show.
    UnifiedOrder(UnifiedOrder<'a>),
    /// What became of this order?
    OrderQuery {
        /// The merchant's number of the order.
        out_trade_no: &'a str,
    },
    /// Nobody shall pay this order any more.
    CloseOrder {
        /// The merchant's number of the order.
        out_trade_no: &'a str,
    },
    /// Take money from whom this payment code belongs to.
    MicroPay(MicroPay<'a>),
    /// Undo this order: give back what was paid, or see to it that it never will be.
    Reverse {
        /// The merchant's number of the order.
        out_trade_no: &'a str,
    },
    /// Give money back.
    Refund(Refund<'a>),
    /// What became of this refund?
    RefundQuery {
        /// The merchant's number of the order; WeChat Pay is not told.
        out_trade_no: &'a str,
        /// The merchant's number of the refund.
        out_refund_no: &'a str,
    },
}

impl<'a> Request<'a> {
    /// Which call this is.
    pub const fn call(&self) -> Call {
        match self {
            Self::UnifiedOrder(_) => Call::UnifiedOrder,
            Self::OrderQuery { .. } => Call::OrderQuery,
            Self::CloseOrder { .. } => Call::CloseOrder,
            Self::MicroPay(_) => Call::MicroPay,
            Self::Reverse { .. } => Call::Reverse,
            Self::Refund(_) => Call::Refund,
            Self::RefundQuery { .. } => Call::RefundQuery,
        }
    }

    /// The merchant's number of the order, which all calls have but the question for a refund.
    pub const fn out_trade_no(&self) -> Option<&'a str> {
        match self {
            Self::UnifiedOrder(UnifiedOrder { out_trade_no, .. })
            | Self::OrderQuery { out_trade_no }
            | Self::CloseOrder { out_trade_no }
            | Self::MicroPay(MicroPay { out_trade_no, .. })
            | Self::Reverse { out_trade_no }
            | Self::Refund(Refund { out_trade_no, .. }) => Some(out_trade_no),
            Self::RefundQuery { .. } => None,
        }
    }
}

/// An order whose code the terminal shows (`trade_type` NATIVE).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnifiedOrder<'a> {
    /// The merchant's number of the order, the key for everything that follows.
    pub out_trade_no: &'a str,
    /// The amount in fen.
    pub total_fee_fen: u64,
    /// What the payer reads.
    pub body: &'a str,
}

/// A call that worked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer<'a> {
    /// To a unified order: the text of the code to show.
    CodeUrl(&'a str),
    /// To a query.
    Order(OrderState<'a>),
    /// To a close: done.
    Closed,
    /// To a payment by payment code: paid.
    Paid(Paid<'a>),
    /// To a reverse: done, or not.
    Reversed(Reversed),
    /// To a refund, or to the question for one: the gateway has taken it.
    Refund(RefundTold<'a>),
}

/// What became of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderState<'a> {
    /// The merchant's number of the order.
    pub out_trade_no: &'a str,
    /// Where it stands.
    pub trade_state: TradeState,
    /// The gateway's number of the payment, once there is one.
    pub transaction_id: Option<&'a str>,
    /// The amount in fen, once it is paid.
    pub total_fee_fen: Option<u64>,
    /// By which way it was paid, where that is said: a word that this crate does not judge.
    pub trade_type: Option<&'a str>,
}

/// The gateway tells that an order was paid, or that paying it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Notification<'a> {
    /// The gateway's number of the payment.
    pub transaction_id: &'a str,
    /// The merchant's number of the order.
    pub out_trade_no: &'a str,
    /// The amount in fen.
    pub total_fee_fen: u64,
    /// Whether the payment succeeded: `result_code`.
    pub succeeded: bool,
    /// By which way it was paid, where that is said.
    pub trade_type: Option<&'a str>,
}

/// What the merchant says to a notification; anything but success is repeated later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Acknowledgement {
    /// `return_code` SUCCESS.
    Success,
    /// `return_code` FAIL, with `return_msg`.
    Fail(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notification_url_without_a_path_means_the_root() {
        let merchant = |notify_url: &str| Merchant {
            app_id: String::new(),
            mch_id: String::new(),
            api_key: ApiKey::new(""),
            sign_type: SignType::Md5,
            notify_url: notify_url.to_owned(),
        };
        assert_eq!(merchant("http://shop:8080").notify_target(), ("shop:8080", "/"));
        assert_eq!(merchant("http://shop:8080/a/b").notify_target(), ("shop:8080", "/a/b"));
    }
}
