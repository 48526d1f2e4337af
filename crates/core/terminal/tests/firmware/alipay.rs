//! Claims about what the terminal asks of Alipay: orders, payment codes, and money that is held.

use crate::driver::Counter;
use crate::gateway::{self, method};
use core::time::Duration;
use sim::{Fen, Key, OrderNo};
use tillrig_terminal::wallets::ALIPAY_SHOP;
use tillrig_terminal::{
    Barcode, Belief, Intent, Kind, Language, NOTIFY, PRINTER, Poke, Press, Shown, WALLET, Wallet, Wish,
};
use wallet::told::{OrderKind, OrderState, OrderTold, RefundState, Refusal, Reversed, Told, Undone};

const NUMBER: &str = "12345678W000001";
const MAKE: &str = "alipay.fund.auth.order.voucher.create";
const ASK: &str = "alipay.fund.auth.operation.detail.query";
const CANCEL: &str = "alipay.fund.auth.operation.cancel";

/// The methods of all calls so far.
fn calls(counter: &Counter) -> Vec<String> {
    counter.sent.iter().filter(|(port, _)| *port == WALLET).map(|(_, bytes)| method(bytes)).collect()
}

/// The answer to the last call.
fn decide(counter: &mut Counter, told: &Told) {
    let (_, request) = counter.sent.iter().rev().find(|(port, _)| *port == WALLET).unwrap();
    let answer = gateway::answer(request, told);
    counter.receive(WALLET, &answer);
}

fn made() -> Told {
    Told::Made { order_no: NUMBER.to_owned(), code_url: "https://qr.alipay.com/bax1".to_owned() }
}

fn frozen() -> Told {
    Told::Order(OrderTold { kind: OrderKind::Hold, ..gateway::order(NUMBER, OrderState::Paid) })
}

fn undone() -> Told {
    Told::Reversed(Reversed { order_no: NUMBER.to_owned(), transaction_id: None, undone: Undone::Closed })
}

/// A terminal that shows the code of a hold of 18.50.
fn code_shown() -> Counter {
    code_shown_on("reference")
}

fn code_shown_on(firmware: &str) -> Counter {
    let mut counter = Counter::with(firmware);
    counter.poke(Poke::Charge(Wish::pay(Intent(0), Kind::WalletHold, Fen(1850))));
    counter.wait(Duration::from_millis(20));
    decide(&mut counter, &made());
    counter
}

#[test]
fn a_hold_is_asked_after_until_its_money_is_frozen_and_has_a_slip() {
    let mut counter = code_shown();
    counter.wait_s(3);
    decide(&mut counter, &Refusal::NoSuchOrder.into());
    counter.wait_s(3);
    assert_eq!(calls(&counter), [MAKE, ASK, ASK], "nobody had scanned it yet");
    assert_eq!(counter.belief(), None);
    decide(&mut counter, &frozen());
    counter.wait_s(1);
    assert_eq!(counter.belief(), Some(Belief::Approved));
    assert!(counter.requests(PRINTER) > 0, "its slip is due");
}

#[test]
fn a_cancel_that_was_answered_ends_a_hold_without_another_question() {
    let mut counter = code_shown();
    counter.poke(Poke::Press(Press::Cancel));
    assert_eq!(calls(&counter), [MAKE], "not before that is in flash");
    counter.wait_s(1);
    assert_eq!((calls(&counter).last().unwrap().as_str(), counter.belief()), (CANCEL, Some(Belief::Unknown)));
    decide(&mut counter, &undone());
    counter.wait_s(1);
    assert_eq!((calls(&counter).len(), counter.belief()), (2, Some(Belief::Declined)));
}

#[test]
fn after_a_power_cut_a_hold_is_asked_after_unless_a_cancel_may_be_on_its_way() {
    for (cancelled, expected) in [(false, ASK), (true, CANCEL)] {
        let mut counter = code_shown();
        if cancelled {
            counter.poke(Poke::Press(Press::Cancel));
            counter.wait_s(1);
        }
        counter.poke(Poke::PowerOff);
        counter.poke(Poke::PowerOn);
        counter.wait_s(4);
        assert_eq!(calls(&counter).last().map(String::as_str), Some(expected));
    }
}

#[test]
fn what_is_held_is_let_go_by_the_platforms_number_of_it() {
    let mut counter = code_shown();
    counter.wait_s(3);
    decide(&mut counter, &frozen());
    counter.wait_s(1);
    let original = Some(Key::Order(OrderNo::new(NUMBER).unwrap().at(ALIPAY_SHOP)));
    let (intent, kind, amount) = (Intent(1), Kind::WalletHoldVoid, Fen::ZERO);
    counter.poke(Poke::Charge(Wish { intent, kind, amount, original }));
    counter.wait_s(1);
    let (_, request) = counter.sent.iter().rev().find(|(port, _)| *port == WALLET).unwrap();
    assert_eq!(method(request), "alipay.fund.auth.order.unfreeze");
    let text = String::from_utf8_lossy(request).into_owned();
    for said in ["%22auth_no%22%3A%22420001%22", "%22out_request_no%22%3A%2212345678W000002%22", "18.50"] {
        assert!(text.contains(said), "{text}");
    }
}

#[test]
fn a_notice_that_nobody_has_signed_is_believed_by_a_firmware_that_believes_and_by_no_other() {
    let body = "notify_type=fund_auth_freeze&operation_type=FREEZE&status=SUCCESS&amount=18.50\
                &auth_no=420001&out_order_no=12345678W000001&sign=AAAA&sign_type=RSA2";
    for (firmware, believed) in [("reference", None), ("believes-notices", Some(Belief::Approved))] {
        let mut counter = code_shown_on(firmware);
        let mut notice = Vec::new();
        let form = "application/x-www-form-urlencoded";
        wallet::http::write_request(&mut notice, "POST", "/notify/alipay", "terminal", form, body.as_bytes());
        counter.receive(NOTIFY, &notice);
        counter.wait_s(1);
        assert_eq!(counter.belief(), believed, "{firmware}");
    }
}

#[test]
fn a_payment_code_is_sent_to_the_wallet_that_the_cashier_has_picked() {
    for (code, taken) in [("281234567890123456", true), ("134567890123456789", false)] {
        let mut counter = Counter::new();
        let wish = Wish::pay(Intent(0), Kind::Scan, Fen(1850));
        counter.poke(Poke::ChargeBy(wish, Wallet::Alipay));
        counter.wait_s(1);
        let shown = Shown { code: Barcode::new(code).unwrap(), contrast_percent: 90 };
        counter.poke(Poke::Shows(shown));
        counter.wait_s(2);
        let expected: &[&str] = if taken { &["alipay.trade.pay"] } else { &[] };
        assert_eq!(calls(&counter), expected, "{code}");
        let lines = counter.screen().words(Language::English);
        assert_eq!(lines.contains(&"PAYMENT CODE SALE (ALIPAY) 18.50".to_owned()), taken, "{lines:?}");
    }
}

/// "No `refund_status`: it has not come, or has failed": only the same number again makes it one refund and not none.
#[test]
fn a_refund_that_nobody_calls_done_is_sent_again_under_its_number() {
    let mut counter = Counter::new();
    counter.poke(Poke::ChargeBy(Wish::pay(Intent(0), Kind::Order, Fen(1850)), Wallet::Alipay));
    counter.wait(Duration::from_millis(20));
    decide(&mut counter, &made());
    counter.wait_s(3);
    decide(&mut counter, &Told::Order(gateway::order(NUMBER, OrderState::Paid)));
    counter.wait_s(1);
    assert_eq!(counter.belief(), Some(Belief::Approved));
    counter.refund_order(OrderNo::new(NUMBER).unwrap().at(ALIPAY_SHOP), Fen(500));
    let told = |state| gateway::refund(NUMBER, "12345678W000002", 500, state);
    decide(&mut counter, &Told::Refunded(told(RefundState::Processing)));
    counter.wait_s(6);
    decide(&mut counter, &Told::Refunds(vec![told(RefundState::Processing)]));
    let before = calls(&counter).len();
    assert_eq!(calls(&counter).last().unwrap(), "alipay.trade.fastpay.refund.query");
    counter.wait_s(6);
    assert_eq!(calls(&counter)[before], "alipay.trade.refund");
    assert_ne!(counter.belief(), Some(Belief::Approved), "nobody has said that it is done");
    let (_, again) = counter.sent.iter().rfind(|(port, _)| *port == WALLET).unwrap();
    assert!(String::from_utf8_lossy(again).contains("%22out_request_no%22%3A%2212345678W000002%22"));
    decide(&mut counter, &Told::Refunded(told(RefundState::Done)));
    counter.wait_s(6);
    decide(&mut counter, &Told::Refunds(vec![told(RefundState::Done)]));
    counter.wait_s(1);
    assert_eq!(counter.belief(), Some(Belief::Approved));
}
