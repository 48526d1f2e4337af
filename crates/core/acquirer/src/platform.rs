//! The platform: card host, wallet gateways and notifier over one set of books, without a clock or a port of its own.
//!
//! Whoever drives it gives it moments and bytes, and follows the [`Course`] of each exchange: it waits before the
//! commit, and lets the answer leave, late, twice, in part or never. Two calls take a request through: it is *received*,
//! and later *committed*, which gives the answer. Between them, and before the answer leaves, anything can happen to the
//! driver. What changed can be taken away and written down before any answer leaves.
//! *Not modelled:* that what was committed is forgotten again; a driver that dies after a commit and before it has
//! written it down must not have answered.

use crate::books::{Books, Change};
use crate::card::{CardDesk, CardRequest, Decision, Move, NoRequest};
use crate::config::Config;
use crate::event::{Event, Kind, PaymentRefusal};
use crate::fault::{Course, Desk, Faults, RequestFate, Rush, Subject, damage_answer};
use crate::gateway::{Gateway, TurnedAway, WalletRequest};
use crate::machine::CARD;
use crate::notifier::{Delivery, DeliveryId, DeliveryOutcome, Due, Notifier, NotifyPort, Scene, Sending};
use crate::orders::Clock;
use crate::short::{Code, Why};
use sim::{Key, OrderNo, Reason, SimTime};
use std::collections::VecDeque;
use std::sync::Arc;
use wallet::exchange::{HttpAnswer, HttpRequest};

/// Everything that an acquirer is but its timing and its ports.
#[derive(Clone, Debug)]
pub struct Platform {
    books: Books,
    card: CardDesk,
    gateway: Gateway,
    notifier: Notifier,
    faults: Faults,
    rush: Option<Rush>,
    /// Decided, and still to be made so.
    changes: Vec<Change>,
    /// Made, and still to be taken away; only where somebody writes them down.
    fresh: Option<Vec<Change>>,
    /// Happened, and still to be settled with its changes.
    happened: Vec<Event>,
    told: VecDeque<Event>,
    /// Room for what is told of holds that run out.
    moves: Vec<Move>,
}

impl Platform {
    /// A platform that knows nothing yet but its set-up.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self {
            books: Books::default(),
            card: CardDesk::new(Arc::clone(&config.card), config.start),
            gateway: Gateway::new(config),
            notifier: Notifier::new(&config.wallets, Clock::new(config.start), config.acknowledging),
            faults: Faults::default(),
            rush: None,
            changes: Vec::new(),
            fresh: None,
            happened: Vec::new(),
            told: VecDeque::new(),
            moves: Vec::new(),
        }
    }

    /// Makes a change that was written down before. All of them come before [`Self::open`].
    pub fn apply(&mut self, change: &Change) {
        self.books.apply(change);
    }

    /// Begins to serve: the set-up's terminals are registered, if the books do not know them yet.
    pub fn open(&mut self) {
        self.card.open(&self.books, &mut self.changes);
        self.settle();
    }

    /// From now on keeps what changes until it is taken by [`Self::take_changes`].
    pub fn keep_changes(&mut self) {
        self.fresh.get_or_insert_default();
    }

    /// Moves what has changed since it was last asked to the end of `into`, oldest first.
    pub fn take_changes(&mut self, into: &mut Vec<Change>) {
        if let Some(fresh) = &mut self.fresh {
            into.append(fresh);
        }
    }

    /// Everything that it knows.
    #[must_use]
    pub const fn books(&self) -> &Books {
        &self.books
    }

    /// The faults that are armed.
    #[must_use]
    pub const fn faults(&self) -> &Faults {
        &self.faults
    }

    /// To arm and to disarm.
    pub const fn faults_mut(&mut self) -> &mut Faults {
        &mut self.faults
    }

    /// Other terminals ask more than the host can serve; or they have stopped.
    pub const fn rush(&mut self, rush: Option<Rush>) {
        self.rush = rush;
    }

    /// The next thing that has happened.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.told.pop_front()
    }

    /// Reads the body of a frame, and says what becomes of the request. Nothing moves.
    ///
    /// # Errors
    /// It is no request that this host serves.
    pub fn receive_card(
        &mut self,
        now: SimTime,
        body: &[u8],
        into: &mut CardRequest,
    ) -> Result<Course, NoRequest> {
        self.card.read(body, &self.books, into)?;
        self.told.push_back(Event::Received { kind: into.kind(), key: into.key() });
        let Self { faults, told, .. } = self;
        let course = into.with_subject(|subject| course(faults, told, now, subject));
        into.settle_by(course.totals);
        Ok(self.in_rush(now, course))
    }

    /// Decides a card request, now and for good, and appends the whole answer frame.
    pub fn commit_card(
        &mut self,
        now: SimTime,
        request: &CardRequest,
        course: &Course,
        out: &mut Vec<u8>,
    ) -> Decision {
        let mut decision = match course.says.filter(|_| course.without_commit) {
            Some(code) => self.card.refuse(code),
            None => self.card.decide(now, request, &self.books, &mut self.changes),
        };
        self.settle();
        self.told.extend(decision.events(request));
        decision.code = course.says.unwrap_or(decision.code);
        let written = self.card.answer(now, request, &decision, &self.books, course.content, out);
        if let Err(error) = written {
            let why = Why::of(error);
            self.told.push_back(Event::Malformed { port: CARD, why });
        }
        decision
    }

    /// Reads a call of a merchant and finds out who sent it. Nothing moves.
    ///
    /// # Errors
    /// It is no call, or nobody known has signed it: what to answer.
    pub fn receive_call(
        &mut self,
        now: SimTime,
        request: &HttpRequest<'_>,
    ) -> Result<(WalletRequest, Course), Box<TurnedAway>> {
        let call = self.gateway.read(now, request, &self.books)?;
        self.told.push_back(Event::Received { kind: call.kind, key: call.key() });
        let Self { faults, told, .. } = self;
        let course = call.with_subject(|subject| course(faults, told, now, subject));
        let course = self.in_rush(now, course);
        Ok((call, course))
    }

    /// Decides a call, now and for good, and gives the answer and the word in it that counts.
    pub fn commit_call(
        &mut self,
        now: SimTime,
        request: &WalletRequest,
        course: &Course,
    ) -> (HttpAnswer, Code) {
        let forced = request.forced(course);
        let decision = self.gateway.decide(now, request, forced, &self.books, &mut self.changes);
        let (kind, key, code) = (request.kind, request.key(), decision.code);
        if let Some((movement, amount)) = decision.moved {
            let (payment, by) = (request.payment(), Some(key));
            self.happened.push(Event::Committed { key: payment, movement, amount, by });
        }
        if decision.declined {
            self.happened.push(Event::Declined { kind, key, code });
        }
        self.settle();
        let mut answer = self.gateway.answer(now, request, &decision);
        damage_answer(course.content, &mut answer);
        (answer, code)
    }

    /// A payer who has scanned a shown code agrees to pay it.
    ///
    /// # Errors
    /// The order cannot be paid. It is reported too.
    pub fn customer_pays(&mut self, now: SimTime, order: OrderNo) -> Result<(), PaymentRefusal> {
        let Self { gateway, books, changes, .. } = self;
        let agreed = gateway.confirm(now, order, books, changes);
        self.settle();
        agreed.inspect_err(|why| self.told.push_back(Event::PaymentRefused { order, why: *why }))
    }

    /// When something is due by itself: payments that land, orders that run out.
    #[must_use]
    pub fn orders_due_at(&self) -> Option<(SimTime, Reason)> {
        self.books.orders().next_due()
    }

    /// Lets the first of what is due happen; whether there was any.
    pub fn settle_first_due(&mut self, now: SimTime) -> bool {
        let is_due = self.orders_due_at().is_some_and(|(at, _)| at <= now);
        if is_due {
            let Self { gateway, books, changes, happened, .. } = self;
            gateway.settle_due(&mut Scene { now, books, changes, events: happened });
            self.settle();
        }
        is_due
    }

    /// Lets the pre-authorisations go that have run out.
    pub fn expire_holds(&mut self, now: SimTime) {
        if self.card.wake_at(&self.books).is_some_and(|(at, _)| at <= now) {
            self.card.expire(now, &self.books, &mut self.changes, &mut self.moves);
            self.settle();
            self.told.extend(self.moves.drain(..).map(Event::from));
        }
    }

    /// Does everything that is due by itself, and gives up deliveries that are overdue.
    pub fn advance(&mut self, now: SimTime) {
        while self.settle_first_due(now) {}
        self.expire_holds(now);
        while self.expire_delivery(now).is_some() {}
    }

    /// When something is to be done next, and what: for a driver that sends several notifications at once.
    #[must_use]
    pub fn wake_at(&self) -> Option<(SimTime, Reason)> {
        let holds = self.card.wake_at(&self.books);
        let notices = self.notifier.wake_at(&self.books);
        [self.orders_due_at(), holds, notices].into_iter().flatten().min_by_key(|(at, _)| *at)
    }

    /// When the next notification is to be sent.
    pub(crate) fn sends_at(&self) -> Option<SimTime> {
        self.notifier.sends_at(&self.books)
    }

    /// When the next answer to a notification is overdue.
    pub(crate) fn overdue_at(&self) -> Option<SimTime> {
        self.notifier.overdue_at()
    }

    /// The next notification that is to leave now.
    pub fn next_delivery(&mut self, now: SimTime) -> Option<Delivery> {
        loop {
            let Self { notifier, faults, told, books, changes, happened, .. } = self;
            let spoil = |due: &Due| {
                let amount = books.orders().order(due.order).map(|order| order.terms.amount);
                let (kind, key) = (Kind::Notification, Key::Order(due.order));
                let subject = Subject { desk: Desk::Wallet, kind, key, amount, field: &|_| None };
                faults.spoil(now, &subject, |hit| told.push_back(Event::Faulted { kind, key, hit }))
            };
            let sending = notifier.next(&mut Scene { now, books, changes, events: happened }, spoil);
            self.settle();
            match sending? {
                Sending::Leaves(delivery) => return Some(delivery),
                Sending::Stays => {}
            }
        }
    }

    /// What became of a delivery.
    pub fn delivered(&mut self, now: SimTime, id: DeliveryId, outcome: DeliveryOutcome<'_>) {
        let Self { notifier, books, changes, happened, .. } = self;
        notifier.delivered(id, outcome, &mut Scene { now, books, changes, events: happened });
        self.settle();
    }

    /// Gives up one delivery whose answer is overdue, and says which.
    pub(crate) fn expire_delivery(&mut self, now: SimTime) -> Option<DeliveryId> {
        let Self { notifier, books, changes, happened, .. } = self;
        let given_up = notifier.expire(&mut Scene { now, books, changes, events: happened });
        self.settle();
        given_up
    }

    /// Reads the next answer that has come in at a single port; whether there was one.
    pub(crate) fn read_port(&mut self, now: SimTime, port: &mut NotifyPort) -> bool {
        let Self { notifier, books, changes, happened, .. } = self;
        let read = port.read(notifier, &mut Scene { now, books, changes, events: happened });
        self.settle();
        read
    }

    /// Nobody listens behind a single port.
    pub(crate) fn fail_port(&mut self, now: SimTime, port: &mut NotifyPort) {
        let Self { notifier, books, changes, happened, .. } = self;
        port.fail(notifier, &mut Scene { now, books, changes, events: happened });
        self.settle();
    }

    /// Makes what was decided so, and lets what has happened be told.
    fn settle(&mut self) {
        for change in &self.changes {
            self.books.apply(change);
        }
        match &mut self.fresh {
            Some(fresh) => fresh.append(&mut self.changes),
            None => self.changes.clear(),
        }
        self.told.extend(self.happened.drain(..));
    }

    /// In a rush a request waits for those before it, or is refused.
    fn in_rush(&self, now: SimTime, course: Course) -> Course {
        let Some(rush) = self.rush.filter(|_| course.request == RequestFate::Taken) else { return course };
        match rush.wait(now) {
            Some(wait) => Course { hold: course.hold.saturating_add(wait), ..course },
            None => course.refused_as_busy(),
        }
    }
}

/// What the faults make of a request; each hit is told.
fn course(faults: &mut Faults, told: &mut VecDeque<Event>, now: SimTime, subject: &Subject<'_>) -> Course {
    let (kind, key) = (subject.kind, subject.key);
    faults.course(now, subject, |hit| told.push_back(Event::Faulted { kind, key, hit }))
}
