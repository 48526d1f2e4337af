//! Work in flight, by the moment at which it is due.

use crate::card::CardRequest;
use crate::event::Kind;
use crate::fault::{AnswerFate, Course};
use crate::gateway::WalletRequest;
use crate::short::Code;
use sim::Key;
use sim::{Port, Reason, SimTime};

/// A bounded queue; of things due at the same moment, the one that was added first comes first.
#[derive(Clone, Debug)]
pub(crate) struct Queue {
    jobs: Vec<Job>,
    added: u64,
    max: usize,
}

#[derive(Clone, Debug)]
struct Job {
    at: SimTime,
    order: u64,
    work: Work,
}

/// Something that the acquirer has begun.
#[derive(Clone, Debug)]
pub(crate) enum Work {
    /// Decide a card request.
    Card(CardRequest, Course),
    /// Decide a wallet request.
    Wallet(Box<WalletRequest>, Course),
    /// Send an answer.
    Answer(Answer),
}

/// An answer that is ready to leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) port: Port,
    pub(crate) kind: Kind,
    pub(crate) key: Key,
    pub(crate) code: Code,
    pub(crate) bytes: Vec<u8>,
    /// How it leaves.
    pub(crate) fate: AnswerFate,
    /// It is a piece, and more follow.
    pub(crate) goes_on: bool,
}

impl Queue {
    pub(crate) const fn new(max: usize) -> Self {
        Self { jobs: Vec::new(), added: 0, max }
    }

    /// Whether a new request must be refused.
    pub(crate) const fn is_full(&self) -> bool {
        self.jobs.len() >= self.max
    }

    /// Adds work; the bound is the caller's to ask for, because an answer must always have room.
    pub(crate) fn add(&mut self, at: SimTime, work: Work) {
        self.added += 1;
        self.jobs.push(Job { at, order: self.added, work });
    }

    /// Takes the oldest work that is due.
    pub(crate) fn take_due(&mut self, now: SimTime) -> Option<Work> {
        let due = self.jobs.iter().enumerate().filter(|(_, job)| job.at <= now);
        let (index, _) = due.min_by_key(|(_, job)| (job.at, job.order))?;
        Some(self.jobs.swap_remove(index).work)
    }

    /// When something is due next, and what.
    pub(crate) fn next(&self) -> Option<(SimTime, Reason)> {
        let job = self.jobs.iter().min_by_key(|job| (job.at, job.order))?;
        let reason = match job.work {
            Work::Card(..) => "host commits",
            Work::Wallet(..) => "gateway commits",
            Work::Answer(_) => "answer leaves",
        };
        Some((job.at, Reason(reason)))
    }
}
