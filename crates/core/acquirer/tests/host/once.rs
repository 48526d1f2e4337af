//! Each number once, in its batch.

use crate::driver::{PAYER_CODE, Shop, reversal};
use iso8583::Mti;

#[test]
fn a_trace_number_pays_once_in_its_batch() {
    let mut shop = Shop::new();
    let sale = shop.sale(100);
    assert_eq!([shop.code(&sale), shop.code(&sale)], ["00", "94"]);
    // Not even as something else, or after a refusal.
    let mut other = shop.ask(Mti::AUTHORISATION, "030000", "06", 10, 500);
    other.set(11, "000001");
    assert_eq!(shop.code(&other), "94");
    assert_eq!((shop.net(1), shop.standing(1).held.0), (100, 0));
}

#[test]
fn a_request_in_another_batch_is_refused_and_leaves_its_number_free() {
    let mut shop = Shop::new();
    let mut sale = shop.sale(100);
    sale.set(60, "22000002000");
    assert_eq!(shop.code(&sale), "77");
    sale.set(60, "22000001000");
    assert_eq!(shop.code(&sale), "00");
    assert!(shop.books.card().records().len() == 1);
}

#[test]
fn an_exact_repetition_of_an_advice_is_answered_as_before_and_moves_nothing() {
    let mut shop = Shop::new();
    let offline = shop.offline_sale(700);
    let (first, again) = (shop.send(&offline), shop.send(&offline));
    assert_eq!([first.code(), again.code()], ["00", "00"]);
    assert_eq!(first.text(37), again.text(37));
    assert_eq!(shop.net(1), 700);
    let mut other = offline;
    other.set(4, "000000000701");
    assert_eq!(shop.code(&other), "94");

    let sale = shop.sale(1000);
    let sold = shop.send(&sale);
    let refund = shop.refund(&sold, 400);
    assert_eq!([shop.code(&refund), shop.code(&refund)], ["00", "00"]);
    assert_eq!(shop.net(2), 600);
}

#[test]
fn a_repetition_of_a_declined_advice_is_declined_with_the_same_code() {
    let mut shop = Shop::new();
    let sale = shop.sale(1000);
    let sold = shop.send(&sale);
    let refund = shop.refund(&sold, 1001);
    assert_eq!([shop.code(&refund), shop.code(&refund)], ["61", "61"]);
}

#[test]
fn a_void_works_once() {
    let mut shop = Shop::new();
    let sale = shop.sale(1850);
    let sold = shop.send(&sale);
    let (void, second) = (shop.void(&sold, 1850), shop.void(&sold, 1850));
    assert_eq!([shop.code(&void), shop.code(&second)], ["00", "25"]);
    assert_eq!((shop.net(1), shop.standing(1).captured.0), (0, 1850));
    assert_eq!(shop.story()[1], "voided CNY 18.50, 000001-000001");
}

#[test]
fn a_void_of_another_amount_card_number_or_code_is_refused() {
    let mut shop = Shop::new();
    let sale = shop.sale(1850);
    let sold = shop.send(&sale);
    let void = shop.void(&sold, 1849);
    assert_eq!(shop.code(&void), "64");
    let cases =
        [(2, crate::driver::OTHER_CARD), (38, "999999"), (61, "0000010000090105"), (37, "000000000077")];
    for (field, value) in cases {
        let mut void = shop.void(&sold, 1850);
        void.set(field, value);
        assert_eq!(shop.code(&void), "25", "field {field}");
    }
    assert_eq!(shop.net(1), 1850);
    // Named by field 61 alone, it is found.
    let mut void = shop.void(&sold, 1850);
    void.unset(37);
    void.unset(38);
    assert_eq!((shop.code(&void), shop.net(1)), ("00".to_owned(), 0));
}

#[test]
fn a_void_belongs_to_the_day_of_its_sale() {
    let mut shop = Shop::new();
    let sale = shop.sale(1850);
    let sold = shop.send(&sale);
    // The run begins at 09:00; midnight is fifteen hours away.
    shop.pass(15 * 3600);
    let void = shop.void(&sold, 1850);
    assert_eq!(shop.code(&void), "25");
    let sale = shop.sale(100);
    let sold = shop.send(&sale);
    let void = shop.void(&sold, 100);
    assert_eq!(shop.code(&void), "00");
}

#[test]
fn a_payment_by_code_gives_a_voucher_number_and_no_card_number() {
    let mut shop = Shop::new();
    let sale = shop.qr_sale(300, PAYER_CODE);
    let sold = shop.send(&sale);
    assert_eq!((sold.code().as_str(), sold.text(2)), ("00", None));
    assert_eq!(sold.voucher().unwrap(), "20260105000000000001");
    // Some terminals write a zero into field 2.
    let void = shop.void(&sold, 300);
    let mut stranger = void.clone();
    stranger.set(59, "A402020260105000000000002");
    stranger.set(11, "000009");
    assert_eq!(shop.code(&stranger), "25");
    assert_eq!((shop.code(&void), shop.net(1)), ("00".to_owned(), 0));
}

#[test]
fn a_code_pays_once_and_only_if_a_wallet_gives_such_codes() {
    let mut shop = Shop::new();
    let sale = shop.qr_sale(300, PAYER_CODE);
    let again = shop.qr_sale(300, PAYER_CODE);
    assert_eq!([shop.code(&sale), shop.code(&again)], ["00", "14"]);
    let codes = [
        ("284567890123456789", "00"),
        ("6223456789012345678", "00"),
        ("164567890123456789", "14"),
        ("13456789012345678", "14"),
        ("28456789012345", "14"),
        ("", "14"),
        ("13456789012345678x", "14"),
    ];
    for (payer, code) in codes {
        let sale = shop.qr_sale(300, payer);
        assert_eq!(shop.code(&sale), code, "{payer}");
    }
}

#[test]
fn a_barred_number_stays_barred_after_any_reversal() {
    let mut shop = Shop::new();
    let sale = shop.sale(100);
    let codes =
        [shop.code(&reversal(&sale)), shop.code(&sale), shop.code(&sale), shop.code(&reversal(&sale))];
    assert_eq!(codes, ["00", "12", "12", "00"]);
    assert!(shop.books.ledger().entries().is_empty());
}

#[test]
fn a_payers_code_is_used_up_also_when_its_money_went_back() {
    let mut shop = Shop::new();
    let sale = shop.qr_sale(300, PAYER_CODE);
    assert_eq!([shop.code(&sale), shop.code(&reversal(&sale))], ["00", "00"]);
    let again = shop.qr_sale(300, PAYER_CODE);
    assert_eq!((shop.code(&again), shop.net(2)), ("14".to_owned(), 0));
}
