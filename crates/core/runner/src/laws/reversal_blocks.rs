//! reversal-blocks: a pending reversal is never overwritten, and blocks the next online sale until it is sent or
//! surfaced.
//!
//! The reverse of a wallet order is one too. A reversal is pending from its first sending until an answer says what became of the charge. It counts as surfaced
//! when it has been sent three times in vain. What a power cut makes of it is another law's matter.

use super::Report;
use crate::evidence::Evidence;
use sim::{Key, SimTime};
use std::collections::BTreeMap;
use terminal::{Event, Request};

/// Tries after which a reversal may wait while business goes on.
const TRIES: u32 = 3;

#[derive(Default)]
struct Pending {
    tries: u32,
    /// The first charge that was sent after the last try.
    overtaken_by: Option<(SimTime, Key)>,
}

pub(super) fn check(evidence: &Evidence<'_>, report: &mut Report<'_>) {
    let mut pending: BTreeMap<Key, Pending> = BTreeMap::new();
    for (at, event) in evidence.terminal() {
        match event {
            Event::Asked { request: Request::Reversal | Request::Reverse, key } => {
                let pending = pending.entry(*key).or_default();
                pending.tries += 1;
                pending.overtaken_by = None;
            }
            Event::Asked { request: Request::Charge(_), key } => {
                for (older, pending) in pending.iter_mut().filter(|(older, _)| *older != key) {
                    if pending.tries < TRIES {
                        report(at, format!("{key} is sent while the reversal of {older} is unanswered"));
                    }
                    pending.overtaken_by.get_or_insert((at, *key));
                }
            }
            Event::Learned { key, .. } => {
                pending.remove(key);
            }
            Event::PowerLost | Event::Restarted => pending.clear(),
            _ => {}
        }
    }
    for (key, Pending { overtaken_by, .. }) in pending {
        if let Some((at, newer)) = overtaken_by {
            report(
                at,
                format!("the reversal of {key} was pending when {newer} was sent, and was never sent again"),
            );
        }
    }
}
