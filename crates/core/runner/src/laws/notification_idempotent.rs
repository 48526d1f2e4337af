//! notification-idempotent: forged, foreign or repeated notifications change nothing; a lost one is found by asking.
//!
//! Money that is frozen by an order counts as paid here. A terminal that books an order as paid while nobody has paid it was taken in; one that books it twice counted a
//! repetition; one that never learned of a payment, and did not ask after it was made, waited for what was lost.

use super::Report;
use crate::evidence::Evidence;
use crate::fact::Fact;
use acquirer::Movement;
use sim::{Fen, Key, SimTime};
use std::collections::BTreeMap;
use terminal::{Amiss, ChargeResult, Event, Kind, Noted, Request};

/// What has happened to one order.
#[derive(Default)]
struct Order {
    paid_at: Option<SimTime>,
    known: bool,
    booked: bool,
    asked: bool,
}

pub(super) fn check(evidence: &Evidence<'_>, report: &mut Report<'_>) {
    let mut orders: BTreeMap<Key, Order> = BTreeMap::new();
    for (at, _, fact) in evidence.run.trace.events() {
        if let Fact::Terminal(Event::Amiss(amiss)) = fact {
            forget_what_is_lost(&mut orders, *amiss);
        }
        let Some(key) = order_of(fact).filter(|key| is_order(evidence, *key)) else { continue };
        let order = orders.entry(key).or_default();
        match fact {
            Fact::Acquirer(_) => order.paid_at = Some(at),
            Fact::Terminal(Event::Learned { result: ChargeResult::Approved, .. }) => {
                order.known = true;
                if order.paid_at.is_none() {
                    report(at, format!("{key} is taken for paid, and nobody has paid it"));
                }
            }
            Fact::Terminal(Event::Durable { .. }) if order.booked => {
                report(at, format!("{key} is booked for the second time"));
            }
            Fact::Terminal(Event::Durable { .. }) => order.booked = true,
            Fact::Terminal(Event::Asked { .. }) => order.asked |= order.paid_at.is_some(),
            _ => {}
        }
    }
    // Before the world has come to rest, the next delivery may still come.
    let orders = orders.into_iter().filter(|_| evidence.run.settled);
    for (key, order) in orders {
        if let Some(at) = order.paid_at.filter(|_| !order.known && !order.asked)
            && evidence.charge_of(key).is_some_and(|charge| charge.net() + charge.held != Fen::ZERO)
            && is_notified(evidence, key)
        {
            report(at, format!("{key} was paid, no notification of it counted, and nobody asked"));
        }
    }
}

/// What is no longer in the journal was not booked there.
fn forget_what_is_lost(orders: &mut BTreeMap<Key, Order>, amiss: Amiss) {
    match amiss {
        Amiss::Lost { key, noted: Noted::Approved } | Amiss::Taken { key, noted: Noted::Approved } => {
            if let Some(order) = orders.get_mut(&key) {
                order.booked = false;
            }
        }
        Amiss::Formatted => orders.values_mut().for_each(|order| order.booked = false),
        Amiss::Lost { .. }
        | Amiss::Taken { .. }
        | Amiss::Mended { .. }
        | Amiss::Restored { .. }
        | Amiss::LeftOut { .. }
        | Amiss::Torn => {}
    }
}

/// Whether this is the number of an order, and not that of a refund.
fn is_order(evidence: &Evidence<'_>, key: Key) -> bool {
    !matches!(kind_of(evidence, key), Some(Kind::OrderRefund | Kind::WalletHoldVoid))
}

/// Nobody is notified of a payment by payment code.
fn is_notified(evidence: &Evidence<'_>, key: Key) -> bool {
    kind_of(evidence, key) != Some(Kind::Scan)
}

fn kind_of(evidence: &Evidence<'_>, key: Key) -> Option<Kind> {
    Some(evidence.charge_of(key)?.begun?.kind)
}

/// The order that a fact moves, settles, books or asks after.
const fn order_of(fact: &Fact) -> Option<Key> {
    let key = match fact {
        Fact::Acquirer(acquirer::Event::Committed {
            key,
            movement: Movement::Captured | Movement::Held,
            ..
        })
        | Fact::Terminal(
            Event::Learned { key, .. }
            | Event::Durable { key, noted: Noted::Approved }
            | Event::Asked { request: Request::Query, key },
        ) => *key,
        _ => return None,
    };
    if matches!(key, Key::Order(_)) { Some(key) } else { None }
}
