//! Which slips come out where a setting or a customer says so, and what the law makes of it.

use crate::driver::{broken, outcome};
use scenario::Law;
use terminal::Copy;
use tillrig_runner::Outcome;

/// A payment by wallet that is asked about for ten seconds, with whatever else is done.
fn asked(terminal: &str, more: &str) -> Outcome {
    outcome(&format!(
        "terminal: {{ profile: {terminal}, receipt-prompt: 10s, prints: {{ scan: [customer] }} }}\nsteps:\n  \
         - {{ at: 0s, id: first, scan: {{ wallet: wechat, amount: CNY 8.00 }} }}\n{more}expect: {{ captured: CNY 8.00 }}"
    ))
}

fn copies(outcome: &Outcome) -> Vec<Option<Copy>> {
    outcome.slips.iter().map(|slip| slip.copy).collect()
}

fn says(outcome: &Outcome, what: &str) -> bool {
    outcome.timeline.iter().any(|(_, line)| line.contains(what))
}

#[test]
fn a_key_says_whether_a_receipt_is_printed() {
    let press = |key| asked("reference", &format!("  - {{ when: terminal.asks-receipt, press: {key} }}\n"));
    let yes = press("enter");
    assert_eq!(copies(&yes), [Some(Copy::Customer)]);
    assert!(yes.slips[0].at.as_secs() < 8, "it is printed at once, and not after ten seconds");
    let no = press("cancel");
    assert_eq!(copies(&no), []);
    assert!(no.screen.to_string().contains("no customer copy: not wanted"), "{}", no.screen);
    assert!(no.screen.reprint.is_some());
}

#[test]
fn whatever_is_begun_ends_the_question_and_the_slip_is_printed() {
    for next in ["card-sale: { amount: CNY 5.00 }", "operator: settle", "log-on: 2"] {
        let found = asked("reference", &format!("  - {{ at: 5s, {next} }}\n"));
        assert!(found.slips[0].at.as_secs() < 9, "{next}");
        assert!(found.breaches.is_empty(), "{next}: {:?}", found.breaches);
    }
}

#[test]
fn silence_is_a_breach_where_it_counts_as_no_and_no_is_none() {
    let flawed = |more| asked("silence-is-no-receipt", more).broken_laws();
    assert_eq!(flawed(""), [Law::ReceiptInHand]);
    assert_eq!(flawed("  - { when: terminal.asks-receipt, press: cancel }\n"), []);
    // One that was taken for no does not come back with the next payment, though the screen offers reprints again.
    let next = "  - { at: 30s, card-sale: { amount: CNY 5.00 } }\n  - { at: 60s, reprint: { of: first } }\n";
    let found = asked("silence-is-no-receipt", next);
    assert!(found.screen.reprint.is_some());
    assert_eq!(found.broken_laws(), [Law::ReceiptInHand]);
    assert!(!says(&found, "terminal  reprints"));
}

#[test]
fn the_copies_that_are_set_are_printed_and_no_others() {
    let sale = |set: &str| {
        copies(&outcome(&format!(
            "terminal: {{ profile: reference, prints: {{ card-sale: [{set}] }} }}\n\
             steps: [{{ at: 0s, card-sale: {{ amount: CNY 25.00 }} }}]\nexpect: {{ captured: CNY 25.00 }}"
        )))
    };
    assert_eq!(
        sale("customer, bank, merchant"),
        [Some(Copy::Merchant), Some(Copy::Bank), Some(Copy::Customer)]
    );
    assert_eq!(sale("bank"), [Some(Copy::Bank)]);
    assert_eq!(sale(""), []);
}

#[test]
fn a_customers_copy_that_is_switched_off_can_be_had_from_a_sound_terminal_alone() {
    let off = "prints: { card-sale: [merchant], void: [merchant] }";
    let steps =
        "steps: [{ at: 0s, id: sale, card-sale: { amount: CNY 25.00 } }, { at: 20s, void: { of: sale } }]";
    let laws = |profile: &str| broken(&format!("{{ profile: {profile}, {off} }}"), steps);
    assert_eq!(laws("reference"), []);
    assert_eq!(laws("kiosk"), []);
    assert_eq!(laws("leaves-slips-out"), [Law::ReceiptInHand]);
}

#[test]
fn a_kiosk_that_prints_before_it_knows_prints_nothing_that_is_switched_off() {
    let lines = "terminal: { profile: kiosk-prints-first, prints: { show-qr: [] } }\n\
                 steps: [{ at: 0s, show-qr: { wallet: wechat, amount: CNY 8.00 } }]\nexpect: { captured: CNY 8.00 }";
    let found = outcome(lines);
    assert_eq!(copies(&found), []);
    assert!(says(&found, "switched off in the settings; it can be had"));
}
