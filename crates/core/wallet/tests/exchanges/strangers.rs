//! Forged, stale, misdirected and hostile requests, and where each is refused.

use tillrig_wallet::ask::{Ask, OrderRef, RefundRef};
use tillrig_wallet::exchange::Dialect;
use tillrig_wallet::moment::WallTime;
use tillrig_wallet::sign::SignType;
use tillrig_wallet::told::Refusal;

use crate::driver::{answer, gateway_object, hear, hear_by, json, named, text, v2_fields};
use crate::house::merchant::Written;
use crate::house::{NOW, STAMP, merchant, merchant_key, platform, platform_key};

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
    for (dialect, status) in
        [(Dialect::WeChatV3, 401), (Dialect::AlipayV3, 401), (Dialect::AlipayGateway, 200)]
    {
        let heard = hear_by(&platform, &merchant::write(dialect, &pay, &platform_key()));
        assert_eq!(
            (&heard.asked, heard.manner.merchant()),
            (&Err(Refusal::WrongSignature), None),
            "{dialect:?}"
        );
        let said = platform.answer(&heard.manner, &Refusal::WrongSignature.into(), STAMP);
        assert_eq!(said.status, status);
        if dialect == Dialect::AlipayGateway {
            let said = gateway_object(&said, "alipay_trade_pay");
            assert_eq!(
                (text(&said, "/code"), text(&said, "/sub_code")),
                ("40002".into(), "isv.invalid-signature".into())
            );
        }
        if dialect == Dialect::AlipayV3 {
            assert_eq!(text(&json(&said), "/code"), "invalid-signature");
        }
    }
}

#[test]
fn a_signature_counts_for_its_path_and_its_query_alone() {
    let key = merchant_key();
    let mut written = merchant::write(Dialect::WeChatV3, &Ask::Query(OrderRef::OrderNo("A-1".into())), &key);
    written.target = written.target.replace("A-1", "A-2");
    assert_eq!(hear(&written), Err(Refusal::WrongSignature));
    let mut written = merchant::write(Dialect::AlipayV3, &named("bill"), &key);
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
    for (dialect, nonce) in [
        (Dialect::WeChatV2, Some("n1")),
        (Dialect::WeChatV3, Some("n1")),
        (Dialect::AlipayGateway, None),
        (Dialect::AlipayV3, Some("n1")),
    ] {
        let heard = hear_by(&platform(), &merchant::write(dialect, &named("query"), &merchant_key()));
        assert_eq!((heard.manner.nonce(), heard.manner.merchant()), (nonce, Some(0)), "{dialect:?}");
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
    for dialect in Dialect::ALL {
        let written = merchant::write(dialect, &named("query"), &merchant_key());
        assert_eq!(hear_by(&stranger, &written).asked, Err(Refusal::NoSuchMerchant), "{dialect:?}");
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
        hear(&merchant::write(Dialect::WeChatV2, &Ask::RefundQuery(refund), &merchant_key()))
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
    let mut v3 = merchant::write(Dialect::WeChatV3, &named("pay"), &key);
    v3.headers.retain(|(name, _)| name != "Content-Type");
    assert!(hear(&v3).is_ok());
    v3.headers.push(("content-type".into(), "text/plain".into()));
    assert_eq!(hear(&v3), Err(Refusal::WrongFormat));
    for dialect in [Dialect::AlipayGateway, Dialect::AlipayV3] {
        let mut written = merchant::write(dialect, &named("pay"), &key);
        written.headers.retain(|(name, _)| name != "content-type");
        written.headers.push(("Content-Type".into(), "multipart/form-data; boundary=x".into()));
        assert_eq!(hear(&written), Err(Refusal::WrongFormat), "{dialect:?}");
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
    let said = answer(Dialect::AlipayGateway, &named("query"), &Refusal::WrongParameter("charset").into());
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
