//! The laws: what must hold in every run, whatever the scenario expects. Each stands in a file of its own,
//! outside the machines, and reads the evidence alone.
//!
//! All eighteen are judged; voucher-complete only where a back office takes part.

mod belief_matches_ledger;
mod charged_once;
mod deterministic;
mod hold_ends_once;
mod notification_idempotent;
mod number_unique;
mod receipt_follows_money;
mod receipt_in_hand;
mod receipt_not_retracted;
mod reply_matches;
mod reprint_marked;
mod reversal_blocks;
mod reversal_survives;
mod settles;
mod totals_settle;
mod unknown_is_asked;
mod void_once;
mod voucher_complete;

use crate::evidence::Evidence;
use crate::session::Run;
use scenario::Law;
use sim::SimTime;

pub use deterministic::first_difference;

/// A law that did not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// Which law.
    pub law: Law,
    /// Since when it is broken.
    pub at: SimTime,
    /// What was seen.
    pub why: String,
}

/// The laws that are judged, in the order of the design's table.
pub const JUDGED: [Law; 18] = [
    Law::ChargedOnce,
    Law::BeliefMatchesLedger,
    Law::ReversalSurvives,
    Law::ReversalBlocks,
    Law::ReplyMatches,
    Law::UnknownIsAsked,
    Law::ReceiptFollowsMoney,
    Law::ReceiptInHand,
    Law::ReceiptNotRetracted,
    Law::ReprintMarked,
    Law::HoldEndsOnce,
    Law::VoidOnce,
    Law::NotificationIdempotent,
    Law::VoucherComplete,
    Law::TotalsSettle,
    Law::NumberUnique,
    Law::Settles,
    Law::Deterministic,
];

/// Every breach of every law. `again` is a second run of the same plan and seed, where there is one.
#[must_use]
pub fn judge(evidence: &Evidence<'_>, again: Option<&Run>) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for law in JUDGED {
        let mut report = |at, why| breaches.push(Breach { law, at, why });
        match law {
            Law::ChargedOnce => charged_once::check(evidence, &mut report),
            Law::BeliefMatchesLedger => belief_matches_ledger::check(evidence, &mut report),
            Law::ReversalSurvives => reversal_survives::check(evidence, &mut report),
            Law::ReversalBlocks => reversal_blocks::check(evidence, &mut report),
            Law::ReplyMatches => reply_matches::check(evidence, &mut report),
            Law::UnknownIsAsked => unknown_is_asked::check(evidence, &mut report),
            Law::ReceiptFollowsMoney => receipt_follows_money::check(evidence, &mut report),
            Law::ReceiptInHand => receipt_in_hand::check(evidence, &mut report),
            Law::ReceiptNotRetracted => receipt_not_retracted::check(evidence, &mut report),
            Law::HoldEndsOnce => hold_ends_once::check(evidence, &mut report),
            Law::VoidOnce => void_once::check(evidence, &mut report),
            Law::NotificationIdempotent => notification_idempotent::check(evidence, &mut report),
            Law::TotalsSettle => totals_settle::check(evidence, &mut report),
            Law::NumberUnique => number_unique::check(evidence, &mut report),
            Law::Settles => settles::check(evidence, &mut report),
            Law::Deterministic => {
                if let Some(again) = again {
                    deterministic::check(evidence.run, again, &mut report);
                }
            }
            Law::ReprintMarked => reprint_marked::check(evidence, &mut report),
            Law::VoucherComplete => voucher_complete::check(evidence, &mut report),
        }
    }
    breaches
}

/// Takes one breach: since when, and what was seen.
type Report<'a> = dyn FnMut(SimTime, String) + 'a;
