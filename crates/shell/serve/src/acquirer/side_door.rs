//! The side door, `/_tillrig/` on the HTTP address: what people and oracles see of the acquirer, and do to it.
//!
//! `GET /_tillrig/` lists its calls.
//!
//! JSON both ways. Only for this machine, unless it was said otherwise, and never for a web page: a call that names an
//! `Origin` is refused. What is shown or said of the books is on disk; status and metrics, like the news of the program,
//! are of the moment, and may be ahead of it. *Not modelled:* passwords; streams of events.

use crate::acquirer::counters::single;
use crate::acquirer::hall::Hall;
use crate::acquirer::http_door::Guest;
use crate::acquirer::journal::Ticket;
use crate::acquirer::platform::{HttpAnswer, Page, Platform, View};
use hyper::http::request::Parts;
use hyper::{Method, header};
use serde_json::{Value, json};

const PREFIX: &str = "/_tillrig";
/// So many items are shown when nothing is said.
const COUNT: usize = 1000;
/// So many are shown at most.
const COUNT_MAX: usize = 100_000;

/// Lists that are seen page by page.
const VIEWS: [(&str, View); 6] = [
    ("ledger", View::Ledger),
    ("standings", View::Standings),
    ("orders", View::Orders),
    ("terminals", View::Terminals),
    ("notices", View::Notices),
    ("faults", View::Faults),
];

/// What can be called besides those.
const CALLS: [&str; 5] = [
    "GET /_tillrig/status",
    "GET /_tillrig/metrics",
    "POST /_tillrig/faults",
    "DELETE /_tillrig/faults/ID",
    "POST /_tillrig/orders/NUMBER/pay",
];

fn calls() -> Vec<String> {
    let views = VIEWS.iter().map(|(name, _)| format!("GET {PREFIX}/{name}?from=0&count={COUNT}"));
    views.chain(CALLS.map(str::to_owned)).collect()
}

/// Whether a call is for it.
pub(crate) fn is_meant(head: &Parts) -> bool {
    let rest = head.uri.path().strip_prefix(PREFIX);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The answer, and what has to be on disk before it leaves.
pub(crate) fn serve<P: Platform>(guest: &Guest<P>, head: &Parts, body: &[u8]) -> (HttpAnswer, Ticket) {
    let hall = &guest.visit.hall;
    let path = head.uri.path();
    if guest.metrics_only {
        return match path {
            "/metrics" if head.method == Method::GET => metrics(hall),
            _ => wrong(404, "only /metrics is served here"),
        };
    }
    let local = guest.visit.peer.ip().to_canonical().is_loopback();
    if !local && !hall.settings.side_door_anywhere {
        return wrong(403, "the side door is for this machine; serve with --side-door-anywhere to open it");
    }
    if head.headers.contains_key(header::ORIGIN) {
        return wrong(403, "the side door is not for web pages");
    }
    let words: Vec<&str> = path.strip_prefix(PREFIX).unwrap_or_default().split('/').skip(1).collect();
    match (head.method.clone(), words.as_slice()) {
        (Method::GET, [] | [""]) => right(json!({ "calls": calls() })),
        (Method::GET, ["status"]) => status(hall),
        (Method::GET, ["metrics"]) => metrics(hall),
        (Method::GET, [name]) => view(hall, name, head.uri.query().unwrap_or_default()),
        (Method::POST, ["faults"]) => match serde_json::from_slice::<Value>(body) {
            Ok(fault) => poke(hall, &json!({ "arm": fault })),
            Err(error) => wrong(400, &format!("the body is no JSON: {error}")),
        },
        (Method::DELETE, ["faults", id]) => poke(hall, &json!({ "disarm": id })),
        (Method::POST, ["orders", number, "pay"]) => poke(hall, &json!({ "pay": number })),
        _ => wrong(404, "there is no such call; GET /_tillrig/ lists them"),
    }
}

fn view<P: Platform>(hall: &Hall<P>, name: &str, query: &str) -> (HttpAnswer, Ticket) {
    let Some((_, view)) = VIEWS.iter().find(|(known, _)| *known == name) else {
        return wrong(404, "there is no such call; GET /_tillrig/ lists them");
    };
    let number = |name: &str, usual: usize| -> Result<usize, String> {
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let value = pairs.filter(|(key, _)| *key == name).map(|(_, value)| value).next();
        let parsed = value.map(str::parse).transpose();
        parsed
            .map(|value| value.unwrap_or(usual))
            .map_err(|_| format!("`{name}` is a number, for example {usual}"))
    };
    match (number("from", 0), number("count", COUNT)) {
        (Ok(from), Ok(count)) => {
            let page = Page { from, count: count.min(COUNT_MAX) };
            let (value, ticket) = hall.look(|platform| platform.view(*view, page));
            (json_answer(200, &value), ticket)
        }
        (Err(what), _) | (_, Err(what)) => wrong(400, &what),
    }
}

fn poke<P: Platform>(hall: &Hall<P>, what: &Value) -> (HttpAnswer, Ticket) {
    let (done, ticket) = hall.with(|platform, now| platform.poke(now, what));
    match done {
        Ok(value) => (json_answer(200, &value), ticket),
        // Why it cannot be done is a look at the books too: "it is paid" may still be on its way to disk.
        Err(why) => (wrong(400, &why).0, ticket),
    }
}

fn status<P: Platform>(hall: &Hall<P>) -> (HttpAnswer, Ticket) {
    let (made, durable) = hall.journal.groups();
    let counters = &hall.counters;
    right(json!({
        "at_ns": hall.clock.now().as_nanos(),
        "connections": { "iso8583": counters.card.open.get(), "http": counters.http.open.get() },
        "in_flight": counters.in_flight.get(),
        "groups": { "made": made, "durable": durable },
    }))
}

fn metrics<P: Platform>(hall: &Hall<P>) -> (HttpAnswer, Ticket) {
    let mut text = String::new();
    hall.counters.write_to(&mut text);
    if let Some(times) = hall.journal.times() {
        let (made, durable) = hall.journal.groups();
        single(&mut text, "groups_made", "gauge", "Steps that have changed the books, over all runs.", made);
        single(&mut text, "groups_durable", "gauge", "Those of them that are on disk.", durable);
        times.write_to(&mut text);
    }
    let content_type = "text/plain; version=0.0.4; charset=utf-8";
    let answer = HttpAnswer { status: 200, content_type, headers: Vec::new(), body: text.into_bytes() };
    (answer, Ticket::default())
}

fn right(value: Value) -> (HttpAnswer, Ticket) {
    (json_answer(200, &value), Ticket::default())
}

fn wrong(status: u16, why: &str) -> (HttpAnswer, Ticket) {
    (json_answer(status, &json!({ "error": why })), Ticket::default())
}

fn json_answer(status: u16, value: &Value) -> HttpAnswer {
    let body = format!("{value}\n").into_bytes();
    HttpAnswer { status, content_type: "application/json", headers: Vec::new(), body }
}

#[cfg(test)]
mod tests {
    use super::poke;
    use crate::acquirer::credentials::Credentials;
    use crate::acquirer::hall::{Hall, LedgerClock};
    use crate::acquirer::house::tests::house;
    use crate::acquirer::journal::Journal;
    use crate::acquirer::journal::tests::{change, small_disk};
    use crate::acquirer::server::Beginning;
    use crate::acquirer::settings::Settings;
    use acquirer::Speech;
    use serde_json::json;
    use sim::SimTime;

    #[test]
    fn why_a_payment_is_refused_waits_for_what_was_changed_before_it() {
        let keys = Credentials::make().unwrap();
        let house =
            house(&Beginning { credentials: &keys, origin_unix_ns: 0, speech: Speech::UnionPay }).unwrap();
        let journal = Journal::on(small_disk().0, 0).unwrap();
        // Nobody hands it over to the disk.
        journal.append(SimTime::ZERO, &[change(1)]);
        let hall = Hall::new(house, Settings::new(), LedgerClock::from(SimTime::ZERO), journal, |_| Ok(()));
        let (answer, ticket) = poke(&hall, &json!({ "pay": "NOBODYS" }));
        assert_eq!(answer.status, 400);
        assert!(!hall.journal.is_durable(ticket));
    }
}
