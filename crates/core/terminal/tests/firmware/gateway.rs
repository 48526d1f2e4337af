//! The gateway that the terminal talks to in tests: the platform of the wallet crate, answering what a test decides.
//!
//! So the terminal is read, and answered, by the code that the acquirer has, and not by its own codec turned around.
//! *Not modelled:* orders: the gateway believes whatever it is told to say.

use std::sync::{Arc, LazyLock};

use wallet::amount::Amount;
use wallet::exchange::HttpRequest;
use wallet::http::RequestParser;
use wallet::keys::{
    AlipayMerchant, ApiV3Key, Certificate, MerchantKeys, PlatformKeys, WeChatMerchant, WeChatPlatform,
};
use wallet::messages::AlipayShop;
use wallet::moment::WallTime;
use wallet::notice::{Notice, Sender};
use wallet::platform::{Platform, Stamp};
use wallet::rsa_key::PrivateKey;
use wallet::sign::{ApiKey, SignType};
use wallet::told::{OrderKind, OrderState, OrderTold, Payment, RefundState, RefundTold, Told};

pub(crate) const API_KEY: &str = "192006250b4c09247ec02edce69f6a2d";

const APP_ID: &str = "wxd930ea5d5a258f4f";
const MCH_ID: &str = "10000100";
const NOW: WallTime = WallTime::from_unix_s(1_767_294_245);

static PLATFORM: LazyLock<Platform> = LazyLock::new(platform);

/// The merchant's account with this platform's Alipay. One key is everybody's here.
pub(crate) static ALIPAY: LazyLock<Arc<AlipayShop>> = LazyLock::new(|| {
    Arc::new(AlipayShop {
        app_id: "2".to_owned(),
        private_key: PLATFORM.keys.alipay.clone(),
        platform_key: PLATFORM.keys.alipay.public_key(),
        notify_url: "http://terminal/notify/alipay".to_owned(),
    })
});

/// What a request asks of Alipay: its `method`.
pub(crate) fn method(request: &[u8]) -> String {
    let text = String::from_utf8_lossy(request).into_owned();
    let (_, rest) = text.split_once("method=").unwrap();
    rest.split('&').next().unwrap().to_owned()
}

/// The answer to a request of the terminal when the gateway decides so.
pub(crate) fn answer(request: &[u8], told: &Told) -> Vec<u8> {
    let mut parser = RequestParser::default();
    parser.push(request);
    let http = parser.next_request().unwrap().unwrap();
    let headers: Vec<_> = http.headers.iter().collect();
    let request =
        HttpRequest { method: http.method, target: http.target, headers: &headers, body: http.body };
    let heard = PLATFORM.hear(&request, NOW).unwrap();
    assert!(heard.asked.is_ok(), "{:?}", heard.asked);
    let mut bytes = Vec::new();
    PLATFORM.answer(&heard.manner, told, Stamp { now: NOW, nonce: 1 }).write_to(&mut bytes);
    bytes
}

/// A payment of so many fen, told to the terminal by somebody with this key.
pub(crate) fn notice(key: &str, order_no: &str, fen: u64) -> Vec<u8> {
    let api_key = &ApiKey::new(key);
    let sign_type = SignType::HmacSha256;
    let sender = Sender::WeChatV2 { app_id: APP_ID, mch_id: MCH_ID, api_key, sign_type, nonce: 1 };
    let mut order = order(order_no, OrderState::Paid);
    order.amount = Amount::from_fen(fen).unwrap();
    let mut bytes = Vec::new();
    sender.write(&Notice::Order(order)).unwrap().write_to(&mut bytes, "terminal", "/notify");
    bytes
}

/// The order was made, and this is its code.
pub(crate) fn made() -> Told {
    Told::Made { order_no: String::new(), code_url: "weixin://wxpay/bizpayurl?pr=1".to_owned() }
}

/// An order of 18.50, with the payment 420001 when it is paid.
pub(crate) fn order(order_no: &str, state: OrderState) -> OrderTold {
    let payment =
        Payment { transaction_id: "420001".to_owned(), buyer_id: "o-payer-1".to_owned(), paid_at: NOW };
    OrderTold {
        order_no: order_no.to_owned(),
        amount: Amount::from_fen(1850).unwrap(),
        subject: "Morning Light Store".to_owned(),
        kind: OrderKind::ShownCode,
        state,
        payment: Some(payment).filter(|_| state == OrderState::Paid),
        refunded: Amount::ZERO,
        attach: None,
        device: None,
    }
}

/// A platform with throw-away keys: v2 uses none of its private ones.
fn platform() -> Platform {
    let mut state = 7_u64;
    let key = PrivateKey::generate(move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state ^ (state >> 29)
    });
    let key = key.unwrap();
    let wechat = WeChatMerchant {
        mch_id: MCH_ID.to_owned(),
        app_id: APP_ID.to_owned(),
        api_key: ApiKey::new(API_KEY),
        api_v3_key: ApiV3Key::from_bytes([b'k'; 32]),
        certificate_serial: "1".to_owned(),
        public_key: key.public_key(),
    };
    let alipay =
        AlipayMerchant { app_id: "2".to_owned(), seller_id: "3".to_owned(), public_key: key.public_key() };
    let certificate =
        Certificate { pem: "PEM".to_owned(), serial: "1".to_owned(), effective: NOW, expires: NOW };
    let private_key = key.clone();
    Platform {
        merchants: vec![MerchantKeys { wechat, alipay }],
        keys: PlatformKeys {
            wechat: WeChatPlatform { private_key, certificate, public_key_id: "PUB_KEY_ID_1".to_owned() },
            alipay: key,
        },
        clock_skew_s: None,
    }
}

/// A refund of an order of 18.50.
pub(crate) fn refund(order_no: &str, refund_no: &str, fen: u64, state: RefundState) -> RefundTold {
    RefundTold {
        order_no: order_no.to_owned(),
        transaction_id: "4200000001".to_owned(),
        refund_no: refund_no.to_owned(),
        refund_id: "5000000001".to_owned(),
        amount: Amount::from_fen(fen).unwrap(),
        total: Amount::from_fen(1850).unwrap(),
        refunded_so_far: Amount::from_fen(fen).unwrap(),
        state,
        asked_at: NOW,
        done_at: (state == RefundState::Done).then_some(NOW),
        buyer_id: "2088101".to_owned(),
        moved_now: true,
        reason: None,
    }
}
