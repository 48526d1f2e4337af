//! A running world can be forked at any event: both forks carry on as the whole does, and a power cut at any
//! event breaks no law on the sound firmware.

use crate::driver::{plan, run};
use sim::Seed;
use std::sync::Arc;
use tillrig_runner::device::{PRINTER, Poke, TERMINAL};
use tillrig_runner::{Evidence, Plan, Session, VirtualTestbed, judge};

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
    let plan = plan(EVERYTHING);
    let whole = run(&plan).trace;
    let events = at_every_event(&plan, |session| {
        let fork = VirtualTestbed.carry_on(session.clone());
        assert!(fork.trace == whole, "the fork at {} parted from the whole", session.now());
    });
    // Three charges of at least ten messages each, and four slips in dozens of pieces.
    assert!(events > 150, "{events} events are too few to have seen every flow");
}

#[test]
fn a_power_cut_at_every_event_breaks_no_law_on_the_sound_firmware() {
    let cuts = cut_everywhere(EVERYTHING);
    assert!(cuts > 300, "{cuts} cuts are too few");
}

#[test]
fn a_power_cut_at_every_event_at_the_counter_breaks_no_law_either() {
    let cuts = cut_everywhere(COUNTER);
    assert!(cuts > 300, "{cuts} cuts are too few");
}

#[test]
fn a_power_cut_at_every_event_of_scans_and_their_refunds_breaks_no_law() {
    let cuts = cut_everywhere(SCANS);
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

/// Cuts the power at every event, of the terminal and of both; how many cuts that were.
fn cut_everywhere(scenario: &str) -> usize {
    let mut cuts = 0;
    at_every_event(&plan(scenario), |session| {
        for both in [false, true] {
            let broken = cut_and_restart(session.clone(), both);
            let what = if both { "terminal and printer" } else { "terminal" };
            assert_eq!(broken, Vec::<String>::new(), "power of {what} cut at {}", session.now());
            cuts += 1;
        }
    });
    cuts
}

/// Cuts the power now, gives it back eight seconds later, and runs to the end.
fn cut_and_restart(mut session: Session, both: bool) -> Vec<String> {
    if both {
        session.poke(PRINTER, Poke::Printer(printer::Poke::PowerOff));
    }
    session.poke(TERMINAL, Poke::Terminal(terminal::Poke::PowerOff));
    let back = session.now() + core::time::Duration::from_secs(8);
    while !session.is_over() && session.next_at().is_some_and(|at| at <= back) && !session.is_quiet() {
        session.step();
    }
    session.advance_to(back);
    if both {
        session.poke(PRINTER, Poke::Printer(printer::Poke::PowerOn));
    }
    session.poke(TERMINAL, Poke::Terminal(terminal::Poke::PowerOn));
    let run = VirtualTestbed.carry_on(session);
    let evidence = Evidence::of(&run);
    judge(&evidence, None)
        .iter()
        .map(|breach| format!("{} at {}: {}", breach.law, breach.at, breach.why))
        .collect()
}
