//! The print settings of a terminal: what a scenario says of them, and what makes no sense.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::time::Duration;
use tillrig_scenario::{Event, Scenario, SlipCopy, SlipKind, Trigger};

fn text(setup: &str, steps: &str) -> String {
    format!(
        "name: x\nsymptom: preauth-not-printed\ncause: print-disabled\nterminal: {{ {setup} }}\nsteps: [{steps}]\n\
         expect: {{ captured: nothing }}\n"
    )
}

fn right(setup: &str, steps: &str) -> Scenario {
    Scenario::parse("x.yaml", text(setup, steps).as_bytes()).unwrap_or_else(|errors| panic!("{errors}"))
}

fn wrong(setup: &str, steps: &str) -> String {
    Scenario::parse("x.yaml", text(setup, steps).as_bytes()).unwrap_err().render(false)
}

const HOLD: &str = "{ at: 0s, pre-auth: { amount: CNY 300.00 } }";
const QR: &str = "{ at: 0s, show-qr: { wallet: wechat, amount: CNY 3.00 } }";

#[test]
fn copies_are_set_kind_by_kind_and_none_is_a_setting_too() {
    let steps = format!("{HOLD}, {QR}");
    let setup =
        right("prints: { pre-auth: [bank, merchant], show-qr: [] }, receipt-prompt: 15s", &steps).terminal;
    let set: Vec<(SlipKind, Vec<SlipCopy>)> =
        setup.prints.iter().map(|(kind, copies)| (kind, copies.collect())).collect();
    let expected =
        [(SlipKind::PreAuth, vec![SlipCopy::Merchant, SlipCopy::Bank]), (SlipKind::ShowQr, Vec::new())];
    assert_eq!(set, expected);
    assert_eq!(setup.receipt_prompt, Some(Duration::from_secs(15)));
    assert_eq!(right("profile: kiosk", HOLD).terminal.prints.iter().count(), 0);
}

#[test]
fn a_step_can_wait_for_the_question_where_it_is_asked() {
    let steps = format!("{QR}, {{ when: terminal.asks-receipt, press: cancel }}");
    let start = right("receipt-prompt: 15s", &steps).steps[1].start;
    assert_eq!(start, Trigger::When { event: Event::TerminalAsksReceipt, nth: 1 });
    assert!(wrong("profile: kiosk", &steps).contains("the terminal prints without asking"));
}

#[test]
fn a_setting_that_nothing_is_about_is_refused() {
    let complaint = wrong("prints: { pre-auth: [merchant], scan: [] }", HOLD);
    assert!(
        complaint.contains("no step is a `scan`") && !complaint.contains("no step is a `pre-auth`"),
        "{complaint}"
    );
    assert!(wrong("receipt-prompt: 15s", HOLD).contains("no step is a payment by wallet"));
    assert!(wrong("prints: { pre-auth: [totals] }", HOLD).contains("`totals` is not a copy of a slip"));
}
