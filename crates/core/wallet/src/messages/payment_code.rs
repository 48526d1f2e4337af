//! What a merchant asks about the code on a customer's phone, and what it is told: paying by it, and taking that back.
//!
//! Source: WeChat Pay v2, "payment-code": `/pay/micropay` and `/secapi/pay/reverse`. Amounts in whole fen. A payment by
//! payment code is never notified; who was not told asks. *Not modelled:* `device_info`, `attach`, goods, the client
//! certificate that a reverse wants, which belongs to the transport.

use crate::ask::PaymentCode;
use crate::messages::ErrCode;

/// Take money from whom this code belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MicroPay<'a> {
    /// The merchant's number of the order, the key for everything that follows.
    pub out_trade_no: &'a str,
    /// The amount in fen.
    pub total_fee_fen: u64,
    /// What the payer reads.
    pub body: &'a str,
    /// The payer's code, as it was scanned.
    pub auth_code: &'a PaymentCode,
    /// The address of the terminal: `spbill_create_ip`.
    pub terminal_ip: &'a str,
}

/// A payment that was made at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paid<'a> {
    /// The merchant's number of the order.
    pub out_trade_no: &'a str,
    /// The gateway's number of the payment.
    pub transaction_id: &'a str,
    /// The amount in fen.
    pub total_fee_fen: u64,
}

/// What a reverse has come to. A refusal is an answer here too, for it says as well whether to call again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reversed {
    /// Why it was refused; none when it is done.
    pub refused: Option<ErrCode>,
    /// Whether the call is to be made again: `recall`. Where nothing is said, a refusal is to be called again.
    pub recall: bool,
}
