//! The laws: what must hold in every run, whatever a scenario expects.
//!
//! Source: the table "Laws" of the design. This file names them and says them; who judges them stands
//! elsewhere.

use crate::vocabulary::vocabulary;

vocabulary! {
    /// A law, checked in every run.
    Law {
        ChargedOnce = "charged-once", "For one intent to pay, the net captured at rest is nothing or exactly the amount.";
        BeliefMatchesLedger = "belief-matches-ledger", "Approved on the screen means captured; declined means nothing; otherwise the screen says unknown.";
        ReversalSurvives = "reversal-survives", "A reversal is durable before its first byte leaves, and lives through a power cut at any instant.";
        ReversalBlocks = "reversal-blocks", "A pending reversal is never overwritten, and blocks the next online sale until it is sent or surfaced.";
        ReplyMatches = "reply-matches", "A reply counts only for the open request; a late reply of an older one changes nothing.";
        UnknownIsAsked = "unknown-is-asked", "An unknown result is queried or reversed, never charged again under a new number.";
        ReceiptFollowsMoney = "receipt-follows-money", "An approved receipt exists only for captured money, and a missing receipt never moves money.";
        ReceiptInHand = "receipt-in-hand", "At rest, the customer of a captured payment holds one legible receipt, or the screen offers the reprint.";
        ReceiptNotRetracted = "receipt-not-retracted", "A receipt of a captured payment is never pulled back as if the payment had failed.";
        ReprintMarked = "reprint-marked", "A reprint says that it is one, and changes no total.";
        HoldEndsOnce = "hold-ends-once", "A pre-authorisation is completed, voided or expired, exactly once, and within its limits.";
        VoidOnce = "void-once", "Void and refund happen at most once, and for no more than was captured.";
        NotificationIdempotent = "notification-idempotent", "Forged, foreign or repeated notifications change nothing; a lost one is found by asking.";
        VoucherComplete = "voucher-complete", "Every captured payment has one voucher in the back office, equal to ledger and paper, redeemable once.";
        TotalsSettle = "totals-settle", "At settlement, the terminal's totals equal the ledger's, or the mismatch is reported and the detail uploaded.";
        NumberUnique = "number-unique", "A trace number never repeats in a batch, except as a retry of the same message.";
        Settles = "settles", "After the faults heal, the world comes to rest within the bound.";
        Deterministic = "deterministic", "The same scenario and seed give the same trace, byte for byte.";
    }
}

#[cfg(test)]
mod tests {
    use super::Law;

    #[test]
    fn the_table_of_the_design_has_eighteen_laws() {
        assert_eq!(Law::ALL.len(), 18);
    }
}
