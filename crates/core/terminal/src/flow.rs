//! The flow that is under way: nothing, a card transaction, a wallet order or its refund, a sign-on, a settlement. One at a time.

use crate::card::CardCharge;
use crate::charge::Charge;
use crate::desk::{Desk, Next};
use crate::event::{Event, Intent};
use crate::order::Order;
use crate::order_refund::OrderRefund;
use crate::scan::Scan;
use crate::scanner::Barcode;
use crate::screen::{Belief, Face};
use crate::settled::Settled;
use crate::settlement::Settlement;
use crate::sign_on::SignOn;
use crate::speech::Codec;
use crate::{CARD, WALLET};
use iso8583::Message;
use sim::{Key, Port, Reason, SimTime};
use wallet::messages::{AnswerError, Call};

/// What the terminal is doing.
#[derive(Clone, Debug)]
pub(crate) enum Flow {
    Idle,
    Card(Box<CardCharge>),
    Order(Box<Order>),
    Scan(Box<Scan>),
    OrderRefund(Box<OrderRefund>),
    SignOn(Box<SignOn>),
    Settlement(Box<Settlement>),
}

impl Flow {
    pub(crate) fn charge(&self) -> Option<Charge> {
        match self {
            Self::Idle | Self::Settlement(_) => None,
            Self::Card(card) => Some(card.charge),
            Self::Order(order) => Some(order.charge),
            Self::Scan(scan) => Some(scan.charge),
            Self::OrderRefund(refund) => Some(refund.charge),
            Self::SignOn(sign_on) => sign_on.then.as_ref().and_then(|then| then.charge()),
        }
    }

    pub(crate) fn face(&self, verdict: Option<(Intent, Belief)>) -> Face {
        match self {
            Self::Idle => Face::Idle,
            Self::Card(_) | Self::Order(_) | Self::Scan(_) | Self::OrderRefund(_)
                if matches!(verdict, Some((_, Belief::Unknown))) =>
            {
                Face::Asking
            }
            Self::Scan(scan) => scan.face(),
            Self::OrderRefund(refund) => refund.charge.face(),
            Self::Card(card) => card.charge.face(),
            Self::Order(order) => Face::Code { amount: order.charge.amount },
            Self::SignOn(_) => Face::SigningOn,
            Self::Settlement(_) => Face::Settling,
        }
    }

    /// Whether it waits for nothing but time, so that the terminal may sign on meanwhile.
    pub(crate) const fn may_wait(&self) -> bool {
        match self {
            Self::Idle => true,
            Self::Card(card) => card.is_resting(),
            Self::Settlement(settlement) => settlement.is_resting(),
            Self::Order(_) | Self::Scan(_) | Self::OrderRefund(_) | Self::SignOn(_) => false,
        }
    }

    /// The terminal has signed on, or could not: goes on at once.
    pub(crate) fn go_on(&mut self, desk: &mut Desk<'_>) {
        match self {
            Self::Card(card) => card.go_on(desk),
            Self::Settlement(settlement) => settlement.go_on(desk),
            Self::Idle | Self::Order(_) | Self::Scan(_) | Self::OrderRefund(_) | Self::SignOn(_) => {}
        }
    }

    /// A record is in flash: that of a charge, or one of the terminal's own affairs.
    pub(crate) fn on_durable(&mut self, key: Option<Key>, desk: &mut Desk<'_>, codec: &mut Codec) -> Next {
        match (self, key) {
            (Self::Card(card), Some(key)) if card.charge.key == key => card.on_durable(desk),
            (Self::Order(order), Some(key)) if order.charge.key == key => order.on_durable(desk, codec),
            (Self::Scan(scan), Some(key)) if scan.charge.key == key => scan.on_durable(desk, codec),
            (Self::OrderRefund(refund), Some(key)) if refund.charge.key == key => {
                refund.on_durable(desk, codec)
            }
            (Self::SignOn(sign_on), None) => sign_on.on_durable(desk),
            (Self::Settlement(settlement), None) => settlement.on_durable(desk),
            _ => Next::Stay,
        }
    }

    pub(crate) fn on_wake(&mut self, desk: &mut Desk<'_>, codec: &mut Codec) -> Next {
        match self {
            Self::Idle => Next::Stay,
            Self::Card(card) => card.on_wake(desk),
            Self::Order(order) => order.on_wake(desk, codec),
            Self::Scan(scan) => scan.on_wake(desk, codec),
            Self::OrderRefund(refund) => refund.on_wake(desk, codec),
            Self::SignOn(sign_on) => sign_on.on_wake(desk),
            Self::Settlement(settlement) => settlement.on_wake(desk),
        }
    }

    pub(crate) fn on_cancel(&mut self, desk: &mut Desk<'_>, codec: &mut Codec) -> Next {
        match self {
            Self::Card(card) => card.on_cancel(desk),
            Self::Order(order) => order.on_cancel(desk, codec),
            Self::Scan(scan) => scan.on_cancel(desk, codec),
            Self::OrderRefund(refund) => refund.on_cancel(desk),
            // A batch that the host may have closed cannot be left half settled.
            Self::Idle | Self::SignOn(_) | Self::Settlement(_) => Next::Stay,
        }
    }

    /// A whole frame has come from the card host.
    pub(crate) fn on_reply(&mut self, reply: &Message, authentic: bool, desk: &mut Desk<'_>) -> Next {
        match self {
            Self::Card(card) => card.on_reply(reply, authentic, desk),
            Self::SignOn(sign_on) => sign_on.on_reply(reply, desk),
            Self::Settlement(settlement) => settlement.on_reply(reply, desk),
            Self::Idle | Self::Order(_) | Self::Scan(_) | Self::OrderRefund(_) => {
                desk.event(Event::Disbelieved { why: "no request is open" });
                Next::Stay
            }
        }
    }

    pub(crate) fn on_answer(
        &mut self,
        settled: Result<Settled, AnswerError>,
        desk: &mut Desk<'_>,
        codec: &mut Codec,
    ) -> Next {
        match self {
            Self::Order(order) => order.on_answer(settled, desk, codec),
            Self::Scan(scan) => scan.on_answer(settled, desk, codec),
            Self::OrderRefund(refund) => refund.on_answer(settled, desk, codec),
            _ => Next::Stay,
        }
    }

    /// Which call of the wallet's gateway is open, if any.
    pub(crate) const fn open_call(&self) -> Option<Call> {
        match self {
            Self::Order(order) => order.open_call(),
            Self::Scan(scan) => scan.open_call(),
            Self::OrderRefund(refund) => refund.open_call(),
            _ => None,
        }
    }

    /// Whether the scanner's light is on.
    pub(crate) const fn wants_code(&self) -> bool {
        matches!(self, Self::Scan(scan) if scan.wants_code())
    }

    /// Whether a payment by payment code waits for its result.
    pub(crate) const fn is_open_scan(&self) -> bool {
        matches!(self, Self::Scan(scan) if scan.is_open())
    }

    /// The scanner has sent a code.
    pub(crate) fn on_code(&mut self, code: Barcode, desk: &mut Desk<'_>, codec: &mut Codec) -> Next {
        match self {
            Self::Scan(scan) => scan.on_code(code, desk, codec),
            _ => {
                desk.event(Event::CodeIgnored { why: "no payment code is wanted" });
                Next::Stay
            }
        }
    }

    /// Gives an open payment by payment code up for another.
    pub(crate) fn charge_again(&mut self, desk: &mut Desk<'_>) -> Next {
        match self {
            Self::Scan(scan) => scan.charge_again(desk),
            _ => Next::Stay,
        }
    }

    pub(crate) fn on_refused(&mut self, port: Port, desk: &mut Desk<'_>, codec: &mut Codec) -> Next {
        match self {
            Self::Card(card) if port == CARD => card.on_refused(desk),
            Self::SignOn(sign_on) if port == CARD => sign_on.on_refused(desk),
            Self::Settlement(settlement) if port == CARD => settlement.on_refused(desk),
            Self::Order(order) if port == WALLET => order.on_refused(desk, codec),
            Self::Scan(scan) if port == WALLET => scan.on_refused(desk),
            Self::OrderRefund(refund) if port == WALLET => refund.on_refused(desk),
            _ => Next::Stay,
        }
    }

    pub(crate) fn wake_at(&self) -> Option<(SimTime, Reason)> {
        match self {
            Self::Idle => None,
            Self::Card(card) => card.wake_at(),
            Self::Order(order) => order.wake_at(),
            Self::Scan(scan) => scan.wake_at(),
            Self::OrderRefund(refund) => refund.wake_at(),
            Self::SignOn(sign_on) => sign_on.wake_at(),
            Self::Settlement(settlement) => settlement.wake_at(),
        }
    }
}
