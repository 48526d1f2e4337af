//! The acquirer as a machine: takes bytes and pokes, keeps what is in flight, gives answers and events.
//!
//! A request goes through three moments: received, committed, answered. Between them it waits in one bounded
//! queue; a request beyond the bound is refused at once with the busy code of its dialect.
//! *Not modelled:* connections. A request that stays unfinished for [`Config::reading`] is dropped, as a host
//! closes a silent connection. The wallet port answers in the order of its requests, as HTTP does; only a refusal
//! without processing (busy, unreadable, forged) leaves at once.

use crate::books::{Books, Change};
use crate::card::{CardDesk, CardRequest, Decision, Move, NoRequest};
use crate::config::Config;
use crate::departures::Departures;
use crate::event::{Event, Movement, PaymentRefusal};
use crate::fault::{AnswerFate, Course, Fault, FaultId, Faults, RequestFate, Rush, Subject, damage_response};
use crate::gateway::{Gateway, Incoming, WalletRequest};
use crate::ledger::Ledger;
use crate::notifier::Notifier;
use crate::queue::{Answer, Queue, Work};
use crate::short::{Code, Why};
use core::time::Duration;
use iso8583::Framer;
use sim::Outbox;
use sim::{Input, Machine, Output, Port, Reason, SimTime, Stream, Tag};
use sim::{Key, OrderNo};
use std::sync::Arc;
use wallet::http::write_response;
use wallet::messages::ErrCode;

/// ISO 8583 frames, both ways.
pub const CARD: Port = Port(0);
/// HTTP requests in, answers out.
pub const WALLET: Port = Port(1);
/// HTTP notifications out, acknowledgements in.
pub const NOTIFY: Port = Port(2);

/// The tag of answers to what is no call at all.
const NO_CALL: Tag = Tag("no-call");

/// A card host, a wallet gateway and a notifier with one ledger.
#[derive(Clone, Debug)]
pub struct Acquirer {
    config: Config,
    books: Books,
    card: CardDesk,
    /// What has been decided and not yet put into the books; empty between two inputs.
    changes: Vec<Change>,
    /// The same of what is to be told about holds that run out.
    moves: Vec<Move>,
    gateway: Gateway,
    notifier: Notifier,
    framer: Framer,
    /// When an unfinished request counts as cut off.
    card_cut_at: Option<SimTime>,
    wallet_cut_at: Option<SimTime>,
    /// When the gateway commits the last request that it has accepted.
    wallet_commits_at: SimTime,
    queue: Queue,
    outbox: Outbox<Event>,
    /// On top of [`Config::processing`].
    slowness: Duration,
    faults: Faults,
    rush: Option<Rush>,
    departures: Departures,
    spare_requests: Vec<CardRequest>,
    spare_bytes: Vec<Vec<u8>>,
}

/// What people do to an acquirer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Poke {
    /// The payer confirms an order on the phone.
    CustomerPays {
        /// Which order.
        order: OrderNo,
    },
    /// Requests take this much longer to commit from now on, instead of any earlier slowness.
    Slow {
        /// How much longer.
        by: Duration,
    },
    /// The slowness is over.
    Usual,
    /// From now on this fault looks at every request.
    Arm(Box<Arming>),
    /// A fault is over.
    Disarm(FaultId),
    /// Other terminals ask more than the host can serve.
    Rush(Rush),
}

/// A fault that is to be armed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arming {
    /// Its number, by which it is taken back.
    pub id: FaultId,
    /// What it aims at, and what it does there.
    pub fault: Fault,
    /// Its own dice.
    pub dice: Stream,
}

impl Acquirer {
    /// An acquirer that nobody has asked anything yet.
    #[must_use]
    pub fn new(config: Config) -> Self {
        let mut acquirer = Self {
            books: Books::default(),
            card: CardDesk::new(Arc::clone(&config.card), config.start),
            changes: Vec::new(),
            moves: Vec::new(),
            gateway: Gateway::new(&config),
            notifier: Notifier::new(&config),
            framer: Framer::default(),
            card_cut_at: None,
            wallet_cut_at: None,
            wallet_commits_at: SimTime::ZERO,
            queue: Queue::new(config.in_flight_max),
            outbox: Outbox::default(),
            slowness: Duration::ZERO,
            faults: Faults::default(),
            rush: None,
            departures: Departures::default(),
            spare_requests: Vec::new(),
            spare_bytes: Vec::new(),
            config,
        };
        acquirer.card.open(&acquirer.books, &mut acquirer.changes);
        acquirer.apply_changes();
        acquirer
    }

    /// Everything that the acquirer knows.
    #[must_use]
    pub const fn books(&self) -> &Books {
        &self.books
    }

    fn apply_changes(&mut self) {
        for change in self.changes.drain(..) {
            self.books.apply(&change);
        }
    }

    /// The truth about the money.
    #[must_use]
    pub const fn ledger(&self) -> &Ledger {
        self.books.ledger()
    }

    /// How it is set up.
    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// Does what is due.
    fn advance(&mut self, now: SimTime) {
        self.drop_cut_requests(now);
        while let Some(work) = self.queue.take_due(now) {
            match work {
                Work::Card(request, course) => self.commit_card(now, request, course),
                Work::Wallet(request, course) => self.commit_wallet(now, request, course),
                Work::Payment(order) => self.commit_payment(now, order),
                Work::Answer(answer) => self.answer(now, answer),
            }
        }
        self.expire_holds(now);
        self.notifier.advance(now, &mut self.outbox);
    }

    fn expire_holds(&mut self, now: SimTime) {
        if self.card.wake_at(&self.books).is_some_and(|(at, _)| at <= now) {
            self.card.expire(now, &self.books, &mut self.changes, &mut self.moves);
            self.apply_changes();
            for moved in self.moves.drain(..) {
                self.outbox.event(moved.into());
            }
        }
    }

    fn card_bytes(&mut self, now: SimTime, bytes: &[u8]) {
        self.framer.push(bytes);
        while let Some(read) = self.next_card_request() {
            match read {
                Ok(request) => self.accept_card(now, request),
                Err(why) => self.malformed(CARD, why),
            }
        }
        let reading = self.framer.pending_bytes() > 0;
        self.card_cut_at = reading.then(|| now + self.config.reading);
    }

    fn next_card_request(&mut self) -> Option<Result<CardRequest, Why>> {
        let mut request = self.spare_requests.pop().unwrap_or_default();
        let (why, in_step) = match self.framer.next_frame() {
            Ok(Some(body)) => match self.card.read(body, &self.books, &mut request) {
                Ok(()) => return Some(Ok(request)),
                Err(error) => (Some(Why::of(error)), matches!(error, NoRequest::Unserved(_))),
            },
            Ok(None) => (None, true),
            Err(error) => (Some(Why::of(error)), false),
        };
        self.spare_requests.push(request);
        if !in_step {
            // Behind unreadable bytes, what looks like the next length may be none.
            self.framer.reset();
        }
        why.map(Err)
    }

    fn accept_card(&mut self, now: SimTime, request: CardRequest) {
        let (kind, key) = (request.kind(), request.key());
        self.outbox.event(Event::Received { kind, key });
        let course = request.with_subject(|subject| self.course(now, subject));
        if course.request == RequestFate::Lost {
            self.spare_requests.push(request);
            return;
        }
        let Some(wait) = self.wait(now) else {
            let decision = self.card.refuse(Code::new("96"));
            decision.events(&request).for_each(|event| self.outbox.event(event));
            if let Some(answer) = self.card_answer(now, request, &decision, course) {
                self.answer(now, answer);
            }
            return;
        };
        self.queue.add(now + wait + course.hold, Work::Card(request, course));
    }

    fn commit_card(&mut self, now: SimTime, mut request: CardRequest, course: Course) {
        request.settle_by(course.totals);
        let mut decision = match course.says.filter(|_| course.without_commit) {
            Some(code) => self.card.refuse(code),
            None => self.card.decide(now, &request, &self.books, &mut self.changes),
        };
        self.apply_changes();
        decision.events(&request).for_each(|event| self.outbox.event(event));
        decision.code = course.says.unwrap_or(decision.code);
        if let Some(answer) = self.card_answer(now, request, &decision, course) {
            self.queue.add(now + self.config.answering, Work::Answer(answer));
        }
    }

    fn card_answer(
        &mut self,
        now: SimTime,
        request: CardRequest,
        decision: &Decision,
        course: Course,
    ) -> Option<Answer> {
        let mut bytes = self.spare_bytes.pop().unwrap_or_default();
        let (kind, key, code, fate) = (request.kind(), request.key(), decision.code, course.answer);
        let written = self.card.answer(now, &request, decision, &self.books, course.content, &mut bytes);
        self.spare_requests.push(request);
        match written {
            Ok(()) => Some(Answer { port: CARD, kind, key, code, bytes, fate, goes_on: false }),
            Err(error) => {
                self.malformed(CARD, Why::of(error));
                None
            }
        }
    }

    fn wallet_bytes(&mut self, now: SimTime, bytes: &[u8]) {
        self.gateway.push(bytes);
        while let Some(incoming) = self.gateway.next_incoming() {
            match incoming {
                Incoming::Request(request) => self.accept_wallet(now, request),
                Incoming::Unacceptable { kind, why } => {
                    self.malformed(WALLET, why);
                    let Self { gateway, outbox, .. } = self;
                    outbox.send_with(WALLET, kind.tag(), |out| gateway.turn_away(why.as_str(), out));
                }
                Incoming::NoCall { status, why } => {
                    self.malformed(WALLET, why);
                    self.outbox
                        .send_with(WALLET, NO_CALL, |out| write_response(out, status, "text/plain", b""));
                }
            }
        }
        self.wallet_cut_at = self.gateway.is_reading().then(|| now + self.config.reading);
    }

    fn accept_wallet(&mut self, now: SimTime, request: WalletRequest) {
        let (kind, key) = (request.kind(), Key::Order(request.order));
        self.outbox.event(Event::Received { kind, key });
        let course = request.with_subject(|subject| self.course(now, subject));
        if course.request == RequestFate::Lost {
            return;
        }
        let Some(wait) = self.wait(now) else {
            let mut bytes = self.spare_bytes.pop().unwrap_or_default();
            let code = self.gateway.refuse(ErrCode::SystemError, &mut bytes).code;
            self.outbox.event(Event::Declined { kind, key, code });
            self.answer(
                now,
                Answer { port: WALLET, kind, key, code, bytes, fate: AnswerFate::Sent, goes_on: false },
            );
            return;
        };
        let at = (now + wait + course.hold).max(self.wallet_commits_at);
        self.wallet_commits_at = at;
        self.queue.add(at, Work::Wallet(request, course));
    }

    /// What the faults make of a request.
    fn course(&mut self, now: SimTime, subject: &Subject<'_>) -> Course {
        let Self { faults, outbox, .. } = self;
        let (kind, key) = (subject.kind, subject.key);
        faults.course(now, subject, |hit| outbox.event(Event::Faulted { kind, key, hit }))
    }

    /// From the arrival of a request to its commit; `None` when there is too much to do.
    fn wait(&self, now: SimTime) -> Option<Duration> {
        let rush = self.rush.map_or(Some(Duration::ZERO), |rush| rush.wait(now))?;
        (!self.queue.is_full()).then_some(self.config.processing + self.slowness + rush)
    }

    fn commit_wallet(&mut self, now: SimTime, request: WalletRequest, course: Course) {
        let (kind, key) = (request.kind(), Key::Order(request.order));
        let mut bytes = self.spare_bytes.pop().unwrap_or_default();
        let refusal = course.says.map(|code| ErrCode::from_wire(code.as_str()).unwrap_or(ErrCode::Other));
        let decision = match refusal {
            Some(error) if course.without_commit => self.gateway.refuse(error, &mut bytes),
            _ => self.gateway.decide(request, &mut bytes),
        };
        let mut code = decision.code;
        if let Some((movement, amount)) = decision.moved {
            self.outbox.event(Event::Committed { key, movement, amount });
        }
        if decision.declined {
            self.outbox.event(Event::Declined { kind, key, code });
        }
        if let Some(error) = refusal.filter(|_| !course.without_commit) {
            bytes.clear();
            code = self.gateway.refuse(error, &mut bytes).code;
        }
        damage_response(course.content, &mut bytes);
        let answer = Answer { port: WALLET, kind, key, code, bytes, fate: course.answer, goes_on: false };
        self.queue.add(now + self.config.answering, Work::Answer(answer));
    }

    fn customer_pays(&mut self, now: SimTime, order: OrderNo) {
        let allowed = match self.gateway.payable(order) {
            Ok(()) if self.queue.is_full() => Err(PaymentRefusal::Busy),
            other => other,
        };
        match allowed {
            Ok(()) => self.queue.add(now + self.config.paying, Work::Payment(order)),
            Err(why) => self.outbox.event(Event::PaymentRefused { order, why }),
        }
    }

    /// The order may have been closed, or paid by another phone, while the payer was confirming.
    fn commit_payment(&mut self, now: SimTime, order: OrderNo) {
        match self.gateway.pay(now, order, self.books.ledger_mut()) {
            Ok(payment) => {
                let (key, amount) = (Key::Order(order), payment.amount);
                self.outbox.event(Event::Committed { key, movement: Movement::Captured, amount });
                self.notifier.begin(now, payment);
            }
            Err(why) => self.outbox.event(Event::PaymentRefused { order, why }),
        }
    }

    /// An answer leaves, or does what its fate says.
    fn answer(&mut self, now: SimTime, answer: Answer) {
        let Self { departures, queue, outbox, spare_bytes, .. } = self;
        departures.leave(now, answer, queue, |answer| {
            let Answer { port, kind, key, code, mut bytes, goes_on, .. } = answer;
            outbox.send_with(port, kind.tag(), |out| out.extend_from_slice(&bytes));
            if !goes_on {
                outbox.event(Event::Answered { kind, key, code });
            }
            bytes.clear();
            spare_bytes.push(bytes);
        });
    }

    fn drop_cut_requests(&mut self, now: SimTime) {
        let is_due = |cut_at: Option<SimTime>| cut_at.is_some_and(|at| at <= now);
        if is_due(self.card_cut_at) {
            self.card_cut_at = None;
            self.framer.reset();
            self.malformed(CARD, Why::new("the rest of a frame never came"));
        }
        if is_due(self.wallet_cut_at) {
            self.wallet_cut_at = None;
            self.gateway.reset();
            self.malformed(WALLET, Why::new("the rest of a request never came"));
        }
    }

    fn malformed(&mut self, port: Port, why: Why) {
        self.outbox.event(Event::Malformed { port, why });
    }
}

impl Machine for Acquirer {
    type Poke = Poke;
    type Event = Event;

    fn handle(&mut self, now: SimTime, input: Input<'_, Poke>) {
        // What was due comes before what happens now.
        self.advance(now);
        match input {
            Input::Received { port: CARD, bytes } => self.card_bytes(now, bytes),
            Input::Received { port: WALLET, bytes } => self.wallet_bytes(now, bytes),
            Input::Received { port: NOTIFY, bytes } => self.notifier.receive(now, bytes, &mut self.outbox),
            Input::Refused { port: NOTIFY } => self.notifier.fail(now, &mut self.outbox),
            // An answer that nobody listens to is lost; the ledger stands.
            Input::Wake | Input::Received { .. } | Input::Refused { .. } => {}
            Input::Poke(Poke::CustomerPays { order }) => self.customer_pays(now, order),
            Input::Poke(Poke::Slow { by }) => self.slowness = by,
            Input::Poke(Poke::Usual) => (self.slowness, self.rush) = (Duration::ZERO, None),
            Input::Poke(Poke::Arm(arming)) => self.faults.arm(arming.id, arming.fault, arming.dice),
            Input::Poke(Poke::Disarm(id)) => {
                self.faults.disarm(id);
            }
            Input::Poke(Poke::Rush(rush)) => self.rush = Some(rush),
        }
        self.advance(now);
    }

    fn poll(&mut self) -> Option<Output<'_, Event>> {
        self.outbox.poll()
    }

    fn wake_at(&self) -> Option<(SimTime, Reason)> {
        let cut = self.card_cut_at.into_iter().chain(self.wallet_cut_at).min();
        let cut = cut.map(|at| (at, Reason("request incomplete")));
        let hold = self.card.wake_at(&self.books);
        [self.queue.next(), self.notifier.next(), cut, hold].into_iter().flatten().min_by_key(|(at, _)| *at)
    }
}
