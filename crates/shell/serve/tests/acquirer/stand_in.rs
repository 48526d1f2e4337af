//! A small acquirer for tests and measurements of the ports alone: sales, reversals, one call, one notice.
//!
//! It speaks the UnionPay POS dialect with the test key, decides by the ledger alone, and takes the faults and payments
//! that are asked for at the side door. *Not modelled:* terminals, batches, declines, signatures, everything else.

use acquirer::{Books, Cause, Change, Code, Entry, Event, Kind, Movement};
use core::time::Duration;
use iso8583::{CUP, MacKey, Message, Mti, decode, encode_with_mac, verify_mac};
use serde_json::{Value, json};
use serve::acquirer::platform::{
    AnswerFate, Course, Delivery, DeliveryOutcome, HttpAnswer, HttpRequest, NoRequest, Page, Platform,
    RequestFate, View,
};
use sim::{Fen, Key, OrderNo, Reason, SimTime, TerminalNo};
use std::collections::VecDeque;

/// The key of its MACs, a published test key.
pub(crate) const MAK: [u8; 8] = [0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF];

/// The fields that an answer repeats from its request.
const ECHOED: [u8; 7] = [3, 4, 11, 25, 41, 42, 60];

/// A small acquirer.
#[derive(Debug)]
pub(crate) struct StandIn {
    books: Books,
    changes: Vec<Change>,
    events: VecDeque<Event>,
    deliveries: VecDeque<Delivery>,
    outcomes: Vec<Value>,
    notify_url: String,
    mak: MacKey,
    reply: Message,
    faults: VecDeque<Course>,
}

/// A sale or a reversal.
#[derive(Clone, Debug)]
pub(crate) struct CardRequest {
    kind: Kind,
    key: Key,
    amount: Fen,
    authentic: bool,
    message: Message,
}

impl Default for CardRequest {
    fn default() -> Self {
        let key = Key::Card { terminal: TerminalNo(0), batch: 0, stan: 0 };
        Self {
            kind: Kind::Sale,
            key,
            amount: Fen(0),
            authentic: false,
            message: Message::new(Mti::FINANCIAL),
        }
    }
}

impl StandIn {
    /// One that nobody has asked anything yet; notices go to this URL.
    pub(crate) fn new(notify_url: &str) -> Self {
        Self {
            books: Books::default(),
            changes: Vec::new(),
            events: VecDeque::new(),
            deliveries: VecDeque::new(),
            outcomes: Vec::new(),
            notify_url: notify_url.to_owned(),
            mak: MacKey::new(MAK),
            reply: Message::new(Mti::FINANCIAL_REPLY),
            faults: VecDeque::new(),
        }
    }

    fn change(&mut self, entry: Entry, movement: Movement) {
        let change = Change::Entry(entry);
        self.books.apply(&change);
        self.changes.push(change);
        self.events.push_back(Event::Committed {
            key: entry.key,
            movement,
            amount: entry.amount,
            by: Some(entry.key),
        });
    }

    /// Field 39, after the books have moved.
    fn decide(&mut self, now: SimTime, request: &CardRequest) -> &'static str {
        let (key, amount) = (request.key, request.amount);
        let standing = self.books.ledger().standing(key);
        match request.kind {
            _ if !request.authentic => "A0",
            Kind::Reversal if standing.net == amount && amount > Fen::ZERO => {
                let cause = Cause::Reversal { reason: Code::new("98") };
                self.change(Entry::give_back(now, key, cause, amount), Movement::Reversed);
                "00"
            }
            Kind::Reversal => "25",
            _ if standing.captured > Fen::ZERO => "94",
            _ => {
                self.change(Entry::capture(now, key, Cause::Sale, amount), Movement::Captured);
                "00"
            }
        }
    }

    fn next_course(&mut self) -> Course {
        self.faults.pop_front().unwrap_or(Course::CLEAR)
    }

    fn pay(&mut self, now: SimTime, order: &str) -> Result<Value, String> {
        let order = OrderNo::new(order).ok_or("an order number has 1 to 32 characters")?;
        self.change(Entry::capture(now, Key::Order(order), Cause::OrderPaid, Fen(100)), Movement::Captured);
        let body = format!("<xml><out_trade_no>{order}</out_trade_no></xml>").into_bytes();
        let (id, url) = (self.outcomes.len() as u64 + self.deliveries.len() as u64, self.notify_url.clone());
        let headers = vec![("content-type", "text/xml".to_owned())];
        self.deliveries.push_back(Delivery { id, url, headers, body, patience: Duration::from_secs(5) });
        Ok(json!({ "paid": order.as_str() }))
    }

    /// `{"fate": "lost", "request": "lost", "hold_ms": 1, "ms": 1, "bytes": 1}`, for the next exchange without one.
    fn arm(&mut self, fault: &Value) -> Result<Value, String> {
        let ms = |name: &str| Duration::from_millis(fault[name].as_u64().unwrap_or(0));
        let after_bytes = fault["bytes"].as_u64().and_then(|bytes| u16::try_from(bytes).ok()).unwrap_or(0);
        let answer = match fault["fate"].as_str() {
            None | Some("sent") => AnswerFate::Sent,
            Some("lost") => AnswerFate::Lost,
            Some("late") => AnswerFate::Late(ms("ms")),
            Some("twice") => AnswerFate::Twice(ms("ms")),
            Some("into-next") => AnswerFate::IntoNext,
            Some("cut") => AnswerFate::Cut { after_bytes, reset: false },
            Some("reset") => AnswerFate::Cut { after_bytes, reset: true },
            Some("slow") => AnswerFate::Slow { byte_time: ms("ms") },
            Some(other) => return Err(format!("`{other}` is no fate of an answer")),
        };
        let request = if fault["request"] == "lost" { RequestFate::Lost } else { RequestFate::Taken };
        self.faults.push_back(Course { hold: ms("hold_ms"), request, answer, ..Course::CLEAR });
        Ok(json!({ "armed": self.faults.len() }))
    }
}

impl Platform for StandIn {
    type CardRequest = CardRequest;
    type WalletRequest = String;

    fn apply(&mut self, change: &Change) {
        self.books.apply(change);
    }

    fn receive_card(&mut self, _: SimTime, body: &[u8], into: &mut CardRequest) -> Result<Course, NoRequest> {
        let no_request = |why: String, in_step| NoRequest { why, in_step };
        decode(&CUP, body, &mut into.message).map_err(|error| no_request(error.to_string(), false))?;
        into.kind = match into.message.mti() {
            Mti::FINANCIAL => Kind::Sale,
            Mti::REVERSAL => Kind::Reversal,
            other => return Err(no_request(format!("message type {other} is not served"), true)),
        };
        let number = |text: Option<&str>| text.and_then(|text| text.parse().ok()).unwrap_or(0);
        let batch = number(into.message.text(60).and_then(|text| text.get(2..8)));
        let terminal = TerminalNo(number(into.message.text(41)) as u16);
        into.key = Key::Card { terminal, batch, stan: number(into.message.text(11)) };
        into.amount = Fen(into.message.text(4).and_then(|text| text.parse().ok()).unwrap_or(0));
        into.authentic = verify_mac(&CUP, body, &self.mak) == Ok(());
        self.events.push_back(Event::Received { kind: into.kind, key: into.key });
        Ok(self.next_course())
    }

    fn commit_card(&mut self, now: SimTime, request: &CardRequest, _: &Course, out: &mut Vec<u8>) {
        let code = self.decide(now, request);
        self.reply.reply_to(&request.message);
        self.reply.copy_fields(&request.message, &ECHOED);
        self.reply.set(39, code);
        // A message that was read can be said again.
        let _ = encode_with_mac(&CUP, &self.reply, &self.mak, out);
        let (kind, key, code) = (request.kind, request.key, Code::new(code));
        self.events.push_back(Event::Answered { kind, key, code });
    }

    fn terminal(&self, request: &CardRequest) -> TerminalNo {
        match request.key {
            Key::Card { terminal, .. } => terminal,
            Key::Order(_) => TerminalNo(0),
        }
    }

    fn receive_call(
        &mut self,
        _: SimTime,
        request: &HttpRequest<'_>,
    ) -> Result<(String, Course), HttpAnswer> {
        let text = String::from_utf8_lossy(request.body).into_owned();
        if ["/pay/", "/secapi/pay/"].iter().any(|path| request.target.starts_with(path)) {
            Ok((text, self.next_course()))
        } else {
            let body = b"no gateway lives here\n".to_vec();
            Err(HttpAnswer { status: 404, content_type: "text/plain", headers: Vec::new(), body })
        }
    }

    fn commit_call(&mut self, now: SimTime, request: &String, _: &Course) -> HttpAnswer {
        let order = OrderNo::new(request.trim());
        if let Some(order) = order.filter(|order| self.books.ledger().net(Key::Order(*order)) == Fen::ZERO) {
            let entry = Entry::capture(now, Key::Order(order), Cause::OrderPaid, Fen(1));
            self.change(entry, Movement::Captured);
        }
        let headers = vec![("x-bytes", request.len().to_string())];
        let body = format!("heard {request}").into_bytes();
        HttpAnswer { status: 200, content_type: "text/plain", headers, body }
    }

    fn wake_at(&self) -> Option<(SimTime, Reason)> {
        (!self.deliveries.is_empty()).then_some((SimTime::ZERO, Reason("notification")))
    }

    fn advance(&mut self, _: SimTime) {}

    fn next_delivery(&mut self, _: SimTime) -> Option<Delivery> {
        self.deliveries.pop_front()
    }

    fn delivered(&mut self, _: SimTime, id: u64, outcome: DeliveryOutcome<'_>) {
        self.outcomes.push(match outcome {
            DeliveryOutcome::Answered { status, body } => {
                json!({ "id": id, "status": status, "body": String::from_utf8_lossy(body) })
            }
            DeliveryOutcome::NoAnswer => json!({ "id": id, "outcome": "no answer" }),
            DeliveryOutcome::Refused => json!({ "id": id, "outcome": "refused" }),
        });
    }

    fn take_changes(&mut self, into: &mut Vec<Change>) {
        into.append(&mut self.changes);
    }

    fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    fn view(&self, view: View, page: Page) -> Value {
        let entries = self.books.ledger().entries();
        match view {
            View::Ledger => page.of(entries.len(), entries.iter(), |entry| {
                json!({ "key": entry.key.to_string(), "cause": entry.cause.to_string(), "amount_fen": entry.amount.0 })
            }),
            View::Notices => page.of(self.outcomes.len(), self.outcomes.iter(), Clone::clone),
            View::Faults => page.of(self.faults.len(), self.faults.iter(), |fault| json!(format!("{fault:?}"))),
            View::Standings | View::Orders | View::Terminals => page.of(0, core::iter::empty::<()>(), |()| json!({})),
        }
    }

    fn poke(&mut self, now: SimTime, what: &Value) -> Result<Value, String> {
        match (what["pay"].as_str(), what.get("arm")) {
            (Some(order), _) => self.pay(now, order),
            (None, Some(fault)) => self.arm(fault),
            _ => Err("write `pay` or `arm`".to_owned()),
        }
    }
}
