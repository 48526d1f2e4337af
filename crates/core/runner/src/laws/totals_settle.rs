//! totals-settle: at settlement, the terminal's totals equal the ledger's, or the mismatch is reported and the detail
//! uploaded.
//!
//! The ledger's totals of a batch are what its terminal's payments moved since the settlement before. Totals on which
//! terminal and host agree must be these; a host that says others must get the details.

use super::Report;
use crate::evidence::{Evidence, Settlement, Totals};
use crate::fact::Fact;
use acquirer::{Event, Movement};
use sim::{Fen, Key, SimTime, TerminalNo};

pub(super) fn check(evidence: &Evidence<'_>, report: &mut Report<'_>) {
    for (index, settlement) in evidence.settlements.iter().enumerate() {
        let Settlement { at, terminal, batch, theirs, ours, uploaded } = *settlement;
        let mut earlier =
            evidence.settlements[..index].iter().rev().filter(|other| other.terminal == terminal);
        let since = earlier.next().map_or(SimTime::ZERO, |other| other.at);
        let ledger = ledger_totals(evidence, terminal, since, at);
        if theirs != ours && !uploaded {
            let says = format!("the terminal says {theirs:?}, the host {ours:?}");
            report(at, format!("batch {batch:06} differs and no detail was uploaded: {says}"));
        } else if theirs == ours && ours != ledger {
            report(at, format!("batch {batch:06} is settled by {ours:?}, and the ledger has {ledger:?}"));
        }
    }
}

/// What the payments of a terminal moved between two moments.
fn ledger_totals(evidence: &Evidence<'_>, of: TerminalNo, from: SimTime, to: SimTime) -> Totals {
    let mut totals = Totals::default();
    for (at, _, fact) in evidence.run.trace.events() {
        let Fact::Acquirer(Event::Committed { key: Key::Card { terminal, .. }, movement, amount }) = fact
        else {
            continue;
        };
        if *terminal == of && from < at && at <= to {
            totals.count(*movement, *amount);
        }
    }
    totals
}

impl Totals {
    fn count(&mut self, movement: Movement, amount: Fen) {
        match movement {
            Movement::Captured | Movement::Completed => {
                self.debit += amount;
                self.debit_count += 1;
            }
            // A reversed message was never there.
            Movement::Reversed => {
                self.debit -= amount;
                self.debit_count = self.debit_count.saturating_sub(1);
            }
            Movement::Voided | Movement::Refunded => {
                self.credit += amount;
                self.credit_count += 1;
            }
            Movement::Restored => {
                self.credit -= amount;
                self.credit_count = self.credit_count.saturating_sub(1);
            }
            Movement::Held | Movement::Released | Movement::Closed | Movement::Ordered => {}
        }
    }
}
