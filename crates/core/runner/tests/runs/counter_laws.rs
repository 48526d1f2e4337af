//! Laws that are broken at the counter: by advices, keys, totals and slips that a firmware is careless with. The sound
//! firmwares keep them under the same fault.

use crate::driver::broken;
use scenario::Law;

const SALE_AND_SETTLE: &str =
    "steps: [{ at: 0s, card-sale: { amount: CNY 25.00 } }, { at: 20s, operator: settle }]";

/// Just these laws break on the flawed firmware, and none at all on the sound ones.
fn break_only(laws: &[Law], flawed: &str, lines: &str) {
    assert_eq!(broken(flawed, lines), laws, "{flawed}");
    for sound in ["reference", "kiosk"] {
        assert_eq!(broken(sound, lines), [], "{sound} under the same fault");
    }
}

#[test]
fn totals_settle_breaks_when_nobody_reads_that_they_differ() {
    let differ = "faults: [{ acquirer: { totals: miss-the-last } }]";
    break_only(&[Law::TotalsSettle], "totals-always-agree", &format!("{SALE_AND_SETTLE}\n{differ}"));
}

#[test]
fn totals_settle_breaks_when_a_power_cut_takes_the_settlement_along() {
    // The third request is the upload.
    let cut = "faults: [{ acquirer: { totals: miss-the-last } },
         { when: acquirer.receives, nth: 3, power: { cut: terminal, for: 10s } }]";
    break_only(&[Law::TotalsSettle], "forgets-settlement", &format!("{SALE_AND_SETTLE}\n{cut}"));
}

#[test]
fn settles_breaks_when_nobody_signs_on_and_the_keys_differ() {
    let void = "steps: [{ at: 0s, id: sale, card-sale: { amount: CNY 25.00 } },
         { at: 20s, operator: sign-on }, { at: 5m, void: { of: sale } }]";
    let lost = "faults: [{ acquirer: { loses: answer, to: sign-on, times: 3 } }]";
    break_only(&[Law::Settles], "never-rekeys", &format!("{void}\n{lost}"));
}

#[test]
fn belief_matches_ledger_breaks_when_a_refund_is_told_once_to_nobody() {
    let refund = "steps: [{ at: 0s, id: sale, card-sale: { amount: CNY 25.00 } },
         { at: 20s, refund: { of: sale, amount: CNY 10.00 } }]";
    let lost = "faults: [{ on: terminal.asks, message: refund, drop: { times: 1 } }]";
    let laws = [Law::BeliefMatchesLedger, Law::UnknownIsAsked, Law::ReceiptFollowsMoney];
    break_only(&laws, "tells-once", &format!("{refund}\n{lost}"));
}

#[test]
fn charged_once_and_void_once_break_when_a_refund_is_told_again_under_a_new_number() {
    let refund = "steps: [{ at: 0s, id: sale, card-sale: { amount: CNY 25.00 } },
         { at: 20s, refund: { of: sale, amount: CNY 10.00 } }]";
    let lost = "faults: [{ acquirer: { loses: answer, to: refund, times: 1 } }]";
    let laws = [Law::ChargedOnce, Law::UnknownIsAsked, Law::VoidOnce];
    break_only(&laws, "naive-repeat", &format!("{refund}\n{lost}"));
}
