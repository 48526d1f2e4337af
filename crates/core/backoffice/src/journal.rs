//! The disk of the back office: an append-only journal that survives a power cut.
//!
//! A record takes [`WRITE`] to reach the disk; those behind it wait. What is on the disk when the power goes is there
//! when it comes back; the rest is lost, whole. *Not modelled:* torn records, full disks, compaction.

use crate::books::{Index, Verdict, reads};
use crate::release::Formats;
use core::time::Duration;
use sim::{Fen, OrderNo, SimTime};
use std::collections::VecDeque;
use voucher::{Number, Seal};

/// A commit of a small database on a server's solid-state disk, with its flush: about two milliseconds.
pub(crate) const WRITE: Duration = Duration::from_millis(2);
/// When a write-behind cache gets round to it.
pub(crate) const WRITE_BEHIND: Duration = Duration::from_secs(1);

/// Records on the disk, and those on their way there.
#[derive(Clone, Debug, Default)]
pub(crate) struct Journal {
    /// Oldest first; the last ones are still being written.
    records: Vec<Record>,
    /// When each of those is on the disk.
    writing: VecDeque<SimTime>,
}

/// One record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Record {
    /// A voucher that was taken, as it came, and what it is found by when nobody can read it.
    Kept { at: SimTime, index: Index, bytes: Vec<u8> },
    /// A sealed document that nobody could read, as it came.
    Aside { at: SimTime, bytes: Vec<u8> },
    /// One of those has been judged since.
    TakenUp(Seal),
    /// The slip was printed again so many times.
    Reprinted(Number, u16),
    /// What is known of the money.
    Judged(Number, Verdict),
    /// Somebody had it redeemed.
    Redeemed(Number, SimTime),
    /// The wallet has told of a payment.
    Told(OrderNo, Fen),
}

impl Journal {
    /// Starts to write a record, behind those that are being written.
    pub(crate) fn write(&mut self, now: SimTime, takes: Duration, record: Record) {
        let start = self.writing.back().map_or(now, |done| (*done).max(now));
        self.writing.push_back(start + takes);
        self.records.push(record);
    }

    /// When the record being written is on the disk.
    pub(crate) fn wake_at(&self) -> Option<SimTime> {
        self.writing.front().copied()
    }

    /// Takes note of what has reached the disk by `now`.
    pub(crate) fn settle(&mut self, now: SimTime) {
        while self.writing.front().is_some_and(|done| *done <= now) {
            self.writing.pop_front();
        }
    }

    /// How many records there are, with those on their way.
    pub(crate) const fn written(&self) -> usize {
        self.records.len()
    }

    /// How many of them are on the disk.
    pub(crate) fn durable(&self) -> usize {
        self.records.len() - self.writing.len()
    }

    /// The power is gone: what was not on the disk is lost.
    pub(crate) fn cut(&mut self) {
        self.records.truncate(self.durable());
        self.writing.clear();
    }

    /// All records, with those on their way.
    pub(crate) fn records(&self) -> &[Record] {
        &self.records
    }

    /// What a careless upgrade does: documents that the new release cannot read are gone. It waits for the disk first.
    pub(crate) fn forget_unread(&mut self, formats: Formats) {
        self.writing.clear();
        self.records.retain(|record| match record {
            Record::Kept { bytes, .. } | Record::Aside { bytes, .. } => reads(formats, bytes),
            _ => true,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::{Journal, Record, WRITE};
    use sim::{Fen, OrderNo, SimTime};

    #[test]
    fn a_power_cut_loses_what_was_not_yet_on_the_disk() {
        let told = |fen| Record::Told(OrderNo::new("A").unwrap(), Fen(fen));
        let mut journal = Journal::default();
        journal.write(SimTime::ZERO, WRITE, told(1));
        journal.write(SimTime::ZERO, WRITE, told(2));
        assert_eq!((journal.written(), journal.durable()), (2, 0));
        journal.settle(SimTime::ZERO + WRITE);
        assert_eq!(journal.durable(), 1);
        journal.cut();
        assert_eq!((journal.records(), journal.wake_at()), (&[told(1)][..], None));
    }
}
