//! Laws that are broken at the counter: by advices, keys, totals and slips that a firmware is careless with. The sound
//! firmwares keep them under the same fault.

use crate::driver::{broken, plan, run};
use acquirer::{Event, Movement};
use scenario::Law;
use sim::{Entry, Fen, Key, TerminalNo};
use tillrig_runner::{Evidence, Fact, Run, judge};

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

/// A hold that is completed, and completed once more, with or without a void between.
fn completed_twice(between: &str) -> String {
    format!(
        "steps: [{{ at: 0s, id: hold, pre-auth: {{ amount: CNY 800.00 }} }},
         {{ at: 60s, id: wrong, complete: {{ of: hold, amount: CNY 880.00 }} }},
         {between}
         {{ at: 120s, complete: {{ of: hold, amount: CNY 780.00 }} }}]"
    )
}

#[test]
fn a_hold_is_charged_once_though_it_is_completed_again_after_a_void() {
    let lines = completed_twice("{ at: 90s, void-completion: { of: wrong } },");
    for sound in ["reference", "kiosk"] {
        assert_eq!(broken(sound, &lines), [], "{sound}");
    }
}

fn laws_broken_by(run: &Run) -> Vec<Law> {
    judge(&Evidence::of(run), None).iter().map(|breach| breach.law).collect()
}

#[test]
fn charged_once_breaks_when_a_host_completes_a_hold_twice_without_a_void() {
    let lines = format!("{}\nexpect: {{ captured: nothing }}", completed_twice(""));
    let mut run = run(&plan(&lines));
    assert_eq!(laws_broken_by(&run), [], "the host refuses the second one");
    let key = Key::Card { terminal: TerminalNo(0), batch: 1, stan: 1 };
    let completed = Event::Committed { key, movement: Movement::Completed, amount: Fen(78_000), by: None };
    run.trace.record(run.ended_at, Entry::Noted(Fact::Acquirer(completed)));
    assert!(laws_broken_by(&run).contains(&Law::ChargedOnce), "{:?}", laws_broken_by(&run));
}
