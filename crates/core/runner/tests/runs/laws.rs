//! Each law is broken here by a firmware that deserves it, and kept by the sound one under the same fault.
//!
//! A law that no firmware can break proves nothing. The faults are the smallest that show the weakness.

use crate::driver::{broken, outcome, plan, run};
use acquirer::{
    BatchTotals, Claim, Code, Comparison, Forgery, HalfTotals, Kind, Movement, NoticeFault, Signing, What,
};
use scenario::Law;
use sim::{Entry, Fen, Key, OrderNo, Seed, TerminalNo};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use terminal::{ChargeResult, Event, NoSlip};
use tillrig_runner::{Evidence, Fact, JUDGED, Plan, Run, VirtualTestbed, judge};

const SALE: &str = "steps: [{ at: 0s, card-sale: { amount: CNY 25.00 } }]";
const CODE: &str = "steps: [{ at: 0s, show-qr: { wallet: wechat, amount: CNY 18.50 } }]";
const ANSWER_LOST: &str = "faults: [{ on: acquirer.answers, message: sale, drop: { times: 1 } }]";

/// The law breaks on the flawed firmware, and no law at all on the sound ones.
fn breaks(law: Law, flawed: &str, lines: &str) {
    assert!(JUDGED.contains(&law), "{law} is not judged");
    let laws = broken(flawed, lines);
    assert!(laws.contains(&law), "{flawed} should break {law}; it breaks {laws:?}");
    for sound in ["reference", "kiosk"] {
        assert_eq!(broken(sound, lines), [], "{sound} under the same fault");
    }
}

#[test]
fn charged_once_breaks_when_silence_means_charge_again() {
    breaks(Law::ChargedOnce, "naive-repeat", &format!("{SALE}\n{ANSWER_LOST}"));
}

#[test]
fn belief_matches_ledger_breaks_when_silence_means_declined() {
    breaks(Law::BeliefMatchesLedger, "silence-is-declined", &format!("{SALE}\n{ANSWER_LOST}"));
}

#[test]
fn belief_matches_ledger_breaks_when_cancel_forgets() {
    let steps =
        "steps: [{ at: 0s, card-sale: { amount: CNY 25.00 } }, { when: acquirer.commits, press: cancel }]";
    breaks(Law::BeliefMatchesLedger, "cancel-forgets", steps);
}

#[test]
fn reversal_survives_breaks_when_reversals_live_in_memory() {
    let cut = "faults: [{ power: { cut: terminal, for: 5s }, when: acquirer.commits }]";
    breaks(Law::ReversalSurvives, "forgetful", &format!("{SALE}\n{cut}"));
}

#[test]
fn unknown_is_asked_breaks_when_silence_means_approved() {
    breaks(Law::UnknownIsAsked, "silence-is-approved", &format!("{SALE}\n{ANSWER_LOST}"));
}

#[test]
fn unknown_is_asked_breaks_when_cancel_forgets() {
    let steps = "steps: [{ at: 0s, card-sale: { amount: CNY 25.00 } }, { at: 1s, press: cancel }]";
    let lost = "faults: [{ on: terminal.asks, message: sale, drop: { times: 1 } }]";
    breaks(Law::UnknownIsAsked, "cancel-forgets", &format!("{steps}\n{lost}"));
}

#[test]
fn unknown_is_asked_takes_no_offence_at_another_try_after_a_code_that_nobody_has_seen() {
    // No order arrives: the gateway knows of none to close, and the operator has the customer pay once more.
    let unseen = "people: { operator: { scans-again: { between: 30s, and: 30s } } }\n\
        steps: [{ at: 0s, show-qr: { wallet: wechat, amount: CNY 18.50 } }, { at: 11s, press: cancel }]\n\
        faults: [{ on: terminal.asks, message: order, drop: { times: 2 } }]";
    for sound in ["reference", "kiosk"] {
        let found = outcome(&format!("terminal: {sound}\n{unseen}\nexpect: {{ captured: CNY 18.50 }}"));
        assert_eq!((found.broken_laws(), found.net()), (vec![], Fen(1850)), "{sound}");
    }
    let asks_nobody = broken("cancel-forgets", &unseen.replace("at: 11s, press", "at: 5s, press"));
    assert!(asks_nobody.contains(&Law::UnknownIsAsked), "{asks_nobody:?}");
}

#[test]
fn reversal_survives_breaks_when_a_reversal_in_flight_is_forgotten() {
    let lost = "faults: [{ on: terminal.asks, message: reversal, drop: { times: 1 } }, \
        { on: acquirer.answers, message: sale, drop: { times: 1 } }, \
        { power: { cut: terminal, for: 5s }, when: terminal.reverses }]";
    breaks(Law::ReversalSurvives, "forgetful", &format!("{SALE}\n{lost}"));
}

#[test]
fn receipt_follows_money_breaks_when_an_unheard_request_is_printed_as_approved() {
    let lost = "faults: [{ on: terminal.asks, message: sale, drop: { times: 1 } }]";
    breaks(Law::ReceiptFollowsMoney, "silence-is-approved", &format!("{SALE}\n{lost}"));
}

#[test]
fn receipt_follows_money_breaks_when_a_missing_slip_takes_the_money_back() {
    let paper = "faults: [{ printer: { paper-left: 20mm } }]";
    breaks(Law::ReceiptFollowsMoney, "no-slip-no-sale", &format!("{SALE}\n{paper}"));
}

#[test]
fn receipt_follows_money_breaks_when_an_altered_journal_is_printed() {
    let steps =
        "steps: [{ at: 0s, id: sale, card-sale: { amount: CNY 25.00 } }, { at: 20s, reprint: { of: sale } }]";
    let altered = "faults: [{ at: 15s, terminal: { flip-bit: { of: approved, bit: 187 } } }]";
    breaks(Law::ReceiptFollowsMoney, "unchecked-journal", &format!("{steps}\n{altered}"));
}

#[test]
fn reversal_survives_breaks_when_a_start_begins_anew() {
    let hang = "faults: [{ terminal: hang, when: acquirer.commits }]";
    breaks(Law::ReversalSurvives, "begins-anew", &format!("{SALE}\n{hang}"));
}

#[test]
fn number_unique_breaks_when_a_torn_record_costs_the_whole_journal() {
    let steps = "steps: [{ at: 0s, card-sale: { amount: CNY 25.00 } }, { at: 60s, card-sale: { amount: CNY 30.00 } }, { at: 120s, card-sale: { amount: CNY 5.00 } }]";
    let torn = "faults: [{ power: { cut: terminal, for: 5s }, at: 60003ms }]";
    breaks(Law::NumberUnique, "formats-its-journal", &format!("{steps}\n{torn}"));
}

#[test]
fn receipt_in_hand_breaks_when_nobody_looks_at_the_printer() {
    let jam = "faults: [{ printer: { jam: { at: 40mm } } }]";
    breaks(Law::ReceiptInHand, "ignores-printer", &format!("{SALE}\n{jam}"));
}

#[test]
fn receipt_not_retracted_breaks_when_a_kiosk_prints_before_it_knows() {
    let lost = "faults: [{ on: acquirer.notifies, drop: { times: 1 } }]";
    breaks(Law::ReceiptNotRetracted, "kiosk-prints-first", &format!("{CODE}\n{lost}"));
}

#[test]
fn reprint_marked_breaks_when_a_second_slip_looks_like_a_first() {
    let steps = "steps: [{ at: 0s, card-sale: { amount: CNY 25.00 } }, { at: 60s, press: reprint }]";
    breaks(Law::ReprintMarked, "reprints-unmarked", steps);
}

#[test]
fn reprint_marked_breaks_when_a_reprint_takes_the_money_again() {
    let key = Key::Card { terminal: TerminalNo(0), batch: 1, stan: 1 };
    let copy = terminal::Copy::Customer;
    let again = |by| {
        let (movement, amount) = (Movement::Captured, Fen(2500));
        let printed = Fact::Terminal(Event::Printing { key, copy, amount: Fen(2500), reprint: true });
        let committed = acquirer::Event::Committed { key, movement, amount, by: Some(by) };
        judged_with(SALE, [printed, Fact::Acquirer(committed)]).contains(&Law::ReprintMarked)
    };
    assert!(again(key));
    assert!(!again(Key::Card { terminal: TerminalNo(0), batch: 1, stan: 2 }), "another transaction");
}

#[test]
fn number_unique_breaks_when_trace_numbers_live_in_memory() {
    let steps = "steps: [{ at: 0s, card-sale: { amount: CNY 25.00 } }, { at: 60s, card-sale: { amount: CNY 30.00 } }]";
    let cut = "faults: [{ power: { cut: terminal, for: 5s }, at: 20s }]";
    breaks(Law::NumberUnique, "forgetful", &format!("{steps}\n{cut}"));
}

#[test]
fn belief_matches_ledger_breaks_when_trouble_means_declined() {
    let busy = "faults: [{ acquirer: { commits-but-says: 96, to: sale, times: 1 } }]";
    breaks(Law::BeliefMatchesLedger, "busy-is-declined", &format!("{SALE}\n{busy}"));
}

#[test]
fn reply_matches_breaks_when_a_late_approval_ends_a_reversal() {
    let late = "faults: [{ acquirer: { answers-late: 70s, to: sale, times: 1 } }, \
        { acquirer: { loses: request, to: reversal, times: 1 } }]";
    breaks(Law::ReplyMatches, "takes-any-reply", &format!("{SALE}\n{late}"));
}

/// Whether a terminal may learn that result of a charge when this is all that was said of it.
fn told(said: &[acquirer::Event], key: Key, result: ChargeResult) -> bool {
    let learned = Fact::Terminal(Event::Learned { key, result });
    let facts = said.iter().map(|event| Fact::Acquirer(*event)).chain([learned]);
    !judged_with(SALE, facts).contains(&Law::ReplyMatches)
}

#[test]
fn reply_matches_breaks_when_a_card_charge_is_taken_for_what_nobody_said_of_it() {
    use ChargeResult::{Approved, Declined, Undone};
    let key = Key::Card { terminal: TerminalNo(0), batch: 1, stan: 9 };
    let said = |kind, code, result| told(&[answered(kind, key, code)], key, result);
    assert!(said(Kind::Sale, "00", Approved) && said(Kind::Sale, "51", Declined));
    assert!(said(Kind::Reversal, "00", Undone) && said(Kind::Reversal, "25", Undone));
    assert!(!said(Kind::Sale, "51", Approved), "refused");
    assert!(!said(Kind::Sale, "00", Declined), "approved");
    assert!(!said(Kind::Sale, "00", Undone), "the sale's answer");
    assert!(!said(Kind::Reversal, "96", Undone), "not reversed");
    assert!(!said(Kind::Reversal, "00", Approved) && !said(Kind::Reversal, "00", Declined));
}

#[test]
fn reply_matches_breaks_when_an_order_is_taken_for_what_nobody_said_of_it() {
    use ChargeResult::{Approved, Declined, Undone};
    let number = OrderNo::new("12345678W000009").unwrap();
    let key = Key::Order(number);
    let said = |kind, code, result| told(&[answered(kind, key, code)], key, result);
    assert!(said(Kind::Query, "SUCCESS", Approved) && said(Kind::Order, "NOAUTH", Declined));
    for code in ["CLOSED", "REVOKED", "REFUND", "PAYERROR"] {
        assert!(said(Kind::Query, code, Undone), "{code}");
        assert!(!said(Kind::Query, code, Approved), "{code}");
    }
    assert!(!said(Kind::Query, "NOTPAY", Approved), "not paid");
    assert!(!said(Kind::Order, "SUCCESS", Approved), "only ordered");
    assert!(!said(Kind::Order, "SUCCESS", Declined), "ordered");
    assert!(
        !said(Kind::Query, "NOTPAY", Undone) && !said(Kind::Close, "SUCCESS", Undone),
        "not said to be closed"
    );

    let noticed = |fault| {
        let notified = acquirer::Event::Notified { order: number, what: What::Payment, attempt: 1, fault };
        [Approved, Declined, Undone].map(|result| told(&[notified], key, result))
    };
    let forged = Forgery { claim: Claim::Amount { by_fen: 1 }, signing: Signing::Right };
    assert_eq!(noticed(None), [true, false, false]);
    assert_eq!(noticed(Some(NoticeFault::HeldBack)), [true, false, false]);
    assert_eq!(noticed(Some(NoticeFault::Forged(forged))), [false; 3]);
    assert_eq!(noticed(Some(NoticeFault::Drop)), [false; 3]);
}

#[test]
fn reply_matches_breaks_when_a_scan_or_a_refund_is_taken_for_what_nobody_said_of_it() {
    use ChargeResult::{Approved, Declined, Undone};
    let key = Key::Order(OrderNo::new("12345678W000009").unwrap());
    let said = |kind, code, result| told(&[answered(kind, key, code)], key, result);
    assert!(said(Kind::Pay, "SUCCESS", Approved) && said(Kind::Pay, "AUTHCODEEXPIRE", Declined));
    assert!(said(Kind::RefundOrder, "SUCCESS", Approved) && said(Kind::RefundQuery, "SUCCESS", Approved));
    assert!(said(Kind::RefundOrder, "TRADE_STATE_ERROR", Declined));
    assert!(!said(Kind::Pay, "USERPAYING", Approved), "not paid yet");
    assert!(!said(Kind::Pay, "SUCCESS", Declined) && !said(Kind::Pay, "SUCCESS", Undone), "paid");
    assert!(!said(Kind::Reverse, "SUCCESS", Undone), "the answer to a reverse names no order");
    assert!(!said(Kind::RefundQuery, "REFUNDNOTEXIST", Declined), "it may still be on its way");
}

#[test]
fn charged_once_breaks_when_the_customer_is_asked_for_a_code_while_typing() {
    let typing =
        "steps: [{ at: 0s, scan: { wallet: wechat, amount: CNY 18.50, customer-enters-password: 5s } }]";
    breaks(Law::ChargedOnce, "password-is-charged-again", typing);
}

#[test]
fn belief_matches_ledger_breaks_when_patience_ends_without_a_reverse() {
    let late =
        "steps: [{ at: 0s, scan: { wallet: wechat, amount: CNY 18.50, customer-enters-password: 70s } }]";
    breaks(Law::BeliefMatchesLedger, "silence-is-declined", late);
}

#[test]
fn unknown_is_asked_breaks_when_every_read_is_a_charge() {
    let typing =
        "steps: [{ at: 0s, scan: { wallet: wechat, amount: CNY 18.50, customer-enters-password: 9s } }]";
    let twice = "faults: [{ scanner: { sends-twice: { after: 3s } } }]";
    breaks(Law::UnknownIsAsked, "every-read-charges", &format!("{typing}\n{twice}"));
}

#[test]
fn void_once_breaks_when_a_refund_without_an_answer_gets_another_number() {
    let steps = "steps: [{ at: 0s, id: code, show-qr: { wallet: wechat, amount: CNY 18.50 } }, \
        { at: 30s, refund: { of: code, amount: CNY 5.00 } }]";
    let lost = "faults: [{ acquirer: { loses: answer, to: refund-order, times: 1 } }]";
    breaks(Law::VoidOnce, "naive-repeat", &format!("{steps}\n{lost}"));
}

#[test]
fn notification_idempotent_breaks_when_a_late_notice_books_a_refunded_payment() {
    let steps = "steps: [{ at: 0s, id: code, show-qr: { wallet: wechat, amount: CNY 18.50 } }, \
        { at: 30s, refund: { of: code } }]";
    let late = "faults: [{ acquirer: { notifies: after-a-refund, times: 1 } }]";
    breaks(Law::NotificationIdempotent, "books-every-notice", &format!("{steps}\n{late}"));
}

fn answered(kind: Kind, key: Key, code: &str) -> acquirer::Event {
    acquirer::Event::Answered { kind, key, code: Code::new(code) }
}

#[test]
fn reversal_blocks_breaks_when_the_next_charge_takes_the_place_of_a_reversal() {
    let steps = "steps: [{ at: 0s, card-sale: { amount: CNY 25.00 } }, { at: 70s, card-sale: { amount: CNY 30.00 } }]";
    let lost = "faults: [{ acquirer: { loses: answer, to: sale, times: 1 } }, \
        { acquirer: { loses: request, to: reversal, times: 1 } }]";
    breaks(Law::ReversalBlocks, "one-reversal-slot", &format!("{steps}\n{lost}"));
}

#[test]
fn notification_idempotent_breaks_when_a_payment_is_told_to_nobody_who_listens() {
    let steps =
        "steps: [{ at: 0s, show-qr: { wallet: wechat, amount: CNY 18.50 } }, { at: 2s, press: cancel }]";
    breaks(Law::NotificationIdempotent, "cancel-forgets", steps);
}

#[test]
fn notification_idempotent_breaks_when_nobody_looks_who_signed() {
    // The notification of the first order, told again: by a stranger, about the second.
    let order = |at, rest| format!("{{ at: {at}s, show-qr: {{ wallet: wechat, amount: CNY 33.00{rest} }} }}");
    let (first, second) = (order(0, ""), order(11, ", customer-pays: never"));
    let steps = format!("steps: [{first}, {second}]");
    let faults = "faults: [{ acquirer: { loses: notification, times: 1 } }, \
        { acquirer: { notifies-falsely: { order: 12345678W000002, signed: with-a-wrong-key }, times: 1 } }]";
    breaks(Law::NotificationIdempotent, "believes-notices", &format!("{steps}\n{faults}"));
}

#[test]
fn notification_idempotent_breaks_when_another_amount_means_declined() {
    let less = "faults: [{ acquirer: { notifies-falsely: { less: CNY 18.49, signed: rightly } } }]";
    breaks(Law::NotificationIdempotent, "other-amount-is-declined", &format!("{CODE}\n{less}"));
}

#[test]
fn notification_idempotent_breaks_when_an_unpaid_order_is_booked_or_a_paid_one_twice() {
    let order = Key::Order(OrderNo::new("12345678W000001").unwrap());
    let learned = Event::Learned { key: order, result: ChargeResult::Approved };
    let booked = Event::Durable { key: order, noted: terminal::Noted::Approved };
    let never = "steps: [{ at: 0s, show-qr: { wallet: wechat, amount: CNY 18.50, customer-pays: never } }]";
    assert!(judged_with(never, []).is_empty());
    assert_eq!(
        judged_with(never, [Fact::Terminal(learned)]),
        [Law::ReplyMatches, Law::NotificationIdempotent]
    );
    assert!(judged_with(CODE, []).is_empty());
    assert_eq!(judged_with(CODE, [Fact::Terminal(booked)]), [Law::NotificationIdempotent]);
}

fn moved(movements: &[(Movement, i64)]) -> Vec<Law> {
    let key = Key::Card { terminal: TerminalNo(0), batch: 1, stan: 9 };
    let facts = movements.iter().map(|(movement, fen)| {
        Fact::Acquirer(acquirer::Event::Committed {
            key,
            movement: *movement,
            amount: Fen(*fen),
            by: Some(key),
        })
    });
    let about: Vec<Law> = judged_with(SALE, facts);
    // Money that nobody began to charge breaks another law, as it should.
    about.into_iter().filter(|law| matches!(law, Law::HoldEndsOnce | Law::VoidOnce)).collect()
}

#[test]
fn hold_ends_once_breaks_when_a_hold_ends_twice_or_beyond_its_limits() {
    use Movement::{Completed, Held, Released, Reversed, Voided};
    for right in [
        &[(Held, 1000)][..],
        &[(Held, 1000), (Released, 1000)],
        &[(Held, 1000), (Completed, 1150)],
        &[(Held, 1000), (Completed, 800), (Voided, 800), (Held, 1000), (Released, 1000)],
        &[(Held, 1000), (Completed, 800), (Reversed, 800), (Held, 1000), (Completed, 900)],
    ] {
        assert_eq!(moved(right), [], "{right:?}");
    }
    for wrong in [
        &[(Released, 1000)][..],
        &[(Held, 1000), (Held, 1000)],
        &[(Held, 1000), (Released, 1000), (Released, 1000)],
        &[(Held, 1000), (Completed, 800), (Completed, 800)],
        &[(Held, 1000), (Completed, 800), (Released, 200)],
        &[(Held, 1000), (Completed, 1151)],
        &[(Held, 1000), (Released, 999)],
    ] {
        assert_eq!(moved(wrong), [Law::HoldEndsOnce], "{wrong:?}");
    }
}

#[test]
fn void_once_breaks_when_more_goes_back_than_came_in() {
    use Movement::{Captured, Refunded, Restored, Reversed, Voided};
    for right in [
        &[(Captured, 1000), (Voided, 1000)][..],
        &[(Captured, 1000), (Voided, 1000), (Restored, 1000), (Voided, 1000)],
        &[(Captured, 1000), (Refunded, 400), (Refunded, 600)],
    ] {
        assert_eq!(moved(right), [], "{right:?}");
    }
    for wrong in [
        &[(Captured, 1000), (Voided, 1000), (Voided, 1000)][..],
        &[(Captured, 1000), (Voided, 900)],
        &[(Captured, 1000), (Refunded, 400), (Refunded, 601)],
        &[(Captured, 1000), (Refunded, 400), (Voided, 1000)],
        &[(Captured, 1000), (Voided, 1000), (Refunded, 1)],
        &[(Captured, 1000), (Reversed, 1000), (Voided, 1000)],
    ] {
        assert_eq!(moved(wrong), [Law::VoidOnce], "{wrong:?}");
    }
}

#[test]
fn totals_settle_breaks_when_a_difference_is_hidden() {
    let domestic = HalfTotals { debit: Fen(2500), debit_count: 1, ..HalfTotals::default() };
    let sale = BatchTotals { domestic, ..BatchTotals::default() };
    let judged = |theirs, ours, uploaded: bool| {
        let (terminal, batch, comparison) = (TerminalNo(0), 1, Comparison::default());
        let settled = acquirer::Event::Settled { terminal, batch, theirs, ours };
        let compared = acquirer::Event::Compared { terminal, batch, comparison };
        let facts = [settled].into_iter().chain(uploaded.then_some(compared));
        judged_with(SALE, facts.map(Fact::Acquirer))
    };
    assert_eq!(judged(sale, sale, false), []);
    assert_eq!(judged(sale, BatchTotals::default(), true), []);
    assert_eq!(judged(sale, BatchTotals::default(), false), [Law::TotalsSettle]);
    let both_wrong = BatchTotals::default();
    assert_eq!(judged(both_wrong, both_wrong, false), [Law::TotalsSettle]);
}

/// The laws that break when something more was reported at the end of a run on the sound firmware.
fn judged_with(steps: &str, more: impl IntoIterator<Item = Fact>) -> Vec<Law> {
    let mut run = run(&plan(&format!("{steps}\nexpect: {{ captured: nothing }}")));
    for fact in more {
        run.trace.record(run.ended_at, Entry::Noted(fact));
    }
    judge(&Evidence::of(&run), None).iter().map(|breach| breach.law).collect()
}

/// A payment that is asked about on a firmware that keeps no slip that was not wanted, and who presses what then.
const KEEPS_NONE: &str = "terminal: { profile: silence-is-no-receipt, receipt-prompt: 30s }";
const ASKED: &str = "steps: [{ at: 0s, scan: { wallet: wechat, amount: CNY 14.50 } }";

#[test]
fn receipt_in_hand_breaks_when_the_firmware_alone_says_that_none_was_wanted() {
    let run = run(&plan(&format!("{KEEPS_NONE}\n{ASKED}]\nexpect: {{ captured: nothing }}")));
    let mut claimed = Run { trace: sim::Trace::empty(), ..run.clone() };
    for record in run.trace.records() {
        let entry = match record.entry.clone() {
            Entry::Event { machine, event: Fact::Terminal(Event::NoSlip { key, kept, .. }) } => {
                let said = Event::NoSlip { key, kept, why: NoSlip::NotWanted };
                Entry::Event { machine, event: Fact::Terminal(said) }
            }
            entry => entry,
        };
        claimed.trace.record(record.at, entry);
    }
    let laws: Vec<Law> = judge(&Evidence::of(&claimed), None).iter().map(|breach| breach.law).collect();
    assert_eq!(laws, [Law::ReceiptInHand]);
}

#[test]
fn receipt_in_hand_breaks_when_a_wrong_key_is_taken_for_the_customers_no() {
    let wrong = "people: { operator: { hits-wrong-key: { between: 2s, and: 2s } } }";
    let steps = format!("{ASKED}, {{ at: 20s, log-on: 2 }}]\nexpect: {{ captured: nothing }}");
    let cancelled: Vec<Vec<Law>> = (0..20)
        .map(|seed| VirtualTestbed.run(&plan(&format!("{KEEPS_NONE}\n{wrong}\n{steps}")), Seed(seed)))
        .filter(|run| {
            Evidence::of(run)
                .terminal()
                .any(|(_, event)| matches!(event, Event::NoSlip { why: NoSlip::NotWanted, .. }))
        })
        .map(|run| judge(&Evidence::of(&run), None).iter().map(|breach| breach.law).collect())
        .collect();
    assert!(cancelled.len() > 3, "{} wrong keys", cancelled.len());
    assert!(cancelled.iter().all(|laws| *laws == [Law::ReceiptInHand]), "{cancelled:?}");
}

#[test]
fn receipt_in_hand_takes_a_persons_no_only_while_the_display_asks() {
    let laws = |more: &str| {
        broken("{ profile: silence-is-no-receipt, receipt-prompt: 30s }", &format!("{ASKED}{more}]"))
    };
    assert_eq!(laws(", { at: 20s, press: cancel }"), []);
    assert_eq!(laws(", { at: 50s, press: cancel }"), [Law::ReceiptInHand]);
    assert_eq!(
        laws(", { at: 15s, card-sale: { amount: CNY 5.00 } }, { at: 15100ms, press: cancel }"),
        [Law::ReceiptInHand]
    );
}

#[test]
fn settles_breaks_when_a_reversal_waits_for_an_answer_that_comes_once() {
    // The sale's answer and the first reversal's are lost: the host answers the second reversal with 25 for ever.
    let lost = "faults: [{ on: acquirer.answers, drop: { times: 2 } }]";
    breaks(Law::Settles, "never-gives-up", &format!("{SALE}\n{lost}"));
}

#[test]
fn deterministic_breaks_when_a_firmware_draws_from_outside_its_seed() {
    let sound = plan(&format!("{SALE}\nexpect: {{ captured: CNY 25.00 }}"));
    assert_eq!(judged_twice(|| run(&sound)), []);
    // A firmware whose time-out comes from a counter that outlives the run, as from a clock or an address.
    let ambient = AtomicU32::new(20);
    let drifting = || {
        let seconds = ambient.fetch_add(1, Ordering::Relaxed);
        let terminal = format!("terminal: {{ profile: reference, reply-timeout: {seconds}s }}");
        let plan = plan(&format!("{terminal}\n{SALE}\n{ANSWER_LOST}\nexpect: {{ captured: nothing }}"));
        run(&plan)
    };
    assert_eq!(judged_twice(drifting), [Law::Deterministic]);
}

fn judged_twice(once: impl Fn() -> Run) -> Vec<Law> {
    let (one, other) = (once(), once());
    let evidence = Evidence::of(&one);
    judge(&evidence, Some(&other)).iter().map(|breach| breach.law).collect()
}

#[test]
fn another_seed_is_another_run_only_where_there_is_chance() {
    let sure = plan(&format!("{SALE}\nexpect: {{ captured: CNY 25.00 }}"));
    let trace = |plan: &Arc<Plan>, seed| VirtualTestbed.run(plan, Seed(seed)).trace;
    assert!(trace(&sure, 1) == trace(&sure, 2));
    let chance = "faults: [{ on: terminal.asks, drop: { chance: 1/2 } }]";
    let unsure = plan(&format!("{SALE}\n{chance}\nexpect: {{ captured: CNY 25.00 }}"));
    let first = trace(&unsure, 0);
    assert!((1..20).any(|seed| trace(&unsure, seed) != first), "twenty seeds of a coin gave one run");
    assert!(trace(&unsure, 7) == trace(&unsure, 7));
}
