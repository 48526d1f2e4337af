//! The terminal's flash: an append-only journal that survives a power cut.
//!
//! A record takes [`WRITE`] to reach the flash. What is in flash when the power goes is there when it comes
//! back; the record being written is cut short, and those behind it are lost: each carries a check, and one that was cut
//! short is found out and left out. Its bytes are `flash`'s; what becomes of damaged ones is `damage`'s. *Not modelled:*
//! worn cells, a full flash.

use crate::charge::{Approval, Charge, Kind};
use crate::event::{Copy, Noted};
use crate::flash;
use crate::gaps::Gap;
use core::fmt;
use core::time::Duration;
use iso8583::{MacKey, SettlementSide};
use sim::{Fen, Key, SimTime};
use std::collections::VecDeque;

/// The time of one record: a page program of small NOR flash with its check takes a few milliseconds.
pub const WRITE: Duration = Duration::from_millis(6);

/// Records in flash, and those on their way there.
#[derive(Clone, Debug, Default)]
pub struct Journal {
    records: Vec<Record>,
    writing: VecDeque<(SimTime, Record)>,
    /// A record was found to be wrong, and nobody has looked after it yet.
    spoilt: bool,
    gaps: Vec<Gap>,
}

/// One record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// A charge is about to be sent.
    Begun(Charge),
    /// It was approved.
    Approved(Approval),
    /// It was declined, closed, undone, or never left.
    Ended(Key),
    /// It is going to be undone: reverses may be on their way from now on.
    Undoing(Key),
    /// A copy of its slip is on paper.
    Printed(Key, Copy),
    /// The customer's copy of its slip was printed again, marked as a reprint.
    Reprinted(Key),
    /// The customer's copy of its slip is not printed unless somebody asks for it.
    NotWanted(Key),
    /// The back office has said the last word about its voucher, when its slip had been printed again so often.
    Vouched {
        /// Of which charge.
        key: Key,
        /// How often.
        reprints: u16,
    },
    /// The host has given out keys, and has said which batch is open.
    SignedOn {
        /// The batch.
        batch: u32,
        /// The key for the MAC of card messages.
        mac_key: MacKey,
    },
    /// The batch is being settled: nothing is sold until it is closed.
    Settling {
        /// Which batch.
        batch: u32,
    },
    /// The batch is closed, and the next one is open.
    Settled {
        /// Which batch.
        batch: u32,
    },
    /// Somebody has logged on, or the last one off.
    Operator(Option<u8>),
    /// Records were missing, and the numbers up to these are not given out.
    LeftOut {
        /// The trace number.
        stan: u32,
        /// The order.
        orders: u32,
    },
}

impl Record {
    /// Which charge it is about, and what it says; `None` for the terminal's own affairs.
    #[must_use]
    pub const fn subject(&self) -> Option<(Key, Noted)> {
        Some(match self {
            Self::Begun(charge) => (charge.key, Noted::Begun),
            Self::Approved(approval) => (approval.charge.key, Noted::Approved),
            Self::Ended(key) => (*key, Noted::Ended),
            Self::Undoing(key) => (*key, Noted::Undoing),
            Self::Printed(key, copy) => (*key, Noted::Printed(*copy)),
            Self::Reprinted(key) => (*key, Noted::Reprinted),
            Self::NotWanted(key) => (*key, Noted::NotWanted),
            Self::Vouched { key, .. } => (*key, Noted::Vouched),
            Self::SignedOn { .. }
            | Self::Settling { .. }
            | Self::Settled { .. }
            | Self::Operator(_)
            | Self::LeftOut { .. } => return None,
        })
    }
}

/// What a batch amounts to, by the terminal's own records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// What came in.
    pub debit: Fen,
    /// In how many transactions.
    pub debit_count: u16,
    /// What went back.
    pub credit: Fen,
    /// In how many transactions.
    pub credit_count: u16,
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { debit, debit_count, credit, credit_count } = self;
        write!(f, "debit {debit} in {debit_count}, credit {credit} in {credit_count}")
    }
}

impl Journal {
    /// A journal with these records in flash, oldest first.
    #[must_use]
    pub const fn of(records: Vec<Record>) -> Self {
        Self { records, writing: VecDeque::new(), spoilt: false, gaps: Vec::new() }
    }

    /// A journal as it was read.
    #[must_use]
    pub fn read(read: flash::Read) -> Self {
        Self { gaps: read.gaps, ..Self::of(read.records) }
    }

    /// The records in flash, oldest first.
    #[must_use]
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// What reaches the flash by `now` and has not been taken yet, oldest first.
    pub fn due(&self, now: SimTime) -> impl Iterator<Item = &Record> {
        self.writing.iter().take_while(move |(done, _)| *done <= now).map(|(_, record)| record)
    }

    /// Starts to write a record, behind those that are being written.
    pub fn write(&mut self, now: SimTime, record: Record) {
        let start = self.writing.back().map_or(now, |(done, _)| (*done).max(now));
        self.writing.push_back((start + WRITE, record));
    }

    /// When the record being written is in flash.
    #[must_use]
    pub fn wake_at(&self) -> Option<SimTime> {
        self.writing.front().map(|(done, _)| *done)
    }

    /// Takes the next record that has reached the flash by `now`.
    pub fn settle(&mut self, now: SimTime) -> Option<&Record> {
        let (done, _) = self.writing.front()?;
        if *done > now {
            return None;
        }
        let (_, record) = self.writing.pop_front()?;
        self.records.push(record);
        self.records.last()
    }

    /// The power is gone: what was not in flash is lost. Gives the record that was being written, and for how long.
    pub fn cut(&mut self, now: SimTime) -> Option<(Record, Duration)> {
        let front = self.writing.pop_front();
        self.writing.clear();
        front.map(|(done, record)| (record, WRITE.saturating_sub(done.since(now))))
    }

    /// The firmware has stopped: the flash ends what it has begun, and the rest is never written.
    pub(crate) fn halt(&mut self) {
        self.writing.truncate(1);
    }
}

/// What damage makes of it.
impl Journal {
    /// The newest record of a kind, and its place.
    pub(crate) fn newest(&self, is_it: impl Fn(&Record) -> bool) -> Option<(usize, &Record)> {
        self.records.iter().enumerate().rev().find(|(_, record)| is_it(record))
    }

    /// Another record is read at that place.
    pub(crate) fn alter(&mut self, place: usize, record: Record) {
        if let Some(there) = self.records.get_mut(place) {
            *there = record;
        }
    }

    /// No record is read at that place, and nobody knows that there was one.
    pub(crate) fn remove(&mut self, place: usize) {
        if place < self.records.len() {
            self.records.remove(place);
            for gap in self.gaps.iter_mut().filter(|gap| gap.behind > place) {
                gap.behind -= 1;
            }
        }
    }

    /// What stands at that place is no record any more.
    pub(crate) fn lose(&mut self, place: usize) {
        self.remove(place);
        self.gaps.push(Gap { behind: place, beginnings: 1 });
    }

    /// Where records are missing.
    pub(crate) fn gaps(&self) -> &[Gap] {
        &self.gaps
    }

    /// What is being written and waits to be, oldest first.
    pub(crate) fn on_its_way(&self) -> impl Iterator<Item = &Record> {
        self.writing.iter().map(|(_, record)| record)
    }

    /// A record is in flash without having been settled.
    pub(crate) fn keep(&mut self, record: Record) {
        self.records.push(record);
    }

    /// Something in it is wrong.
    pub(crate) const fn spoil(&mut self) {
        self.spoilt = true;
    }

    /// Whether something in it is wrong; asked once.
    pub(crate) const fn take_spoilt(&mut self) -> bool {
        core::mem::replace(&mut self.spoilt, false)
    }

    /// All of it is erased.
    pub(crate) fn format(&mut self) {
        *self = Self::default();
    }
}

/// What the records say of charges.
impl Journal {
    /// Charges that were begun and have no end yet, oldest first.
    pub fn open_charges(&self) -> impl Iterator<Item = &Charge> {
        self.records.iter().filter_map(|record| match record {
            Record::Begun(charge) if !self.has_ended(charge.key) => Some(charge),
            _ => None,
        })
    }

    /// Approved charges, oldest first.
    pub fn approvals(&self) -> impl DoubleEndedIterator<Item = &Approval> {
        self.records.iter().filter_map(|record| match record {
            Record::Approved(approval) if !self.was_undone(approval.charge.key) => Some(approval),
            _ => None,
        })
    }

    /// The approval of this number, if it stands.
    #[must_use]
    pub fn approval(&self, key: Key) -> Option<&Approval> {
        self.approvals().find(|approval| approval.charge.key == key)
    }

    /// Whether an approved transaction has ended this one, and that one stands.
    #[must_use]
    pub fn is_ended_by_another(&self, key: Key) -> bool {
        self.about(key)
            .any(|later| later.charge.kind.ends_its_original() && !self.is_ended_by_another(later.charge.key))
    }

    /// What was given back of this one.
    #[must_use]
    pub fn refunded(&self, key: Key) -> Fen {
        let is_refund = |kind| matches!(kind, Kind::Refund | Kind::OrderRefund);
        self.about(key).filter(|later| is_refund(later.charge.kind)).map(|later| later.charge.amount).sum()
    }

    /// Approved transactions that are about this one.
    fn about(&self, key: Key) -> impl Iterator<Item = &Approval> {
        self.approvals()
            .filter(move |later| later.charge.original.is_some_and(|original| original.key == key))
    }

    /// Whether it was decided to undo this one.
    #[must_use]
    pub fn is_being_undone(&self, key: Key) -> bool {
        self.records.contains(&Record::Undoing(key))
    }

    /// Whether a copy is on paper, as far as the journal knows.
    #[must_use]
    pub fn is_printed(&self, key: Key, copy: Copy) -> bool {
        self.records.contains(&Record::Printed(key, copy))
    }

    /// Whether nobody wanted the customer's copy.
    #[must_use]
    pub fn is_not_wanted(&self, key: Key) -> bool {
        self.records.contains(&Record::NotWanted(key))
    }

    fn has_ended(&self, key: Key) -> bool {
        self.records.iter().any(|record| match record {
            Record::Approved(approval) => approval.charge.key == key,
            Record::Ended(ended) => *ended == key,
            _ => false,
            // Who holds a slip has paid, though the record of the approval be lost. A wallet can still be asked.
        }) || matches!(key, Key::Card { .. }) && self.shows_approved(key)
    }

    /// The newest charge whose approval was lost, and which stands all the same.
    pub(crate) fn last_restored(&self) -> Option<Key> {
        let (_, record) =
            self.newest(|record| matches!(record, Record::Approved(one) if one.is_restored()))?;
        record.subject().map(|(key, _)| key)
    }

    fn was_undone(&self, key: Key) -> bool {
        self.records.contains(&Record::Ended(key))
    }
}

/// What the records say of numbers, batches and people.
impl Journal {
    /// Whether any card charge of this trace number was approved, in whichever batch.
    #[must_use]
    pub fn has_approved_stan(&self, wanted: u32) -> bool {
        let stan = |record: &Record| match record {
            Record::Approved(Approval { charge: Charge { key: Key::Card { stan, .. }, .. }, .. }) => {
                Some(*stan)
            }
            _ => None,
        };
        self.records.iter().filter_map(stan).any(|stan| stan == wanted)
    }

    /// A number for the first slip after a boot. Every charge leaves two records at least and its slips one each, so
    /// ten numbers a record are more than were used before.
    #[must_use]
    pub fn fresh_job(&self) -> u32 {
        u32::try_from(self.records.len()).unwrap_or(u32::MAX).wrapping_mul(10)
    }

    /// The open batch, if the records say: the host's word, or one more than the batch that was closed last.
    #[must_use]
    pub fn batch(&self) -> Option<u32> {
        self.records.iter().rev().find_map(|record| match record {
            Record::SignedOn { batch, .. } => Some(*batch),
            Record::Settled { batch } => Some(batch % 999_999 + 1),
            _ => None,
        })
    }

    /// The key of the last sign-on.
    #[must_use]
    pub fn mac_key(&self) -> Option<&MacKey> {
        self.records.iter().rev().find_map(|record| match record {
            Record::SignedOn { mac_key, .. } => Some(mac_key),
            _ => None,
        })
    }

    /// The batch whose settlement was begun and not ended.
    #[must_use]
    pub fn settling(&self) -> Option<u32> {
        let last = self.records.iter().rev().find_map(|record| match record {
            Record::Settling { batch } => Some(Some(*batch)),
            Record::Settled { .. } => Some(None),
            _ => None,
        });
        last.flatten()
    }

    /// Who has logged on or off last: nothing, somebody, or the last one off.
    #[must_use]
    pub fn operator(&self) -> Option<Option<u8>> {
        self.records.iter().rev().find_map(|record| match record {
            Record::Operator(operator) => Some(*operator),
            _ => None,
        })
    }

    /// The transactions that count in a batch, oldest first.
    pub fn counted_in(&self, of: u32) -> impl Iterator<Item = &Approval> {
        self.approvals().filter(move |approval| {
            let in_batch = matches!(approval.charge.key, Key::Card { batch, .. } if batch == of);
            in_batch && approval.charge.kind.side() != SettlementSide::Neither
        })
    }

    /// What a batch amounts to.
    #[must_use]
    pub fn totals(&self, batch: u32) -> Totals {
        let mut totals = Totals::default();
        for Approval { charge, .. } in self.counted_in(batch) {
            let (sum, count) = match charge.kind.side() {
                SettlementSide::Debit => (&mut totals.debit, &mut totals.debit_count),
                _ => (&mut totals.credit, &mut totals.credit_count),
            };
            *sum += charge.amount;
            // Field 48 has three digits for a count.
            *count = (*count + 1) % 1000;
        }
        totals
    }
}

#[cfg(test)]
mod tests {
    use super::{Journal, Record, Totals, WRITE};
    use crate::charge::{Approval, Charge, Kind};
    use crate::event::Intent;
    use sim::{Fen, Key, SimTime, TerminalNo};

    const fn key(batch: u32, stan: u32) -> Key {
        Key::Card { terminal: TerminalNo(0), batch, stan }
    }

    const fn charge(kind: Kind, stan: u32, amount: i64) -> Charge {
        Charge { intent: Intent(0), kind, key: key(1, stan), amount: Fen(amount), original: None }
    }

    fn begun(stan: u32) -> Record {
        Record::Begun(charge(Kind::Sale, stan, 100))
    }

    fn approval(charge: Charge) -> Approval {
        let (reference, auth_code) = ("000000000001".to_owned(), "000001".to_owned());
        Approval { charge, reference, auth_code, date_mmdd: 105, at: SimTime::ZERO }
    }

    /// A journal in which these are in flash.
    fn with(records: impl IntoIterator<Item = Record>) -> Journal {
        let mut journal = Journal::default();
        for record in records {
            journal.write(SimTime::ZERO, record);
        }
        while journal.settle(SimTime::from_secs(9)).is_some() {}
        journal
    }

    #[test]
    fn a_power_cut_loses_what_was_not_yet_in_flash() {
        let mut journal = Journal::default();
        journal.write(SimTime::ZERO, begun(1));
        journal.write(SimTime::ZERO, begun(2));
        assert_eq!(journal.settle(SimTime::ZERO), None);
        assert!(journal.settle(SimTime::ZERO + WRITE).is_some());
        assert_eq!(journal.settle(SimTime::ZERO + WRITE), None);
        let (torn, for_so_long) = journal.cut(SimTime::ZERO + WRITE * 3 / 2).unwrap();
        assert_eq!((torn, for_so_long), (begun(2), WRITE / 2));
        assert_eq!(journal.open_charges().count(), 1);
        assert_eq!(journal.last_stan(), 1);
    }

    #[test]
    fn a_charge_is_open_until_the_journal_says_how_it_ended() {
        let mut journal = Journal::default();
        journal.write(SimTime::ZERO, begun(7));
        journal.write(SimTime::ZERO, Record::Ended(key(1, 7)));
        journal.settle(SimTime::from_secs(1));
        assert_eq!(journal.open_charges().count(), 1);
        journal.settle(SimTime::from_secs(1));
        assert_eq!(journal.open_charges().count(), 0);
        assert_eq!(journal.last_stan(), 7);
    }

    #[test]
    fn a_hold_whose_completion_was_voided_stands_again() {
        let hold = approval(charge(Kind::PreAuth, 1, 500));
        let original = Some(hold.as_original());
        let done = approval(Charge { original, ..charge(Kind::Completion, 2, 500) });
        let original = Some(done.as_original());
        let voided = approval(Charge { original, ..charge(Kind::CompletionVoid, 3, 500) });
        let mut records = vec![Record::Approved(hold), Record::Approved(done)];
        assert!(with(records.clone()).is_ended_by_another(key(1, 1)));
        records.push(Record::Approved(voided));
        assert!(!with(records).is_ended_by_another(key(1, 1)));
    }

    #[test]
    fn a_void_counts_on_its_own_side_and_the_sale_stays_on_the_other() {
        let sale = approval(charge(Kind::Sale, 1, 700));
        let original = Some(sale.as_original());
        let void = approval(Charge { original, ..charge(Kind::Void, 2, 700) });
        let journal = with([Record::Approved(sale), Record::Approved(void)]);
        let expected = Totals { debit: Fen(700), debit_count: 1, credit: Fen(700), credit_count: 1 };
        assert_eq!(journal.totals(1), expected);
        assert_eq!(journal.totals(2), Totals::default());
    }

    #[test]
    fn the_batch_after_a_settlement_is_the_next_one_and_the_hosts_word_counts() {
        assert_eq!(Journal::default().batch(), None);
        let settled = with([Record::Settling { batch: 4 }, Record::Settled { batch: 4 }]);
        assert_eq!((settled.batch(), settled.settling()), (Some(5), None));
        assert_eq!(with([Record::Settling { batch: 4 }]).settling(), Some(4));
    }
}
