//! Claims about the wallet gateway.

use super::{Driver, call, close, codec, merchant, order, query};
use crate::{Config, WALLET};
use ::wallet::ask::PaymentCode;
use ::wallet::http::ResponseParser;
use ::wallet::messages::{
    Answer, AnswerError, Call, Codec, ErrCode, Merchant, MicroPay, Refund, Request, TradeState,
};
use ::wallet::sign::ApiKey;
use sim::Fen;
use sim::{Key, OrderNo};

/// What the last answer says, in a word: a code, a trade state, or an error code.
fn last(driver: &Driver, call: Call) -> String {
    let (_, port, bytes) = driver.sent.iter().rev().find(|(_, port, _)| *port == WALLET).unwrap();
    assert_eq!(*port, WALLET);
    let mut parser = ResponseParser::default();
    parser.push(bytes);
    match codec().decode_answer(call, &parser.next_response().unwrap().unwrap()) {
        Ok(Answer::CodeUrl(url)) => url.to_owned(),
        Ok(Answer::Order(state)) => format!("{} {:?}", state.trade_state, state.total_fee_fen),
        Ok(Answer::Closed) => "closed".to_owned(),
        Ok(other) => format!("{other:?}"),
        Err(AnswerError::Business { word, .. }) => word,
        Err(other) => other.to_string(),
    }
}

fn answer(driver: &mut Driver, call: Call, request: &[u8]) -> String {
    driver.receive(WALLET, request).pass(1000);
    last(driver, call)
}

fn net(driver: &Driver, order: &str) -> Fen {
    driver.acquirer.ledger().net(Key::Order(OrderNo::new(order).unwrap()))
}

#[test]
fn an_order_is_made_paid_and_found() {
    let mut driver = Driver::new();
    let url = answer(&mut driver, Call::UnifiedOrder, &order("T-1", 1850));
    assert!(url.starts_with("weixin://"), "{url}");
    assert_eq!(answer(&mut driver, Call::OrderQuery, &query("T-1")), "NOTPAY None");
    driver.pay("T-1").pass(1000);
    assert_eq!(answer(&mut driver, Call::OrderQuery, &query("T-1")), "SUCCESS Some(1850)");
    assert_eq!(net(&driver, "T-1"), Fen(1850));
    let story = [
        "0s order received, T-1",
        "0.180s ordered CNY 18.50, T-1",
        "0.220s order answered SUCCESS, T-1",
        "1s query received, T-1",
        "1.220s query answered NOTPAY, T-1",
        "2.300s captured CNY 18.50, T-1",
        "2.300s notification 1 sent, order T-1",
        "3s query received, T-1",
        "3.220s query answered SUCCESS, T-1",
    ];
    assert_eq!(driver.story(), story);
}

#[test]
fn the_same_order_again_is_the_same_order_and_another_one_under_its_number_is_refused() {
    let mut driver = Driver::new();
    let first = answer(&mut driver, Call::UnifiedOrder, &order("T-1", 1850));
    assert_eq!(answer(&mut driver, Call::UnifiedOrder, &order("T-1", 1850)), first);
    assert_eq!(answer(&mut driver, Call::UnifiedOrder, &order("T-1", 1851)), "OUT_TRADE_NO_USED");
    assert_ne!(answer(&mut driver, Call::UnifiedOrder, &order("T-2", 1850)), first);
    driver.pay("T-1").pass(1000);
    assert_eq!(answer(&mut driver, Call::UnifiedOrder, &order("T-1", 1850)), "ORDERPAID");
}

#[test]
fn an_order_is_paid_once() {
    let mut driver = Driver::new();
    driver.receive(WALLET, &order("T-1", 1850)).pass(1000);
    driver.pay("T-1").pass(10).pay("T-1").pass(1000).pay("T-1");
    assert_eq!(net(&driver, "T-1"), Fen(1850));
    let refused = driver.story().into_iter().filter(|line| line.contains("refused"));
    let expected = [
        "1.310s payment refused, already paid, order T-1",
        "2.010s payment refused, already paid, order T-1",
    ];
    assert!(refused.eq(expected));
}

#[test]
fn what_nobody_ordered_cannot_be_paid_queried_or_closed() {
    let mut driver = Driver::new();
    driver.pay("T-9");
    assert_eq!(driver.story(), ["0s payment refused, unknown order, order T-9"]);
    assert_eq!(answer(&mut driver, Call::OrderQuery, &query("T-9")), "ORDERNOTEXIST");
    assert_eq!(answer(&mut driver, Call::CloseOrder, &close("T-9")), "ORDERNOTEXIST");
}

#[test]
fn of_a_close_and_a_payment_the_first_to_commit_wins() {
    // A close commits 180 ms after it arrives, a payment 300 ms after the payer confirms.
    let cases = [(130, "ORDERPAID", Fen(1850)), (110, "closed", Fen::ZERO)];
    for (close_after_ms, answered, captured) in cases {
        let mut driver = Driver::new();
        driver.receive(WALLET, &order("T-1", 1850)).pass(1000).pay("T-1").pass(close_after_ms);
        assert_eq!(answer(&mut driver, Call::CloseOrder, &close("T-1")), answered);
        assert_eq!(net(&driver, "T-1"), captured);
        let refused = driver.story().contains(&"1.300s payment refused, order closed, order T-1".to_owned());
        assert_eq!(refused, captured == Fen::ZERO);
    }
}

#[test]
fn a_closed_order_stays_closed() {
    let mut driver = Driver::new();
    driver.receive(WALLET, &order("T-1", 1850)).pass(1000);
    assert_eq!(answer(&mut driver, Call::CloseOrder, &close("T-1")), "closed");
    assert_eq!(answer(&mut driver, Call::CloseOrder, &close("T-1")), "ORDERCLOSED");
    let closed = format!("{} None", TradeState::Closed);
    assert_eq!(answer(&mut driver, Call::OrderQuery, &query("T-1")), closed);
    driver.pay("T-1").pass(1000);
    assert_eq!(net(&driver, "T-1"), Fen::ZERO);
}

#[test]
fn a_forged_request_moves_nothing_and_is_told_so() {
    let mut driver = Driver::new();
    driver.receive(WALLET, &order("T-1", 1850)).pass(1000);
    let forger = Merchant { api_key: ApiKey::new("another"), ..merchant() };
    let mut bytes = vec![];
    let request = Request::CloseOrder { out_trade_no: "T-1" };
    Codec::new(forger, "gateway").encode_request(&request, 1, &mut bytes);
    let told = answer(&mut driver, Call::CloseOrder, &bytes);
    assert_eq!(told, "the gateway did not take the request: 签名错误");
    assert!(driver.story().contains(&"1s malformed bytes at port 1: the signature is wrong".to_owned()));
    assert_eq!(answer(&mut driver, Call::OrderQuery, &query("T-1")), "NOTPAY None");
}

#[test]
fn an_order_for_nothing_is_refused() {
    let mut driver = Driver::new();
    assert_eq!(answer(&mut driver, Call::UnifiedOrder, &order("T-1", 0)), ErrCode::ParamError.as_str());
    assert!(driver.story().contains(&"0.180s order declined PARAM_ERROR, 000000-000000".to_owned()));
}

#[test]
fn one_request_too_many_is_answered_with_a_system_error() {
    let mut driver = Driver::with(Config { in_flight_max: 1, ..Config::default() });
    driver.receive(WALLET, &order("T-1", 100)).receive(WALLET, &query("T-1"));
    assert_eq!(last(&driver, Call::OrderQuery), "SYSTEMERROR");
}

#[test]
fn a_payer_is_not_turned_away_because_merchants_ask_too_much() {
    let mut driver = Driver::with(Config { in_flight_max: 1, ..Config::default() });
    driver
        .receive(WALLET, &order("T-1", 100))
        .pass(1000)
        .receive(WALLET, &query("T-1"))
        .pay("T-1")
        .pass(1000);
    assert_eq!(driver.acquirer.ledger().net(Key::Order(OrderNo::new("T-1").unwrap())), Fen(100));
}

#[test]
fn a_refund_is_known_by_its_own_number_and_moves_the_money_of_its_order() {
    let mut driver = Driver::new();
    let auth_code = &PaymentCode::new("134567890123456789".to_owned());
    let (out_trade_no, out_refund_no, terminal_ip) = ("T-1", "R-1", "192.0.2.7");
    let pay = MicroPay { out_trade_no, total_fee_fen: 1850, body: "tea", auth_code, terminal_ip };
    driver.receive(WALLET, &call(&Request::MicroPay(pay))).pass(1000);
    let refund =
        Refund { out_trade_no, transaction_id: "", out_refund_no, total_fee_fen: 1850, refund_fee_fen: 500 };
    driver.receive(WALLET, &call(&Request::Refund(refund))).pass(1000);
    driver.receive(WALLET, &call(&Request::RefundQuery { out_trade_no, out_refund_no })).pass(1000);
    let story = driver.story();
    let told = |what: &str| story.iter().any(|line| line.ends_with(what));
    assert!(told("refund-order received, R-1") && told("refund-order answered SUCCESS, R-1"), "{story:?}");
    assert!(told("refunded CNY 5.00, T-1"), "{story:?}");
    assert!(told("refund-query received, R-1") && told("refund-query answered SUCCESS, R-1"), "{story:?}");
    assert_eq!(net(&driver, "T-1"), Fen(1350));
}
