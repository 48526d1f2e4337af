//! The books as the side door shows them: JSON, a page at a time. Amounts in fen, card numbers never.
//!
//! *Not modelled:* searching; a list is read from its beginning or from any place in it.

use crate::acquirer::platform::{Page, View};
use acquirer::orders::{Order, State, Way};
use acquirer::{Entry, Platform};
use serde_json::{Value, json};
use sim::SimTime;

pub(crate) fn view(platform: &Platform, view: View, page: Page) -> Value {
    let books = platform.books();
    let ledger = books.ledger();
    match view {
        View::Ledger => page.of(ledger.entries().len(), ledger.entries().iter(), entry),
        View::Standings => {
            let standings = ledger.standings();
            page.of(ledger.payments(), standings, |(key, standing)| {
                json!({
                    "key": key.to_string(), "net_fen": standing.net.0,
                    "held_fen": standing.held.0, "captured_fen": standing.captured.0,
                })
            })
        }
        View::Orders => page.of(books.orders().iter().count(), books.orders().iter(), order),
        View::Terminals => {
            let terminals = books.card().terminals();
            page.of(terminals.len(), terminals.iter().enumerate(), |(number, terminal)| {
                json!({
                    "number": number, "tid": terminal.ids().terminal.as_str(),
                    "mid": terminal.ids().merchant.as_str(), "batch": terminal.batch(),
                    "signed_on": terminal.is_signed_on(), "totals": terminal.totals().to_string(),
                })
            })
        }
        View::Notices => {
            let owed = books.notices();
            page.of(owed.iter().count(), owed.iter(), |(_, owed)| {
                json!({
                    "order": owed.about.order.as_str(), "about": owed.about.what.to_string(),
                    "url": owed.about.url, "attempts": owed.attempts, "due_ns": nanos(owed.due),
                })
            })
        }
        View::Faults => {
            let faults = platform.faults();
            page.of(faults.armed().count(), faults.armed(), |(id, fault)| {
                json!({ "id": id.0, "does": fault.deed.to_string(), "left": left(fault.aim.times) })
            })
        }
    }
}

fn entry(entry: &Entry) -> Value {
    json!({
        "at_ns": nanos(entry.at), "key": entry.key.to_string(), "cause": entry.cause.to_string(),
        "debit": format!("{:?}", entry.debit), "credit": format!("{:?}", entry.credit),
        "amount_fen": entry.amount.0,
    })
}

fn order(order: &Order) -> Value {
    let state = match order.state {
        State::Open => "open",
        State::Paying => "paying",
        State::Paid(_) if order.terms.way == Way::Hold => "held",
        State::Paid(_) => "paid",
        State::Closed => "closed",
        State::Revoked { .. } => "revoked",
        State::Failed => "failed",
    };
    json!({
        "order": order.number.as_str(), "amount_fen": order.terms.amount.0, "state": state,
        "subject": order.terms.subject, "refunded_fen": order.refunded().0,
        "transaction": order.payment().map(|payment| payment.transaction.as_str().to_owned()),
    })
}

/// How often a fault still hits; `null` for one without an end.
fn left(times: u32) -> Option<u32> {
    (times != u32::MAX).then_some(times)
}

const fn nanos(at: SimTime) -> u64 {
    at.as_nanos()
}
