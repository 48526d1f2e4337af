//! receipt-not-retracted: a receipt of a captured payment is never pulled back as if the payment had failed.
//!
//! A presenter that pulls an uncollected receipt back by itself does not break this law: only a firmware that does
//! so of its own will.

use super::Report;
use crate::evidence::Evidence;
use crate::fact::Fact;
use sim::Fen;
use terminal::Event;

pub(super) fn check(evidence: &Evidence<'_>, report: &mut Report<'_>) {
    let mut pulled = None;
    for (at, _, fact) in evidence.run.trace.events() {
        match fact {
            Fact::Terminal(Event::PullsBack { key }) => pulled = Some(*key),
            Fact::Printer(printer::Event::Retracted { .. }) => {
                if let Some(key) = pulled.take()
                    && evidence.net_under(key) != Fen::ZERO
                {
                    let net = evidence.net_under(key);
                    report(
                        at,
                        format!("the receipt of {key} went back into the machine, and {net} are captured"),
                    );
                }
            }
            _ => {}
        }
    }
}
