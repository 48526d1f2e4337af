//! A terminal's side of the talk with its register: who may speak, what was asked, what was told, and what arrived.
//!
//! Source: ZVT interface PA00P015 revision 13.08, chapters 2 and 3, and PA00P016 revision 04, chapter 5. The register is the
//! master until it asks for something; from the answer to it until the answer to its completion the terminal is. Each
//! message waits for the answer to the one before it. Nothing is repeated but a result that the register puts off, and
//! what a serial line repeats by itself. While something is under way the register may only stop it; anything else is
//! answered "please wait". A status that is wanted is repeated in the middle of T4, so that a register goes on waiting.
//! *Not modelled:* message sequence numbers (1F73), resynchronisation by receipt number (1F1F), a terminal that starts by
//! itself, a second connection for services, TLS.

mod command;
mod job;
mod line;
#[cfg(test)]
mod tests;

use crate::apdu::Apdu;
use crate::ask::{Ask, Tell};
use crate::code::{Intermediate, ResultCode};
use crate::command::Command;
use crate::fields::{Bmp, Fields};
use crate::outcome::Outcome;
use crate::receipt::Receipt;
use crate::registration::{Printing, Registration, Sort};
use crate::report::{Answer, Report, SET_CLOCK, State};
use crate::serial::LineEvent;
use crate::settings::{Settings, Transport};
use crate::tlv::{self, Tag as Object};
use job::{Function, InFlight, Job, Kind, Piece};
use line::Line;
use sim::{Input, Machine, Outbox, Output, Reason, SimTime, Tag};
use std::collections::VecDeque;

/// One terminal's talk with one register.
#[derive(Clone, Debug)]
pub struct Session {
    settings: Settings,
    line: Line,
    registration: Registration,
    registered: bool,
    /// The register has sent a container, so it may be sent some.
    containers: bool,
    job: Option<Job>,
    /// What is on a serial line and not yet delivered.
    undelivered: VecDeque<OnLine>,
    outbox: Outbox<Ask>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OnLine {
    Answer,
    Piece,
}

const WAIT_T3: Reason = Reason("zvt t3");
const WAIT_T4: Reason = Reason("zvt t4");
const GOODS: Reason = Reason("zvt goods");

impl Session {
    /// A terminal that no register has spoken to.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            line: Line::new(&settings),
            settings,
            registration: Registration::none(),
            registered: false,
            containers: false,
            job: None,
            undelivered: VecDeque::new(),
            outbox: Outbox::default(),
        }
    }

    /// Whether the terminal is the master: something is under way.
    #[must_use]
    pub const fn is_master(&self) -> bool {
        self.job.is_some()
    }

    /// What the register said about itself, if it registered.
    #[must_use]
    pub fn registration(&self) -> Option<&Registration> {
        self.registered.then_some(&self.registration)
    }

    /// Who prints receipts of this sort now.
    #[must_use]
    pub fn printing(&self, sort: Sort) -> Printing {
        self.registration.printing(sort, self.settings.always_blocks)
    }

    /// A register has connected. One that was there before is gone.
    pub fn connected(&mut self, now: SimTime) {
        self.line_lost(now);
    }

    /// The connection is gone.
    pub fn line_lost(&mut self, now: SimTime) {
        self.lose(false);
        self.pump(now);
    }

    /// Bytes have come.
    pub fn receive(&mut self, now: SimTime, bytes: &[u8]) {
        self.line.receive(now, bytes);
        self.pump(now);
    }

    /// The terminal has something to say.
    pub fn tell(&mut self, now: SimTime, tell: Tell) {
        if self.job.as_ref().is_some_and(|job| !job.ending) {
            self.take(tell);
            self.pump(now);
        }
    }

    /// The moment that [`Session::wake_at`] gave has come.
    pub fn wake(&mut self, now: SimTime) {
        self.line.wake(now);
        if self.line.is_stuck(now) || self.job.as_ref().is_some_and(|job| job.is_overdue(now)) {
            self.lose(true);
        }
        if let Some(job) = &mut self.job {
            job.tell_again(now);
        }
        if self.registration.config.wants_intermediate_status() {
            self.keep_waiting(now);
        }
        self.pump(now);
    }

    /// When it wants [`Session::wake`] next, and why.
    #[must_use]
    pub fn wake_at(&self) -> Option<(SimTime, Reason)> {
        let wants_status = self.registration.config.wants_intermediate_status();
        let job = self.job.as_ref().and_then(|job| job.wake_at(wants_status));
        self.line.wake_at().into_iter().chain(job).min()
    }

    /// The next thing that it does.
    pub fn poll(&mut self) -> Option<Output<'_, Ask>> {
        self.outbox.poll()
    }

    /// Takes what the line has and gives it what may be sent, until neither does anything.
    fn pump(&mut self, now: SimTime) {
        loop {
            let (outbox, port) = (&mut self.outbox, self.settings.port);
            let event = self.line.next_event(now, |tag, bytes| outbox.send(port, tag, bytes));
            match event {
                Some(LineEvent::Received(apdu)) => self.on_apdu(now, &apdu),
                Some(LineEvent::Delivered) => self.on_delivered(now),
                Some(LineEvent::Broken) => self.lose(true),
                None if self.send_next(now) => {}
                None => return,
            }
        }
    }

    fn on_apdu(&mut self, now: SimTime, apdu: &Apdu) {
        if let Some(answer) = Answer::parse(apdu) {
            self.on_answer(now, answer);
            return;
        }
        match Command::parse(apdu) {
            Err(_) => self.refuse(now, ResultCode::PROTOCOL),
            Ok(Command::Other(_)) => self.refuse(now, ResultCode::NOT_POSSIBLE),
            Ok(Command::Abort(_)) => self.on_abort(now),
            Ok(_) if self.job.as_ref().is_some_and(|job| !job.lost) => self.refuse(now, ResultCode::WAIT),
            Ok(command) => self.begin(now, &command),
        }
    }

    /// A register may stop what it asked for without being the master, as long as it has no result.
    fn on_abort(&mut self, now: SimTime) {
        if self.job.as_ref().is_none_or(Job::can_stop) {
            self.outbox.event(Ask::Abort);
            self.answer(now, &Answer::positive());
        } else {
            self.refuse(now, ResultCode::NOT_POSSIBLE);
        }
    }

    fn on_answer(&mut self, now: SimTime, answer: Answer) {
        let Some(job) = &mut self.job else { return };
        let Some(InFlight { piece, until }) = job.in_flight.take() else { return };
        if until.is_none() && self.undelivered.front() == Some(&OnLine::Piece) {
            self.line.assume_delivered(now);
        }
        match (piece.kind, answer) {
            (Kind::Status | Kind::Clock | Kind::Print { last: false }, Answer::Positive) => {}
            (Kind::Status | Kind::Clock, Answer::Negative { .. }) => {}
            (Kind::Print { last: true }, Answer::Positive) => self.outbox.event(Ask::Printed),
            (Kind::Print { .. }, Answer::Negative { code, .. }) => {
                job.drop_prints();
                self.outbox.event(Ask::NotPrinted { code });
            }
            (Kind::Result { deciding: true }, Answer::Negative { code, amount }) => {
                let asks = job.decide(now, self.settings.timers.goods_pause, piece, code, amount);
                asks.into_iter().for_each(|ask| self.outbox.event(ask));
            }
            (Kind::Result { .. }, _) => {
                job.taken = true;
                self.outbox.event(Ask::Taken);
            }
            (Kind::End { .. }, _) => {
                let own = job.function == Function::Own;
                self.job = None;
                if !own {
                    self.outbox.event(Ask::Ended);
                }
            }
        }
    }

    fn on_delivered(&mut self, now: SimTime) {
        if self.undelivered.pop_front() != Some(OnLine::Piece) {
            return;
        }
        let Some(job) = &mut self.job else { return };
        let timeout =
            job.in_flight.as_ref().map(|in_flight| self.settings.patience(job, in_flight.piece.kind));
        if let (Some(in_flight), Some(timeout)) = (&mut job.in_flight, timeout) {
            in_flight.until = Some(now + timeout);
        }
    }

    /// Turns what the terminal says into messages.
    fn take(&mut self, tell: Tell) {
        match tell {
            Tell::Working { status, minutes } => self.take_status(status, minutes),
            Tell::Result(outcome) => self.take_result(*outcome),
            Tell::Receipt(receipt) => self.take_receipt(&receipt),
            Tell::Clock { date, time } if self.registration.permits(SET_CLOCK) => {
                self.push(Kind::Clock, &Report::clock(date, time));
            }
            Tell::Clock { .. } => {}
            Tell::State(status) => {
                if let Some(Function::Status { version, container }) = self.function() {
                    let version = version.then(|| self.settings.software_version.clone());
                    let fields = if container { self.device() } else { Fields::default() };
                    self.end(&Report::State(State { version, status, fields }), true);
                }
            }
            Tell::OpenReservations(open) => {
                if self.function() == Some(Function::ListReservations) {
                    self.end(&Report::open_reservations(&open, self.containers), false);
                }
            }
            Tell::Done => self.end(&Report::Completion(Fields::default()), true),
            Tell::Failed(code) => self.take_failure(code),
        }
    }

    fn take_status(&mut self, status: Intermediate, minutes: Option<u8>) {
        let minutes = minutes.filter(|minutes| (1..=99).contains(minutes));
        let Some(job) = &mut self.job else { return };
        job.status = status;
        if !self.registration.config.wants_intermediate_status() {
            return;
        }
        if let Some(minutes) = minutes {
            job.t4 = core::time::Duration::from_secs(60 * u64::from(minutes));
        }
        self.push(Kind::Status, &Report::Intermediate(status, minutes, Fields::default()));
    }

    fn take_result(&mut self, mut outcome: Outcome) {
        let Some(job) = &mut self.job else { return };
        if !job.function.wants_result() {
            return;
        }
        job.owed = None;
        job.told = true;
        outcome.currency = outcome.currency.filter(|_| job.currency.is_some());
        let deciding = job.function == Function::Deciding && outcome.code.is_ok();
        self.push(Kind::Result { deciding }, &Report::StatusInformation(outcome.fields()));
    }

    fn take_receipt(&mut self, receipt: &Receipt) {
        let Some(function) = self.function().filter(|function| function.wants_receipt()) else { return };
        let apdus = match self.printing(function.sort()) {
            Printing::Lines => receipt.as_lines(),
            Printing::Blocks => receipt.as_blocks(self.max_data_bytes()),
            Printing::Terminal | Printing::FromResult => return,
        };
        let count = apdus.len();
        for (at, apdu) in apdus.into_iter().enumerate() {
            if let Some(job) = &mut self.job {
                job.push(Kind::Print { last: at + 1 == count }, apdu);
            }
        }
    }

    fn take_failure(&mut self, code: ResultCode) {
        if let Some(owed) = self.job.as_mut().and_then(|job| job.owed.take()) {
            let outcome = Report::StatusInformation(Outcome::of(owed).fields());
            self.push(Kind::Result { deciding: false }, &outcome);
        }
        self.end(&Report::abort(code, None), false);
    }

    fn push(&mut self, kind: Kind, report: &Report) {
        if let Some(job) = &mut self.job {
            job.push(kind, report.apdu());
        }
    }

    /// The last message of a job. One whose register has gone is over at once.
    fn end(&mut self, report: &Report, done: bool) {
        let Some(job) = &mut self.job else { return };
        job.ending = true;
        job.push(Kind::End { done }, report.apdu());
        if job.lost {
            self.job = None;
        }
    }

    /// Sends the next message, when the one before it is answered.
    fn send_next(&mut self, now: SimTime) -> bool {
        let Some(job) = &mut self.job else { return false };
        if job.in_flight.is_some() || job.again.is_some() {
            return false;
        }
        let Some(piece) = job.queue.pop_front() else { return false };
        if piece.kind.begins_t4() {
            job.t4_began = now;
        }
        let timeout = self.settings.patience(job, piece.kind);
        let (outbox, port) = (&mut self.outbox, self.settings.port);
        let write = |tag, bytes: &[u8]| outbox.send(port, tag, bytes);
        let delivered = self.line.send(now, piece.kind.tag(), &piece.apdu, write);
        if !delivered {
            self.undelivered.push_back(OnLine::Piece);
        }
        job.in_flight = Some(InFlight { piece, until: delivered.then(|| now + timeout) });
        true
    }

    fn answer(&mut self, now: SimTime, apdu: &Apdu) {
        let (outbox, port) = (&mut self.outbox, self.settings.port);
        if !self.line.send(now, Tag("answer"), apdu, |tag, bytes| outbox.send(port, tag, bytes)) {
            self.undelivered.push_back(OnLine::Answer);
        }
    }

    fn refuse(&mut self, now: SimTime, code: ResultCode) {
        self.answer(now, &Answer::negative(code));
    }

    /// The register is gone: who asked for something is told, once.
    fn lose(&mut self, hang_up: bool) {
        self.line.reset();
        self.undelivered.clear();
        if hang_up && self.settings.transport == Transport::Tcp {
            self.outbox.event(Ask::HangUp);
        }
        let Some(job) = self.job.as_mut().filter(|job| !job.lost) else { return };
        if job.function != Function::Own {
            self.outbox.event(Ask::Lost { during: job.stage() });
        }
        job.lost = true;
        job.drop_all();
        if job.ending {
            self.job = None;
        }
    }

    /// Half of T4 has passed without a word.
    fn keep_waiting(&mut self, now: SimTime) {
        let Some(job) = &mut self.job else { return };
        if job.is_idle() && job.nudge_at() <= now {
            let status = Report::Intermediate(job.status, None, Fields::default());
            job.push(Kind::Status, status.apdu());
        }
    }

    fn function(&self) -> Option<Function> {
        self.job.as_ref().map(|job| job.function)
    }

    fn max_data_bytes(&self) -> usize {
        let theirs = self.registration.max_apdu_bytes().unwrap_or(u16::MAX);
        usize::from(self.settings.max_data_bytes.min(theirs).max(MIN_DATA_BYTES))
    }

    /// What the device is, as the container of a status enquiry's answer.
    fn device(&self) -> Fields {
        let Settings { device_name, software_version, serial_no, terminal_id, .. } = &self.settings;
        let mut objects = Vec::new();
        tlv::write_object(&mut objects, Object::TERMINAL_ID, &terminal_id.wire());
        crate::report::device(&mut objects, device_name, software_version, *serial_no);
        let mut fields = Fields::default();
        fields.push(Bmp::CONTAINER, &objects);
        fields
    }
}

/// A line of 200 characters and what is around it fit into it.
const MIN_DATA_BYTES: u16 = 255;

impl Settings {
    /// How long a register may take to answer.
    fn patience(&self, job: &Job, kind: Kind) -> core::time::Duration {
        match kind {
            Kind::Result { deciding: true } => job.goods.timeout,
            _ => self.timers.t3,
        }
    }
}

impl Job {
    /// What a negative answer to a good result means.
    fn decide(
        &mut self,
        now: SimTime,
        pause: core::time::Duration,
        piece: Piece,
        code: ResultCode,
        issued: Option<crate::bcd::Amount>,
    ) -> Vec<Ask> {
        if code == ResultCode::WAIT {
            self.goods.put_off += 1;
            if self.goods.max_results.is_none_or(|max| self.goods.put_off <= u32::from(max)) {
                self.again = Some((now + pause, piece));
                return Vec::new();
            }
            self.owed = Some(ResultCode::ABORTED);
        }
        if code == ResultCode::PARTIAL_ISSUE {
            self.taken = true;
            return issued.map(|issued| Ask::Reduce { issued }).into_iter().chain([Ask::Taken]).collect();
        }
        self.drop_all();
        self.ending = false;
        vec![Ask::UndoLast { code }]
    }

    /// Whether an answer, or T4, is overdue.
    fn is_overdue(&self, now: SimTime) -> bool {
        let until = match &self.in_flight {
            Some(in_flight) => in_flight.until,
            None => Some(self.t4_began + self.t4),
        };
        !self.lost && until.is_some_and(|until| until <= now)
    }

    /// A result that was put off is told once more when its pause is over.
    fn tell_again(&mut self, now: SimTime) {
        if let Some((_, piece)) = self.again.take_if(|(at, _)| *at <= now) {
            self.queue.push_front(piece);
        }
    }

    /// Whether nothing waits to be sent or answered.
    fn is_idle(&self) -> bool {
        !self.lost
            && !self.ending
            && self.queue.is_empty()
            && self.in_flight.is_none()
            && self.again.is_none()
    }

    fn nudge_at(&self) -> SimTime {
        self.t4_began + self.t4 / 2
    }

    fn wake_at(&self, wants_status: bool) -> Option<(SimTime, Reason)> {
        if self.lost {
            return None;
        }
        if let Some(InFlight { piece, until }) = &self.in_flight {
            let deciding = piece.kind == Kind::Result { deciding: true };
            return until.map(|until| (until, if deciding { GOODS } else { WAIT_T3 }));
        }
        let again = self.again.as_ref().map(|(at, _)| (*at, GOODS));
        let t4 = if wants_status && self.is_idle() { self.nudge_at() } else { self.t4_began + self.t4 };
        again.into_iter().chain([(t4, WAIT_T4)]).min()
    }
}

/// As a device of a world: what the terminal tells is done to it, and what it asks is what it reports.
impl Machine for Session {
    type Poke = Tell;
    type Event = Ask;

    fn handle(&mut self, now: SimTime, input: Input<'_, Tell>) {
        match input {
            Input::Wake => self.wake(now),
            Input::Received { port, bytes } if port == self.settings.port => self.receive(now, bytes),
            Input::Refused { port } if port == self.settings.port => self.line_lost(now),
            Input::Poke(tell) => self.tell(now, tell),
            Input::Received { .. } | Input::Refused { .. } => {}
        }
    }

    fn poll(&mut self) -> Option<Output<'_, Ask>> {
        Self::poll(self)
    }

    fn wake_at(&self) -> Option<(SimTime, Reason)> {
        Self::wake_at(self)
    }
}
