//! receipt-follows-money: an approved receipt only for captured money; a missing receipt never moves money.
//!
//! What is printed is over what was asked for. A line that garbles print data does not break this: what left the firmware
//! counts.

use super::Report;
use crate::evidence::Evidence;
use crate::fact::Fact;
use acquirer::Movement;
use scenario::Fate;
use sim::Key;
use std::collections::BTreeSet;
use terminal::Noted;

pub(super) fn check(evidence: &Evidence<'_>, report: &mut Report<'_>) {
    for slip in &evidence.slips {
        let handed_out = matches!(slip.fate, Fate::Taken | Fate::Left);
        if let Some(key) = slip.key
            && slip.approved
            && handed_out
            && !evidence.charge_of(key).is_some_and(|charge| charge.stands)
        {
            report(slip.at, format!("a slip says that {key} is approved, and nothing is captured"));
        }
    }
    let mut approved: BTreeSet<Key> = BTreeSet::new();
    for (at, _, fact) in evidence.run.trace.events() {
        match fact {
            Fact::Terminal(terminal::Event::Durable { key, noted: Noted::Approved }) => {
                approved.insert(*key);
            }
            Fact::Terminal(terminal::Event::Printing { key, amount, .. }) => {
                let begun = evidence.charge_of(*key).and_then(|charge| charge.begun);
                if let Some(begun) = begun.filter(|begun| begun.amount != *amount) {
                    report(
                        at,
                        format!("a slip over {amount} is printed for {key}, which is over {}", begun.amount),
                    );
                }
            }
            Fact::Acquirer(acquirer::Event::Committed {
                movement: Movement::Reversed,
                amount,
                by: Some(key),
                ..
            }) if approved.contains(key) => {
                report(at, format!("{amount} of {key} were approved, and then reversed without a void"));
            }
            _ => {}
        }
    }
}
