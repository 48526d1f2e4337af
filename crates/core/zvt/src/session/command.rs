//! What a register may begin, and what the terminal is then asked.
//!
//! Source: ZVT interface PA00P015 revision 13.08, chapter 2. A command is answered before it is done. The published text
//! has no code for a wrong password; it is answered 84 83, as a function that is not possible.

use super::Session;
use super::job::{Function, Goods, Job};
use crate::ask::Ask;
use crate::bcd::Amount;
use crate::code::{ResultCode, TerminalStatus};
use crate::command::{Command, KNOWN};
use crate::fields::{Bmp, Fields, NotDecimal};
use crate::registration::{Config, Registration, Sort};
use crate::report::{Answer, Report, State};
use crate::tlv::{self, Objects, Tag as Object};
use core::time::Duration;
use sim::SimTime;

impl Session {
    /// Begins a command of a register that is the master, or refuses it.
    pub(super) fn begin(&mut self, now: SimTime, command: &Command) {
        if let Err(code) = self.admit(command) {
            self.refuse(now, code);
            return;
        }
        if command.fields().get(Bmp::CONTAINER).is_some() {
            self.containers = true;
        }
        match command {
            Command::LogOff(_) => self.log_off(now),
            Command::Registration(registration) => self.register(now, registration),
            // The terminal is still at what a register that is gone had asked for.
            Command::StatusEnquiry(_, fields) if self.job.is_some() => self.enquire_busy(now, fields),
            _ => match self.question(command) {
                Ok((ask, function)) => self.start(now, command, ask, function),
                Err(code) => self.refuse(now, code),
            },
        }
    }

    /// Whether a command may begin now.
    fn admit(&self, command: &Command) -> Result<(), ResultCode> {
        let open =
            matches!(command, Command::Registration(_) | Command::LogOff(_) | Command::StatusEnquiry(..));
        if let (Some(ours), Some(theirs)) = (self.settings.password, command.password())
            && ours != theirs
            && !matches!(command, Command::StatusEnquiry(..))
        {
            return Err(ResultCode::NOT_POSSIBLE);
        }
        if self.job.is_some() && !open {
            return Err(ResultCode::WAIT);
        }
        if self.settings.needs_registration && !self.registered && !open {
            return Err(ResultCode::NOT_REGISTERED);
        }
        Ok(())
    }

    fn start(&mut self, now: SimTime, command: &Command, ask: Ask, function: Function) {
        self.answer(now, &Answer::positive());
        let currency = command.fields().currency().ok().flatten();
        let mut job = Job::new(now, function, self.goods(command.fields()), self.settings.timers.t4);
        job.currency = currency;
        if currency.is_some_and(|currency| currency != self.settings.currency) {
            job.function = Function::Own;
            self.job = Some(job);
            self.end(&Report::abort(ResultCode::WRONG_CURRENCY, Some(self.settings.currency)), false);
            return;
        }
        self.job = Some(job);
        self.outbox.event(ask);
    }

    fn goods(&self, fields: &Fields) -> Goods {
        let timeout = fields.byte(Bmp::TIMEOUT).filter(|seconds| *seconds > 0);
        let timeout = timeout.map(|seconds| Duration::from_secs(u64::from(seconds)));
        Goods {
            timeout: timeout.unwrap_or(self.settings.timers.goods),
            max_results: fields.byte(Bmp::MAX_RESULTS),
            put_off: 0,
        }
    }

    /// What the terminal is asked, and what kind of thing it is.
    fn question(&self, command: &Command) -> Result<(Ask, Function), ResultCode> {
        let fields = command.fields();
        let service = fields.byte(Bmp::SERVICE_BYTE).unwrap_or(0);
        let payment_type = fields.byte(Bmp::PAYMENT_TYPE);
        let amount = fields.amount().map_err(protocol)?;
        let needed = amount.ok_or(ResultCode::PROTOCOL);
        let trace_no = fields.trace_no().map_err(protocol)?;
        let receipt_no =
            fields.receipt_no().map_err(protocol).and_then(|number| number.ok_or(ResultCode::PROTOCOL));
        Ok(match command {
            Command::Authorisation(_) => (Ask::Pay { amount: needed?, payment_type }, Function::Deciding),
            Command::Reservation(_) => (Ask::Reserve { amount, payment_type }, Function::Deciding),
            Command::Refund(..) => (Ask::Refund { amount: needed? }, Function::Deciding),
            Command::PartialReversal(_) if fields.get(Bmp::RECEIPT_NO) == Some(&ALL) => {
                (Ask::ListReservations, Function::ListReservations)
            }
            Command::PartialReversal(_) => {
                let unused = amount.unwrap_or(Amount::ZERO);
                (Ask::ReleasePart { receipt_no: receipt_no?, unused, trace_no }, Function::Payment)
            }
            Command::BookTotal(_) => {
                (Ask::Book { receipt_no: receipt_no?, used: amount, trace_no }, Function::Payment)
            }
            Command::ReservationReversal(_) => (Ask::Release { receipt_no: receipt_no? }, Function::Payment),
            Command::Reversal(..) => (Ask::Reverse { receipt_no: receipt_no?, amount }, Function::Payment),
            Command::RepeatReceipt(..) => {
                let (result, print) = (service & 0x01 != 0, service & 0x02 == 0);
                (Ask::RepeatReceipt { result, print }, Function::Repeat { result, print })
            }
            Command::EndOfDay(..) => (Ask::EndOfDay, Function::Administration),
            Command::Totals(..) => (Ask::Totals, Function::Administration),
            Command::Diagnosis(_) => (Ask::Diagnose { kind: diagnosis(fields) }, Function::Administration),
            Command::Initialisation(..) => (Ask::Initialise, Function::Administration),
            Command::SystemConfiguration(_) => (Ask::PrintConfiguration, Function::Administration),
            Command::StatusEnquiry(..) => (Ask::Status, self.status_function(service)),
            Command::Registration(_) | Command::LogOff(_) | Command::Abort(_) | Command::Other(_) => {
                return Err(ResultCode::NOT_POSSIBLE);
            }
        })
    }

    const fn status_function(&self, service: u8) -> Function {
        Function::Status { version: service & 0x02 == 0, container: service & 0x04 != 0 && self.containers }
    }

    /// Answers for a terminal that is at work.
    fn enquire_busy(&mut self, now: SimTime, fields: &Fields) {
        let Function::Status { version, .. } =
            self.status_function(fields.byte(Bmp::SERVICE_BYTE).unwrap_or(0))
        else {
            return;
        };
        let version = version.then(|| self.settings.software_version.clone());
        let state = State { version, status: TerminalStatus::WAIT, fields: Fields::default() };
        self.answer(now, &Answer::positive());
        self.answer(now, &Report::State(state).apdu());
    }

    fn register(&mut self, now: SimTime, registration: &Registration) {
        if registration.currency.is_some_and(|currency| currency != self.settings.currency) {
            self.answer(now, &Answer::wrong_currency(self.settings.currency));
            return;
        }
        self.registration = registration.clone();
        self.registered = true;
        self.outbox.event(Ask::Registered {
            payments: self.printing(Sort::Payment),
            administration: self.printing(Sort::Administration),
        });
        self.answer(now, &Answer::positive());
        let completion = Report::Completion(self.registered_fields());
        if self.job.is_some() {
            self.answer(now, &completion.apdu());
            return;
        }
        self.job =
            Some(Job::new(now, Function::Own, self.goods(&Fields::default()), self.settings.timers.t4));
        self.end(&completion, true);
    }

    fn registered_fields(&self) -> Fields {
        let mut fields = Fields::default();
        fields.push(Bmp::PAYMENT_TYPE, &[self.settings.status_byte]);
        fields.push(Bmp::TERMINAL_ID, &self.settings.terminal_id.wire());
        if self.registration.currency.is_some() {
            fields.push(Bmp::CURRENCY, &self.settings.currency.wire());
        }
        if self.containers {
            let (mut list, mut objects) = (Vec::new(), Vec::new());
            for command in KNOWN {
                tlv::write_object(&mut list, Object::COMMAND, &[command.0, command.1]);
            }
            tlv::write_object(&mut objects, Object::COMMANDS, &list);
            fields.push(Bmp::CONTAINER, &objects);
        }
        fields
    }

    fn log_off(&mut self, now: SimTime) {
        self.registration = Registration { config: Config::LOGGED_OFF, ..Registration::none() };
        self.registered = false;
        self.containers = false;
        self.answer(now, &Answer::positive());
        self.outbox.event(Ask::LoggedOff);
    }
}

/// The receipt number that asks for all open holds.
const ALL: [u8; 2] = [0xFF, 0xFF];

/// A field that cannot be read breaks the protocol.
fn protocol(_: NotDecimal) -> ResultCode {
    ResultCode::PROTOCOL
}

fn diagnosis(fields: &Fields) -> Option<u8> {
    fields.objects().and_then(|objects: Objects<'_>| objects.find(Object::DIAGNOSIS)?.first().copied())
}
