//! unknown-is-asked: an unknown result is queried or reversed, never charged again under a new number.
//!
//! A result is unknown from the moment when the request left until an authentic answer says what became of it, or
//! the acquirer turned out not to be there. A firmware may not end such a charge without having asked. An order whose code
//! the display has never shown is unknown until it is ended, once it was asked about or closed: nobody can pay it any more.

use super::Report;
use crate::evidence::Evidence;
use sim::{Key, SimTime};
use std::collections::BTreeMap;
use terminal::{Event, Intent, Kind, Noted, Request};

/// One charge whose request has left.
#[derive(Clone, Copy)]
struct Open {
    intent: Option<Intent>,
    /// Since when the firmware treats it as over or hopeless.
    left_at: Option<SimTime>,
    asked: bool,
    /// Whether that was more than telling it again.
    asked_about: bool,
    /// Whether it is an order that is paid by a code on the display, and that code has not been there.
    unseen: bool,
}

pub(super) fn check(evidence: &Evidence<'_>, report: &mut Report<'_>) {
    let mut wish_of: BTreeMap<Key, Intent> = BTreeMap::new();
    let mut open: BTreeMap<Key, Open> = BTreeMap::new();
    for (at, event) in evidence.terminal() {
        match event {
            Event::Began { intent, key, .. } => {
                let older = open.iter().find(|(_, older)| older.intent == Some(*intent));
                if let Some((older, _)) = older {
                    report(at, format!("{intent} is charged again as {key} while {older} is unknown"));
                }
                wish_of.insert(*key, *intent);
            }
            // What is told again under its own number is asked after.
            Event::Asked { request: Request::Charge(_), key } if open.contains_key(key) => {
                open.entry(*key).and_modify(|charge| charge.asked = true);
            }
            Event::Asked { request: Request::Charge(kind), key } => {
                let intent = wish_of.get(key).copied();
                let unseen = matches!(kind, Kind::Order | Kind::WalletHold);
                open.insert(*key, Open { intent, left_at: None, asked: false, asked_about: false, unseen });
            }
            Event::CodeShown { order } => {
                open.entry(Key::Order(*order)).and_modify(|charge| charge.unseen = false);
            }
            Event::Durable { key, noted: Noted::Ended }
                if open.get(key).is_some_and(|charge| charge.unseen && charge.asked_about) =>
            {
                open.remove(key);
            }
            Event::Asked { request, key } if !matches!(request, Request::Charge(_)) => {
                if let Some(charge) = open.get_mut(key) {
                    charge.asked = true;
                    charge.asked_about = true;
                }
            }
            Event::GaveUp { key } | Event::Durable { key, noted: Noted::Ended } => {
                if let Some(charge) = open.get_mut(key) {
                    charge.left_at.get_or_insert(at);
                }
            }
            Event::Learned { key, .. } | Event::Unreached { key } => {
                open.remove(key);
            }
            _ => {}
        }
    }
    for (key, charge) in open {
        if let Some(at) = charge.left_at.filter(|_| !charge.asked) {
            report(at, format!("the result of {key} was unknown, and nobody asked"));
        }
    }
}
