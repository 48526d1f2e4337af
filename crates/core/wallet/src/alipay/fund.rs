//! Fund authorisation: money of a payer is frozen for the merchant, and let go again.
//!
//! Source: Alipay's fund interface: `alipay.fund.auth.order.voucher.create`, `.operation.detail.query`,
//! `.operation.cancel`, `.order.unfreeze`, their fields and the notice `fund_auth_freeze` as open clients and a recorded
//! notice have them; what a cancel says of an order that was never scanned is from memory. A hold is an order of its own
//! kind: `auth_no` is the platform's number of it, `out_request_no` the merchant's number of each operation on it.
//! *Not modelled:* freezing by payment code, adding to what is frozen, paying out of it (`alipay.trade.pay` with
//! `auth_no`), credit in the place of money, notices of what was let go, operations by `operation_type`, the number of the request in
//! the answer with the code.

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::alipay::answer::{masked, set, set_some};
use crate::alipay::{Call, after, order_no, required};
use crate::amount::Amount;
use crate::ask::{Ask, Hold, Make, Operation, OrderRef, Refund, filled};
use crate::json;
use crate::moment::WallTime;
use crate::told::{OrderState, OrderTold, RefundTold, Refusal, Told, Undone};

/// The fields of all bodies: each call looks at its own.
#[derive(Debug, Default, Deserialize)]
struct Body<'a> {
    out_order_no: Option<String>,
    auth_no: Option<String>,
    out_request_no: Option<String>,
    operation_id: Option<String>,
    order_title: Option<String>,
    pay_timeout: Option<String>,
    remark: Option<String>,
    notify_url: Option<String>,
    #[serde(borrow)]
    amount: Option<&'a RawValue>,
}

/// Reads the body of a call.
pub(super) fn ask(
    call: Call,
    bytes: &[u8],
    notify_url: Option<String>,
    now: WallTime,
) -> Result<Ask, Refusal> {
    let mut body: Body<'_> = json::read(bytes)?;
    body.notify_url = filled(body.notify_url).or_else(|| filled(notify_url));
    Ok(Ask::Hold(match call {
        Call::HoldCancel => Hold::Cancel(hold(body.auth_no, body.out_order_no)?),
        Call::Unfreeze => Hold::Unfreeze(unfreeze(body)?),
        Call::HoldQuery => {
            let operation = match (filled(body.operation_id), filled(body.out_request_no)) {
                (Some(id), _) => Operation::Id(id),
                (None, Some(number)) => Operation::RequestNo(number),
                (None, None) => return Err(Refusal::WrongParameter("out_request_no")),
            };
            Hold::Query { hold: hold(body.auth_no, body.out_order_no)?, operation }
        }
        _ => Hold::Make(make(body, now)?),
    }))
}

/// What queries and notices repeat of a hold is the number of the request that made it.
fn make(body: Body<'_>, now: WallTime) -> Result<Make, Refusal> {
    let expires = match filled(body.pay_timeout) {
        Some(text) => Some(after(&text, now).ok_or(Refusal::WrongParameter("pay_timeout"))?),
        None => None,
    };
    Ok(Make {
        order_no: number(body.out_order_no, "out_order_no")?,
        amount: json::yuan(body.amount, "amount")?,
        subject: required(body.order_title, "order_title")?,
        notify_url: body.notify_url,
        expires,
        attach: Some(number(body.out_request_no, "out_request_no")?),
        device: None,
    })
}

fn unfreeze(body: Body<'_>) -> Result<Refund, Refusal> {
    Ok(Refund {
        order: OrderRef::TransactionId(required(body.auth_no, "auth_no")?),
        refund_no: number(body.out_request_no, "out_request_no")?,
        amount: json::yuan(body.amount, "amount")?,
        total: None,
        reason: filled(body.remark),
        notify_url: body.notify_url,
    })
}

fn hold(auth_no: Option<String>, out_order_no: Option<String>) -> Result<OrderRef, Refusal> {
    match filled(auth_no) {
        Some(auth_no) => Ok(OrderRef::TransactionId(auth_no)),
        None => number(out_order_no, "out_order_no").map(OrderRef::OrderNo),
    }
}

fn number(value: Option<String>, name: &'static str) -> Result<String, Refusal> {
    order_no(value).map_err(|_| Refusal::WrongParameter(name))
}

/// The fields of what worked; or why it did not.
pub(super) fn said(told: &Told) -> Result<Map<String, Value>, (Refusal, bool)> {
    let mut object = Map::new();
    match told {
        Told::Made { order_no, code_url } => {
            set(&mut object, "out_order_no", order_no);
            set(&mut object, "code_type", "qrCode");
            set(&mut object, "code_value", code_url);
        }
        Told::Order(told) => freezing(&mut object, told),
        Told::Reversed(told) => {
            set_some(&mut object, "auth_no", told.transaction_id.as_deref());
            set(&mut object, "out_order_no", &told.order_no);
            match told.undone {
                Undone::Nothing => {}
                Undone::Closed => set(&mut object, "action", "close"),
                Undone::Refunded => set(&mut object, "action", "unfreeze"),
            }
        }
        Told::Refunded(told) => letting_go(&mut object, told),
        Told::Refunds(told) => letting_go(&mut object, told.first().ok_or((Refusal::NoSuchRefund, false))?),
        Told::Refused { why, again } => return Err((*why, *again)),
        Told::Closed { .. } | Told::Bill(_) | Told::Certificates | Told::SandboxKey => {
            return Err((Refusal::NoSuchCall, false));
        }
    }
    Ok(object)
}

/// The operation that has frozen the money, and how the hold stands now.
fn freezing(object: &mut Map<String, Value>, told: &OrderTold) {
    let frozen = told.payment.is_some();
    let left =
        if frozen { told.amount.checked_sub(told.refunded).unwrap_or(Amount::ZERO) } else { Amount::ZERO };
    let over = matches!(told.state, OrderState::Closed | OrderState::Revoked | OrderState::Failed);
    let (status, order_status) = match (frozen, over) {
        (true, _) if left == Amount::ZERO => ("SUCCESS", "CLOSED"),
        (true, _) => ("SUCCESS", "AUTHORIZED"),
        (false, true) => ("CLOSED", "CLOSED"),
        (false, false) => ("INIT", "INIT"),
    };
    set(object, "out_order_no", &told.order_no);
    set(object, "out_request_no", told.attach.as_deref().unwrap_or(&told.order_no));
    set(object, "order_title", &told.subject);
    set(object, "operation_type", "FREEZE");
    set(object, "amount", &told.amount.yuan().to_string());
    set(object, "rest_amount", &left.yuan().to_string());
    set(object, "status", status);
    set(object, "order_status", order_status);
    if let Some(payment) = &told.payment {
        set(object, "auth_no", &payment.transaction_id);
        set(object, "operation_id", &operation_id(&payment.transaction_id));
        set(object, "total_freeze_amount", &told.amount.yuan().to_string());
        set(object, "total_pay_amount", "0.00");
        set(object, "payer_user_id", &payment.buyer_id);
        set(object, "payer_logon_id", &masked(&payment.buyer_id));
        set(object, "gmt_trans", &payment.paid_at.dashed());
    }
}

/// An operation that lets money go.
fn letting_go(object: &mut Map<String, Value>, told: &RefundTold) {
    set(object, "auth_no", &told.transaction_id);
    set(object, "out_order_no", &told.order_no);
    set(object, "operation_id", &told.refund_id);
    set(object, "out_request_no", &told.refund_no);
    set(object, "operation_type", "UNFREEZE");
    set(object, "amount", &told.amount.yuan().to_string());
    set(object, "status", "SUCCESS");
    set_some(object, "remark", told.reason.as_deref());
    set(object, "gmt_trans", &told.done_at.unwrap_or(told.asked_at).dashed());
}

/// The fields of a notice that money is frozen, by name.
pub(crate) fn noticed(told: &OrderTold) -> Vec<(&'static str, String)> {
    let amount = told.amount.yuan().to_string();
    let mut fields = vec![
        ("out_order_no", told.order_no.clone()),
        ("out_request_no", told.attach.clone().unwrap_or_else(|| told.order_no.clone())),
        ("operation_type", "FREEZE".to_owned()),
        ("amount", amount.clone()),
        ("status", if told.state.is_paid() { "SUCCESS" } else { "CLOSED" }.to_owned()),
        ("total_freeze_amount", amount.clone()),
        ("total_unfreeze_amount", "0.00".to_owned()),
        ("total_pay_amount", "0.00".to_owned()),
        ("rest_amount", amount),
    ];
    if let Some(payment) = &told.payment {
        fields.extend([
            ("auth_no", payment.transaction_id.clone()),
            ("operation_id", operation_id(&payment.transaction_id)),
            ("payer_user_id", payment.buyer_id.clone()),
            ("payer_logon_id", masked(&payment.buyer_id)),
            ("gmt_create", payment.paid_at.dashed()),
            ("gmt_trans", payment.paid_at.dashed()),
        ]);
    }
    fields
}

/// The platform's number of the operation that has frozen the money: a hold has one, so it follows from `auth_no`.
#[must_use]
pub(crate) fn operation_id(auth_no: &str) -> String {
    let day: String = auth_no.chars().take(8).collect();
    let serial: String = auth_no.chars().skip(auth_no.chars().count().saturating_sub(12)).collect();
    format!("{day}{serial}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: WallTime = WallTime::from_unix_s(1_767_294_245);

    fn asked(call: Call, body: &str) -> Result<Hold, Refusal> {
        ask(call, body.as_bytes(), None, NOW).map(|ask| match ask {
            Ask::Hold(hold) => hold,
            other => panic!("{other:?}"),
        })
    }

    #[test]
    fn a_hold_is_made_under_two_numbers_and_its_amount_is_taken_to_the_fen() {
        let body = r#"{"out_order_no":"A-1","out_request_no":"R-1","order_title":"Room","amount":"300.00"}"#;
        let Ok(Hold::Make(make)) = asked(Call::HoldMake, body) else { panic!("no hold") };
        assert_eq!((make.order_no.as_str(), make.attach.as_deref()), ("A-1", Some("R-1")));
        assert_eq!(make.amount.fen(), 30_000);
        let without = r#"{"out_order_no":"A-1","order_title":"Room","amount":"300.00"}"#;
        assert_eq!(asked(Call::HoldMake, without), Err(Refusal::WrongParameter("out_request_no")));
    }

    #[test]
    fn the_platforms_own_numbers_count_where_both_are_named() {
        let body = r#"{"auth_no":"N","out_order_no":"A","operation_id":"O","out_request_no":"R"}"#;
        let (hold, operation) = (OrderRef::TransactionId("N".into()), Operation::Id("O".into()));
        assert_eq!(asked(Call::HoldQuery, body), Ok(Hold::Query { hold, operation }));
        assert_eq!(
            asked(Call::HoldQuery, r#"{"out_order_no":"A"}"#),
            Err(Refusal::WrongParameter("out_request_no"))
        );
    }

    #[test]
    fn only_the_platforms_number_lets_money_go() {
        let body = r#"{"out_order_no":"A","out_request_no":"R","amount":"1.00"}"#;
        assert_eq!(asked(Call::Unfreeze, body), Err(Refusal::WrongParameter("auth_no")));
    }
}
