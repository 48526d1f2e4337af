//! The terminal's flash: an append-only journal that survives a power cut.
//!
//! A record takes [`WRITE`] to reach the flash. What is in flash when the power goes is there when it comes
//! back; the record being written and those behind it are lost, whole. *Not modelled yet:* torn records,
//! worn cells, a full flash.

use crate::event::{Copy, Intent, Noted};
use core::time::Duration;
use sim::{Fen, Key, SimTime};
use std::collections::VecDeque;

/// The time of one record: a page program of small NOR flash with its check takes a few milliseconds.
pub const WRITE: Duration = Duration::from_millis(6);

/// Records in flash, and those on their way there.
#[derive(Clone, Debug, Default)]
pub struct Journal {
    records: Vec<Record>,
    writing: VecDeque<(SimTime, Record)>,
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
    /// A copy of its slip is on paper.
    Printed(Key, Copy),
}

impl Record {
    /// Which charge it is about, and what it says.
    #[must_use]
    pub const fn subject(&self) -> (Key, Noted) {
        match self {
            Self::Begun(charge) => (charge.key, Noted::Begun),
            Self::Approved(approval) => (approval.charge.key, Noted::Approved),
            Self::Ended(key) => (*key, Noted::Ended),
            Self::Printed(key, copy) => (*key, Noted::Printed(*copy)),
        }
    }
}

/// A charge, as it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charge {
    /// Whose wish this is.
    pub intent: Intent,
    /// Its number.
    pub key: Key,
    /// How much.
    pub amount: Fen,
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
    /// When the terminal learned of it.
    pub at: SimTime,
}

impl Journal {
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

    /// The power is gone: what was not in flash is lost.
    pub fn cut(&mut self) {
        self.writing.clear();
    }

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

    /// Whether a copy is on paper, as far as the journal knows.
    #[must_use]
    pub fn is_printed(&self, key: Key, copy: Copy) -> bool {
        self.records.contains(&Record::Printed(key, copy))
    }

    /// The highest trace number in flash; 0 when there is none.
    #[must_use]
    pub fn last_stan(&self) -> u32 {
        let stan = |record: &Record| match record {
            Record::Begun(Charge { key: Key::Card { stan, .. }, .. }) => Some(*stan),
            _ => None,
        };
        self.records.iter().filter_map(stan).max().unwrap_or(0)
    }

    /// How many orders are in flash.
    #[must_use]
    pub fn orders(&self) -> usize {
        self.records
            .iter()
            .filter(|record| matches!(record, Record::Begun(Charge { key: Key::Order(_), .. })))
            .count()
    }

    /// A number for the first slip after a boot. Every charge leaves two records at least and its slips one each, so
    /// ten numbers a record are more than were used before.
    #[must_use]
    pub fn fresh_job(&self) -> u32 {
        u32::try_from(self.records.len()).unwrap_or(u32::MAX).wrapping_mul(10)
    }

    fn has_ended(&self, key: Key) -> bool {
        self.records.iter().any(|record| match record {
            Record::Approved(approval) => approval.charge.key == key,
            Record::Ended(ended) => *ended == key,
            Record::Begun(_) | Record::Printed(..) => false,
        })
    }

    fn was_undone(&self, key: Key) -> bool {
        self.records.contains(&Record::Ended(key))
    }
}

#[cfg(test)]
mod tests {
    use super::{Charge, Journal, Record, WRITE};
    use crate::event::Intent;
    use sim::{Fen, Key, SimTime, TerminalNo};

    fn begun(stan: u32) -> Record {
        Record::Begun(Charge {
            intent: Intent(0),
            key: Key::Card { terminal: TerminalNo(0), batch: 1, stan },
            amount: Fen(100),
        })
    }

    #[test]
    fn a_power_cut_loses_what_was_not_yet_in_flash() {
        let mut journal = Journal::default();
        journal.write(SimTime::ZERO, begun(1));
        journal.write(SimTime::ZERO, begun(2));
        assert_eq!(journal.settle(SimTime::ZERO), None);
        assert!(journal.settle(SimTime::ZERO + WRITE).is_some());
        assert_eq!(journal.settle(SimTime::ZERO + WRITE), None);
        journal.cut();
        assert_eq!(journal.open_charges().count(), 1);
        assert_eq!(journal.last_stan(), 1);
    }

    #[test]
    fn a_charge_is_open_until_the_journal_says_how_it_ended() {
        let mut journal = Journal::default();
        journal.write(SimTime::ZERO, begun(7));
        journal.write(SimTime::ZERO, Record::Ended(Key::Card { terminal: TerminalNo(0), batch: 1, stan: 7 }));
        journal.settle(SimTime::from_secs(1));
        assert_eq!(journal.open_charges().count(), 1);
        journal.settle(SimTime::from_secs(1));
        assert_eq!(journal.open_charges().count(), 0);
        assert_eq!(journal.last_stan(), 7);
    }
}
