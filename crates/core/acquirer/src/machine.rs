//! The acquirer as a machine: takes bytes and pokes, keeps what is in flight, gives answers and events.
//!
//! A request goes through three moments: received, committed, answered. Between them it waits in one bounded
//! queue; a request beyond the bound is refused at once with the busy code of its dialect.
//! *Not modelled:* connections. A request that stays unfinished for [`Config::reading`] is dropped, as a host
//! closes a silent connection. The wallet port answers in the order of its requests, as HTTP does; only a refusal
//! without processing (busy, unreadable, forged) leaves at once.

use crate::books::Books;
use crate::card::{CardRequest, NoRequest};
use crate::config::Config;
use crate::departures::Departures;
use crate::event::{Event, Kind};
use crate::fault::{Course, Fault, FaultId, RequestFate, Rush};
use crate::gateway::{TurnedAway, WalletRequest};
use crate::ledger::Ledger;
use crate::merchant::{MERCHANT_NOTIFY, MERCHANT_WALLET, MerchantDesk, VERIFICATION};
use crate::notifier::{NotifyPort, write};
use crate::platform::Platform;
use crate::queue::{Answer, Queue, Work};
use crate::short::Why;
use core::time::Duration;
use iso8583::Framer;
use sim::OrderNo;
use sim::Outbox;
use sim::{Input, Machine, Output, Port, Reason, SimTime, Stream, Tag};
use wallet::exchange::{HttpAnswer, HttpRequest};
use wallet::http::RequestParser;

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
    pub(crate) config: Config,
    pub(crate) platform: Platform,
    pub(crate) merchant: MerchantDesk,
    notify_port: NotifyPort,
    framer: Framer,
    wallet_parser: RequestParser,
    /// When an unfinished request counts as cut off.
    card_cut_at: Option<SimTime>,
    wallet_cut_at: Option<SimTime>,
    /// When the gateway commits the last request that it has accepted.
    wallet_commits_at: SimTime,
    pub(crate) queue: Queue,
    departures: Departures,
    pub(crate) outbox: Outbox<Event>,
    /// On top of [`Config::processing`].
    pub(crate) slowness: Duration,
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
        let mut platform = Platform::new(&config);
        platform.open();
        Self {
            platform,
            merchant: MerchantDesk::default(),
            notify_port: NotifyPort::default(),
            framer: Framer::default(),
            wallet_parser: RequestParser::default(),
            card_cut_at: None,
            wallet_cut_at: None,
            wallet_commits_at: SimTime::ZERO,
            queue: Queue::new(config.in_flight_max),
            departures: Departures::default(),
            outbox: Outbox::default(),
            slowness: Duration::ZERO,
            spare_requests: Vec::new(),
            spare_bytes: Vec::new(),
            config,
        }
    }

    /// The truth about the money.
    #[must_use]
    pub const fn ledger(&self) -> &Ledger {
        self.books().ledger()
    }

    /// Everything that it knows.
    #[must_use]
    pub const fn books(&self) -> &Books {
        self.platform.books()
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
            let lands = self.platform.orders_due_at().map(|(at, _)| at).filter(|at| *at <= now);
            let work = self.queue.next().map(|(at, _)| at);
            if lands.is_some_and(|lands| work.is_none_or(|work| lands <= work)) {
                self.platform.settle_first_due(now);
                self.report();
                continue;
            }
            match self.queue.take_due(now) {
                Some(Work::Card(request, course)) => self.commit_card(now, request, course),
                Some(Work::Wallet(request, course)) => self.commit_wallet(now, &request, course),
                Some(Work::Answer(answer)) => self.answer(now, answer),
                None => break,
            }
        }
        self.platform.expire_holds(now);
        self.send_findings(now);
        self.tell(now);
        self.report();
    }

    /// Hands on what has happened. In a world, what came back for a notification stands in the trace of the link.
    pub(crate) fn report(&mut self) {
        while let Some(event) = self.platform.poll_event() {
            if !matches!(event, Event::NotTaken { .. }) {
                self.outbox.event(event);
            }
        }
    }

    /// Gives up on an answer that is overdue, and sends what is due: one delivery at a time.
    fn tell(&mut self, now: SimTime) {
        if let Some(id) = self.platform.expire_delivery(now) {
            self.notify_port.forget(id);
            self.report();
        }
        while !self.notify_port.is_waiting() {
            let delivery = self.platform.next_delivery(now);
            let Some(delivery) = delivery else { break };
            let Self { notify_port, outbox, config, .. } = self;
            let tag = Kind::Notification.tag();
            outbox.send_with(NOTIFY, tag, |out| notify_port.send(&delivery, out));
            if let Some(url) = &config.notify_also {
                outbox.send_with(MERCHANT_NOTIFY, tag, |out| write(&delivery, url, out));
            }
            self.report();
        }
    }

    fn notify_bytes(&mut self, now: SimTime, bytes: &[u8]) {
        self.notify_port.push(bytes);
        while self.platform.read_port(now, &mut self.notify_port) {}
        self.report();
    }

    fn card_bytes(&mut self, now: SimTime, bytes: &[u8]) {
        self.framer.push(bytes);
        while let Some(read) = self.next_card_request(now) {
            self.report();
            match read {
                Ok((request, course)) => self.accept_card(now, request, course),
                Err(why) => self.malformed(CARD, why),
            }
        }
        let reading = self.framer.pending_bytes() > 0;
        self.card_cut_at = reading.then(|| now + self.config.reading);
    }

    fn next_card_request(&mut self, now: SimTime) -> Option<Result<(CardRequest, Course), Why>> {
        let mut request = self.spare_requests.pop().unwrap_or_default();
        let (why, in_step) = match self.framer.next_frame() {
            Ok(Some(body)) => match self.platform.receive_card(now, body, &mut request) {
                Ok(course) => return Some(Ok((request, course))),
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

    fn accept_card(&mut self, now: SimTime, request: CardRequest, course: Course) {
        let course = self.admitted(course);
        if course.request == RequestFate::Lost {
            self.spare_requests.push(request);
        } else if course.is_at_once {
            let answer = self.decide_card(now, request, &course);
            self.answer(now, answer);
        } else {
            let wait = self.config.processing + self.slowness + course.hold;
            self.queue.add(now + wait, Work::Card(request, course));
        }
    }

    /// A request that does not fit into the queue is refused.
    fn admitted(&self, course: Course) -> Course {
        if self.queue.is_full() { course.refused_as_busy() } else { course }
    }

    fn commit_card(&mut self, now: SimTime, request: CardRequest, course: Course) {
        let answer = self.decide_card(now, request, &course);
        self.queue.add(now + self.config.answering, Work::Answer(answer));
    }

    fn decide_card(&mut self, now: SimTime, request: CardRequest, course: &Course) -> Answer {
        let mut bytes = self.spare_bytes.pop().unwrap_or_default();
        let decision = self.platform.commit_card(now, &request, course, &mut bytes);
        self.report();
        let (kind, key, code, fate) = (request.kind(), request.key(), decision.code, course.answer);
        self.spare_requests.push(request);
        Answer { port: CARD, kind, key, code, bytes, fate, goes_on: false }
    }

    fn wallet_bytes(&mut self, now: SimTime, bytes: &[u8]) {
        self.wallet_parser.push(bytes);
        while let Some(incoming) = self.next_call(now) {
            self.report();
            match incoming {
                Ok((request, course)) => self.accept_wallet(now, request, course),
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

    fn next_call(&mut self, now: SimTime) -> Option<Result<(WalletRequest, Course), Box<TurnedAway>>> {
        let Self { wallet_parser, platform, .. } = self;
        let why = match wallet_parser.next_request() {
            Ok(None) => return None,
            Ok(Some(http)) => {
                let headers: Vec<(&str, &str)> = http.headers.iter().collect();
                let (method, target, body) = (http.method, http.target, http.body);
                let request = HttpRequest { method, target, headers: &headers, body };
                return Some(platform.receive_call(now, &request));
            }
            Err(error) => Why::of(error),
        };
        wallet_parser.reset();
        let answer = HttpAnswer::new(400, "text/plain", Vec::new());
        Some(Err(Box::new(TurnedAway { answer, kind: None, why })))
    }

    fn accept_wallet(&mut self, now: SimTime, request: WalletRequest, course: Course) {
        let course = self.admitted(course);
        if course.request == RequestFate::Lost {
            return;
        }
        if course.is_at_once {
            let answer = self.decide_wallet(now, &request, &course);
            self.answer(now, answer);
            return;
        }
        let wait = self.config.processing + self.slowness + course.hold;
        let at = (now + wait).max(self.wallet_commits_at);
        self.wallet_commits_at = at;
        self.queue.add(at, Work::Wallet(Box::new(request), course));
    }

    fn commit_wallet(&mut self, now: SimTime, request: &WalletRequest, course: Course) {
        let answer = self.decide_wallet(now, request, &course);
        self.queue.add(now + self.config.answering, Work::Answer(answer));
    }

    fn decide_wallet(&mut self, now: SimTime, request: &WalletRequest, course: &Course) -> Answer {
        let (answer, code) = self.platform.commit_call(now, request, course);
        self.report();
        let mut bytes = self.spare_bytes.pop().unwrap_or_default();
        answer.write_to(&mut bytes);
        let (kind, key, fate) = (request.kind, request.key(), course.answer);
        Answer { port: WALLET, kind, key, code, bytes, fate, goes_on: false }
    }

    fn customer_pays(&mut self, now: SimTime, order: OrderNo) {
        // A refusal is among the events.
        let _told = self.platform.customer_pays(now, order);
        self.report();
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
            Input::Received { port: VERIFICATION, bytes } => self.question_bytes(now, bytes),
            Input::Received { port: MERCHANT_WALLET, bytes } => self.merchant_call_bytes(now, bytes),
            Input::Refused { port: NOTIFY } => self.platform.fail_port(now, &mut self.notify_port),
            // An answer that nobody listens to is lost; the ledger stands.
            Input::Wake | Input::Received { .. } | Input::Refused { .. } => {}
            Input::Poke(Poke::CustomerPays { order }) => self.customer_pays(now, order),
            Input::Poke(Poke::Slow { by }) => self.slowness = by,
            Input::Poke(Poke::Usual) => {
                self.slowness = Duration::ZERO;
                self.platform.rush(None);
            }
            Input::Poke(Poke::Arm(arming)) => {
                let Arming { id, fault, dice } = *arming;
                self.platform.faults_mut().arm(id, fault, dice);
            }
            Input::Poke(Poke::Disarm(id)) => {
                self.platform.faults_mut().disarm(id);
            }
            Input::Poke(Poke::Rush(rush)) => self.platform.rush(Some(rush)),
        }
        self.advance(now);
    }

    fn poll(&mut self) -> Option<Output<'_, Event>> {
        self.outbox.poll()
    }

    /// Holds that run out after a month keep no world awake; they end with the next thing that happens.
    fn wake_at(&self) -> Option<(SimTime, Reason)> {
        let cut = self.card_cut_at.into_iter().chain(self.wallet_cut_at).min();
        let cut = cut.map(|at| (at, Reason("request incomplete")));
        let tells = if self.notify_port.is_waiting() {
            self.platform.overdue_at().map(|at| (at, Reason("notification unanswered")))
        } else {
            self.platform.sends_at().map(|at| (at, Reason("notification retry")))
        };
        let lands = self.platform.orders_due_at();
        let finds = self.merchant.leaves_at().map(|at| (at, Reason("finding leaves")));
        [lands, self.queue.next(), tells, finds, cut].into_iter().flatten().min_by_key(|(at, _)| *at)
    }
}
