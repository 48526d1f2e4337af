//! A decision in the words of Alipay, the same object in both dialects but for how failures are told.
//!
//! Source: Alipay's trade interface, the answers of each call. A refund that nobody knows is no failure of its query: the
//! answer is empty. *Not modelled:* discounts (the payer pays the amount), how it was funded (the balance), HTTP statuses
//! of v3 other than 200 for a payment whose payer is still typing, which no source names.

use serde_json::{Map, Value, json};

use crate::alipay::{Call, fund, words};
use crate::amount::Amount;
use crate::told::{OrderState, OrderTold, RefundState, RefundTold, Refusal, Reversed, Told, Undone};

type Object = Map<String, Value>;

/// The inner object of the gateway.
pub(crate) fn gateway_object(call: Option<Call>, told: &Told) -> Value {
    let mut object = Object::new();
    match said(call, told) {
        Ok((code, rest)) => {
            set(&mut object, "code", code);
            set(&mut object, "msg", words::message(code));
            object.extend(rest);
        }
        Err((why, again)) => {
            let word = words::word(why, call);
            set(&mut object, "code", word.code);
            set(&mut object, "msg", words::message(word.code));
            if word.code != "10003" {
                set(&mut object, "sub_code", word.sub_code);
                set(&mut object, "sub_msg", &words::text(why, word));
            }
            if call == Some(Call::Cancel) {
                set(&mut object, "retry_flag", if again { "Y" } else { "N" });
            }
        }
    }
    object.into()
}

/// Status and body of v3.
pub(crate) fn rest_object(call: Option<Call>, told: &Told) -> (u16, Value) {
    match said(call, told) {
        Ok((_, object)) => (200, object.into()),
        Err((why, _)) => {
            let word = words::word(why, call);
            (word.status, json!({ "code": in_v3(word.sub_code), "message": words::text(why, word) }))
        }
    }
}

/// What v3 calls a code of the gateway. Source: Alipay v3, `CommonErrorType`, and an answer `missing-timestamp` that an
/// open client was given: the public codes stand there without their prefix.
fn in_v3(sub_code: &'static str) -> &'static str {
    sub_code.strip_prefix("isv.").unwrap_or(sub_code)
}

/// The fields of what worked, with its `code`; or why it did not.
fn said(call: Option<Call>, told: &Told) -> Result<(&'static str, Object), (Refusal, bool)> {
    if call.is_some_and(Call::is_of_fund) {
        return fund::said(told).map(|object| ("10000", object));
    }
    let mut object = Object::new();
    match told {
        Told::Order(told) if call == Some(Call::Pay) => return paid(told).map_err(|why| (why, false)),
        Told::Order(told) => {
            order(&mut object, told);
            set(&mut object, "trade_status", words::trade_status(told));
        }
        Told::Made { order_no, code_url } => {
            set(&mut object, "out_trade_no", order_no);
            set(&mut object, "qr_code", code_url);
        }
        Told::Reversed(told) => reversed(&mut object, told),
        Told::Closed { order_no, transaction_id } => {
            set(&mut object, "out_trade_no", order_no);
            set_some(&mut object, "trade_no", transaction_id.as_deref());
        }
        Told::Refunded(told) => refunded(&mut object, told),
        Told::Refunds(told) => {
            if let Some(told) = told.first() {
                refund_state(&mut object, told);
            }
        }
        Told::Bill(told) => set(&mut object, "bill_download_url", &told.address),
        Told::Refused { why: Refusal::NoSuchRefund, .. } if call == Some(Call::RefundQuery) => {}
        Told::Refused { why, again } => return Err((*why, *again)),
        Told::Certificates | Told::SandboxKey => return Err((Refusal::NoSuchCall, false)),
    }
    Ok(("10000", object))
}

/// To a payment, 10000 only when it is paid, 10003 as long as the payer has to do something.
fn paid(told: &OrderTold) -> Result<(&'static str, Object), Refusal> {
    let code = match told.state.refusal_to_pay() {
        // The same payment asked for again.
        None | Some(Refusal::AlreadyPaid) => "10000",
        Some(Refusal::PayerPaying) => "10003",
        Some(why) => return Err(why),
    };
    let mut object = Object::new();
    order(&mut object, told);
    Ok((code, object))
}

fn order(object: &mut Object, told: &OrderTold) {
    let amount = told.amount.yuan().to_string();
    if let Some(payment) = &told.payment {
        set(object, "trade_no", &payment.transaction_id);
    }
    set(object, "out_trade_no", &told.order_no);
    set(object, "total_amount", &amount);
    if let Some(payment) = &told.payment {
        set(object, "buyer_logon_id", &masked(&payment.buyer_id));
        set(object, "buyer_user_id", &payment.buyer_id);
    }
    set_some(object, "terminal_id", told.device.as_deref());
    set_some(object, "passback_params", told.attach.as_deref());
    let paid = told.state.is_paid() || told.state == OrderState::Revoked;
    if let Some(payment) = told.payment.as_ref().filter(|_| paid) {
        for key in ["receipt_amount", "buyer_pay_amount", "invoice_amount"] {
            set(object, key, &amount);
        }
        set(object, "point_amount", "0.00");
        set(object, "gmt_payment", &payment.paid_at.dashed());
        set(object, "send_pay_date", &payment.paid_at.dashed());
        let funds = json!([{ "fund_channel": "ALIPAYACCOUNT", "amount": amount }]);
        object.insert("fund_bill_list".to_owned(), funds);
    }
}

fn reversed(object: &mut Object, told: &Reversed) {
    set_some(object, "trade_no", told.transaction_id.as_deref());
    set(object, "out_trade_no", &told.order_no);
    set(object, "retry_flag", "N");
    match told.undone {
        Undone::Nothing => {}
        Undone::Closed => set(object, "action", "close"),
        Undone::Refunded => set(object, "action", "refund"),
    }
}

/// `refund_fee` is what went back of this order so far; `send_back_fee` what this call moved.
fn refunded(object: &mut Object, told: &RefundTold) {
    let moved = if told.moved_now { told.amount } else { Amount::ZERO };
    set(object, "trade_no", &told.transaction_id);
    set(object, "out_trade_no", &told.order_no);
    set(object, "buyer_logon_id", &masked(&told.buyer_id));
    set(object, "buyer_user_id", &told.buyer_id);
    set(object, "fund_change", if told.moved_now { "Y" } else { "N" });
    set(object, "refund_fee", &told.refunded_so_far.yuan().to_string());
    set(object, "send_back_fee", &moved.yuan().to_string());
    if let Some(done_at) = told.done_at {
        set(object, "gmt_refund_pay", &done_at.dashed());
    }
}

/// Only a refund that is done has a status.
fn refund_state(object: &mut Object, told: &RefundTold) {
    set(object, "trade_no", &told.transaction_id);
    set(object, "out_trade_no", &told.order_no);
    set(object, "out_request_no", &told.refund_no);
    set_some(object, "refund_reason", told.reason.as_deref());
    set(object, "total_amount", &told.total.yuan().to_string());
    set(object, "refund_amount", &told.amount.yuan().to_string());
    if told.state == RefundState::Done {
        set(object, "refund_status", "REFUND_SUCCESS");
    }
    if let Some(done_at) = told.done_at {
        set(object, "gmt_refund_pay", &done_at.dashed());
    }
}

/// A payer's name as others may see it.
pub(crate) fn masked(buyer_id: &str) -> String {
    let head: String = buyer_id.chars().take(3).collect();
    format!("{head}****")
}

pub(super) fn set(object: &mut Object, key: &str, value: &str) {
    object.insert(key.to_owned(), value.into());
}

pub(super) fn set_some(object: &mut Object, key: &str, value: Option<&str>) {
    if let Some(value) = value {
        set(object, key, value);
    }
}
