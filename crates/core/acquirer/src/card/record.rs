//! What the host keeps of each transaction, and which way money goes because of it.
//!
//! Source: UnionPay POS dialect, "Transaction table" (settlement side) and "Batch, STAN, settlement". Amounts in fen.
//! A record names the payment that it is about: a sale its own number, a void or a refund that of the sale, everything
//! about a pre-authorisation that of the pre-authorisation. *Not modelled:* fees, instalments.

use super::chip::ChipData;
use crate::event::{Kind, Movement};
use crate::ledger::Account::{self, CustomerFunds, CustomerHolds, MerchantReceivable};
use crate::short::Short;
use core::fmt;
use serde::{Deserialize, Serialize};
use sim::{Fen, Key, SimTime, TerminalNo};

/// One transaction that the host has decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Its own number.
    pub number: CardNumber,
    /// What it is.
    pub kind: Kind,
    /// 60.1 of its request; a reversal has to say the same.
    pub message_type: u8,
    /// What it says today.
    pub state: State,
    /// Field 39 of its answer.
    pub code: Short<2>,
    /// What was asked for.
    pub asked: Fen,
    /// What it is worth; less than was asked for when only a part was approved.
    pub amount: Fen,
    /// How much less the card has to spend because of it.
    pub spent: Fen,
    /// What has been refunded of it.
    pub refunded: Fen,
    /// When it was decided.
    pub at: SimTime,
    /// On which business day; see [`Civil::day_number`](crate::Civil::day_number).
    pub day: u32,
    /// Whose card or scanned code.
    pub card: Option<CardToken>,
    /// Whether the card is from abroad.
    pub foreign: bool,
    /// The record that it undoes, refunds or completes.
    pub original: Option<RecordNo>,
    /// Of which payment.
    pub payment: CardNumber,
    /// Of an advice: the bytes that it came in, to know an exact repetition.
    pub fingerprint: u64,
    /// What its request carried of the card's chip; written down by a change of its own.
    #[serde(skip)]
    pub chip: Option<ChipData>,
}

/// Which record, in the order in which they were made. From 1 it is the retrieval reference number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RecordNo(pub u32);

/// The number of a card transaction: a [`Key`] without the other kinds of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CardNumber {
    /// Whose.
    pub terminal: TerminalNo,
    /// Batch, field 60.2.
    pub batch: u32,
    /// Trace number, field 11.
    pub stan: u32,
}

/// A card or a scanned code, told from others without keeping its digits: 64 bits of a hash.
///
/// No protection, there are too few card numbers for that; it keeps them out of files, logs and traces.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CardToken(u64);

/// What a transaction says today.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum State {
    /// It was approved, and stands.
    Standing,
    /// It was approved, and then voided.
    Voided,
    /// A pre-authorisation that was completed.
    Completed,
    /// A pre-authorisation that ran out.
    Expired,
    /// It was refused.
    Declined,
    /// It was refused with a code that leaves the money open to the terminal; here nothing moved.
    Unresolved,
    /// It was reversed.
    Reversed,
}

/// On which side of a settlement a transaction counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Debit,
    Credit,
    Neither,
}

/// From the first account to the second, and how much.
pub(crate) type Way = ([Account; 2], Fen);

impl Record {
    /// On which side of a settlement it counts, if it does.
    pub(crate) const fn side(&self) -> Side {
        if !matches!(self.state, State::Standing | State::Voided) {
            return Side::Neither;
        }
        side_of(self.kind)
    }

    /// Whether less was approved than asked for.
    pub(crate) fn is_part(&self) -> bool {
        (Fen(1)..self.asked).contains(&self.amount)
    }

    /// Whether a later transaction may be about it: it stands, and it is of one of these kinds.
    pub(crate) fn is_standing(&self, kinds: &[Kind]) -> bool {
        self.state == State::Standing && kinds.contains(&self.kind)
    }
}

/// On which side of a settlement an approved transaction of this kind counts.
pub(crate) const fn side_of(kind: Kind) -> Side {
    match kind {
        Kind::Sale | Kind::QrSale | Kind::OfflineSale | Kind::Completion => Side::Debit,
        Kind::Void | Kind::Refund | Kind::CompletionVoid => Side::Credit,
        _ => Side::Neither,
    }
}

/// The ways that money goes because of an approved transaction. `hold` is what the pre-authorisation held, where the
/// transaction is about one.
pub(crate) fn ways(kind: Kind, amount: Fen, hold: Fen) -> [Way; 2] {
    let nothing = ([CustomerFunds, CustomerFunds], Fen::ZERO);
    match kind {
        Kind::Sale | Kind::QrSale | Kind::OfflineSale => {
            [([CustomerFunds, MerchantReceivable], amount), nothing]
        }
        Kind::Void | Kind::Refund => [([MerchantReceivable, CustomerFunds], amount), nothing],
        Kind::PreAuth => [([CustomerFunds, CustomerHolds], amount), nothing],
        Kind::PreAuthVoid => [([CustomerHolds, CustomerFunds], amount), nothing],
        Kind::Completion if amount <= hold => {
            [([CustomerHolds, MerchantReceivable], amount), ([CustomerHolds, CustomerFunds], hold - amount)]
        }
        Kind::Completion => [
            ([CustomerHolds, MerchantReceivable], hold),
            ([CustomerFunds, MerchantReceivable], amount - hold),
        ],
        Kind::CompletionVoid => ways(Kind::Completion, amount, hold).map(turned),
        _ => [nothing, nothing],
    }
}

/// The way back.
pub(crate) const fn turned(way: Way) -> Way {
    let ([from, to], amount) = way;
    ([to, from], amount)
}

/// What happens to the payment when such a transaction is approved, and when it is reversed.
pub(crate) fn movements(kind: Kind, amount: Fen, hold: Fen) -> [[Option<(Movement, Fen)>; 2]; 2] {
    let (one, two) = (|movement, amount| [Some((movement, amount)), None], |a, b| [Some(a), Some(b)]);
    match kind {
        Kind::Sale | Kind::QrSale | Kind::OfflineSale => {
            [one(Movement::Captured, amount), one(Movement::Reversed, amount)]
        }
        Kind::Void => [one(Movement::Voided, amount), one(Movement::Restored, amount)],
        Kind::Refund => [one(Movement::Refunded, amount), [None; 2]],
        Kind::PreAuth => [one(Movement::Held, amount), one(Movement::Released, amount)],
        Kind::PreAuthVoid => [one(Movement::Released, amount), one(Movement::Held, amount)],
        Kind::Completion => {
            [one(Movement::Completed, amount), two((Movement::Reversed, amount), (Movement::Held, hold))]
        }
        Kind::CompletionVoid => {
            let undone = two((Movement::Restored, amount), (Movement::Released, hold));
            [two((Movement::Voided, amount), (Movement::Held, hold)), undone]
        }
        _ => [[None; 2]; 2],
    }
}

/// How much less the card has to spend because of an approved transaction.
pub(crate) fn spent(kind: Kind, amount: Fen, hold: Fen) -> Fen {
    match kind {
        Kind::Sale | Kind::QrSale | Kind::OfflineSale | Kind::PreAuth => amount,
        Kind::Void | Kind::Refund | Kind::PreAuthVoid => -amount,
        Kind::Completion => amount - hold,
        Kind::CompletionVoid => hold - amount,
        _ => Fen::ZERO,
    }
}

impl CardNumber {
    /// The same as a key of the ledger.
    #[must_use]
    pub const fn key(self) -> Key {
        Key::Card { terminal: self.terminal, batch: self.batch, stan: self.stan }
    }
}

impl RecordNo {
    /// Field 37 in its digits' value: counted from 1.
    #[must_use]
    pub const fn reference(self) -> u64 {
        self.0 as u64 + 1
    }

    /// Field 38: the last six digits of the reference.
    #[must_use]
    pub const fn authorisation(self) -> u64 {
        self.reference() % 1_000_000
    }

    /// The record of a reference number.
    pub(crate) fn of_reference(reference: u64) -> Option<Self> {
        u32::try_from(reference.checked_sub(1)?).ok().map(Self)
    }
}

impl CardToken {
    /// The token of these digits: FNV-1a (Fowler, Noll, Vo) with a last stir, so that its high bits depend on every digit.
    #[must_use]
    pub fn of(digits: &str) -> Self {
        Self(hash(digits.as_bytes()))
    }
}

/// Sixty-four bits that tell byte strings apart.
pub(crate) fn hash(bytes: &[u8]) -> u64 {
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    (hash ^ hash >> 32).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

impl fmt::Debug for CardToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CardToken(hidden)")
    }
}
