//! What a run counts for in the catalogue's matrix.

use crate::driver::{plan, run};
use scenario::Symptom;
use std::sync::Arc;
use tillrig_runner::{Coverage, Outcome};

fn coverage(lines: &str) -> (bool, bool) {
    coverage_of(Symptom::PaidNoReceipt, lines)
}

fn coverage_of(symptom: Symptom, lines: &str) -> (bool, bool) {
    let mut plan = plan(lines);
    Arc::get_mut(&mut plan).unwrap().scenario.symptom = symptom;
    let Coverage { shown, survived } = Coverage::of(&plan, &Outcome::of(&run(&plan), None));
    (shown, survived)
}

const LOST: &str = "
steps: [{ at: 0s, card-sale: { amount: CNY 25.00 } }]
faults: [{ acquirer: { loses: answer, to: sale, times: 1 } }]
";
const NOT_TAKEN: &str = "
customer: leaves-receipt
steps: [{ at: 0s, card-sale: { amount: CNY 25.00 } }]
expect: { captured: CNY 25.00 }
";

#[test]
fn a_flawed_firmware_that_breaks_a_law_as_expected_shows() {
    let breaks =
        "expect: { captured: CNY 25.00, breaks: [belief-matches-ledger, unknown-is-asked, receipt-in-hand] }";
    assert_eq!(coverage(&format!("terminal: silence-is-declined{LOST}{breaks}")), (true, false));
}

#[test]
fn one_whose_outcome_shows_the_symptom_shows_without_breaking_any() {
    assert_eq!(coverage(&format!("terminal: kiosk-prints-once{NOT_TAKEN}")), (true, false));
}

#[test]
fn a_sound_firmware_survives_and_never_shows() {
    assert_eq!(coverage(&format!("terminal: reference{LOST}expect: {{ captured: nothing }}")), (false, true));
    assert_eq!(coverage(&format!("terminal: kiosk{NOT_TAKEN}")), (false, true));
}

#[test]
fn a_flawed_back_office_shows_as_a_flawed_firmware_does() {
    let silent = "
steps: [{ at: 0s, id: sale, card-sale: { amount: CNY 25.00 } }, { at: 120s, redeem: { of: sale } }]
faults: [{ on: acquirer.finds, drop: { times: 2 } }]
";
    let flawed = "expect: { captured: CNY 25.00, redeemed: nothing, breaks: [voucher-complete] }";
    let coverage = |lines: &str| coverage_of(Symptom::VoucherUnusable, lines);
    assert_eq!(coverage(&format!("backoffice: silence-is-no{silent}{flawed}")), (true, false));
    let sound = "expect: { captured: CNY 25.00, redeemed: CNY 25.00 }";
    assert_eq!(coverage(&format!("backoffice: reference{silent}{sound}")), (false, true));
}

#[test]
fn a_breach_that_is_not_about_the_symptom_shows_nothing_of_it() {
    let twice = "
terminal: naive-repeat
steps: [{ at: 0s, pre-auth: { amount: CNY 25.00 } }]
faults: [{ acquirer: { loses: answer, to: preauth, times: 1 } }]
expect: { captured: nothing, breaks: [unknown-is-asked] }
";
    assert_eq!(coverage_of(Symptom::PreauthNotPrinted, twice), (false, false));
    assert_eq!(coverage_of(Symptom::ScannedNoReceipt, twice), (true, false));
}

#[test]
fn a_flawed_firmware_that_comes_to_no_harm_counts_for_nothing() {
    let healthy = "
steps: [{ at: 0s, card-sale: { amount: CNY 25.00 } }]
expect: { captured: CNY 25.00 }
";
    assert_eq!(coverage(&format!("terminal: forgetful{healthy}")), (false, false));
}

#[test]
fn a_run_that_does_not_go_as_expected_counts_for_nothing() {
    for terminal in ["silence-is-declined", "reference"] {
        let unexpected = format!("terminal: {terminal}{LOST}expect: {{ captured: CNY 1.00 }}");
        assert_eq!(coverage(&unexpected), (false, false));
    }
}
