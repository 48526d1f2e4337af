//! What a terminal asks an acquirer to do with money: the kinds, one of them, and what an approval says.
//!
//! Amounts in fen. Source of the kinds and of what names an original: UnionPay POS dialect, "Transaction table".
//! *Not modelled:* instalments, tips, electronic cash, balance enquiries: nothing of them is at risk when paper jams.

use crate::event::Intent;
use crate::screen::Face;
use crate::wallets::wallet_of;
use core::fmt;
use iso8583::{CUP_TRANSACTIONS, SettlementSide, Transaction};
use sim::{Fen, Key, SimTime};
use wallet::ask::Wallet;

/// What is done with money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A card pays.
    Sale,
    /// A sale of the open batch is undone.
    Void,
    /// Money of an earlier sale is given back.
    Refund,
    /// An amount is held on a card.
    PreAuth,
    /// A hold is let go.
    PreAuthVoid,
    /// A hold becomes a payment.
    Completion,
    /// The same, told to the host as done, and told again until the host has answered.
    CompletionAdvice,
    /// A completion is undone: the hold is there again.
    CompletionVoid,
    /// A wallet order whose code the terminal shows.
    Order,
    /// A wallet order paid by the code that the customer shows.
    Scan,
    /// Money of a wallet order is given back.
    OrderRefund,
    /// An amount is frozen in a customer's wallet, by a code that the terminal shows.
    WalletHold,
    /// What was frozen is let go.
    WalletHoldVoid,
}

impl Kind {
    /// All of them. Their places are their numbers in the flash: new ones go to the end.
    pub const ALL: [Self; 13] = [
        Self::Sale,
        Self::Void,
        Self::Refund,
        Self::PreAuth,
        Self::PreAuthVoid,
        Self::Completion,
        Self::CompletionAdvice,
        Self::CompletionVoid,
        Self::Order,
        Self::Scan,
        Self::OrderRefund,
        Self::WalletHold,
        Self::WalletHoldVoid,
    ];

    /// The word for this kind in traces, and by which link rules aim at its request: the host's own words.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Sale => "sale",
            Self::Void => "void",
            Self::Refund => "refund",
            Self::PreAuth | Self::WalletHold => "preauth",
            Self::PreAuthVoid | Self::WalletHoldVoid => "preauth-void",
            Self::Completion | Self::CompletionAdvice => "completion",
            Self::CompletionVoid => "completion-void",
            Self::Order => "order",
            Self::Scan => "pay",
            Self::OrderRefund => "refund-order",
        }
    }

    /// Which transaction of the card dialect it is; `None` for what a wallet does.
    #[must_use]
    pub const fn transaction(self) -> Option<Transaction> {
        Some(match self {
            Self::Sale => Transaction::Sale,
            Self::Void => Transaction::Void,
            Self::Refund => Transaction::Refund,
            Self::PreAuth => Transaction::PreAuth,
            Self::PreAuthVoid => Transaction::PreAuthVoid,
            Self::Completion => Transaction::Completion,
            Self::CompletionAdvice => Transaction::CompletionAdvice,
            Self::CompletionVoid => Transaction::CompletionVoid,
            Self::Order | Self::Scan | Self::OrderRefund | Self::WalletHold | Self::WalletHoldVoid => {
                return None;
            }
        })
    }

    /// Whether a request without an answer is taken back by a reversal. The others are told again until answered.
    #[must_use]
    pub fn is_reversible(self) -> bool {
        self.row().is_some_and(|row| row.reversible)
    }

    /// On which side of a settlement it counts.
    #[must_use]
    pub fn side(self) -> SettlementSide {
        self.row().map_or(SettlementSide::Neither, |row| row.side)
    }

    /// What it can be about; empty for what stands for itself.
    #[must_use]
    pub const fn originals(self) -> &'static [Self] {
        match self {
            Self::Void => &[Self::Sale],
            Self::Refund => &[Self::Sale, Self::Completion, Self::CompletionAdvice],
            Self::PreAuthVoid | Self::Completion | Self::CompletionAdvice => &[Self::PreAuth],
            Self::CompletionVoid => &[Self::Completion, Self::CompletionAdvice],
            Self::OrderRefund => &[Self::Order, Self::Scan],
            Self::WalletHoldVoid => &[Self::WalletHold],
            Self::Sale | Self::PreAuth | Self::Order | Self::Scan | Self::WalletHold => &[],
        }
    }

    /// Whether its approval ends what it is about, as a refund of a part does not.
    #[must_use]
    pub const fn ends_its_original(self) -> bool {
        matches!(
            self,
            Self::Void
                | Self::PreAuthVoid
                | Self::Completion
                | Self::CompletionAdvice
                | Self::CompletionVoid
                | Self::WalletHoldVoid
        )
    }

    /// Whether money comes in by it, for good.
    #[must_use]
    pub const fn takes_money(self) -> bool {
        matches!(self, Self::Sale | Self::Completion | Self::CompletionAdvice | Self::Order | Self::Scan)
    }

    /// What its electronic voucher is. A hold in a wallet has none.
    #[must_use]
    pub const fn voucher(self) -> Option<voucher::Kind> {
        Some(match self {
            Self::WalletHold | Self::WalletHoldVoid => return None,
            Self::Sale | Self::Order | Self::Scan => voucher::Kind::Payment,
            Self::PreAuth => voucher::Kind::PreAuth,
            Self::Completion | Self::CompletionAdvice => voucher::Kind::Completion,
            Self::Void | Self::PreAuthVoid | Self::CompletionVoid => voucher::Kind::Void,
            Self::Refund | Self::OrderRefund => voucher::Kind::Refund,
        })
    }

    fn row(self) -> Option<&'static iso8583::TransactionRow> {
        CUP_TRANSACTIONS.row(self.transaction()?)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// One wish of people, as it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charge {
    /// Whose wish this is.
    pub intent: Intent,
    /// What is to be done.
    pub kind: Kind,
    /// Its number.
    pub key: Key,
    /// How much.
    pub amount: Fen,
    /// What it is about.
    pub original: Option<Original>,
}

impl Charge {
    /// What the display says while it is under way.
    pub(crate) fn face(&self) -> Face {
        let Self { kind, amount, .. } = *self;
        Face::Working { kind, wallet: self.wallet(), amount }
    }

    /// Through which wallet, where it is a wallet's.
    pub(crate) fn wallet(&self) -> Option<Wallet> {
        match self.key {
            Key::Order(order) => Some(wallet_of(order.shop())),
            Key::Card { .. } => None,
        }
    }
}

/// What a void, a refund or a completion says of the transaction that it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Original {
    /// Its number.
    pub key: Key,
    /// Field 37 of its answer.
    pub reference: [u8; 12],
    /// Field 38 of its answer.
    pub auth_code: [u8; 6],
    /// Its month and day, by the host's clock: 105 is the fifth of January.
    pub date_mmdd: u16,
}

/// An approved charge, with what its slip says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// The charge.
    pub charge: Charge,
    /// The acquirer's reference: field 37, or the wallet's transaction number.
    pub reference: String,
    /// Field 38; empty for a wallet.
    pub auth_code: String,
    /// Month and day by the host's clock; 0 where it did not say.
    pub date_mmdd: u16,
    /// When the terminal learned of it.
    pub at: SimTime,
}

impl Approval {
    /// What is known of an approved charge whose approval was lost.
    pub(crate) fn restored(charge: Charge) -> Self {
        let (reference, auth_code) = (String::new(), String::new());
        Self { charge, reference, auth_code, date_mmdd: 0, at: SimTime::ZERO }
    }

    /// Whether its approval was lost, so that it has neither a reference nor a moment.
    #[must_use]
    pub fn is_restored(&self) -> bool {
        self.reference.is_empty() && self.auth_code.is_empty() && self.at == SimTime::ZERO
    }

    /// What a later transaction says of this one.
    #[must_use]
    pub fn as_original(&self) -> Original {
        Original {
            key: self.charge.key,
            reference: padded(&self.reference),
            auth_code: padded(&self.auth_code),
            date_mmdd: self.date_mmdd,
        }
    }
}

/// Left-justified and filled with spaces, as the dialect's letters are.
fn padded<const N: usize>(text: &str) -> [u8; N] {
    let mut field = [b' '; N];
    for (place, letter) in field.iter_mut().zip(text.bytes()) {
        *place = letter;
    }
    field
}

#[cfg(test)]
mod tests {
    use super::Kind;
    use iso8583::SettlementSide;

    #[test]
    fn what_is_reversible_and_where_it_counts_comes_from_the_dialects_table() {
        assert!(Kind::Sale.is_reversible() && Kind::PreAuth.is_reversible() && Kind::Void.is_reversible());
        assert!(!Kind::Refund.is_reversible() && !Kind::CompletionAdvice.is_reversible());
        assert_eq!(Kind::Completion.side(), SettlementSide::Debit);
        assert_eq!(Kind::CompletionVoid.side(), SettlementSide::Credit);
        assert_eq!(Kind::PreAuth.side(), SettlementSide::Neither);
    }
}
