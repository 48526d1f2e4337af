//! What the issuers say: PINs, balances, rules; and what an answer carries.

use crate::driver::{CARD, OTHER_CARD, PAYER_CODE, Reply, Shop, fen, reversal};
use crate::property::rebuilt;
use iso8583::{Balance, Mti, Pan, Pin, PinKey, REPLY_CODES, Sign};
use tillrig_acquirer::{CardAccount, CardSetup, Kind, ReplyRule, SignOn, TerminalKeys};

fn account(balance: Option<i64>, pin: Option<&str>, partial: bool) -> CardSetup {
    let card = CardAccount {
        pan_ends: "0009".into(),
        pin: pin.map(str::to_owned),
        balance: balance.map(fen),
        expires: None,
        partial,
    };
    CardSetup { cards: vec![card], ..CardSetup::default() }
}

fn balance(shop: &mut Shop) -> (String, Option<u64>) {
    let mut message = shop.ask(Mti::FINANCIAL, "310000", "00", 1, 0);
    message.unset(4);
    message.set(2, CARD);
    let reply = shop.send(&message);
    let balance = reply.text(54).map(|text| Balance::parse(text).unwrap());
    if let Some(balance) = balance {
        assert_eq!((balance.currency, balance.amount_type, balance.sign), (156, 2, Sign::Credit));
    }
    (reply.code(), balance.map(|balance| balance.amount_fen))
}

#[test]
fn a_balance_falls_and_rises_with_everything_that_the_card_does() {
    let mut shop = Shop::with(account(Some(10_000), None, false));
    let spent = |shop: &mut Shop| 10_000 - balance(shop).1.unwrap();
    assert_eq!(balance(&mut shop), ("00".to_owned(), Some(10_000)));
    let sale = shop.sale(3000);
    let sold = shop.send(&sale);
    assert_eq!(spent(&mut shop), 3000);
    let refund = shop.refund(&sold, 500);
    shop.send(&refund);
    assert_eq!(spent(&mut shop), 2500);
    let hold = shop.hold(1000);
    let held = shop.send(&hold);
    assert_eq!(spent(&mut shop), 3500);
    let complete = shop.complete(&held, 1100);
    shop.send(&complete);
    assert_eq!(spent(&mut shop), 3600);
    shop.send(&reversal(&complete));
    assert_eq!(spent(&mut shop), 3500);
    let void = shop.hold_void(&held, 1000);
    shop.send(&void);
    assert_eq!(spent(&mut shop), 2500);
    shop.send(&reversal(&void));
    assert_eq!(spent(&mut shop), 3500);
    shop.pass(31 * crate::driver::DAY);
    assert_eq!(spent(&mut shop), 2500);
}

#[test]
fn a_sale_beyond_the_balance_is_declined_and_one_of_all_of_it_is_not() {
    let mut shop = Shop::with(account(Some(1000), None, false));
    let (over, all, one) = (shop.sale(1001), shop.sale(1000), shop.sale(1));
    assert_eq!([shop.code(&over), shop.code(&all), shop.code(&one)], ["51", "00", "51"]);
    // What is held is no longer there to be spent.
    let mut shop = Shop::with(account(Some(1000), None, false));
    let (hold, sale) = (shop.hold(600), shop.sale(401));
    assert_eq!([shop.code(&hold), shop.code(&sale)], ["00", "51"]);
}

#[test]
fn an_overdrawn_card_gets_its_money_back_and_still_owes_what_it_bought_offline() {
    let mut shop = Shop::with(account(Some(100), None, false));
    let offline = shop.offline_sale(150);
    let sold = shop.send(&offline);
    let mut ask = shop.ask(Mti::FINANCIAL, "310000", "00", 1, 0);
    ask.unset(4);
    ask.set(2, CARD);
    let owed = Balance::parse(shop.send(&ask).text(54).unwrap()).unwrap();
    assert_eq!((sold.code().as_str(), owed.sign, owed.amount_fen), ("00", Sign::Debit, 50));
    let (more, sale) = (shop.offline_sale(10), shop.sale(1));
    assert_eq!([shop.code(&more), shop.code(&sale)], ["00", "51"]);
    let refund = shop.refund(&sold, 150);
    assert_eq!((shop.code(&refund), balance(&mut shop)), ("00".to_owned(), ("00".to_owned(), Some(90))));
}

#[test]
fn a_part_is_approved_where_card_and_terminal_want_it() {
    let mut shop = Shop::with(account(Some(1000), None, true));
    let mut sale = shop.sale(1500);
    assert_eq!(shop.code(&sale), "51");
    // Reader 5, IC condition 0, partial approval 1.
    sale = shop.sale(1500);
    sale.set(60, "22000001000501");
    let reply = shop.send(&sale);
    assert_eq!((reply.code().as_str(), reply.text(4)), ("10", Some("000000001000")));
    assert_eq!((shop.net(2), shop.debit_and_credit()[0]), (1000, (1000, 1)));
    // Its reversal says what was asked for.
    assert_eq!((shop.code(&reversal(&sale)), shop.net(2)), ("00".to_owned(), 0));
}

#[test]
fn whatever_is_approved_in_part_is_answered_with_that_part_also_when_it_is_said_again() {
    let part = |kind| ReplyRule { kind: Some(kind), ..ReplyRule::card("", "10") };
    let kinds = [Kind::QrSale, Kind::OfflineSale, Kind::PreAuth, Kind::Completion];
    let mut shop = Shop::ruled(kinds.map(part).to_vec());
    let said = |reply: &Reply| (reply.code(), reply.text(4).unwrap().to_owned());
    let ten = |amount: i64| ("10".to_owned(), format!("{amount:012}"));
    let qr_sale = shop.qr_sale(1000, PAYER_CODE);
    let paid = shop.send(&qr_sale);
    assert_eq!((said(&paid), paid.voucher().is_some(), shop.net(1)), (ten(500), true, 500));
    let offline = shop.offline_sale(300);
    let (first, again) = (shop.send(&offline), shop.send(&offline));
    assert_eq!(([said(&first), said(&again)], shop.net(2)), ([ten(150), ten(150)], 150));
    let hold = shop.hold(800);
    let held = shop.send(&hold);
    assert_eq!((said(&held), shop.standing(3).held.0), (ten(400), 400));
    let complete = shop.complete(&held, 200);
    let completed = shop.send(&complete);
    assert_eq!((said(&completed), shop.net(3), shop.standing(3).held.0), (ten(100), 100, 0));
}

fn with_pin(shop: &mut Shop, pin: &str, key: PinKey) -> String {
    let mut sale = shop.sale(100);
    sale.set(22, "021");
    sale.set(52, key.seal(&Pin::new(pin).unwrap(), &Pan::new(CARD).unwrap()));
    sale.set(53, "2600000000000000");
    shop.code(&sale)
}

#[test]
fn a_wrong_pin_is_refused_and_after_three_the_card_is_barred_for_the_day() {
    let key = PinKey::from(TerminalKeys::default().pin.des());
    let mut shop = Shop::with(account(None, Some("123456"), false));
    let codes = ["123456", "123450", "123456", "000000", "111111", "222222", "123456"]
        .map(|pin| with_pin(&mut shop, pin, key));
    // The right one between makes the count begin anew.
    assert_eq!(codes, ["00", "55", "00", "55", "55", "55", "75"]);
    shop.pass(crate::driver::DAY);
    assert_eq!(with_pin(&mut shop, "123456", key), "00");
    // A card whose PIN nobody knows pays with any.
    let mut shop = Shop::new();
    assert_eq!(with_pin(&mut shop, "999999", key), "00");
}

#[test]
fn a_block_under_another_key_is_no_wrong_pin() {
    let mut shop = Shop::with(account(None, Some("123456"), false));
    assert_eq!(with_pin(&mut shop, "123456", PinKey::new([0x31; 8])), "99");
}

#[test]
fn every_reply_code_comes_about_by_a_rule() {
    for entry in REPLY_CODES.iter() {
        let code = core::str::from_utf8(&entry.code).unwrap();
        let mut shop = Shop::ruled(vec![ReplyRule::card("0009", code)]);
        let sale = shop.sale(1000);
        let reply = shop.send(&sale);
        assert_eq!(reply.code(), code);
        let approved = reply.text(38).is_some();
        let expected = match code {
            "10" => 500,
            "00" | "11" | "16" | "A2" | "A4" | "A5" | "A6" => 1000,
            _ => 0,
        };
        assert_eq!((shop.net(1), approved), (expected, expected > 0), "{code}");
    }
}

#[test]
fn a_rule_can_ask_for_kind_amount_and_count() {
    let rule = |kind, amount: Option<i64>, nth, code: &str| ReplyRule {
        kind,
        amount: amount.map(fen),
        nth,
        ..ReplyRule::card("", code)
    };
    let mut shop = Shop::ruled(vec![
        rule(Some(Kind::Refund), None, None, "57"),
        rule(None, Some(6100), None, "61"),
        rule(Some(Kind::Sale), None, Some(2), "91"),
    ]);
    let sales = [100, 200, 6100, 300].map(|amount| shop.sale(amount));
    let codes = sales.map(|sale| shop.code(&sale));
    assert_eq!(codes, ["00", "91", "61", "00"]);
    let sale = shop.sale(400);
    let sold = shop.send(&sale);
    let refund = shop.refund(&sold, 100);
    assert_eq!(shop.code(&refund), "57");
    let hold = shop.hold(6100);
    assert_eq!(shop.code(&hold), "61");
}

#[test]
fn an_answer_carries_what_the_host_adds() {
    let mut setup = account(None, None, false);
    setup.chip_reply = Some(vec![0x91, 2, 0, 0]);
    setup.receipt_text = "THANK YOU".into();
    let mut shop = Shop::with(setup);
    let mut sale = shop.sale(100);
    sale.set(55, [0x9F, 0x36, 2, 0, 1]);
    let reply = shop.send(&sale);
    let added = [
        (12, "090100"),
        (13, "0105"),
        (15, "0105"),
        (32, "00010000"),
        (37, "000000000001"),
        (38, "000001"),
        (44, "00010001   00010000   "),
        (63, "CUPTHANK YOU"),
    ];
    for (field, value) in added {
        assert_eq!(reply.text(field), Some(value), "field {field}");
    }
    assert_eq!(reply.0.field(55), Some([0x91, 2, 0, 0].as_slice()));
    // A swiped foreign card: no field 2, and no chip.
    let mut sale = shop.sale(100);
    sale.unset(2);
    sale.set(35, "4222020000000000=30122010000");
    let reply = shop.send(&sale);
    assert_eq!((reply.text(63), reply.0.field(55), reply.text(2)), (Some("VISTHANK YOU"), None, None));
    assert_eq!(shop.totals().foreign.debit, fen(100));
}

/// What a chip says for a sale, with its cryptogram, its counter and its card number.
const CHIP: &str = "9F2608A1B2C3D4E5F607189F2701809F360200015A0A6222020000000000009F8201009505000000000000";

fn hex(text: &str) -> Vec<u8> {
    let pairs = (0..text.len()).step_by(2);
    pairs.map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

#[test]
fn the_issuer_answers_the_chip_and_the_record_keeps_what_it_said() {
    let scripts = hex("7209860784240000041122");
    let mut shop = Shop::with(CardSetup { chip_scripts: scripts, ..CardSetup::default() });
    let chip = hex(CHIP);
    let mut sale = shop.sale(100);
    let mut hold = shop.hold(100);
    let mut declined = shop.sale(100);
    for message in [&mut sale, &mut hold, &mut declined] {
        message.set(23, "001");
        message.set(55, &chip);
    }
    declined.set(2, "6222020000000000051");
    // The cryptogram is pyemv's for this card, sequence number 01 and the code 00.
    let answer = hex("910A6F59EB6E9522009E303072098607842400000411229F36020001");
    for message in [&sale, &hold] {
        let reply = shop.send(message);
        assert_eq!((reply.code().as_str(), reply.0.field(55)), ("00", Some(answer.as_slice())));
    }
    let reply = shop.send(&declined);
    assert_eq!((reply.code().as_str(), reply.0.field(55)), ("51", None));
    for record in shop.books.card().records() {
        let kept = record.chip.as_ref().unwrap();
        assert_eq!(kept.get(&[0x9F, 0x26]), Some(hex("A1B2C3D4E5F60718").as_slice()));
        assert_eq!(kept.get(&[0x5A]), None, "no card number is written down");
    }
    assert_eq!(rebuilt(&shop.log), shop.books);
    let written = serde_json::to_string(&shop.log).unwrap();
    assert!(!written.contains("62220200") && !format!("{:?}", shop.books).contains("A1B2C3"));
}

#[test]
fn chip_data_that_cannot_be_read_are_neither_kept_nor_answered() {
    let mut shop = Shop::new();
    let mut sale = shop.sale(100);
    sale.set(55, [0x9F, 0x26, 8, 1]);
    let reply = shop.send(&sale);
    assert_eq!((reply.code().as_str(), reply.0.field(55)), ("00", None));
    assert_eq!(shop.books.card().records()[0].chip, None);
}

#[test]
fn a_script_result_is_noted_with_and_without_a_mac() {
    let mut shop = Shop::new();
    let sale = shop.sale(100);
    shop.send(&sale);
    shop.stan += 1;
    let mut notice = shop.blank(Mti::SCRIPT_RESULT, 0, 951);
    notice.set(61, "0000010000010105");
    assert_eq!([shop.code(&notice), shop.code(&notice)], ["00", "00"]);
    shop.stan += 1;
    let mut notice = shop.blank(Mti::SCRIPT_RESULT, 0, 951);
    notice.set(61, "0000010000990105");
    let mut frame = vec![];
    iso8583::encode(&iso8583::CUP, &notice, &mut frame).unwrap();
    let reply = shop.deliver(&frame).1;
    assert_eq!((reply.code().as_str(), reply.0.field(64)), ("25", None));
    assert_eq!(shop.net(1), 100);
}

#[test]
fn what_needs_a_key_is_refused_without_one() {
    let mut setup = CardSetup::default();
    setup.terminals[0].working_keys = None;
    assert_eq!(setup.sign_on, SignOn::NotNeeded);
    let mut shop = Shop::with(setup);
    let sale = shop.sale(100);
    let reply = shop.send(&sale);
    assert_eq!((reply.code().as_str(), reply.0.field(64)), ("99", None));
}

#[test]
fn a_transaction_that_the_dialect_does_not_have_is_invalid() {
    let mut shop = Shop::new();
    let cases = [
        (Mti::FINANCIAL, "310000", "00", 22),
        (Mti::FINANCIAL, "000000", "64", 22),
        (Mti::FINANCIAL, "200000", "00", 25),
        (Mti::AUTHORISATION, "000000", "00", 22),
        (Mti::ADVICE, "000000", "00", 34),
        (Mti::FINANCIAL, "000000", "00", 45),
    ];
    for (mti, code, condition, kind) in cases {
        let mut message = shop.ask(mti, code, condition, kind, 100);
        message.set(2, OTHER_CARD);
        assert_eq!(shop.code(&message), "12", "{mti} {code} {condition} {kind}");
    }
    assert!(shop.books.ledger().entries().is_empty());
}

#[test]
fn nothing_printed_of_books_changes_or_requests_shows_a_card_number_or_a_key() {
    let mut shop = Shop::with(account(Some(100), Some("123456"), false));
    let sale = shop.sale(100);
    let sold = shop.send(&sale);
    let refund = shop.refund(&sold, 10);
    shop.send(&refund);
    let shown = format!("{:?} {:?} {:?}", shop.books, shop.log, shop.story());
    let written = serde_json::to_string(&shop.log).unwrap();
    for text in [&shown, &written] {
        assert!(!text.contains("000000000009") && !text.contains("6222020"), "{text}");
    }
    assert!(!shown.contains("0123456789ABCDEF"), "{shown}");
}
