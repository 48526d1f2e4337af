//! The flow that is under way: nothing, a card charge, or a wallet order. One at a time.

use crate::card::CardCharge;
use crate::desk::{Desk, Next};
use crate::event::{Event, Intent};
use crate::journal::Charge;
use crate::order::{Order, Settled};
use crate::screen::{Belief, Face};
use crate::{CARD, WALLET};
use iso8583::Message;
use sim::{Key, Port, Reason, SimTime};
use wallet::messages::{AnswerError, Codec};

/// What the terminal is doing for a customer.
#[derive(Clone, Debug)]
pub(crate) enum Flow {
    Idle,
    Card(Box<CardCharge>),
    Order(Box<Order>),
}

impl Flow {
    pub(crate) fn charge(&self) -> Option<Charge> {
        match self {
            Self::Idle => None,
            Self::Card(card) => Some(card.charge),
            Self::Order(order) => Some(order.charge),
        }
    }

    pub(crate) fn face(&self, verdict: Option<(Intent, Belief)>) -> Face {
        match self {
            Self::Idle => Face::Idle,
            Self::Card(_) | Self::Order(_) if matches!(verdict, Some((_, Belief::Unknown))) => Face::Asking,
            Self::Card(card) => Face::Working { amount: card.charge.amount },
            Self::Order(order) => Face::Code { amount: order.charge.amount },
        }
    }

    pub(crate) fn on_durable(&mut self, key: Key, desk: &mut Desk<'_>, codec: &mut Codec) -> Next {
        match self {
            Self::Card(card) if card.charge.key == key => card.on_durable(desk),
            Self::Order(order) if order.charge.key == key => order.on_durable(desk, codec),
            Self::Idle | Self::Card(_) | Self::Order(_) => Next::Stay,
        }
    }

    pub(crate) fn on_wake(&mut self, desk: &mut Desk<'_>, codec: &mut Codec) -> Next {
        match self {
            Self::Idle => Next::Stay,
            Self::Card(card) => card.on_wake(desk),
            Self::Order(order) => order.on_wake(desk, codec),
        }
    }

    pub(crate) fn on_cancel(&mut self, desk: &mut Desk<'_>, codec: &mut Codec) -> Next {
        match self {
            Self::Idle => Next::Stay,
            Self::Card(card) => card.on_cancel(desk),
            Self::Order(order) => order.on_cancel(desk, codec),
        }
    }

    pub(crate) fn on_reply(&mut self, reply: &Message, authentic: bool, desk: &mut Desk<'_>) -> Next {
        match self {
            Self::Card(card) => card.on_reply(reply, authentic, desk),
            Self::Idle | Self::Order(_) => {
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
            Self::Idle | Self::Card(_) => Next::Stay,
        }
    }

    pub(crate) fn on_refused(&mut self, port: Port, desk: &mut Desk<'_>, codec: &mut Codec) -> Next {
        match self {
            Self::Card(card) if port == CARD => card.on_refused(desk),
            Self::Order(order) if port == WALLET => order.on_refused(desk, codec),
            Self::Idle | Self::Card(_) | Self::Order(_) => Next::Stay,
        }
    }

    pub(crate) fn wake_at(&self) -> Option<(SimTime, Reason)> {
        match self {
            Self::Idle => None,
            Self::Card(card) => card.wake_at(),
            Self::Order(order) => order.wake_at(),
        }
    }
}
