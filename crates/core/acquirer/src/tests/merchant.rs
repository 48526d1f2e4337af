//! Claims about the merchant's own questions: what the books say is what is found, and nobody else is told.

use super::*;
use crate::{MERCHANT_NOTIFY, MERCHANT_WALLET, NOTIFY, VERIFICATION};
use ::voucher::verification::{self, Finding, FindingError, Question};
use ::voucher::{Kind, SealKey};
use ::wallet::http::ResponseParser;
use ::wallet::messages::{Answer, Call, TradeState};
use sim::{Fen, Key, TerminalNo};

fn key() -> SealKey {
    SealKey::new(b"test key of a merchant")
}

fn driver() -> Driver {
    Driver::with(Config { merchants: vec![("M-1".to_owned(), key())], ..Config::default() })
}

fn card(stan: u32) -> Key {
    Key::Card { terminal: TerminalNo(0), batch: 1, stan }
}

impl Driver {
    fn found(
        &mut self,
        merchant: &str,
        question: Question,
        sealed_with: &SealKey,
    ) -> Result<Finding, FindingError> {
        self.sent.clear();
        let mut bytes = Vec::new();
        let seal = verification::encode_question(merchant, question, 7, sealed_with, &mut bytes);
        self.receive(VERIFICATION, &bytes).pass(500);
        let mut parser = ResponseParser::default();
        self.sent
            .iter()
            .filter(|(_, port, _)| *port == VERIFICATION)
            .for_each(|(_, _, bytes)| parser.push(bytes));
        let response = parser.next_response().unwrap().expect("a question has an answer");
        verification::decode_finding(&response, &key(), seal)
    }

    fn asked(&mut self, key_asked: Key, kind: Kind) -> Finding {
        self.found("M-1", Question { key: key_asked, kind }, &key()).unwrap()
    }
}

#[test]
fn a_sale_that_stands_is_found_with_its_amount_and_another_kind_or_number_is_not() {
    let mut driver = driver();
    driver.receive(CARD, &sale(1, 2500)).pass(500);
    assert_eq!(driver.asked(card(1), Kind::Payment), Finding::Stands(Fen(2500)));
    assert_eq!(driver.asked(card(1), Kind::Void), Finding::Unknown);
    assert_eq!(driver.asked(card(2), Kind::Payment), Finding::Unknown);
}

#[test]
fn a_reversed_sale_is_as_if_it_had_never_been() {
    let mut driver = driver();
    driver.receive(CARD, &sale(1, 2500)).pass(500).receive(CARD, &reversal(1, 2500)).pass(500);
    assert_eq!(driver.asked(card(1), Kind::Payment), Finding::Unknown);
}

#[test]
fn a_stranger_is_told_nothing() {
    let mut driver = driver();
    driver.receive(CARD, &sale(1, 2500)).pass(500);
    let question = Question { key: card(1), kind: Kind::Payment };
    assert_eq!(driver.found("M-2", question, &key()), Err(FindingError::Status(400)));
    assert_eq!(driver.found("M-1", question, &SealKey::new(b"x")), Err(FindingError::Status(400)));
    let mut nobody = Driver::new();
    assert_eq!(nobody.found("M-1", question, &key()), Err(FindingError::Status(400)));
}

/// What the gateway says of an order on the merchant's own connection.
fn order_state(driver: &mut Driver, order: &str) -> (TradeState, Option<u64>) {
    driver.sent.clear();
    driver.receive(MERCHANT_WALLET, &query(order)).pass(1_000);
    let mut parser = ResponseParser::default();
    for (_, port, bytes) in &driver.sent {
        assert_eq!(*port, MERCHANT_WALLET, "the terminal's connection hears nothing of it");
        parser.push(bytes);
    }
    let response = parser.next_response().unwrap().expect("a query has an answer");
    let mut codec = codec();
    match codec.decode_answer(Call::OrderQuery, &response) {
        Ok(Answer::Order(state)) => (state.trade_state, state.total_fee_fen),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_merchants_server_asks_after_an_order_on_a_connection_of_its_own() {
    let mut driver = driver();
    driver.receive(WALLET, &order("T-1", 1850)).pass(1_000);
    assert_eq!(order_state(&mut driver, "T-1").0, TradeState::NotPay);
    driver.pay("T-1").pass(20_000);
    assert_eq!(order_state(&mut driver, "T-1"), (TradeState::Success, Some(1850)));
}

#[test]
fn a_merchant_that_wants_it_is_sent_a_copy_of_every_notification_and_nobody_waits_for_it() {
    let url = Some("http://backoffice/notify".to_owned());
    let mut driver = Driver::with(Config { notify_also: url, ..Config::default() });
    driver.receive(WALLET, &order("T-1", 1850)).pass(1_000).pay("T-1").pass(40_000);
    let bodies = |wanted: Port| -> Vec<String> {
        let sent = driver.sent.iter().filter(|(_, port, _)| *port == wanted);
        sent.map(|(_, _, bytes)| String::from_utf8(bytes.clone()).unwrap()).collect()
    };
    let (first, copies) = (bodies(NOTIFY), bodies(MERCHANT_NOTIFY));
    assert!(first.len() > 1, "nobody acknowledges, so it is sent again");
    assert_eq!(first.len(), copies.len());
    let body = |request: &String| request.split_once("\r\n\r\n").unwrap().1.to_owned();
    assert!(first.iter().zip(&copies).all(|(one, copy)| body(one) == body(copy)));
    assert!(copies.iter().all(|copy| copy.contains("Host: backoffice\r\n")), "{copies:?}");
}

#[test]
fn bytes_that_are_no_question_change_nothing() {
    let mut driver = driver();
    for port in [VERIFICATION, MERCHANT_WALLET] {
        driver.receive(port, b"\x00\xFFnonsense\r\n\r\n").pass(20_000);
    }
    driver.receive(CARD, &sale(1, 2500)).pass(500);
    assert_eq!(driver.asked(card(1), Kind::Payment), Finding::Stands(Fen(2500)));
}
