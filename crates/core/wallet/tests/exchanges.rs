//! Whole exchanges in every dialect: what merchants and strangers send, what the platform answers and tells.
//!
//! Expectations come from the published rules, from what unmodified client libraries sent, and from what they took (see
//! `tests/sdk/peers.py`); the merchant's side is written apart from the platform's.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod house;

use aes_gcm::Aes256Gcm;
use aes_gcm::aead::{Aead, KeyInit, Payload};
use base64ct::{Base64, Encoding};
use house::merchant::{self, Written};
use house::{API_KEY, NOW, PUBLIC_KEY_ID, STAMP, fen, merchant_key, platform, platform_key};
use proptest::prelude::*;
use serde_json::Value;
use tillrig_wallet::amount::Amount;
use tillrig_wallet::ask::{Ask, Make, OrderRef, Pay, PaymentCode, Refund, RefundRef};
use tillrig_wallet::exchange::{HttpAnswer, HttpRequest, Tongue};
use tillrig_wallet::http::{RequestParser, ResponseParser};
use tillrig_wallet::messages::{
    Answer, AnswerError, Codec, ErrCode, Merchant, Request, TradeState, UnifiedOrder,
};
use tillrig_wallet::moment::{Day, WallTime};
use tillrig_wallet::notice::{Notice, is_taken, retry_pauses_s};
use tillrig_wallet::platform::{Heard, Platform};
use tillrig_wallet::sign::{self, ApiKey, SignType};
use tillrig_wallet::told::{
    BillRefund, OrderKind, OrderState, OrderTold, RefundState, RefundTold, Refusal, Reversed, Told, Undone,
};
use tillrig_wallet::xml::Fields;

fn hear_by(platform: &Platform, written: &Written) -> Heard {
    written
        .lend(|request: &HttpRequest<'_>| platform.hear(request, NOW))
        .expect("the path belongs to a dialect")
}

fn hear(written: &Written) -> Result<Ask, Refusal> {
    hear_by(&platform(), written).asked
}

/// What the platform answers to this ask when it decides so.
fn answer(tongue: Tongue, ask: &Ask, told: &Told) -> HttpAnswer {
    let platform = platform();
    let heard = hear_by(&platform, &merchant::write(tongue, ask, &merchant_key()));
    assert_eq!(heard.manner.tongue(), tongue);
    platform.answer(&heard.manner, told, STAMP)
}

fn v2_fields(answer: &HttpAnswer) -> Fields {
    let mut fields = Fields::default();
    fields.parse(&answer.body).unwrap();
    fields
}

fn json(answer: &HttpAnswer) -> Value {
    serde_json::from_slice(&answer.body).unwrap()
}

/// The inner object of the gateway, after its signature was found right over exactly its bytes.
fn gateway_object(answer: &HttpAnswer, name: &str) -> Value {
    let body = std::str::from_utf8(&answer.body).unwrap();
    let inner = body.strip_prefix(&format!("{{\"{name}_response\":")).unwrap();
    let (inner, signature) = inner.rsplit_once(",\"sign\":\"").unwrap();
    assert!(platform_key().public_key().verifies(inner.as_bytes(), signature.strip_suffix("\"}").unwrap()));
    serde_json::from_str(inner).unwrap()
}

fn named(name: &str) -> Ask {
    merchant::one_of_each().into_iter().find(|(candidate, _)| *candidate == name).unwrap().1
}

fn text(value: &Value, pointer: &str) -> String {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}

// What client libraries send and take.

#[test]
fn whatever_the_libraries_send_is_understood() {
    let asked = |tongue: &str, name: &str| {
        let recorded =
            house::recorded().into_iter().find(|it| (it.tongue.as_str(), it.name.as_str()) == (tongue, name));
        hear(&recorded.unwrap().written()).unwrap_or_else(|why| panic!("{tongue} {name}: {why:?}"))
    };
    let number = |number: &str| OrderRef::OrderNo(number.to_owned());
    for tongue in ["wechat-v2", "wechat-v3"] {
        let call = if tongue == "wechat-v2" { "micropay" } else { "codepay" };
        let Ask::Pay(pay) = asked(tongue, call) else { panic!("no payment") };
        assert_eq!(
            (pay.order_no.as_str(), pay.amount.fen(), pay.subject.as_str()),
            ("A-1", 1850, "茶 & tea")
        );
        assert_eq!(pay.payment_code.as_str(), "134567890123456789");
        assert_eq!(asked(tongue, "close"), Ask::Close(number("A-1")));
        assert_eq!(asked(tongue, "reverse"), Ask::Reverse(number("A-1")));
        let Ask::Refund(refund) = asked(tongue, "refund") else { panic!("no refund") };
        assert_eq!((refund.amount.fen(), refund.total.map(Amount::fen)), (50, Some(1850)));
        assert_eq!((refund.order, refund.refund_no.as_str()), (number("A-1"), "R-1"));
    }
    assert_eq!(asked("wechat-v2", "query"), Ask::Query(number("A-1")));
    let every_refund = RefundRef { order: Some(number("A-1")), ..RefundRef::default() };
    assert_eq!(asked("wechat-v2", "refund query"), Ask::RefundQuery(every_refund));
    let one_refund = RefundRef { refund_no: Some("R-1".to_owned()), ..RefundRef::default() };
    assert_eq!(asked("wechat-v3", "refund query"), Ask::RefundQuery(one_refund));
    assert_eq!(asked("wechat-v3", "query by number"), Ask::Query(number("A-1")));
    assert_eq!(
        asked("wechat-v3", "query by id"),
        Ask::Query(OrderRef::TransactionId("4200000001".to_owned()))
    );
    assert_eq!(asked("wechat-v3", "bill file"), Ask::BillFile { token: "T-1".to_owned() });
    assert_eq!(asked("wechat-v3", "certificates"), Ask::Certificates);
    let Ask::Make(make) = asked("wechat-v3", "native") else { panic!("no order") };
    assert_eq!((make.amount.fen(), make.expires), (1850, Some(NOW)));
    assert_eq!(make.notify_url.as_deref(), Some("https://shop.example/notify"));
    let day = Day { year: 2026, month: 1, day: 2 };
    for (tongue, call) in [("wechat-v2", "bill"), ("wechat-v3", "trade bill"), ("alipay-gateway", "bill")] {
        assert_eq!(asked(tongue, call), Ask::Bill { day });
    }
}

#[test]
fn whatever_the_alipay_library_sends_is_understood() {
    let asked = |name: &str| {
        let recorded =
            house::recorded().into_iter().find(|it| it.tongue == "alipay-gateway" && it.name == name);
        hear(&recorded.unwrap().written()).unwrap_or_else(|why| panic!("{name}: {why:?}"))
    };
    // The library sends this amount as the JSON number 18.5.
    let Ask::Pay(pay) = asked("pay") else { panic!("no payment") };
    assert_eq!((pay.order_no.as_str(), pay.amount.fen(), pay.subject.as_str()), ("A_1", 1850, "茶 & tea"));
    assert_eq!(pay.expires, Some(NOW.plus_s(90 * 60)));
    let Ask::Make(make) = asked("precreate") else { panic!("no order") };
    assert_eq!((make.amount.fen(), make.notify_url.as_deref()), (1850, Some("https://shop.example/notify")));
    let order = || OrderRef::OrderNo("A_1".to_owned());
    assert_eq!(asked("query"), Ask::Query(order()));
    assert_eq!(asked("cancel"), Ask::Reverse(order()));
    assert_eq!(asked("close"), Ask::Close(OrderRef::TransactionId("2026010222001".to_owned())));
    let Ask::Refund(refund) = asked("refund") else { panic!("no refund") };
    assert_eq!((refund.order, refund.refund_no.as_str(), refund.amount.fen()), (order(), "R_1", 50));
    let refund = RefundRef { order: Some(order()), refund_no: Some("R_1".to_owned()), refund_id: None };
    assert_eq!(asked("refund query"), Ask::RefundQuery(refund));
}

#[test]
fn whatever_the_vendors_own_library_sends_is_understood() {
    let asked = |tongue: &str, name: &str| {
        let recorded =
            house::recorded().into_iter().find(|it| (it.tongue.as_str(), it.name.as_str()) == (tongue, name));
        hear(&recorded.unwrap().written()).unwrap_or_else(|why| panic!("{tongue} {name}: {why:?}"))
    };
    let order = || OrderRef::OrderNo("A_1".to_owned());
    for tongue in ["alipay-gateway", "alipay-v3"] {
        let Ask::Pay(pay) = asked(tongue, "node pay") else { panic!("no payment") };
        assert_eq!((pay.amount.fen(), pay.subject.as_str()), (1850, "茶 & tea"));
        assert_eq!(asked(tongue, "node query"), Ask::Query(order()));
    }
    let Ask::Make(make) = asked("alipay-v3", "node precreate") else { panic!("no order") };
    assert_eq!(make.notify_url.as_deref(), Some("https://shop.example/notify"));
    let Ask::Refund(refund) = asked("alipay-v3", "node refund") else { panic!("no refund") };
    assert_eq!((refund.order, refund.amount.fen()), (order(), 50));
    assert_eq!(asked("alipay-v3", "node bill"), Ask::Bill { day: Day { year: 2026, month: 1, day: 2 } });
}

#[test]
fn what_is_said_is_what_the_libraries_took() {
    let parsed = |line: &str| serde_json::from_str::<Value>(line).unwrap();
    let taken: Vec<Value> = include_str!("sdk/taken.json").lines().map(parsed).collect();
    let said = house::said();
    assert_eq!(said.len(), taken.len());
    for (said, taken) in said.iter().zip(&taken) {
        assert_eq!(&parsed(said), taken, "let the libraries judge again, with tests/sdk/peers.py");
    }
}

#[test]
fn a_partner_is_answered_under_its_own_names() {
    let recorded = house::recorded().into_iter().find(|it| it.name == "partner query").unwrap();
    let platform = platform();
    let heard = hear_by(&platform, &recorded.written());
    let told = Told::Order(house::order(OrderKind::PaymentCode));
    let said = json(&platform.answer(&heard.manner, &told, STAMP));
    assert_eq!(
        (text(&said, "/sp_mchid"), text(&said, "/sub_mchid")),
        ("1900000109".into(), "1900000999".into())
    );
    assert_eq!((text(&said, "/payer/sp_openid"), said.get("mchid")), ("o-payer-1".into(), None));
}

// Round trips.

fn word() -> impl Strategy<Value = String> {
    "[A-Za-z0-9_-]{1,32}"
}

fn prose() -> impl Strategy<Value = String> {
    // What XML and forms and JSON trip over, and what GBK lacks; no control characters.
    "([ -~]|[茶é😀<>&\"'\\\\]|\\]\\]>){1,20}"
}

fn amount() -> impl Strategy<Value = Amount> {
    (1..=Amount::MAX.fen()).prop_map(fen)
}

fn moment() -> impl Strategy<Value = WallTime> {
    (1_000_000_000..4_000_000_000_u64).prop_map(WallTime::from_unix_s)
}

fn order_ref() -> impl Strategy<Value = OrderRef> {
    prop_oneof![word().prop_map(OrderRef::OrderNo), word().prop_map(OrderRef::TransactionId)]
}

fn ask() -> impl Strategy<Value = Ask> {
    let expires = || proptest::option::of(moment());
    let words = || proptest::option::of(word());
    let pay = (word(), amount(), prose(), "[0-9]{16,24}", expires(), words(), words()).prop_map(
        |(order_no, amount, subject, code, expires, attach, device)| {
            let payment_code = PaymentCode::new(code);
            Ask::Pay(Pay {
                order_no,
                amount,
                subject,
                payment_code,
                expires,
                notify_url: None,
                attach,
                device,
            })
        },
    );
    let make = (word(), amount(), prose(), expires(), words(), words()).prop_map(
        |(order_no, amount, subject, expires, attach, device)| {
            let notify_url = Some("https://shop.example/notify?a=1&b=%20".to_owned());
            Ask::Make(Make { order_no, amount, subject, notify_url, expires, attach, device })
        },
    );
    let refund = (order_ref(), word(), amount(), proptest::option::of(prose())).prop_map(
        |(order, refund_no, amount, reason)| {
            Ask::Refund(Refund { order, refund_no, amount, total: Some(fen(1850)), reason, notify_url: None })
        },
    );
    let bill = moment().prop_map(|moment| Ask::Bill { day: moment.day() });
    prop_oneof![
        pay,
        make,
        refund,
        order_ref().prop_map(Ask::Query),
        word().prop_map(OrderRef::OrderNo).prop_map(Ask::Reverse),
        word().prop_map(OrderRef::OrderNo).prop_map(Ask::Close),
        bill,
    ]
}

/// Alipay does not repeat how much was paid.
fn as_alipay_has_it(ask: &Ask) -> Ask {
    match ask.clone() {
        Ask::Refund(refund) => Ask::Refund(Refund { total: None, ..refund }),
        other => other,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_ask_arrives_as_it_was_meant_in_every_dialect(ask in ask()) {
        let key = merchant_key();
        for tongue in Tongue::ALL {
            let meant = match tongue {
                Tongue::WeChatV2 | Tongue::WeChatV3 => ask.clone(),
                Tongue::AlipayGateway | Tongue::AlipayV3 => as_alipay_has_it(&ask),
            };
            prop_assert_eq!(hear(&merchant::write(tongue, &ask, &key)), Ok(meant), "{:?}", tongue);
        }
    }

    #[test]
    fn one_changed_byte_is_never_believed(ask in ask(), at in any::<prop::sample::Index>(), bit in 0..8_u32) {
        let platform = platform();
        for tongue in Tongue::ALL {
            let mut written = merchant::write(tongue, &ask, &merchant_key());
            if written.body.is_empty() {
                continue;
            }
            let meant = hear_by(&platform, &written).asked;
            let place = at.index(written.body.len());
            written.body[place] ^= 1 << bit;
            let asked = hear_by(&platform, &written).asked;
            // What changes no value, as the case of an escape or a space between tags, may be believed.
            prop_assert!(asked.is_err() || asked == meant, "{tongue:?}: {asked:?}");
        }
    }
}

// Levels of results.

#[test]
fn a_payer_who_is_typing_is_told_in_every_dialect() {
    let paying = || {
        let mut order = house::order(OrderKind::PaymentCode);
        order.state = OrderState::Paying;
        Told::Order(order)
    };
    let pay = named("pay");
    let fields = v2_fields(&answer(Tongue::WeChatV2, &pay, &paying()));
    assert_eq!((fields.get("result_code"), fields.get("err_code")), (Some("FAIL"), Some("USERPAYING")));
    let said = answer(Tongue::WeChatV3, &pay, &paying());
    assert_eq!((said.status, said.body.as_slice()), (200, br#"{"trade_state":"USERPAYING"}"#.as_slice()));
    let said = gateway_object(&answer(Tongue::AlipayGateway, &pay, &paying()), "alipay_trade_pay");
    assert_eq!((text(&said, "/code"), said.get("gmt_payment")), ("10003".into(), None));
    let query = named("query");
    let fields = v2_fields(&answer(Tongue::WeChatV2, &query, &paying()));
    assert_eq!((fields.get("result_code"), fields.get("trade_state")), (Some("SUCCESS"), Some("USERPAYING")));
    assert_eq!(fields.get("transaction_id"), None);
    assert_eq!(text(&json(&answer(Tongue::WeChatV3, &query, &paying())), "/trade_state"), "USERPAYING");
    for tongue in [Tongue::AlipayGateway, Tongue::AlipayV3] {
        let said = json(&answer(tongue, &query, &paying()));
        let status = text(&said, "/trade_status") + &text(&said, "/alipay_trade_query_response/trade_status");
        assert_eq!(status, "WAIT_BUYER_PAY");
    }
}

#[test]
fn a_paid_order_has_its_amount_in_the_unit_of_each_dialect() {
    let told = Told::Order(house::order(OrderKind::PaymentCode));
    for call in ["pay", "query"] {
        let fields = v2_fields(&answer(Tongue::WeChatV2, &named(call), &told));
        assert_eq!((fields.get("total_fee"), fields.get("time_end")), (Some("1850"), Some("20260102030405")));
        let said = json(&answer(Tongue::WeChatV3, &named(call), &told));
        assert_eq!(said.pointer("/amount/total"), Some(&1850.into()));
        assert_eq!(text(&said, "/success_time"), "2026-01-02T03:04:05+08:00");
        let said = gateway_object(
            &answer(Tongue::AlipayGateway, &named(call), &told),
            &format!("alipay_trade_{call}"),
        );
        assert_eq!((text(&said, "/code"), text(&said, "/total_amount")), ("10000".into(), "18.50".into()));
        assert_eq!(text(&said, "/gmt_payment"), "2026-01-02 03:04:05");
        let said = json(&answer(Tongue::AlipayV3, &named(call), &told));
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
        let fields = v2_fields(&answer(Tongue::WeChatV2, &pay, &why.into()));
        assert_eq!((fields.get("return_code"), fields.get("err_code")), (Some("SUCCESS"), Some(err_code)));
        assert_eq!(sign::verify(&fields, &ApiKey::new(API_KEY)), Ok(()));
        let said = answer(Tongue::WeChatV3, &pay, &why.into());
        assert_eq!((said.status, text(&json(&said), "/code").as_str()), (status, code));
        let said = gateway_object(&answer(Tongue::AlipayGateway, &pay, &why.into()), "alipay_trade_pay");
        assert_eq!((text(&said, "/code"), text(&said, "/sub_code")), (gateway_code.into(), sub_code.into()));
        let said = answer(Tongue::AlipayV3, &pay, &why.into());
        assert_eq!((said.status, text(&json(&said), "/code").as_str()), (400, sub_code));
    }
}

#[test]
fn a_reverse_that_must_be_repeated_says_so() {
    let reverse = named("reverse");
    let flags = |told: &Told| {
        let fields = v2_fields(&answer(Tongue::WeChatV2, &reverse, told));
        let said = gateway_object(&answer(Tongue::AlipayGateway, &reverse, told), "alipay_trade_cancel");
        (fields.get("recall").unwrap_or_default().to_owned(), text(&said, "/retry_flag"))
    };
    assert_eq!(flags(&Refusal::Busy.into()), ("Y".into(), "Y".into()));
    assert_eq!(flags(&Refusal::TooLate.into()), ("N".into(), "N".into()));
    assert_eq!(flags(&Told::Refused { why: Refusal::TooLate, again: true }), ("Y".into(), "Y".into()));
    let reversed = |undone| Told::Reversed(Reversed { order_no: "A-1".into(), transaction_id: None, undone });
    assert_eq!(flags(&reversed(Undone::Closed)), ("N".into(), "N".into()));
    for (undone, action) in [(Undone::Nothing, ""), (Undone::Closed, "close"), (Undone::Refunded, "refund")] {
        let said = answer(Tongue::AlipayGateway, &reverse, &reversed(undone));
        assert_eq!(text(&gateway_object(&said, "alipay_trade_cancel"), "/action"), action);
    }
}

#[test]
fn a_close_has_no_body_in_v3_but_a_signature() {
    let said = answer(Tongue::WeChatV3, &named("close"), &house::told(&named("close")));
    assert_eq!((said.status, said.content_type, said.body.len()), (204, "", 0));
    let header = |name| said.header(name).unwrap();
    let message = format!("{}\n{}\n\n", header("Wechatpay-Timestamp"), header("Wechatpay-Nonce"));
    assert!(platform_key().public_key().verifies(message.as_bytes(), header("wechatpay-signature")));
    assert_eq!(header("Wechatpay-Serial"), PUBLIC_KEY_ID);
}

#[test]
fn a_refund_that_nobody_knows_is_no_failure_at_alipay() {
    let refund_query = named("refund query");
    let said = answer(Tongue::AlipayGateway, &refund_query, &Refusal::NoSuchRefund.into());
    let said = gateway_object(&said, "alipay_trade_fastpay_refund_query");
    assert_eq!((text(&said, "/code"), said.get("refund_status")), ("10000".into(), None));
    let said = answer(Tongue::WeChatV3, &refund_query, &Refusal::NoSuchRefund.into());
    assert_eq!((said.status, text(&json(&said), "/code").as_str()), (404, "RESOURCE_NOT_EXISTS"));
    let fields = v2_fields(&answer(Tongue::WeChatV2, &refund_query, &Refusal::NoSuchRefund.into()));
    assert_eq!(fields.get("err_code"), Some("REFUNDNOTEXIST"));
}

#[test]
fn a_refund_asked_for_twice_moves_money_once() {
    let mut refund = house::refund();
    refund.moved_now = false;
    let said = answer(Tongue::AlipayGateway, &named("refund"), &Told::Refunded(refund));
    let said = gateway_object(&said, "alipay_trade_refund");
    assert_eq!((text(&said, "/fund_change"), text(&said, "/refund_fee")), ("N".into(), "0.50".into()));
}

#[test]
fn an_order_half_refunded_stays_successful_at_alipay_and_a_whole_one_closes() {
    for (back, status) in [(50, "TRADE_SUCCESS"), (1850, "TRADE_CLOSED")] {
        let mut order = house::order(OrderKind::PaymentCode);
        (order.state, order.refunded) = (OrderState::Refunded, fen(back));
        let said = json(&answer(Tongue::AlipayV3, &named("query"), &Told::Order(order)));
        assert_eq!(text(&said, "/trade_status"), status);
    }
}

/// Whether a merchant can believe an answer. Of v2, nobody signs what was not taken.
fn is_authentic(tongue: Tongue, said: &HttpAnswer) -> bool {
    let key = platform_key().public_key();
    let by_headers = |timestamp, nonce, signature| {
        let header = |name| said.header(name).unwrap_or_default();
        let mut message = format!("{}\n{}\n", header(timestamp), header(nonce)).into_bytes();
        message.extend_from_slice(&said.body);
        message.push(b'\n');
        key.verifies(&message, header(signature))
    };
    match tongue {
        Tongue::WeChatV2 => {
            let fields = v2_fields(said);
            let is_signed = sign::verify(&fields, &ApiKey::new(API_KEY)).is_ok();
            said.status == 200 && (is_signed || fields.get("return_code") == Some("FAIL"))
        }
        Tongue::WeChatV3 => {
            matches!(said.status, 200 | 204 | 400..=599)
                && by_headers("Wechatpay-Timestamp", "Wechatpay-Nonce", "Wechatpay-Signature")
        }
        Tongue::AlipayGateway => {
            let body = std::str::from_utf8(&said.body).unwrap();
            let (inner, signature) = body.rsplit_once(",\"sign\":\"").unwrap();
            let (_, inner) = inner.split_once("_response\":").unwrap();
            said.status == 200 && key.verifies(inner.as_bytes(), signature.strip_suffix("\"}").unwrap())
        }
        Tongue::AlipayV3 => {
            matches!(said.status, 200 | 400..=599)
                && by_headers("alipay-timestamp", "alipay-nonce", "alipay-signature")
        }
    }
}

#[test]
fn every_decision_can_be_answered_to_every_question_in_every_dialect() {
    let platform = platform();
    for tongue in Tongue::ALL {
        for (_, ask) in merchant::one_of_each() {
            let heard = hear_by(&platform, &merchant::write(tongue, &ask, &merchant_key()));
            let mut decisions: Vec<Told> =
                merchant::one_of_each().iter().map(|(_, ask)| house::told(ask)).collect();
            decisions.extend([Told::Certificates, Told::SandboxKey, Told::Refunds(Vec::new())]);
            for told in decisions {
                let said = platform.answer(&heard.manner, &told, STAMP);
                // Files and keys of v2 are not signed.
                let is_plain = tongue == Tongue::WeChatV2 && matches!(told, Told::Bill(_) | Told::SandboxKey);
                assert!(is_plain || is_authentic(tongue, &said), "{tongue:?} {ask:?} {told:?}: {said:?}");
            }
        }
    }
}

#[test]
fn the_bill_of_v2_is_text_with_its_sums() {
    let said = answer(Tongue::WeChatV2, &named("bill"), &house::told(&named("bill")));
    let body = String::from_utf8(said.body).unwrap();
    let lines: Vec<&str> = body.lines().collect();
    assert_eq!(lines.len(), 4);
    assert_eq!(lines[0].split(',').count(), lines[1].split(",`").count());
    assert!(lines[1].starts_with("`2026-01-02 03:04:05,`wxd930ea5d5a258f4f,`1900000109,"), "{}", lines[1]);
    assert!(lines[1].contains(",`MICROPAY,`SUCCESS,`OTHERS,`CNY,`18.50,"), "{}", lines[1]);
    assert_eq!(lines[3], "`1,`18.50,`0.00,`0.00,`0.00,`18.50,`0.00");
    let fields = v2_fields(&answer(Tongue::WeChatV2, &named("bill"), &Refusal::NoBill.into()));
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
    let said = answer(Tongue::WeChatV2, &named("bill"), &Told::Bill(bill));
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
    for tongue in [Tongue::WeChatV2, Tongue::WeChatV3] {
        let asked = |refund_no: &str| {
            let ask = Ask::Refund(Refund { refund_no: refund_no.to_owned(), ..refund.clone() });
            hear(&merchant::write(tongue, &ask, &merchant_key())).map(|_| ())
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

// The terminal's side of v2, which has a codec of its own.

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

// Strangers.

#[test]
fn a_wrong_signature_is_refused_on_the_level_of_each_dialect() {
    let platform = platform();
    let pay = named("pay");
    let forged = merchant::wechat_v2(&pay, "another key", SignType::Md5);
    let heard = hear_by(&platform, &forged);
    assert_eq!((&heard.asked, heard.manner.merchant()), (&Err(Refusal::WrongSignature), None));
    let fields = v2_fields(&platform.answer(&heard.manner, &Refusal::WrongSignature.into(), STAMP));
    assert_eq!(
        (fields.get("return_code"), fields.get("sign"), fields.get("result_code")),
        (Some("FAIL"), None, None)
    );
    for (tongue, status) in [(Tongue::WeChatV3, 401), (Tongue::AlipayV3, 401), (Tongue::AlipayGateway, 200)] {
        let heard = hear_by(&platform, &merchant::write(tongue, &pay, &platform_key()));
        assert_eq!(
            (&heard.asked, heard.manner.merchant()),
            (&Err(Refusal::WrongSignature), None),
            "{tongue:?}"
        );
        let said = platform.answer(&heard.manner, &Refusal::WrongSignature.into(), STAMP);
        assert_eq!(said.status, status);
        if tongue == Tongue::AlipayGateway {
            let said = gateway_object(&said, "alipay_trade_pay");
            assert_eq!(
                (text(&said, "/code"), text(&said, "/sub_code")),
                ("40002".into(), "isv.invalid-signature".into())
            );
        }
    }
}

#[test]
fn a_signature_counts_for_its_path_and_its_query_alone() {
    let key = merchant_key();
    let mut written = merchant::write(Tongue::WeChatV3, &Ask::Query(OrderRef::OrderNo("A-1".into())), &key);
    written.target = written.target.replace("A-1", "A-2");
    assert_eq!(hear(&written), Err(Refusal::WrongSignature));
    let mut written = merchant::write(Tongue::AlipayV3, &named("bill"), &key);
    written.target = written.target.replace("2026", "2025");
    assert_eq!(hear(&written), Err(Refusal::WrongSignature));
}

#[test]
fn a_stale_signature_is_refused_where_time_is_signed() {
    let mut platform = platform();
    platform.clock_skew_s = Some(300);
    let query = named("query");
    for (late_s, asked) in [(300, Ok(query.clone())), (301, Err(Refusal::WrongTime))] {
        let signed_at = WallTime::from_unix_s(NOW.unix_s() - late_s);
        for written in [
            merchant::wechat_v3(&query, &merchant_key(), signed_at),
            merchant::alipay_v3(&query, &merchant_key(), signed_at),
        ] {
            assert_eq!(hear_by(&platform, &written).asked, asked, "{late_s} {}", written.target);
        }
    }
    let early = merchant::wechat_v3(&query, &merchant_key(), NOW.plus_s(301));
    assert_eq!(hear_by(&platform, &early).asked, Err(Refusal::WrongTime));
}

#[test]
fn the_nonce_of_a_signed_request_is_given_to_the_caller() {
    for (tongue, nonce) in [
        (Tongue::WeChatV2, Some("n1")),
        (Tongue::WeChatV3, Some("n1")),
        (Tongue::AlipayGateway, None),
        (Tongue::AlipayV3, Some("n1")),
    ] {
        let heard = hear_by(&platform(), &merchant::write(tongue, &named("query"), &merchant_key()));
        assert_eq!((heard.manner.nonce(), heard.manner.merchant()), (nonce, Some(0)), "{tongue:?}");
    }
}

#[test]
fn strangers_and_mixed_up_names_are_told_apart() {
    let body = r#"{"appid":"wxother","mchid":"1900000109"}"#;
    let target = "/v3/pay/transactions/out-trade-no/A-1/reverse";
    let v3 = |body: &str| merchant::sealed_v3("POST", target.to_owned(), body.into(), &merchant_key(), NOW);
    assert_eq!(hear(&v3(body)), Err(Refusal::MerchantMismatch));
    assert_eq!(hear(&v3("{}")), Err(Refusal::WrongParameter("mchid")));
    let mut stranger = platform();
    stranger.merchants.clear();
    for tongue in Tongue::ALL {
        let written = merchant::write(tongue, &named("query"), &merchant_key());
        assert_eq!(hear_by(&stranger, &written).asked, Err(Refusal::NoSuchMerchant), "{tongue:?}");
    }
}

#[test]
fn calls_that_nobody_has_are_told_by_name() {
    for (method, target) in [
        ("POST", "/pay/refund"),
        ("GET", "/pay/micropay"),
        ("POST", "/pay/getsignkey"),
        ("GET", "/v3/pay/transactions/codepay"),
        ("POST", "/v3/pay/transactions/jsapi"),
        ("POST", "/v3/pay/transactions/out-trade-no//close"),
        ("POST", "/v3/transactions/codepay"),
        ("GET", "/v3/partner/transactions/id/4200000001"),
        ("GET", "/v3/pay/certificates"),
        ("POST", "/v3/pay/refund/domestic/refunds"),
        ("GET", "/v3/pay/partner/bill/tradebill"),
        ("GET", "/v3/pay/billdownload/file"),
        ("POST", "/v3/pay/partnertransactions/codepay"),
        ("POST", "/v3/pay/pay/transactions/codepay"),
        ("POST", "/v3//pay/transactions/codepay"),
        ("POST", "/v3/pay/transactions/codepay/"),
        ("GET", "/v3/alipay/trade/pay"),
        ("POST", "/v3/alipay/trade/create"),
        ("GET", "/gateway.do?method=alipay.trade.create"),
    ] {
        let written = Written { method, target: target.to_owned(), headers: Vec::new(), body: Vec::new() };
        assert_eq!(hear(&written), Err(Refusal::NoSuchCall), "{method} {target}");
    }
}

// Hostile bodies.

#[test]
fn documents_that_reach_outside_themselves_are_refused() {
    let post = |body: &str| {
        hear(&Written {
            method: "POST",
            target: "/pay/micropay".into(),
            headers: Vec::new(),
            body: body.into(),
        })
    };
    let bomb =
        "<!DOCTYPE xml [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]><xml><body>&b;</body></xml>";
    let outside = "<!DOCTYPE xml [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><xml><body>&x;</body></xml>";
    let include = "<xml xmlns:xi=\"http://www.w3.org/2001/XInclude\"><xi:include href=\"a\"/></xml>";
    let deep = format!("<xml>{}{}</xml>", "<a>".repeat(10_000), "</a>".repeat(10_000));
    let twice = "<xml><mch_id>1</mch_id><mch_id>2</mch_id></xml>";
    for body in [bomb, outside, include, &deep, twice, "", "{}", "<xml>", "<xml><a>&#38;</a></xml>"] {
        assert_eq!(post(body), Err(Refusal::WrongFormat), "{}", body.get(..40).unwrap_or(body));
    }
}

#[test]
fn bodies_that_are_no_json_of_this_call_are_refused() {
    let key = merchant_key();
    let pay = |fields: &str| {
        let body = format!(
            r#"{{"appid":"wxd930ea5d5a258f4f","mchid":"1900000109","out_trade_no":"A-1","description":"d","payer":{{"auth_code":"1"}},{fields}}}"#
        );
        hear(&merchant::sealed_v3("POST", "/v3/pay/transactions/codepay".into(), body.into(), &key, NOW))
    };
    assert!(pay(r#""amount":{"total":1}"#).is_ok());
    for (fields, why) in [
        (r#""amount":{"total":0}"#, Refusal::WrongParameter("amount.total")),
        (r#""amount":{"total":1000000000000}"#, Refusal::WrongParameter("amount.total")),
        (r#""amount":{}"#, Refusal::WrongParameter("amount.total")),
        (r#""amount":{"total":1,"currency":"USD"}"#, Refusal::WrongParameter("amount.currency")),
        (r#""amount":{"total":1,"total":2}"#, Refusal::WrongFormat),
        (r#""amount":{"total":-1}"#, Refusal::WrongFormat),
        (r#""amount":{"total":1.5}"#, Refusal::WrongFormat),
        (r#""amount":{"total":1e3}"#, Refusal::WrongFormat),
        (r#""amount":{"total":"1"}"#, Refusal::WrongFormat),
        (r#""amount":{"total":123456789012345678901234567890}"#, Refusal::WrongFormat),
        (r#""out_trade_no":"A-2","amount":{"total":1}"#, Refusal::WrongFormat),
        (r#""time_expire":"soon","amount":{"total":1}"#, Refusal::WrongParameter("time_expire")),
    ] {
        assert_eq!(pay(fields), Err(why), "{fields}");
    }
    let bomb = format!("\"detail\":{}1{},\"amount\":{{\"total\":1}}", "[".repeat(5_000), "]".repeat(5_000));
    assert_eq!(pay(&bomb), Err(Refusal::WrongFormat));
    let long = format!("\"attach\":\"{}\",\"amount\":{{\"total\":1}}", "a".repeat(1 << 20));
    assert_eq!(pay(&long), Err(Refusal::WrongFormat));
}

#[test]
fn an_empty_text_says_nothing() {
    let key = merchant_key();
    let named = r#""appid":"wxd930ea5d5a258f4f","mchid":"1900000109","amount":{"total":1,"refund":1}"#;
    let v3 = |target: &str, rest: &str| {
        let body = format!("{{{named},{rest}}}");
        hear(&merchant::sealed_v3("POST", target.to_owned(), body.into(), &key, NOW))
    };
    let pay = r#""out_trade_no":"A-1","description":"d","payer":{"auth_code":"1"},"attach":"",
        "time_expire":"","scene_info":{"device_id":""}"#;
    let Ok(Ask::Pay(pay)) = v3("/v3/pay/transactions/codepay", pay) else { panic!("no payment") };
    assert_eq!((pay.attach, pay.expires, pay.device), (None, None, None));
    let refund =
        r#""transaction_id":"","out_trade_no":"A-1","out_refund_no":"R-1","reason":"","notify_url":"""#;
    let Ok(Ask::Refund(refund)) = v3("/v3/refund/domestic/refunds", refund) else { panic!("no refund") };
    assert_eq!((refund.reason, refund.notify_url), (None, None));
}

#[test]
fn a_refund_query_that_names_its_order_wrongly_is_refused() {
    let order = |number: &str| Some(OrderRef::OrderNo(number.to_owned()));
    let asked = |refund: RefundRef| {
        hear(&merchant::write(Tongue::WeChatV2, &Ask::RefundQuery(refund), &merchant_key()))
    };
    let refund = RefundRef { refund_no: Some("R-1".to_owned()), ..RefundRef::default() };
    assert_eq!(asked(refund.clone()), Ok(Ask::RefundQuery(refund.clone())));
    let wrong = RefundRef { order: order("A,1"), ..refund };
    assert_eq!(asked(wrong), Err(Refusal::WrongParameter("out_trade_no")));
    let nothing = RefundRef { order: order(""), ..RefundRef::default() };
    assert_eq!(asked(nothing), Err(Refusal::WrongParameter("out_refund_no")));
}

#[test]
fn v3_says_where_a_wrong_parameter_stands() {
    let platform = platform();
    let named = r#""appid":"wxd930ea5d5a258f4f","mchid":"1900000109","out_trade_no":"A-1","description":"d""#;
    for (method, target, body, field, location) in [
        ("POST", "/v3/pay/transactions/codepay", format!("{{{named}}}"), "/payer/auth_code", "body"),
        (
            "POST",
            "/v3/pay/transactions/codepay",
            format!(r#"{{{named},"payer":{{"auth_code":"1"}},"amount":{{"total":0}}}}"#),
            "/amount/total",
            "body",
        ),
        ("POST", "/v3/pay/transactions/native", "{}".to_owned(), "/mchid", "body"),
        (
            "POST",
            "/v3/pay/transactions/out-trade-no/A,1/close",
            format!("{{{named}}}"),
            "out_trade_no",
            "uri_template",
        ),
        (
            "GET",
            "/v3/pay/transactions/out-trade-no/A,1?mchid=1900000109",
            String::new(),
            "out_trade_no",
            "uri_template",
        ),
        ("GET", "/v3/pay/transactions/out-trade-no/A-1", String::new(), "mchid", "query"),
        ("GET", "/v3/bill/tradebill?bill_date=today", String::new(), "bill_date", "query"),
        ("GET", "/v3/billdownload/file", String::new(), "token", "query"),
    ] {
        let written = merchant::sealed_v3(method, target.to_owned(), body.into(), &merchant_key(), NOW);
        let heard = hear_by(&platform, &written);
        let said = json(&platform.answer(&heard.manner, &heard.asked.unwrap_err().into(), STAMP));
        let said = ["/code", "/detail/field", "/detail/location"].map(|place| text(&said, place));
        assert_eq!(said, ["PARAM_ERROR", field, location], "{target}");
    }
}

#[test]
fn bodies_of_the_wrong_type_are_refused() {
    let key = merchant_key();
    let mut v3 = merchant::write(Tongue::WeChatV3, &named("pay"), &key);
    v3.headers.retain(|(name, _)| name != "Content-Type");
    assert!(hear(&v3).is_ok());
    v3.headers.push(("content-type".into(), "text/plain".into()));
    assert_eq!(hear(&v3), Err(Refusal::WrongFormat));
    for tongue in [Tongue::AlipayGateway, Tongue::AlipayV3] {
        let mut written = merchant::write(tongue, &named("pay"), &key);
        written.headers.retain(|(name, _)| name != "content-type");
        written.headers.push(("Content-Type".into(), "multipart/form-data; boundary=x".into()));
        assert_eq!(hear(&written), Err(Refusal::WrongFormat), "{tongue:?}");
    }
}

#[test]
fn the_gateway_takes_only_what_it_names() {
    let key = merchant_key();
    let sealed = |content: &[u8], charset: &str| {
        hear(&merchant::sealed_gateway("alipay.trade.query", content, None, charset, &key))
    };
    let order = br#"{"out_trade_no":"A_1"}"#;
    assert!(sealed(order, "utf-8").is_ok());
    assert_eq!(sealed(order, "utf-7"), Err(Refusal::WrongParameter("charset")));
    let said = answer(Tongue::AlipayGateway, &named("query"), &Refusal::WrongParameter("charset").into());
    let said = gateway_object(&said, "alipay_trade_query");
    assert_eq!(
        (text(&said, "/code"), text(&said, "/sub_code")),
        ("40002".into(), "isv.invalid-charset".into())
    );
    assert_eq!(sealed(b"{\"out_trade_no\":\"\xff\"}", "utf-8"), Err(Refusal::WrongFormat));
    assert_eq!(sealed(b"", "utf-8"), Err(Refusal::WrongParameter("out_trade_no")));
    assert_eq!(
        sealed(b"{\"out_trade_no\":\"A_1\",\"out_trade_no\":\"A_2\"}", "utf-8"),
        Err(Refusal::WrongFormat)
    );
}

#[test]
fn the_gateway_speaks_gbk_with_who_does() {
    let key = merchant_key();
    // "茶" in GBK.
    let content = b"{\"out_trade_no\":\"A_1\",\"total_amount\":\"18.50\",\"subject\":\"\xb2\xe8\"}";
    let written = merchant::sealed_gateway("alipay.trade.precreate", content, None, "GBK", &key);
    let platform = platform();
    let heard = hear_by(&platform, &written);
    let Ok(Ask::Make(make)) = &heard.asked else { panic!("no order: {:?}", heard.asked) };
    assert_eq!(make.subject, "茶");
    let said = platform.answer(&heard.manner, &Refusal::OrderClosed.into(), STAMP);
    assert_eq!(said.content_type, "text/html;charset=gbk");
    let (text, _, broken) = encoding_rs::GBK.decode(&said.body);
    assert!(!broken && text.contains("交易已经关闭"), "{text}");
    // The signature covers the bytes of GBK.
    let end = said.body.windows(8).rposition(|window| window == b",\"sign\":").unwrap();
    let inner = &said.body[b"{\"alipay_trade_precreate_response\":".len()..end];
    let signature = std::str::from_utf8(&said.body[end + 9..said.body.len() - 2]).unwrap();
    assert!(platform_key().public_key().verifies(inner, signature));
}

// Notices.

#[test]
fn only_the_published_answers_end_a_notice() {
    let v2 = |code: &str| format!("<xml><return_code><![CDATA[{code}]]></return_code></xml>").into_bytes();
    assert!(is_taken(Tongue::WeChatV2, 200, &v2("SUCCESS")));
    assert!(!is_taken(Tongue::WeChatV2, 200, &v2("FAIL")));
    assert!(!is_taken(Tongue::WeChatV2, 500, &v2("SUCCESS")));
    assert!(!is_taken(Tongue::WeChatV2, 200, b"SUCCESS"));
    for (status, taken) in [(200, true), (204, true), (302, false), (400, false), (500, false)] {
        assert_eq!(is_taken(Tongue::WeChatV3, status, b"{\"code\":\"FAIL\"}"), taken, "{status}");
    }
    for (body, taken) in
        [("success", true), ("success\n", true), ("Success", false), ("fail", false), ("", false)]
    {
        assert_eq!(is_taken(Tongue::AlipayGateway, 200, body.as_bytes()), taken, "{body}");
    }
}

#[test]
fn the_pauses_add_up_to_what_is_published() {
    let hours_and_minutes = |tongue| {
        let sum: u64 = retry_pauses_s(tongue).iter().sum();
        (sum / 3600, sum / 60 % 60)
    };
    assert_eq!(hours_and_minutes(Tongue::WeChatV3), (24, 4));
    // 4m + 10m + 10m + 1h + 2h + 6h + 15h.
    assert_eq!(hours_and_minutes(Tongue::AlipayGateway), (24, 24));
}

#[test]
fn a_notice_of_v2_is_signed_as_its_merchant_wants_it() {
    let key = ApiKey::new(API_KEY);
    let notice = Notice::Order(house::order(OrderKind::ShownCode));
    for sign_type in [SignType::Md5, SignType::HmacSha256] {
        let mut fields = Fields::default();
        fields.parse(&house::by_v2(&key, sign_type).write(&notice).unwrap().body).unwrap();
        assert_eq!(sign::verify(&fields, &key), Ok(()));
        assert_eq!((fields.get("total_fee"), fields.get("trade_type")), (Some("1850"), Some("NATIVE")));
    }
}

#[test]
fn a_notice_of_v3_says_when_it_was_signed_and_by_whom() {
    let post = house::by_v3(&platform_key(), NOW.plus_s(60)).write(&Notice::Refund(house::refund())).unwrap();
    let header = |name: &str| {
        post.headers.iter().find(|(it, _)| *it == name).map(|(_, value)| value.as_str()).unwrap()
    };
    assert_eq!((header("Wechatpay-Timestamp"), header("Wechatpay-Serial")), ("1767294305", PUBLIC_KEY_ID));
    let body: Value = serde_json::from_slice(&post.body).unwrap();
    assert_eq!((text(&body, "/event_type"), text(&body, "/id")), ("REFUND.SUCCESS".into(), "EV-1".into()));
    let refund = opened(&body);
    assert_eq!(
        (text(&refund, "/mchid"), text(&refund, "/refund_status")),
        ("1900000109".into(), "SUCCESS".into())
    );
    assert_eq!(
        (text(&refund, "/out_refund_no"), text(&refund, "/refund_id")),
        ("R-1".into(), "5000000001".into())
    );
    assert_eq!(refund.pointer("/amount/refund"), Some(&50.into()));
}

/// What a notice of v3 hides.
fn opened(notice: &Value) -> Value {
    let sealed = Base64::decode_vec(&text(notice, "/resource/ciphertext")).unwrap();
    let nonce: [u8; 12] = text(notice, "/resource/nonce").as_bytes().try_into().unwrap();
    let associated = text(notice, "/resource/associated_data");
    let key: [u8; 32] = house::API_V3_KEY.as_bytes().try_into().unwrap();
    let payload = Payload { msg: &sealed, aad: associated.as_bytes() };
    serde_json::from_slice(&Aes256Gcm::new(&key.into()).decrypt(&nonce.into(), payload).unwrap()).unwrap()
}

#[test]
fn what_is_not_over_is_told_by_nobody() {
    let (key, api_key) = (platform_key(), ApiKey::new(API_KEY));
    let senders = [house::by_v2(&api_key, SignType::Md5), house::by_v3(&key, NOW), house::by_alipay(&key)];
    let refund = RefundTold { state: RefundState::Processing, done_at: None, ..house::refund() };
    for sender in senders {
        assert_eq!(sender.write(&Notice::Refund(refund.clone())), None, "{sender:?}");
    }
    let order = OrderTold { state: OrderState::Failed, ..house::order(OrderKind::ShownCode) };
    let failed = Notice::Order(order);
    assert_eq!(house::by_v3(&key, NOW).write(&failed), None, "v3 has no event for it");
    let mut fields = Fields::default();
    fields.parse(&house::by_v2(&api_key, SignType::Md5).write(&failed).unwrap().body).unwrap();
    assert_eq!((fields.get("result_code"), fields.get("err_code")), (Some("FAIL"), Some("PAYERROR")));
}

#[test]
fn each_end_of_a_refund_has_its_event_in_v3() {
    for (state, event) in [
        (RefundState::Done, "REFUND.SUCCESS"),
        (RefundState::Abnormal, "REFUND.ABNORMAL"),
        (RefundState::Closed, "REFUND.CLOSED"),
    ] {
        let refund = Notice::Refund(RefundTold { state, ..house::refund() });
        let post = house::by_v3(&platform_key(), NOW).write(&refund).unwrap();
        let body: Value = serde_json::from_slice(&post.body).unwrap();
        assert_eq!(text(&body, "/event_type"), event);
    }
}
