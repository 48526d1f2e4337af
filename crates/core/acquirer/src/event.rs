//! What the acquirer reports: everything that laws, reports and people care about, one short line each.
//!
//! *Not modelled:* fields of the messages; the trace keeps their bytes.

use crate::card::{BatchTotals, Comparison};
use crate::fault::Hit;
use crate::notifier::{NoticeFault, What};
use crate::short::{Code, Why};
use core::fmt;
use serde::{Deserialize, Serialize};
use sim::{Fen, Port, Tag};
use sim::{Key, OrderNo, TerminalNo};

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
        /// The transaction that did it, or whose reversal did: a void has a number of its own. None for what ran out.
        by: Option<Key>,
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
    /// A terminal has said what its batch amounts to, and this is what the records say. Equal totals close the batch.
    Settled {
        /// Which terminal.
        terminal: TerminalNo,
        /// Which batch.
        batch: u32,
        /// What the terminal has said.
        theirs: BatchTotals,
        /// What the records say.
        ours: BatchTotals,
    },
    /// After totals that differed, all details have been uploaded and compared. The batch is closed.
    Compared {
        /// Which terminal.
        terminal: TerminalNo,
        /// Which batch.
        batch: u32,
        /// What came of it.
        comparison: Comparison,
    },
    /// Bytes that are no request, or no authentic one, or one more than their merchant may send. Nothing moves because of
    /// them.
    Malformed {
        /// Where.
        port: Port,
        /// What is wrong with them.
        why: Why,
    },
}

/// What kind of message it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// 0200 and 0210.
    Sale,
    /// 0200: a payment by a code that the terminal has scanned from the payer's phone.
    QrSale,
    /// 0220: a sale that the terminal has approved itself.
    OfflineSale,
    /// 0200: takes a sale of the same batch and day back.
    Void,
    /// 0220: gives a part of an earlier payment back, or all of it.
    Refund,
    /// 0200: what the card has to spend.
    Balance,
    /// 0100: holds money.
    PreAuth,
    /// 0100: lets it go.
    PreAuthVoid,
    /// 0200 or 0220: takes what was held.
    Completion,
    /// 0200: gives what was taken back into the hold.
    CompletionVoid,
    /// 0620: what the chip has made of the issuer's script.
    Script,
    /// 0400 and 0410.
    Reversal,
    /// 0800: asks for working keys.
    SignOn,
    /// 0820.
    SignOut,
    /// 0820: is anybody there.
    Echo,
    /// 0800 and 0820: parameters and keys of card organisations.
    Parameters,
    /// 0500 and 0510.
    Settlement,
    /// 0320 and 0330: details of a batch.
    Upload,
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
            Self::QrSale => "qr-sale",
            Self::OfflineSale => "offline-sale",
            Self::Void => "void",
            Self::Refund => "refund",
            Self::Balance => "balance",
            Self::PreAuth => "preauth",
            Self::PreAuthVoid => "preauth-void",
            Self::Completion => "completion",
            Self::CompletionVoid => "completion-void",
            Self::Script => "script",
            Self::SignOn => "sign-on",
            Self::SignOut => "sign-out",
            Self::Echo => "echo",
            Self::Parameters => "parameters",
            Self::Settlement => "settlement",
            Self::Upload => "upload",
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

    /// Whether a 0400 can take back what such a request did. An advice is repeated instead.
    #[must_use]
    pub const fn can_be_reversed(self) -> bool {
        use Kind::{Completion, CompletionVoid, PreAuth, PreAuthVoid, QrSale, Sale, Void};
        matches!(self, Sale | QrSale | Void | PreAuth | PreAuthVoid | Completion | CompletionVoid)
    }

    /// Whether a card, or a scanned code, is asked for or given money by it.
    #[must_use]
    pub const fn concerns_a_card(self) -> bool {
        self.can_be_reversed() || matches!(self, Self::OfflineSale | Self::Refund | Self::Balance)
    }
}

/// How the state of a payment has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Movement {
    /// Money has moved from the customer to the merchant.
    Captured,
    /// It has moved back, because the message that moved it was reversed.
    Reversed,
    /// It has moved back, because the merchant has voided the payment.
    Voided,
    /// It has moved back, wholly or in part, because the merchant has refunded the payment.
    Refunded,
    /// A void was reversed: the payment stands again, and its money is the merchant's.
    Restored,
    /// Money is held for the merchant and not moved. So it is again when what ended the hold is undone.
    Held,
    /// A hold has ended and nothing was taken.
    Released,
    /// A hold has ended, this was taken, and the rest of it was let go.
    Completed,
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
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Received { kind, key } => write!(f, "{kind} received, {key}"),
            Self::Committed { key, movement, amount, .. } => write!(f, "{movement} {amount}, {key}"),
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
            Self::Settled { terminal, batch, theirs, ours } => {
                let says = if theirs == ours { "equal" } else { "different" };
                write!(
                    f,
                    "batch {batch:06} of terminal {terminal} settled, {says}: it says {theirs}; here {ours}",
                    terminal = terminal.0
                )
            }
            Self::Compared { terminal, batch, comparison } => {
                write!(f, "batch {batch:06} of terminal {} compared: {comparison}", terminal.0)
            }
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
            Self::Voided => "voided",
            Self::Refunded => "refunded",
            Self::Restored => "restored",
            Self::Held => "held",
            Self::Released => "released",
            Self::Completed => "completed",
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
        })
    }
}
