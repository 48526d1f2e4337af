//! Worlds with a back office: each of its flaws, and the terminal's, breaks voucher-complete, and the sound ones keep every
//! law under the same fault; what is counted and compared in the outcome is what happened.

use crate::driver::{outcome, plan, run};
use backoffice::{Book, Nature, Standing};
use scenario::Law;
use sim::{Fen, Seed};
use terminal::{Event, Noted};
use tillrig_runner::{Evidence, HeldVoucher, Outcome, Session, VirtualTestbed, device, judge};

const SALE: &str = "steps: [{ at: 0s, id: sale, card-sale: { amount: CNY 25.00 } }]";
const CODE: &str = "steps: [{ at: 0s, id: sale, show-qr: { wallet: wechat, amount: CNY 18.50 } }]";
const REDEEMED_TWICE: &str = "steps: [{ at: 0s, id: sale, card-sale: { amount: CNY 25.00 } }, \
    { at: 60s, redeem: { of: sale } }, { at: 70s, redeem: { of: sale } }]";

fn with(terminal: &str, back_office: &str, lines: &str) -> Outcome {
    outcome(&format!(
        "terminal: {terminal}\nbackoffice: {back_office}\n{lines}\nexpect: {{ captured: nothing }}"
    ))
}

/// The law breaks with this terminal and back office, and no law at all with sound ones.
fn breaks(terminal: &str, back_office: &str, lines: &str) {
    let laws = with(terminal, back_office, lines).broken_laws();
    assert_eq!(laws, [Law::VoucherComplete], "{terminal} and {back_office}");
    for sound in ["reference", "kiosk"] {
        assert_eq!(with(sound, "reference", lines).broken_laws(), [], "{sound} under the same fault");
    }
}

#[test]
fn a_terminal_that_uploads_once_loses_a_voucher() {
    for steps in [SALE, CODE] {
        let lost = "faults: [{ on: terminal.uploads, drop: { times: 1 } }]";
        breaks("uploads-once", "reference", &format!("{steps}\n{lost}"));
    }
}

#[test]
fn a_back_office_that_answers_first_loses_what_it_has_accepted() {
    let cut = "faults: [{ when: backoffice.accepts, backoffice: { power-cut: { for: 20s } } }]";
    breaks("reference", "answers-first", &format!("{SALE}\n{cut}"));
}

#[test]
fn a_back_office_that_takes_silence_for_no_has_a_false_voucher_of_true_money() {
    for steps in [SALE, CODE] {
        let silent = "faults: [{ on: backoffice.asks, drop: { times: 1 } }]";
        breaks("reference", "silence-is-no", &format!("{steps}\n{silent}"));
    }
}

#[test]
fn a_back_office_that_counts_repeats_has_two_vouchers_of_one_payment() {
    let lost = "faults: [{ on: backoffice.answers, drop: { times: 1 } }]";
    breaks("reference", "counts-repeats", &format!("{SALE}\n{lost}"));
}

#[test]
fn a_back_office_that_looks_at_no_seal_holds_a_forged_voucher() {
    let forged = "faults: [{ when: acquirer.commits, backoffice: { forges: { amount: CNY 9.00 } } }]";
    breaks("reference", "ignores-seals", &format!("{SALE}\n{forged}"));
}

#[test]
fn a_back_office_that_loses_old_formats_has_lost_them_after_the_migration() {
    let upgrade = "faults: [{ at: 30s, backoffice: { upgrade: { for: 60s } } }]";
    breaks("reference", "loses-old-formats", &format!("{SALE}\n{upgrade}"));
}

#[test]
fn a_back_office_that_refuses_old_formats_never_gets_a_late_voucher() {
    let upgrade = "faults: [{ backoffice: { upgrade: { for: 60s } } }]";
    breaks("reference", "refuses-old-formats", &format!("{SALE}\n{upgrade}"));
}

#[test]
fn a_back_office_that_redeems_again_pays_twice() {
    breaks("reference", "redeems-again", REDEEMED_TWICE);
}

#[test]
fn a_rule_is_broken_by_a_terminal_that_does_not_listen() {
    let rule = "faults: [{ backoffice: { rule-from: 0s } }]";
    breaks("uploads-once", "reference", &format!("{SALE}\n{rule}"));
}

/// A forged voucher of money that was never captured, redeemed: only without seal and question does it come so far.
#[test]
fn what_was_never_captured_is_not_redeemed() {
    let lines = "steps: [{ at: 0s, id: sale, card-sale: { amount: CNY 25.00 } }, { at: 200s, redeem: { of: sale } }]\n\
        faults: [{ on: terminal.asks, drop: always }, \
        { at: 5s, backoffice: { forges: { amount: CNY 25.00 } } }]";
    for back_office in ["reference", "ignores-seals"] {
        let outcome = with("reference", back_office, lines);
        assert_eq!(outcome.broken_laws(), [], "{back_office}");
        let redeemed = outcome.office.unwrap().vouchers.iter().map(|held| held.redeemed).sum::<u32>();
        assert_eq!(redeemed, 0, "{back_office} asks the acquirer");
    }
}

#[test]
fn a_voucher_redeemed_for_nothing_breaks_the_law() {
    use backoffice::{Event as B, Standing};
    use sim::{Key, SimTime, TerminalNo};
    use tillrig_runner::Fact;
    let plan = plan(&format!("backoffice: reference\n{SALE}\nexpect: {{ captured: nothing }}"));
    let mut run = run(&plan);
    let key = Key::Card { terminal: TerminalNo(0), batch: 1, stan: 77 };
    let number = voucher::Number::parse("0000-0000-0000-0000").unwrap();
    let (amount, standing) = (Fen(1), Standing::Redeemed(SimTime::ZERO));
    let redeemed = B::Redeemed { number, key, amount };
    let held = B::Holds { number, key, kind: voucher::Kind::Payment, amount, copies: 1, standing };
    for event in [redeemed, held] {
        run.trace.record(run.ended_at, sim::Entry::Noted(Fact::BackOffice(event)));
    }
    let laws: Vec<Law> = judge(&Evidence::of(&run), None).iter().map(|breach| breach.law).collect();
    assert_eq!(laws, [Law::VoucherComplete]);
}

#[test]
fn who_believes_a_strangers_notice_redeems_what_nobody_has_paid() {
    let lines = "steps: [{ at: 0s, show-qr: { wallet: wechat, amount: CNY 33.00 } }, \
        { at: 11s, id: unpaid, show-qr: { wallet: wechat, amount: CNY 33.00, customer-pays: never } }, \
        { at: 400s, redeem: { of: unpaid } }]\n\
        faults: [{ acquirer: { loses: notification, times: 1 } }, \
        { acquirer: { notifies-falsely: { order: 12345678W000002, signed: with-a-wrong-key }, times: 1 } }]";
    let breaks = |terminal, back_office| {
        with(terminal, back_office, lines).broken_laws().contains(&Law::VoucherComplete)
    };
    assert!(breaks("believes-notices", "believes-notices"));
    assert!(!breaks("believes-notices", "reference"), "the sound back office asks");
    assert!(!breaks("reference", "believes-notices"), "the sound terminal uploads nothing");
}

#[test]
fn a_lost_voucher_is_the_one_difference_between_the_books() {
    let lost = format!("{SALE}\nfaults: [{{ on: terminal.uploads, drop: {{ times: 1 }} }}]");
    let natures = |terminal| {
        let office = with(terminal, "reference", &lost).office.unwrap();
        office.differences.iter().map(|difference| difference.nature).collect::<Vec<_>>()
    };
    assert_eq!(natures("uploads-once"), [Nature::Missing(Book::Vouchers)]);
    assert_eq!(natures("reference"), []);
}

#[test]
fn every_kind_of_transaction_has_a_voucher_equal_to_the_ledger() {
    let day = "steps:\n\
        \x20 - { at: 0s, id: sale, card-sale: { amount: CNY 25.00 } }\n\
        \x20 - { at: 30s, void: { of: sale } }\n\
        \x20 - { at: 60s, id: other, card-sale: { amount: CNY 33.00 } }\n\
        \x20 - { at: 90s, refund: { of: other, amount: CNY 3.00 } }\n\
        \x20 - { at: 120s, id: hold, pre-auth: { amount: CNY 100.00 } }\n\
        \x20 - { at: 150s, id: done, complete: { of: hold, amount: CNY 90.00 } }\n\
        \x20 - { at: 180s, void-completion: { of: done } }\n\
        \x20 - { at: 210s, void-pre-auth: { of: hold } }\n\
        \x20 - { at: 240s, show-qr: { wallet: wechat, amount: CNY 18.50 } }";
    let office = with("reference", "reference", day).office.unwrap();
    let kinds: Vec<&str> = office.vouchers.iter().map(|held| held.kind.word()).collect();
    let expected =
        ["payment", "void", "payment", "refund", "pre-auth", "completion", "void", "void", "payment"];
    assert_eq!(kinds, expected);
    let amounts: Vec<i64> = office.vouchers.iter().map(|held| held.amount.0).collect();
    assert_eq!(amounts, [2500, 2500, 3300, 300, 10_000, 9000, 9000, 10_000, 1850]);
    assert_eq!(office.differences, []);
}

#[test]
fn the_refund_of_an_order_is_true_although_it_has_a_number_of_its_own() {
    let refund = "steps:\n\
        \x20 - { at: 0s, id: code, show-qr: { wallet: wechat, amount: CNY 18.50 } }\n\
        \x20 - { at: 30s, refund: { of: code } }";
    for late in ["", "\nfaults: [{ on: terminal.uploads, drop: { times: 1 } }]"] {
        let office = with("reference", "reference", &format!("{refund}{late}")).office.unwrap();
        let failed =
            |held: &&HeldVoucher| matches!(held.standing, Standing::Failed(_) | Standing::Unverified);
        assert_eq!(office.vouchers.iter().find(failed), None);
        assert_eq!((office.vouchers.len(), office.differences.len()), (2, 0));
    }
}

#[test]
fn nobody_uploads_where_there_is_no_back_office() {
    let plan = plan(&format!("{SALE}\nexpect: {{ captured: nothing }}"));
    let run = run(&plan);
    assert!(Outcome::of(&run, None).office.is_none());
    let evidence = Evidence::of(&run);
    assert!(!evidence.terminal().any(|(_, event)| matches!(event, Event::VoucherSent { .. })));
}

/// The terminal loses power at each of its events in turn; when it is back, the voucher goes up all the same.
#[test]
fn a_power_cut_at_every_event_loses_no_voucher() {
    let lost = "faults: [{ on: backoffice.answers, drop: { times: 1 } }]";
    let plan = plan(&format!("backoffice: reference\n{SALE}\n{lost}\nexpect: {{ captured: nothing }}"));
    let mut session = Session::new(&plan, Seed(1));
    let mut forks = 0;
    while !session.is_over() && !session.is_quiet() {
        let mut fork = session.clone();
        fork.poke(device::TERMINAL, device::Poke::Terminal(terminal::Poke::PowerOff));
        fork.poke(device::TERMINAL, device::Poke::Terminal(terminal::Poke::PowerOn));
        let run = VirtualTestbed.carry_on(fork);
        let breaches = judge(&Evidence::of(&run), None);
        assert_eq!(breaches, [], "cut at {}", session.now());
        forks += 1;
        session.step();
    }
    assert!(forks > 100, "{forks}");
}

#[test]
fn a_last_word_is_in_flash_and_ends_the_uploads() {
    let plan = plan(&format!("backoffice: reference\n{SALE}\nexpect: {{ captured: nothing }}"));
    let run = run(&plan);
    let evidence = Evidence::of(&run);
    let count = |wanted: fn(&Event) -> bool| evidence.terminal().filter(|(_, event)| wanted(event)).count();
    assert_eq!(count(|event| matches!(event, Event::VoucherSent { .. })), 1);
    assert_eq!(count(|event| matches!(event, Event::Durable { noted: Noted::Vouched, .. })), 1);
}
