//! unknown-is-asked: an unknown result is queried or reversed, never charged again under a new number.

use super::Report;
use crate::evidence::Evidence;
use sim::{Key, SimTime};
use std::collections::BTreeMap;
use terminal::{Event, Intent, Request};

pub(super) fn check(evidence: &Evidence<'_>, report: &mut Report<'_>) {
    let mut wish_of: BTreeMap<Key, Intent> = BTreeMap::new();
    let mut unknown: BTreeMap<Key, (SimTime, bool)> = BTreeMap::new();
    for (at, event) in evidence.terminal() {
        match event {
            Event::Began { intent, key, .. } => {
                let older = unknown.keys().find(|older| wish_of.get(older) == Some(intent));
                if let Some(older) = older {
                    report(at, format!("{intent} is charged again as {key} while {older} is unknown"));
                }
                wish_of.insert(*key, *intent);
            }
            Event::GaveUp { key } => {
                unknown.insert(*key, (at, false));
            }
            Event::Asked { request: Request::Query | Request::Reversal | Request::Close, key } => {
                if let Some((_, asked)) = unknown.get_mut(key) {
                    *asked = true;
                }
            }
            Event::Learned { key, .. } => {
                unknown.remove(key);
            }
            _ => {}
        }
    }
    for (key, (at, asked)) in unknown {
        if !asked {
            report(at, format!("the result of {key} was unknown, and nobody asked"));
        }
    }
}
