//! What happens to orders by itself: payments land, and what nobody paid runs out.
//!
//! Sources: WeChat Pay, "Query" (unpaid after 45 s is revoked), "Reverse"; Alipay, time-outs. A payment that lands on an
//! order that was revoked while the bank was at it is captured and given back at once; one on which the payer agreed too
//! late, or of a closed order, is refused. *Not modelled:* banks that fail, or take days.

use super::desk::Pen;
use super::{Brand, Order, OrderChange, OrderFact, OrderRules, Orders, State, UnderWay, Way};
use crate::books::Change;
use crate::event::PaymentRefusal;
use sim::{Fen, OrderNo, Reason, SimTime};

/// What has happened by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Happened {
    /// An order was paid, or its money frozen.
    Paid(OrderNo, Way, Fen),
    /// An order was paid in vain: the money went back at once.
    PaidInVain(OrderNo, Way, Fen),
    /// A payment landed on an order that cannot be paid.
    Refused(OrderNo, PaymentRefusal),
    /// An order ran out.
    Ended(OrderNo, Fen),
}

impl Orders {
    /// What happens next by itself, and when.
    #[must_use]
    pub fn next_due(&self) -> Option<(SimTime, Reason)> {
        let lands = self.under_way.first_key_value().map(|((at, _), _)| (*at, Reason("payer confirms")));
        let ends = self.expiring.first().map(|(at, _)| (*at, Reason("order runs out")));
        lands.into_iter().chain(ends).min_by_key(|(at, _)| *at)
    }

    /// Whether a payer's agreement could be taken now.
    pub(crate) fn payable(&self, number: OrderNo) -> Result<&Order, PaymentRefusal> {
        let order = self.order(number).ok_or(PaymentRefusal::UnknownOrder)?;
        match order.state {
            State::Open | State::Paying | State::Failed => Ok(order),
            State::Paid(_) => Err(PaymentRefusal::AlreadyPaid),
            State::Closed | State::Revoked { .. } => Err(PaymentRefusal::Closed),
        }
    }
}

/// Decides the first of what is due, if anything is. The changes must be made before asking again.
pub(crate) fn settle_due(pen: &mut Pen<'_>, rules: impl Fn(Brand) -> OrderRules) -> Option<Happened> {
    let (orders, now) = (pen.books.orders(), pen.now);
    let lands = orders.under_way.first_key_value().filter(|((at, _), _)| *at <= now);
    let ends = orders.expiring.first().filter(|(at, _)| *at <= now);
    match (lands, ends) {
        // A payment that lands in the very moment in which its order runs out has come in time.
        (Some((place, payment)), ends) if ends.is_none_or(|(at, _)| place.0 <= *at) => {
            Some(land(pen, *place, *payment))
        }
        (_, Some((_, order))) => {
            let order = orders.order(*order)?;
            Some(run_out(pen, order.clone(), &rules))
        }
        _ => None,
    }
}

fn land(pen: &mut Pen<'_>, (lands, number): (SimTime, u64), payment: UnderWay) -> Happened {
    let UnderWay { order, agreed_at, payer } = payment;
    let fact = OrderFact::Landed { number, lands };
    pen.changes.push(Change::Order(OrderChange::To { order, fact }));
    let known = pen.books.orders().order(order);
    let was_at_bank = |at: SimTime| agreed_at <= at;
    match known {
        None => Happened::Refused(order, PaymentRefusal::UnknownOrder),
        Some(known) => match known.state {
            State::Revoked { at, paid: None, .. } if was_at_bank(at) => {
                let mut known = known.clone();
                pen.capture_in_vain(&mut known, payer);
                Happened::PaidInVain(order, known.terms.way, known.terms.amount)
            }
            State::Paid(_) | State::Revoked { .. } | State::Closed => {
                let why = pen.books.orders().payable(order).err();
                Happened::Refused(order, why.unwrap_or(PaymentRefusal::Closed))
            }
            State::Open | State::Paying | State::Failed => {
                let mut known = known.clone();
                pen.capture(&mut known, payer);
                Happened::Paid(order, known.terms.way, known.terms.amount)
            }
        },
    }
}

fn run_out(pen: &mut Pen<'_>, mut order: Order, rules: impl Fn(Brand) -> OrderRules) -> Happened {
    let rules = rules(Brand::of(order.terms.dialect));
    if rules.scanned_expire_revokes && order.terms.way == Way::Scanned {
        pen.revoke(&mut order, Fen::ZERO);
    } else {
        pen.write(&mut order, OrderFact::Closed);
    }
    Happened::Ended(order.number, order.terms.amount)
}
