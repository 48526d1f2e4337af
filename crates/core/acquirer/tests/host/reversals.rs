//! Reversals of everything that can be reversed, with the codes of the dialect.

use crate::driver::{Shop, reversal};
use iso8583::Mti;
use tillrig_acquirer::{Cause, Code, ReplyRule};

#[test]
fn a_reversal_of_a_void_restores_the_sale() {
    let mut shop = Shop::new();
    let sale = shop.sale(1850);
    let sold = shop.send(&sale);
    let void = shop.void(&sold, 1850);
    assert_eq!(
        [shop.code(&void), shop.code(&reversal(&void)), shop.code(&reversal(&void))],
        ["00", "00", "25"]
    );
    // It stands as it was: nothing was captured anew, and it may be voided again.
    assert_eq!((shop.net(1), shop.standing(1).captured.0), (1850, 1850));
    assert_eq!(shop.story()[2], "restored CNY 18.50, 000001-000001");
    assert_eq!(shop.debit_and_credit(), [(1850, 1), (0, 0)]);
    let void = shop.void(&sold, 1850);
    assert_eq!((shop.code(&void), shop.net(1)), ("00".to_owned(), 0));
}

#[test]
fn a_reversal_of_a_sale_that_was_voided_or_refunded_changes_nothing() {
    let mut shop = Shop::new();
    let (one, two) = (shop.sale(100), shop.sale(200));
    let (first, second) = (shop.send(&{ one.clone() }), shop.send(&two));
    let (void, refund) = (shop.void(&first, 100), shop.refund(&second, 50));
    assert_eq!([shop.code(&void), shop.code(&refund)], ["00", "00"]);
    assert_eq!([shop.code(&reversal(&one)), shop.code(&reversal(&two))], ["25", "25"]);
    assert_eq!([shop.net(1), shop.net(2)], [0, 150]);
}

#[test]
fn a_reversal_says_transaction_and_amount_of_its_original() {
    let mut shop = Shop::new();
    let sale = shop.sale(100);
    shop.send(&sale);
    let mut wrong = reversal(&sale);
    wrong.set(4, "000000000099");
    assert_eq!(shop.code(&wrong), "64");
    // A void of that number there never was; the sale stands.
    let mut wrong = reversal(&sale);
    wrong.set(3, "200000");
    wrong.set(60, "23000001000");
    assert_eq!((shop.code(&wrong), shop.net(1)), ("25".to_owned(), 100));
    // An advice has no reversal.
    let mut wrong = reversal(&sale);
    wrong.set(3, "200000");
    wrong.set(60, "25000001000");
    assert_eq!((shop.code(&wrong), shop.net(1)), ("12".to_owned(), 100));
    let mut wrong = reversal(&sale);
    wrong.unset(39);
    assert_eq!((shop.code(&wrong), shop.net(1)), ("30".to_owned(), 100));
    assert_eq!((shop.code(&reversal(&sale)), shop.net(1)), ("00".to_owned(), 0));
}

#[test]
fn a_reversal_of_another_day_is_refused() {
    let mut shop = Shop::new();
    let sale = shop.sale(100);
    shop.send(&sale);
    shop.pass(15 * 3600);
    assert_eq!((shop.code(&reversal(&sale)), shop.net(1)), ("25".to_owned(), 100));
}

#[test]
fn a_payment_by_code_is_reversed_as_a_sale() {
    let mut shop = Shop::new();
    let sale = shop.qr_sale(100, crate::driver::PAYER_CODE);
    shop.send(&sale);
    let mut undo = reversal(&sale);
    undo.unset(59);
    assert_eq!((shop.code(&undo), shop.net(1)), ("00".to_owned(), 0));
}

#[test]
fn the_ledger_keeps_the_reason_of_each_reversal() {
    for reason in ["98", "96", "A0", "06"] {
        let mut shop = Shop::new();
        let sale = shop.sale(100);
        shop.send(&sale);
        let mut undo = reversal(&sale);
        undo.set(39, reason);
        assert_eq!(shop.code(&undo), "00");
        let last = shop.books.ledger().entries().last().unwrap();
        assert_eq!(last.cause, Cause::Reversal { reason: Code::new(reason) });
    }
}

#[test]
fn a_declined_request_is_not_reversed_but_one_that_was_left_open_is() {
    let rule = |pan: &str, code: &str| ReplyRule::card(pan, code);
    let mut shop = Shop::ruled(vec![rule("0009", "51")]);
    let sale = shop.sale(100);
    assert_eq!([shop.code(&sale), shop.code(&reversal(&sale))], ["51", "01"]);
    // These codes tell a terminal to ask or to reverse: it must come to an end.
    for code in ["68", "98", "09"] {
        let mut shop = Shop::ruled(vec![rule("0009", code)]);
        let sale = shop.sale(100);
        let undo = reversal(&sale);
        assert_eq!([shop.code(&sale), shop.code(&undo), shop.code(&undo)], [code, "00", "25"], "{code}");
        assert!(shop.books.ledger().entries().is_empty());
    }
}

#[test]
fn money_that_moved_although_the_switch_was_silent_comes_back() {
    let rule = ReplyRule { moves_money: true, ..ReplyRule::card("0009", "68") };
    let mut shop = Shop::ruled(vec![rule]);
    let sale = shop.sale(100);
    assert_eq!((shop.code(&sale), shop.net(1)), ("68".to_owned(), 100));
    assert_eq!(shop.story(), ["captured CNY 1.00, 000001-000001"]);
    assert_eq!((shop.code(&reversal(&sale)), shop.net(1)), ("00".to_owned(), 0));
}

#[test]
fn a_reversal_can_be_refused_by_rule_and_works_later() {
    let rule =
        ReplyRule { kind: Some(tillrig_acquirer::Kind::Reversal), nth: Some(1), ..ReplyRule::card("", "96") };
    let mut shop = Shop::ruled(vec![rule]);
    let sale = shop.sale(100);
    let undo = reversal(&sale);
    assert_eq!([shop.code(&sale), shop.code(&undo), shop.code(&undo)], ["00", "96", "00"]);
    assert_eq!(shop.net(1), 0);
}

#[test]
fn a_reversal_without_a_right_mac_moves_nothing() {
    let mut shop = Shop::new();
    let sale = shop.sale(100);
    shop.send(&sale);
    let mut frame = shop.frame(&reversal(&sale));
    *frame.last_mut().unwrap() ^= 1;
    assert_eq!((shop.deliver(&frame).1.code(), shop.net(1)), ("A0".to_owned(), 100));
    assert_eq!(shop.deliver(&frame).1.0.mti(), Mti::REVERSAL_REPLY);
}
