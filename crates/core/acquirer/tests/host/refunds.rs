//! Refunds: what is left, for thirty days.

use crate::driver::{DAY, OTHER_CARD, PAYER_CODE, Shop, fen, reversal};
use iso8583::Balance;
use tillrig_acquirer::{CardAccount, CardSetup, KeyBytes, TerminalKeys, TerminalSetup};

#[test]
fn refunds_give_back_no_more_than_was_paid() {
    let mut shop = Shop::new();
    let sale = shop.sale(1000);
    let sold = shop.send(&sale);
    let amounts = [400, 601, 600, 1];
    let codes = amounts.map(|amount| {
        let refund = shop.refund(&sold, amount);
        shop.code(&refund)
    });
    assert_eq!(codes, ["00", "61", "00", "61"]);
    assert_eq!((shop.net(1), shop.standing(1).captured.0), (0, 1000));
    assert_eq!(shop.story()[1], "refunded CNY 4.00, 000001-000001");
    assert_eq!(shop.debit_and_credit(), [(1000, 1), (1000, 2)]);
}

#[test]
fn a_refunded_sale_can_no_longer_be_voided() {
    let mut shop = Shop::new();
    let sale = shop.sale(1000);
    let sold = shop.send(&sale);
    let (refund, void) = (shop.refund(&sold, 1), shop.void(&sold, 1000));
    assert_eq!([shop.code(&refund), shop.code(&void)], ["00", "25"]);
    assert_eq!(shop.net(1), 999);
}

#[test]
fn a_refund_is_possible_on_the_thirtieth_day_and_not_after_it() {
    let mut shop = Shop::new();
    let sale = shop.sale(1000);
    let sold = shop.send(&sale);
    shop.pass(30 * DAY);
    let refund = shop.refund(&sold, 1);
    assert_eq!(shop.code(&refund), "00");
    shop.pass(1);
    let refund = shop.refund(&sold, 1);
    assert_eq!(shop.code(&refund), "25");
}

#[test]
fn a_refund_to_another_card_or_of_another_date_is_refused() {
    let mut shop = Shop::new();
    let sale = shop.sale(1000);
    let sold = shop.send(&sale);
    for (field, value) in [(2, OTHER_CARD), (61, "0000010000010106"), (37, "000000000002")] {
        let mut refund = shop.refund(&sold, 10);
        refund.set(field, value);
        assert_eq!(shop.code(&refund), "25", "field {field}");
    }
    assert_eq!(shop.net(1), 1000);
}

#[test]
fn a_payment_by_code_is_refunded_by_its_voucher_number() {
    let mut shop = Shop::new();
    let sale = shop.qr_sale(1000, PAYER_CODE);
    let sold = shop.send(&sale);
    let refund = shop.refund(&sold, 300);
    assert_eq!((shop.code(&refund), shop.net(1)), ("00".to_owned(), 700));
    let mut refund = shop.refund(&sold, 300);
    refund.unset(37);
    assert_eq!((shop.code(&refund), shop.net(1)), ("00".to_owned(), 400));
    let mut refund = shop.refund(&sold, 300);
    refund.unset(59);
    assert_eq!((shop.code(&refund), shop.net(1)), ("25".to_owned(), 400));
}

#[test]
fn another_terminal_of_the_same_shop_may_refund_and_complete_and_one_of_another_shop_may_not() {
    let mut setup = CardSetup::default();
    for (tid, mid) in [("00000002", "123456789012345"), ("00000003", "999999999999999")] {
        let working_keys = Some(TerminalKeys::default());
        let key = KeyBytes::double(*b"0123456789abcdef");
        setup.terminals.push(TerminalSetup { working_keys, ..TerminalSetup::new(tid, mid, key) });
    }
    let mut shop = Shop::with(setup);
    let sale = shop.sale(1000);
    let sold = shop.send(&sale);
    let hold = shop.hold(500);
    let held = shop.send(&hold);
    (shop.terminal.tid, shop.terminal.mid) = ("00000003", "999999999999999");
    let refund = shop.refund(&sold, 10);
    assert_eq!(shop.code(&refund), "25");
    let complete = shop.complete(&held, 10);
    assert_eq!(shop.code(&complete), "25");
    (shop.terminal.tid, shop.terminal.mid) = ("00000002", "123456789012345");
    let complete = shop.complete(&held, 10);
    assert_eq!((shop.code(&complete), shop.net(2)), ("00".to_owned(), 10));
    let void = shop.void(&sold, 1000);
    assert_eq!(shop.code(&void), "25");
    let refund = shop.refund(&sold, 10);
    assert_eq!((shop.code(&refund), shop.net(1)), ("00".to_owned(), 990));
    // The refund counts in the batch of the terminal that made it.
    let credit = |terminal: usize| shop.books.card().terminals()[terminal].totals().domestic.credit.0;
    assert_eq!([credit(0), credit(1)], [0, 10]);
}

#[test]
fn what_is_voided_or_refunded_of_a_payment_by_code_goes_back_to_its_payer() {
    let account = CardAccount {
        pan_ends: PAYER_CODE[12..].into(),
        pin: None,
        balance: Some(fen(1000)),
        expires: None,
        partial: false,
    };
    let mut shop = Shop::with(CardSetup { cards: vec![account], ..CardSetup::default() });
    let left = |shop: &mut Shop| {
        let mut ask = shop.qr_sale(0, PAYER_CODE);
        ask.unset(4);
        ask.set(3, "310000");
        ask.set(60, "01000001000");
        Balance::parse(shop.send(&ask).text(54).unwrap()).unwrap().amount_fen
    };
    let sale = shop.qr_sale(600, PAYER_CODE);
    let paid = shop.send(&sale);
    assert_eq!(left(&mut shop), 400);
    let void = shop.void(&paid, 600);
    assert_eq!((shop.code(&void), left(&mut shop)), ("00".to_owned(), 1000));
    assert_eq!((shop.code(&reversal(&void)), left(&mut shop)), ("00".to_owned(), 400));
    let refund = shop.refund(&paid, 250);
    assert_eq!((shop.code(&refund), left(&mut shop)), ("00".to_owned(), 650));
}
