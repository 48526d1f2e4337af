//! The terminal's side of v2, which has a codec of its own, against the platform.

use proptest::prelude::*;
use tillrig_wallet::ask::{Ask, Make, OrderRef};
use tillrig_wallet::exchange::HttpRequest;
use tillrig_wallet::http::{RequestParser, ResponseParser};
use tillrig_wallet::messages::{
    Answer, AnswerError, Codec, ErrCode, Merchant, Request, TradeState, UnifiedOrder,
};
use tillrig_wallet::notice::Notice;
use tillrig_wallet::sign::{ApiKey, SignType};
use tillrig_wallet::told::{OrderKind, OrderState, Refusal, Told};

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
    let order_no = request.out_trade_no().to_owned();
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

proptest! {
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
