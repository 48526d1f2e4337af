//! A wallet order: recorded, shown as a code, asked after until it is paid or closed.
//!
//! ```text
//!            flash            code             paid           flash
//! Recording ───────► Ordering ─────► Showing ──────► Storing ───────► paid
//!                       │              │ time is up, cancel  ▲
//!                       └───────────┐  ▼                     │ paid after all
//!                                  Closing ──► Asking ───────┤
//!                                     ▲           │ closed   └► Ending ──► over
//!                                     ├── Resting ◄┤ silence
//!                                     └── Remaking ◄ unknown there, and the code was shown
//! ```
//!
//! Source of the rules: WeChat Pay, "payment state machine": silence, `SYSTEMERROR` and anything unreadable leave the
//! result unknown; only a query or a close that was answered settles it. A close is believed when a query
//! for the same order says closed: its own answer names no order. Nor does a refusal: see `on_refusal`. A hold in a wallet
//! (Alipay, fund authorisation) goes the same way: what is asked after is whether the money is frozen.
//!
//! At Alipay an order is closed by a cancel. Its answer names the order, so that no query follows; and it gives back what
//! was paid meanwhile, so that it is decided in flash before it leaves (`Deciding`), and after a power cut the cancel goes
//! on and no query is believed. *Not modelled:* freezing by payment code.

use crate::charge::{Charge, Kind};
use crate::desk::{Desk, Next};
use crate::event::{ChargeResult, Event, Request};
use crate::journal::Record;
use crate::last_record::LastRecord;
use crate::ports::Notice;
use crate::profile::{Cancel, Notices, Polls, Prints, Silence, Unlisted};
use crate::screen::Belief;
use crate::settled::Settled;
use crate::speech::Codec;
use crate::wallets::wallet_of;
use core::time::Duration;
use sim::{OrderNo, Reason, SimTime};
use wallet::ask::Wallet;
use wallet::messages::{self, AnswerError, Call, ErrCode, TradeState, UnifiedOrder};

/// A wallet order under way.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) charge: Charge,
    pub(crate) number: OrderNo,
    stage: Stage,
    /// Somebody may have its code.
    shown: bool,
    /// It is to be undone, and that is in flash.
    undoing: bool,
}

#[derive(Clone, Debug)]
enum Stage {
    Recording {
        cancelled: bool,
    },
    Ordering {
        until: SimTime,
        tries: u32,
    },
    Showing {
        until: SimTime,
        next: SimTime,
        asked: bool,
    },
    /// That it is to be undone is on its way to the flash.
    Deciding,
    Closing {
        until: SimTime,
    },
    Asking {
        until: SimTime,
    },
    /// Made once more under its number, only to be closed.
    Remaking {
        until: SimTime,
    },
    Resting {
        until: SimTime,
    },
    Last(LastRecord),
}

/// What payers read.
pub(crate) const SHOP: &str = "Morning Light Store";
/// How long one answer of the gateway may take.
const ANSWER: Duration = Duration::from_secs(10);
/// The pause between two queries while a code is shown: "every 3 to 5 seconds".
const POLL: Duration = Duration::from_secs(3);
/// The pause before an unanswered order is closed or asked after again.
const PAUSE: Duration = Duration::from_secs(5);
/// How often an order is sent before it is given up. It keeps its number, so it is one order.
const TRIES: u32 = 3;

impl Order {
    /// Begins an order: into the journal first.
    pub(crate) fn begin(charge: Charge, number: OrderNo, desk: &mut Desk<'_>) -> Self {
        let Charge { intent, kind, key, amount, .. } = charge;
        desk.event(Event::Began { intent, kind, key, amount, original: None });
        desk.write(Record::Begun(charge));
        Self::new(charge, number, false)
    }

    /// Takes up an order that the journal says was begun: nobody knows what became of it.
    pub(crate) fn recover(charge: Charge, number: OrderNo, desk: &mut Desk<'_>, codec: &mut Codec) -> Self {
        // Whether its code was on the screen is forgotten.
        let mut order = Self::new(charge, number, true);
        order.undoing = desk.journal.is_being_undone(charge.key);
        if order.undoing {
            // A cancel of it may be on its way, and takes back what a query would still call paid.
            order.close(desk, codec);
        } else {
            order.ask(desk, codec);
        }
        order
    }

    const fn new(charge: Charge, number: OrderNo, shown: bool) -> Self {
        Self { charge, number, stage: Stage::Recording { cancelled: false }, shown, undoing: false }
    }

    /// The next order number of this terminal.
    pub(crate) fn next_number(desk: &mut Desk<'_>) -> OrderNo {
        desk.numbers.orders = desk.numbers.orders.saturating_add(1);
        let text = format!("{}W{:06}", desk.settings.tid, desk.numbers.orders);
        OrderNo::new(&text).expect("a terminal number and seven more characters are an order number")
    }

    /// Everything that was being written is in flash.
    pub(crate) fn on_durable(&mut self, desk: &mut Desk<'_>, codec: &mut Codec) -> Next {
        match &self.stage {
            Stage::Recording { cancelled: true } => self.end(Belief::Declined, false, desk),
            Stage::Recording { cancelled: false } => {
                self.order(1, desk, codec);
                Next::Stay
            }
            Stage::Deciding => {
                self.close(desk, codec);
                Next::Stay
            }
            Stage::Last(last) => last.in_flash(self.charge, self.number, desk),
            _ => Next::Stay,
        }
    }

    /// Which call is open, if any.
    pub(crate) const fn open_call(&self) -> Option<Call> {
        match self.stage {
            Stage::Ordering { .. } | Stage::Remaking { .. } => Some(Call::UnifiedOrder),
            Stage::Showing { asked: true, .. } | Stage::Asking { .. } => Some(Call::OrderQuery),
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
            Ok(Settled::CodeUrl) if matches!(self.stage, Stage::Remaking { .. }) => {
                self.close(desk, codec);
                Next::Stay
            }
            Ok(Settled::CodeUrl) => self.show(desk),
            Ok(Settled::Closed) => {
                self.ask(desk, codec);
                Next::Stay
            }
            Ok(Settled::Foreign) => {
                desk.event(Event::Disbelieved { why: "it is about another order" });
                Next::Stay
            }
            Ok(Settled::State { state: TradeState::Success, listed: false, .. }) if overlooks(desk) => {
                self.on_unlisted(desk)
            }
            Ok(Settled::State { state, reference, .. }) => self.on_state(state, reference, desk, codec),
            // No call of this flow is answered so.
            Ok(Settled::Paid { .. } | Settled::Reversed { .. } | Settled::Refund { .. }) => Next::Stay,
            Err(AnswerError::Business { err_code, .. }) => self.on_refusal(err_code, desk, codec),
            Err(AnswerError::Sign(_)) => self.on_doubt("its signature is wrong", desk),
            Err(_) => self.on_doubt("it cannot be read", desk),
        }
    }

    /// Nobody listens at the gateway.
    pub(crate) fn on_refused(&mut self, desk: &mut Desk<'_>, codec: &mut Codec) -> Next {
        match self.stage {
            Stage::Ordering { tries, .. } if tries >= TRIES => {
                // No code was ever shown, so whatever the gateway knows of the order, nobody can pay it.
                desk.event(Event::Unreached { key: self.charge.key });
                self.end(Belief::Declined, false, desk)
            }
            Stage::Ordering { tries, .. } => {
                self.order(tries + 1, desk, codec);
                Next::Stay
            }
            Stage::Showing { until, .. } => {
                self.stage = Stage::Showing { until, next: next_poll(desk), asked: false };
                Next::Stay
            }
            Stage::Closing { .. } | Stage::Asking { .. } | Stage::Remaking { .. } => self.rest(desk),
            _ => Next::Stay,
        }
    }

    /// The gateway says that this order is paid, in a message that it signed. A sound firmware asks all the
    /// same: the answer to its own question is what it books.
    pub(crate) fn on_notification(
        &mut self,
        notice: &Notice,
        desk: &mut Desk<'_>,
        codec: &mut Codec,
    ) -> Next {
        let habits = desk.settings.profile.habits;
        let Notice { transaction, amount, listed, .. } = notice;
        if !listed && overlooks(desk) && matches!(self.stage, Stage::Showing { .. }) {
            return self.on_unlisted(desk);
        }
        if *amount != self.charge.amount && habits.notices != Notices::Believed {
            return self.on_other_amount(desk);
        }
        match (&self.stage, habits.prints) {
            (Stage::Showing { .. }, Prints::AfterTheResult) if habits.notices == Notices::Believed => {
                desk.event(Event::Learned { key: self.charge.key, result: ChargeResult::Approved });
                self.store(transaction.clone(), desk)
            }
            (Stage::Showing { until, .. }, Prints::AfterTheResult) => {
                let until = *until;
                self.query(desk, codec);
                self.stage = Stage::Showing { until, next: desk.now + ANSWER, asked: true };
                Next::Stay
            }
            (Stage::Showing { .. }, Prints::BeforeTheResult) => {
                desk.event(Event::Learned { key: self.charge.key, result: ChargeResult::Approved });
                self.store(transaction.clone(), desk)
            }
            _ => Next::Stay,
        }
    }

    fn on_other_amount(&mut self, desk: &mut Desk<'_>) -> Next {
        match (&self.stage, desk.settings.profile.habits.notices) {
            (Stage::Showing { .. }, Notices::AmountDecides) => {
                desk.event(Event::Learned { key: self.charge.key, result: ChargeResult::Declined });
                self.end(Belief::Declined, false, desk)
            }
            _ => self.on_doubt("its amount is another", desk),
        }
    }

    /// Paid, and this firmware takes what its table lacks for not paid.
    fn on_unlisted(&mut self, desk: &mut Desk<'_>) -> Next {
        desk.event(Event::Disbelieved { why: "the wallet that has paid is not in the table" });
        if desk.settings.profile.habits.prints == Prints::BeforeTheResult {
            return Next::PullBack(self.charge);
        }
        desk.event(Event::Learned { key: self.charge.key, result: ChargeResult::Declined });
        self.end(Belief::Declined, false, desk)
    }

    /// The cancel key.
    pub(crate) fn on_cancel(&mut self, desk: &mut Desk<'_>, codec: &mut Codec) -> Next {
        match (&self.stage, desk.settings.profile.habits.cancel) {
            (Stage::Ordering { .. } | Stage::Showing { .. }, Cancel::UndoesTheCharge) => {
                self.close(desk, codec);
                Next::Tell(Belief::Unknown)
            }
            (Stage::Ordering { .. } | Stage::Showing { .. }, Cancel::ForgetsTheCharge) => {
                self.end(Belief::Declined, false, desk)
            }
            (Stage::Recording { .. }, _) => {
                self.stage = Stage::Recording { cancelled: true };
                Next::Stay
            }
            _ => Next::Stay,
        }
    }

    /// The moment that [`Self::wake_at`] asked for.
    pub(crate) fn on_wake(&mut self, desk: &mut Desk<'_>, codec: &mut Codec) -> Next {
        let now = desk.now;
        match self.stage {
            Stage::Ordering { until, tries } if now >= until => {
                if tries < TRIES {
                    self.order(tries + 1, desk, codec);
                    Next::Stay
                } else {
                    self.close(desk, codec);
                    Next::Tell(Belief::Unknown)
                }
            }
            Stage::Showing { until, .. } if now >= until => self.on_time_up(desk, codec),
            Stage::Showing { until, next, .. } if now >= next => {
                self.query(desk, codec);
                self.stage = Stage::Showing { until, next: now + ANSWER, asked: true };
                Next::Stay
            }
            Stage::Closing { until } | Stage::Asking { until } | Stage::Remaking { until }
                if now >= until =>
            {
                self.rest(desk)
            }
            Stage::Resting { until } if now >= until => {
                self.close(desk, codec);
                Next::Stay
            }
            _ => Next::Stay,
        }
    }

    /// When this order wants to be woken, and why.
    pub(crate) fn wake_at(&self) -> Option<(SimTime, Reason)> {
        match self.stage {
            Stage::Ordering { until, .. } => Some((until, Reason("answer to the order is overdue"))),
            Stage::Showing { until, next, .. } if until <= next => {
                Some((until, Reason("shown code has waited long enough")))
            }
            Stage::Showing { next, asked: false, .. } => Some((next, Reason("order is asked after"))),
            Stage::Showing { next, .. } => Some((next, Reason("answer to the query is overdue"))),
            Stage::Closing { until } => Some((until, Reason("answer to the close is overdue"))),
            Stage::Asking { until } => Some((until, Reason("answer to the query is overdue"))),
            Stage::Remaking { until } => Some((until, Reason("answer to the order is overdue"))),
            Stage::Resting { until } => Some((until, Reason("order is closed again"))),
            Stage::Recording { .. } | Stage::Deciding | Stage::Last(_) => None,
        }
    }

    fn show(&mut self, desk: &mut Desk<'_>) -> Next {
        self.shown = true;
        desk.event(Event::CodeShown { order: self.number });
        let until = desk.now + desk.settings.result_timeout;
        match desk.settings.profile.habits.prints {
            Prints::AfterTheResult => {
                self.stage = Stage::Showing { until, next: next_poll(desk), asked: false };
                Next::Stay
            }
            Prints::BeforeTheResult => {
                self.stage = Stage::Showing { until, next: SimTime::NEVER, asked: false };
                Next::PrintAhead(self.charge)
            }
        }
    }

    fn on_state(
        &mut self,
        state: TradeState,
        reference: String,
        desk: &mut Desk<'_>,
        codec: &mut Codec,
    ) -> Next {
        match state {
            TradeState::Success if self.undoing => self.rest(desk),
            TradeState::Success => {
                desk.event(Event::Learned { key: self.charge.key, result: ChargeResult::Approved });
                self.store(reference, desk)
            }
            TradeState::NotPay | TradeState::UserPaying | TradeState::Accept => match self.stage {
                Stage::Showing { until, .. } => {
                    self.stage = Stage::Showing { until, next: next_poll(desk), asked: false };
                    Next::Stay
                }
                _ => {
                    self.close(desk, codec);
                    Next::Stay
                }
            },
            TradeState::Closed | TradeState::Revoked | TradeState::Refund | TradeState::PayError => {
                desk.event(Event::Learned { key: self.charge.key, result: ChargeResult::Undone });
                self.end(Belief::Declined, false, desk)
            }
        }
    }

    fn on_refusal(&mut self, code: ErrCode, desk: &mut Desk<'_>, codec: &mut Codec) -> Next {
        match (&self.stage, code) {
            (Stage::Closing { .. } | Stage::Remaking { .. }, ErrCode::OrderPaid | ErrCode::OrderClosed) => {
                self.ask(desk, codec);
                Next::Stay
            }
            // Alipay knows a shown order only when somebody has scanned it.
            (Stage::Showing { until, .. }, ErrCode::OrderNotExist) => {
                self.stage = Stage::Showing { until: *until, next: next_poll(desk), asked: false };
                Next::Stay
            }
            // A refusal names no order, and may be the late one of an older: an order whose code somebody may have is
            // made once more and closed, so that a query says closed.
            (Stage::Closing { .. } | Stage::Asking { .. }, ErrCode::OrderNotExist) if self.shown => {
                self.remake(desk, codec);
                Next::Stay
            }
            // Without its code nobody can pay it, whatever the gateway knows of it.
            (Stage::Closing { .. } | Stage::Asking { .. }, ErrCode::OrderNotExist) => {
                self.end(Belief::Declined, false, desk)
            }
            // Its code was never shown: nobody has paid it, nobody has closed it. A late answer about an older one.
            (Stage::Ordering { .. }, ErrCode::OrderPaid | ErrCode::OrderClosed | ErrCode::OrderNotExist) => {
                self.on_doubt("it is about another order", desk)
            }
            (Stage::Ordering { .. }, code) if !code.leaves_result_unknown() => {
                desk.event(Event::Learned { key: self.charge.key, result: ChargeResult::Declined });
                self.end(Belief::Declined, false, desk)
            }
            _ => Next::Stay,
        }
    }

    /// Nothing was learned: the answer counts as not given, and its time runs out by itself.
    fn on_doubt(&self, why: &'static str, desk: &mut Desk<'_>) -> Next {
        desk.event(Event::Disbelieved { why });
        Next::Stay
    }

    fn on_time_up(&mut self, desk: &mut Desk<'_>, codec: &mut Codec) -> Next {
        desk.event(Event::GaveUp { key: self.charge.key });
        let habits = desk.settings.profile.habits;
        match (habits.prints, habits.silence) {
            (Prints::BeforeTheResult, _) => Next::PullBack(self.charge),
            (_, Silence::Unknown) => {
                self.close(desk, codec);
                Next::Tell(Belief::Unknown)
            }
            (_, Silence::ChargeAgain) => self.end(Belief::Unknown, true, desk),
            (_, Silence::Declined | Silence::UnknownForCards) => self.end(Belief::Declined, false, desk),
            (_, Silence::Approved) => self.store(String::new(), desk),
        }
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

    fn order(&mut self, tries: u32, desk: &mut Desk<'_>, codec: &mut Codec) {
        self.send_order(desk, codec);
        self.stage = Stage::Ordering { until: desk.now + ANSWER, tries };
    }

    fn remake(&mut self, desk: &mut Desk<'_>, codec: &mut Codec) {
        self.send_order(desk, codec);
        self.stage = Stage::Remaking { until: desk.now + ANSWER };
    }

    fn send_order(&self, desk: &mut Desk<'_>, codec: &mut Codec) {
        let number = self.number;
        let order = UnifiedOrder {
            out_trade_no: number.as_str(),
            total_fee_fen: self.charge.amount.unsigned(),
            body: SHOP,
        };
        desk.call(
            Request::Charge(self.charge.kind),
            &messages::Request::UnifiedOrder(order),
            &self.charge,
            codec,
        );
    }

    /// Sees to it that nobody pays it any more. At Alipay that is a cancel, which gives back what was paid meanwhile: so
    /// it is decided in flash first.
    fn close(&mut self, desk: &mut Desk<'_>, codec: &mut Codec) {
        let undoes = wallet_of(self.number.shop()) == Wallet::Alipay;
        if undoes && !core::mem::replace(&mut self.undoing, true) {
            desk.write(Record::Undoing(self.charge.key));
            self.stage = Stage::Deciding;
            return;
        }
        let number = self.number;
        let request = messages::Request::CloseOrder { out_trade_no: number.as_str() };
        let asks = match self.charge.kind {
            Kind::Order if undoes => Request::Reverse,
            _ => Request::Close,
        };
        desk.call(asks, &request, &self.charge, codec);
        self.stage = Stage::Closing { until: desk.now + ANSWER };
    }

    fn ask(&mut self, desk: &mut Desk<'_>, codec: &mut Codec) {
        self.query(desk, codec);
        self.stage = Stage::Asking { until: desk.now + ANSWER };
    }

    fn query(&self, desk: &mut Desk<'_>, codec: &mut Codec) {
        let number = self.number;
        let request = messages::Request::OrderQuery { out_trade_no: number.as_str() };
        desk.call(Request::Query, &request, &self.charge, codec);
    }
}

/// When the next query is due while a code is shown.
fn next_poll(desk: &Desk<'_>) -> SimTime {
    match desk.settings.profile.habits.polls {
        Polls::EveryFewSeconds => desk.now + POLL,
        Polls::Never => SimTime::NEVER,
    }
}

/// Whether this firmware takes a payment through a wallet that its table lacks for none.
fn overlooks(desk: &Desk<'_>) -> bool {
    desk.settings.profile.habits.unlisted == Unlisted::IsNotPaid
}
