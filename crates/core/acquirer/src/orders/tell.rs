//! Orders and refunds in the neutral words of the dialects.
//!
//! Sources: WeChat Pay, "trade_state"; Alipay, "trade_status". Whole seconds of Beijing time.
//! *Not modelled:* what was told before: a repetition tells how things stand now.

use super::{Clock, Order, Payment, Refund, State, Way};
use sim::{Fen, SimTime};
use wallet::amount::Amount;
use wallet::told::{self, OrderKind, OrderState, OrderTold, RefundState, RefundTold, Undone};

/// Where an order stands.
pub(crate) fn order_told(order: &Order, clock: Clock) -> OrderTold {
    OrderTold {
        order_no: order.number.as_str().to_owned(),
        amount: amount(order.terms.amount),
        subject: order.terms.subject.clone(),
        kind: kind(order.terms.way),
        state: match order.state {
            State::Open => OrderState::Open,
            State::Paying => OrderState::Paying,
            State::Paid(_) if order.refunds.is_empty() => OrderState::Paid,
            State::Paid(_) => OrderState::Refunded,
            State::Closed => OrderState::Closed,
            State::Revoked { .. } => OrderState::Revoked,
            State::Failed => OrderState::Failed,
        },
        payment: order.payment().map(|payment| payment_told(payment, clock)),
        refunded: amount(order.given_back()),
        attach: order.terms.attach.clone(),
        device: order.terms.device.clone(),
    }
}

/// What a notice of the payment says: how things stood when it was paid.
pub(crate) fn paid_told(order: &Order, clock: Clock) -> OrderTold {
    OrderTold { state: OrderState::Paid, refunded: Amount::ZERO, ..order_told(order, clock) }
}

/// What a reverse did.
pub(crate) fn reversed(order: &Order, undone: Undone) -> told::Reversed {
    let transaction_id = order.payment().map(|payment| payment.transaction.as_str().to_owned());
    told::Reversed { order_no: order.number.as_str().to_owned(), transaction_id, undone }
}

/// The refunds of an order, eldest first.
pub(crate) fn refunds(order: &Order, clock: Clock, now: SimTime) -> impl Iterator<Item = RefundTold> {
    let so_far = order.refunds.iter().scan(Fen::ZERO, |so_far, refund| {
        *so_far += refund.amount;
        Some(*so_far)
    });
    order.refunds.iter().zip(so_far).map(move |(refund, so_far)| {
        let told = one_refund(order, refund, clock, now);
        RefundTold { refunded_so_far: amount(so_far), ..told }
    })
}

/// The refund of this number of the book.
pub(crate) fn refund_told(order: &Order, serial: u32, clock: Clock, now: SimTime) -> Option<RefundTold> {
    let place = order.refunds.iter().position(|refund| refund.serial == serial)?;
    refunds(order, clock, now).nth(place)
}

/// The youngest refund of an order.
pub(crate) fn youngest_refund(
    order: &Order,
    clock: Clock,
    now: SimTime,
    moved_now: bool,
) -> Option<RefundTold> {
    let told = refunds(order, clock, now).last()?;
    Some(RefundTold { moved_now, ..told })
}

fn one_refund(order: &Order, refund: &Refund, clock: Clock, now: SimTime) -> RefundTold {
    let done = refund.done_at <= now;
    let payment = order.payment();
    RefundTold {
        order_no: order.number.as_str().to_owned(),
        transaction_id: payment.map(|payment| payment.transaction.as_str().to_owned()).unwrap_or_default(),
        refund_no: refund.number.clone(),
        refund_id: refund.id.as_str().to_owned(),
        amount: amount(refund.amount),
        total: amount(order.terms.amount),
        refunded_so_far: amount(order.refunded()),
        state: if done { RefundState::Done } else { RefundState::Processing },
        asked_at: clock.wall(refund.at),
        done_at: done.then(|| clock.wall(refund.done_at)),
        buyer_id: payment.map(|payment| payment.payer.as_str().to_owned()).unwrap_or_default(),
        moved_now: false,
        reason: refund.reason.clone(),
    }
}

fn payment_told(payment: &Payment, clock: Clock) -> told::Payment {
    told::Payment {
        transaction_id: payment.transaction.as_str().to_owned(),
        buyer_id: payment.payer.as_str().to_owned(),
        paid_at: clock.wall(payment.at),
    }
}

pub(super) const fn kind(way: Way) -> OrderKind {
    match way {
        Way::Scanned => OrderKind::PaymentCode,
        Way::Shown => OrderKind::ShownCode,
        Way::Hold => OrderKind::Hold,
    }
}

pub(super) fn amount(fen: Fen) -> Amount {
    Amount::from_fen(fen.unsigned()).unwrap_or(Amount::MAX)
}
