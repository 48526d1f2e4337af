//! The merchant's own questions, beside what its terminals ask: does this card charge stand, and what became of this
//! order?
//!
//! It is told of notifications too, where the set-up says so. Two ports for questions, for the two go different ways: sealed questions about card charges ([`voucher::verification`]), and calls
//! of the wallet gateway from the merchant's server. A question is looked up in the books when it arrives, and its answer
//! leaves when a request's would. *Not modelled:* faults that aim at questions about card charges (rules on the link do),
//! calls from the server that move money (they are decided when they arrive), a bound on questions that wait.

use crate::books::Books;
use crate::card::record::State;
use crate::card::{CardNumber, Record};
use crate::event::{Event, Kind};
use crate::fault::RequestFate;
use crate::machine::Acquirer;
use crate::queue::{Answer, Work};
use crate::short::Why;
use core::time::Duration;
use sim::{Fen, Key, Port, SimTime, Tag};
use std::collections::VecDeque;
use voucher::SealKey;
use voucher::verification::{self, Finding, Question, QuestionError};
use wallet::exchange::HttpRequest;
use wallet::http::{self, Request, RequestParser};

/// HTTP calls of the merchant's server to the wallet gateway, and its answers.
pub const MERCHANT_WALLET: Port = Port(3);
/// Sealed questions about card charges, and the findings.
pub const VERIFICATION: Port = Port(4);

/// Copies of notifications out; acknowledgements in, which nobody reads.
pub const MERCHANT_NOTIFY: Port = Port(5);

/// What comes in at the two ports, and what waits to leave.
#[derive(Clone, Debug, Default)]
pub(crate) struct MerchantDesk {
    calls: Reading,
    questions: Reading,
    findings: VecDeque<(SimTime, Vec<u8>)>,
}

#[derive(Clone, Debug, Default)]
struct Reading {
    parser: RequestParser,
    heard: SimTime,
}

impl Reading {
    /// What is half read after so long ends nowhere.
    fn push(&mut self, now: SimTime, reading: Duration, bytes: &[u8]) {
        if now.since(core::mem::replace(&mut self.heard, now)) >= reading {
            self.parser.reset();
        }
        self.parser.push(bytes);
    }
}

impl MerchantDesk {
    /// When the next finding leaves.
    pub(crate) fn leaves_at(&self) -> Option<SimTime> {
        self.findings.front().map(|(at, _)| *at)
    }
}

impl Acquirer {
    pub(crate) fn question_bytes(&mut self, now: SimTime, bytes: &[u8]) {
        self.merchant.questions.push(now, self.config.reading, bytes);
        loop {
            let Self { merchant, config, platform, .. } = self;
            let answered = match merchant.questions.parser.next_request() {
                Ok(None) => return,
                Ok(Some(request)) => answer(&request, &config.merchants, platform.books()),
                Err(_) => {
                    merchant.questions.parser.reset();
                    Err(QuestionError::Unreadable)
                }
            };
            let bytes = answered.unwrap_or_else(|error| self.turn_away(error));
            let at = now + self.config.processing + self.slowness + self.config.answering;
            let last = self.merchant.findings.back().map_or(at, |(last, _)| at.max(*last));
            self.merchant.findings.push_back((last, bytes));
        }
    }

    /// What a stranger, or nonsense, is told.
    fn turn_away(&mut self, error: QuestionError) -> Vec<u8> {
        let why = Why::new("no question of a merchant");
        self.outbox.event(Event::Malformed { port: VERIFICATION, why });
        let status = if error == QuestionError::NoSuchCall { 404 } else { 400 };
        let mut bytes = Vec::new();
        http::write_response(&mut bytes, status, voucher::upload::JSON, b"{}");
        bytes
    }

    /// Findings that are due leave.
    pub(crate) fn send_findings(&mut self, now: SimTime) {
        while self.merchant.leaves_at().is_some_and(|at| at <= now)
            && let Some((_, bytes)) = self.merchant.findings.pop_front()
        {
            self.outbox.send(VERIFICATION, Tag("verification"), &bytes);
        }
    }

    pub(crate) fn merchant_call_bytes(&mut self, now: SimTime, bytes: &[u8]) {
        self.merchant.calls.push(now, self.config.reading, bytes);
        loop {
            let received = match self.merchant.calls.parser.next_request() {
                Ok(None) => return,
                Ok(Some(http)) => {
                    let headers: Vec<(&str, &str)> = http.headers.iter().collect();
                    let (method, target, body) = (http.method, http.target, http.body);
                    self.platform.receive_call(now, &HttpRequest { method, target, headers: &headers, body })
                }
                Err(_) => {
                    self.merchant.calls.parser.reset();
                    let why = Why::new("no HTTP request");
                    self.outbox.event(Event::Malformed { port: MERCHANT_WALLET, why });
                    return;
                }
            };
            self.report();
            match received {
                Ok((_, course)) if course.request == RequestFate::Lost => {}
                Ok((request, course)) => {
                    let (answer, code) = self.platform.commit_call(now, &request, &course);
                    self.report();
                    let mut bytes = Vec::new();
                    answer.write_to(&mut bytes);
                    let (kind, key, fate) = (request.kind, request.key(), course.answer);
                    let wait = self.config.processing + self.slowness + course.hold + self.config.answering;
                    let answer =
                        Answer { port: MERCHANT_WALLET, kind, key, code, bytes, fate, goes_on: false };
                    self.queue.add(now + wait, Work::Answer(answer));
                }
                Err(away) => {
                    self.outbox.event(Event::Malformed { port: MERCHANT_WALLET, why: away.why });
                    let tag = away.kind.map_or(Tag("no-call"), Kind::tag);
                    self.outbox.send_with(MERCHANT_WALLET, tag, |out| away.answer.write_to(out));
                }
            }
        }
    }
}

/// The finding about a question, sealed for whoever has asked it.
fn answer(
    request: &Request<'_>,
    merchants: &[(String, SealKey)],
    books: &Books,
) -> Result<Vec<u8>, QuestionError> {
    let mut asker = None;
    let (question, seal) = verification::decode_question(request, |name| {
        asker = merchants.iter().find(|(merchant, _)| merchant == name).map(|(_, key)| key);
        asker
    })?;
    let key = asker.ok_or(QuestionError::UnknownMerchant)?;
    let mut bytes = Vec::new();
    verification::encode_finding(seal, finding(books, question), key, &mut bytes);
    Ok(bytes)
}

/// What the books say of a charge.
fn finding(books: &Books, Question { key, kind }: Question) -> Finding {
    let Key::Card { terminal, batch, stan } = key else { return order_finding(books, key) };
    match books.card().find(CardNumber { terminal, batch, stan }) {
        Some((_, record)) if is_of(record, kind) => match record.state {
            State::Standing | State::Completed => Finding::Stands(record.amount),
            State::Voided | State::Expired => Finding::TakenBack(record.amount),
            // A reversed one is as if it had never been.
            State::Declined | State::Unresolved | State::Reversed => Finding::Unknown,
        },
        _ => Finding::Unknown,
    }
}

fn order_finding(books: &Books, key: Key) -> Finding {
    let standing = books.ledger().standing(key);
    match (standing.captured, standing.net) {
        (Fen::ZERO, _) => Finding::Unknown,
        (captured, Fen::ZERO) => Finding::TakenBack(captured),
        (captured, _) => Finding::Stands(captured),
    }
}

/// Whether a record is what a voucher of this kind says that it is.
const fn is_of(record: &Record, kind: voucher::Kind) -> bool {
    match kind {
        voucher::Kind::Payment => matches!(record.kind, Kind::Sale | Kind::QrSale | Kind::OfflineSale),
        voucher::Kind::PreAuth => matches!(record.kind, Kind::PreAuth),
        voucher::Kind::Completion => matches!(record.kind, Kind::Completion),
        voucher::Kind::Void => matches!(record.kind, Kind::Void | Kind::PreAuthVoid | Kind::CompletionVoid),
        voucher::Kind::Refund => matches!(record.kind, Kind::Refund),
    }
}
