//! The terminal's side of `gateway.do` against the platform: orders and holds, refusals, and what somebody else signed.

use std::sync::Arc;

use tillrig_wallet::ask::{Ask, Hold, Operation, OrderRef, PaymentCode};
use tillrig_wallet::exchange::HttpRequest;
use tillrig_wallet::http::{RequestParser, ResponseParser};
use tillrig_wallet::messages::{
    AlipayCodec, AlipayShop, Answer, AnswerError, ErrCode, MicroPay, OrderState, Product, Refund,
    RefundStatus, Request, UnifiedOrder,
};
use tillrig_wallet::notice::{Notice, Sender};
use tillrig_wallet::rsa_key::PrivateKey;
use tillrig_wallet::told::{self, OrderKind, RefundTold, Refusal, Reversed, Told, Undone};

use crate::house::{self, NOW, STAMP, fen, merchant_key, platform};

fn terminal() -> AlipayCodec {
    let platform = platform();
    let shop = AlipayShop {
        app_id: platform.merchants[0].alipay.app_id.clone(),
        private_key: merchant_key(),
        platform_key: platform.keys.alipay.public_key(),
        notify_url: "http://terminal:8080/notify/alipay".to_owned(),
    };
    AlipayCodec::new(Arc::new(shop), "gateway")
}

/// Sends a request of the terminal, and gives back what the platform heard and what the terminal reads of the answer.
fn over_the_wire<T>(
    product: Product,
    request: &Request<'_>,
    told: &Told,
    read: impl FnOnce(Result<Answer<'_>, AnswerError>) -> T,
) -> (Ask, T) {
    let (platform, mut terminal) = (platform(), terminal());
    let (mut bytes, mut answer) = (Vec::new(), Vec::new());
    terminal.encode_request(product, request, NOW, &mut bytes);
    let mut parser = RequestParser::default();
    parser.push(&bytes);
    let http = parser.next_request().unwrap().unwrap();
    let headers: Vec<_> = http.headers.iter().collect();
    let lent = HttpRequest { method: http.method, target: http.target, headers: &headers, body: http.body };
    let heard = platform.hear(&lent, NOW).unwrap();
    platform.answer(&heard.manner, told, STAMP).write_to(&mut answer);
    let mut parser = ResponseParser::default();
    parser.push(&answer);
    let response = parser.next_response().unwrap().unwrap();
    (heard.asked.unwrap(), read(terminal.decode_answer(product, request.call(), &response)))
}

fn word(product: Product, request: &Request<'_>, told: &Told) -> String {
    let read = |answer: Result<Answer<'_>, AnswerError>| match answer {
        Ok(Answer::Order(OrderState { trade_state, total_fee_fen, .. })) => {
            format!("{trade_state} {}", total_fee_fen.unwrap_or_default())
        }
        Ok(answer) => format!("{answer:?}"),
        Err(AnswerError::Business { err_code, .. }) => err_code.to_string(),
        Err(error) => error.to_string(),
    };
    over_the_wire(product, request, told, read).1
}

const ORDER: UnifiedOrder<'_> = UnifiedOrder { out_trade_no: "A-1", total_fee_fen: 1850, body: "茶" };
const QUERY: Request<'_> = Request::OrderQuery { out_trade_no: "A-1" };
const CLOSE: Request<'_> = Request::CloseOrder { out_trade_no: "A-1" };

fn made(order_no: &str) -> Told {
    Told::Made { order_no: order_no.to_owned(), code_url: "https://qr.alipay.com/bax1".to_owned() }
}

fn cancelled() -> Told {
    let (order_no, transaction_id) = ("A-1".to_owned(), None);
    Told::Reversed(Reversed { order_no, transaction_id, undone: Undone::Closed })
}

#[test]
fn an_order_and_a_hold_are_made_under_the_same_number_in_different_words() {
    for (product, is_hold) in [(Product::Trade, false), (Product::Fund, true)] {
        let (asked, ()) = over_the_wire(product, &Request::UnifiedOrder(ORDER), &made("A-1"), |answer| {
            assert_eq!(answer, Ok(Answer::CodeUrl("https://qr.alipay.com/bax1")));
        });
        let make = match asked {
            Ask::Make(make) if !is_hold => make,
            Ask::Hold(Hold::Make(make)) if is_hold => make,
            other => panic!("{other:?}"),
        };
        assert_eq!((make.order_no.as_str(), make.amount), ("A-1", fen(1850)));
        assert_eq!(make.notify_url.as_deref(), Some("http://terminal:8080/notify/alipay"));
    }
}

#[test]
fn the_code_of_another_order_is_not_shown() {
    let said = word(Product::Trade, &Request::UnifiedOrder(ORDER), &made("A-2"));
    assert_eq!(said, "out_trade_no belongs to somebody else");
}

#[test]
fn a_hold_counts_for_as_long_as_all_of_it_is_frozen() {
    let hold = house::order(OrderKind::Hold);
    let told = |change: fn(&mut told::OrderTold)| {
        let mut told = hold.clone();
        change(&mut told);
        Told::Order(told)
    };
    let say = |told: &Told| word(Product::Fund, &QUERY, told);
    assert_eq!(say(&told(|_| {})), "SUCCESS 1850");
    assert_eq!(say(&told(|hold| hold.refunded = hold.amount)), "REFUND 1850");
    assert_eq!(say(&told(|hold| hold.payment = None)), "NOTPAY 1850");
    let closed = |hold: &mut told::OrderTold| {
        hold.payment = None;
        hold.state = told::OrderState::Closed;
    };
    assert_eq!(say(&told(closed)), "CLOSED 1850");
    assert_eq!(say(&Refusal::NoSuchOrder.into()), "ORDERNOTEXIST");
}

#[test]
fn an_order_that_is_closed_was_paid_once_or_never() {
    let say = |change: fn(&mut told::OrderTold)| {
        let mut told = house::order(OrderKind::ShownCode);
        change(&mut told);
        word(Product::Trade, &QUERY, &Told::Order(told))
    };
    assert_eq!(say(|_| {}), "SUCCESS 1850");
    let given_back = |order: &mut told::OrderTold| {
        order.state = told::OrderState::Refunded;
        order.refunded = order.amount;
    };
    assert_eq!(say(given_back), "REFUND 1850");
    let never_paid = |order: &mut told::OrderTold| {
        order.state = told::OrderState::Closed;
        order.payment = None;
    };
    assert_eq!(say(never_paid), "CLOSED 1850");
}

#[test]
fn a_cancel_says_itself_that_nobody_can_pay_any_more() {
    for product in [Product::Trade, Product::Fund] {
        assert_eq!(word(product, &CLOSE, &cancelled()), "REVOKED 0");
        assert_eq!(word(product, &CLOSE, &Refusal::Busy.into()), "SYSTEMERROR");
    }
}

#[test]
fn a_payment_code_is_paid_typed_or_refused() {
    let auth_code = PaymentCode::new("281234567890123456".to_owned());
    let pay = MicroPay {
        out_trade_no: "A-1",
        total_fee_fen: 1850,
        body: "茶",
        auth_code: &auth_code,
        terminal_ip: "",
    };
    let say = |told: &Told| word(Product::Trade, &Request::MicroPay(pay), told);
    let mut typing = house::order(OrderKind::PaymentCode);
    assert!(say(&Told::Order(typing.clone())).contains("total_fee_fen: 1850"));
    typing.state = told::OrderState::Paying;
    assert_eq!(say(&Told::Order(typing)), "USERPAYING");
    assert_eq!(say(&Refusal::CodeInvalid.into()), "AUTH_CODE_INVALID");
}

#[test]
fn money_that_is_let_go_is_known_by_the_number_of_its_request() {
    let told = house::refund();
    let refund = Refund {
        out_trade_no: "A-1",
        transaction_id: "2026010510002001000000000001",
        out_refund_no: &told.refund_no,
        total_fee_fen: 1850,
        refund_fee_fen: told.amount.fen(),
    };
    let is_done = |answer: Result<Answer<'_>, AnswerError>| {
        let Ok(Answer::Refund(done)) = answer else { panic!("{answer:?}") };
        assert_eq!((done.out_refund_no, done.status), (&*told.refund_no, RefundStatus::Done));
    };
    let (asked, ()) =
        over_the_wire(Product::Fund, &Request::Refund(refund), &Told::Refunded(told.clone()), is_done);
    let Ask::Hold(Hold::Unfreeze(asked)) = asked else { panic!("{asked:?}") };
    assert_eq!(asked.order, OrderRef::TransactionId("2026010510002001000000000001".to_owned()));
    let query = Request::RefundQuery { out_trade_no: "A-1", out_refund_no: &told.refund_no };
    let (asked, ()) = over_the_wire(Product::Fund, &query, &Told::Refunds(vec![told.clone()]), is_done);
    let Ask::Hold(Hold::Query { operation, .. }) = asked else { panic!("{asked:?}") };
    assert_eq!(operation, Operation::RequestNo(told.refund_no.clone()));
    assert_eq!(word(Product::Fund, &query, &Refusal::NoSuchRefund.into()), "REFUNDNOTEXIST");
    assert_eq!(word(Product::Trade, &query, &Refusal::NoSuchRefund.into()), "REFUNDNOTEXIST");
}

/// "No `refund_status`: the refund has not come, or has failed." So it is not done, and not under way either.
#[test]
fn a_refund_of_which_the_gateway_does_not_say_that_it_is_done_is_not_booked() {
    let told = RefundTold { state: told::RefundState::Processing, done_at: None, ..house::refund() };
    let query = Request::RefundQuery { out_trade_no: "A-1", out_refund_no: &told.refund_no };
    let status = |answer: Result<Answer<'_>, AnswerError>| {
        let Ok(Answer::Refund(refund)) = answer else { panic!("{answer:?}") };
        refund.status
    };
    let (_, said) = over_the_wire(Product::Trade, &query, &Told::Refunds(vec![told.clone()]), status);
    assert_eq!(said, RefundStatus::Unsaid);
}

#[test]
fn an_answer_to_another_call_or_by_another_key_is_none() {
    let mut terminal = terminal();
    let mut platform = platform();
    let mut bytes = Vec::new();
    terminal.encode_request(Product::Fund, &QUERY, NOW, &mut bytes);
    let mut parser = RequestParser::default();
    parser.push(&bytes);
    let http = parser.next_request().unwrap().unwrap();
    let headers: Vec<_> = http.headers.iter().collect();
    let lent = HttpRequest { method: http.method, target: http.target, headers: &headers, body: http.body };
    let heard = platform.hear(&lent, NOW).unwrap();
    let told = Told::Order(house::order(OrderKind::Hold));
    let mut read = |platform: &tillrig_wallet::platform::Platform, call| {
        let mut answer = Vec::new();
        platform.answer(&heard.manner, &told, STAMP).write_to(&mut answer);
        let mut parser = ResponseParser::default();
        parser.push(&answer);
        let response = parser.next_response().unwrap().unwrap();
        terminal.decode_answer(Product::Fund, call, &response).map(|_| ())
    };
    assert_eq!(read(&platform, QUERY.call()), Ok(()));
    assert!(matches!(read(&platform, CLOSE.call()), Err(AnswerError::Transport(_))));
    platform.keys.alipay = merchant_key();
    assert!(matches!(read(&platform, QUERY.call()), Err(AnswerError::Sign(_))));
}

#[test]
fn the_terminal_takes_a_notice_of_money_that_is_frozen_and_no_forged_one() {
    let platform = platform();
    let notice = |key: &PrivateKey, kind| {
        let sender = Sender::Alipay {
            app_id: &platform.merchants[0].alipay.app_id,
            seller_id: "2088000000000001",
            private_key: key,
            notify_id: "n1",
            sent_at: NOW,
        };
        let mut bytes = Vec::new();
        let post = sender.write(&Notice::Order(house::order(kind))).unwrap();
        post.write_to(&mut bytes, "terminal:8080", "/notify/alipay");
        let mut parser = RequestParser::default();
        parser.push(&bytes);
        let http = parser.next_request().unwrap().unwrap();
        let mut terminal = terminal();
        let read = terminal.decode_notification(&http);
        read.ok().map(|read| (read.out_trade_no.to_owned(), read.total_fee_fen, read.succeeded))
    };
    for kind in [OrderKind::Hold, OrderKind::ShownCode] {
        assert_eq!(notice(&platform.keys.alipay, kind), Some(("A-1".to_owned(), 1850, true)));
        assert_eq!(notice(&merchant_key(), kind), None);
    }
}

#[test]
fn what_the_gateway_did_not_take_and_what_nobody_knows_leave_the_result_open() {
    let say = |why: Refusal| word(Product::Fund, &QUERY, &why.into());
    assert_eq!(say(Refusal::WrongSignature), "the gateway did not take the request: isv.invalid-signature");
    assert_eq!(say(Refusal::PayerLimit), "OTHER");
    assert!(ErrCode::Other.leaves_result_unknown());
}
