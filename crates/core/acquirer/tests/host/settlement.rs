//! Settlement: what terminal and host say of a batch, and what is uploaded when they disagree.

use crate::driver::{CARD, Shop, reversal};
use iso8583::{BatchDetail, CardTotals, Message, Mti, Pan, SettlementTotals, TotalsVerdict};

fn totals(debit: (u64, u16), credit: (u64, u16)) -> SettlementTotals {
    let domestic = CardTotals {
        debit_fen: debit.0,
        debit_count: debit.1,
        credit_fen: credit.0,
        credit_count: credit.1,
        verdict: TotalsVerdict::Open,
    };
    SettlementTotals { domestic, foreign: CardTotals::default() }
}

fn settlement(shop: &mut Shop, totals: SettlementTotals) -> Message {
    let mut message = shop.management(Mti::SETTLEMENT, 201);
    message.set(48, totals.write());
    message.set(49, "156");
    message
}

/// Code, and what field 48 says of domestic cards.
fn settle(shop: &mut Shop, totals: SettlementTotals) -> (String, CardTotals) {
    let message = settlement(shop, totals);
    let reply = shop.send(&message);
    let field = SettlementTotals::parse(reply.text(48).unwrap()).unwrap();
    assert_eq!(reply.0.field(64), None);
    (reply.code(), field.domestic)
}

fn upload(shop: &mut Shop, network: u16, details: &[(u32, &str, u64)]) -> String {
    let details: Vec<BatchDetail> = details
        .iter()
        .map(|&(stan, pan, amount_fen)| BatchDetail {
            card_organisation: 0,
            stan,
            pan: Pan::new(pan).unwrap(),
            amount_fen,
        })
        .collect();
    let mut message = shop.management(Mti::BATCH_UPLOAD, network);
    message.set(48, BatchDetail::write(&details).unwrap());
    shop.code(&message)
}

/// A sale of 10.00, one of 20.00 that is voided, and a refund of 3.00: numbers 1 to 4.
fn busy() -> Shop {
    let mut shop = Shop::new();
    let (one, two) = (shop.sale(1000), shop.sale(2000));
    let (first, second) = (shop.send(&one), shop.send(&two));
    let (void, refund) = (shop.void(&second, 2000), shop.refund(&first, 300));
    assert_eq!([shop.code(&void), shop.code(&refund)], ["00", "00"]);
    shop
}

#[test]
fn equal_totals_close_the_batch_and_the_next_one_is_open() {
    let mut shop = busy();
    let (code, said) = settle(&mut shop, totals((3000, 2), (2300, 2)));
    assert_eq!((code.as_str(), said.verdict), ("00", TotalsVerdict::Equal));
    assert_eq!(
        shop.story().last().unwrap(),
        "batch 000001 of terminal 0 settled, equal: it says debit CNY 30.00 in 2, credit CNY 23.00 in 2; \
         here debit CNY 30.00 in 2, credit CNY 23.00 in 2"
    );
    let sale = shop.sale(100);
    assert_eq!(shop.code(&sale), "77");
    shop.terminal.batch = 2;
    let sale = shop.sale(100);
    assert_eq!((shop.code(&sale), shop.debit_and_credit()), ("00".to_owned(), [(100, 1), (0, 0)]));
}

#[test]
fn a_settlement_whose_answer_was_lost_is_answered_again() {
    let mut shop = busy();
    let message = settlement(&mut shop, totals((3000, 2), (2300, 2)));
    let (first, again) = (shop.send(&message), shop.send(&message));
    assert_eq!(first.text(48), again.text(48));
    assert_eq!((again.code().as_str(), shop.books.card().terminals()[0].batch()), ("00", 2));
    // Details of chip transactions may still follow, and the end of them.
    assert_eq!([upload(&mut shop, 203, &[]), upload(&mut shop, 207, &[])], ["00", "00"]);
    let other = settle_code(&mut shop, totals((1, 1), (0, 0)));
    assert_eq!(other, "77");
}

fn settle_code(shop: &mut Shop, totals: SettlementTotals) -> String {
    let message = settlement(shop, totals);
    shop.code(&message)
}

#[test]
fn what_was_reversed_or_only_held_counts_on_neither_side() {
    let mut shop = Shop::new();
    let (sale, hold, declined) = (shop.sale(1000), shop.hold(500), shop.sale(700));
    shop.send(&sale);
    shop.send(&hold);
    let mut declined = declined;
    declined.set(2, "6222020000000000051");
    assert_eq!([shop.code(&reversal(&sale)), shop.code(&declined)], ["00", "51"]);
    assert_eq!(settle(&mut shop, totals((0, 0), (0, 0))).1.verdict, TotalsVerdict::Equal);
}

#[test]
fn other_totals_are_answered_with_the_hosts_own_and_ask_for_the_details() {
    let mut shop = busy();
    let (code, said) = settle(&mut shop, totals((3000, 2), (2000, 1)));
    assert_eq!((code.as_str(), said.verdict), ("00", TotalsVerdict::Different));
    assert_eq!((said.debit_fen, said.debit_count, said.credit_fen, said.credit_count), (3000, 2, 2300, 2));
    // Nothing is sold until the details are there, but what is pending is still reversed.
    let sale = shop.sale(100);
    assert_eq!([shop.code(&sale), shop.code(&reversal(&sale))], ["90", "00"]);

    assert_eq!(upload(&mut shop, 201, &[(1, CARD, 1000), (2, CARD, 2000), (3, CARD, 1999)]), "00");
    assert_eq!(upload(&mut shop, 201, &[(77, CARD, 5)]), "00");
    // An answer may be lost: the same piece again changes nothing.
    assert_eq!(upload(&mut shop, 201, &[(77, CARD, 5)]), "00");
    assert_eq!(upload(&mut shop, 207, &[]), "12");
    assert_eq!([upload(&mut shop, 202, &[]), upload(&mut shop, 202, &[])], ["00", "00"]);
    assert_eq!(
        shop.story().last().unwrap(),
        "batch 000001 of terminal 0 compared: 2 as here, 1 different, 1 unknown here, 1 missing there"
    );
    shop.terminal.batch = 2;
    let sale = shop.sale(100);
    assert_eq!(shop.code(&sale), "00");
    // The repetition of the settlement is still answered as it was.
    shop.terminal.batch = 1;
    assert_eq!(settle(&mut shop, totals((3000, 2), (2000, 1))).1.verdict, TotalsVerdict::Different);
}

#[test]
fn of_what_is_about_a_payment_by_code_the_amount_alone_is_compared() {
    let mut shop = Shop::new();
    let codes = ["134567890123456781", "134567890123456782"];
    let [one, two] = codes.map(|code| {
        let sale = shop.qr_sale(1000, code);
        shop.send(&sale)
    });
    let (void, refund) = (shop.void(&one, 1000), shop.refund(&two, 300));
    assert_eq!([shop.code(&void), shop.code(&refund)], ["00", "00"]);
    settle(&mut shop, totals((0, 0), (0, 0)));
    let details = [(1, CARD, 1000), (2, CARD, 1000), (3, CARD, 1000), (4, CARD, 299)];
    assert_eq!([upload(&mut shop, 201, &details), upload(&mut shop, 202, &[])], ["00", "00"]);
    let end = "compared: 3 as here, 1 different, 0 unknown here, 0 missing there";
    assert!(shop.story().last().unwrap().ends_with(end), "{:?}", shop.story().last());
}

#[test]
fn chip_transactions_are_uploaded_one_by_one() {
    let mut shop = busy();
    settle(&mut shop, totals((0, 0), (0, 0)));
    for (stan, pan, amount) in [(1, CARD, "1000"), (2, "6222020000000000017", "2000")] {
        let mut message = shop.management(Mti::BATCH_UPLOAD, 205);
        for (field, value) in [(2, pan), (4, amount), (11, &format!("{stan:06}"))] {
            message.set(field, value);
        }
        message.set(55, [0x9F, 0x26, 1, 0]);
        assert_eq!(shop.code(&message), "00");
    }
    assert_eq!(upload(&mut shop, 202, &[]), "00");
    assert!(
        shop.story().last().unwrap().ends_with("1 as here, 1 different, 0 unknown here, 2 missing there")
    );
}

#[test]
fn an_upload_that_nobody_asked_for_is_refused() {
    let mut shop = busy();
    assert_eq!(upload(&mut shop, 201, &[(1, CARD, 1000)]), "95");
    shop.terminal.batch = 9;
    assert_eq!(upload(&mut shop, 201, &[(1, CARD, 1000)]), "77");
}

#[test]
fn totals_that_cannot_be_read_are_answered_with_the_flag_of_an_error() {
    let mut shop = busy();
    let mut message = shop.management(Mti::SETTLEMENT, 201);
    message.set(48, "123");
    let reply = shop.send(&message);
    let field = SettlementTotals::parse(reply.text(48).unwrap()).unwrap();
    assert_eq!((reply.code().as_str(), field.domestic.verdict), ("30", TotalsVerdict::Failed));
    assert_eq!(shop.books.card().terminals()[0].batch(), 1);
}

#[test]
fn the_last_batch_is_followed_by_the_first() {
    let mut setup = tillrig_acquirer::CardSetup::default();
    setup.terminals[0].batch = 999_999;
    let mut shop = Shop::with(setup);
    shop.terminal.batch = 999_999;
    settle(&mut shop, totals((0, 0), (0, 0)));
    assert_eq!(shop.books.card().terminals()[0].batch(), 1);
}

#[test]
fn a_reversal_in_a_settled_batch_no_longer_moves_money() {
    let mut shop = Shop::new();
    let sale = shop.sale(1000);
    shop.send(&sale);
    settle(&mut shop, totals((1000, 1), (0, 0)));
    assert_eq!((shop.code(&reversal(&sale)), shop.net(1)), ("25".to_owned(), 1000));
}

#[test]
fn a_host_that_lost_or_repeated_its_last_line_disagrees_and_the_details_prove_the_terminal_right() {
    use tillrig_acquirer::fault::Totals;
    for (fault, credit) in [(Totals::MissTheLast, (2000, 1)), (Totals::CountTheLastTwice, (2600, 3))] {
        let mut shop = busy();
        shop.settles_by = fault;
        let said = settle(&mut shop, totals((3000, 2), (2300, 2))).1;
        assert_eq!(said.verdict, TotalsVerdict::Different, "{fault:?}");
        assert_eq!((said.debit_fen, said.credit_fen, said.credit_count), (3000, credit.0, credit.1));
        let details = [(1, CARD, 1000), (2, CARD, 2000), (3, CARD, 2000), (4, CARD, 300)];
        assert_eq!([upload(&mut shop, 201, &details), upload(&mut shop, 202, &[])], ["00", "00"]);
        let end = "compared: 4 as here, 0 different, 0 unknown here, 0 missing there";
        assert!(shop.story().last().unwrap().ends_with(end));
    }
}

#[test]
fn a_void_belongs_to_the_batch_of_its_sale_and_a_refund_does_not() {
    let mut shop = Shop::new();
    let sale = shop.sale(1000);
    let sold = shop.send(&sale);
    settle(&mut shop, totals((1000, 1), (0, 0)));
    shop.terminal.batch = 2;
    let (void, refund) = (shop.void(&sold, 1000), shop.refund(&sold, 1000));
    assert_eq!([shop.code(&void), shop.code(&refund)], ["25", "00"]);
    // It counts in the batch in which it was made.
    assert_eq!(shop.debit_and_credit(), [(0, 0), (1000, 1)]);
}
