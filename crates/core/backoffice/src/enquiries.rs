//! Which vouchers are still to be asked about, when, and what is being asked: one question at a time on each line.
//!
//! A question without a definite answer is asked again after [`PAUSES_S`], for as long as the voucher is there: a
//! verification is never given up because somebody was down. *Not modelled:* questions that overlap.

use core::time::Duration;
use sim::{Key, SimTime};
use std::collections::{BTreeMap, BTreeSet};
use voucher::{Number, Seal};
use wallet::http::ResponseParser;

/// Before a question is asked again, in seconds; the last pause repeats. WeChat Pay and Alipay advise a merchant to ask
/// every five seconds or so at first; a minute is often enough for what is no longer at the till.
pub(crate) const PAUSES_S: [u64; 4] = [5, 10, 30, 60];

/// Answers of "not there" that count as definite. A gateway's refusal names no order, so that a late one may be about
/// another, and a payment may still be under way; five in a row, over almost two minutes, are neither.
pub(crate) const DENIALS: u32 = 5;

/// Both lines.
#[derive(Clone, Debug, Default)]
pub(crate) struct Enquiries {
    pub(crate) wallet: Enquiry,
    pub(crate) acquirer: Enquiry,
    /// How many questions were asked since the power came.
    pub(crate) asked: u64,
}

impl Enquiries {
    /// The line on which a charge is asked after.
    pub(crate) const fn of(&mut self, key: Key) -> &mut Enquiry {
        match key {
            Key::Card { .. } => &mut self.acquirer,
            Key::Order(_) => &mut self.wallet,
        }
    }
}

/// One line.
#[derive(Clone, Debug, Default)]
pub(crate) struct Enquiry {
    waiting: BTreeMap<Number, Wait>,
    due: BTreeSet<(SimTime, Number)>,
    open: Option<Open>,
    pub(crate) answers: ResponseParser,
}

#[derive(Clone, Copy, Debug)]
struct Wait {
    due: SimTime,
    asks: usize,
    denials: u32,
}

/// The question that is being asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Open {
    pub(crate) number: Number,
    /// What the answer must name.
    pub(crate) seal: Option<Seal>,
    until: SimTime,
}

impl Enquiry {
    /// A voucher is to be asked about, now or, if it is already, earlier than planned.
    pub(crate) fn add(&mut self, number: Number, at: SimTime) {
        let (asks, denials) = self.take(number).map_or((0, 0), |wait| (wait.asks, wait.denials));
        self.waiting.insert(number, Wait { due: at, asks, denials });
        self.due.insert((at, number));
    }

    /// It is settled.
    pub(crate) fn forget(&mut self, number: Number) {
        self.take(number);
    }

    fn take(&mut self, number: Number) -> Option<Wait> {
        let wait = self.waiting.remove(&number)?;
        self.due.remove(&(wait.due, number));
        Some(wait)
    }

    /// It is to be asked about again, after a pause. Gives how often in a row it was denied.
    pub(crate) fn postpone(&mut self, number: Number, now: SimTime, denied: bool) -> u32 {
        let Some(wait) = self.take(number) else { return 0 };
        let last = PAUSES_S.len() - 1;
        let pause_s = PAUSES_S.get(wait.asks.min(last)).copied().unwrap_or_default();
        let denials = if denied { wait.denials + 1 } else { 0 };
        let due = now + Duration::from_secs(pause_s);
        self.waiting.insert(number, Wait { due, asks: wait.asks + 1, denials });
        self.due.insert((due, number));
        denials
    }

    /// The next voucher to ask about, if the line is free.
    pub(crate) fn due(&self, now: SimTime) -> Option<Number> {
        let (due, number) = self.due.first()?;
        (self.open.is_none() && *due <= now).then_some(*number)
    }

    /// A question has left.
    pub(crate) fn ask(&mut self, number: Number, seal: Option<Seal>, until: SimTime) {
        self.open = Some(Open { number, seal, until });
    }

    /// The question that is being asked.
    pub(crate) const fn open(&self) -> Option<Open> {
        self.open
    }

    /// It is over, one way or the other; what is half read belongs to it.
    pub(crate) fn close(&mut self) -> Option<Number> {
        self.answers.reset();
        self.open.take().map(|open| open.number)
    }

    /// Whether its answer is overdue.
    pub(crate) fn is_overdue(&self, now: SimTime) -> bool {
        self.open.is_some_and(|open| open.until <= now)
    }

    /// When something is to be done here.
    pub(crate) fn wake_at(&self) -> Option<SimTime> {
        match self.open {
            Some(open) => Some(open.until),
            None => self.due.first().map(|(due, _)| *due),
        }
    }
}
