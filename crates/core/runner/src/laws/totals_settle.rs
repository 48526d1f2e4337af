//! totals-settle: at settlement, the terminal's totals equal the ledger's, or the mismatch is reported and the detail
//! uploaded.
//!
//! The ledger's totals of a batch are what its terminal's payments moved since the batch before was settled. Totals on
//! which terminal and host agree must be these, in the digits that field 48 has room for; a host that says others must
//! get the details, or corrected totals. *Not modelled:* refunds at another terminal than the payment's; they are
//! counted at the payment's.

use super::Report;
use crate::evidence::{Evidence, Settlement};
use crate::fact::Fact;
use acquirer::{BatchTotals, Event, HalfTotals, Movement};
use sim::{Fen, Key, SimTime, TerminalNo};

pub(super) fn check(evidence: &Evidence<'_>, report: &mut Report<'_>) {
    let settlements = &evidence.settlements;
    for (index, settlement) in settlements.iter().enumerate() {
        let Settlement { at, terminal, batch, theirs, ours, uploaded } = *settlement;
        let is_same = |other: &Settlement| other.terminal == terminal && other.batch == batch;
        if settlements[index + 1..].iter().any(is_same) {
            // The terminal has said something else since.
            continue;
        }
        let before = |other: &&Settlement| other.terminal == terminal && other.batch != batch;
        let since = settlements[..index].iter().rfind(before).map_or(SimTime::ZERO, |other| other.at);
        let ledger = as_said(ledger_totals(evidence, terminal, since, at));
        if theirs != ours && !uploaded {
            let says = format!("the terminal says {theirs}, the host {ours}");
            report(at, format!("batch {batch:06} differs and no detail was uploaded: {says}"));
        } else if theirs == ours && as_said(both_halves(ours)) != ledger {
            let has = BatchTotals { domestic: ledger, ..BatchTotals::default() };
            report(at, format!("batch {batch:06} is settled by {ours}, and the ledger has {has}"));
        }
    }
}

/// What the payments of a terminal moved between two moments.
fn ledger_totals(evidence: &Evidence<'_>, of: TerminalNo, from: SimTime, to: SimTime) -> HalfTotals {
    let mut totals = HalfTotals::default();
    for (at, _, fact) in evidence.run.trace.events() {
        let Fact::Acquirer(Event::Committed { key: Key::Card { terminal, .. }, movement, amount, .. }) = fact
        else {
            continue;
        };
        if *terminal == of && from < at && at <= to {
            count(&mut totals, *movement, *amount);
        }
    }
    totals
}

fn count(totals: &mut HalfTotals, movement: Movement, amount: Fen) {
    match movement {
        Movement::Captured | Movement::Completed => {
            totals.debit += amount;
            totals.debit_count += 1;
        }
        // A reversed message was never there.
        Movement::Reversed => {
            totals.debit -= amount;
            totals.debit_count = totals.debit_count.saturating_sub(1);
        }
        Movement::Voided | Movement::Refunded => {
            totals.credit += amount;
            totals.credit_count += 1;
        }
        Movement::Restored => {
            totals.credit -= amount;
            totals.credit_count = totals.credit_count.saturating_sub(1);
        }
        Movement::Held | Movement::Released | Movement::Closed | Movement::Ordered => {}
    }
}

/// Cards of the own country and from abroad.
fn both_halves(BatchTotals { domestic, foreign }: BatchTotals) -> HalfTotals {
    HalfTotals {
        debit: domestic.debit + foreign.debit,
        debit_count: domestic.debit_count + foreign.debit_count,
        credit: domestic.credit + foreign.credit,
        credit_count: domestic.credit_count + foreign.credit_count,
    }
}

/// As field 48 can say it: twelve digits of an amount, three of a count.
const fn as_said(HalfTotals { debit, debit_count, credit, credit_count }: HalfTotals) -> HalfTotals {
    const AMOUNTS: i64 = 1_000_000_000_000;
    HalfTotals {
        debit: Fen(debit.0 % AMOUNTS),
        debit_count: debit_count % 1000,
        credit: Fen(credit.0 % AMOUNTS),
        credit_count: credit_count % 1000,
    }
}
