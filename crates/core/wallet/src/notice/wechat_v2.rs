//! Notices of WeChat Pay v2: a payment is signed, a refund is hidden.
//!
//! Source: WeChat Pay v2, "Payment notice" and "Refund notice": `req_info` is AES-256-ECB under the MD5 of the key, of a
//! document called `root`. *Not modelled:* notices of payments that failed say `PAYERROR` and nothing about why.

use crate::cipher;
use crate::notice::{Notice, Post};
use crate::sign::{self, ApiKey, SignType};
use crate::told::{OrderTold, RefundTold};
use crate::wechat_v2::answer::{payment, refund_status};
use crate::wechat_v2::words::RECEIVING_ACCOUNT;
use crate::xml::{self, Fields};

/// Who tells it.
pub(super) struct By<'a> {
    pub(super) app_id: &'a str,
    pub(super) mch_id: &'a str,
    pub(super) api_key: &'a ApiKey,
    pub(super) sign_type: SignType,
    pub(super) nonce: u128,
}

/// The whole notice.
pub(super) fn write(by: &By<'_>, notice: &Notice) -> Post {
    let mut fields = Fields::default();
    fields.set("return_code", "SUCCESS");
    fields.set("appid", by.app_id);
    fields.set("mch_id", by.mch_id);
    fields.set("nonce_str", &cipher::nonce_text(by.nonce));
    match notice {
        Notice::Order(told) => order(&mut fields, by, told),
        Notice::Refund(told) => {
            let mut hidden = Vec::new();
            xml::write_as("root", &refund(told), &mut hidden);
            fields.set("req_info", &cipher::scramble(&by.api_key.refund_notice_key(), &hidden));
        }
    }
    let mut body = Vec::new();
    xml::write(&fields, &mut body);
    Post { content_type: "text/xml; charset=utf-8", headers: Vec::new(), body }
}

fn order(fields: &mut Fields, by: &By<'_>, told: &OrderTold) {
    if by.sign_type != SignType::Md5 {
        fields.set("sign_type", by.sign_type.as_str());
    }
    let paid = told.state.is_paid();
    fields.set("result_code", if paid { "SUCCESS" } else { "FAIL" });
    if !paid {
        fields.set("err_code", "PAYERROR");
    }
    payment(fields, told);
    fields.set("out_trade_no", &told.order_no);
    for (key, value) in [("attach", &told.attach), ("device_info", &told.device)] {
        if let Some(value) = value {
            fields.set(key, value);
        }
    }
    let signature = sign::sign(fields, by.api_key, by.sign_type);
    fields.set("sign", signature.as_str());
}

fn refund(told: &RefundTold) -> Fields {
    let mut fields = Fields::default();
    let (amount, total) = (told.amount.fen().to_string(), told.total.fen().to_string());
    for (key, value) in [
        ("out_refund_no", told.refund_no.as_str()),
        ("out_trade_no", &told.order_no),
        ("refund_account", "REFUND_SOURCE_UNSETTLED_FUNDS"),
        ("refund_fee", &amount),
        ("refund_id", &told.refund_id),
        ("refund_recv_accout", RECEIVING_ACCOUNT),
        ("refund_request_source", "API"),
        ("refund_status", refund_status(told.state)),
        ("settlement_refund_fee", &amount),
        ("settlement_total_fee", &total),
        ("total_fee", &total),
        ("transaction_id", &told.transaction_id),
    ] {
        fields.set(key, value);
    }
    if let Some(done_at) = told.done_at {
        fields.set("success_time", &done_at.dashed());
    }
    fields
}

/// Whether the merchant answered `return_code` SUCCESS.
pub(super) fn is_success(body: &[u8]) -> bool {
    let mut fields = Fields::default();
    fields.parse(body).is_ok() && fields.get("return_code") == Some("SUCCESS")
}
