//! The acquirer as a machine: takes bytes and pokes, keeps what is in flight, gives answers and events.
//!
//! A request goes through three moments: received, committed, answered. Between them it waits in one bounded
//! queue; a request beyond the bound is refused at once with the busy code of its dialect.
//! *Not modelled:* connections. A request that stays unfinished for [`Config::reading`] is dropped, as a host
//! closes a silent connection. The wallet port answers in the order of its requests, as HTTP does; only a refusal
//! without processing (busy, unreadable, forged) leaves at once.

use crate::books::{Books, Change};
use crate::card::{CardHost, CardRequest, Decision, NoRequest};
use crate::config::Config;
use crate::departures::Departures;
use crate::event::{Event, Kind, PaymentRefusal};
use crate::fault::{Course, Fault, FaultId, Faults, RequestFate, Rush, Subject, damage_answer};
use crate::gateway::{Forced, Gateway, TurnedAway, WalletRequest};
use crate::ledger::Ledger;
use crate::notifier::{DeliveryOutcome, Notifier, NotifyPort, Scene, Sending};
use crate::orders::Clock;
use crate::queue::{Answer, Queue, Work};
use crate::short::{Code, Why};
use core::time::Duration;
use iso8583::Framer;
use sim::OrderNo;
use sim::Outbox;
use sim::{Input, Machine, Output, Port, Reason, SimTime, Stream, Tag};
use wallet::exchange::{HttpAnswer, HttpRequest};
use wallet::http::RequestParser;
use wallet::told::Refusal;

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
    card: CardHost,
    gateway: Gateway,
    notifier: Notifier,
    notify_port: NotifyPort,
    framer: Framer,
    wallet_parser: RequestParser,
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
    /// What was decided and is still to be made so.
    changes: Vec<Change>,
    /// What has happened and is still to be reported.
    happened: Vec<Event>,
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
        Self {
            books: Books::default(),
            card: CardHost::new(),
            gateway: Gateway::new(&config),
            notifier: Notifier::new(&config.wallets, Clock::new(config.start), config.acknowledging),
            notify_port: NotifyPort::default(),
            framer: Framer::default(),
            wallet_parser: RequestParser::default(),
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
            changes: Vec::new(),
            happened: Vec::new(),
            config,
        }
    }

    /// The truth about the money.
    #[must_use]
    pub const fn ledger(&self) -> &Ledger {
        self.books.ledger()
    }

    /// Everything that it knows.
    #[must_use]
    pub const fn books(&self) -> &Books {
        &self.books
    }

    /// How it is set up.
    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// Does what is due, the eldest first. A payment that lands comes before a request of the same moment.
    fn advance(&mut self, now: SimTime) {
        self.drop_cut_requests(now);
        loop {
            let lands = self.books.orders().next_due().map(|(at, _)| at).filter(|at| *at <= now);
            let work = self.queue.next().map(|(at, _)| at);
            if lands.is_some_and(|lands| work.is_none_or(|work| lands <= work)) {
                let Self { gateway, books, changes, happened, .. } = self;
                gateway.settle_due(&mut Scene { now, books, changes, events: happened });
                self.settle();
                continue;
            }
            match self.queue.take_due(now) {
                Some(Work::Card(request, course)) => self.commit_card(now, request, course),
                Some(Work::Wallet(request, course)) => self.commit_wallet(now, &request, course),
                Some(Work::Answer(answer)) => self.answer(now, answer),
                None => break,
            }
        }
        self.tell(now);
    }

    /// Makes what was decided so, and reports what has happened.
    fn settle(&mut self) {
        for change in self.changes.drain(..) {
            self.books.apply(&change);
        }
        // In a world, what came back for a notification stands in the trace of the link.
        for event in self.happened.drain(..).filter(|event| !matches!(event, Event::NotTaken { .. })) {
            self.outbox.event(event);
        }
    }

    /// Gives up on an answer that is overdue, and sends what is due: one delivery at a time.
    fn tell(&mut self, now: SimTime) {
        let Self { notifier, books, changes, happened, .. } = self;
        if let Some(id) = notifier.expire(&mut Scene { now, books, changes, events: happened }) {
            self.notify_port.forget(id);
            self.settle();
        }
        while !self.notify_port.is_waiting() {
            let Self { notifier, books, changes, happened, .. } = self;
            match notifier.next(&mut Scene { now, books, changes, events: happened }, |_| None) {
                Some(Sending::Leaves(delivery)) => {
                    let Self { notify_port, outbox, .. } = self;
                    outbox
                        .send_with(NOTIFY, Kind::Notification.tag(), |out| notify_port.send(&delivery, out));
                }
                Some(Sending::Stays) => {}
                None => break,
            }
            self.settle();
        }
    }

    fn notify_bytes(&mut self, now: SimTime, bytes: &[u8]) {
        self.notify_port.push(bytes);
        loop {
            let Self { notify_port, notifier, books, changes, happened, .. } = self;
            if !notify_port.read(notifier, &mut Scene { now, books, changes, events: happened }) {
                break;
            }
            self.settle();
        }
    }

    fn notify_refused(&mut self, now: SimTime) {
        let Self { notify_port, notifier, books, changes, happened, .. } = self;
        let mut scene = Scene { now, books, changes, events: happened };
        notify_port.fail(notifier, DeliveryOutcome::Refused, &mut scene);
        self.settle();
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
        let mut request = self.spare_requests.pop().unwrap_or_else(CardRequest::empty);
        let (why, in_step) = match self.framer.next_frame() {
            Ok(Some(body)) => match request.read(body, &self.config) {
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
        let (kind, key) = (request.kind, request.key);
        self.outbox.event(Event::Received { kind, key });
        let course = request.with_subject(|subject| self.course(now, subject));
        if course.request == RequestFate::Lost {
            self.spare_requests.push(request);
            return;
        }
        let Some(wait) = self.wait(now) else {
            let decision = self.card.refuse(Code::new("96"));
            self.outbox.event(Event::Declined { kind, key, code: decision.code });
            if let Some(answer) = self.card_answer(now, request, decision, course) {
                self.answer(now, answer);
            }
            return;
        };
        self.queue.add(now + wait + course.hold, Work::Card(request, course));
    }

    fn commit_card(&mut self, now: SimTime, request: CardRequest, course: Course) {
        let mut decision = match course.says.filter(|_| course.without_commit) {
            Some(code) => self.card.refuse(code),
            None => self.card.decide(now, &request, &self.config, self.books.ledger_mut()),
        };
        let (kind, key, code) = (request.kind, request.key, decision.code);
        if let Some((movement, amount)) = decision.moved {
            self.outbox.event(Event::Committed { key, movement, amount });
        } else if code.as_str() != "00" {
            self.outbox.event(Event::Declined { kind, key, code });
        }
        decision.code = course.says.unwrap_or(code);
        if let Some(answer) = self.card_answer(now, request, decision, course) {
            self.queue.add(now + self.config.answering, Work::Answer(answer));
        }
    }

    fn card_answer(
        &mut self,
        now: SimTime,
        request: CardRequest,
        decision: Decision,
        course: Course,
    ) -> Option<Answer> {
        let mut bytes = self.spare_bytes.pop().unwrap_or_default();
        let (kind, key, code, fate) = (request.kind, request.key, decision.code, course.answer);
        let written =
            self.card.write_reply(now, &request, decision, &self.config, course.content, &mut bytes);
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
        self.wallet_parser.push(bytes);
        while let Some(incoming) = self.next_call(now) {
            match incoming {
                Ok(request) => self.accept_wallet(now, request),
                Err(away) => {
                    let TurnedAway { answer, kind, why } = *away;
                    self.malformed(WALLET, why);
                    let tag = kind.map_or(NO_CALL, Kind::tag);
                    self.outbox.send_with(WALLET, tag, |out| answer.write_to(out));
                }
            }
        }
        let is_reading = self.wallet_parser.pending_bytes() > 0;
        self.wallet_cut_at = is_reading.then(|| now + self.config.reading);
    }

    fn next_call(&mut self, now: SimTime) -> Option<Result<WalletRequest, Box<TurnedAway>>> {
        let Self { wallet_parser, gateway, books, .. } = self;
        let why = match wallet_parser.next_request() {
            Ok(None) => return None,
            Ok(Some(http)) => {
                let headers: Vec<(&str, &str)> = http.headers.iter().collect();
                let (method, target, body) = (http.method, http.target, http.body);
                let request = HttpRequest { method, target, headers: &headers, body };
                return Some(gateway.read(now, &request, books));
            }
            Err(error) => Why::of(error),
        };
        wallet_parser.reset();
        let answer = HttpAnswer::new(400, "text/plain", Vec::new());
        Some(Err(Box::new(TurnedAway { answer, kind: None, why })))
    }

    fn accept_wallet(&mut self, now: SimTime, request: WalletRequest) {
        let (kind, key) = (request.kind, request.key());
        self.outbox.event(Event::Received { kind, key });
        let course = request.with_subject(|subject| self.course(now, subject));
        if course.request == RequestFate::Lost {
            return;
        }
        let Some(wait) = self.wait(now) else {
            let busy = Forced::Refuse(Refusal::Busy);
            let decision = self.gateway.decide(now, &request, busy, &self.books, &mut self.changes);
            self.outbox.event(Event::Declined { kind, key, code: decision.code });
            let answer = self.wallet_answer(now, &request, &decision, Course::CLEAR);
            self.answer(now, answer);
            return;
        };
        let at = (now + wait + course.hold).max(self.wallet_commits_at);
        self.wallet_commits_at = at;
        self.queue.add(at, Work::Wallet(Box::new(request), course));
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

    fn commit_wallet(&mut self, now: SimTime, request: &WalletRequest, course: Course) {
        let forced = request.forced(&course);
        let decision = self.gateway.decide(now, request, forced, &self.books, &mut self.changes);
        let (kind, key, code) = (request.kind, request.key(), decision.code);
        if let Some((movement, amount)) = decision.moved {
            self.happened.push(Event::Committed { key, movement, amount });
        }
        if decision.declined {
            self.happened.push(Event::Declined { kind, key, code });
        }
        self.settle();
        let answer = self.wallet_answer(now, request, &decision, course);
        self.queue.add(now + self.config.answering, Work::Answer(answer));
    }

    fn wallet_answer(
        &mut self,
        now: SimTime,
        request: &WalletRequest,
        decision: &crate::gateway::Decision,
        course: Course,
    ) -> Answer {
        let mut bytes = self.spare_bytes.pop().unwrap_or_default();
        let mut answer = self.gateway.answer(now, request, decision);
        damage_answer(course.content, &mut answer);
        answer.write_to(&mut bytes);
        let (kind, key, code, fate) = (request.kind, request.key(), decision.code, course.answer);
        Answer { port: WALLET, kind, key, code, bytes, fate, goes_on: false }
    }

    fn customer_pays(&mut self, now: SimTime, order: OrderNo) {
        let Self { gateway, books, changes, .. } = self;
        let allowed = match books.orders().payable(order) {
            Ok(_) if self.queue.is_full() => Err(PaymentRefusal::Busy),
            Ok(_) => gateway.confirm(now, order, books, changes),
            Err(why) => Err(why),
        };
        if let Err(why) = allowed {
            self.happened.push(Event::PaymentRefused { order, why });
        }
        self.settle();
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
            self.wallet_parser.reset();
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
            Input::Received { port: NOTIFY, bytes } => self.notify_bytes(now, bytes),
            Input::Refused { port: NOTIFY } => self.notify_refused(now),
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
        let tells = if self.notify_port.is_waiting() {
            self.notifier.overdue_at().map(|at| (at, Reason("notification unanswered")))
        } else {
            self.notifier.sends_at(&self.books).map(|at| (at, Reason("notification retry")))
        };
        let lands = self.books.orders().next_due();
        [lands, self.queue.next(), tells, cut].into_iter().flatten().min_by_key(|(at, _)| *at)
    }
}
