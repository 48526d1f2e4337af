//! Claims about orders: one a rule, with the numbers that the platforms publish.

use super::book::{
    ALIPAY, Book, V2, by_no, close, code, fen, make, number, pay, query, refund, refunds_of, reverse,
};
use crate::config::WalletSetup;
use crate::event::Movement;
use crate::gateway::Call;
use crate::ledger::Cause;
use crate::orders::{OrderRules, State};
use ::wallet::ask::{Ask, OrderRef, PaymentCode, Refund, RefundRef};
use ::wallet::exchange::Dialect;
use ::wallet::moment::Day;
use ::wallet::told::{Told, Undone};
use sim::{Fen, OrderNo};

const DAY_S: u64 = 86_400;

/// A WeChat and an Alipay order T-1 of 18.50, both paid at once.
fn paid() -> Book {
    let mut book = Book::new();
    for dialect in [V2, ALIPAY] {
        assert_eq!(book.say(dialect, pay("T-1", 1850, code(dialect, 1, "00"))), "paid 1850");
    }
    book
}

#[test]
fn a_payment_code_pays_at_once_and_the_order_is_found_by_both_its_numbers() {
    for (dialect, prefix) in [(V2, "42"), (ALIPAY, "20260105")] {
        let mut book = paid();
        assert_eq!(book.net(number(dialect, "T-1")), Fen(1850));
        let Ok(Told::Order(order)) = book.ask(dialect, query("T-1")) else { panic!("the order is told") };
        let payment = order.payment.unwrap();
        assert!(payment.transaction_id.starts_with(prefix) && payment.transaction_id.len() == 28);
        // The run starts on 5 January 2026 at 09:00 in Beijing.
        assert_eq!(payment.paid_at.dashed(), "2026-01-05 09:00:00");
        let by_id = Ask::Query(OrderRef::TransactionId(payment.transaction_id.clone()));
        assert_eq!(book.say(dialect, by_id.clone()), "paid 1850");
        // What one platform paid, the other has never heard of.
        let other = if dialect == V2 { ALIPAY } else { V2 };
        assert_eq!(book.say(other, by_id), "NoSuchOrder");
    }
}

#[test]
fn a_call_with_the_number_of_another_shops_payment_is_about_no_order() {
    let mut book = paid();
    let Ok(Told::Order(order)) = book.ask(V2, query("T-1")) else { panic!("the order is told") };
    let by_id = OrderRef::TransactionId(order.payment.unwrap().transaction_id);
    let about = |dialect| {
        let call = Call { asked: Ok(Ask::Reverse(by_id.clone())), dialect, merchant: 0 };
        call.order(&book.books)
    };
    assert_eq!(about(Dialect::WeChatV3), Some(number(V2, "T-1")));
    assert_eq!(about(ALIPAY), None);
}

#[test]
fn the_same_number_at_two_platforms_is_two_orders() {
    let mut book = paid();
    assert_eq!(book.say(V2, reverse("T-1")), "undone, refunded");
    assert_eq!((book.net(number(V2, "T-1")), book.net(number(ALIPAY, "T-1"))), (Fen::ZERO, Fen(1850)));
    assert_eq!(book.say(ALIPAY, query("T-1")), "paid 1850");
}

#[test]
fn both_dialects_of_a_platform_see_the_same_orders() {
    let mut book = paid();
    assert_eq!(book.say(Dialect::WeChatV3, query("T-1")), "paid 1850");
    assert_eq!(book.say(Dialect::AlipayV3, query("T-1")), "paid 1850");
    assert_eq!(book.say(Dialect::WeChatV3, pay("T-1", 1850, code(V2, 1, "00"))), "AlreadyPaid");
}

#[test]
fn the_same_order_again_charges_once_and_other_data_under_its_number_is_refused() {
    for dialect in [V2, ALIPAY] {
        let mut book = paid();
        assert_eq!(book.say(dialect, pay("T-1", 1850, code(dialect, 2, "00"))), "AlreadyPaid");
        assert_eq!(book.say(dialect, pay("T-1", 1851, code(dialect, 2, "00"))), "NumberUsedForOther");
        assert_eq!(book.say(dialect, make("T-1", 1850)), "NumberUsedForOther");
        assert_eq!(book.net(number(dialect, "T-1")), Fen(1850));
        // The code of the refused attempts was never taken to its payer.
        assert_eq!(book.say(dialect, pay("T-2", 100, code(dialect, 2, "00"))), "paid 100");
    }
}

#[test]
fn a_payment_code_pays_once() {
    for dialect in [V2, ALIPAY] {
        let mut book = paid();
        assert_eq!(book.say(dialect, pay("T-2", 100, code(dialect, 1, "00"))), "CodeInvalid");
        assert_eq!(book.say(dialect, query("T-2")), "NoSuchOrder");
        // A payer who types the password has shown the code too.
        assert_eq!(book.say(dialect, pay("T-3", 100, code(dialect, 7, "01"))), "paying");
        assert_eq!(book.say(dialect, pay("T-4", 100, code(dialect, 7, "01"))), "CodeInvalid");
    }
}

#[test]
fn codes_of_other_wallets_and_of_nobody_are_invalid() {
    let mut book = Book::new();
    let foreign = [code(ALIPAY, 1, "00"), PaymentCode::new("6212345678901234567".into())];
    for code in foreign.into_iter().chain(["", "1", "1345"].map(|text| PaymentCode::new(text.into()))) {
        assert_eq!(book.say(V2, pay("T-1", 100, code)), "CodeInvalid");
    }
    assert_eq!(book.say(ALIPAY, pay("T-1", 100, code(V2, 1, "00"))), "CodeInvalid");
    assert!(book.books.ledger().entries().is_empty());
}

#[test]
fn payers_do_what_the_setup_says() {
    let cases = [
        ("03", "NotEnough", "failed", "open"),
        ("07", "CardUnsupported", "failed", "open"),
        ("04", "CodeExpired", "NoSuchOrder", "NoSuchOrder"),
        ("05", "CodeInvalid", "NoSuchOrder", "NoSuchOrder"),
        ("06", "CodeInvalid", "NoSuchOrder", "NoSuchOrder"),
    ];
    for (who, told, wechat, alipay) in cases {
        let mut book = Book::new();
        for (dialect, found) in [(V2, wechat), (ALIPAY, alipay)] {
            assert_eq!(book.say(dialect, pay("T-1", 100, code(dialect, 1, who))), told);
            assert_eq!(book.say(dialect, query("T-1")), found, "{who}");
            assert_eq!(book.net(number(dialect, "T-1")), Fen::ZERO);
            // The same number may be tried again with another code, as the platform advises.
            assert_eq!(book.say(dialect, pay("T-1", 100, code(dialect, 2, "00"))), "paid 100");
        }
    }
}

#[test]
fn a_password_is_waited_for_and_the_answer_is_the_same_when_asked_again() {
    for dialect in [V2, ALIPAY] {
        let mut book = Book::new();
        let ask = || pay("T-1", 100, code(dialect, 1, "01"));
        assert_eq!(book.say(dialect, ask()), "paying");
        assert_eq!(book.say(dialect, ask()), "paying");
        // He agrees after 10 s, and the money moves 300 ms later.
        book.pass_ms(10_299);
        assert_eq!(
            (book.say(dialect, query("T-1")), book.net(number(dialect, "T-1"))),
            ("paying".into(), Fen::ZERO)
        );
        book.pass_ms(1);
        assert_eq!(
            (book.say(dialect, query("T-1")), book.net(number(dialect, "T-1"))),
            ("paid 100".into(), Fen(100))
        );
        assert_eq!(book.story(), [format!("10.300s captured CNY 1.00, {}", number(dialect, "T-1"))]);
    }
}

#[test]
fn wechat_waits_for_ever_unless_it_revokes_after_45_seconds() {
    let mut book = Book::new();
    assert_eq!(book.say(V2, pay("T-1", 100, code(V2, 1, "02"))), "paying");
    book.pass(DAY_S);
    assert_eq!(book.say(V2, query("T-1")), "paying");

    let wechat = OrderRules::WECHAT.with_auto_revoke();
    let mut book = Book::with(WalletSetup { wechat, ..WalletSetup::default() });
    assert_eq!(book.say(V2, pay("T-1", 100, code(V2, 1, "02"))), "paying");
    book.pass_ms(44_999);
    assert_eq!(book.say(V2, query("T-1")), "paying");
    book.pass_ms(1);
    assert_eq!(book.say(V2, query("T-1")), "revoked");
    assert_eq!(book.say(V2, pay("T-1", 100, code(V2, 2, "00"))), "OrderReversed");
}

#[test]
fn alipay_closes_after_three_minutes() {
    let mut book = Book::new();
    assert_eq!(book.say(ALIPAY, pay("T-1", 100, code(ALIPAY, 1, "02"))), "paying");
    book.pass_ms(179_999);
    assert_eq!(book.say(ALIPAY, query("T-1")), "paying");
    book.pass_ms(1);
    assert_eq!(book.say(ALIPAY, query("T-1")), "closed");
    assert_eq!(book.say(ALIPAY, pay("T-1", 100, code(ALIPAY, 2, "00"))), "OrderClosed");
    assert_eq!(book.story(), ["3m00s closed CNY 1.00, 1/T-1"]);
}

#[test]
fn who_agrees_after_the_end_pays_nothing() {
    let wechat = OrderRules::WECHAT.with_auto_revoke();
    let mut book = Book::with(WalletSetup { wechat, ..WalletSetup::default() });
    assert_eq!(book.say(V2, pay("T-1", 100, code(V2, 1, "08"))), "paying");
    book.pass(60);
    assert_eq!(book.say(V2, query("T-1")), "revoked");
    assert!(book.books.ledger().entries().is_empty());
    assert_eq!(
        book.story(),
        ["45s closed CNY 1.00, T-1", "50.300s payment refused, order closed, order T-1"]
    );
}

#[test]
fn an_order_ends_when_the_merchant_says() {
    let mut book = Book::new();
    let Ask::Make(mut order) = make("T-1", 100) else { unreachable!() };
    order.expires = ::wallet::moment::WallTime::parse_compact("20260105090130");
    assert!(book.say(V2, Ask::Make(order.clone())).starts_with("weixin://"));
    book.pass_ms(89_999);
    assert_eq!(book.say(V2, query("T-1")), "open");
    book.pass_ms(1);
    assert_eq!(book.say(V2, query("T-1")), "closed");
    // An end that is over makes no order.
    order.order_no = "T-2".into();
    assert_eq!(book.say(V2, Ask::Make(order)), "WrongParameter(\"time_expire\")");
}

#[test]
fn a_reverse_gives_back_once_what_was_paid() {
    for dialect in [V2, ALIPAY] {
        let mut book = paid();
        assert_eq!(book.say(dialect, reverse("T-1")), "undone, refunded");
        assert_eq!(book.moved, Some((Movement::Reversed, Fen(1850))));
        assert_eq!(book.say(dialect, reverse("T-1")), "nothing to undo");
        assert_eq!(book.moved, None);
        assert_eq!(book.say(dialect, query("T-1")), "revoked");
        assert_eq!(book.net(number(dialect, "T-1")), Fen::ZERO);
        let last = book.books.ledger().entries().last().unwrap();
        assert_eq!((last.cause, last.amount), (Cause::OrderReversed, Fen(1850)));
        assert_eq!(book.say(dialect, pay("T-1", 1850, code(dialect, 9, "00"))), "OrderReversed");
    }
}

#[test]
fn a_reverse_of_an_unpaid_order_bars_it() {
    for dialect in [V2, ALIPAY] {
        for who in ["02", "03", "08"] {
            let mut book = Book::new();
            book.say(dialect, pay("T-1", 100, code(dialect, 1, who)));
            assert_eq!(book.say(dialect, reverse("T-1")), "undone, closed");
            book.pass(120);
            assert_eq!(book.say(dialect, pay("T-1", 100, code(dialect, 2, "00"))), "OrderReversed");
            assert!(!book.confirm(number(dialect, "T-1")));
            assert!(book.books.ledger().entries().is_empty());
        }
    }
}

#[test]
fn a_reverse_of_what_nobody_ordered_is_an_error_at_wechat_and_a_bar_at_alipay() {
    let mut book = Book::new();
    assert_eq!(book.say(V2, reverse("T-1")), "NoSuchOrder");
    assert_eq!(book.say(V2, pay("T-1", 100, code(V2, 1, "00"))), "paid 100");
    for _ in 0..2 {
        assert_eq!(book.say(ALIPAY, reverse("T-1")), "nothing to undo");
    }
    assert_eq!(book.say(ALIPAY, query("T-1")), "NoSuchOrder");
    // A payment that its cancel has overtaken is never captured.
    assert_eq!(book.say(ALIPAY, pay("T-1", 100, code(ALIPAY, 1, "00"))), "OrderReversed");
    assert_eq!(book.net(number(ALIPAY, "T-1")), Fen::ZERO);
}

#[test]
fn a_reverse_that_meets_a_payment_at_the_bank_ends_revoked_and_refunded() {
    for dialect in [V2, ALIPAY] {
        let mut book = Book::new();
        book.say(dialect, pay("T-1", 100, code(dialect, 1, "01")));
        // He agrees at 10 s; the bank takes 300 ms.
        book.pass_ms(10_100);
        assert_eq!(book.say(dialect, reverse("T-1")), "undone, closed");
        book.pass(1);
        assert_eq!(book.say(dialect, query("T-1")), "revoked");
        assert_eq!(book.net(number(dialect, "T-1")), Fen::ZERO);
        let of_order: Vec<_> = book.books.ledger().entries().iter().map(|entry| entry.cause).collect();
        assert_eq!(of_order, [Cause::OrderPaid, Cause::OrderReversed]);
        let shown = number(dialect, "T-1");
        let story =
            [format!("10.300s captured CNY 1.00, {shown}"), format!("10.300s reversed CNY 1.00, {shown}")];
        assert_eq!(book.story(), story);
        assert_eq!(book.say(dialect, reverse("T-1")), "nothing to undo");
    }
}

#[test]
fn a_reverse_after_a_late_payment_refunds_it() {
    let mut book = Book::new();
    book.say(V2, pay("T-1", 100, code(V2, 1, "01")));
    book.pass_ms(10_300);
    assert_eq!(book.say(V2, reverse("T-1")), "undone, refunded");
    assert_eq!((book.say(V2, query("T-1")), book.net(number(V2, "T-1"))), ("revoked".into(), Fen::ZERO));
}

#[test]
fn wechat_reverses_within_seven_days_and_alipay_abroad_on_the_same_day() {
    let mut book = paid();
    let mut late = book.clone();
    book.pass(7 * DAY_S);
    assert_eq!(book.say(V2, reverse("T-1")), "undone, refunded");
    late.pass_ms(7 * DAY_S * 1000 + 1);
    assert_eq!(late.say(V2, reverse("T-1")), "TooLate");
    assert_eq!(late.net(number(V2, "T-1")), Fen(1850));

    let alipay = OrderRules::ALIPAY.abroad();
    let mut book = Book::with(WalletSetup { alipay, ..WalletSetup::default() });
    book.say(ALIPAY, pay("T-1", 100, code(ALIPAY, 1, "00")));
    let mut late = book.clone();
    // Paid at 09:00; midnight is 15 hours off, and 15 minutes of grace.
    book.pass(15 * 3600 + 15 * 60 - 1);
    assert_eq!(book.say(ALIPAY, reverse("T-1")), "undone, refunded");
    late.pass(15 * 3600 + 15 * 60);
    assert_eq!(late.say(ALIPAY, reverse("T-1")), "TooLate");
}

#[test]
fn only_an_unpaid_order_can_be_closed() {
    for dialect in [V2, ALIPAY] {
        let mut book = paid();
        assert_eq!(book.say(dialect, close("T-1")), "AlreadyPaid");
        assert_eq!(book.say(dialect, close("T-9")), "NoSuchOrder");
        book.say(dialect, pay("T-2", 100, code(dialect, 2, "02")));
        assert_eq!(book.say(dialect, close("T-2")), "closed");
        assert_eq!(book.say(dialect, close("T-2")), "OrderClosed");
        assert_eq!(book.say(dialect, reverse("T-2")), "nothing to undo");
        assert_eq!(book.say(dialect, query("T-2")), "closed");
        assert!(!book.confirm(number(dialect, "T-2")));
    }
}

#[test]
fn a_shown_order_of_alipay_exists_once_somebody_has_scanned_it() {
    let mut book = Book::new();
    assert!(book.say(ALIPAY, make("T-1", 100)).starts_with("https://qr.alipay.com/"));
    assert!(book.say(V2, make("T-1", 100)).starts_with("weixin://wxpay/bizpayurl?pr="));
    assert_eq!(
        (book.say(ALIPAY, query("T-1")), book.say(V2, query("T-1"))),
        ("NoSuchOrder".into(), "open".into())
    );
    assert!(book.confirm(number(ALIPAY, "T-1")));
    assert_eq!(book.say(ALIPAY, query("T-1")), "open");
    book.pass_ms(300);
    assert_eq!(book.say(ALIPAY, query("T-1")), "paid 100");
    // A cancel finds it all the same: its code must not be paid later.
    book.say(ALIPAY, make("T-2", 100));
    assert_eq!(book.say(ALIPAY, reverse("T-2")), "undone, closed");
    assert!(!book.confirm(number(ALIPAY, "T-2")));
}

#[test]
fn refunds_go_by_their_numbers_and_never_beyond_what_was_paid() {
    for dialect in [V2, ALIPAY] {
        let mut book = paid();
        assert_eq!(book.say(dialect, refund("T-1", "R-1", 1000)), "refunded 1000 of 1850");
        assert_eq!(book.moved, Some((Movement::Refunded, Fen(1000))));
        assert_eq!(book.say(dialect, refund("T-1", "R-1", 1000)), "refunded 1000 of 1850 before");
        assert_eq!(book.moved, None);
        assert_eq!(book.say(dialect, refund("T-1", "R-1", 999)), "NumberUsedForOther");
        assert_eq!(book.say(dialect, refund("T-1", "R-2", 851)), "TooMuchRefund");
        assert_eq!(book.say(dialect, refund("T-1", "R-2", 850)), "refunded 850 of 1850");
        assert_eq!(book.say(dialect, refund("T-1", "R-3", 1)), "TooMuchRefund");
        assert_eq!(book.net(number(dialect, "T-1")), Fen::ZERO);
        assert_eq!(book.say(dialect, query("T-1")), "refunded");
        assert_eq!(book.say(dialect, refunds_of("T-1")), "R-1 1000, R-2 850");
        let causes: Vec<_> = book.books.ledger().entries().iter().skip(2).map(|entry| entry.cause).collect();
        assert_eq!(causes, [Cause::OrderRefunded { refund: 1 }, Cause::OrderRefunded { refund: 2 }]);
    }
}

#[test]
fn a_refunds_number_is_the_shops_at_wechat_and_the_orders_at_alipay() {
    for (dialect, told) in [(V2, "NumberUsedForOther"), (ALIPAY, "refunded 1 of 100")] {
        let mut book = paid();
        book.say(dialect, pay("T-2", 100, code(dialect, 2, "00")));
        book.say(dialect, refund("T-1", "R-1", 1));
        assert_eq!(book.say(dialect, refund("T-2", "R-1", 1)), told);
    }
}

#[test]
fn refunds_are_found_by_either_number() {
    let mut book = paid();
    book.say(V2, refund("T-1", "R-1", 10));
    book.say(V2, refund("T-1", "R-2", 20));
    let by_no = RefundRef { refund_no: Some("R-2".into()), ..RefundRef::default() };
    let Ok(Told::Refunds(found)) = book.ask(V2, Ask::RefundQuery(by_no)) else { panic!("it is found") };
    assert_eq!((found.len(), found[0].amount, found[0].refunded_so_far), (1, fen(20), fen(30)));
    let by_id = RefundRef { refund_id: Some(found[0].refund_id.clone()), ..RefundRef::default() };
    assert_eq!(book.say(V2, Ask::RefundQuery(by_id.clone())), "R-2 20");
    assert_eq!(book.say(ALIPAY, Ask::RefundQuery(by_id)), "NoSuchRefund");
    assert_eq!(book.say(ALIPAY, refunds_of("T-1")), "NoSuchRefund");
    assert_eq!(book.say(ALIPAY, refunds_of("T-9")), "NoSuchOrder");
}

#[test]
fn what_was_not_paid_or_went_back_or_is_a_year_old_is_not_refunded() {
    for dialect in [V2, ALIPAY] {
        let mut book = paid();
        assert_eq!(book.say(dialect, refund("T-9", "R-1", 1)), "NoSuchOrder");
        book.say(dialect, pay("T-2", 100, code(dialect, 2, "02")));
        assert_eq!(book.say(dialect, refund("T-2", "R-1", 1)), "NotPaid");
        book.say(dialect, reverse("T-2"));
        assert_eq!(book.say(dialect, refund("T-2", "R-1", 1)), "OrderReversed");
        let mut late = book.clone();
        book.pass(365 * DAY_S);
        assert_eq!(book.say(dialect, refund("T-1", "R-1", 1)), "refunded 1 of 1850");
        late.pass(365 * DAY_S + 1);
        assert_eq!(late.say(dialect, refund("T-1", "R-1", 1)), "TooLate");
        // One that was made in time is still told a year later.
        book.pass(DAY_S);
        assert_eq!(book.say(dialect, refund("T-1", "R-1", 1)), "refunded 1 of 1850 before");
    }
}

#[test]
fn a_refund_that_names_another_total_is_refused() {
    let mut book = paid();
    let Ask::Refund(asked) = refund("T-1", "R-1", 1) else { unreachable!() };
    let wrong = Refund { total: Some(fen(1851)), ..asked.clone() };
    assert_eq!(book.say(V2, Ask::Refund(wrong)), "WrongParameter(\"total\")");
    let right = Refund { total: Some(fen(1850)), ..asked };
    assert_eq!(book.say(V2, Ask::Refund(right)), "refunded 1 of 1850");
}

#[test]
fn a_reverse_after_a_refund_gives_back_the_rest() {
    let mut book = paid();
    book.say(V2, refund("T-1", "R-1", 1000));
    assert_eq!(book.say(V2, reverse("T-1")), "undone, refunded");
    assert_eq!(book.moved, Some((Movement::Reversed, Fen(850))));
    assert_eq!(book.net(number(V2, "T-1")), Fen::ZERO);
    assert_eq!(book.say(V2, refund("T-1", "R-2", 1)), "OrderReversed");
}

#[test]
fn a_refund_may_take_its_time() {
    let wechat = OrderRules { refunding: core::time::Duration::from_secs(60), ..OrderRules::WECHAT };
    let mut book = Book::with(WalletSetup { wechat, ..WalletSetup::default() });
    book.say(V2, pay("T-1", 100, code(V2, 1, "00")));
    let states = |book: &mut Book| match book.ask(V2, refunds_of("T-1")) {
        Ok(Told::Refunds(told)) => (told[0].state, told[0].done_at.map(::wallet::moment::WallTime::dashed)),
        other => panic!("{other:?}"),
    };
    book.say(V2, refund("T-1", "R-1", 100));
    assert_eq!(book.net(number(V2, "T-1")), Fen::ZERO);
    assert_eq!(states(&mut book), (::wallet::told::RefundState::Processing, None));
    assert!(book.send(|_| None).is_empty());
    book.pass(60);
    assert_eq!(states(&mut book), (::wallet::told::RefundState::Done, Some("2026-01-05 09:01:00".into())));
    assert_eq!(book.send(|_| None).len(), 1);
}

#[test]
fn order_numbers_are_as_long_as_the_platform_takes() {
    let mut book = Book::new();
    let long = |length: usize| "9".repeat(length);
    assert_eq!(book.say(V2, pay(&long(32), 100, code(V2, 1, "00"))), "paid 100");
    assert_eq!(book.say(V2, pay(&long(33), 100, code(V2, 2, "00"))), "WrongParameter(\"out_trade_no\")");
    assert_eq!(book.say(ALIPAY, pay(&long(64), 100, code(ALIPAY, 1, "00"))), "paid 100");
    assert_eq!(
        book.say(ALIPAY, pay(&long(65), 100, code(ALIPAY, 2, "00"))),
        "WrongParameter(\"out_trade_no\")"
    );
    assert_eq!(book.say(V2, pay("T 1", 100, code(V2, 3, "00"))), "WrongParameter(\"out_trade_no\")");
}

#[test]
fn a_reverse_of_what_was_refunded_already_moves_nothing_and_stands_in_no_bill() {
    let mut book = paid();
    assert_eq!(book.say(V2, refund("T-1", "R-1", 1850)), "refunded 1850 of 1850");
    assert_eq!((book.say(V2, reverse("T-1")).as_str(), book.moved), ("nothing to undo", None));
    assert_eq!(book.say(V2, query("T-1")), "revoked");
    let day = Day { year: 2026, month: 1, day: 5 };
    let Ok(Told::Bill(bill)) = book.ask(V2, Ask::Bill { day }) else { panic!("a bill") };
    let amounts: Vec<_> = bill.rows.iter().map(|row| row.refund.as_ref().map(|back| back.amount)).collect();
    assert_eq!(amounts, [None, Some(fen(1850))]);
}

#[test]
fn the_bill_of_a_day_has_every_movement_of_that_day_in_beijing() {
    let mut book = paid();
    book.pass(10 * 3600).say(V2, pay("T-2", 200, code(V2, 2, "00")));
    // 15 hours after the start it is midnight.
    book.pass(5 * 3600).say(V2, refund("T-1", "R-1", 50));
    book.say(V2, reverse("T-2"));
    let mut rows = |day| match book.ask(V2, Ask::Bill { day }) {
        Ok(Told::Bill(bill)) => {
            let row = |row: &::wallet::told::BillRow| match &row.refund {
                None => format!("{} +{}", row.order_no, row.amount.fen()),
                Some(back) => format!("{} -{} {}", row.order_no, back.amount.fen(), back.by_reverse),
            };
            bill.rows.iter().map(row).collect::<Vec<_>>()
        }
        other => vec![format!("{other:?}")],
    };
    let day = |day| Day { year: 2026, month: 1, day };
    assert_eq!(rows(day(5)), ["T-1 +1850", "T-2 +200"]);
    assert_eq!(rows(day(6)), ["T-1 -50 false", "T-2 -200 true"]);
    assert_eq!(rows(day(7)), ["Err(NoBill)"]);
    // Alipay has its own.
    let Ok(Told::Bill(bill)) = book.ask(ALIPAY, Ask::Bill { day: day(5) }) else { panic!("a bill") };
    assert_eq!(bill.rows.len(), 1);
}

#[test]
fn a_bill_is_fetched_by_the_token_of_its_address_and_by_nobody_elses() {
    let mut book = paid();
    let day = Day { year: 2026, month: 1, day: 5 };
    let Ok(Told::Bill(bill)) = book.ask(Dialect::WeChatV3, Ask::Bill { day }) else { panic!("a bill") };
    let token = bill.address.split_once("token=").unwrap().1.to_owned();
    assert!(book.ask(Dialect::WeChatV3, Ask::BillFile { token: token.clone() }).is_ok());
    for wrong in [format!("1{token}"), token.replace("2026", "20x6"), String::new()] {
        assert_eq!(book.say(Dialect::WeChatV3, Ask::BillFile { token: wrong }), "NoBill");
    }
}

#[test]
fn a_shown_order_is_paid_once_however_many_agree() {
    let mut book = Book::new();
    book.say(V2, make("T-1", 100));
    let order = number(V2, "T-1");
    assert!(book.confirm(order));
    book.pass_ms(100);
    assert!(book.confirm(order));
    book.pass(1);
    assert_eq!(book.net(order), Fen(100));
    assert_eq!(book.story()[1], "0.400s payment refused, already paid, order T-1");
    assert!(!book.confirm(OrderNo::new("T-9").unwrap()));
}

#[test]
fn a_payment_in_the_very_moment_of_the_end_has_come_in_time() {
    let alipay =
        OrderRules { scanned_expire: Some(core::time::Duration::from_millis(10_300)), ..OrderRules::ALIPAY };
    let mut book = Book::with(WalletSetup { alipay, ..WalletSetup::default() });
    book.say(ALIPAY, pay("T-1", 100, code(ALIPAY, 1, "01")));
    book.pass(20);
    assert_eq!(book.say(ALIPAY, query("T-1")), "paid 100");
    assert!(matches!(book.books.orders().order(number(ALIPAY, "T-1")).unwrap().state, State::Paid(_)));
}

#[test]
fn the_platforms_number_counts_where_both_could_be_meant() {
    let mut book = paid();
    let Ok(Told::Order(order)) = book.ask(V2, query("T-1")) else { panic!("told") };
    let id = OrderRef::TransactionId(order.payment.unwrap().transaction_id);
    let Ok(Told::Reversed(reversed)) = book.ask(V2, Ask::Reverse(id)) else { panic!("reversed") };
    assert_eq!((reversed.order_no.as_str(), reversed.undone), ("T-1", Undone::Refunded));
    assert_eq!(book.say(V2, Ask::Query(by_no("T-1"))), "revoked");
}
