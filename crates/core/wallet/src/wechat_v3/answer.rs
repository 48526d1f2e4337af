//! A decision in the words of WeChat Pay v3.
//!
//! Source: WeChat Pay v3, the answers of each call; `TIMESTAMP\nNONCE\nBODY\n` under the platform's key in headers. A
//! payment whose payer is still typing says `trade_state` and nothing else. *Not modelled:* promotions, the bank that
//! paid (`OTHERS`), refunds to other accounts.

use serde_json::{Map, Value, json};
use sha1::{Digest, Sha1};

use crate::exchange::HttpAnswer;
use crate::keys::{MerchantKeys, WeChatMerchant, WeChatPlatform};
use crate::messages::TradeState;
use crate::platform::Stamp;
use crate::told::{Bill, OrderTold, RefundState, RefundTold, Refusal, Told};
use crate::wechat_v2::answer::trade_type;
use crate::wechat_v2::{bill, words as v2_words};
use crate::wechat_v3::{Call, Manner, words};
use crate::{cipher, gzip};

const JSON: &str = "application/json; charset=utf-8";

/// Puts a decision into words, signed.
pub(crate) fn answer(
    merchants: &[MerchantKeys],
    platform: &WeChatPlatform,
    manner: &Manner,
    told: &Told,
    stamp: Stamp,
) -> HttpAnswer {
    let merchant = manner.merchant.and_then(|place| merchants.get(place)).map(|merchant| &merchant.wechat);
    let body = match (told, merchant) {
        (Told::Refused { why, .. }, _) => Err(*why),
        (_, None) => Err(Refusal::Busy),
        (Told::Bill(told), Some(merchant)) if manner.call == Some(Call::BillFile) => {
            return bill_file(merchant, manner, told);
        }
        (told, Some(merchant)) => Teller { merchant, platform, manner, stamp }.body(told),
    };
    let (status, body) = match body {
        Ok(Value::Null) => (204, Vec::new()),
        Ok(body) => (200, body.to_string().into_bytes()),
        Err(why) => (
            words::word(why, manner.call.as_ref()).status,
            refusal(why, manner.call.as_ref()).to_string().into_bytes(),
        ),
    };
    signed(status, body, platform, manner.wanted_serial.as_deref(), stamp)
}

struct Teller<'a> {
    merchant: &'a WeChatMerchant,
    platform: &'a WeChatPlatform,
    manner: &'a Manner,
    stamp: Stamp,
}

impl Teller<'_> {
    fn body(&self, told: &Told) -> Result<Value, Refusal> {
        Ok(match told {
            Told::Order(order) if self.manner.call == Some(Call::CodePay) => {
                match order.state.refusal_to_pay() {
                    None => self.order(order),
                    Some(Refusal::PayerPaying) => json!({ "trade_state": TradeState::UserPaying.as_str() }),
                    Some(why) => return Err(why),
                }
            }
            Told::Order(order) => self.order(order),
            Told::Made { code_url, .. } => json!({ "code_url": code_url }),
            Told::Reversed(reversed) => {
                let mut body = self.named();
                body.insert("out_trade_no".to_owned(), reversed.order_no.as_str().into());
                body.into()
            }
            Told::Closed { .. } => Value::Null,
            Told::Refunded(told) => refund(told),
            Told::Refunds(told) => refund(told.first().ok_or(Refusal::NoSuchRefund)?),
            Told::Bill(told) => self.bill_address(told),
            Told::Certificates => self.certificates(),
            Told::SandboxKey => return Err(Refusal::NoSuchCall),
            Told::Refused { why, .. } => return Err(*why),
        })
    }

    /// Whom an answer is for: a partner's names are others.
    fn named(&self) -> Map<String, Value> {
        named(
            &self.merchant.app_id,
            &self.merchant.mch_id,
            self.manner.is_partner,
            self.manner.sub_merchant.as_deref(),
        )
    }

    fn order(&self, told: &OrderTold) -> Value {
        let mut body = self.named();
        order(&mut body, told, self.manner.is_partner);
        body.into()
    }

    fn bill_address(&self, told: &Bill) -> Value {
        let text = bill::text(self.merchant, told);
        let digest = Sha1::digest(text.as_bytes());
        let hash: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        let packed = if self.manner.packed { "&tartype=gzip" } else { "" };
        let address = format!("{}{packed}", told.address);
        json!({ "hash_type": "SHA1", "hash_value": hash, "download_url": address })
    }

    fn certificates(&self) -> Value {
        let certificate = &self.platform.certificate;
        let nonce = cipher::short_nonce(self.stamp.nonce);
        let sealed =
            cipher::seal(&self.merchant.api_v3_key.0, &nonce, "certificate", certificate.pem.as_bytes());
        json!({ "data": [{
            "serial_no": certificate.serial,
            "effective_time": certificate.effective.rfc3339(),
            "expire_time": certificate.expires.rfc3339(),
            "encrypt_certificate": {
                "algorithm": "AEAD_AES_256_GCM",
                "nonce": nonce,
                "associated_data": "certificate",
                "ciphertext": sealed,
            },
        }] })
    }
}

/// Whom a message is about.
pub(crate) fn named(
    app_id: &str,
    mch_id: &str,
    is_partner: bool,
    sub_merchant: Option<&str>,
) -> Map<String, Value> {
    let mut body = Map::new();
    let names = if is_partner { ("sp_appid", "sp_mchid") } else { ("appid", "mchid") };
    body.insert(names.0.to_owned(), app_id.into());
    body.insert(names.1.to_owned(), mch_id.into());
    if let Some(sub_merchant) = sub_merchant.filter(|_| is_partner) {
        body.insert("sub_mchid".to_owned(), sub_merchant.into());
    }
    body
}

/// What answers and notices say of an order.
pub(crate) fn order(body: &mut Map<String, Value>, order: &OrderTold, is_partner: bool) {
    let mut set = |key: &str, value: Value| body.insert(key.to_owned(), value);
    set("out_trade_no", order.order_no.as_str().into());
    set("trade_state", order.state.trade_state().as_str().into());
    set("trade_state_desc", v2_words::trade_state_text(order.state).into());
    if let Some(attach) = &order.attach {
        set("attach", attach.as_str().into());
    }
    if let Some(payment) = order.payment.as_ref().filter(|_| order.state.is_paid()) {
        let open_id = if is_partner { "sp_openid" } else { "openid" };
        let fen = order.amount.fen();
        set("transaction_id", payment.transaction_id.as_str().into());
        set("trade_type", trade_type(order.kind).into());
        set("bank_type", "OTHERS".into());
        set("success_time", payment.paid_at.rfc3339().into());
        set("payer", json!({ open_id: payment.buyer_id }));
        set(
            "amount",
            json!({ "total": fen, "payer_total": fen, "currency": "CNY", "payer_currency": "CNY" }),
        );
    }
}

fn refund(told: &RefundTold) -> Value {
    let mut body = json!({
        "refund_id": told.refund_id,
        "out_refund_no": told.refund_no,
        "transaction_id": told.transaction_id,
        "out_trade_no": told.order_no,
        "channel": "ORIGINAL",
        "user_received_account": v2_words::RECEIVING_ACCOUNT,
        "create_time": told.asked_at.rfc3339(),
        "status": refund_status(told.state),
        "funds_account": "AVAILABLE",
        "amount": {
            "total": told.total.fen(),
            "refund": told.amount.fen(),
            "from": [],
            "payer_total": told.total.fen(),
            "payer_refund": told.amount.fen(),
            "settlement_refund": told.amount.fen(),
            "settlement_total": told.total.fen(),
            "discount_refund": 0,
            "currency": "CNY",
        },
    });
    if let (Some(done_at), Some(body)) = (told.done_at, body.as_object_mut()) {
        body.insert("success_time".to_owned(), done_at.rfc3339().into());
    }
    body
}

/// Source: WeChat Pay v3, `status` of a refund.
pub(crate) const fn refund_status(state: RefundState) -> &'static str {
    match state {
        RefundState::Done => "SUCCESS",
        RefundState::Processing => "PROCESSING",
        RefundState::Closed => "CLOSED",
        RefundState::Abnormal => "ABNORMAL",
    }
}

fn refusal(why: Refusal, call: Option<&Call>) -> Value {
    let word = words::word(why, call);
    match why {
        Refusal::WrongParameter(name) => {
            json!({ "code": word.code, "message": word.text, "detail": place(name, call) })
        }
        _ => json!({ "code": word.code, "message": word.text }),
    }
}

/// Where a parameter stands. Source: WeChat Pay v3, "Errors": in a body `field` is a JSON pointer, elsewhere a name; that
/// a path is called `uri_template` is from what an open client was answered.
fn place(name: &str, call: Option<&Call>) -> Value {
    let location = match (call, name) {
        (Some(Call::QueryByNumber(_) | Call::Close(_) | Call::Reverse(_)), "out_trade_no")
        | (Some(Call::QueryById(_)), "transaction_id")
        | (Some(Call::RefundQuery(_)), "out_refund_no") => "uri_template",
        (
            Some(
                Call::QueryByNumber(_)
                | Call::QueryById(_)
                | Call::RefundQuery(_)
                | Call::TradeBill
                | Call::BillFile,
            ),
            _,
        ) => "query",
        _ => return json!({ "field": format!("/{}", name.replace('.', "/")), "location": "body" }),
    };
    json!({ "field": name, "location": location })
}

/// A file is not signed.
fn bill_file(merchant: &WeChatMerchant, manner: &Manner, told: &Bill) -> HttpAnswer {
    let text = bill::text(merchant, told).into_bytes();
    if manner.packed {
        HttpAnswer::new(200, "application/x-gzip", gzip::stored(&text))
    } else {
        HttpAnswer::new(200, "text/plain; charset=utf-8", text)
    }
}

/// The merchant names what it verifies with; a name that the platform does not know, or none, means the certificate.
fn signed(
    status: u16,
    body: Vec<u8>,
    platform: &WeChatPlatform,
    wanted_serial: Option<&str>,
    stamp: Stamp,
) -> HttpAnswer {
    let by_public_key = wanted_serial.is_some_and(|wanted| wanted == platform.public_key_id);
    let serial = if by_public_key { &platform.public_key_id } else { &platform.certificate.serial };
    let headers = signature_headers(&body, &platform.private_key, serial, stamp);
    let content_type = if body.is_empty() { "" } else { JSON };
    let mut answer = HttpAnswer::new(status, content_type, body);
    answer.headers = headers;
    answer.headers.push(("Request-ID", cipher::nonce_text(stamp.nonce)));
    answer
}

/// What signs a body in headers, in answers and in notices.
pub(crate) fn signature_headers(
    body: &[u8],
    key: &crate::rsa_key::PrivateKey,
    serial: &str,
    stamp: Stamp,
) -> Vec<(&'static str, String)> {
    let (timestamp, nonce) = (stamp.now.unix_s().to_string(), cipher::nonce_text(stamp.nonce));
    let mut message = format!("{timestamp}\n{nonce}\n").into_bytes();
    message.extend_from_slice(body);
    message.push(b'\n');
    vec![
        ("Wechatpay-Signature", key.sign(&message)),
        ("Wechatpay-Timestamp", timestamp),
        ("Wechatpay-Nonce", nonce),
        ("Wechatpay-Serial", serial.to_owned()),
        ("Wechatpay-Signature-Type", "WECHATPAY2-SHA256-RSA2048".to_owned()),
    ]
}
