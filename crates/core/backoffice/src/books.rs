//! What is known of every voucher, worked out from the journal record by record.
//!
//! The same function applies a record when it is written and when it is read back after a power cut, so memory and disk
//! cannot disagree. *Not modelled:* forgetting; every document stays.

use crate::event::VerifyFailure;
use crate::journal::Record;
use crate::release::Formats;
use core::time::Duration;
use sim::{Fen, Key, OrderNo, SimTime};
use std::collections::BTreeMap;
use voucher::{Envelope, Kind, Number, Seal, Voucher, announced_format};
use wallet::moment::WallTime;

/// A voucher in the books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// What it says.
    pub voucher: Voucher,
    /// When it came.
    pub received: SimTime,
    /// How often it is counted; 1 unless the back office counts repeats.
    pub copies: u32,
    /// When it was redeemed last.
    pub redeemed: Option<SimTime>,
    pub(crate) verdict: Verdict,
}

/// What is known of a voucher's money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Nothing yet: it is being asked.
    Open,
    /// It is as the voucher says.
    Verified,
    /// It was, and is taken back.
    TakenBack,
    /// It is not.
    Failed(VerifyFailure),
}

/// Where a voucher stands, for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nobody knows yet whether the money was captured.
    Unverified,
    /// It was.
    Verified,
    /// It was, and has gone back since, all of it.
    GivenBack,
    /// It was not, or not so.
    Failed(VerifyFailure),
    /// It was, and the voucher has been redeemed.
    Redeemed(SimTime),
}

/// What a voucher is found by, kept beside it: it stays when a release cannot read the voucher itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Index {
    number: Number,
    key: Key,
    kind: Kind,
}

impl Index {
    pub(crate) fn of(voucher: &Voucher) -> Self {
        Self { number: voucher.number(), key: voucher.key, kind: voucher.kind }
    }
}

/// Everything that the back office knows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Books {
    held: BTreeMap<Number, Held>,
    by_key: BTreeMap<Key, Vec<Number>>,
    amended_by: BTreeMap<Number, Vec<Number>>,
    aside: Vec<Aside>,
    /// Vouchers that were taken and that this release cannot read.
    unread: BTreeMap<Number, Index>,
    told: BTreeMap<OrderNo, Fen>,
}

/// A document that nobody could read when it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Aside {
    pub(crate) at: SimTime,
    pub(crate) seal: Seal,
    pub(crate) bytes: Vec<u8>,
}

/// Whether a release that reads these formats can read this document.
pub(crate) fn reads(formats: Formats, bytes: &[u8]) -> bool {
    let version = Envelope::read(bytes).ok().and_then(|envelope| announced_format(envelope.body));
    version.is_some_and(|version| formats.read(version))
}

impl Books {
    /// What a journal says to a release that reads these formats.
    pub(crate) fn of(records: &[Record], formats: Formats) -> Self {
        let mut books = Self::default();
        records.iter().for_each(|record| books.apply(record, formats));
        books
    }

    pub(crate) fn apply(&mut self, record: &Record, formats: Formats) {
        match record {
            Record::Kept { at, index, bytes } => self.keep(*at, *index, bytes, formats),
            Record::Aside { at, bytes } => {
                if let Ok(envelope) = Envelope::read(bytes) {
                    self.aside.push(Aside { at: *at, seal: envelope.seal, bytes: bytes.clone() });
                }
            }
            Record::TakenUp(seal) => {
                if let Some(at) = self.aside.iter().position(|aside| aside.seal == *seal) {
                    self.aside.remove(at);
                }
            }
            Record::Reprinted(number, reprints) => {
                self.change(*number, |held| held.voucher.reprints = *reprints);
            }
            Record::Judged(number, verdict) => self.change(*number, |held| held.verdict = *verdict),
            Record::Redeemed(number, at) => self.change(*number, |held| held.redeemed = Some(*at)),
            Record::Told(order, amount) => {
                self.told.insert(*order, *amount);
            }
        }
    }

    fn keep(&mut self, at: SimTime, index: Index, bytes: &[u8], formats: Formats) {
        let read = Envelope::read(bytes).ok().filter(|_| reads(formats, bytes));
        let Some(voucher) = read.and_then(|envelope| Voucher::read(envelope.body).ok()) else {
            self.unread.insert(index.number, index);
            return;
        };
        let number = index.number;
        if let Some(held) = self.held.get_mut(&number) {
            held.copies += 1;
            return;
        }
        self.by_key.entry(voucher.key).or_default().push(number);
        if let Some(first) = voucher.names {
            self.amended_by.entry(first).or_default().push(number);
        }
        let held = Held { voucher, received: at, copies: 1, redeemed: None, verdict: Verdict::Open };
        self.held.insert(number, held);
    }

    /// What this release cannot read is not changed either; the record counts when it can.
    fn change(&mut self, number: Number, change: impl FnOnce(&mut Held)) {
        if let Some(held) = self.held.get_mut(&number) {
            change(held);
        }
    }

    pub(crate) fn get(&self, number: Number) -> Option<&Held> {
        self.held.get(&number)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (Number, &Held)> {
        self.held.iter().map(|(number, held)| (*number, held))
    }

    /// How many vouchers can be read.
    pub(crate) fn len(&self) -> usize {
        self.held.len()
    }

    /// How many documents there are that cannot.
    pub(crate) fn unread(&self) -> usize {
        self.unread.len() + self.aside.len()
    }

    /// Whether this voucher was taken, be it that nobody can read it now.
    pub(crate) fn has(&self, number: Number) -> bool {
        self.held.contains_key(&number) || self.unread.contains_key(&number)
    }

    /// Whether a voucher that nobody can read is of this kind and charge.
    pub(crate) fn has_unread(&self, key: Key, kind: Kind) -> bool {
        self.unread.values().any(|index| (index.key, index.kind) == (key, kind))
    }

    /// What waits to be judged and can be read now.
    pub(crate) fn readable_aside(&self, formats: Formats) -> Vec<Aside> {
        self.aside.iter().filter(|aside| reads(formats, &aside.bytes)).cloned().collect()
    }

    /// Whether this very document waits to be judged.
    pub(crate) fn is_aside(&self, seal: Seal) -> bool {
        self.aside.iter().any(|aside| aside.seal == seal)
    }

    pub(crate) fn told(&self, order: OrderNo) -> Option<Fen> {
        self.told.get(&order).copied()
    }

    /// The vouchers about one charge.
    pub(crate) fn of_charge(&self, key: Key) -> impl Iterator<Item = (Number, &Held)> {
        let numbers = self.by_key.get(&key).map(Vec::as_slice).unwrap_or_default();
        numbers.iter().filter_map(|number| Some((*number, self.held.get(number)?)))
    }

    /// The payments over this amount near this moment, the nearest first.
    pub(crate) fn near(&self, amount: Fen, around_s: u64, within: Duration) -> Vec<Number> {
        let apart = |held: &Held| held.voucher.time.unix_s().abs_diff(around_s);
        let fits = |held: &Held| {
            held.voucher.amount == amount
                && held.voucher.kind.takes_money()
                && apart(held) <= within.as_secs()
        };
        let mut found: Vec<(u64, Number)> =
            self.iter().filter(|(_, held)| fits(held)).map(|(number, held)| (apart(held), number)).collect();
        found.sort_unstable();
        found.into_iter().map(|(_, number)| number).collect()
    }

    /// What vouchers of this kind that name it, or void such, leave of a voucher's amount.
    pub(crate) fn remaining(&self, number: Number) -> Fen {
        let Some(held) = self.held.get(&number) else { return Fen::ZERO };
        held.voucher.amount - self.amendments(number, |kind| matches!(kind, Kind::Void | Kind::Refund))
    }

    /// Whether a hold had been voided by then.
    pub(crate) fn voided(&self, number: Number, by: WallTime) -> bool {
        self.amending(number).any(|(_, held)| held.voucher.kind == Kind::Void && held.voucher.time <= by)
    }

    /// Whether a hold had been completed by then, as far as the vouchers say that are there; a void may be on its way.
    pub(crate) fn completed(&self, number: Number, by: WallTime) -> bool {
        let stands = |completion| self.remaining(completion) > Fen::ZERO;
        self.amending(number).any(|(completion, held)| {
            held.voucher.kind == Kind::Completion && held.voucher.time <= by && stands(completion)
        })
    }

    fn amendments(&self, number: Number, counts: impl Fn(Kind) -> bool) -> Fen {
        let counted = self.amending(number).filter(|(_, held)| counts(held.voucher.kind));
        counted.map(|(_, held)| held.voucher.amount).sum()
    }

    /// Vouchers that name this one. One whose money was never moved amends nothing.
    fn amending(&self, number: Number) -> impl Iterator<Item = (Number, &Held)> {
        let numbers = self.amended_by.get(&number).map(Vec::as_slice).unwrap_or_default();
        let held = numbers.iter().filter_map(|number| Some((*number, self.held.get(number)?)));
        held.filter(|(_, held)| !matches!(held.verdict, Verdict::Failed(_)))
    }

    /// Where a voucher stands.
    pub(crate) fn standing(&self, number: Number) -> Option<Standing> {
        let held = self.held.get(&number)?;
        let takes_money = held.voucher.kind.takes_money();
        Some(match (held.redeemed, held.verdict) {
            (Some(at), _) => Standing::Redeemed(at),
            (None, Verdict::Failed(why)) => Standing::Failed(why),
            (None, _) if takes_money && self.remaining(number) <= Fen::ZERO => Standing::GivenBack,
            // The wallet says REFUND after a part as well; the vouchers say how much.
            (None, Verdict::TakenBack) if self.remaining(number) == held.voucher.amount => {
                Standing::GivenBack
            }
            (None, Verdict::Open) => Standing::Unverified,
            (None, Verdict::Verified | Verdict::TakenBack) => Standing::Verified,
        })
    }
}
