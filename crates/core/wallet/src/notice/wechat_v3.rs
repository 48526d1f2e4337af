//! Notices of WeChat Pay v3: JSON around a sealed resource, signed in headers like an answer.
//!
//! Source: WeChat Pay v3, "Notifications": `TRANSACTION.SUCCESS`, `REFUND.SUCCESS`, `.ABNORMAL`, `.CLOSED`; there is no
//! other event, so that what is none of these is not told. The time of creation is when the thing happened, that of the
//! signature is the sender's. *Not modelled:* partners.

use serde_json::{Value, json};

use crate::cipher;
use crate::keys::ApiV3Key;
use crate::notice::{Notice, Post};
use crate::platform::Stamp;
use crate::rsa_key::PrivateKey;
use crate::told::{OrderTold, RefundState, RefundTold};
use crate::wechat_v2::words::RECEIVING_ACCOUNT;
use crate::wechat_v3::answer::{self, refund_status, signature_headers};

/// Who tells it.
pub(super) struct By<'a> {
    pub(super) app_id: &'a str,
    pub(super) mch_id: &'a str,
    pub(super) private_key: &'a PrivateKey,
    pub(super) serial: &'a str,
    pub(super) api_v3_key: &'a ApiV3Key,
    pub(super) stamp: Stamp,
    pub(super) id: &'a str,
}

/// The whole notice; `None` for an order that is not paid, and for a refund that is not over.
pub(super) fn write(by: &By<'_>, notice: &Notice) -> Option<Post> {
    let (kind, event, summary, resource, at) = match notice {
        Notice::Order(told) if !told.state.is_paid() => return None,
        Notice::Order(told) => {
            let at = told.payment.as_ref().map_or(by.stamp.now, |payment| payment.paid_at);
            ("transaction", "TRANSACTION.SUCCESS", "支付成功", order(by, told), at)
        }
        Notice::Refund(told) => {
            let (event, summary) = refund_event(told.state)?;
            ("refund", event, summary, refund(by, told), told.done_at.unwrap_or(by.stamp.now))
        }
    };
    let nonce = cipher::short_nonce(by.stamp.nonce);
    let sealed = cipher::seal(&by.api_v3_key.0, &nonce, kind, resource.to_string().as_bytes());
    let body = json!({
        "id": by.id,
        "create_time": at.rfc3339(),
        "resource_type": "encrypt-resource",
        "event_type": event,
        "summary": summary,
        "resource": {
            "original_type": kind,
            "algorithm": "AEAD_AES_256_GCM",
            "ciphertext": sealed,
            "associated_data": kind,
            "nonce": nonce,
        },
    });
    let body = body.to_string().into_bytes();
    let headers = signature_headers(&body, by.private_key, by.serial, by.stamp);
    Some(Post { content_type: "application/json; charset=utf-8", headers, body })
}

fn order(by: &By<'_>, told: &OrderTold) -> Value {
    let mut body = answer::named(by.app_id, by.mch_id, false, None);
    answer::order(&mut body, told, false);
    body.into()
}

fn refund(by: &By<'_>, told: &RefundTold) -> Value {
    let mut body = json!({
        "mchid": by.mch_id,
        "out_trade_no": told.order_no,
        "transaction_id": told.transaction_id,
        "out_refund_no": told.refund_no,
        "refund_id": told.refund_id,
        "refund_status": refund_status(told.state),
        "user_received_account": RECEIVING_ACCOUNT,
        "amount": {
            "total": told.total.fen(),
            "refund": told.amount.fen(),
            "payer_total": told.total.fen(),
            "payer_refund": told.amount.fen(),
        },
    });
    if let (Some(done_at), Some(body)) = (told.done_at, body.as_object_mut()) {
        body.insert("success_time".to_owned(), done_at.rfc3339().into());
    }
    body
}

const fn refund_event(state: RefundState) -> Option<(&'static str, &'static str)> {
    match state {
        RefundState::Processing => None,
        RefundState::Done => Some(("REFUND.SUCCESS", "退款成功")),
        RefundState::Abnormal => Some(("REFUND.ABNORMAL", "退款异常")),
        RefundState::Closed => Some(("REFUND.CLOSED", "退款关闭")),
    }
}
