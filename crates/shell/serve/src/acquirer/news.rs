//! What is told to whoever serves an acquirer: one thing at a time, for people as a line and for programs as an object.
//!
//! Moments are nanoseconds since the ledger began (`at_ns`). Events carry no card number. *Not here:* what goes where;
//! whoever listens decides.

use crate::acquirer::store::Recovered;
use acquirer::Event;
use serde_json::{Value, json};
use sim::{Key, SimTime};
use std::path::PathBuf;

/// One thing that happened.
#[derive(Clone, Debug)]
pub struct News {
    /// When.
    pub at: SimTime,
    /// What.
    pub what: What,
}

/// What can happen.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum What {
    /// A port is open; software may use it.
    Listens {
        /// `iso8583`, `http` or `metrics`.
        kind: &'static str,
        /// The real address.
        place: String,
    },
    /// The ledger was read.
    Recovered(Recovered),
    /// What clients need to know is written here.
    ClientFolder(PathBuf),
    /// Something happened at the acquirer.
    Happened(Event),
    /// A peer sent something that is no request, or went away in the middle of one.
    Malformed {
        /// `iso8583` or `http`.
        door: &'static str,
        /// From where.
        peer: String,
        /// What is wrong.
        why: String,
    },
    /// A connection was turned away.
    TurnedAway {
        /// `iso8583` or `http`.
        door: &'static str,
        /// From where.
        peer: String,
        /// Why.
        why: String,
    },
    /// Somebody should look after this.
    Trouble(String),
    /// It takes nothing new, and finishes what it has.
    Stops,
}

impl News {
    /// One object for programs.
    #[must_use]
    pub fn json(&self) -> Value {
        let mut object = json!({ "at_ns": self.at.as_nanos() });
        if let (Value::Object(more), Some(fields)) = (self.what.json(), object.as_object_mut()) {
            fields.extend(more);
        }
        object
    }
}

impl What {
    /// One line for people, without the moment.
    #[must_use]
    pub fn line(&self) -> String {
        match self {
            Self::Listens { kind, place } => format!("listens at {kind} {place}"),
            Self::Recovered(Recovered { groups, changes, took, .. }) => {
                format!("ledger: {groups} requests with {changes} changes applied in {} ms", took.as_millis())
            }
            Self::ClientFolder(folder) => format!("what clients need is in {}", folder.display()),
            Self::Happened(event) => event.to_string(),
            Self::Malformed { door, peer, why } => format!("{door} {peer}: {why}"),
            Self::TurnedAway { door, peer, why } => format!("{door} {peer} was turned away: {why}"),
            Self::Trouble(what) => what.clone(),
            Self::Stops => "takes nothing new, and finishes what it has".to_owned(),
        }
    }

    fn json(&self) -> Value {
        match self {
            Self::Listens { kind, place } => json!({ "news": "listens", "kind": kind, "place": place }),
            Self::Recovered(Recovered { groups, changes, last, took }) => json!({
                "news": "recovered", "groups": groups, "changes": changes,
                "last_ns": last.as_nanos(), "took_us": took.as_micros() as u64,
            }),
            Self::ClientFolder(folder) => json!({ "news": "client-folder", "folder": folder }),
            Self::Happened(event) => happened(event),
            Self::Malformed { door, peer, why } => {
                json!({ "news": "malformed", "door": door, "peer": peer, "why": why })
            }
            Self::TurnedAway { door, peer, why } => {
                json!({ "news": "turned-away", "door": door, "peer": peer, "why": why })
            }
            Self::Trouble(what) => json!({ "news": "trouble", "text": what }),
            Self::Stops => json!({ "news": "stops" }),
        }
    }
}

/// An event as its variant is called, with its fields and a line for people.
fn happened(event: &Event) -> Value {
    let text = event.to_string();
    let keyed = |news: &str, kind: String, key: Key, code: Option<&str>| {
        let mut object = json!({ "news": news, "kind": kind, "key": key.to_string() });
        if let (Some(code), Some(fields)) = (code, object.as_object_mut()) {
            fields.insert("code".to_owned(), json!(code));
        }
        object
    };
    let mut object = match event {
        Event::Received { kind, key } => keyed("received", kind.to_string(), *key, None),
        Event::Declined { kind, key, code } => keyed("declined", kind.to_string(), *key, Some(code.as_str())),
        Event::Answered { kind, key, code } => keyed("answered", kind.to_string(), *key, Some(code.as_str())),
        Event::Committed { key, movement, amount, .. } => json!({
            "news": "committed", "movement": movement.to_string(), "key": key.to_string(), "amount_fen": amount.0,
        }),
        Event::PaymentRefused { order, .. } => json!({ "news": "payment-refused", "order": order.as_str() }),
        Event::Faulted { kind, key, hit } => json!({
            "news": "faulted", "kind": kind.to_string(), "key": key.to_string(),
            "fault": hit.fault.0, "does": hit.deed,
        }),
        Event::Notified { order, what, attempt, fault } => json!({
            "news": "notified", "order": order.as_str(), "about": what.to_string(), "attempt": attempt,
            "spoiled": fault.map(|fault| fault.to_string()),
        }),
        Event::NotTaken { order, what, attempt, why } => json!({
            "news": "not-taken", "order": order.as_str(), "about": what.to_string(), "attempt": attempt,
            "why": why.as_str(),
        }),
        Event::Settled { terminal, batch, theirs, ours } => json!({
            "news": "settled", "terminal": terminal.0, "batch": batch, "equal": theirs == ours,
        }),
        Event::Compared { terminal, batch, .. } => json!({
            "news": "compared", "terminal": terminal.0, "batch": batch,
        }),
        Event::Acknowledged { order } => json!({ "news": "acknowledged", "order": order.as_str() }),
        Event::NotificationsExhausted { order } => {
            json!({ "news": "notifications-exhausted", "order": order.as_str() })
        }
        Event::Malformed { .. } => json!({ "news": "malformed" }),
    };
    if let Some(fields) = object.as_object_mut() {
        fields.insert("text".to_owned(), json!(text));
    }
    object
}
