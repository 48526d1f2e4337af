//! A platform and its one merchant, for tests: throw-away keys, what libraries sent, and what is answered to it.
//!
//! The keys and `requests.json` were made by `tests/sdk/peers.py` with wechatpayv3 2.0.4, python-alipay-sdk 3.4.0 and
//! wechatpy 1.8.18, `requests.node.json` by `tests/sdk/alipay_node.mjs` with alipay-sdk 4.14.0, all unmodified. *Not modelled:* orders: every question gets the same decision.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test's house may fail as tests do")]

pub(crate) mod merchant;

use base64ct::{Base64, Encoding};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tillrig_wallet::amount::Amount;
use tillrig_wallet::ask::{Ask, Hold};
use tillrig_wallet::exchange::{Dialect, HttpAnswer, HttpRequest};
use tillrig_wallet::keys::{
    AlipayMerchant, ApiV3Key, Certificate, MerchantKeys, PlatformKeys, WeChatMerchant, WeChatPlatform,
};
use tillrig_wallet::moment::{Day, WallTime};
use tillrig_wallet::notice::{Notice, Post, Sender};
use tillrig_wallet::platform::{Platform, Stamp};
use tillrig_wallet::rsa_key::{PrivateKey, PublicKey};
use tillrig_wallet::sign::{ApiKey, SignType};
use tillrig_wallet::told::{
    Bill, BillRow, OrderKind, OrderState, OrderTold, Payment, RefundState, RefundTold, Reversed, Told, Undone,
};

use merchant::Written;

/// 2026-01-02 03:04:05 in Beijing.
pub(crate) const NOW: WallTime = WallTime::from_unix_s(1_767_294_245);

pub(crate) const STAMP: Stamp = Stamp { now: NOW, nonce: 0x0123_4567_89ab_cdef_0123_4567_89ab_cdef };

pub(crate) const API_KEY: &str = "192006250b4c09247ec02edce69f6a2d";
pub(crate) const API_V3_KEY: &str = "a1b2c3d4e5f60718293a4b5c6d7e8f90";
pub(crate) const MERCHANT_SERIAL: &str = "3775B6A45ACD588826D15E583A95F5DD00000001";
pub(crate) const PUBLIC_KEY_ID: &str = "PUB_KEY_ID_0114232134912410000000000000";

/// The platform. It does not look at the clock: what was recorded is from another day.
pub(crate) fn platform() -> Platform {
    let public_key = PublicKey::from_pem(include_str!("../sdk/keys/merchant.public.pem")).unwrap();
    let wechat = WeChatMerchant {
        mch_id: "1900000109".to_owned(),
        app_id: "wxd930ea5d5a258f4f".to_owned(),
        api_key: ApiKey::new(API_KEY),
        api_v3_key: ApiV3Key::new(API_V3_KEY).unwrap(),
        certificate_serial: MERCHANT_SERIAL.to_owned(),
        public_key: public_key.clone(),
    };
    let alipay = AlipayMerchant {
        app_id: "2021000000000001".to_owned(),
        seller_id: "2088000000000001".to_owned(),
        public_key,
    };
    let certificate = Certificate {
        pem: include_str!("../sdk/keys/platform.certificate.pem").to_owned(),
        serial: "5157F09EFDC096DE15EBE81A47057A7232F1B8E1".to_owned(),
        effective: WallTime::parse_dashed("2020-01-01 08:00:00").unwrap(),
        expires: WallTime::parse_dashed("2099-01-01 08:00:00").unwrap(),
    };
    let public_key_id = PUBLIC_KEY_ID.to_owned();
    let wechat_platform = WeChatPlatform { private_key: platform_key(), certificate, public_key_id };
    Platform {
        merchants: vec![MerchantKeys { wechat, alipay }],
        keys: PlatformKeys { wechat: wechat_platform, alipay: platform_key() },
        clock_skew_s: None,
    }
}

pub(crate) fn platform_key() -> PrivateKey {
    PrivateKey::from_pem(include_str!("../sdk/keys/platform.private.pem")).unwrap()
}

pub(crate) fn merchant_key() -> PrivateKey {
    PrivateKey::from_pem(include_str!("../sdk/keys/merchant.private.pem")).unwrap()
}

/// What a library sent.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Recorded {
    pub(crate) dialect: String,
    pub(crate) name: String,
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl Recorded {
    pub(crate) fn written(&self) -> Written {
        Written {
            method: if self.method == "GET" { "GET" } else { "POST" },
            target: self.target.clone(),
            headers: self.headers.clone(),
            body: self.body.clone().into_bytes(),
        }
    }
}

pub(crate) fn recorded() -> Vec<Recorded> {
    let mut recorded: Vec<Recorded> = serde_json::from_str(include_str!("../sdk/requests.json")).unwrap();
    let by_node: Vec<Recorded> = serde_json::from_str(include_str!("../sdk/requests.node.json")).unwrap();
    recorded.extend(by_node);
    recorded
}

/// The decision that every question of its kind gets.
pub(crate) fn told(ask: &Ask) -> Told {
    let order_no = "A-1".to_owned();
    match ask {
        Ask::Pay(_) => Told::Order(order(OrderKind::PaymentCode)),
        Ask::Query(_) => Told::Order(order(OrderKind::ShownCode)),
        Ask::Make(_) => Told::Made { order_no, code_url: "weixin://wxpay/bizpayurl?pr=1&x=2".to_owned() },
        Ask::Reverse(_) => {
            let transaction_id = Some("4200000001".to_owned());
            Told::Reversed(Reversed { order_no, transaction_id, undone: Undone::Refunded })
        }
        Ask::Close(_) => Told::Closed { order_no, transaction_id: None },
        Ask::Refund(_) => Told::Refunded(refund()),
        Ask::RefundQuery(_) => Told::Refunds(vec![refund()]),
        Ask::Bill { day } => Told::Bill(bill(*day)),
        Ask::BillFile { .. } => Told::Bill(bill(NOW.day())),
        Ask::Certificates => Told::Certificates,
        Ask::SandboxKey => Told::SandboxKey,
        Ask::Hold(Hold::Make(_)) => {
            Told::Made { order_no, code_url: "https://qr.alipay.com/bax1".to_owned() }
        }
        Ask::Hold(Hold::Query { .. }) => Told::Order(order(OrderKind::Hold)),
        Ask::Hold(Hold::Cancel(_)) => {
            Told::Reversed(Reversed { order_no, transaction_id: None, undone: Undone::Closed })
        }
        Ask::Hold(Hold::Unfreeze(_)) => Told::Refunded(refund()),
    }
}

pub(crate) fn fen(amount: u64) -> Amount {
    Amount::from_fen(amount).unwrap()
}

/// An order of 18.50, paid.
pub(crate) fn order(kind: OrderKind) -> OrderTold {
    OrderTold {
        order_no: "A-1".to_owned(),
        amount: fen(1850),
        subject: "茶 & tea".to_owned(),
        kind,
        state: OrderState::Paid,
        payment: Some(Payment {
            transaction_id: "4200000001".to_owned(),
            buyer_id: "o-payer-1".to_owned(),
            paid_at: NOW,
        }),
        refunded: Amount::ZERO,
        attach: Some("店 1".to_owned()),
        device: None,
    }
}

/// 0.50 of it went back.
pub(crate) fn refund() -> RefundTold {
    RefundTold {
        order_no: "A-1".to_owned(),
        transaction_id: "4200000001".to_owned(),
        refund_no: "R-1".to_owned(),
        refund_id: "5000000001".to_owned(),
        amount: fen(50),
        total: fen(1850),
        refunded_so_far: fen(50),
        state: RefundState::Done,
        asked_at: NOW,
        done_at: Some(NOW.plus_s(1)),
        buyer_id: "o-payer-1".to_owned(),
        moved_now: true,
        reason: Some("冷".to_owned()),
    }
}

fn bill(day: Day) -> Bill {
    let row = BillRow {
        at: NOW,
        transaction_id: "4200000001".to_owned(),
        order_no: "A-1".to_owned(),
        buyer_id: "o-payer-1".to_owned(),
        kind: OrderKind::PaymentCode,
        subject: "茶, tea".to_owned(),
        device: None,
        amount: fen(1850),
        refund: None,
    };
    Bill { day, rows: vec![row], address: "http://127.0.0.1:1/v3/billdownload/file?token=T-1".to_owned() }
}

/// Everything that the libraries are to judge, a line of JSON each.
pub(crate) fn said() -> Vec<String> {
    let platform = platform();
    let mut lines = Vec::new();
    for recorded in recorded() {
        lines.push(exchange(&platform, &recorded.dialect, &recorded.name, &recorded.written()));
        if recorded.name == "query by number" {
            let mut written = recorded.written();
            written.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("Wechatpay-Serial"));
            lines.push(exchange(&platform, &recorded.dialect, "answer by certificate", &written));
        }
    }
    for (name, ask) in merchant::one_of_each() {
        let written = merchant::write(Dialect::AlipayV3, &ask, &merchant_key());
        lines.push(exchange(&platform, "alipay-v3", name, &written));
    }
    lines.extend(notices());
    lines
}

fn exchange(platform: &Platform, dialect: &str, name: &str, written: &Written) -> String {
    let heard = written.lend(|request: &HttpRequest<'_>| platform.hear(request, NOW)).unwrap();
    let told = told(&heard.asked.unwrap_or_else(|why| panic!("{dialect} {name}: {why:?}")));
    let HttpAnswer { status, headers, body, .. } = platform.answer(&heard.manner, &told, STAMP);
    line(dialect, name, status, &headers, body, false)
}

fn line(
    dialect: &str,
    name: &str,
    status: u16,
    headers: &[(&'static str, String)],
    body: Vec<u8>,
    forged: bool,
) -> String {
    let headers: Map<String, Value> =
        headers.iter().map(|(name, value)| ((*name).to_owned(), value.as_str().into())).collect();
    let packed = Base64::encode_string(&body);
    let said = match String::from_utf8(body) {
        Ok(body) => {
            json!({ "dialect": dialect, "name": name, "status": status, "headers": headers, "body": body, "forged": forged })
        }
        Err(_) => {
            json!({ "dialect": dialect, "name": name, "status": status, "headers": headers, "body": null, "base64": packed, "forged": forged })
        }
    };
    said.to_string()
}

/// Each kind of notice, and one of each dialect that somebody else signed.
fn notices() -> Vec<String> {
    let paid = Notice::Order(order(OrderKind::ShownCode));
    let back = Notice::Refund(refund());
    let mut lines = Vec::new();
    let mut push = |dialect, name, post: Post, forged| {
        lines.push(line(dialect, name, 200, &post.headers, post.body, forged));
    };
    for (dialect, true_key, forged) in [("wechat-v2", true, false), ("wechat-v2", false, true)] {
        let api_key = ApiKey::new(if true_key { API_KEY } else { "another key" });
        push(
            dialect,
            if forged { "notice, forged" } else { "notice" },
            by_v2(&api_key, SignType::Md5).write(&paid).unwrap(),
            forged,
        );
    }
    push(
        "wechat-v2",
        "notice refund",
        by_v2(&ApiKey::new(API_KEY), SignType::Md5).write(&back).unwrap(),
        false,
    );
    for (key, forged) in [(platform_key(), false), (merchant_key(), true)] {
        let name = if forged { "notice, forged" } else { "notice" };
        push("wechat-v3", name, by_v3(&key, NOW).write(&paid).unwrap(), forged);
        push("alipay-gateway", name, by_alipay(&key).write(&paid).unwrap(), forged);
    }
    push("wechat-v3", "notice refund", by_v3(&platform_key(), NOW).write(&back).unwrap(), false);
    push("alipay-gateway", "notice refund", by_alipay(&platform_key()).write(&back).unwrap(), false);
    lines
}

pub(crate) fn by_v2(api_key: &ApiKey, sign_type: SignType) -> Sender<'_> {
    Sender::WeChatV2 {
        app_id: "wxd930ea5d5a258f4f",
        mch_id: "1900000109",
        api_key,
        sign_type,
        nonce: STAMP.nonce,
    }
}

pub(crate) fn by_v3(private_key: &PrivateKey, signed_at: WallTime) -> Sender<'_> {
    const KEY: &ApiV3Key = &ApiV3Key::from_bytes(*b"a1b2c3d4e5f60718293a4b5c6d7e8f90");
    Sender::WeChatV3 {
        app_id: "wxd930ea5d5a258f4f",
        mch_id: "1900000109",
        private_key,
        serial: PUBLIC_KEY_ID,
        api_v3_key: KEY,
        signed_at,
        nonce: STAMP.nonce,
        id: "EV-1",
    }
}

pub(crate) fn by_alipay(private_key: &PrivateKey) -> Sender<'_> {
    Sender::Alipay {
        app_id: "2021000000000001",
        seller_id: "2088000000000001",
        private_key,
        notify_id: "N-1",
        sent_at: NOW,
    }
}
