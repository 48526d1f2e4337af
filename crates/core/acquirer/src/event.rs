//! What the acquirer reports: everything that laws, reports and people care about, one short line each.
//!
//! *Not modelled:* fields of the messages; the trace keeps their bytes.

use crate::fault::Hit;
use crate::notifier::{NoticeFault, What};
use crate::short::{Code, Why};
use core::fmt;
use sim::{Fen, Port, Tag};
use sim::{Key, OrderNo};

/// Something happened at the acquirer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A request has arrived, whole and readable. Nothing has moved yet.
    Received {
        /// What it asks for.
        kind: Kind,
        /// Of which payment; all zero where the request does not say.
        key: Key,
    },
    /// The state of a payment has changed, for good.
    Committed {
        /// Of which payment.
        key: Key,
        /// How.
        movement: Movement,
        /// The amount of the payment.
        amount: Fen,
    },
    /// A request has been refused; nothing moves because of it.
    Declined {
        /// What it asked for.
        kind: Kind,
        /// Of which payment.
        key: Key,
        /// Why: field 39, or `err_code`.
        code: Code,
    },
    /// The answer has left.
    Answered {
        /// What was asked for.
        kind: Kind,
        /// Of which payment.
        key: Key,
        /// Field 39; or `SUCCESS`, a trade state, or the `err_code`.
        code: Code,
    },
    /// A fault has hit a request; what it does follows.
    Faulted {
        /// What the request asks for.
        kind: Kind,
        /// Of which payment.
        key: Key,
        /// Which fault, and what it does.
        hit: Hit,
    },
    /// A payer has confirmed an order that cannot be paid.
    PaymentRefused {
        /// Which order.
        order: OrderNo,
        /// Why.
        why: PaymentRefusal,
    },
    /// A notification has left.
    Notified {
        /// About which order.
        order: OrderNo,
        /// About what of it.
        what: What,
        /// The first delivery is 1.
        attempt: u8,
        /// What is wrong with it on purpose. A dropped one has not left.
        fault: Option<NoticeFault>,
    },
    /// The merchant has not taken a notification.
    NotTaken {
        /// About which order.
        order: OrderNo,
        /// About what of it.
        what: What,
        /// Which delivery.
        attempt: u8,
        /// What the merchant said or did.
        why: Why,
    },
    /// The merchant has acknowledged a notification.
    Acknowledged {
        /// About which order.
        order: OrderNo,
    },
    /// The last delivery of the schedule has failed. Only a query finds out now.
    NotificationsExhausted {
        /// About which order.
        order: OrderNo,
    },
    /// Bytes that are no request, or no authentic one. Nothing moves because of them.
    Malformed {
        /// Where.
        port: Port,
        /// What is wrong with them.
        why: Why,
    },
}

/// What kind of message it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// 0200 and 0210.
    Sale,
    /// 0400 and 0410.
    Reversal,
    /// A new wallet order.
    Order,
    /// A question about a wallet order.
    Query,
    /// Closes a wallet order.
    Close,
    /// A wallet order that is paid by the payer's code.
    Pay,
    /// Takes a wallet order back.
    Reverse,
    /// Refunds a wallet order.
    RefundOrder,
    /// Asks for a refund of a wallet order.
    RefundQuery,
    /// Asks for the bill of a day.
    Bill,
    /// Asks for a platform's certificates or keys.
    Keys,
    /// The platform tells the merchant of a payment.
    Notification,
}

impl Kind {
    /// The tag of its messages, both ways, so that rules can aim at them.
    #[must_use]
    pub const fn tag(self) -> Tag {
        Tag(match self {
            Self::Sale => "sale",
            Self::Reversal => "reversal",
            Self::Order => "order",
            Self::Query => "query",
            Self::Close => "close",
            Self::Pay => "pay",
            Self::Reverse => "reverse",
            Self::RefundOrder => "refund-order",
            Self::RefundQuery => "refund-query",
            Self::Bill => "bill",
            Self::Keys => "keys",
            Self::Notification => "notification",
        })
    }
}

/// How the state of a payment has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Movement {
    /// Money has moved from the customer to the merchant.
    Captured,
    /// It has moved back.
    Reversed,
    /// A part of it, or all, has moved back for a refund.
    Refunded,
    /// An order can no longer be paid.
    Closed,
    /// An order can now be paid.
    Ordered,
}

/// Why a payer's confirmation moves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PaymentRefusal {
    /// Nobody has made such an order.
    UnknownOrder,
    /// The merchant has closed it.
    Closed,
    /// It has been paid before.
    AlreadyPaid,
    /// The gateway has too much to do.
    Busy,
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Received { kind, key } => write!(f, "{kind} received, {key}"),
            Self::Committed { key, movement, amount } => write!(f, "{movement} {amount}, {key}"),
            Self::Declined { kind, key, code } => write!(f, "{kind} declined {code}, {key}"),
            Self::Answered { kind, key, code } => write!(f, "{kind} answered {code}, {key}"),
            Self::Faulted { kind, key, hit } => write!(f, "{kind} meets {}, {key}", hit.deed),
            Self::PaymentRefused { order, why } => write!(f, "payment refused, {why}, order {order}"),
            Self::Notified { order, what, attempt, fault: None } => {
                write!(f, "{what} {attempt} sent, order {order}")
            }
            Self::Notified { order, what, attempt, fault: Some(fault) } => {
                write!(f, "{what} {attempt} sent, {fault}, order {order}")
            }
            Self::NotTaken { order, what, attempt, why } => {
                write!(f, "{what} {attempt} not taken, {why}, order {order}")
            }
            Self::Acknowledged { order } => write!(f, "notification acknowledged, order {order}"),
            Self::NotificationsExhausted { order } => write!(f, "notifications exhausted, order {order}"),
            Self::Malformed { port, why } => write!(f, "malformed bytes at port {}: {why}", port.0),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.tag().fmt(f)
    }
}

impl fmt::Display for Movement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Captured => "captured",
            Self::Reversed => "reversed",
            Self::Refunded => "refunded",
            Self::Closed => "closed",
            Self::Ordered => "ordered",
        })
    }
}

impl fmt::Display for PaymentRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnknownOrder => "unknown order",
            Self::Closed => "order closed",
            Self::AlreadyPaid => "already paid",
            Self::Busy => "gateway busy",
        })
    }
}
