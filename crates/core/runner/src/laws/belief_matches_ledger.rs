//! belief-matches-ledger: approved on the screen means captured; declined means nothing; otherwise the screen says
//! unknown.

use super::Report;
use crate::evidence::Evidence;
use sim::Fen;
use terminal::Belief;

pub(super) fn check(evidence: &Evidence<'_>, report: &mut Report<'_>) {
    for wish in &evidence.wishes {
        let net = evidence.net_of(wish.intent);
        let intent = wish.intent;
        match wish.told {
            Some((at, Belief::Approved)) if net == Fen::ZERO => {
                report(at, format!("{intent} was told approved, and nothing is captured"));
            }
            Some((at, Belief::Declined)) if net != Fen::ZERO => {
                report(at, format!("{intent} was told declined, and {net} are captured"));
            }
            None if net != Fen::ZERO => {
                report(evidence.run.ended_at, format!("{net} are captured, and {intent} was told nothing"));
            }
            _ => {}
        }
    }
}
