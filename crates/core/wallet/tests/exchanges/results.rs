//! Levels of results: how the same decision is told in each dialect, and what may be believed of it.
//!
//! Source: WeChat Pay v2 and v3, Alipay: their published codes.

use tillrig_wallet::ask::{Ask, Refund};
use tillrig_wallet::exchange::{Dialect, HttpAnswer};
use tillrig_wallet::sign::{self, ApiKey, SignType};
use tillrig_wallet::told::{BillRefund, OrderKind, OrderState, Refusal, Reversed, Told, Undone};

use crate::driver::{answer, gateway_object, hear, hear_by, json, named, text, v2_fields};
use crate::house::{
    self, API_KEY, PUBLIC_KEY_ID, STAMP, fen, merchant, merchant_key, platform, platform_key,
};

#[test]
fn a_payer_who_is_typing_is_told_in_every_dialect() {
    let paying = || {
        let mut order = house::order(OrderKind::PaymentCode);
        order.state = OrderState::Paying;
        Told::Order(order)
    };
    let pay = named("pay");
    let fields = v2_fields(&answer(Dialect::WeChatV2, &pay, &paying()));
    assert_eq!((fields.get("result_code"), fields.get("err_code")), (Some("FAIL"), Some("USERPAYING")));
    let said = answer(Dialect::WeChatV3, &pay, &paying());
    assert_eq!((said.status, said.body.as_slice()), (200, br#"{"trade_state":"USERPAYING"}"#.as_slice()));
    let said = gateway_object(&answer(Dialect::AlipayGateway, &pay, &paying()), "alipay_trade_pay");
    assert_eq!((text(&said, "/code"), said.get("gmt_payment")), ("10003".into(), None));
    let query = named("query");
    let fields = v2_fields(&answer(Dialect::WeChatV2, &query, &paying()));
    assert_eq!((fields.get("result_code"), fields.get("trade_state")), (Some("SUCCESS"), Some("USERPAYING")));
    assert_eq!(fields.get("transaction_id"), None);
    assert_eq!(text(&json(&answer(Dialect::WeChatV3, &query, &paying())), "/trade_state"), "USERPAYING");
    for dialect in [Dialect::AlipayGateway, Dialect::AlipayV3] {
        let said = json(&answer(dialect, &query, &paying()));
        let status = text(&said, "/trade_status") + &text(&said, "/alipay_trade_query_response/trade_status");
        assert_eq!(status, "WAIT_BUYER_PAY");
    }
}

#[test]
fn a_paid_order_has_its_amount_in_the_unit_of_each_dialect() {
    let told = Told::Order(house::order(OrderKind::PaymentCode));
    for call in ["pay", "query"] {
        let fields = v2_fields(&answer(Dialect::WeChatV2, &named(call), &told));
        assert_eq!((fields.get("total_fee"), fields.get("time_end")), (Some("1850"), Some("20260102030405")));
        let said = json(&answer(Dialect::WeChatV3, &named(call), &told));
        assert_eq!(said.pointer("/amount/total"), Some(&1850.into()));
        assert_eq!(text(&said, "/success_time"), "2026-01-02T03:04:05+08:00");
        let said = gateway_object(
            &answer(Dialect::AlipayGateway, &named(call), &told),
            &format!("alipay_trade_{call}"),
        );
        assert_eq!((text(&said, "/code"), text(&said, "/total_amount")), ("10000".into(), "18.50".into()));
        assert_eq!(text(&said, "/gmt_payment"), "2026-01-02 03:04:05");
        let said = json(&answer(Dialect::AlipayV3, &named(call), &told));
        assert_eq!((text(&said, "/total_amount"), said.get("code")), ("18.50".into(), None));
    }
}

/// Rows of published lists: what each dialect calls it.
#[test]
fn refusals_have_the_published_words() {
    let rows = [
        (Refusal::Busy, "SYSTEMERROR", (500, "SYSTEM_ERROR"), ("20000", "aop.ACQ.SYSTEM_ERROR")),
        (Refusal::AlreadyPaid, "ORDERPAID", (400, "ORDERPAID"), ("40004", "ACQ.TRADE_HAS_SUCCESS")),
        (
            Refusal::CodeInvalid,
            "AUTH_CODE_INVALID",
            (400, "AUTH_CODE_INVALID"),
            ("40004", "ACQ.PAYMENT_AUTH_CODE_INVALID"),
        ),
        (Refusal::NotEnough, "NOTENOUGH", (403, "NOT_ENOUGH"), ("40004", "ACQ.BUYER_BALANCE_NOT_ENOUGH")),
        (Refusal::OrderClosed, "ORDERCLOSED", (400, "ORDER_CLOSED"), ("40004", "ACQ.TRADE_HAS_CLOSE")),
        (
            Refusal::NumberUsedForOther,
            "OUT_TRADE_NO_USED",
            (403, "OUT_TRADE_NO_USED"),
            ("40004", "ACQ.CONTEXT_INCONSISTENT"),
        ),
    ];
    let pay = named("pay");
    for (why, err_code, (status, code), (gateway_code, sub_code)) in rows {
        let fields = v2_fields(&answer(Dialect::WeChatV2, &pay, &why.into()));
        assert_eq!((fields.get("return_code"), fields.get("err_code")), (Some("SUCCESS"), Some(err_code)));
        assert_eq!(sign::verify(&fields, &ApiKey::new(API_KEY)), Ok(()));
        let said = answer(Dialect::WeChatV3, &pay, &why.into());
        assert_eq!((said.status, text(&json(&said), "/code").as_str()), (status, code));
        let said = gateway_object(&answer(Dialect::AlipayGateway, &pay, &why.into()), "alipay_trade_pay");
        assert_eq!((text(&said, "/code"), text(&said, "/sub_code")), (gateway_code.into(), sub_code.into()));
        let said = answer(Dialect::AlipayV3, &pay, &why.into());
        assert_eq!((said.status, text(&json(&said), "/code").as_str()), (400, sub_code));
    }
}

#[test]
fn a_reverse_that_must_be_repeated_says_so() {
    let reverse = named("reverse");
    let flags = |told: &Told| {
        let fields = v2_fields(&answer(Dialect::WeChatV2, &reverse, told));
        let said = gateway_object(&answer(Dialect::AlipayGateway, &reverse, told), "alipay_trade_cancel");
        (fields.get("recall").unwrap_or_default().to_owned(), text(&said, "/retry_flag"))
    };
    assert_eq!(flags(&Refusal::Busy.into()), ("Y".into(), "Y".into()));
    assert_eq!(flags(&Refusal::TooLate.into()), ("N".into(), "N".into()));
    assert_eq!(flags(&Told::Refused { why: Refusal::TooLate, again: true }), ("Y".into(), "Y".into()));
    let reversed = |undone| Told::Reversed(Reversed { order_no: "A-1".into(), transaction_id: None, undone });
    assert_eq!(flags(&reversed(Undone::Closed)), ("N".into(), "N".into()));
    for (undone, action) in [(Undone::Nothing, ""), (Undone::Closed, "close"), (Undone::Refunded, "refund")] {
        let said = answer(Dialect::AlipayGateway, &reverse, &reversed(undone));
        assert_eq!(text(&gateway_object(&said, "alipay_trade_cancel"), "/action"), action);
    }
}

#[test]
fn a_close_has_no_body_in_v3_but_a_signature() {
    let said = answer(Dialect::WeChatV3, &named("close"), &house::told(&named("close")));
    assert_eq!((said.status, said.content_type, said.body.len()), (204, "", 0));
    let header = |name| said.header(name).unwrap();
    let message = format!("{}\n{}\n\n", header("Wechatpay-Timestamp"), header("Wechatpay-Nonce"));
    assert!(platform_key().public_key().verifies(message.as_bytes(), header("wechatpay-signature")));
    assert_eq!(header("Wechatpay-Serial"), PUBLIC_KEY_ID);
}

#[test]
fn a_refund_that_nobody_knows_is_no_failure_at_alipay() {
    let refund_query = named("refund query");
    let said = answer(Dialect::AlipayGateway, &refund_query, &Refusal::NoSuchRefund.into());
    let said = gateway_object(&said, "alipay_trade_fastpay_refund_query");
    assert_eq!((text(&said, "/code"), said.get("refund_status")), ("10000".into(), None));
    let said = answer(Dialect::WeChatV3, &refund_query, &Refusal::NoSuchRefund.into());
    assert_eq!((said.status, text(&json(&said), "/code").as_str()), (404, "RESOURCE_NOT_EXISTS"));
    let fields = v2_fields(&answer(Dialect::WeChatV2, &refund_query, &Refusal::NoSuchRefund.into()));
    assert_eq!(fields.get("err_code"), Some("REFUNDNOTEXIST"));
}

#[test]
fn a_refund_asked_for_twice_moves_money_once() {
    let mut refund = house::refund();
    refund.moved_now = false;
    let said = answer(Dialect::AlipayGateway, &named("refund"), &Told::Refunded(refund));
    let said = gateway_object(&said, "alipay_trade_refund");
    assert_eq!((text(&said, "/fund_change"), text(&said, "/refund_fee")), ("N".into(), "0.50".into()));
}

#[test]
fn an_order_half_refunded_stays_successful_at_alipay_and_a_whole_one_closes() {
    for (back, status) in [(50, "TRADE_SUCCESS"), (1850, "TRADE_CLOSED")] {
        let mut order = house::order(OrderKind::PaymentCode);
        (order.state, order.refunded) = (OrderState::Refunded, fen(back));
        let said = json(&answer(Dialect::AlipayV3, &named("query"), &Told::Order(order)));
        assert_eq!(text(&said, "/trade_status"), status);
    }
}

/// Whether a merchant can believe an answer. Of v2, nobody signs what was not taken.
fn is_authentic(dialect: Dialect, said: &HttpAnswer) -> bool {
    let key = platform_key().public_key();
    let by_headers = |timestamp, nonce, signature| {
        let header = |name| said.header(name).unwrap_or_default();
        let mut message = format!("{}\n{}\n", header(timestamp), header(nonce)).into_bytes();
        message.extend_from_slice(&said.body);
        message.push(b'\n');
        key.verifies(&message, header(signature))
    };
    match dialect {
        Dialect::WeChatV2 => {
            let fields = v2_fields(said);
            let is_signed = sign::verify(&fields, &ApiKey::new(API_KEY)).is_ok();
            said.status == 200 && (is_signed || fields.get("return_code") == Some("FAIL"))
        }
        Dialect::WeChatV3 => {
            matches!(said.status, 200 | 204 | 400..=599)
                && by_headers("Wechatpay-Timestamp", "Wechatpay-Nonce", "Wechatpay-Signature")
        }
        Dialect::AlipayGateway => {
            let body = std::str::from_utf8(&said.body).unwrap();
            let (inner, signature) = body.rsplit_once(",\"sign\":\"").unwrap();
            let (_, inner) = inner.split_once("_response\":").unwrap();
            said.status == 200 && key.verifies(inner.as_bytes(), signature.strip_suffix("\"}").unwrap())
        }
        Dialect::AlipayV3 => {
            matches!(said.status, 200 | 400..=599)
                && by_headers("alipay-timestamp", "alipay-nonce", "alipay-signature")
        }
    }
}

#[test]
fn every_decision_can_be_answered_to_every_question_in_every_dialect() {
    let platform = platform();
    for dialect in Dialect::ALL {
        for (_, ask) in merchant::one_of_each() {
            let heard = hear_by(&platform, &merchant::write(dialect, &ask, &merchant_key()));
            let mut decisions: Vec<Told> =
                merchant::one_of_each().iter().map(|(_, ask)| house::told(ask)).collect();
            decisions.extend([Told::Certificates, Told::SandboxKey, Told::Refunds(Vec::new())]);
            for told in decisions {
                let said = platform.answer(&heard.manner, &told, STAMP);
                // Files and keys of v2 are not signed.
                let is_plain =
                    dialect == Dialect::WeChatV2 && matches!(told, Told::Bill(_) | Told::SandboxKey);
                assert!(is_plain || is_authentic(dialect, &said), "{dialect:?} {ask:?} {told:?}: {said:?}");
            }
        }
    }
}

#[test]
fn the_bill_of_v2_is_text_with_its_sums() {
    let said = answer(Dialect::WeChatV2, &named("bill"), &house::told(&named("bill")));
    let body = String::from_utf8(said.body).unwrap();
    let lines: Vec<&str> = body.lines().collect();
    assert_eq!(lines.len(), 4);
    assert_eq!(lines[0].split(',').count(), lines[1].split(",`").count());
    assert!(lines[1].starts_with("`2026-01-02 03:04:05,`wxd930ea5d5a258f4f,`1900000109,"), "{}", lines[1]);
    assert!(lines[1].contains(",`MICROPAY,`SUCCESS,`OTHERS,`CNY,`18.50,"), "{}", lines[1]);
    assert_eq!(lines[3], "`1,`18.50,`0.00,`0.00,`0.00,`18.50,`0.00");
    let fields = v2_fields(&answer(Dialect::WeChatV2, &named("bill"), &Refusal::NoBill.into()));
    assert_eq!((fields.get("return_msg"), fields.get("error_code")), (Some("No Bill Exist"), Some("20002")));
}

#[test]
fn what_a_merchant_wrote_forges_no_row_of_a_bill() {
    let Told::Bill(mut bill) = house::told(&named("bill")) else { panic!("no bill") };
    let row = bill.rows.first_mut().unwrap();
    row.device = Some("a,\r\n`x".to_owned());
    row.subject = "b`,\u{b}c".to_owned();
    let refund_no = "R,\n`1".to_owned();
    row.refund =
        Some(BillRefund { refund_id: "5".to_owned(), refund_no, amount: fen(50), by_reverse: false });
    let said = answer(Dialect::WeChatV2, &named("bill"), &Told::Bill(bill));
    let body = String::from_utf8(said.body).unwrap();
    let lines: Vec<&str> = body.split_terminator("\r\n").collect();
    assert_eq!(lines.len(), 4);
    let columns = lines[0].split(',').count();
    assert_eq!((lines[1].split(',').count(), lines[1].matches('`').count()), (columns, columns));
    assert!(!lines[1].contains(char::is_control), "{}", lines[1]);
}

#[test]
fn the_number_of_a_refund_has_the_characters_of_an_order_number_and_twice_the_length() {
    let Ask::Refund(refund) = named("refund") else { panic!("no refund") };
    for dialect in [Dialect::WeChatV2, Dialect::WeChatV3] {
        let asked = |refund_no: &str| {
            let ask = Ask::Refund(Refund { refund_no: refund_no.to_owned(), ..refund.clone() });
            hear(&merchant::write(dialect, &ask, &merchant_key())).map(|_| ())
        };
        for right in ["R_-|*@1", &"9".repeat(64)] {
            assert_eq!(asked(right), Ok(()), "{right}");
        }
        for wrong in ["", "R,1", "R`1", "R\r\n1", "R 1", "é", &"9".repeat(65)] {
            assert_eq!(asked(wrong), Err(Refusal::WrongParameter("out_refund_no")), "{wrong}");
        }
    }
}

#[test]
fn the_key_of_the_test_platform_is_given_out_to_who_signed() {
    let platform = platform();
    let written = merchant::wechat_v2(&Ask::SandboxKey, API_KEY, SignType::Md5);
    let heard = hear_by(&platform, &written);
    assert_eq!(heard.asked, Ok(Ask::SandboxKey));
    let said = platform.answer(&heard.manner, &Told::SandboxKey, STAMP);
    assert_eq!(v2_fields(&said).get("sandbox_signkey"), Some(API_KEY));
}
