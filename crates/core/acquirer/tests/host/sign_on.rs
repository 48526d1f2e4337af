//! Terminals: who may speak, with which keys.

use crate::driver::{Shop, has_mac};
use iso8583::{Field60, Field62, KeyLayout, MacAlgorithm, Mti, Tdes};
use tillrig_acquirer::{
    Admit, CardSetup, KeyBytes, SignOn, TerminalKeys, TerminalSetup, admitted_master_key,
};

const MASTER: [u8; 16] = *b"\x11\x22\x33\x44\x55\x66\x77\x88\x99\xAA\xBB\xCC\xDD\xEE\xFF\x01";

fn strict(algorithm: MacAlgorithm) -> Shop {
    let terminal = TerminalSetup {
        mac_algorithm: algorithm,
        batch: 7,
        ..TerminalSetup::new("12345678", "123456789012345", KeyBytes::double(MASTER))
    };
    let setup = CardSetup { terminals: vec![terminal], sign_on: SignOn::Required, ..CardSetup::default() };
    let mut shop = Shop::with(setup);
    (shop.terminal.algorithm, shop.terminal.batch) = (algorithm, 0);
    shop
}

/// Signs on as a terminal would: unwraps the keys, checks them, takes the batch number.
fn sign_on(shop: &mut Shop, layout: KeyLayout, master: [u8; 16]) {
    let message = shop.management(Mti::SIGN_ON, layout.network_code());
    let reply = shop.send(&message);
    assert_eq!((reply.code().as_str(), reply.0.mti()), ("00", Mti::SIGN_ON_REPLY));
    let field = Field62::parse(reply.0.field(62).unwrap()).unwrap();
    assert_eq!(field.layout(), layout);
    let keys = field.unwrap(&Tdes::new(master)).unwrap();
    shop.terminal.key = keys.mac;
    shop.terminal.batch = Field60::parse(reply.text(60).unwrap()).unwrap().batch;
}

#[test]
fn a_terminal_that_must_sign_on_sells_only_after_it_and_gets_its_batch() {
    let mut shop = strict(MacAlgorithm::CupEcb);
    let sale = shop.sale(100);
    assert_eq!(shop.code(&sale), "99");
    sign_on(&mut shop, KeyLayout::Double, MASTER);
    assert_eq!(shop.terminal.batch, 7);
    let sale = shop.sale(100);
    assert_eq!((shop.code(&sale), shop.net(shop.stan)), ("00".to_owned(), 100));
    let sign_out = shop.management(Mti::NETWORK, 2);
    assert_eq!(shop.code(&sign_out), "00");
    let sale = shop.sale(100);
    assert_eq!(shop.code(&sale), "99");
}

#[test]
fn every_layout_works_with_every_mac() {
    for layout in KeyLayout::ALL {
        for algorithm in [MacAlgorithm::CupEcb, MacAlgorithm::X9_9, MacAlgorithm::X9_19] {
            let mut shop = strict(algorithm);
            sign_on(&mut shop, layout, MASTER);
            let sale = shop.sale(100);
            // The driver checks the answer's MAC under the keys that it unwrapped.
            let reply = shop.send(&sale);
            assert_eq!((reply.code().as_str(), reply.0.field(64).is_some()), ("00", true));
        }
    }
}

#[test]
fn each_sign_on_gives_other_keys_and_the_old_ones_are_no_good() {
    let mut shop = strict(MacAlgorithm::CupEcb);
    sign_on(&mut shop, KeyLayout::Double, MASTER);
    let old = shop.terminal.key;
    sign_on(&mut shop, KeyLayout::Double, MASTER);
    assert_ne!(old, shop.terminal.key);
    let sale = shop.sale(100);
    let new = core::mem::replace(&mut shop.terminal.key, old);
    let frame = shop.frame(&sale);
    shop.terminal.key = new;
    assert_eq!(shop.deliver(&frame).1.code(), "A0");
    assert!(shop.books.ledger().entries().is_empty());
}

#[test]
fn the_same_books_give_the_same_keys() {
    let key = |seed| {
        let mut shop = strict(MacAlgorithm::CupEcb);
        let setup = CardSetup { key_seed: KeyBytes::double([seed; 16]), ..shop.desk.setup().clone() };
        shop = Shop::with(setup);
        sign_on(&mut shop, KeyLayout::Double, MASTER);
        shop.terminal.key
    };
    assert_eq!(key(1), key(1));
    assert_ne!(key(1), key(2));
}

#[test]
fn the_answer_to_a_sign_on_asks_for_what_the_set_up_wants() {
    let mut shop = Shop::with(CardSetup { requirement: Some(4), ..CardSetup::default() });
    let message = shop.management(Mti::SIGN_ON, 1);
    assert_eq!(shop.send(&message).0.header().processing_requirement(), 4);
    let echo = shop.management(Mti::NETWORK, 301);
    assert_eq!(shop.send(&echo).0.header().processing_requirement(), 0);
}

#[test]
fn messages_without_a_card_have_no_mac_and_are_answered_honestly() {
    let mut shop = Shop::new();
    let cases = [
        (Mti::NETWORK, 301, "00"),
        (Mti::NETWORK, 362, "00"),
        (Mti::NETWORK, 2, "00"),
        (Mti::SIGN_ON, 360, "00"),
        (Mti::SIGN_ON, 370, "00"),
        (Mti::SIGN_ON, 380, "00"),
        // No SM4, and no master key over the line.
        (Mti::SIGN_ON, 6, "40"),
        (Mti::SIGN_ON, 401, "40"),
        (Mti::NETWORK, 555, "40"),
    ];
    for (mti, network, code) in cases {
        let message = shop.management(mti, network);
        assert!(!has_mac(mti));
        let reply = shop.send(&message);
        assert_eq!((reply.code().as_str(), reply.0.field(64)), (code, None), "{mti} {network}");
        let is_list = (360..400).contains(&network);
        assert_eq!(reply.0.field(62), is_list.then_some(b"0".as_slice()), "{mti} {network}");
    }
}

#[test]
fn an_echo_needs_no_trace_number_and_a_sale_does() {
    let mut shop = Shop::new();
    let mut echo = shop.management(Mti::NETWORK, 301);
    let mut sale = shop.sale(100);
    echo.unset(11);
    sale.unset(11);
    assert_eq!([shop.code(&echo), shop.code(&sale)], ["00", "30"]);
}

#[test]
fn a_stranger_is_refused_or_registered_as_the_set_up_says() {
    let mut shop = Shop::new();
    shop.terminal.tid = "00000099";
    let message = shop.management(Mti::SIGN_ON, 1);
    assert_eq!(shop.code(&message), "97");
    shop.terminal.mid = "000000000000099";
    let message = shop.management(Mti::SIGN_ON, 1);
    assert_eq!(shop.code(&message), "03");

    let key = KeyBytes::double(MASTER);
    let admit = Admit::Any { key, working_keys: None, mac_algorithm: MacAlgorithm::X9_19 };
    let mut shop = Shop::with(CardSetup { admit, ..CardSetup::default() });
    (shop.terminal.tid, shop.terminal.mid) = ("00000099", "000000000000099");
    shop.terminal.algorithm = MacAlgorithm::X9_19;
    // It has no keys yet, so nothing that it says can be authentic.
    let sale = shop.sale(100);
    assert_eq!(shop.code(&sale), "03");
    assert_eq!(shop.books.card().terminals().len(), 1);
    let own = serde_json::to_string(&admitted_master_key(key, "00000099")).unwrap();
    let own: Vec<u8> =
        (1..33).step_by(2).map(|at| u8::from_str_radix(&own[at..at + 2], 16).unwrap()).collect();
    sign_on(&mut shop, KeyLayout::Double, own.try_into().unwrap());
    assert_eq!(shop.books.card().terminals().len(), 2);
    let sale = shop.sale(100);
    assert_eq!(shop.code(&sale), "00");
    assert_eq!(shop.story().last().unwrap(), "captured CNY 1.00, 1/000001-000003");
}

#[test]
fn strangers_with_common_keys_need_not_sign_on() {
    let (key, working_keys) = (KeyBytes::double(MASTER), Some(TerminalKeys::default()));
    let admit = Admit::Any { key, working_keys, mac_algorithm: MacAlgorithm::CupEcb };
    let mut shop = Shop::with(CardSetup { admit, ..CardSetup::default() });
    (shop.terminal.tid, shop.terminal.mid) = ("00000099", "000000000000099");
    let sale = shop.sale(100);
    let mut forged = shop.frame(&sale);
    *forged.last_mut().unwrap() ^= 1;
    assert_eq!(shop.deliver(&forged).1.code(), "03");
    assert_eq!(shop.code(&sale), "00");
    // Each terminal numbers for itself.
    (shop.terminal.tid, shop.stan) = ("00000100", 0);
    let sale = shop.sale(100);
    assert_eq!(shop.code(&sale), "00");
    assert_eq!(
        shop.story(),
        [
            "sale declined 03, 65535/000001-000001",
            "captured CNY 1.00, 1/000001-000001",
            "captured CNY 1.00, 2/000001-000001",
        ]
    );
}

#[test]
fn a_set_up_that_is_opened_again_registers_nobody_twice() {
    let mut shop = Shop::new();
    let mut changes = vec![];
    shop.desk.open(&shop.books, &mut changes);
    assert_eq!(changes, []);
    shop.pass(1);
    assert_eq!(shop.books.card().terminals().len(), 1);
}
