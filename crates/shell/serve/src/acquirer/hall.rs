//! What all doors share: the platform, the clock, the journal, the counters, and a look at the end.
//!
//! One thread for everything, so the platform lies in a cell. Whoever touches it does so through [`Hall::with`], which
//! takes what changed to the journal and gives the ticket for whatever leaves because of it. *Not here:* any port.

use crate::acquirer::counters::Counters;
use crate::acquirer::end::End;
use crate::acquirer::journal::{Journal, Ticket};
use crate::acquirer::news::{News, What};
use crate::acquirer::platform::{HttpAnswer, Platform};
use crate::acquirer::settings::Settings;
use crate::clock::Clock;
use acquirer::Change;
use core::cell::{Cell, RefCell};
use sim::{SimTime, TerminalNo};
use std::collections::BTreeMap;
use std::io;
use std::rc::Rc;
use tokio::sync::Notify;

/// Answers that wait to stray into another exchange.
const STRAYS_MAX: usize = 1024;
/// One read of any connection; also how much is read before others have their turn.
const SCRATCH_BYTES: usize = 64 << 10;

/// Whoever is told what happens; an error says that nobody listens.
type Listener = dyn FnMut(&News) -> io::Result<()>;

/// What all doors share.
pub(crate) struct Hall<P: Platform> {
    desk: RefCell<Desk<P>>,
    pub(crate) settings: Settings,
    pub(crate) clock: LedgerClock,
    pub(crate) journal: Journal,
    pub(crate) counters: Counters,
    pub(crate) end: End,
    tell: RefCell<Box<Listener>>,
    /// The platform wants to be woken earlier than its keeper knows.
    pub(crate) stirred: Notify,
    /// When its keeper looks after it next.
    pub(crate) kept_at: Cell<SimTime>,
    /// Answers that leave in front of the next one of the same terminal, or of the next call.
    strays: RefCell<BTreeMap<TerminalNo, Stray>>,
    pub(crate) stray_call: RefCell<Option<(HttpAnswer, Ticket)>>,
    /// Every connection reads into it, and none while another does.
    pub(crate) scratch: RefCell<Box<[u8]>>,
    pub(crate) spare_requests: RefCell<Vec<P::CardRequest>>,
    pub(crate) spare_answer: RefCell<Vec<u8>>,
}

/// An answer that was held back, and what must be on disk before it leaves.
#[derive(Debug, Default)]
pub(crate) struct Stray {
    pub(crate) bytes: Vec<u8>,
    pub(crate) ticket: Ticket,
}

struct Desk<P> {
    platform: P,
    changes: Vec<Change>,
}

/// The time of the ledger, which goes on over all runs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LedgerClock {
    /// When this run began.
    base: SimTime,
    clock: Clock,
}

/// Somebody who is to finish before the end.
#[derive(Debug)]
pub(crate) struct Busy<P: Platform>(Rc<Hall<P>>);

impl<P: Platform> Hall<P> {
    pub(crate) fn new(
        platform: P,
        settings: Settings,
        clock: LedgerClock,
        journal: Journal,
        tell: impl FnMut(&News) -> io::Result<()> + 'static,
    ) -> Self {
        Self {
            desk: RefCell::new(Desk { platform, changes: Vec::new() }),
            settings,
            clock,
            journal,
            counters: Counters::default(),
            end: End::default(),
            tell: RefCell::new(Box::new(tell)),
            stirred: Notify::new(),
            kept_at: Cell::new(SimTime::NEVER),
            strays: RefCell::default(),
            stray_call: RefCell::default(),
            scratch: RefCell::new(vec![0; SCRATCH_BYTES].into_boxed_slice()),
            spare_requests: RefCell::default(),
            spare_answer: RefCell::default(),
        }
    }

    /// Lets the platform do something now. With the ticket without which nothing of it may leave.
    pub(crate) fn with<R>(&self, act: impl FnOnce(&mut P, SimTime) -> R) -> (R, Ticket) {
        let result = self.with_quietly(act);
        if self.wakes_at() < self.kept_at.get() {
            self.stirred.notify_one();
        }
        result
    }

    /// When the platform wants to be woken.
    pub(crate) fn wakes_at(&self) -> SimTime {
        self.desk.borrow().platform.wake_at().map_or(SimTime::NEVER, |(at, _)| at)
    }

    /// The same for whoever looks at once when the platform wants to be woken.
    pub(crate) fn with_quietly<R>(&self, act: impl FnOnce(&mut P, SimTime) -> R) -> (R, Ticket) {
        let now = self.clock.now();
        let mut desk = self.desk.borrow_mut();
        let Desk { platform, changes } = &mut *desk;
        // What was due comes before what happens now.
        if platform.wake_at().is_some_and(|(at, _)| at <= now) {
            platform.advance(now);
        }
        let result = act(platform, now);
        platform.take_changes(changes);
        if !changes.is_empty() {
            self.journal.append(now, changes);
            changes.clear();
        }
        while let Some(event) = platform.poll_event() {
            self.counters.note(&event);
            self.tell_at(now, What::Happened(event));
        }
        (result, self.journal.ticket())
    }

    /// Looks at the platform. What is seen may leave only with this ticket.
    pub(crate) fn look<R>(&self, at: impl FnOnce(&P) -> R) -> (R, Ticket) {
        (at(&self.desk.borrow().platform), self.journal.ticket())
    }

    pub(crate) fn tell(&self, what: What) {
        self.tell_at(self.clock.now(), what);
    }

    /// When nobody listens any more, serving ends.
    fn tell_at(&self, at: SimTime, what: What) {
        if (self.tell.borrow_mut())(&News { at, what }).is_err() {
            self.end.want();
        }
    }

    /// Keeps an answer for the next exchange of a terminal; an older one is forgotten.
    pub(crate) fn keep_stray(&self, terminal: TerminalNo, bytes: &[u8], ticket: Ticket) {
        let mut strays = self.strays.borrow_mut();
        if strays.len() < STRAYS_MAX || strays.contains_key(&terminal) {
            strays.insert(terminal, Stray { bytes: bytes.to_vec(), ticket });
        }
    }

    pub(crate) fn take_stray(&self, terminal: TerminalNo) -> Option<Stray> {
        self.strays.borrow_mut().remove(&terminal)
    }

    /// Takes it, and keeps the end waiting until what is given back is dropped.
    pub(crate) fn busy(self: &Rc<Self>) -> Busy<P> {
        self.end.one_more();
        Busy(Rc::clone(self))
    }
}

impl<P: Platform> Drop for Busy<P> {
    fn drop(&mut self) {
        self.0.end.one_less();
    }
}

impl<P: Platform> core::fmt::Debug for Hall<P> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Hall").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl LedgerClock {
    /// A clock that goes on from this moment.
    pub(crate) fn from(base: SimTime) -> Self {
        Self { base, clock: Clock::start() }
    }

    pub(crate) fn now(&self) -> SimTime {
        self.base + self.clock.now().since(SimTime::ZERO)
    }

    /// The moment on the system's clock.
    pub(crate) fn instant(&self, at: SimTime) -> tokio::time::Instant {
        self.clock.instant(SimTime::ZERO + at.since(self.base))
    }
}
