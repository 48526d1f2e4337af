//! hold-ends-once: a pre-authorisation is completed, voided or expired, exactly once, and within its limits.
//!
//! A hold that stands at rest has days left and breaks nothing. One that stands again because what had ended it was
//! undone may end once more. A completion takes at most 115 % of the hold.

use super::Report;
use crate::evidence::Evidence;
use crate::fact::Fact;
use acquirer::{Event, Movement};
use sim::{Fen, Key};
use std::collections::BTreeMap;

/// The most that a completion takes, in hundredths of the hold.
const COMPLETION_PERCENT: i64 = 115;

pub(super) fn check(evidence: &Evidence<'_>, report: &mut Report<'_>) {
    let mut held: BTreeMap<Key, Fen> = BTreeMap::new();
    for (at, _, fact) in evidence.run.trace.events() {
        let Fact::Acquirer(Event::Committed { key, movement, amount, .. }) = fact else { continue };
        let wrong = match movement {
            Movement::Held => held.insert(*key, *amount).map(|before| format!("{before} are held already")),
            Movement::Released => ends(held.remove(key), |hold| *amount == hold),
            Movement::Completed => {
                ends(held.remove(key), |hold| amount.0 <= hold.0 * COMPLETION_PERCENT / 100)
            }
            _ => None,
        };
        if let Some(why) = wrong {
            report(at, format!("{key} is {movement}, {amount}, and {why}"));
        }
    }
}

/// What is wrong with the end of a hold.
fn ends(hold: Option<Fen>, within: impl FnOnce(Fen) -> bool) -> Option<String> {
    match hold {
        None => Some("nothing is held any more".to_owned()),
        Some(hold) => (!within(hold)).then(|| format!("{hold} were held")),
    }
}
