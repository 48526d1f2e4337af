//! Vouchers in, answers out.
//!
//! An answer waits until everything that was decided before it is on the disk. What is half read after
//! [`READING`] ends nowhere: its connection is gone, and what comes next is no part of it.
//! *Not modelled:* more than 248 connections; several requests that wait on one connection are answered in turn.

use crate::admission::{Admission, Bench, Refusal};
use crate::books::{Aside, Index, Verdict};
use crate::counter::Turned;
use crate::event::{Event, Service};
use crate::habits::{Repeats, Seals, UnknownFormats, Verification};
use crate::journal::Record;
use crate::machine::BackOffice;
use core::time::Duration;
use sim::{Key, Port, SimTime, Tag};
use voucher::upload::{self, Answer, LIMITS, Outcome, Reason};
use voucher::{Envelope, Seal, SealKey, Voucher};
use wallet::http::RequestParser;

/// How long a request may take from piece to piece.
pub(crate) const READING: Duration = Duration::from_secs(10);

/// One connection for requests.
#[derive(Clone, Debug)]
pub(crate) struct Connection {
    pub(crate) parser: RequestParser,
    heard: SimTime,
}

impl Connection {
    pub(crate) fn new() -> Self {
        Self { parser: RequestParser::new(LIMITS), heard: SimTime::ZERO }
    }

    pub(crate) fn push(&mut self, now: SimTime, bytes: &[u8]) {
        let pause = now.since(core::mem::replace(&mut self.heard, now));
        if pause >= READING {
            self.parser.reset();
        }
        self.parser.push(bytes);
    }
}

/// A document that has come, and whose it is said to be.
struct Upload<'a> {
    envelope: Envelope<'a>,
    bytes: &'a [u8],
    key: SealKey,
}

impl BackOffice {
    pub(crate) fn on_upload_bytes(&mut self, now: SimTime, port: Port, bytes: &[u8]) {
        self.memory.uploads.entry(port).or_insert_with(Connection::new).push(now, bytes);
        while let Some(connection) = self.memory.uploads.get_mut(&port) {
            let body = match connection.parser.next_request() {
                Ok(None) => return,
                Ok(Some(request)) => upload::uploaded(&request).map(<[u8]>::to_vec),
                Err(_) => {
                    connection.parser.reset();
                    self.turn_away(port, 400);
                    return;
                }
            };
            match body {
                Some(body) => self.on_upload(now, port, &body),
                None => self.turn_away(port, 404),
            }
        }
    }

    fn on_upload(&mut self, now: SimTime, port: Port, bytes: &[u8]) {
        match self.release.doors.pass(Service::Uploads, now) {
            Err(Turned::Closed) => return self.turn_away(port, 503),
            Err(Turned::Limited) => return self.turn_away(port, 429),
            Ok(()) if self.journal.written() >= self.settings.room => return self.turn_away(port, 503),
            Ok(()) => {}
        }
        let Ok(envelope) = Envelope::read(bytes) else {
            return self.turn_away(port, 400);
        };
        let Some(key) = self.settings.terminal(envelope.from).map(|sender| sender.key.clone()) else {
            self.refuse(Refusal::of_nobody(Reason::UnknownTerminal));
            self.send_status(port, 400);
            return;
        };
        let outcome = self.decide(now, &Upload { envelope, bytes, key: key.clone() });
        self.answer(port, envelope.seal, outcome, &key);
    }

    fn decide(&mut self, now: SimTime, upload: &Upload<'_>) -> Outcome {
        let sealed = upload.envelope.is_sealed_with(&upload.key);
        if !sealed && self.habits().seals == Seals::Checked {
            return self.refuse(Refusal::of_nobody(Reason::Seal));
        }
        match self.judge(now, &upload.envelope, false) {
            Err(refusal) => self.refuse(refusal),
            Ok(Admission::Unread { format }) => self.on_unread(now, format, upload),
            Ok(Admission::New(voucher)) => {
                self.receive(&voucher);
                self.keep(now, &voucher, now, upload.bytes);
                Outcome::Accepted
            }
            Ok(Admission::Same { voucher, reprints }) => {
                self.receive(&voucher);
                self.on_repeat(now, &voucher, reprints, upload.bytes);
                Outcome::AlreadyThere
            }
        }
    }

    fn judge(&self, came: SimTime, envelope: &Envelope<'_>, is_kept: bool) -> Result<Admission, Refusal> {
        let unknown = Refusal::of_nobody(Reason::UnknownTerminal);
        let sender = self.settings.terminal(envelope.from).ok_or(unknown)?;
        let bench =
            Bench { settings: &self.settings, release: &self.release, books: &self.books, came, is_kept };
        bench.judge(envelope, sender)
    }

    fn receive(&mut self, voucher: &Voucher) {
        self.report(Event::Received { number: voucher.number(), key: voucher.key });
    }

    /// Takes a voucher into safe keeping, and wants to know whether it is true.
    fn keep(&mut self, now: SimTime, voucher: &Voucher, came: SimTime, bytes: &[u8]) {
        self.write(now, Record::Kept { at: came, index: Index::of(voucher), bytes: bytes.to_vec() });
        let Voucher { key, kind, amount, .. } = *voucher;
        let (number, format) = (voucher.number(), voucher.format.version());
        self.report_when_written(Event::Accepted { number, key, kind, amount, format });
        let is_told = self.is_told(voucher);
        if is_told || self.habits().verification == Verification::Skipped {
            self.set_verdict(now, number, Verdict::Verified);
        } else {
            self.memory.enquiries.of(key).add(number, now);
        }
    }

    fn on_repeat(&mut self, now: SimTime, voucher: &Voucher, reprints: Option<u16>, bytes: &[u8]) {
        let (number, key) = (voucher.number(), voucher.key);
        if self.habits().repeats == Repeats::AnotherOne {
            self.write(now, Record::Kept { at: now, index: Index::of(voucher), bytes: bytes.to_vec() });
            let Voucher { kind, amount, .. } = *voucher;
            let format = voucher.format.version();
            self.report_when_written(Event::Accepted { number, key, kind, amount, format });
        } else if let Some(reprints) = reprints {
            self.write(now, Record::Reprinted(number, reprints));
            self.report_when_written(Event::Reprinted { number, key, reprints });
        } else {
            self.report_when_written(Event::Repeated { number, key });
        }
    }

    fn on_unread(&mut self, now: SimTime, format: u32, upload: &Upload<'_>) -> Outcome {
        match self.habits().unknown_formats {
            UnknownFormats::KeptAside => {
                if !self.books.is_aside(upload.envelope.seal) {
                    self.write(now, Record::Aside { at: now, bytes: upload.bytes.to_vec() });
                    self.report_when_written(Event::SetAside { format });
                }
                Outcome::Kept
            }
            UnknownFormats::Refused => self.refuse(Refusal::of_nobody(Reason::UnknownFormat)),
            UnknownFormats::Dropped => {
                self.report(Event::Dropped { format });
                Outcome::Accepted
            }
        }
    }

    /// Judges a document that was set aside; whoever sent it has had its answer.
    pub(crate) fn take_up(&mut self, now: SimTime, aside: &Aside) {
        let Ok(envelope) = Envelope::read(&aside.bytes) else { return };
        match self.judge(aside.at, &envelope, true) {
            Err(refusal) => {
                self.refuse(refusal);
            }
            Ok(Admission::New(voucher)) => self.keep(now, &voucher, aside.at, &aside.bytes),
            Ok(Admission::Same { voucher, reprints }) => {
                self.on_repeat(now, &voucher, reprints, &aside.bytes);
            }
            Ok(Admission::Unread { .. }) => return,
        }
        // Behind the record that keeps it: a power cut in between judges it twice, and finds it there.
        self.write(now, Record::TakenUp(aside.seal));
    }

    fn refuse(&mut self, Refusal { number, key, reason }: Refusal) -> Outcome {
        self.report(Event::Refused { number, key, reason });
        Outcome::Refused(reason)
    }

    fn turn_away(&mut self, port: Port, status: u16) {
        self.report(Event::TurnedAway { status });
        self.send_status(port, status);
    }

    fn send_status(&mut self, port: Port, status: u16) {
        let mut bytes = Vec::new();
        upload::encode_turned_away(status, &mut bytes);
        self.send_when_written(port, Tag("turned-away"), bytes);
    }

    fn answer(&mut self, port: Port, to: Seal, outcome: Outcome, key: &SealKey) {
        let mut bytes = Vec::new();
        upload::encode_answer(Answer { to, outcome }, key, &mut bytes);
        self.send_when_written(port, Tag("voucher-answer"), bytes);
    }

    /// Whether a back office that believes notices has been told of this very payment.
    fn is_told(&self, voucher: &Voucher) -> bool {
        let Key::Order(order) = voucher.key else { return false };
        voucher.kind.takes_money()
            && self.believes_notices()
            && self.books.told(order) == Some(voucher.amount)
    }
}
