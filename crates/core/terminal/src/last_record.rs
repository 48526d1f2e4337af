//! The last record of a flow at the wallet: what is being written, and what is so once it is in flash.
//!
//! Payments by either kind of code and refunds end alike: approved, over, or given up for another try under a number of
//! its own. *Not here:* card charges, whose next number is a trace number.

use crate::charge::{Approval, Charge};
use crate::desk::{Desk, Next};
use crate::journal::Record;
use crate::order::Order;
use crate::screen::Belief;
use sim::{Key, OrderNo};

/// The record that is on its way to the flash.
#[derive(Clone, Debug)]
pub(crate) enum LastRecord {
    /// That it is approved.
    Storing(Box<Approval>),
    /// That it is over. With `again`, another charge of the same wish follows.
    Ending { belief: Belief, again: bool },
}

impl LastRecord {
    /// Starts to write that a charge is approved, under this number of the gateway.
    pub(crate) fn storing(charge: Charge, reference: String, desk: &mut Desk<'_>) -> Self {
        Self::Storing(desk.store_order(charge, reference))
    }

    /// Starts to write that a charge is over.
    pub(crate) fn ending(charge: Charge, belief: Belief, again: bool, desk: &mut Desk<'_>) -> Self {
        desk.write(Record::Ended(charge.key));
        Self::Ending { belief, again }
    }

    /// It is in flash.
    pub(crate) fn in_flash(&self, charge: Charge, number: OrderNo, desk: &mut Desk<'_>) -> Next {
        match self {
            Self::Storing(approval) => Next::Paid(approval.clone()),
            Self::Ending { belief, again: false } => Next::Over(*belief),
            Self::Ending { again: true, .. } => {
                let key = Key::Order(Order::next_number(desk).at(number.shop()));
                Next::Instead(Charge { key, ..charge })
            }
        }
    }
}
