//! Claims about the whole machine, over a tiny driver: a till that uploads, and an acquirer with books of its own.

mod catalogue;
mod durability;
pub(crate) mod gateway;
mod hostile;
mod money;
mod weather;

use crate::{ACQUIRER, BackOffice, Event, Lookup, NOTICES, Poke, Profile, Settings, WALLET, uploads};
use gateway::SHOP_KEY;
use sim::{Fen, Input, Key, Machine, OrderNo, Output, Port, SimTime, TerminalNo};
use std::collections::BTreeMap;
use voucher::upload::{self, LIMITS};
use voucher::verification::{self, Finding};
use voucher::{AnswerError, Format, Kind, Number, Outcome, SealKey, Sealed, Voucher};
use wallet::http::{RequestParser, ResponseParser};
use wallet::messages::TradeState;

/// A card payment at the start of the run.
pub(crate) fn payment(stan: u32, fen: i64) -> Voucher {
    let settings = Settings::default();
    Voucher {
        format: Format::One,
        merchant: settings.merchant,
        terminal: "12345678".to_owned(),
        kind: Kind::Payment,
        key: Key::Card { terminal: TerminalNo(0), batch: 1, stan },
        amount: Fen(fen),
        reference: format!("{stan:012}"),
        time: settings.start,
        names: None,
        reprints: 0,
    }
}

pub(crate) fn order_payment(order: &str, fen: i64) -> Voucher {
    Voucher {
        key: Key::Order(OrderNo::new(order).unwrap()),
        reference: format!("42{order}"),
        ..payment(1, fen)
    }
}

/// Format 2 of the same voucher.
pub(crate) fn format_2(voucher: Voucher) -> Voucher {
    Voucher { format: Format::Two { operator: "01".to_owned() }, ..voucher }
}

/// What takes back, completes or refunds `first` under a number of its own.
pub(crate) fn amending(first: &Voucher, kind: Kind, stan: u32, fen: i64) -> Voucher {
    let key = match first.key {
        Key::Card { .. } => payment(stan, 1).key,
        order @ Key::Order(_) => order,
    };
    let reference = format!("{stan:012}");
    Voucher { kind, key, reference, amount: Fen(fen), names: Some(first.number()), ..first.clone() }
}

pub(crate) fn till_key() -> SealKey {
    Settings::test_master_key().derived("12345678")
}

/// How the acquirer behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    Honest,
    Silent,
    Unreachable,
    Busy,
}

/// A back office, an acquirer, and what has been said.
pub(crate) struct Scene {
    pub(crate) office: BackOffice,
    pub(crate) now: SimTime,
    pub(crate) mood: Mood,
    pub(crate) cards: BTreeMap<Key, Finding>,
    pub(crate) orders: BTreeMap<String, (TradeState, Fen)>,
    pub(crate) events: Vec<Event>,
    pub(crate) sent: Vec<(Port, Vec<u8>)>,
}

impl Scene {
    pub(crate) fn new() -> Self {
        Self::of("reference")
    }

    pub(crate) fn of(profile: &str) -> Self {
        let settings = Settings::of(Profile::named(profile).expect("a profile of that name"));
        Self::with(settings)
    }

    pub(crate) fn with(settings: Settings) -> Self {
        Self {
            office: BackOffice::new(settings),
            now: SimTime::ZERO,
            mood: Mood::Honest,
            cards: BTreeMap::new(),
            orders: BTreeMap::new(),
            events: Vec::new(),
            sent: Vec::new(),
        }
    }

    /// The acquirer has captured what the voucher says.
    pub(crate) fn capture(&mut self, voucher: &Voucher) {
        match voucher.key {
            key @ Key::Card { .. } => {
                self.cards.insert(key, Finding::Stands(voucher.amount));
            }
            Key::Order(order) => {
                let state = (TradeState::Success, voucher.amount);
                self.orders.insert(order.as_str().to_owned(), state);
            }
        }
    }

    pub(crate) fn poke(&mut self, poke: Poke) {
        self.handle(Input::Poke(poke));
    }

    pub(crate) fn receive(&mut self, port: Port, bytes: &[u8]) {
        self.handle(Input::Received { port, bytes });
    }

    fn handle(&mut self, input: Input<'_, Poke>) {
        self.office.handle(self.now, input);
        let mut questions = Vec::new();
        while let Some(output) = self.office.poll() {
            match output {
                Output::Event(event) => self.events.push(event),
                Output::Send { port, bytes, .. } if port == WALLET || port == ACQUIRER => {
                    questions.push((port, bytes.to_vec()));
                }
                Output::Send { port, bytes, .. } => self.sent.push((port, bytes.to_vec())),
            }
        }
        for (port, bytes) in questions {
            self.ask(port, &bytes);
        }
    }

    fn ask(&mut self, port: Port, bytes: &[u8]) {
        match self.mood {
            Mood::Silent => {}
            Mood::Unreachable => self.handle(Input::Refused { port }),
            Mood::Busy => {
                let mut answer = Vec::new();
                wallet::http::write_response(&mut answer, 503, "text/html", b"<html>busy</html>");
                self.receive(port, &answer);
            }
            Mood::Honest => {
                let answer = if port == WALLET { self.order_answer(bytes) } else { self.card_answer(bytes) };
                self.receive(port, &answer);
            }
        }
    }

    fn card_answer(&self, bytes: &[u8]) -> Vec<u8> {
        let (settings, mut parser) = (Settings::default(), RequestParser::default());
        parser.push(bytes);
        let request = parser.next_request().unwrap().unwrap();
        let key_of = |merchant: &str| (merchant == settings.merchant).then_some(&settings.acquirer_key);
        let (question, seal) = verification::decode_question(&request, key_of).unwrap();
        let finding = self.cards.get(&question.key).copied().unwrap_or(Finding::Unknown);
        let mut answer = Vec::new();
        verification::encode_finding(seal, finding, &settings.acquirer_key, &mut answer);
        answer
    }

    fn order_answer(&self, bytes: &[u8]) -> Vec<u8> {
        let mut parser = RequestParser::default();
        parser.push(bytes);
        let order = gateway::queried(&parser.next_request().unwrap().unwrap()).expect("an authentic query");
        match self.orders.get(&order) {
            None => gateway::no_such_order(),
            Some((state, total)) => gateway::order_state(&order, *state, *total),
        }
    }

    /// Lets this many seconds pass.
    pub(crate) fn pass(&mut self, seconds: u64) {
        let end = SimTime::from_secs(self.now.as_secs() + seconds);
        while let Some((at, reason)) = self.office.wake_at().filter(|(at, _)| *at <= end) {
            assert!(at >= self.now, "{reason} was due in the past");
            self.now = at;
            self.handle(Input::Wake);
        }
        self.now = end;
    }

    pub(crate) fn send(&mut self, sealed: &Sealed) {
        let mut bytes = Vec::new();
        sealed.write_to(&mut bytes);
        self.receive(uploads(0), &bytes);
    }

    /// Uploads, waits, and reads the answer.
    pub(crate) fn upload(&mut self, voucher: &Voucher) -> Result<Outcome, AnswerError> {
        self.upload_sealed(&Sealed::new(voucher, &till_key()))
    }

    pub(crate) fn upload_sealed(&mut self, sealed: &Sealed) -> Result<Outcome, AnswerError> {
        self.sent.clear();
        self.send(sealed);
        self.pass(1);
        let answers = self.answers(sealed);
        assert_eq!(answers.len(), 1, "one upload has one answer");
        answers[0]
    }

    /// What the till has heard since the list was cleared.
    pub(crate) fn answers(&self, sealed: &Sealed) -> Vec<Result<Outcome, AnswerError>> {
        let mut parser = ResponseParser::new(LIMITS);
        for (_, bytes) in self.sent.iter().filter(|(port, _)| *port == uploads(0)) {
            parser.push(bytes);
        }
        let mut answers = Vec::new();
        while let Some(response) = parser.next_response().unwrap() {
            answers.push(upload::decode_answer(&response, &till_key(), sealed.seal));
        }
        answers
    }

    pub(crate) fn redeem(&mut self, number: Number) -> Event {
        self.at_the_counter(Poke::Redeem(Lookup::Number(number)))
    }

    pub(crate) fn query(&mut self, lookup: Lookup) -> Event {
        self.at_the_counter(Poke::Query(lookup))
    }

    /// The first thing that is said to somebody at the counter.
    fn at_the_counter(&mut self, poke: Poke) -> Event {
        let before = self.events.len();
        self.poke(poke);
        self.pass(1);
        *self.events.get(before).expect("somebody at the counter gets an answer")
    }

    pub(crate) fn cut_power(&mut self) {
        self.poke(Poke::PowerOff);
        self.poke(Poke::PowerOn);
        self.pass(11);
    }

    pub(crate) fn notify(&mut self, order: &str, fen: u64, by: &str) -> String {
        self.sent.clear();
        self.receive(NOTICES, &gateway::notice(order, fen, by));
        self.pass(1);
        let said = self.sent.iter().find(|(port, _)| *port == NOTICES).expect("a notice has an answer");
        String::from_utf8(said.1.clone()).unwrap()
    }

    pub(crate) fn count(&self, wanted: impl Fn(&Event) -> bool) -> usize {
        self.events.iter().filter(|event| wanted(event)).count()
    }
}
