//! What a wallet platform decided, in no dialect's words.
//!
//! Each dialect turns this into its own three levels of results. Sources: the answers of WeChat Pay v2 and v3 and of
//! Alipay's trade interface, reduced to what they have in common. *Not modelled:* discounts and vouchers (a payer pays
//! exactly the amount), fees, funding channels, fund splits.

use crate::amount::Amount;
use crate::messages::TradeState;
use crate::moment::{Day, WallTime};

/// A decision, to be put into the words of the dialect that was asked in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// To a payment or a query: where the order stands.
    Order(OrderTold),
    /// To the making of an order: the text of the code to show.
    Made {
        /// The merchant's number of the order.
        order_no: String,
        /// What the code says: a URL.
        code_url: String,
    },
    /// To a reverse: done.
    Reversed(Reversed),
    /// To a close: done.
    Closed {
        /// The merchant's number of the order.
        order_no: String,
        /// The platform's number, when there was one already.
        transaction_id: Option<String>,
    },
    /// To a refund: taken, and perhaps already done.
    Refunded(RefundTold),
    /// To a query for refunds: one at least, the eldest first.
    Refunds(Vec<RefundTold>),
    /// To a bill or to its file.
    Bill(Bill),
    /// To the question for certificates.
    Certificates,
    /// To the question for the test platform's key.
    SandboxKey,
    /// Not done, or not known whether done.
    Refused {
        /// Why.
        why: Refusal,
        /// Whether a reverse should be asked again: `recall`, `retry_flag`. Only a reverse says this.
        again: bool,
    },
}

impl From<Refusal> for Told {
    /// Ask again when the platform itself does not know.
    fn from(why: Refusal) -> Self {
        Self::Refused { why, again: why.leaves_result_unknown() }
    }
}

/// Where an order stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderTold {
    /// The merchant's number of the order.
    pub order_no: String,
    /// What it is about.
    pub amount: Amount,
    /// What the payer reads.
    pub subject: String,
    /// How the payer comes to it.
    pub kind: OrderKind,
    /// Where it stands.
    pub state: OrderState,
    /// Who pays, once there is a payment; while the payer is typing, its time is when that began.
    pub payment: Option<Payment>,
    /// How much of it went back so far.
    pub refunded: Amount,
    /// What the merchant wanted repeated.
    pub attach: Option<String>,
    /// The merchant's device.
    pub device: Option<String>,
}

/// How the payer comes to an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderKind {
    /// The merchant scans the payer's code.
    PaymentCode,
    /// The payer scans the merchant's code.
    ShownCode,
    /// The payer scans the merchant's code, and the money is frozen and not paid.
    Hold,
}

/// Where an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OrderState {
    /// Not paid yet.
    Open,
    /// The payer is typing the password.
    Paying,
    /// Paid.
    Paid,
    /// Paid, and money went back, all of it or a part.
    Refunded,
    /// Closed, never paid.
    Closed,
    /// Undone by a reverse.
    Revoked,
    /// Paying failed.
    Failed,
}

impl OrderState {
    /// What both dialects of WeChat Pay call it.
    pub const fn trade_state(self) -> TradeState {
        match self {
            Self::Open => TradeState::NotPay,
            Self::Paying => TradeState::UserPaying,
            Self::Paid => TradeState::Success,
            Self::Refunded => TradeState::Refund,
            Self::Closed => TradeState::Closed,
            Self::Revoked => TradeState::Revoked,
            Self::Failed => TradeState::PayError,
        }
    }

    /// What a payment is refused with that does not end paid.
    pub(crate) const fn refusal_to_pay(self) -> Option<Refusal> {
        match self {
            Self::Paid => None,
            Self::Open | Self::Paying => Some(Refusal::PayerPaying),
            Self::Refunded => Some(Refusal::AlreadyPaid),
            Self::Closed => Some(Refusal::OrderClosed),
            Self::Revoked => Some(Refusal::OrderReversed),
            Self::Failed => Some(Refusal::PaymentFailed),
        }
    }

    /// Whether money came in and did not all go back by a reverse.
    pub(crate) const fn is_paid(self) -> bool {
        matches!(self, Self::Paid | Self::Refunded)
    }
}

/// A payment of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// The platform's number of the payment.
    pub transaction_id: String,
    /// The payer: an open id or a user number.
    pub buyer_id: String,
    /// When.
    pub paid_at: WallTime,
}

/// An order that was undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reversed {
    /// The merchant's number of the order.
    pub order_no: String,
    /// The platform's number, when there was a payment.
    pub transaction_id: Option<String>,
    /// What had to be done.
    pub undone: Undone,
}

/// What a reverse did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undone {
    /// There was nothing to undo.
    Nothing,
    /// Not paid: closed.
    Closed,
    /// Paid: refunded.
    Refunded,
}

/// One refund.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundTold {
    /// The merchant's number of the order.
    pub order_no: String,
    /// The platform's number of the payment.
    pub transaction_id: String,
    /// The merchant's number of the refund.
    pub refund_no: String,
    /// The platform's number of the refund.
    pub refund_id: String,
    /// How much this refund gives back.
    pub amount: Amount,
    /// How much was paid.
    pub total: Amount,
    /// How much all refunds of this order gave back, this one included.
    pub refunded_so_far: Amount,
    /// Where the refund stands.
    pub state: RefundState,
    /// When it was asked for.
    pub asked_at: WallTime,
    /// When the money arrived.
    pub done_at: Option<WallTime>,
    /// The payer.
    pub buyer_id: String,
    /// Whether this very call moved the money; a repetition did not. Alipay says so: `fund_change`.
    pub moved_now: bool,
    /// The reason that was given.
    pub reason: Option<String>,
}

/// Where a refund stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefundState {
    /// Taken, not done yet.
    Processing,
    /// Done.
    Done,
    /// Given up: the money stays where it is.
    Closed,
    /// The money found no account: a person must look.
    Abnormal,
}

/// What happened on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bill {
    /// The day in Beijing.
    pub day: Day,
    /// Payments and refunds by time.
    pub rows: Vec<BillRow>,
    /// Where the text can be fetched, for the dialects that give an address instead.
    pub address: String,
}

/// One line of a bill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillRow {
    /// When.
    pub at: WallTime,
    /// The platform's number of the payment.
    pub transaction_id: String,
    /// The merchant's number of the order.
    pub order_no: String,
    /// The payer.
    pub buyer_id: String,
    /// How the payer came to it.
    pub kind: OrderKind,
    /// What the payer read.
    pub subject: String,
    /// The merchant's device.
    pub device: Option<String>,
    /// What the payment was about.
    pub amount: Amount,
    /// On a refund or a reverse: what went back.
    pub refund: Option<BillRefund>,
}

/// The part of a bill's line that only money going back has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillRefund {
    /// The platform's number of the refund.
    pub refund_id: String,
    /// The merchant's number of the refund.
    pub refund_no: String,
    /// How much went back.
    pub amount: Amount,
    /// By a reverse and not by a refund.
    pub by_reverse: bool,
}

/// Why something was not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Refusal {
    /// The order is paid already.
    AlreadyPaid,
    /// The order was closed.
    OrderClosed,
    /// The order was reversed.
    OrderReversed,
    /// There is no such order.
    NoSuchOrder,
    /// There is no such refund.
    NoSuchRefund,
    /// The number belongs to another order, with other data.
    NumberUsedForOther,
    /// There is nothing to give back: the order is not paid.
    NotPaid,
    /// More is to go back than is left.
    TooMuchRefund,
    /// Too late for this: a reverse after days, a refund after a year.
    TooLate,
    /// The payment code is nobody's, or was used.
    CodeInvalid,
    /// The payment code is too old.
    CodeExpired,
    /// The payer has not enough money.
    NotEnough,
    /// The payer's card or account cannot do this.
    CardUnsupported,
    /// The payment was tried and failed for another reason.
    PaymentFailed,
    /// The payer may not pay so much.
    PayerLimit,
    /// The merchant may not take so much at once.
    AmountLimit,
    /// The payer is typing the password. A payment says this itself, by [`OrderState::Paying`].
    PayerPaying,
    /// The platform is at fault: the result is unknown.
    Busy,
    /// The bank is at fault: the result is unknown.
    BankError,
    /// Too many requests.
    RateLimited,
    /// There is no bill of this day.
    NoBill,
    /// This parameter is missing or cannot be.
    WrongParameter(&'static str),
    /// The body is not what this dialect speaks.
    WrongFormat,
    /// The signature is missing or wrong.
    WrongSignature,
    /// The signature is too old, or from the future.
    WrongTime,
    /// There is no such merchant or application.
    NoSuchMerchant,
    /// The merchant and the application do not belong together.
    MerchantMismatch,
    /// The merchant may not do this.
    NotAllowed,
    /// There is no such call.
    NoSuchCall,
}

impl Refusal {
    /// Whether money may have moved all the same, so that a merchant must ask.
    pub const fn leaves_result_unknown(self) -> bool {
        matches!(self, Self::Busy | Self::BankError | Self::PayerPaying)
    }

    /// One of each, for tables and tests.
    pub const ALL: [Self; 29] = [
        Self::AlreadyPaid,
        Self::OrderClosed,
        Self::OrderReversed,
        Self::NoSuchOrder,
        Self::NoSuchRefund,
        Self::NumberUsedForOther,
        Self::NotPaid,
        Self::TooMuchRefund,
        Self::TooLate,
        Self::CodeInvalid,
        Self::CodeExpired,
        Self::NotEnough,
        Self::CardUnsupported,
        Self::PaymentFailed,
        Self::PayerLimit,
        Self::AmountLimit,
        Self::PayerPaying,
        Self::Busy,
        Self::BankError,
        Self::RateLimited,
        Self::NoBill,
        Self::WrongParameter("parameter"),
        Self::WrongFormat,
        Self::WrongSignature,
        Self::WrongTime,
        Self::NoSuchMerchant,
        Self::MerchantMismatch,
        Self::NotAllowed,
        Self::NoSuchCall,
    ];
}
