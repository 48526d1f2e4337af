//! Claims about the card host.

use super::{Driver, frame, mak, message, reversal, sale};
use crate::{CARD, Cause, Code, Config, Poke};
use core::time::Duration;
use iso8583::{MacKey, Mti, Tpdu};
use sim::{Fen, Input, Key, TerminalNo};

const fn key(stan: u32) -> Key {
    Key::Card { terminal: TerminalNo(0), batch: 1, stan }
}

#[test]
fn a_sale_is_received_committed_and_answered_at_three_different_moments() {
    let mut driver = Driver::new();
    driver.receive(CARD, &sale(42, 1850)).pass(179);
    assert_eq!(driver.acquirer.ledger().net(key(42)), Fen::ZERO);
    driver.pass(1);
    assert_eq!(driver.acquirer.ledger().net(key(42)), Fen(1850));
    assert!(driver.sent.is_empty());
    driver.pass(40);
    let story = [
        "0s sale received, 000001-000042",
        "0.180s captured CNY 18.50, 000001-000042",
        "0.220s sale answered 00, 000001-000042",
    ];
    assert_eq!(driver.story(), story);
}

#[test]
fn the_answer_names_the_request_and_what_the_host_adds() {
    let mut request = message(Mti::FINANCIAL, 7, 1850);
    request.set_tpdu(Tpdu([0x60, 0x00, 0x03, 0x00, 0x07]));
    let mut driver = Driver::new();
    driver.pass(61_000).receive(CARD, &frame(&request, &mak())).pass(1000);
    let reply = &driver.replies()[0];
    assert_eq!((reply.mti(), reply.tpdu()), (Mti::FINANCIAL_REPLY, Tpdu([0x60, 0x00, 0x07, 0x00, 0x03])));
    for field in [3, 4, 11, 41, 42, 49, 60] {
        assert_eq!(reply.field(field), request.field(field), "field {field}");
    }
    // The run starts on 5 January at 09:00:00; the sale commits 61.18 s later.
    let added = [(12, "090101"), (13, "0105"), (37, "000000000001"), (38, "000001"), (39, "00")];
    for (field, value) in added {
        assert_eq!(reply.text(field), Some(value), "field {field}");
    }
}

/// The synthetic vector of the dialect, "Keys and MAC"; its terminal and merchant are the default ones.
#[test]
fn the_published_vector_is_a_sale() {
    let vector = "004E600000000060310031120002003020048000C08011000000000000000100000001012000313233\
                  343536373831323334353637383930313233343531353600112200000100003433333644433533";
    let hex = |at: usize| u8::from_str_radix(&vector[at..at + 2], 16).unwrap();
    let bytes: Vec<u8> = (0..vector.len()).step_by(2).map(hex).collect();
    let mut driver = Driver::new();
    driver.receive(CARD, &bytes).pass(1000);
    assert_eq!(driver.codes(), ["00"]);
    assert_eq!(driver.acquirer.ledger().net(key(1)), Fen(100));
}

#[test]
fn a_repeated_trace_number_is_refused_and_captures_nothing_more() {
    let mut driver = Driver::new();
    // The second copy arrives before the first is committed, the third long after.
    driver.receive(CARD, &sale(1, 100)).receive(CARD, &sale(1, 100)).pass(1000);
    driver.receive(CARD, &sale(1, 100)).pass(1000);
    assert_eq!(driver.codes(), ["00", "94", "94"]);
    assert_eq!(driver.acquirer.ledger().net(key(1)), Fen(100));
}

#[test]
fn a_reversal_takes_the_money_back_once_and_the_ledger_knows_why() {
    let mut driver = Driver::new();
    driver.receive(CARD, &sale(1, 100)).pass(1000);
    driver.receive(CARD, &reversal(1, 100)).pass(1000);
    driver.receive(CARD, &reversal(1, 100)).pass(1000);
    assert_eq!(driver.codes(), ["00", "00", "25"]);
    let ledger = driver.acquirer.ledger();
    assert_eq!((ledger.net(key(1)), ledger.entries().len()), (Fen::ZERO, 2));
    assert_eq!(ledger.entries()[1].cause, Cause::Reversal { reason: Code::new("98") });
    assert!(driver.story().contains(&"1.180s reversed CNY 1.00, 000001-000001".to_owned()));
}

#[test]
fn a_sale_that_arrives_after_its_reversal_is_never_captured() {
    let mut driver = Driver::new();
    driver.receive(CARD, &reversal(1, 100)).pass(1000);
    driver.receive(CARD, &sale(1, 100)).pass(1000);
    driver.receive(CARD, &reversal(1, 100)).pass(1000);
    assert_eq!(driver.codes(), ["00", "12", "00"]);
    assert!(driver.acquirer.ledger().entries().is_empty());
}

#[test]
fn a_reversal_that_overtakes_a_slow_sale_stops_it() {
    let mut driver = Driver::new();
    driver.give(Input::Poke(Poke::Slow { by: Duration::from_secs(70) }));
    driver.receive(CARD, &sale(1, 100)).pass(60_000);
    driver.give(Input::Poke(Poke::Usual));
    driver.receive(CARD, &reversal(1, 100)).pass(60_000);
    assert_eq!(driver.codes(), ["00", "12"]);
    assert!(driver.acquirer.ledger().entries().is_empty());
}

#[test]
fn a_reversal_of_another_amount_is_refused() {
    let mut driver = Driver::new();
    driver.receive(CARD, &sale(1, 100)).receive(CARD, &reversal(1, 99)).pass(1000);
    assert_eq!(driver.codes(), ["00", "64"]);
    assert_eq!(driver.acquirer.ledger().net(key(1)), Fen(100));
}

#[test]
fn a_card_of_the_decline_rule_is_declined_and_its_reversal_says_so() {
    let mut request = message(Mti::FINANCIAL, 1, 100);
    request.set(2, "6222020000000000051");
    let mut driver = Driver::new();
    driver.receive(CARD, &frame(&request, &mak())).pass(1000);
    driver.receive(CARD, &reversal(1, 100)).pass(1000);
    assert_eq!(driver.codes(), ["51", "01"]);
    assert!(driver.story().contains(&"0.180s sale declined 51, 000001-000001".to_owned()));
    assert!(driver.acquirer.ledger().entries().is_empty());

    // The same card, swiped: its number stands in track 2 alone.
    request.unset(2);
    request.set(11, "000002");
    request.set(35, "6222020000000000051=30121010000000000");
    driver.receive(CARD, &frame(&request, &mak())).pass(1000);
    assert_eq!(driver.codes()[2], "51");
}

#[test]
fn a_wrong_mac_moves_nothing() {
    let mut driver = Driver::new();
    driver.receive(CARD, &frame(&message(Mti::FINANCIAL, 1, 100), &MacKey::new([0x11; 8]))).pass(1000);
    assert_eq!(driver.codes(), ["A0"]);
    assert!(driver.acquirer.ledger().entries().is_empty());
    // The true sale of that number is still welcome.
    driver.receive(CARD, &sale(1, 100)).pass(1000);
    assert_eq!(driver.codes(), ["A0", "00"]);
}

#[test]
fn a_request_that_is_not_in_order_is_refused_with_its_own_code() {
    let cases = [
        (42, Some("123456789012346"), "03"),
        (41, Some("12345679"), "97"),
        (41, None, "30"),
        (4, None, "30"),
        (11, None, "30"),
        (60, Some("22000002000"), "77"),
        (49, Some("344"), "12"),
        (3, Some("310000"), "12"),
        (4, Some("0"), "13"),
    ];
    for (field, value, code) in cases {
        let mut request = message(Mti::FINANCIAL, 1, 100);
        match value {
            Some(value) => request.set(field, value),
            None => request.unset(field),
        }
        let mut driver = Driver::new();
        driver.receive(CARD, &frame(&request, &mak())).pass(1000);
        assert_eq!(driver.codes(), [code], "field {field} {value:?}");
        assert!(driver.acquirer.ledger().entries().is_empty());
    }
}

#[test]
fn one_request_too_many_is_refused_as_busy_at_once() {
    let mut driver = Driver::with(Config { in_flight_max: 2, ..Config::default() });
    for stan in 1..=3 {
        driver.receive(CARD, &sale(stan, 100));
    }
    assert_eq!(driver.codes(), ["96"]);
    driver.pass(1000);
    assert_eq!(driver.codes(), ["96", "00", "00"]);
    assert_eq!(driver.acquirer.ledger().net(key(3)), Fen::ZERO);
}

#[test]
fn a_frame_may_come_in_any_pieces() {
    let mut driver = Driver::new();
    for byte in sale(1, 100) {
        driver.receive(CARD, &[byte]);
    }
    driver.pass(1000);
    assert_eq!(driver.codes(), ["00"]);
}
