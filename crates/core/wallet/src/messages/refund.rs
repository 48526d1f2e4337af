//! What a merchant asks about money that goes back, and what it is told.
//!
//! Source: WeChat Pay v2, "Refund" and "Refund query": `out_refund_no` is the key, the same number again is the same
//! refund. Amounts in whole fen. *Not modelled:* several refunds in one answer: who asks by the number of a refund is told
//! of one; where the money arrives; coupons.

use crate::messages::error::{FieldError, FieldFault};

/// Give money of a paid order back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refund<'a> {
    /// The merchant's number of the order.
    pub out_trade_no: &'a str,
    /// The gateway's number of the payment, or of the hold; WeChat Pay is not told.
    pub transaction_id: &'a str,
    /// The merchant's number of the refund.
    pub out_refund_no: &'a str,
    /// What the order was about, in fen.
    pub total_fee_fen: u64,
    /// What goes back, in fen.
    pub refund_fee_fen: u64,
}

/// A refund that the gateway knows of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefundTold<'a> {
    /// The merchant's number of the order.
    pub out_trade_no: &'a str,
    /// The merchant's number of the refund.
    pub out_refund_no: &'a str,
    /// The gateway's number of the refund.
    pub refund_id: &'a str,
    /// What goes back, in fen.
    pub refund_fee_fen: u64,
    /// Where it stands: `refund_status`. The answer to the refund itself says nothing of it: it is taken.
    pub status: RefundStatus,
}

/// Where a refund stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RefundStatus {
    /// Taken, and on its way: `PROCESSING`.
    Processing,
    /// Done: `SUCCESS`.
    Done,
    /// Given up; the money stays where it is: `REFUNDCLOSE`.
    Closed,
    /// The money has found no account, and a person must look: `CHANGE`.
    Abnormal,
    /// Nobody says: it has not come, has failed, or is under way. Its number says which refund it is when it is sent again.
    /// Alipay, `alipay.trade.fastpay.refund.query` without `refund_status`.
    Unsaid,
}

impl RefundStatus {
    /// Reads the word of the wire.
    pub(crate) fn from_wire(word: &str) -> Result<Self, FieldError> {
        Ok(match word {
            "PROCESSING" => Self::Processing,
            "SUCCESS" => Self::Done,
            "REFUNDCLOSE" => Self::Closed,
            "CHANGE" => Self::Abnormal,
            _ => return Err(FieldError { key: "refund_status_0", fault: FieldFault::Unreadable }),
        })
    }
}
