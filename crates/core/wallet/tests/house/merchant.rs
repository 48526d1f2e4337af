//! The merchant: asks in every dialect, signed.
//!
//! Written from the published rules for documents and signatures, apart from the platform's code, so that the two can
//! disagree. RSA itself is the platform's; it is compared with client libraries, by what they sent and took.
//! *Not modelled:* partners, bodies and queries that say the same thing twice.

use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};
use serde_json::{Map, Value, json};
use sha2::Sha256;
use tillrig_wallet::amount::Amount;
use tillrig_wallet::ask::{Ask, Hold, Make, Operation, OrderRef, Pay, PaymentCode, Refund, RefundRef};
use tillrig_wallet::exchange::{Dialect, HttpRequest};
use tillrig_wallet::moment::WallTime;
use tillrig_wallet::rsa_key::PrivateKey;
use tillrig_wallet::sign::SignType;

use super::{API_KEY, MERCHANT_SERIAL, NOW, PUBLIC_KEY_ID, fen};

/// A request of its own.
#[derive(Debug, Clone)]
pub(crate) struct Written {
    pub(crate) method: &'static str,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Written {
    pub(crate) fn lend<T>(&self, with: impl FnOnce(&HttpRequest<'_>) -> T) -> T {
        let headers: Vec<_> =
            self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        with(&HttpRequest { method: self.method, target: &self.target, headers: &headers, body: &self.body })
    }
}

/// Asks that every dialect has.
pub(crate) fn one_of_each() -> Vec<(&'static str, Ask)> {
    let order = || OrderRef::OrderNo("A-1".to_owned());
    let payment_code = PaymentCode::new("134567890123456789".to_owned());
    let (order_no, subject) = ("A-1".to_owned(), "茶 & tea".to_owned());
    let pay = Pay {
        order_no: order_no.clone(),
        amount: fen(1850),
        subject: subject.clone(),
        payment_code,
        expires: Some(NOW.plus_s(60)),
        notify_url: None,
        attach: None,
        device: None,
    };
    let notify_url = Some("https://shop.example/notify".to_owned());
    let make =
        Make { order_no, amount: fen(1850), subject, notify_url, expires: None, attach: None, device: None };
    let refund = Refund {
        order: order(),
        refund_no: "R-1".to_owned(),
        amount: fen(50),
        total: None,
        reason: Some("冷".to_owned()),
        notify_url: None,
    };
    let refund_query = RefundRef { order: Some(order()), refund_no: Some("R-1".to_owned()), refund_id: None };
    vec![
        ("pay", Ask::Pay(pay)),
        ("make", Ask::Make(make)),
        ("query", Ask::Query(order())),
        ("reverse", Ask::Reverse(order())),
        ("close", Ask::Close(order())),
        ("refund", Ask::Refund(refund)),
        ("refund query", Ask::RefundQuery(refund_query)),
        ("bill", Ask::Bill { day: NOW.day() }),
    ]
}

/// An ask in the words of a dialect.
pub(crate) fn write(dialect: Dialect, ask: &Ask, key: &PrivateKey) -> Written {
    match dialect {
        Dialect::WeChatV2 => wechat_v2(ask, API_KEY, SignType::HmacSha256),
        Dialect::WeChatV3 => wechat_v3(ask, key, NOW),
        Dialect::AlipayGateway => alipay_gateway(ask, key),
        Dialect::AlipayV3 => alipay_v3(ask, key, NOW),
    }
}

pub(crate) fn wechat_v2(ask: &Ask, key: &str, sign_type: SignType) -> Written {
    let mut pairs = v2_fields(ask);
    for (name, value) in [("appid", "wxd930ea5d5a258f4f"), ("mch_id", "1900000109"), ("nonce_str", "n1")] {
        pairs.push((name, value.to_owned()));
    }
    pairs.push(("sign_type", sign_type.as_str().to_owned()));
    pairs.sort_unstable();
    pairs.push(("sign", v2_signature(&pairs, key, sign_type)));
    let body = v2_document(&pairs).into_bytes();
    Written { method: "POST", target: v2_path(ask).to_owned(), headers: Vec::new(), body }
}

/// Over pairs that are sorted, without those that are empty, the key behind; in capitals.
fn v2_signature(pairs: &[(&str, String)], key: &str, sign_type: SignType) -> String {
    let filled = pairs.iter().filter(|(_, value)| !value.is_empty());
    let mut signed: String = filled.map(|(name, value)| format!("{name}={value}&")).collect();
    signed.push_str("key=");
    signed.push_str(key);
    let digest = match sign_type {
        SignType::Md5 => Md5::digest(signed).to_vec(),
        SignType::HmacSha256 => {
            let keyed = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
            keyed.chain_update(signed).finalize().into_bytes().to_vec()
        }
    };
    digest.iter().map(|byte| format!("{byte:02X}")).collect()
}

/// With escapes, where the platform writes sections: both are usual.
fn v2_document(pairs: &[(&str, String)]) -> String {
    let escaped = |value: &str| value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let fields: String =
        pairs.iter().map(|(name, value)| format!("<{name}>{}</{name}>", escaped(value))).collect();
    format!("<xml>{fields}</xml>")
}

fn v2_path(ask: &Ask) -> &'static str {
    match ask {
        Ask::Pay(_) => "/pay/micropay",
        Ask::Make(_) => "/pay/unifiedorder",
        Ask::Query(_) => "/pay/orderquery",
        Ask::Reverse(_) => "/secapi/pay/reverse",
        Ask::Close(_) => "/pay/closeorder",
        Ask::Refund(_) => "/secapi/pay/refund",
        Ask::RefundQuery(_) => "/pay/refundquery",
        Ask::Bill { .. } => "/pay/downloadbill",
        Ask::SandboxKey => "/sandboxnew/pay/getsignkey",
        Ask::BillFile { .. } | Ask::Certificates | Ask::Hold(_) => panic!("not in this dialect"),
    }
}

/// What is not said is written as an empty field, as many clients do.
fn v2_fields(ask: &Ask) -> Vec<(&'static str, String)> {
    let mut pairs = Vec::new();
    let mut set = |name, value: Option<&str>| pairs.push((name, value.unwrap_or_default().to_owned()));
    let fen = |amount: Amount| amount.fen().to_string();
    match ask {
        Ask::Pay(pay) => {
            set("out_trade_no", Some(&pay.order_no));
            set("total_fee", Some(&fen(pay.amount)));
            set("body", Some(&pay.subject));
            set("auth_code", Some(pay.payment_code.as_str()));
            set("spbill_create_ip", Some("127.0.0.1"));
            set("time_expire", pay.expires.map(WallTime::compact).as_deref());
            set("attach", pay.attach.as_deref());
            set("device_info", pay.device.as_deref());
        }
        Ask::Make(make) => {
            set("out_trade_no", Some(&make.order_no));
            set("total_fee", Some(&fen(make.amount)));
            set("body", Some(&make.subject));
            set("trade_type", Some("NATIVE"));
            set("notify_url", make.notify_url.as_deref());
            set("time_expire", make.expires.map(WallTime::compact).as_deref());
            set("attach", make.attach.as_deref());
            set("device_info", make.device.as_deref());
        }
        Ask::Refund(refund) => {
            set("out_refund_no", Some(&refund.refund_no));
            set("refund_fee", Some(&fen(refund.amount)));
            set("total_fee", Some(&refund.total.map_or_else(|| "1850".to_owned(), fen)));
            set("refund_desc", refund.reason.as_deref());
            set("notify_url", refund.notify_url.as_deref());
        }
        Ask::RefundQuery(refund) => {
            set("out_refund_no", refund.refund_no.as_deref());
            set("refund_id", refund.refund_id.as_deref());
        }
        Ask::Bill { day } => {
            set("bill_date", Some(&day.compact()));
            set("bill_type", Some("ALL"));
        }
        _ => {}
    }
    if let Some((name, number)) = order_of(ask).map(v2_order) {
        set(name, Some(number));
    }
    pairs
}

/// The order that an ask is about, where it makes none.
fn order_of(ask: &Ask) -> Option<&OrderRef> {
    match ask {
        Ask::Query(order) | Ask::Reverse(order) | Ask::Close(order) => Some(order),
        Ask::Refund(refund) => Some(&refund.order),
        Ask::RefundQuery(refund) => refund.order.as_ref(),
        _ => None,
    }
}

fn v2_order(order: &OrderRef) -> (&'static str, &str) {
    match order {
        OrderRef::OrderNo(number) => ("out_trade_no", number),
        OrderRef::TransactionId(id) => ("transaction_id", id),
    }
}

pub(crate) fn wechat_v3(ask: &Ask, key: &PrivateKey, signed_at: WallTime) -> Written {
    let (method, target, body) = v3_parts(ask);
    let body = body.map_or_else(Vec::new, |body| body.to_string().into_bytes());
    sealed_v3(method, target, body, key, signed_at)
}

/// Signs whatever it is.
pub(crate) fn sealed_v3(
    method: &'static str,
    target: String,
    body: Vec<u8>,
    key: &PrivateKey,
    signed_at: WallTime,
) -> Written {
    let timestamp = signed_at.unix_s();
    let mut message = format!("{method}\n{target}\n{timestamp}\nn1\n").into_bytes();
    message.extend_from_slice(&body);
    message.push(b'\n');
    let signature = key.sign(&message);
    let authorization = format!(
        "WECHATPAY2-SHA256-RSA2048 mchid=\"1900000109\",nonce_str=\"n1\",signature=\"{signature}\",\
         timestamp=\"{timestamp}\",serial_no=\"{MERCHANT_SERIAL}\""
    );
    let headers = [
        ("Authorization", authorization.as_str()),
        ("Content-Type", "application/json"),
        ("Wechatpay-Serial", PUBLIC_KEY_ID),
    ];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    Written { method, target, headers, body }
}

fn v3_parts(ask: &Ask) -> (&'static str, String, Option<Value>) {
    let mut named = json!({ "appid": "wxd930ea5d5a258f4f", "mchid": "1900000109" });
    let mut posted = |target: String, rest: Value| {
        named.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        ("POST", target, Some(named.clone()))
    };
    match ask {
        Ask::Pay(pay) => {
            let mut rest = json!({
                "out_trade_no": pay.order_no, "description": pay.subject, "attach": pay.attach,
                "amount": { "total": pay.amount.fen(), "currency": "CNY" },
                "payer": { "auth_code": pay.payment_code.as_str() }, "scene_info": { "device_id": pay.device },
            });
            set_moment(&mut rest, pay.expires);
            posted("/v3/pay/transactions/codepay".to_owned(), rest)
        }
        Ask::Make(make) => {
            let mut rest = json!({
                "out_trade_no": make.order_no, "description": make.subject, "attach": make.attach,
                "amount": { "total": make.amount.fen() }, "notify_url": make.notify_url,
                "scene_info": { "device_id": make.device },
            });
            set_moment(&mut rest, make.expires);
            posted("/v3/pay/transactions/native".to_owned(), rest)
        }
        Ask::Query(OrderRef::OrderNo(number)) => {
            ("GET", format!("/v3/pay/transactions/out-trade-no/{number}?mchid=1900000109"), None)
        }
        Ask::Query(OrderRef::TransactionId(id)) => {
            ("GET", format!("/v3/pay/transactions/id/{id}?mchid=1900000109"), None)
        }
        Ask::Reverse(order) => posted(
            format!("/v3/pay/transactions/out-trade-no/{}/reverse", order.order_no().unwrap()),
            json!({}),
        ),
        Ask::Close(order) => posted(
            format!("/v3/pay/transactions/out-trade-no/{}/close", order.order_no().unwrap()),
            json!({}),
        ),
        Ask::Refund(refund) => {
            let (name, number) = v2_order(&refund.order);
            let total = refund.total.map_or(1850, Amount::fen);
            let rest = json!({
                name: number, "out_refund_no": refund.refund_no, "reason": refund.reason,
                "notify_url": refund.notify_url,
                "amount": { "refund": refund.amount.fen(), "total": total, "currency": "CNY" },
            });
            posted("/v3/refund/domestic/refunds".to_owned(), rest)
        }
        Ask::RefundQuery(refund) => {
            ("GET", format!("/v3/refund/domestic/refunds/{}", refund.refund_no.as_deref().unwrap()), None)
        }
        Ask::Bill { day } => {
            ("GET", format!("/v3/bill/tradebill?bill_date={}&bill_type=ALL", day.dashed()), None)
        }
        Ask::BillFile { token } => ("GET", format!("/v3/billdownload/file?token={token}"), None),
        Ask::Certificates => ("GET", "/v3/certificates".to_owned(), None),
        Ask::SandboxKey | Ask::Hold(_) => panic!("not in this dialect"),
    }
}

fn set_moment(body: &mut Value, moment: Option<WallTime>) {
    if let Some(moment) = moment {
        body.as_object_mut().unwrap().insert("time_expire".to_owned(), moment.rfc3339().into());
    }
}

pub(crate) fn alipay_gateway(ask: &Ask, key: &PrivateKey) -> Written {
    let (content, notify_url) = alipay_parts(ask);
    sealed_gateway(alipay_method(ask), content.to_string().as_bytes(), notify_url.as_deref(), "utf-8", key)
}

/// Signs whatever it is. The charset goes into the query, all else into the body, as the official clients do.
pub(crate) fn sealed_gateway(
    method: &str,
    content: &[u8],
    notify_url: Option<&str>,
    charset: &str,
    key: &PrivateKey,
) -> Written {
    let mut pairs: Vec<(&str, &[u8])> = vec![
        ("app_id", b"2021000000000001"),
        ("biz_content", content),
        ("charset", charset.as_bytes()),
        ("method", method.as_bytes()),
        ("sign_type", b"RSA2"),
        ("timestamp", b"2026-01-02 03:04:05"),
        ("version", b"1.0"),
    ];
    pairs.extend(notify_url.map(|url| ("notify_url", url.as_bytes())));
    pairs.sort_unstable();
    let message: Vec<Vec<u8>> =
        pairs.iter().map(|(name, value)| [name.as_bytes(), b"=", value].concat()).collect();
    let signature = key.sign(&message.join(b"&".as_slice()));
    pairs.push(("sign", signature.as_bytes()));
    let form: Vec<String> =
        pairs.iter().map(|(name, value)| format!("{name}={}", all_escaped(value))).collect();
    Written {
        method: "POST",
        target: format!("/gateway.do?charset={charset}"),
        headers: vec![(
            "content-type".to_owned(),
            "application/x-www-form-urlencoded;charset=utf-8".to_owned(),
        )],
        body: form.join("&").into_bytes(),
    }
}

fn all_escaped(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("%{byte:02X}")).collect()
}

fn alipay_method(ask: &Ask) -> &'static str {
    match ask {
        Ask::Pay(_) => "alipay.trade.pay",
        Ask::Make(_) => "alipay.trade.precreate",
        Ask::Query(_) => "alipay.trade.query",
        Ask::Reverse(_) => "alipay.trade.cancel",
        Ask::Close(_) => "alipay.trade.close",
        Ask::Refund(_) => "alipay.trade.refund",
        Ask::RefundQuery(_) => "alipay.trade.fastpay.refund.query",
        Ask::Bill { .. } => "alipay.data.dataservice.bill.downloadurl.query",
        Ask::Hold(Hold::Make(_)) => "alipay.fund.auth.order.voucher.create",
        Ask::Hold(Hold::Query { .. }) => "alipay.fund.auth.operation.detail.query",
        Ask::Hold(Hold::Cancel(_)) => "alipay.fund.auth.operation.cancel",
        Ask::Hold(Hold::Unfreeze(_)) => "alipay.fund.auth.order.unfreeze",
        Ask::BillFile { .. } | Ask::Certificates | Ask::SandboxKey => panic!("not in this dialect"),
    }
}

/// The body, and where the notification goes.
fn alipay_parts(ask: &Ask) -> (Value, Option<String>) {
    let mut body = Map::new();
    let mut set = |name: &str, value: Option<String>| {
        body.extend(value.map(|value| (name.to_owned(), value.into())));
    };
    let mut notify = None;
    match ask {
        Ask::Pay(pay) => {
            set("scene", Some("bar_code".to_owned()));
            set("out_trade_no", Some(pay.order_no.clone()));
            set("subject", Some(pay.subject.clone()));
            set("auth_code", Some(pay.payment_code.as_str().to_owned()));
            set("total_amount", Some(pay.amount.yuan().to_string()));
            set("time_expire", pay.expires.map(WallTime::dashed));
            set("passback_params", pay.attach.clone());
            set("terminal_id", pay.device.clone());
            notify.clone_from(&pay.notify_url);
        }
        Ask::Make(make) => {
            set("out_trade_no", Some(make.order_no.clone()));
            set("subject", Some(make.subject.clone()));
            set("total_amount", Some(make.amount.yuan().to_string()));
            set("time_expire", make.expires.map(WallTime::dashed));
            set("passback_params", make.attach.clone());
            set("terminal_id", make.device.clone());
            notify.clone_from(&make.notify_url);
        }
        Ask::Refund(refund) => {
            set("out_request_no", Some(refund.refund_no.clone()));
            set("refund_amount", Some(refund.amount.yuan().to_string()));
            set("refund_reason", refund.reason.clone());
            notify.clone_from(&refund.notify_url);
        }
        Ask::RefundQuery(refund) => set("out_request_no", refund.refund_no.clone()),
        Ask::Bill { day } => {
            set("bill_type", Some("trade".to_owned()));
            set("bill_date", Some(day.dashed()));
        }
        Ask::Hold(Hold::Make(make)) => {
            set("out_order_no", Some(make.order_no.clone()));
            set("out_request_no", make.attach.clone());
            set("order_title", Some(make.subject.clone()));
            set("amount", Some(make.amount.yuan().to_string()));
            notify.clone_from(&make.notify_url);
        }
        Ask::Hold(Hold::Query { hold, operation }) => {
            let (name, number) = alipay_hold(hold);
            set(name, Some(number));
            match operation {
                Operation::RequestNo(number) => set("out_request_no", Some(number.clone())),
                Operation::Id(id) => set("operation_id", Some(id.clone())),
            }
        }
        Ask::Hold(Hold::Cancel(hold)) => {
            let (name, number) = alipay_hold(hold);
            set(name, Some(number));
            set("remark", Some("cancelled".to_owned()));
        }
        Ask::Hold(Hold::Unfreeze(refund)) => {
            let (name, number) = alipay_hold(&refund.order);
            set(name, Some(number));
            set("out_request_no", Some(refund.refund_no.clone()));
            set("amount", Some(refund.amount.yuan().to_string()));
            set("remark", refund.reason.clone());
        }
        _ => {}
    }
    if let Some((name, number)) = order_of(ask).map(alipay_order) {
        set(name, Some(number));
    }
    (body.into(), notify)
}

fn alipay_hold(hold: &OrderRef) -> (&'static str, String) {
    match hold {
        OrderRef::OrderNo(number) => ("out_order_no", number.clone()),
        OrderRef::TransactionId(id) => ("auth_no", id.clone()),
    }
}

fn alipay_order(order: &OrderRef) -> (&'static str, String) {
    match order {
        OrderRef::OrderNo(number) => ("out_trade_no", number.clone()),
        OrderRef::TransactionId(id) => ("trade_no", id.clone()),
    }
}

pub(crate) fn alipay_v3(ask: &Ask, key: &PrivateKey, signed_at: WallTime) -> Written {
    let (mut body, notify_url) = alipay_parts(ask);
    let path = format!("/v3/{}", alipay_method(ask).replace('.', "/"));
    if let Ask::Bill { day } = ask {
        let target = format!("{path}?bill_type=trade&bill_date={}", day.dashed());
        return sealed_alipay_v3("GET", target, Vec::new(), key, signed_at);
    }
    if let Some(notify_url) = notify_url {
        body.as_object_mut().unwrap().insert("notify_url".to_owned(), notify_url.into());
    }
    sealed_alipay_v3("POST", path, body.to_string().into_bytes(), key, signed_at)
}

/// Signs whatever it is.
pub(crate) fn sealed_alipay_v3(
    method: &'static str,
    target: String,
    body: Vec<u8>,
    key: &PrivateKey,
    signed_at: WallTime,
) -> Written {
    let named = format!("app_id=2021000000000001,nonce=n1,timestamp={}", signed_at.unix_s() * 1000);
    let mut message = format!("{named}\n{method}\n{target}\n").into_bytes();
    message.extend_from_slice(&body);
    message.push(b'\n');
    let authorization = format!("ALIPAY-SHA256withRSA {named},sign={}", key.sign(&message));
    let headers = vec![
        ("authorization".to_owned(), authorization),
        ("content-type".to_owned(), "application/json".to_owned()),
    ];
    Written { method, target, headers, body }
}
