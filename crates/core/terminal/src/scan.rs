//! A wallet order paid by the code on the customer's phone: recorded, scanned, sent once, asked after until it is paid,
//! or undone until it can never be.
//!
//! ```text
//!           code, flash        paid                 flash
//! Reading ─────────────► Paying ────► Storing ────────────► paid
//!    │ no code              │ password being entered, silence, trouble, refused
//!    ▼                      ▼            paid
//! Ending ◄──┐          Asking ◄─► Polling ───► Storing
//!    │      │ revoked,  │ │ ▲
//!    ▼      └─ closed ──┘ │ └──────────────── Closing ◄── Barring
//!  over                   │ not paid in time, cancel        ▲
//!                         ▼        flash                    │
//!                      Deciding ─────────► Reversing ──► Asking: the gateway does not know it
//! ```
//!
//! Source of the rules: WeChat Pay v2, "payment-code": the payment is sent once; `USERPAYING`, `SYSTEMERROR`, `BANKERROR`,
//! silence and anything unreadable leave the result unknown, and only a query settles it, every few seconds. What is not
//! paid in time is reversed, no earlier than 15 s after the payment was sent, until the answer is definite and `recall`
//! says no. Nobody is ever notified of it; what Alipay tells of it all the same is not waited for. At Alipay a reverse is
//! called a cancel, and its answer names the order, so that no query follows.
//!
//! Neither a refusal nor the answer to a reverse names an order, and may be the late one of an older: what is told to people
//! comes from answers that name it. That it is to be undone is in flash before the first reverse leaves: a reverse that is
//! still on its way may take back what a query has just called paid. An order that the gateway does not know may still be on
//! its way: its number is used up by an order whose code nobody sees, and that is closed. *Not modelled:* printing
//! before the result: a kiosk that does so prints afterwards here.

use crate::charge::Charge;
use crate::desk::{Desk, Next};
use crate::event::{ChargeResult, Event, Request};
use crate::journal::Record;
use crate::last_record::LastRecord;
use crate::order::SHOP;
use crate::profile::{Cancel, HostTrouble, Paying, Refusals, Silence, Store};
use crate::scanner::Barcode;
use crate::screen::{Belief, Face};
use crate::settled::Settled;
use crate::speech::Codec;
use crate::wallets::wallet_of;
use core::time::Duration;
use sim::{OrderNo, Reason, SimTime};
use wallet::ask::PaymentCode;
use wallet::messages::{self, AnswerError, Call, ErrCode, MicroPay, TradeState, UnifiedOrder};

/// A payment by payment code under way.
#[derive(Clone, Debug)]
pub(crate) struct Scan {
    pub(crate) charge: Charge,
    number: OrderNo,
    stage: Stage,
    /// When the payment was sent; no reverse before 15 s after that.
    sent_at: SimTime,
    /// Until when the customer may pay.
    patience: SimTime,
    /// It is to be undone, and that is in flash.
    undoing: bool,
    /// Its number is being used up.
    barred: bool,
}

#[derive(Clone, Debug)]
enum Stage {
    Reading { until: SimTime, in_flash: bool, cancelled: bool, code: Option<Barcode> },
    Paying { until: SimTime },
    Polling { next: SimTime },
    Asking { until: SimTime },
    Deciding,
    Reversing { until: SimTime },
    Barring { until: SimTime },
    Closing { until: SimTime },
    Resting { until: SimTime },
    Last(LastRecord),
}

/// How long the scanner waits for a code.
const CODE: Duration = Duration::from_secs(30);
/// How long one answer of the gateway may take.
const ANSWER: Duration = Duration::from_secs(10);
/// The pause between two queries while the customer types: "every 3 to 5 seconds".
const POLL: Duration = Duration::from_secs(3);
/// The pause after trouble, before it is asked after or undone again.
const PAUSE: Duration = Duration::from_secs(5);
/// No reverse earlier than this after the payment was sent.
const REVERSE_AFTER: Duration = Duration::from_secs(15);
/// Where the terminal says that it is; documentation addresses (RFC 5737).
const TERMINAL_IP: &str = "192.0.2.7";

impl Scan {
    /// Begins: into the journal, and the scanner's light goes on.
    pub(crate) fn begin(charge: Charge, number: OrderNo, desk: &mut Desk<'_>) -> Self {
        let Charge { intent, kind, key, amount, .. } = charge;
        desk.event(Event::Began { intent, kind, key, amount, original: None });
        desk.write(Record::Begun(charge));
        desk.event(Event::WantsCode { key });
        let until = desk.now + CODE;
        Self::new(charge, number, Stage::Reading { until, in_flash: false, cancelled: false, code: None })
    }

    /// Takes up a payment that the journal says was begun: nobody knows what became of it.
    pub(crate) fn recover(charge: Charge, number: OrderNo, desk: &mut Desk<'_>, codec: &mut Codec) -> Self {
        let mut scan = Self::new(charge, number, Stage::Deciding);
        scan.sent_at = desk.now;
        scan.patience = desk.now + desk.settings.result_timeout;
        scan.undoing = desk.journal.is_being_undone(charge.key);
        if scan.undoing {
            scan.reverse_in_time(desk, codec);
        } else {
            scan.ask(desk, codec);
        }
        scan
    }

    const fn new(charge: Charge, number: OrderNo, stage: Stage) -> Self {
        let (sent_at, patience) = (SimTime::ZERO, SimTime::NEVER);
        Self { charge, number, stage, sent_at, patience, undoing: false, barred: false }
    }

    /// Whether the scanner's light is on.
    pub(crate) const fn wants_code(&self) -> bool {
        matches!(self.stage, Stage::Reading { code: None, cancelled: false, .. })
    }

    /// Whether another code could be taken for one for this payment.
    pub(crate) const fn is_open(&self) -> bool {
        matches!(self.stage, Stage::Paying { .. } | Stage::Polling { .. } | Stage::Asking { .. })
    }

    pub(crate) fn face(&self) -> Face {
        match self.stage {
            Stage::Reading { .. } => Face::WantsCode { amount: self.charge.amount },
            _ => self.charge.face(),
        }
    }

    /// The scanner has read something.
    pub(crate) fn on_code(&mut self, read: Barcode, desk: &mut Desk<'_>, codec: &mut Codec) -> Next {
        let Stage::Reading { in_flash, code: code @ None, cancelled: false, .. } = &mut self.stage else {
            desk.event(Event::CodeIgnored { why: "no payment code is wanted" });
            return Next::Stay;
        };
        if desk.settings.wallets.wallet_of_code(&payment_code(read)) != Some(wallet_of(self.number.shop())) {
            desk.event(Event::CodeIgnored { why: "it is no payment code of this wallet" });
            return Next::Stay;
        }
        desk.event(Event::CodeRead { key: self.charge.key, code: read });
        *code = Some(read);
        if *in_flash {
            self.pay(read, desk, codec);
        }
        Next::Stay
    }

    /// The scanner has read something while this payment is open, and this firmware takes it for another try.
    pub(crate) fn charge_again(&mut self, desk: &mut Desk<'_>) -> Next {
        self.end(Belief::Unknown, true, desk)
    }

    /// Everything that was being written is in flash.
    pub(crate) fn on_durable(&mut self, desk: &mut Desk<'_>, codec: &mut Codec) -> Next {
        match &mut self.stage {
            Stage::Reading { cancelled: true, .. } => self.end(Belief::Declined, false, desk),
            Stage::Reading { in_flash, code, .. } => {
                *in_flash = true;
                if let Some(code) = *code {
                    self.pay(code, desk, codec);
                }
                Next::Stay
            }
            Stage::Deciding => {
                self.reverse_in_time(desk, codec);
                Next::Stay
            }
            Stage::Last(last) => last.in_flash(self.charge, self.number, desk),
            _ => Next::Stay,
        }
    }

    /// Which call is open, if any.
    pub(crate) const fn open_call(&self) -> Option<Call> {
        match self.stage {
            Stage::Paying { .. } => Some(Call::MicroPay),
            Stage::Asking { .. } => Some(Call::OrderQuery),
            Stage::Reversing { .. } => Some(Call::Reverse),
            Stage::Barring { .. } => Some(Call::UnifiedOrder),
            Stage::Closing { .. } => Some(Call::CloseOrder),
            _ => None,
        }
    }

    /// What the gateway answered to the open call.
    pub(crate) fn on_answer(
        &mut self,
        answer: Result<Settled, AnswerError>,
        desk: &mut Desk<'_>,
        codec: &mut Codec,
    ) -> Next {
        match answer {
            Ok(Settled::Paid { reference }) => self.on_paid(reference, desk),
            Ok(Settled::State { state, reference, .. }) => self.on_state(state, reference, desk, codec),
            Ok(Settled::Reversed { refused: Some(_), recall: true }) => self.rest(desk),
            // Done or not, it names no order: the query does.
            Ok(Settled::Reversed { .. } | Settled::Closed) => {
                self.ask(desk, codec);
                Next::Stay
            }
            Ok(Settled::CodeUrl) => {
                self.close(desk, codec);
                Next::Stay
            }
            Ok(Settled::Foreign) => doubt("it is about another order", desk),
            Ok(Settled::Refund { .. }) => Next::Stay,
            Err(AnswerError::Business { err_code, .. }) => self.on_refusal(err_code, desk, codec),
            Err(AnswerError::Sign(_)) => doubt("its signature is wrong", desk),
            Err(_) => doubt("it cannot be read", desk),
        }
    }

    /// Nobody listens at the gateway: what was sent last did not leave.
    pub(crate) fn on_refused(&mut self, desk: &mut Desk<'_>) -> Next {
        match self.stage {
            Stage::Paying { .. } => {
                desk.event(Event::Unreached { key: self.charge.key });
                self.end(Belief::Declined, false, desk)
            }
            Stage::Asking { .. }
            | Stage::Reversing { .. }
            | Stage::Barring { .. }
            | Stage::Closing { .. } => self.rest(desk),
            _ => Next::Stay,
        }
    }

    /// The cancel key.
    pub(crate) fn on_cancel(&mut self, desk: &mut Desk<'_>, codec: &mut Codec) -> Next {
        match (&mut self.stage, desk.settings.profile.habits.cancel) {
            (Stage::Reading { in_flash: true, .. }, _) => self.end(Belief::Declined, false, desk),
            (Stage::Reading { cancelled, .. }, _) => {
                *cancelled = true;
                Next::Stay
            }
            _ if self.undoing || self.barred => Next::Stay,
            (Stage::Last(_), _) => Next::Stay,
            (_, Cancel::UndoesTheCharge) => self.undo(desk, codec),
            (_, Cancel::ForgetsTheCharge) => self.end(Belief::Declined, false, desk),
        }
    }

    /// The moment that [`Self::wake_at`] asked for.
    pub(crate) fn on_wake(&mut self, desk: &mut Desk<'_>, codec: &mut Codec) -> Next {
        let now = desk.now;
        match self.stage {
            Stage::Reading { until, in_flash: true, .. } if now >= until => {
                self.end(Belief::Declined, false, desk)
            }
            Stage::Paying { until } if now >= until => self.on_silence(desk, codec),
            Stage::Polling { next } | Stage::Resting { until: next } if now >= next => {
                self.go_on(desk, codec)
            }
            Stage::Asking { until }
            | Stage::Reversing { until }
            | Stage::Barring { until }
            | Stage::Closing { until }
                if now >= until =>
            {
                self.rest(desk)
            }
            _ => Next::Stay,
        }
    }

    /// When this payment wants to be woken, and why.
    pub(crate) const fn wake_at(&self) -> Option<(SimTime, Reason)> {
        Some(match self.stage {
            Stage::Reading { until, .. } => (until, Reason("nobody has shown a code")),
            Stage::Paying { until } => (until, Reason("answer to the payment is overdue")),
            Stage::Polling { next } => (next, Reason("payment is asked after")),
            Stage::Asking { until } => (until, Reason("answer to the query is overdue")),
            Stage::Reversing { until } => (until, Reason("answer to the reverse is overdue")),
            Stage::Barring { until } => (until, Reason("answer to the order is overdue")),
            Stage::Closing { until } => (until, Reason("answer to the close is overdue")),
            Stage::Resting { until } => (until, Reason("payment is settled again")),
            Stage::Deciding | Stage::Last(_) => return None,
        })
    }

    fn on_paid(&mut self, reference: String, desk: &mut Desk<'_>) -> Next {
        desk.event(Event::Learned { key: self.charge.key, result: ChargeResult::Approved });
        self.store(reference, desk)
    }

    fn on_state(
        &mut self,
        state: TradeState,
        reference: String,
        desk: &mut Desk<'_>,
        codec: &mut Codec,
    ) -> Next {
        match state {
            TradeState::Success if !self.undoing => self.on_paid(reference, desk),
            TradeState::Closed | TradeState::Revoked | TradeState::Refund => {
                desk.event(Event::Learned { key: self.charge.key, result: ChargeResult::Undone });
                self.end(Belief::Declined, false, desk)
            }
            TradeState::Success => {
                self.barred = false;
                self.rest(desk)
            }
            TradeState::NotPay if self.barred => {
                self.close(desk, codec);
                Next::Stay
            }
            _ if self.undoing => self.rest(desk),
            // A payment that failed may still be tried again, by a copy of it that is on its way.
            TradeState::PayError => self.undo(desk, codec),
            TradeState::NotPay | TradeState::UserPaying | TradeState::Accept => self.poll_after(POLL, desk),
        }
    }

    fn on_refusal(&mut self, code: ErrCode, desk: &mut Desk<'_>, codec: &mut Codec) -> Next {
        match (&self.stage, code) {
            (Stage::Paying { .. }, code) => self.on_refused_payment(code, desk, codec),
            // The payment may still be on its way: its number is used up.
            (Stage::Asking { .. } | Stage::Closing { .. }, ErrCode::OrderNotExist) => {
                self.bar(desk, codec);
                Next::Stay
            }
            (Stage::Barring { .. } | Stage::Closing { .. }, code) if !code.leaves_result_unknown() => {
                self.ask(desk, codec);
                Next::Stay
            }
            // Its time runs out by itself.
            _ => Next::Stay,
        }
    }

    fn on_refused_payment(&mut self, code: ErrCode, desk: &mut Desk<'_>, codec: &mut Codec) -> Next {
        let habits = desk.settings.profile.habits;
        match code {
            ErrCode::UserPaying => match habits.paying {
                Paying::AskedAfter => self.poll_after(POLL, desk),
                Paying::ChargedAgain => self.end(Belief::Unknown, true, desk),
            },
            ErrCode::SystemError | ErrCode::BankError | ErrCode::Other => match habits.trouble {
                HostTrouble::Doubted => self.poll_after(PAUSE, desk),
                HostTrouble::Declined => self.decline(desk),
            },
            _ if habits.refusals == Refusals::Final => self.decline(desk),
            _ => {
                self.ask(desk, codec);
                Next::Stay
            }
        }
    }

    fn on_silence(&mut self, desk: &mut Desk<'_>, codec: &mut Codec) -> Next {
        desk.event(Event::GaveUp { key: self.charge.key });
        match desk.settings.profile.habits.silence {
            Silence::Unknown => {
                self.ask(desk, codec);
                Next::Tell(Belief::Unknown)
            }
            other => self.careless(other, desk),
        }
    }

    /// The pause is over.
    fn go_on(&mut self, desk: &mut Desk<'_>, codec: &mut Codec) -> Next {
        if self.barred {
            self.close(desk, codec);
        } else if self.undoing {
            self.reverse_in_time(desk, codec);
        } else if desk.now >= self.patience {
            return self.on_time_up(desk, codec);
        } else {
            self.ask(desk, codec);
        }
        Next::Stay
    }

    fn on_time_up(&mut self, desk: &mut Desk<'_>, codec: &mut Codec) -> Next {
        desk.event(Event::GaveUp { key: self.charge.key });
        match desk.settings.profile.habits.silence {
            Silence::Unknown => self.undo(desk, codec),
            other => self.careless(other, desk),
        }
    }

    /// What a firmware does that takes silence for an answer.
    fn careless(&mut self, silence: Silence, desk: &mut Desk<'_>) -> Next {
        match silence {
            Silence::Approved => self.store(String::new(), desk),
            Silence::ChargeAgain => self.end(Belief::Unknown, true, desk),
            Silence::Declined | Silence::UnknownForCards | Silence::Unknown => {
                self.end(Belief::Declined, false, desk)
            }
        }
    }

    fn decline(&mut self, desk: &mut Desk<'_>) -> Next {
        desk.event(Event::Learned { key: self.charge.key, result: ChargeResult::Declined });
        self.end(Belief::Declined, false, desk)
    }

    /// Decides to undo it, and writes that down before anything leaves.
    fn undo(&mut self, desk: &mut Desk<'_>, codec: &mut Codec) -> Next {
        let is_written = core::mem::replace(&mut self.undoing, true);
        if is_written || desk.settings.profile.habits.reversal_store == Store::Memory {
            self.reverse_in_time(desk, codec);
        } else {
            desk.write(Record::Undoing(self.charge.key));
            self.stage = Stage::Deciding;
        }
        Next::Tell(Belief::Unknown)
    }

    fn reverse_in_time(&mut self, desk: &mut Desk<'_>, codec: &mut Codec) {
        let earliest = self.sent_at + REVERSE_AFTER;
        if desk.now < earliest {
            self.stage = Stage::Resting { until: earliest };
            return;
        }
        let number = self.number;
        let request = messages::Request::Reverse { out_trade_no: number.as_str() };
        desk.call(Request::Reverse, &request, &self.charge, codec);
        self.stage = Stage::Reversing { until: desk.now + ANSWER };
    }

    fn poll_after(&mut self, pause: Duration, desk: &Desk<'_>) -> Next {
        let next = (desk.now + pause).min(self.patience.max(desk.now));
        self.stage = Stage::Polling { next };
        Next::Stay
    }

    fn rest(&mut self, desk: &Desk<'_>) -> Next {
        self.stage = Stage::Resting { until: desk.now + PAUSE };
        Next::Tell(Belief::Unknown)
    }

    fn store(&mut self, reference: String, desk: &mut Desk<'_>) -> Next {
        self.stage = Stage::Last(LastRecord::storing(self.charge, reference, desk));
        Next::Stay
    }

    fn end(&mut self, belief: Belief, again: bool, desk: &mut Desk<'_>) -> Next {
        self.stage = Stage::Last(LastRecord::ending(self.charge, belief, again, desk));
        Next::Stay
    }

    /// Sends the payment. There is no second time.
    fn pay(&mut self, code: Barcode, desk: &mut Desk<'_>, codec: &mut Codec) {
        let (number, auth_code) = (self.number, payment_code(code));
        let pay = MicroPay {
            out_trade_no: number.as_str(),
            total_fee_fen: self.charge.amount.unsigned(),
            body: SHOP,
            auth_code: &auth_code,
            terminal_ip: TERMINAL_IP,
        };
        let request = Request::Charge(self.charge.kind);
        desk.call(request, &messages::Request::MicroPay(pay), &self.charge, codec);
        *desk.used_code = Some(code);
        self.sent_at = desk.now;
        self.patience = desk.now + desk.settings.result_timeout;
        self.stage = Stage::Paying { until: desk.now + ANSWER };
    }

    /// Uses its number up: an order whose code nobody sees is made under it, and closed.
    fn bar(&mut self, desk: &mut Desk<'_>, codec: &mut Codec) {
        let number = self.number;
        let order = UnifiedOrder {
            out_trade_no: number.as_str(),
            total_fee_fen: self.charge.amount.unsigned(),
            body: SHOP,
        };
        desk.call(Request::Bar, &messages::Request::UnifiedOrder(order), &self.charge, codec);
        self.barred = true;
        self.stage = Stage::Barring { until: desk.now + ANSWER };
    }

    fn close(&mut self, desk: &mut Desk<'_>, codec: &mut Codec) {
        let number = self.number;
        let request = messages::Request::CloseOrder { out_trade_no: number.as_str() };
        desk.call(Request::Close, &request, &self.charge, codec);
        self.stage = Stage::Closing { until: desk.now + ANSWER };
    }

    fn ask(&mut self, desk: &mut Desk<'_>, codec: &mut Codec) {
        let number = self.number;
        let request = messages::Request::OrderQuery { out_trade_no: number.as_str() };
        desk.call(Request::Query, &request, &self.charge, codec);
        self.stage = Stage::Asking { until: desk.now + ANSWER };
    }
}

/// Nothing was learned: the answer counts as not given, and its time runs out by itself.
fn doubt(why: &'static str, desk: &mut Desk<'_>) -> Next {
    desk.event(Event::Disbelieved { why });
    Next::Stay
}

fn payment_code(read: Barcode) -> PaymentCode {
    PaymentCode::new(read.as_str().to_owned())
}
