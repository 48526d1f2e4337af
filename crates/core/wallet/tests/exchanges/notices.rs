//! Notices: how they are signed, sealed, answered and repeated, and what none is about.

use aes_gcm::Aes256Gcm;
use aes_gcm::aead::{Aead, KeyInit, Payload};
use base64ct::{Base64, Encoding};
use serde_json::Value;
use tillrig_wallet::exchange::Dialect;
use tillrig_wallet::notice::{Notice, is_taken, retry_pauses_s};
use tillrig_wallet::sign::{self, ApiKey, SignType};
use tillrig_wallet::told::{OrderKind, OrderState, OrderTold, RefundState, RefundTold};
use tillrig_wallet::xml::Fields;

use crate::driver::text;
use crate::house::{self, API_KEY, NOW, PUBLIC_KEY_ID, platform_key};

#[test]
fn only_the_published_answers_end_a_notice() {
    let v2 = |code: &str| format!("<xml><return_code><![CDATA[{code}]]></return_code></xml>").into_bytes();
    assert!(is_taken(Dialect::WeChatV2, 200, &v2("SUCCESS")));
    assert!(!is_taken(Dialect::WeChatV2, 200, &v2("FAIL")));
    assert!(!is_taken(Dialect::WeChatV2, 500, &v2("SUCCESS")));
    assert!(!is_taken(Dialect::WeChatV2, 200, b"SUCCESS"));
    for (status, taken) in [(200, true), (204, true), (302, false), (400, false), (500, false)] {
        assert_eq!(is_taken(Dialect::WeChatV3, status, b"{\"code\":\"FAIL\"}"), taken, "{status}");
    }
    for (body, taken) in
        [("success", true), ("success\n", true), ("Success", false), ("fail", false), ("", false)]
    {
        assert_eq!(is_taken(Dialect::AlipayGateway, 200, body.as_bytes()), taken, "{body}");
    }
}

#[test]
fn the_pauses_add_up_to_what_is_published() {
    let hours_and_minutes = |dialect| {
        let sum: u64 = retry_pauses_s(dialect).iter().sum();
        (sum / 3600, sum / 60 % 60)
    };
    assert_eq!(hours_and_minutes(Dialect::WeChatV3), (24, 4));
    // 4m + 10m + 10m + 1h + 2h + 6h + 15h.
    assert_eq!(hours_and_minutes(Dialect::AlipayGateway), (24, 24));
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
