//! The ledger: what really happened to the money, whatever anybody believes.
//!
//! Append-only and double entry: an entry debits one account and credits another by the same amount, so an
//! unbalanced entry cannot be written down. Amounts in fen.
//! *Not modelled:* fees, settlement to the merchant's bank, currencies other than yuan.

use crate::short::Code;
use core::fmt;
use sim::Key;
use sim::{Fen, SimTime};

/// Everything that moved, oldest first. Only the acquirer writes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    entries: Vec<Entry>,
}

impl Ledger {
    /// All entries, oldest first.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// What the merchant has got for this payment: captured minus reversed.
    #[must_use]
    pub fn net(&self, key: Key) -> Fen {
        let about = self.entries.iter().filter(|entry| entry.key == key);
        about.map(|entry| entry.change(Account::MerchantReceivable)).sum()
    }

    /// Debits minus credits of an account.
    #[must_use]
    pub fn balance(&self, account: Account) -> Fen {
        self.entries.iter().map(|entry| entry.change(account)).sum()
    }

    /// Money goes from the customer to the merchant.
    pub(crate) fn capture(&mut self, at: SimTime, key: Key, cause: Cause, amount: Fen) {
        let (debit, credit) = (Account::MerchantReceivable, Account::CustomerFunds);
        self.entries.push(Entry { at, key, cause, debit, credit, amount });
    }

    /// Money goes back.
    pub(crate) fn reverse(&mut self, at: SimTime, key: Key, cause: Cause, amount: Fen) {
        let (debit, credit) = (Account::CustomerFunds, Account::MerchantReceivable);
        self.entries.push(Entry { at, key, cause, debit, credit, amount });
    }
}

/// One movement of money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When it was committed.
    pub at: SimTime,
    /// For which payment.
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
    fn change(&self, account: Account) -> Fen {
        let debit = if self.debit == account { self.amount } else { Fen::ZERO };
        let credit = if self.credit == account { self.amount } else { Fen::ZERO };
        debit - credit
    }
}

/// Whose money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Account {
    /// The customers' cards and wallets.
    CustomerFunds,
    /// What the merchant is to receive.
    MerchantReceivable,
}

/// Why money moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// A card sale.
    Sale,
    /// A reversal.
    Reversal {
        /// Field 39 of the 0400: `98` no answer in time, `96` terminal fault, `A0` wrong MAC, `06` other.
        reason: Code,
    },
    /// A payer has paid an order.
    OrderPaid,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sale => f.write_str("sale"),
            Self::Reversal { reason } => write!(f, "reversal, reason {reason}"),
            Self::OrderPaid => f.write_str("order paid"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Account, Cause, Ledger};
    use crate::Code;
    use sim::Key;
    use sim::{Fen, SimTime};

    #[test]
    fn a_reversal_takes_back_what_was_captured_for_its_key_alone() {
        let key = |stan| Key::Card { batch: 1, stan };
        let mut ledger = Ledger::default();
        ledger.capture(SimTime::ZERO, key(1), Cause::Sale, Fen(1850));
        ledger.capture(SimTime::ZERO, key(2), Cause::Sale, Fen(500));
        let cause = Cause::Reversal { reason: Code::new("98") };
        ledger.reverse(SimTime::from_secs(1), key(1), cause, Fen(1850));
        assert_eq!((ledger.net(key(1)), ledger.net(key(2))), (Fen::ZERO, Fen(500)));
        assert_eq!(ledger.balance(Account::MerchantReceivable), Fen(500));
        assert_eq!(ledger.balance(Account::CustomerFunds), Fen(-500));
    }
}
