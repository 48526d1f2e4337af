//! Tells merchants of payments and refunds, again and again, until they say that they have understood.
//!
//! Source: WeChat Pay and Alipay, "Notifications": the pauses of the schedules, counted here from one sending to the
//! next. An attempt fails when the merchant does not say that it has taken it, when it says nothing for so long as the
//! platform waits, or when nobody listens. What is owed stands in the books, so that a platform that was restarted goes
//! on telling; what is outstanding does not, and is sent again. A delivery can be spoiled on purpose by a [`NoticeFault`].
//! *Not modelled:* a second route of its own accord (it is a repeat), encryption of Alipay's notices.

mod book;
mod fault;
mod forge;
mod port;

pub use book::{About, NoticeChange, NoticeId, Notices, Owed, What};
pub use fault::{Claim, Forgery, Malformation, NoticeFault, Signing};

pub(crate) use port::{NotifyPort, write};

use crate::books::{Books, Change};
use crate::config::WalletSetup;
use crate::event::Event;
use crate::orders::{Clock, Order};
use crate::short::Why;
use core::time::Duration;
use forge::Forge;
use serde::{Deserialize, Serialize};
use sim::{OrderNo, Reason, SimTime};
use std::collections::BTreeMap;
use wallet::exchange::Dialect;
use wallet::notice::{Post, is_taken};

/// The deliveries that are being made. What is owed stands in the books.
#[derive(Clone, Debug)]
pub(crate) struct Notifier {
    setup: WalletSetup,
    clock: Clock,
    /// How long a delivery waits for the answer.
    patience: Duration,
    outstanding: BTreeMap<DeliveryId, Outstanding>,
    held: Vec<Held>,
    deliveries: u64,
}

/// The number of one delivery, unique in the life of a notifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DeliveryId(pub u64);

/// A notice that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// Which notice.
    pub notice: NoticeId,
    /// About which order.
    pub order: OrderNo,
    /// About what of it.
    pub what: What,
    /// The first attempt is 1.
    pub attempt: u8,
}

/// A notification to POST now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// To give back with the outcome.
    pub id: DeliveryId,
    /// What is delivered.
    pub due: Due,
    /// Where to: an absolute URL, as the merchant gave it.
    pub url: String,
    /// The `Content-Type`; not among the other headers.
    pub content_type: &'static str,
    /// Further header lines.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// What became of the next thing to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sending {
    /// It is to be sent now.
    Leaves(Delivery),
    /// Nothing leaves: dropped, or kept for later.
    Stays,
}

/// What became of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryOutcome<'a> {
    /// The receiver answered.
    Answered {
        /// The HTTP status.
        status: u16,
        /// The body.
        body: &'a [u8],
    },
    /// The receiver took it and said nothing.
    NoAnswer,
    /// Nobody listens there.
    Refused,
}

#[derive(Clone, Copy, Debug)]
struct Outstanding {
    due: Due,
    dialect: Dialect,
    sent_at: SimTime,
}

/// A delivery that waits on purpose.
#[derive(Clone, Debug)]
struct Held {
    due: Due,
    until: Until,
    fault: Option<NoticeFault>,
    /// Already written, for an attempt that counts as made: it leaves even when another copy was taken meanwhile.
    written: Option<Written>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Until {
    At(SimTime),
    /// Until something else has been sent.
    AnotherLeaves,
    Refunded,
}

/// A notice in its dialect.
#[derive(Clone, Debug)]
struct Written {
    dialect: Dialect,
    url: String,
    post: Post,
}

/// Where decisions look, and where they write what comes of them.
#[derive(Debug)]
pub(crate) struct Scene<'a> {
    /// The present.
    pub now: SimTime,
    /// As they are.
    pub books: &'a Books,
    /// What is to change in them.
    pub changes: &'a mut Vec<Change>,
    /// What is to be reported.
    pub events: &'a mut Vec<Event>,
}

impl Notifier {
    pub(crate) fn new(setup: &WalletSetup, clock: Clock, patience: Duration) -> Self {
        let (setup, outstanding) = (setup.clone(), BTreeMap::new());
        Self { setup, clock, patience, outstanding, held: Vec::new(), deliveries: 0 }
    }

    /// Deliveries without an answer so far.
    #[cfg(test)]
    pub(crate) fn outstanding(&self) -> usize {
        self.outstanding.len()
    }

    /// Takes the next thing to be told, if there is one at this moment; `spoil` says what is wrong with it on purpose.
    /// The changes must be made before it is asked again.
    pub(crate) fn next(
        &mut self,
        scene: &mut Scene<'_>,
        spoil: impl FnOnce(&Due) -> Option<NoticeFault>,
    ) -> Option<Sending> {
        if let Some(at) = self.held.iter().position(|held| held.is_ripe(scene)) {
            let held = self.held.remove(at);
            return Some(self.send(held, scene));
        }
        let (_, due) = self.waiting(scene.books).next().filter(|(at, _)| *at <= scene.now)?;
        if usize::from(due.attempt) > self.attempts_max(due, scene.books) {
            give_up(due, scene);
            return Some(Sending::Stays);
        }
        let fault = spoil(&due);
        let hold = |until| Held { due, until, fault, written: None };
        match fault {
            Some(NoticeFault::Late { by }) => self.held.push(hold(Until::At(scene.now + by))),
            Some(NoticeFault::AfterRefund) => self.held.push(hold(Until::Refunded)),
            Some(NoticeFault::HeldBack) => {
                let written = self.write(due, fault, scene);
                self.note_attempt(due, scene);
                self.held.push(Held { written, ..hold(Until::AnotherLeaves) });
            }
            Some(NoticeFault::Drop) => {
                self.note_attempt(due, scene);
                scene.events.push(sent(due, fault));
            }
            _ => return Some(self.send(hold(Until::At(scene.now)), scene)),
        }
        Some(Sending::Stays)
    }

    /// A delivery has been answered, or not. One that was given up already changes nothing.
    pub(crate) fn delivered(&mut self, id: DeliveryId, outcome: DeliveryOutcome<'_>, scene: &mut Scene<'_>) {
        let Some(Outstanding { due, dialect, .. }) = self.outstanding.remove(&id) else { return };
        let Due { notice, order, what, attempt } = due;
        let is_owed = scene.books.notices().owed(notice).is_some();
        let why = match outcome {
            DeliveryOutcome::Answered { status, body } if is_taken(dialect, status, body) => {
                if is_owed {
                    scene.changes.push(Change::Notice(NoticeChange::Taken { id: notice }));
                }
                scene.events.push(Event::Acknowledged { order });
                return;
            }
            DeliveryOutcome::Answered { status, body } => {
                Why::of(format_args!("answered {status} {:?}", excerpt(body)))
            }
            DeliveryOutcome::NoAnswer => Why::new("no answer"),
            DeliveryOutcome::Refused => Why::new("nobody listens"),
        };
        scene.events.push(Event::NotTaken { order, what, attempt, why });
        let is_last = usize::from(attempt) >= self.attempts_max(due, scene.books);
        if is_owed && is_last && !self.is_at_hand(notice) {
            give_up(due, scene);
        }
    }

    /// Gives up one answer that is overdue, and says which. The changes must be made before it is asked again.
    pub(crate) fn expire(&mut self, scene: &mut Scene<'_>) -> Option<DeliveryId> {
        let overdue = |(_, out): &(&DeliveryId, &Outstanding)| out.sent_at + self.patience <= scene.now;
        let id = *self.outstanding.iter().find(overdue)?.0;
        self.delivered(id, DeliveryOutcome::NoAnswer, scene);
        Some(id)
    }

    /// When there is something to do next, and what.
    #[must_use]
    pub(crate) fn wake_at(&self, books: &Books) -> Option<(SimTime, Reason)> {
        let overdue = self.overdue_at().map(|at| (at, Reason("notification unanswered")));
        let sends = self.sends_at(books).map(|at| (at, Reason("notification retry")));
        overdue.into_iter().chain(sends).min_by_key(|(at, _)| *at)
    }

    /// When the next answer is overdue.
    pub(crate) fn overdue_at(&self) -> Option<SimTime> {
        self.outstanding.values().map(|out| out.sent_at + self.patience).min()
    }

    /// When something is to be sent next.
    pub(crate) fn sends_at(&self, books: &Books) -> Option<SimTime> {
        let held = self.held.iter().filter_map(|held| match held.until {
            Until::At(at) => Some(at),
            Until::Refunded => books.orders().order(held.due.order)?.given_back_at(),
            Until::AnotherLeaves => None,
        });
        held.chain(self.waiting(books).map(|(at, _)| at).take(1)).min()
    }

    /// What is owed and neither kept back nor outstanding, by when it is due.
    fn waiting<'a>(&'a self, books: &'a Books) -> impl Iterator<Item = (SimTime, Due)> + 'a {
        let free = books.notices().by_due().filter(|(_, (notice, _))| !self.is_at_hand(*notice));
        free.map(|(at, (notice, owed))| {
            let (order, what) = (owed.about.order, owed.about.what);
            (at, Due { notice, order, what, attempt: owed.attempts.saturating_add(1) })
        })
    }

    fn is_at_hand(&self, notice: NoticeId) -> bool {
        let waits = |held: &Held| held.due.notice == notice && held.written.is_none();
        self.outstanding.values().any(|out| out.due.notice == notice) || self.held.iter().any(waits)
    }

    fn write(&mut self, due: Due, fault: Option<NoticeFault>, scene: &Scene<'_>) -> Option<Written> {
        let owed = scene.books.notices().owed(due.notice)?;
        self.deliveries += 1;
        let nonce = (u128::from(scene.now.as_nanos()) << 64) | u128::from(self.deliveries);
        let pen = Forge { setup: &self.setup, clock: self.clock, now: scene.now, nonce };
        let post = pen.write(owed, scene.books, fault)?;
        Some(Written { dialect: owed.about.dialect, url: owed.about.url.clone(), post })
    }

    fn send(&mut self, held: Held, scene: &mut Scene<'_>) -> Sending {
        let Held { due, fault, written, .. } = held;
        let is_counted = written.is_some();
        let Some(written) = written.or_else(|| self.write(due, fault, scene)) else {
            // What it tells of, or whom, is known no more: a setup may have changed over a restart.
            give_up(due, scene);
            return Sending::Stays;
        };
        if !is_counted {
            self.note_attempt(due, scene);
        }
        scene.events.push(sent(due, fault));
        for other in self.held.iter_mut().filter(|other| other.until == Until::AnotherLeaves) {
            other.until = Until::At(scene.now);
        }
        if let Some(NoticeFault::Repeat { after }) = fault.filter(|_| !is_counted) {
            let (until, written) = (Until::At(scene.now + after), Some(written.clone()));
            self.held.push(Held { due, until, fault, written });
        }
        self.deliveries += 1;
        let id = DeliveryId(self.deliveries);
        let Written { dialect, url, post: Post { content_type, headers, body } } = written;
        self.outstanding.insert(id, Outstanding { due, dialect, sent_at: scene.now });
        Sending::Leaves(Delivery { id, due, url, content_type, headers, body })
    }

    /// Writes down when the next attempt is due; after the last one, when there is no hope left.
    fn note_attempt(&self, due: Due, scene: &mut Scene<'_>) {
        let Some(owed) = scene.books.notices().owed(due.notice) else { return };
        let pauses = self.setup.retry_pauses_s(owed.about.dialect);
        let pause = pauses.get(usize::from(due.attempt).saturating_sub(1));
        let next = scene.now + pause.map_or(self.patience, |secs| Duration::from_secs(*secs));
        scene.changes.push(Change::Notice(NoticeChange::Attempted { id: due.notice, next }));
    }

    fn attempts_max(&self, due: Due, books: &Books) -> usize {
        let dialect = books.notices().owed(due.notice).map(|owed| owed.about.dialect);
        dialect.map_or(0, |dialect| self.setup.retry_pauses_s(dialect).len() + 1)
    }
}

/// The beginning of an answer, for one line.
fn excerpt(body: &[u8]) -> String {
    const SHOWN_MAX: usize = 48;
    let shown = |byte: &u8| if byte.is_ascii_graphic() || *byte == b' ' { char::from(*byte) } else { '.' };
    body.iter().take(SHOWN_MAX).map(shown).collect()
}

/// Only a question of the merchant finds out now.
fn give_up(due: Due, scene: &mut Scene<'_>) {
    scene.changes.push(Change::Notice(NoticeChange::GivenUp { id: due.notice }));
    scene.events.push(Event::NotificationsExhausted { order: due.order });
}

impl Held {
    fn is_ripe(&self, scene: &Scene<'_>) -> bool {
        match self.until {
            Until::At(at) => at <= scene.now,
            Until::AnotherLeaves => false,
            Until::Refunded => {
                let order = scene.books.orders().order(self.due.order);
                order.and_then(Order::given_back_at).is_some_and(|at| at <= scene.now)
            }
        }
    }
}

const fn sent(due: Due, fault: Option<NoticeFault>) -> Event {
    let Due { order, what, attempt, .. } = due;
    Event::Notified { order, what, attempt, fault }
}
