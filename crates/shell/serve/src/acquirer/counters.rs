//! What is counted, and its text for Prometheus.
//!
//! Counters only grow while the process lives; the ledger's figures are those of the file. Text format 0.0.4.
//! *Not modelled:* times of exchanges; what a client waits for, it measures best itself.

use acquirer::{Code, Event, Kind, Movement};
use core::cell::{Cell, RefCell};
use core::fmt::{Display, Write};
use std::collections::BTreeMap;

/// A number that one thread changes.
#[derive(Debug, Default)]
pub(crate) struct Count(Cell<u64>);

impl Count {
    pub(crate) fn up(&self) {
        self.0.set(self.0.get() + 1);
    }

    pub(crate) fn add(&self, count: u64) {
        self.0.set(self.0.get().saturating_add(count));
    }

    pub(crate) fn take_off(&self, count: u64) {
        self.0.set(self.0.get().saturating_sub(count));
    }

    pub(crate) const fn get(&self) -> u64 {
        self.0.get()
    }
}

/// Of one door.
#[derive(Debug, Default)]
pub(crate) struct DoorCounts {
    pub(crate) open: Count,
    pub(crate) opened: Count,
    pub(crate) refused: Count,
    pub(crate) malformed: Count,
    /// Peers that went away, or were too slow, in the middle of a request.
    pub(crate) broken_off: Count,
}

/// Of everything.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) card: DoorCounts,
    pub(crate) http: DoorCounts,
    pub(crate) metrics: DoorCounts,
    /// Requests that are read and neither answered nor lost yet, of both doors.
    pub(crate) in_flight: Count,
    /// Answers whose client was gone.
    pub(crate) undelivered: Count,
    pub(crate) notices_sent: Count,
    pub(crate) notices_answered: Count,
    pub(crate) notices_unanswered: Count,
    pub(crate) notices_refused: Count,
    answers: RefCell<BTreeMap<(Kind, Code), u64>>,
    requests: RefCell<BTreeMap<Kind, u64>>,
    declines: RefCell<BTreeMap<(Kind, Code), u64>>,
    movements: RefCell<BTreeMap<Movement, u64>>,
}

impl Counters {
    /// Counts what happened at the acquirer.
    pub(crate) fn note(&self, event: &Event) {
        match event {
            Event::Received { kind, .. } => one_more(&self.requests, *kind),
            Event::Answered { kind, code, .. } => one_more(&self.answers, (*kind, *code)),
            Event::Declined { kind, code, .. } => one_more(&self.declines, (*kind, *code)),
            Event::Committed { movement, .. } => one_more(&self.movements, *movement),
            _ => {}
        }
    }

    /// Appends all of them in the text format.
    pub(crate) fn write_to(&self, out: &mut String) {
        let by_kind = |((kind, code), count): (&(Kind, Code), &u64)| {
            (format!("kind=\"{kind}\",code=\"{}\"", code.as_str()), *count)
        };
        let requests = self.requests.borrow();
        let requests = requests.iter().map(|(kind, count)| (format!("kind=\"{kind}\""), *count));
        family(out, "requests_total", "counter", "Requests that were read.", requests);
        let answers = self.answers.borrow();
        family(out, "answers_total", "counter", "Answers that were decided.", answers.iter().map(by_kind));
        let declines = self.declines.borrow();
        family(out, "declines_total", "counter", "Requests that were refused.", declines.iter().map(by_kind));
        let movements = self.movements.borrow();
        let movements =
            movements.iter().map(|(movement, count)| (format!("movement=\"{movement}\""), *count));
        family(out, "movements_total", "counter", "Payments whose state has changed.", movements);
        single(out, "in_flight", "gauge", "Requests that are not answered yet.", self.in_flight.get());
        single(out, "undelivered_total", "counter", "Answers whose client was gone.", self.undelivered.get());
        let doors = [("iso8583", &self.card), ("http", &self.http), ("metrics", &self.metrics)];
        let of = |count: fn(&DoorCounts) -> &Count| {
            doors.map(|(name, door)| (format!("door=\"{name}\""), count(door).get())).into_iter()
        };
        family(out, "connections", "gauge", "Connections that are open.", of(|door| &door.open));
        family(out, "connections_total", "counter", "Connections that were taken.", of(|door| &door.opened));
        family(
            out,
            "refused_total",
            "counter",
            "Connections that were turned away.",
            of(|door| &door.refused),
        );
        family(out, "malformed_total", "counter", "Bytes that are no request.", of(|door| &door.malformed));
        family(out, "broken_off_total", "counter", "Requests that never ended.", of(|door| &door.broken_off));
        let notices = [
            ("sent", &self.notices_sent),
            ("answered", &self.notices_answered),
            ("unanswered", &self.notices_unanswered),
            ("refused", &self.notices_refused),
        ];
        let notices = notices.into_iter().map(|(name, count)| (format!("outcome=\"{name}\""), count.get()));
        family(out, "notices_total", "counter", "Notifications, sent and by what came of them.", notices);
    }
}

/// Allocates for what it has not seen yet.
fn one_more<K: Ord>(counts: &RefCell<BTreeMap<K, u64>>, key: K) {
    *counts.borrow_mut().entry(key).or_default() += 1;
}

/// Appends one number.
pub(crate) fn single(out: &mut String, name: &str, kind: &str, help: &str, value: impl Display) {
    // Writing to memory does not fail, here and below.
    let _ = writeln!(
        out,
        "# HELP tillrig_acquirer_{name} {help}\n# TYPE tillrig_acquirer_{name} {kind}\ntillrig_acquirer_{name} {value}"
    );
}

fn family(
    out: &mut String,
    name: &str,
    kind: &str,
    help: &str,
    samples: impl Iterator<Item = (String, u64)>,
) {
    let _ = writeln!(out, "# HELP tillrig_acquirer_{name} {help}\n# TYPE tillrig_acquirer_{name} {kind}");
    for (labels, value) in samples {
        let _ = writeln!(out, "tillrig_acquirer_{name}{{{labels}}} {value}");
    }
}
