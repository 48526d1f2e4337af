//! What can be wrong with a notification on purpose.
//!
//! Source: WeChat Pay, "Notifications" (lost, late, twice within a second by a second route, to be verified and compared
//! with the order); Alipay, "Notifications". *Not modelled:* two of these on one delivery.

use core::fmt;
use core::time::Duration;
use serde::{Deserialize, Serialize};
use sim::OrderNo;

/// What is wrong with one delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NoticeFault {
    /// It never leaves; the schedule goes on.
    Drop,
    /// It leaves later than it should.
    Late {
        /// How much later.
        by: Duration,
    },
    /// It leaves, and leaves once more.
    Repeat {
        /// How long after.
        after: Duration,
    },
    /// It leaves only after the next delivery, of whatever notice, has left.
    HeldBack,
    /// It leaves only when money of the order has gone back.
    AfterRefund,
    /// It is not what the platform would have written.
    Forged(Forgery),
    /// It says that it was made so long ago. WeChat Pay v2 says no time: there it is sound.
    Stale {
        /// How long.
        by: Duration,
    },
    /// It cannot be read.
    Malformed(Malformation),
}

/// How a notification is forged: what it says, and who signed that. A stranger can write anything and sign nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forgery {
    /// What it says.
    pub claim: Claim,
    /// Who signed it.
    pub signing: Signing,
}

/// What a notification says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Claim {
    /// What has happened.
    True,
    /// Another amount.
    Amount {
        /// How much more, or less, than was paid.
        by_fen: i64,
    },
    /// Another order.
    Order(OrderNo),
}

/// Who signed a notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Signing {
    /// The platform: only a look at one's own order finds out.
    Right,
    /// Somebody with a key that is not the platform's.
    WrongKey,
    /// It names another key than it is signed with. Where a dialect names none, it is signed with the wrong one.
    WrongKeyId,
    /// Nobody.
    Missing,
}

impl NoticeFault {
    /// The word for it, in events and reports.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Drop => "lose-notification",
            Self::Late { .. } => "late-notification",
            Self::Repeat { .. } => "repeat-notification",
            Self::HeldBack => "notification-behind-next",
            Self::AfterRefund => "notification-behind-refund",
            Self::Forged(_) => "forge-notification",
            Self::Stale { .. } => "backdate-notification",
            Self::Malformed(_) => "damage-notification",
        }
    }
}

/// How a notification cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Malformation {
    /// The second half of the body is missing.
    CutShort,
    /// The body is a web page.
    NotADocument,
    /// The body is in UTF-16.
    WrongEncoding,
}

impl fmt::Display for NoticeFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Drop => f.write_str("dropped"),
            Self::Late { by } => write!(f, "late by {by:?}"),
            Self::Repeat { after } => write!(f, "twice within {after:?}"),
            Self::HeldBack => f.write_str("held back until after the next"),
            Self::AfterRefund => f.write_str("held back until after a refund"),
            Self::Forged(forgery) => forgery.fmt(f),
            Self::Stale { by } => write!(f, "dated back by {by:?}"),
            Self::Malformed(Malformation::CutShort) => f.write_str("cut short"),
            Self::Malformed(Malformation::NotADocument) => f.write_str("a web page"),
            Self::Malformed(Malformation::WrongEncoding) => f.write_str("in UTF-16"),
        }
    }
}

impl fmt::Display for Forgery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.claim {
            Claim::True => return self.signing.fmt(f),
            Claim::Amount { by_fen } => write!(f, "amount off by {by_fen:+} fen")?,
            Claim::Order(order) => write!(f, "about order {order} instead")?,
        }
        if self.signing == Signing::Right { Ok(()) } else { write!(f, ", {}", self.signing) }
    }
}

impl fmt::Display for Signing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Right => "rightly signed",
            Self::WrongKey => "signed with a wrong key",
            Self::WrongKeyId => "under a wrong key id",
            Self::Missing => "unsigned",
        })
    }
}
