//! reprint-marked: a reprint says that it is one, and changes no total.
//!
//! The second slip of one copy of one charge is a reprint, whoever had it printed. A slip that was cut or torn before it
//! said whose copy it is counts as none; nor does one count that a terminal sent once and a line doubled, or whose mark a
//! line or a head has spoiled: the firmware must have sent that copy without a mark twice. What a reprint may not do is
//! move the ledger: nothing is captured, held or given back once more under the number of a slip that is being printed
//! again. A reversal after it is another law's matter.

use super::Report;
use crate::evidence::Evidence;
use crate::fact::Fact;
use acquirer::Movement;
use sim::Key;
use std::collections::{BTreeMap, BTreeSet};
use terminal::{Copy, Event};

pub(super) fn check(evidence: &Evidence<'_>, report: &mut Report<'_>) {
    let mut sent: BTreeMap<(Key, Copy), u32> = BTreeMap::new();
    for (_, event) in evidence.terminal() {
        if let Event::Printing { key, copy, reprint: false, .. } = event {
            *sent.entry((*key, *copy)).or_default() += 1;
        }
    }
    let mut seen: BTreeSet<(Key, Copy)> = BTreeSet::new();
    for slip in evidence.slips.iter().filter(|slip| slip.is_legible()) {
        let (Some(key), Some(copy)) = (slip.key, slip.copy) else { continue };
        let sent_again = sent.get(&(key, copy)).is_some_and(|times| *times > 1);
        if !seen.insert((key, copy)) && !slip.reprint && sent_again {
            report(slip.at, format!("the {copy} copy of {key} is there again, and does not say so"));
        }
    }
    check_ledger(evidence, report);
}

fn check_ledger(evidence: &Evidence<'_>, report: &mut Report<'_>) {
    let mut printed_again: BTreeSet<Key> = BTreeSet::new();
    for (at, _, fact) in evidence.run.trace.events() {
        match fact {
            Fact::Terminal(Event::Printing { key, reprint: true, .. }) => {
                printed_again.insert(*key);
            }
            Fact::Acquirer(acquirer::Event::Committed { movement, amount, by: Some(by), .. })
                if *movement != Movement::Reversed && printed_again.contains(by) =>
            {
                report(at, format!("{amount} are {movement} by {by} after its slip was printed again"));
            }
            _ => {}
        }
    }
}
