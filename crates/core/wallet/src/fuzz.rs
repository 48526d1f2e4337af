//! What a fuzzer runs: bytes in, claims checked, no answer. A failed claim panics, which is their purpose.
//!
//! No fuzzer guesses a signature, so that a request gets no further than to its own: bodies, and the queries of what has
//! no body, are also read as if they had been signed.

use std::sync::LazyLock;

use crate::amount::Amount;
use crate::ask::{Ask, Hold, Make, Operation, OrderRef, Pay, Refund, RefundRef};
use crate::exchange::{Dialect, HttpAnswer, HttpRequest, route};
use crate::keys::{
    AlipayMerchant, ApiV3Key, Certificate, MerchantKeys, PlatformKeys, WeChatMerchant, WeChatPlatform,
};
use crate::messages::AlipayShop;
use crate::moment::WallTime;
use crate::notice::is_taken;
use crate::platform::{Platform, Stamp};
use crate::rsa_key::PrivateKey;
use crate::sign::ApiKey;
use crate::told::{Refusal, Told};
use crate::{alipay, messages, wechat_v2, wechat_v3};

const NOW: WallTime = WallTime::from_unix_s(1_767_294_245);

static PLATFORM: LazyLock<Platform> = LazyLock::new(platform);

/// Reads a request: a line of method and target, lines of headers, an empty line, a body. It is heard, and answered when
/// its length is a multiple of 16.
///
/// # Panics
/// When a claim is broken: a path with a dialect is always heard, and an answer can always be framed.
pub fn fuzz_request(bytes: &[u8]) {
    let (head, body) = split(bytes, b"\n\n");
    let Ok(head) = core::str::from_utf8(head) else { return };
    let mut lines = head.split('\n');
    let Some((method, target)) = lines.next().and_then(|line| line.split_once(' ')) else { return };
    let headers: Vec<(&str, &str)> = lines.filter_map(|line| line.split_once(':')).collect();
    let request = HttpRequest { method, target, headers: &headers, body };
    let heard = PLATFORM.hear(&request, NOW);
    assert_eq!(heard.is_some(), route(&request).is_some());
    let Some(heard) = heard else { return };
    assert!(heard.manner.merchant().is_some() || heard.asked.is_err(), "only a merchant is understood");
    // Signing is a hundred times slower than all the rest.
    if !bytes.len().is_multiple_of(16) {
        return;
    }
    let told = match heard.asked {
        Ok(_) => Told::from(Refusal::Busy),
        Err(why) => Told::from(why),
    };
    let answer: HttpAnswer = PLATFORM.answer(&heard.manner, &told, Stamp { now: NOW, nonce: 1 });
    let mut framed = Vec::new();
    answer.write_to(&mut framed);
    let mut parser = crate::http::ResponseParser::default();
    parser.push(&framed);
    assert!(matches!(parser.next_response(), Ok(Some(_))), "an answer can be framed");
}

/// Reads bytes as every call of every dialect would after its signature was found right, and as a receiver's answer.
///
/// # Panics
/// When a claim is broken: no text of what is asked is empty.
pub fn fuzz_body(bytes: &[u8]) {
    for ask in asks_in(bytes) {
        assert!(texts(&ask).into_iter().flatten().all(|text| !text.is_empty()), "{ask:?}");
    }
    for dialect in Dialect::ALL {
        let _ = is_taken(dialect, 200, bytes);
    }
}

/// The bytes are what a merchant of Alipay is answered, and told unasked.
///
/// # Panics
/// When a claim is broken: no amount is longer than Alipay's, and what nobody has signed is no answer.
pub fn fuzz_answer(bytes: &[u8]) {
    let shop = AlipayShop {
        app_id: "2".to_owned(),
        private_key: PLATFORM.keys.alipay.clone(),
        platform_key: PLATFORM.keys.alipay.public_key(),
        notify_url: "http://shop/notify".to_owned(),
    };
    let amounts = messages::alipay::fuzz_answers(shop, bytes);
    assert!(amounts.iter().all(|fen| Amount::from_fen(*fen).is_some()), "{amounts:?}");
}

/// What these bytes ask, as a body or a query of every call of every dialect.
fn asks_in(bytes: &[u8]) -> Vec<Ask> {
    let merchant = PLATFORM.merchants.first().expect("the platform here has a merchant");
    let mut asks = wechat_v2::fuzz_fields(bytes);
    asks.extend(wechat_v3::fuzz_body(bytes, &merchant.wechat));
    asks.extend(alipay::fuzz_body(bytes, NOW));
    asks
}

/// What a merchant wrote in an ask.
fn texts(ask: &Ask) -> Vec<Option<&str>> {
    let (order, mut texts) = match ask {
        Ask::Pay(Pay { order_no, subject, payment_code, notify_url, attach, device, .. }) => {
            let code = payment_code.as_str();
            let some = [notify_url, attach, device].map(Option::as_deref);
            (None, [vec![Some(order_no.as_str()), Some(subject), Some(code)], some.to_vec()].concat())
        }
        Ask::Make(Make { order_no, subject, notify_url, attach, device, .. }) => {
            let some = [notify_url, attach, device].map(Option::as_deref);
            (None, [vec![Some(order_no.as_str()), Some(subject)], some.to_vec()].concat())
        }
        Ask::Query(order) | Ask::Reverse(order) | Ask::Close(order) => (Some(order), Vec::new()),
        Ask::Refund(Refund { order, refund_no, reason, notify_url, .. }) => {
            (Some(order), vec![Some(refund_no.as_str()), reason.as_deref(), notify_url.as_deref()])
        }
        Ask::RefundQuery(RefundRef { order, refund_no, refund_id }) => {
            (order.as_ref(), vec![refund_no.as_deref(), refund_id.as_deref()])
        }
        Ask::Hold(Hold::Make(Make { order_no, subject, notify_url, attach, .. })) => {
            let some = [notify_url, attach].map(Option::as_deref);
            (None, [vec![Some(order_no.as_str()), Some(subject)], some.to_vec()].concat())
        }
        Ask::Hold(Hold::Query { hold, operation: Operation::RequestNo(text) | Operation::Id(text) }) => {
            (Some(hold), vec![Some(text.as_str())])
        }
        Ask::Hold(Hold::Cancel(hold)) => (Some(hold), Vec::new()),
        Ask::Hold(Hold::Unfreeze(Refund { order, refund_no, reason, notify_url, .. })) => {
            (Some(order), vec![Some(refund_no.as_str()), reason.as_deref(), notify_url.as_deref()])
        }
        Ask::BillFile { token } => (None, vec![Some(token.as_str())]),
        Ask::Bill { .. } | Ask::Certificates | Ask::SandboxKey => (None, Vec::new()),
    };
    if let Some(OrderRef::OrderNo(number) | OrderRef::TransactionId(number)) = order {
        texts.push(Some(number));
    }
    texts
}

fn split<'a>(bytes: &'a [u8], mark: &[u8]) -> (&'a [u8], &'a [u8]) {
    let at = bytes.windows(mark.len()).position(|window| window == mark).unwrap_or(bytes.len());
    let (head, rest) = bytes.split_at(at);
    (head, rest.get(mark.len()..).unwrap_or_default())
}

fn platform() -> Platform {
    let mut state = 7_u64;
    // Weak dice, but dice.
    let dice = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state ^ (state >> 29)
    };
    let key = PrivateKey::generate(dice).expect("these dice give primes");
    let certificate =
        Certificate { pem: "PEM".to_owned(), serial: "1".to_owned(), effective: NOW, expires: NOW };
    let wechat = WeChatMerchant {
        mch_id: "1".to_owned(),
        app_id: "wx1".to_owned(),
        api_key: ApiKey::new("key"),
        api_v3_key: ApiV3Key::from_bytes([b'k'; 32]),
        certificate_serial: "1".to_owned(),
        public_key: key.public_key(),
    };
    let alipay =
        AlipayMerchant { app_id: "2".to_owned(), seller_id: "3".to_owned(), public_key: key.public_key() };
    let private_key = key.clone();
    let wechat_platform =
        WeChatPlatform { private_key, certificate, public_key_id: "PUB_KEY_ID_1".to_owned() };
    Platform {
        merchants: vec![MerchantKeys { wechat, alipay }],
        keys: PlatformKeys { wechat: wechat_platform, alipay: key },
        clock_skew_s: Some(300),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Pieces of every dialect, so that chance gets somewhere.
    fn pieces() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop::sample::select(vec![
            "POST /pay/micropay",
            "POST /secapi/pay/refund",
            "POST /v3/pay/transactions/codepay",
            "GET /v3/certificates",
            "GET /v3/pay/transactions/out-trade-no/",
            "POST /v3/alipay/trade/pay",
            "POST /gateway.do?",
            "GET /gateway.do?",
            "\n",
            "\n\n",
            "Authorization: WECHATPAY2-SHA256-RSA2048 ",
            "mchid=\"1\"",
            "authorization: ALIPAY-SHA256withRSA ",
            "app_id=2",
            ",sign=",
            "&",
            "=",
            "%",
            "sign_type=RSA2",
            "charset=gbk",
            "method=alipay.trade.pay",
            "<xml>",
            "</xml>",
            "<mch_id>1</mch_id>",
            "<sign>",
            "]]>",
            "{",
            "}",
            "[",
            "\"",
            ":",
            "\"amount\"",
            "\"total_amount\"",
            "1e3",
            "18.50",
            ",",
            "é",
            "\u{0}",
        ]);
        proptest::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat().into_bytes())
    }

    /// Names of all dialects with what is right, empty or wrong for them.
    fn fields() -> impl Strategy<Value = Vec<(&'static str, &'static str)>> {
        let names: &[(&str, &[&str])] = &[
            ("mchid", &["1", "2"]),
            ("appid", &["wx1", ""]),
            ("sp_mchid", &["1"]),
            ("sp_appid", &["wx1"]),
            ("sub_mchid", &["9", ""]),
            ("out_trade_no", &["A-1", "", "A,1"]),
            ("transaction_id", &["4200000001", ""]),
            ("trade_no", &["2026", ""]),
            ("out_refund_no", &["R-1", "", "R,1"]),
            ("out_request_no", &["R-1", ""]),
            ("refund_id", &["5", ""]),
            ("total_fee", &["1850", "0"]),
            ("refund_fee", &["50", "-1"]),
            ("total_amount", &["18.50", "1e3"]),
            ("refund_amount", &["0.50", ""]),
            ("body", &["tea"]),
            ("subject", &["tea", ""]),
            ("description", &["tea", ""]),
            ("auth_code", &["134567890123456789", ""]),
            ("spbill_create_ip", &["127.0.0.1"]),
            ("trade_type", &["NATIVE", "APP"]),
            ("notify_url", &["http://shop/", ""]),
            ("attach", &["a", ""]),
            ("device_info", &["d", ""]),
            ("passback_params", &["a", ""]),
            ("terminal_id", &["d", ""]),
            ("reason", &["cold", ""]),
            ("time_expire", &["20260102030405", "2026-01-02T03:04:05+08:00", "2026-01-02 03:04:05", ""]),
            ("timeout_express", &["90m", "", "1y"]),
            ("qr_code_timeout_express", &["1c", ""]),
            ("out_order_no", &["A-1", ""]),
            ("auth_no", &["2026", ""]),
            ("operation_id", &["5", ""]),
            ("order_title", &["room", ""]),
            ("pay_timeout", &["15m", "1y", ""]),
            ("code", &["10000", "10003", "40004", ""]),
            ("sub_code", &["AUTH_ORDER_NOT_EXIST", "x", ""]),
            ("status", &["SUCCESS", "INIT", "x"]),
            ("trade_status", &["TRADE_SUCCESS", "WAIT_BUYER_PAY", "x"]),
            ("rest_amount", &["18.50", "0.00", ""]),
            ("qr_code", &["https://qr", ""]),
            ("bill_date", &["20260102", "2026-01-02", "2026-01"]),
            ("bill_type", &["ALL", "trade", ""]),
            ("token", &["T-1", ""]),
        ];
        let each = names.iter().map(|(name, values)| {
            let value = prop::sample::select(*values);
            proptest::option::weighted(0.8, value).prop_map(move |value| Some((*name, value?)))
        });
        each.collect::<Vec<_>>().prop_map(|fields| fields.into_iter().flatten().collect())
    }

    /// The same as a document of each dialect.
    fn documents(fields: &[(&str, &str)]) -> [String; 3] {
        let quoted: Vec<String> =
            fields.iter().map(|(name, value)| format!("\"{name}\":\"{value}\"")).collect();
        let tagged: String = fields.iter().map(|(name, value)| format!("<{name}>{value}</{name}>")).collect();
        let pairs: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let nested = "\"amount\":{\"total\":1850,\"refund\":50},\"payer\":{\"auth_code\":\"1\"},\
                      \"scene_info\":{\"device_id\":\"\"}";
        [format!("{{{nested},{}}}", quoted.join(",")), format!("<xml>{tagged}</xml>"), pairs.join("&")]
    }

    #[test]
    fn a_sound_body_is_read_by_every_call_that_it_fits() {
        let fields = [
            ("mchid", "1"),
            ("appid", "wx1"),
            ("out_trade_no", "A-1"),
            ("out_refund_no", "R-1"),
            ("description", "tea"),
            ("body", "tea"),
            ("notify_url", "http://shop/"),
            ("total_fee", "1850"),
            ("refund_fee", "50"),
            ("trade_type", "NATIVE"),
            ("auth_code", "1"),
            ("spbill_create_ip", "127.0.0.1"),
            ("bill_date", "20260102"),
            ("token", "T-1"),
        ];
        let [body, by_v2, query] = documents(&fields);
        assert_eq!(wechat_v2::fuzz_fields(by_v2.as_bytes()).len(), 9, "all calls");
        let merchant = &PLATFORM.merchants.first().unwrap().wechat;
        let by_v3 = |bytes: &str| wechat_v3::fuzz_body(bytes.as_bytes(), merchant).len();
        // A refund, its query and the certificates need no name, so that they fit partners too.
        assert_eq!(by_v3(&body), 7 + 3, "payment, order, close, reverse, refund, its query, certificates");
        assert_eq!(by_v3(&query), 5 + 3, "two queries, a file, and what fits everything but the refund");
        assert_eq!(alipay::fuzz_body(body.as_bytes(), NOW).len(), 3, "query, cancel, close");
    }

    proptest! {
        #[test]
        fn no_fields_break_a_claim(fields in fields()) {
            for document in documents(&fields) {
                fuzz_body(document.as_bytes());
                fuzz_answer(document.as_bytes());
            }
            let flat: Vec<String> =
                fields.iter().map(|(name, value)| format!("\"{name}\":\"{value}\"")).collect();
            fuzz_answer(format!("{{{}}}", flat.join(",")).as_bytes());
        }

        #[test]
        fn no_request_breaks_a_claim(bytes in pieces()) {
            fuzz_request(&bytes);
            fuzz_body(&bytes);
            fuzz_answer(&bytes);
        }

        #[test]
        fn no_bytes_break_a_claim(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            fuzz_request(&bytes);
            fuzz_body(&bytes);
        }
    }
}
