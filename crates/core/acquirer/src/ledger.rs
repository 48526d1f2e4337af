//! The ledger: what really happened to the money, whatever anybody believes.
//!
//! Append-only and double entry: an entry debits one account and credits another by the same amount, so an
//! unbalanced entry cannot be written down. Amounts in fen. What a payment amounts to is kept beside the entries, so
//! that asking costs the same after a million of them.
//! *Not modelled:* fees, settlement to the merchant's bank, currencies other than yuan.

use crate::short::Code;
use core::fmt;
use serde::{Deserialize, Serialize};
use sim::{Fen, Key, OrderNo, SimTime, TerminalNo};
use std::collections::BTreeMap;

/// The most that one payment may be: twelve digits of fen, as field 4 and field 54 can say. Sums of such amounts stay far
/// from the end of the numbers.
pub(crate) const AMOUNT_MAX: Fen = Fen(999_999_999_999);

/// Everything that moved, oldest first. Only the acquirer writes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    entries: Vec<Entry>,
    /// By terminal, batch and trace number; far smaller keys than those of orders, and most of them.
    cards: BTreeMap<(TerminalNo, u32, u32), Standing>,
    orders: BTreeMap<OrderNo, Standing>,
}

/// What one payment amounts to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// What the merchant has got for it: captured minus given back.
    pub net: Fen,
    /// What is held of the customer's money and not captured.
    pub held: Fen,
    /// What was captured in all, whatever was given back later.
    pub captured: Fen,
}

impl Ledger {
    /// All entries, oldest first.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// What the merchant has got for this payment: captured minus given back.
    #[must_use]
    pub fn net(&self, key: Key) -> Fen {
        self.standing(key).net
    }

    /// What this payment amounts to; all zero for one that never moved money.
    #[must_use]
    pub fn standing(&self, key: Key) -> Standing {
        let standing = match key {
            Key::Card { terminal, batch, stan } => self.cards.get(&(terminal, batch, stan)),
            Key::Order(order) => self.orders.get(&order),
        };
        standing.copied().unwrap_or_default()
    }

    /// What each payment amounts to, by its number.
    pub fn standings(&self) -> impl Iterator<Item = (Key, Standing)> + '_ {
        let card = |(number, standing): (&(TerminalNo, u32, u32), &Standing)| {
            let (terminal, batch, stan) = *number;
            (Key::Card { terminal, batch, stan }, *standing)
        };
        let orders = self.orders.iter().map(|(order, standing)| (Key::Order(*order), *standing));
        self.cards.iter().map(card).chain(orders)
    }

    /// How many payments have moved money.
    #[must_use]
    pub fn payments(&self) -> usize {
        self.cards.len() + self.orders.len()
    }

    /// Debits minus credits of an account.
    #[must_use]
    pub fn balance(&self, account: Account) -> Fen {
        self.entries.iter().map(|entry| entry.change(account)).sum()
    }

    /// Writes an entry down. Whether it may be is decided before.
    pub(crate) fn append(&mut self, entry: Entry) {
        let standing = match entry.key {
            Key::Card { terminal, batch, stan } => self.cards.entry((terminal, batch, stan)).or_default(),
            Key::Order(order) => self.orders.entry(order).or_default(),
        };
        standing.net += entry.change(Account::MerchantReceivable);
        standing.held += entry.change(Account::CustomerHolds);
        // A void that is reversed gives the merchant what was captured before, not more.
        let is_new = !matches!(entry.cause, Cause::Reversal { .. });
        if entry.debit == Account::MerchantReceivable && is_new {
            standing.captured += entry.amount;
        }
        self.entries.push(entry);
    }
}

/// One movement of money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When it was committed.
    pub at: SimTime,
    /// Of which payment: a refund's entry is that of the payment that is refunded.
    pub key: Key,
    /// Why.
    pub cause: Cause,
    /// The account that it goes to.
    pub debit: Account,
    /// The account that it comes from.
    pub credit: Account,
    /// How much; never negative.
    pub amount: Fen,
}

impl Entry {
    /// Money goes from the customer to the merchant.
    #[must_use]
    pub const fn capture(at: SimTime, key: Key, cause: Cause, amount: Fen) -> Self {
        Self::moved(at, key, cause, [Account::CustomerFunds, Account::MerchantReceivable], amount)
    }

    /// Money goes back from the merchant to the customer.
    #[must_use]
    pub const fn give_back(at: SimTime, key: Key, cause: Cause, amount: Fen) -> Self {
        Self::moved(at, key, cause, [Account::MerchantReceivable, Account::CustomerFunds], amount)
    }

    /// Money goes between any two accounts: from the first to the second.
    #[must_use]
    pub const fn moved(at: SimTime, key: Key, cause: Cause, way: [Account; 2], amount: Fen) -> Self {
        let [credit, debit] = way;
        Self { at, key, cause, debit, credit, amount }
    }

    fn change(&self, account: Account) -> Fen {
        let debit = if self.debit == account { self.amount } else { Fen::ZERO };
        let credit = if self.credit == account { self.amount } else { Fen::ZERO };
        debit - credit
    }
}

/// Whose money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Account {
    /// The customers' cards and wallets.
    CustomerFunds,
    /// What is held on the customers' cards for a pre-authorisation.
    CustomerHolds,
    /// What the merchant is to receive.
    MerchantReceivable,
}

/// Why money moved. A number is that of the message that moved it, where the entry's key is another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cause {
    /// A card sale.
    Sale,
    /// A void of a sale or of a completion.
    Void {
        /// The void's own number.
        by: Key,
    },
    /// A refund of a card sale.
    Refund {
        /// The refund's own number.
        by: Key,
    },
    /// A pre-authorisation holds money.
    PreAuthorisation,
    /// A pre-authorisation is voided.
    PreAuthorisationVoid {
        /// The void's own number.
        by: Key,
    },
    /// A pre-authorisation is completed; what is left of the hold is released.
    Completion {
        /// The completion's own number.
        by: Key,
    },
    /// A pre-authorisation has run out.
    HoldExpired,
    /// A reversal: what the reversed message did is undone.
    Reversal {
        /// Field 39 of the 0400: `98` no answer in time, `96` terminal fault, `A0` wrong MAC, `06` other.
        reason: Code,
    },
    /// A payer has paid an order.
    OrderPaid,
    /// The merchant has taken an order back.
    OrderReversed,
    /// A payer has agreed that money is frozen for an order.
    OrderHeld,
    /// What was frozen is let go.
    OrderLetGo,
    /// The merchant has refunded an order, or a part of it.
    OrderRefunded {
        /// Which refund of the order book, from 1.
        refund: u32,
    },
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sale => f.write_str("sale"),
            Self::Void { by } => write!(f, "void {by}"),
            Self::Refund { by } => write!(f, "refund {by}"),
            Self::PreAuthorisation => f.write_str("pre-authorisation"),
            Self::PreAuthorisationVoid { by } => write!(f, "pre-authorisation void {by}"),
            Self::Completion { by } => write!(f, "completion {by}"),
            Self::HoldExpired => f.write_str("hold expired"),
            Self::Reversal { reason } => write!(f, "reversal, reason {reason}"),
            Self::OrderPaid => f.write_str("order paid"),
            Self::OrderReversed => f.write_str("order reversed"),
            Self::OrderHeld => f.write_str("order held"),
            Self::OrderLetGo => f.write_str("held order let go"),
            Self::OrderRefunded { refund } => write!(f, "order refunded, refund {refund}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Account, Cause, Entry, Ledger, Standing};
    use crate::Code;
    use sim::{Fen, Key, SimTime, TerminalNo};

    const fn key(stan: u32) -> Key {
        Key::Card { terminal: TerminalNo(0), batch: 1, stan }
    }

    #[test]
    fn a_reversal_takes_back_what_was_captured_for_its_key_alone() {
        let mut ledger = Ledger::default();
        ledger.append(Entry::capture(SimTime::ZERO, key(1), Cause::Sale, Fen(1850)));
        ledger.append(Entry::capture(SimTime::ZERO, key(2), Cause::Sale, Fen(500)));
        let cause = Cause::Reversal { reason: Code::new("98") };
        ledger.append(Entry::give_back(SimTime::from_secs(1), key(1), cause, Fen(1850)));
        assert_eq!((ledger.net(key(1)), ledger.net(key(2))), (Fen::ZERO, Fen(500)));
        assert_eq!(ledger.standing(key(1)).captured, Fen(1850));
        assert_eq!(ledger.balance(Account::MerchantReceivable), Fen(500));
        assert_eq!(ledger.balance(Account::CustomerFunds), Fen(-500));
    }

    #[test]
    fn a_hold_is_no_capture_until_it_is_completed() {
        use Account::{CustomerFunds, CustomerHolds, MerchantReceivable};
        let mut ledger = Ledger::default();
        let (hold, completion) = (Cause::PreAuthorisation, Cause::Completion { by: key(2) });
        let moved = |cause, way, amount| Entry::moved(SimTime::ZERO, key(1), cause, way, Fen(amount));
        ledger.append(moved(hold, [CustomerFunds, CustomerHolds], 1000));
        assert_eq!(ledger.standing(key(1)), Standing { held: Fen(1000), ..Standing::default() });
        ledger.append(moved(completion, [CustomerHolds, MerchantReceivable], 800));
        ledger.append(moved(completion, [CustomerHolds, CustomerFunds], 200));
        let done = Standing { net: Fen(800), captured: Fen(800), held: Fen::ZERO };
        assert_eq!(ledger.standing(key(1)), done);
    }
}
