//! The books: everything that the platform knows, and the only way in which it changes.
//!
//! A decision looks at the books and gives [`Change`]s; the changes alone move the books. Whoever keeps the changes, in
//! their order, has the books: applied to empty ones they give the same again, whatever a later version would decide.
//! *Not modelled:* taking a change back. A reversal is a change of its own.

use crate::ledger::{Entry, Ledger};
use crate::notifier::{NoticeChange, Notices};
use crate::orders::{OrderChange, Orders};
use serde::{Deserialize, Serialize};

/// The state of the platform: card records, orders, notices, and the ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Books {
    ledger: Ledger,
    orders: Orders,
    notices: Notices,
}

/// One fact that moved the books. What one request changes is one group: all of it holds, or nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Change {
    /// Money moved.
    Entry(Entry),
    /// Something happened to a wallet order.
    Order(OrderChange),
    /// Something is to be told, or was.
    Notice(NoticeChange),
}

impl Books {
    /// The truth about the money.
    #[must_use]
    pub const fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The wallet orders.
    #[must_use]
    pub const fn orders(&self) -> &Orders {
        &self.orders
    }

    /// What merchants are still to be told.
    #[must_use]
    pub const fn notices(&self) -> &Notices {
        &self.notices
    }

    /// For decisions that write into the ledger themselves.
    pub(crate) const fn ledger_mut(&mut self) -> &mut Ledger {
        &mut self.ledger
    }

    /// Makes a change. Nothing is checked: that was done when it was decided.
    pub fn apply(&mut self, change: &Change) {
        match change {
            Change::Entry(entry) => self.ledger.append(*entry),
            Change::Order(change) => self.orders.apply(change),
            Change::Notice(change) => self.notices.apply(change),
        }
    }
}
