//! The terminal's side of v2, which has a codec of its own, against the platform.

use proptest::prelude::*;
use tillrig_wallet::ask::{self, Ask, Make, OrderRef, Pay, PaymentCode, RefundRef};
use tillrig_wallet::exchange::HttpRequest;
use tillrig_wallet::http::{RequestParser, ResponseParser};
use tillrig_wallet::messages::{
    Answer, AnswerError, Codec, ErrCode, Merchant, MicroPay, Paid, Refund, RefundStatus, Request, Reversed,
    TradeState, UnifiedOrder,
};
use tillrig_wallet::notice::Notice;
use tillrig_wallet::sign::{ApiKey, SignType};
use tillrig_wallet::told::{OrderKind, OrderState, RefundState, Refusal, Told};

use crate::driver::named;
use crate::house::{self, API_KEY, NOW, STAMP, fen, platform};
use crate::round_trips::amount;

fn terminal() -> Codec {
    terminal_signing_by(SignType::HmacSha256)
}

fn terminal_signing_by(sign_type: SignType) -> Codec {
    let platform = platform();
    let wechat = &platform.merchants[0].wechat;
    let merchant = Merchant {
        app_id: wechat.app_id.clone(),
        mch_id: wechat.mch_id.clone(),
        api_key: wechat.api_key.clone(),
        sign_type,
        notify_url: "http://terminal:8080/notify".to_owned(),
    };
    Codec::new(merchant, "gateway")
}

/// The same in the words of the platform.
fn meant(request: &Request<'_>) -> Ask {
    let order_no = request.out_trade_no().unwrap_or_default().to_owned();
    match request {
        Request::UnifiedOrder(order) => Ask::Make(Make {
            order_no,
            amount: fen(order.total_fee_fen),
            subject: order.body.to_owned(),
            notify_url: Some("http://terminal:8080/notify".to_owned()),
            expires: None,
            attach: None,
            device: None,
        }),
        Request::OrderQuery { .. } => Ask::Query(OrderRef::OrderNo(order_no)),
        Request::CloseOrder { .. } => Ask::Close(OrderRef::OrderNo(order_no)),
        Request::MicroPay(pay) => Ask::Pay(Pay {
            order_no,
            amount: fen(pay.total_fee_fen),
            subject: pay.body.to_owned(),
            payment_code: pay.auth_code.clone(),
            expires: None,
            notify_url: None,
            attach: None,
            device: None,
        }),
        Request::Reverse { .. } => Ask::Reverse(OrderRef::OrderNo(order_no)),
        Request::Refund(refund) => Ask::Refund(ask::Refund {
            order: OrderRef::OrderNo(order_no),
            refund_no: refund.out_refund_no.to_owned(),
            amount: fen(refund.refund_fee_fen),
            total: Some(fen(refund.total_fee_fen)),
            reason: None,
            notify_url: None,
        }),
        Request::RefundQuery { out_refund_no, .. } => Ask::RefundQuery(RefundRef {
            refund_no: Some((*out_refund_no).to_owned()),
            ..RefundRef::default()
        }),
    }
}

/// Sends a request of the terminal over HTTP/1.1 and gives back what the terminal understands of the answer.
fn over_the_wire<T>(
    request: &Request<'_>,
    told: &Told,
    read: impl FnOnce(Result<Answer<'_>, AnswerError>) -> T,
) -> T {
    let platform = platform();
    let (mut bytes, mut answer) = (Vec::new(), Vec::new());
    terminal().encode_request(request, 7, &mut bytes);
    let mut parser = RequestParser::default();
    parser.push(&bytes);
    let http = parser.next_request().unwrap().unwrap();
    let headers: Vec<_> = http.headers.iter().collect();
    let lent = HttpRequest { method: http.method, target: http.target, headers: &headers, body: http.body };
    let heard = platform.hear(&lent, NOW).unwrap();
    assert_eq!(heard.asked, Ok(meant(request)));
    platform.answer(&heard.manner, told, STAMP).write_to(&mut answer);
    let mut parser = ResponseParser::default();
    parser.push(&answer);
    let response = parser.next_response().unwrap().unwrap();
    read(terminal().decode_answer(request.call(), &response))
}

#[test]
fn the_terminal_and_the_platform_understand_each_other() {
    let order = UnifiedOrder { out_trade_no: "A-1", total_fee_fen: 1850, body: "茶" };
    let order = Request::UnifiedOrder(order);
    over_the_wire(&order, &house::told(&named("make")), |answer| {
        assert_eq!(answer, Ok(Answer::CodeUrl("weixin://wxpay/bizpayurl?pr=1&x=2")));
    });
    let query = Request::OrderQuery { out_trade_no: "A-1" };
    over_the_wire(&query, &house::told(&named("query")), |answer| {
        let Ok(Answer::Order(order)) = answer else { panic!("no order") };
        assert_eq!((order.trade_state, order.total_fee_fen), (TradeState::Success, Some(1850)));
        assert_eq!(order.transaction_id, Some("4200000001"));
    });
    let mut open = house::order(OrderKind::ShownCode);
    open.state = OrderState::Paying;
    over_the_wire(&query, &Told::Order(open), |answer| {
        let Ok(Answer::Order(order)) = answer else { panic!("no order") };
        assert_eq!((order.out_trade_no, order.trade_state), ("A-1", TradeState::UserPaying));
        assert_eq!((order.transaction_id, order.total_fee_fen), (None, None));
    });
    let close = Request::CloseOrder { out_trade_no: "A-1" };
    over_the_wire(&close, &house::told(&named("close")), |answer| assert_eq!(answer, Ok(Answer::Closed)));
    over_the_wire(&close, &Refusal::AlreadyPaid.into(), |answer| {
        let word = "ORDERPAID".to_owned();
        assert_eq!(answer, Err(AnswerError::Business { err_code: ErrCode::OrderPaid, word }));
    });
}

const fn pay(auth_code: &PaymentCode) -> Request<'_> {
    Request::MicroPay(MicroPay {
        out_trade_no: "A-1",
        total_fee_fen: 1850,
        body: "茶",
        auth_code,
        terminal_ip: "192.0.2.7",
    })
}

#[test]
fn a_payment_by_payment_code_is_paid_unknown_or_refused() {
    let code = PaymentCode::new("134567890123456789".to_owned());
    let paid = Told::Order(house::order(OrderKind::PaymentCode));
    over_the_wire(&pay(&code), &paid, |answer| {
        let paid = Paid { out_trade_no: "A-1", transaction_id: "4200000001", total_fee_fen: 1850 };
        assert_eq!(answer, Ok(Answer::Paid(paid)));
    });
    let mut typing = house::order(OrderKind::PaymentCode);
    typing.state = OrderState::Paying;
    for (told, expected, unknown) in [
        (Told::Order(typing), ErrCode::UserPaying, true),
        (Refusal::Busy.into(), ErrCode::SystemError, true),
        (Refusal::BankError.into(), ErrCode::BankError, true),
        (Refusal::CodeExpired.into(), ErrCode::AuthCodeExpired, false),
        (Refusal::CodeInvalid.into(), ErrCode::AuthCodeInvalid, false),
        (Refusal::NotEnough.into(), ErrCode::NotEnough, false),
        (Refusal::CardUnsupported.into(), ErrCode::CardUnsupported, false),
    ] {
        over_the_wire(&pay(&code), &told, |answer| {
            let Err(AnswerError::Business { err_code, .. }) = answer else { panic!("{told:?}: {answer:?}") };
            assert_eq!((err_code, err_code.leaves_result_unknown()), (expected, unknown));
        });
    }
}

#[test]
fn a_reverse_says_whether_to_call_again_done_or_not() {
    let reverse = Request::Reverse { out_trade_no: "A-1" };
    let refused = |why, again| Told::Refused { why, again };
    for (told, expected) in [
        (house::told(&named("reverse")), (None, false)),
        (refused(Refusal::Busy, true), (Some(ErrCode::SystemError), true)),
        (refused(Refusal::NoSuchOrder, false), (Some(ErrCode::OrderNotExist), false)),
    ] {
        let (refused, recall) = expected;
        over_the_wire(&reverse, &told, |answer| {
            assert_eq!(answer, Ok(Answer::Reversed(Reversed { refused, recall })));
        });
    }
}

#[test]
fn a_refund_is_known_by_its_own_number() {
    let told = house::refund();
    let refund = Refund {
        out_trade_no: "A-1",
        transaction_id: "4200000001",
        out_refund_no: &told.refund_no,
        total_fee_fen: told.total.fen(),
        refund_fee_fen: told.amount.fen(),
    };
    over_the_wire(&Request::Refund(refund), &Told::Refunded(told.clone()), |answer| {
        let Ok(Answer::Refund(taken)) = answer else { panic!("{answer:?}") };
        assert_eq!((taken.out_refund_no, taken.refund_id), (&*told.refund_no, &*told.refund_id));
        assert_eq!((taken.refund_fee_fen, taken.status), (told.amount.fen(), RefundStatus::Processing));
    });
    let query = Request::RefundQuery { out_trade_no: "A-1", out_refund_no: &told.refund_no };
    for (state, status) in [
        (RefundState::Processing, RefundStatus::Processing),
        (RefundState::Done, RefundStatus::Done),
        (RefundState::Closed, RefundStatus::Closed),
        (RefundState::Abnormal, RefundStatus::Abnormal),
    ] {
        let mut told = told.clone();
        told.state = state;
        over_the_wire(&query, &Told::Refunds(vec![told.clone()]), |answer| {
            let Ok(Answer::Refund(found)) = answer else { panic!("{answer:?}") };
            assert_eq!((found.out_refund_no, found.refund_fee_fen), (&*told.refund_no, told.amount.fen()));
            assert_eq!(found.status, status);
        });
    }
    over_the_wire(&query, &Refusal::NoSuchRefund.into(), |answer| {
        let word = "REFUNDNOTEXIST".to_owned();
        assert_eq!(answer, Err(AnswerError::Business { err_code: ErrCode::RefundNotExist, word }));
    });
}

proptest! {
    #[test]
    fn any_payment_and_any_refund_of_the_terminal_arrives_as_it_was_sent(
        number in "[0-9A-Za-z_*-]{1,32}", total in amount(), body in "\\PC{1,40}", code in "1[0-5][0-9]{16}",
    ) {
        let (auth_code, total_fee_fen) = (PaymentCode::new(code), total.fen());
        let (out_trade_no, out_refund_no, refund_fee_fen) = (&*number, &*number, total_fee_fen);
        let terminal_ip = "192.0.2.7";
        let pay = MicroPay { out_trade_no, total_fee_fen, body: &body, auth_code: &auth_code, terminal_ip };
        let refund = Refund { out_trade_no, transaction_id: "", out_refund_no, total_fee_fen, refund_fee_fen };
        for request in [Request::MicroPay(pay), Request::Refund(refund)] {
            let mut bytes = Vec::new();
            terminal().encode_request(&request, 1, &mut bytes);
            let mut parser = RequestParser::default();
            parser.push(&bytes);
            let http = parser.next_request().unwrap().unwrap();
            let lent = HttpRequest { method: http.method, target: http.target, headers: &[], body: http.body };
            prop_assert_eq!(platform().hear(&lent, NOW).unwrap().asked, Ok(meant(&request)));
        }
    }

    #[test]
    fn any_order_of_the_terminal_arrives_as_it_was_sent(
        number in "[0-9A-Za-z_*-]{1,32}", total in amount(), body in "\\PC{1,40}", md5 in any::<bool>(),
    ) {
        let sign_type = if md5 { SignType::Md5 } else { SignType::HmacSha256 };
        let order = UnifiedOrder { out_trade_no: &number, total_fee_fen: total.fen(), body: &body };
        let order = Request::UnifiedOrder(order);
        let mut bytes = Vec::new();
        terminal_signing_by(sign_type).encode_request(&order, 1, &mut bytes);
        let mut parser = RequestParser::default();
        parser.push(&bytes);
        let http = parser.next_request().unwrap().unwrap();
        let lent = HttpRequest { method: http.method, target: http.target, headers: &[], body: http.body };
        prop_assert_eq!(platform().hear(&lent, NOW).unwrap().asked, Ok(meant(&order)));
    }
}

#[test]
fn the_terminal_takes_a_notice_of_the_platform_and_no_other() {
    for (key, taken) in [(ApiKey::new(API_KEY), true), (ApiKey::new("another key"), false)] {
        let post = house::by_v2(&key, SignType::HmacSha256)
            .write(&Notice::Order(house::order(OrderKind::ShownCode)))
            .unwrap();
        let mut bytes = Vec::new();
        post.write_to(&mut bytes, "terminal:8080", "/notify");
        let mut parser = RequestParser::default();
        parser.push(&bytes);
        let http = parser.next_request().unwrap().unwrap();
        let mut terminal = terminal();
        let notice = terminal.decode_notification(&http);
        assert_eq!(notice.is_ok(), taken);
        if let Ok(notice) = notice {
            assert_eq!((notice.out_trade_no, notice.total_fee_fen, notice.succeeded), ("A-1", 1850, true));
        }
    }
}
