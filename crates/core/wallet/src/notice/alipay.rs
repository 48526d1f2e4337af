//! Notices of Alipay: a form, signed over all of it but `sign` and `sign_type`.
//!
//! Source: Alipay, "Asynchronous notices" of the trade interface. A refund is told as a notice of its order that says how
//! much went back. *Not modelled:* funding details, charsets other than UTF-8, splits.

use crate::alipay::answer::masked;
use crate::alipay::fund;
use crate::alipay::gateway::signed_bytes;
use crate::alipay::words::trade_status;
use crate::form;
use crate::moment::WallTime;
use crate::notice::{Notice, Post};
use crate::rsa_key::PrivateKey;
use crate::told::{OrderKind, OrderTold, RefundTold};

/// Who tells it.
pub(super) struct By<'a> {
    pub(super) app_id: &'a str,
    pub(super) seller_id: &'a str,
    pub(super) private_key: &'a PrivateKey,
    pub(super) notify_id: &'a str,
    pub(super) sent_at: WallTime,
}

/// The whole notice.
pub(super) fn write(by: &By<'_>, notice: &Notice) -> Post {
    let mut pairs = Pairs::default();
    for (name, value) in [
        ("notify_time", by.sent_at.dashed().as_str()),
        ("notify_type", notify_type(notice)),
        ("notify_id", by.notify_id),
        ("charset", "utf-8"),
        ("version", "1.0"),
        ("app_id", by.app_id),
        ("auth_app_id", by.app_id),
        ("seller_id", by.seller_id),
    ] {
        pairs.set(name, value);
    }
    match notice {
        Notice::Order(told) if told.kind == OrderKind::Hold => {
            fund::noticed(told).iter().for_each(|(name, value)| pairs.set(name, value));
        }
        Notice::Order(told) => order(&mut pairs, told),
        Notice::Refund(told) => refund(&mut pairs, told),
    }
    pairs.0.sort();
    let signature = by.private_key.sign(&signed_bytes(pairs.0.iter()));
    let mut body = Vec::new();
    for (name, value) in &pairs.0 {
        form::write(&mut body, name, value);
    }
    form::write(&mut body, "sign_type", b"RSA2");
    form::write(&mut body, "sign", signature.as_bytes());
    Post { content_type: "application/x-www-form-urlencoded; charset=utf-8", headers: Vec::new(), body }
}

/// Which of Alipay's products tells it.
const fn notify_type(notice: &Notice) -> &'static str {
    match notice {
        Notice::Order(OrderTold { kind: OrderKind::Hold, .. }) => "fund_auth_freeze",
        Notice::Order(_) | Notice::Refund(_) => "trade_status_sync",
    }
}

#[derive(Default)]
struct Pairs(Vec<form::Pair>);

impl Pairs {
    /// An empty value does not count and is left out.
    fn set(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.0.push((name.to_owned(), value.into()));
        }
    }
}

fn order(pairs: &mut Pairs, told: &OrderTold) {
    let amount = told.amount.yuan().to_string();
    pairs.set("out_trade_no", &told.order_no);
    pairs.set("trade_status", trade_status(told));
    pairs.set("subject", &told.subject);
    pairs.set("total_amount", &amount);
    pairs.set("passback_params", told.attach.as_deref().unwrap_or_default());
    if let Some(payment) = &told.payment {
        pairs.set("trade_no", &payment.transaction_id);
        pairs.set("buyer_id", &payment.buyer_id);
        pairs.set("buyer_logon_id", &masked(&payment.buyer_id));
        pairs.set("gmt_create", &payment.paid_at.dashed());
        pairs.set("gmt_payment", &payment.paid_at.dashed());
        for name in ["receipt_amount", "invoice_amount", "buyer_pay_amount"] {
            pairs.set(name, &amount);
        }
        pairs.set("point_amount", "0.00");
        pairs.set("fund_bill_list", &format!(r#"[{{"amount":"{amount}","fundChannel":"ALIPAYACCOUNT"}}]"#));
    }
}

/// All of it gone closes the order.
fn refund(pairs: &mut Pairs, told: &RefundTold) {
    let is_all = told.refunded_so_far >= told.total;
    pairs.set("out_trade_no", &told.order_no);
    pairs.set("trade_no", &told.transaction_id);
    pairs.set("trade_status", if is_all { "TRADE_CLOSED" } else { "TRADE_SUCCESS" });
    pairs.set("total_amount", &told.total.yuan().to_string());
    pairs.set("buyer_id", &told.buyer_id);
    pairs.set("out_biz_no", &told.refund_no);
    pairs.set("refund_fee", &told.refunded_so_far.yuan().to_string());
    if let Some(done_at) = told.done_at {
        pairs.set("gmt_refund", &done_at.dashed());
    }
}
