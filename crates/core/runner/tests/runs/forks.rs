//! A running world can be forked at any event: both forks carry on as the whole does, and a power cut or a
//! hang at any event breaks no law on the sound firmware. The scenarios of the catalogue have a test of their own for it.

use crate::driver::{broken, plan, run};
use sim::Seed;
use std::sync::Arc;
use tillrig_runner::cuts::{Cuts, Interruption, Sample, cut};
use tillrig_runner::{Plan, Session, VirtualTestbed};

/// A card sale whose answer is lost, reversed after a time-out, and a wallet sale after it: every flow of the
/// firmware, with two slips.
const EVERYTHING: &str = "\
terminal: { profile: reference, reply-timeout: 10s }
steps:
  - { at: 0s, card-sale: { amount: CNY 25.00 } }
  - { at: 40s, show-qr: { wallet: wechat, amount: CNY 18.50 } }
  - { at: 70s, card-sale: { amount: CNY 30.00 } }
faults:
  - { on: acquirer.answers, message: sale, drop: { times: 1 } }
expect: { captured: CNY 48.50 }
";

/// What a counter does beside selling, on a terminal that prints one copy of each slip: a void, a hold that is completed
/// by advice, a refund that is told twice, and a settlement whose totals differ.
const COUNTER: &str = "\
terminal: { profile: kiosk, reply-timeout: 10s }
steps:
  - { at: 0s, id: sale, card-sale: { amount: CNY 25.00 } }
  - { at: 15s, void: { of: sale } }
  - { at: 30s, id: hold, pre-auth: { amount: CNY 300.00 } }
  - { at: 45s, id: done, complete: { of: hold, amount: CNY 280.00, by: advice } }
  - { at: 60s, refund: { of: done, amount: CNY 30.00 } }
  - { at: 100s, operator: settle }
faults:
  - { on: acquirer.answers, message: refund, drop: { times: 1 } }
  - { acquirer: { totals: miss-the-last } }
expect: { captured: CNY 250.00 }
";

/// A payment by payment code whose answer is lost and whose customer types the password, one that nobody pays in time,
/// and a refund whose answer is lost.
const SCANS: &str = "\
terminal: { profile: reference, result-timeout: 20s }
steps:
  - { at: 0s, id: first, scan: { wallet: wechat, amount: CNY 25.00, customer-enters-password: 8s } }
  - { at: 25s, scan: { wallet: wechat, amount: CNY 9.00, customer-pays: never } }
  - { at: 60s, refund: { of: first, amount: CNY 5.00 } }
faults:
  - { on: acquirer.answers, message: pay, drop: { times: 1 } }
  - { on: acquirer.answers, message: reverse, drop: { times: 1 } }
  - { on: acquirer.answers, message: refund-order, drop: { times: 1 } }
expect: { captured: CNY 20.00 }
";

/// Payments about whose receipts customers are asked, and a hold of which none is printed; people answer as they like.
const RECEIPTS: &str = "\
terminal: { profile: reference, receipt-prompt: 12s, prints: { scan: [customer], pre-auth: [merchant] } }
people: { operator: hasty, customer: { hesitates: { between: 1s, and: 12s, chance: 1/2 }, wants-no-receipt: { chance: 1/2 } } }
steps:
  - { at: 0s, scan: { wallet: wechat, amount: CNY 25.00 } }
  - { at: 40s, show-qr: { wallet: wechat, amount: CNY 9.00 } }
  - { at: 80s, pre-auth: { amount: CNY 300.00 } }
  - { at: 90s, scan: { wallet: wechat, amount: CNY 4.00 } }
faults:
  - { on: acquirer.answers, message: pay, drop: { times: 1 } }
expect: { captured: CNY 38.00 }
";

/// Money that is held in a wallet and let go, each with a lost answer; and a hold that nobody agrees on.
const HOLDS: &str = "\
terminal: { profile: reference, result-timeout: 20s }
steps:
  - { at: 0s, id: hold, pre-auth: { wallet: alipay, amount: CNY 300.00 } }
  - { at: 25s, void-pre-auth: { of: hold } }
  - { at: 60s, pre-auth: { wallet: alipay, amount: CNY 90.00, customer-pays-after: 20s } }
faults:
  - { on: acquirer.answers, message: query, drop: { times: 1 } }
  - { on: acquirer.answers, message: refund-order, drop: { times: 1 } }
  - { on: acquirer.answers, message: close, drop: { times: 1 } }
expect: { captured: nothing }
";

/// The same as [`SCANS`] at Alipay, whose cancel gives back what was paid; and a code that nobody pays in time.
const ALIPAY: &str = "\
terminal: { profile: reference, result-timeout: 20s }
steps:
  - { at: 0s, id: first, scan: { wallet: alipay, amount: CNY 25.00, customer-enters-password: 8s } }
  - { at: 30s, show-qr: { wallet: alipay, amount: CNY 9.00, customer-pays-after: 20s } }
  - { at: 70s, refund: { of: first, amount: CNY 5.00 } }
faults:
  - { on: acquirer.answers, message: pay, drop: { times: 1 } }
  - { on: acquirer.answers, message: reverse, drop: { times: 1 } }
  - { on: acquirer.answers, message: refund-query, drop: { times: 1 } }
expect: { captured: CNY 20.00 }
";

/// Calls `visit` with the session before each of its happenings; returns how many there were.
fn at_every_event(plan: &Arc<Plan>, mut visit: impl FnMut(&Session)) -> usize {
    let mut session = Session::new(plan, Seed(1));
    let mut events = 0;
    while !session.is_over() {
        visit(&session);
        VirtualTestbed.advance(&mut session);
        events += 1;
    }
    events
}

#[test]
fn a_fork_at_every_event_ends_as_the_whole_run_does() {
    // Three charges of at least ten messages each, and four slips in dozens of pieces: fewer have not seen every flow.
    fork_everywhere(EVERYTHING, 150);
}

#[test]
fn people_in_a_fork_do_what_they_do_in_the_whole_run() {
    fork_everywhere(RECEIPTS, 150);
}

/// Forks the run at every event, of which there have to be more than so many.
fn fork_everywhere(scenario: &str, more_than: usize) {
    let plan = plan(scenario);
    let whole = run(&plan).trace;
    let events = at_every_event(&plan, |session| {
        let fork = VirtualTestbed.carry_on(session.clone());
        assert!(fork.trace == whole, "the fork at {} parted from the whole", session.now());
    });
    assert!(events > more_than, "{events} events are too few");
}

#[test]
fn a_power_cut_at_every_event_breaks_no_law_on_the_sound_firmware() {
    let cuts = cut_everywhere(EVERYTHING);
    assert!(cuts > 600, "{cuts} cuts are too few");
}

#[test]
fn a_power_cut_at_every_event_at_the_counter_breaks_no_law_either() {
    let cuts = cut_everywhere(COUNTER);
    assert!(cuts > 600, "{cuts} cuts are too few");
}

#[test]
fn a_power_cut_at_every_event_of_scans_and_their_refunds_breaks_no_law() {
    let cuts = cut_everywhere(SCANS);
    assert!(cuts > 600, "{cuts} cuts are too few");
}

#[test]
fn a_power_cut_at_every_event_while_receipts_are_asked_about_breaks_no_law() {
    let cuts = cut_everywhere(RECEIPTS);
    assert!(cuts > 300, "{cuts} cuts are too few");
}

#[test]
fn a_power_cut_at_every_event_at_alipay_breaks_no_law() {
    let cuts = cut_everywhere(ALIPAY);
    assert!(cuts > 300, "{cuts} cuts are too few");
}

#[test]
fn a_power_cut_at_every_event_of_a_hold_in_a_wallet_breaks_no_law() {
    let cuts = cut_everywhere(HOLDS);
    assert!(cuts > 300, "{cuts} cuts are too few");
}

#[test]
fn what_a_setting_switches_off_is_told_after_any_interruption_too() {
    let steps = "steps: [{ at: 0s, pre-auth: { amount: CNY 300.00 } }, { at: 20s, show-qr: { wallet: wechat, amount: CNY 9.00 } }]";
    let expect = "expect: { captured: CNY 9.00 }";
    for terminal in ["reference", "kiosk"] {
        let setup = format!("{{ profile: {terminal}, prints: {{ pre-auth: [], show-qr: [] }} }}");
        let cuts = cut_everywhere(&format!("terminal: {setup}\n{steps}\n{expect}\n"));
        assert!(cuts > 150, "{cuts} cuts are too few");
    }
}

#[test]
fn a_power_cut_at_some_event_breaks_a_firmware_that_forgets() {
    for (flawed, by) in [
        ("forgetful", Interruption::PowerOfTerminal),
        ("begins-anew", Interruption::Hang),
        ("no-watchdog", Interruption::Hang),
        ("formats-its-journal", Interruption::PowerOfTerminalBetween),
    ] {
        let flawed = EVERYTHING.replace("profile: reference", &format!("profile: {flawed}"));
        let Cuts { broken, .. } = cut(&plan(&flawed), Seed(1), Sample::WHOLE);
        assert!(broken.iter().any(|broken| broken.by == by), "no {by} breaks\n{flawed}");
    }
}

#[test]
fn half_a_reprint_does_not_become_a_part_of_the_next_slip() {
    let steps = "steps: [{ at: 0s, id: sale, card-sale: { amount: CNY 25.00 } }, { at: 20s, reprint: { of: sale } }, \
        { at: 40s, card-sale: { amount: CNY 30.00 } }]";
    let cut = "faults: [{ power: { cut: both, for: 8s }, at: 20300ms }]";
    assert_eq!(broken("reference", &format!("backoffice: reference\n{steps}\n{cut}")), []);
}

#[test]
fn nobody_keys_in_a_number_that_a_power_cut_took_back() {
    // The first sale never leaves, and the second gets its number. A void of the first is not one of the second.
    let steps = "steps: [{ at: 0s, id: first, card-sale: { amount: CNY 33.00 } }, \
        { at: 20s, card-sale: { amount: CNY 44.00 } }, { at: 40s, void: { of: first } }]";
    let cut = "faults: [{ power: { cut: terminal, for: 8s }, at: 1ms }]";
    assert_eq!(broken("reference", &format!("{steps}\n{cut}")), []);
}

/// Interrupts the terminal before every event, in every way; how many interruptions that were.
fn cut_everywhere(scenario: &str) -> usize {
    let Cuts { points, broken, .. } = cut(&plan(scenario), Seed(1), Sample::WHOLE);
    let stories: Vec<String> = broken.iter().map(ToString::to_string).collect();
    assert!(stories.is_empty(), "{}", stories.join("\n"));
    points
}
