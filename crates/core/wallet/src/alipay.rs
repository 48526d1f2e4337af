//! Alipay: the trade interface in both of its dialects, which share their bodies and their codes.
//!
//! Source: Alipay's trade interface: `alipay.trade.pay`, `.precreate`, `.query`, `.cancel`, `.close`, `.refund`,
//! `.fastpay.refund.query` and `alipay.data.dataservice.bill.downloadurl.query`; the fund interface stands in `fund`. Amounts are yuan with two places.
//! *Not modelled:* goods lists, discounts, splits, agents (`app_auth_token` is signed over and not looked at), encrypted
//! content, the file behind a bill's address.

pub(crate) mod answer;
pub(crate) mod fund;
pub(crate) mod gateway;
pub(crate) mod rest;
pub(crate) mod words;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::ask::{Ask, Make, OrderRef, Pay, PaymentCode, Refund, RefundRef, filled};
use crate::json;
use crate::moment::{Day, WallTime};
use crate::told::Refusal;

/// A call in either dialect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    Pay,
    Precreate,
    Query,
    Cancel,
    Close,
    Refund,
    RefundQuery,
    BillAddress,
    HoldMake,
    HoldQuery,
    HoldCancel,
    Unfreeze,
}

impl Call {
    const ALL: [Self; 12] = [
        Self::Pay,
        Self::Precreate,
        Self::Query,
        Self::Cancel,
        Self::Close,
        Self::Refund,
        Self::RefundQuery,
        Self::BillAddress,
        Self::HoldMake,
        Self::HoldQuery,
        Self::HoldCancel,
        Self::Unfreeze,
    ];

    /// Whether it is about a hold.
    pub(crate) const fn is_of_fund(self) -> bool {
        matches!(self, Self::HoldMake | Self::HoldQuery | Self::HoldCancel | Self::Unfreeze)
    }

    /// The `method` of the gateway.
    pub(crate) const fn method(self) -> &'static str {
        match self {
            Self::Pay => "alipay.trade.pay",
            Self::Precreate => "alipay.trade.precreate",
            Self::Query => "alipay.trade.query",
            Self::Cancel => "alipay.trade.cancel",
            Self::Close => "alipay.trade.close",
            Self::Refund => "alipay.trade.refund",
            Self::RefundQuery => "alipay.trade.fastpay.refund.query",
            Self::BillAddress => "alipay.data.dataservice.bill.downloadurl.query",
            Self::HoldMake => "alipay.fund.auth.order.voucher.create",
            Self::HoldQuery => "alipay.fund.auth.operation.detail.query",
            Self::HoldCancel => "alipay.fund.auth.operation.cancel",
            Self::Unfreeze => "alipay.fund.auth.order.unfreeze",
        }
    }
}

/// The fields of all bodies: each call looks at its own. Amounts stay as they stood.
#[derive(Debug, Default, Deserialize)]
struct Body<'a> {
    out_trade_no: Option<String>,
    trade_no: Option<String>,
    out_request_no: Option<String>,
    subject: Option<String>,
    auth_code: Option<String>,
    scene: Option<String>,
    refund_reason: Option<String>,
    passback_params: Option<String>,
    terminal_id: Option<String>,
    time_expire: Option<String>,
    timeout_express: Option<String>,
    qr_code_timeout_express: Option<String>,
    notify_url: Option<String>,
    bill_type: Option<String>,
    bill_date: Option<String>,
    #[serde(borrow)]
    total_amount: Option<&'a RawValue>,
    #[serde(borrow)]
    refund_amount: Option<&'a RawValue>,
}

/// Reads the body of a call. `notify_url` may stand outside it.
fn ask(call: Call, bytes: &[u8], notify_url: Option<String>, now: WallTime) -> Result<Ask, Refusal> {
    if call.is_of_fund() {
        return fund::ask(call, bytes, notify_url, now);
    }
    let mut body: Body<'_> = json::read(bytes)?;
    body.notify_url = filled(body.notify_url).or_else(|| filled(notify_url));
    match call {
        Call::Pay => pay(body, now).map(Ask::Pay),
        Call::Precreate => make(body, now).map(Ask::Make),
        Call::Query => order(body.trade_no, body.out_trade_no).map(Ask::Query),
        Call::Cancel => order(body.trade_no, body.out_trade_no).map(Ask::Reverse),
        Call::Close => order(body.trade_no, body.out_trade_no).map(Ask::Close),
        Call::Refund => refund(body).map(Ask::Refund),
        Call::RefundQuery => refund_ref(body).map(Ask::RefundQuery),
        Call::BillAddress => bill(body.bill_type, body.bill_date),
        Call::HoldMake | Call::HoldQuery | Call::HoldCancel | Call::Unfreeze => Err(Refusal::NoSuchCall),
    }
}

fn pay(body: Body<'_>, now: WallTime) -> Result<Pay, Refusal> {
    if !matches!(body.scene.as_deref(), None | Some("bar_code" | "wave_code" | "security_code")) {
        return Err(Refusal::WrongParameter("scene"));
    }
    Ok(Pay {
        expires: expires(&body, now)?,
        order_no: order_no(body.out_trade_no)?,
        amount: json::yuan(body.total_amount, "total_amount")?,
        subject: required(body.subject, "subject")?,
        payment_code: PaymentCode::new(required(body.auth_code, "auth_code")?),
        notify_url: body.notify_url,
        attach: filled(body.passback_params),
        device: filled(body.terminal_id),
    })
}

fn make(body: Body<'_>, now: WallTime) -> Result<Make, Refusal> {
    Ok(Make {
        expires: expires(&body, now)?,
        order_no: order_no(body.out_trade_no)?,
        amount: json::yuan(body.total_amount, "total_amount")?,
        subject: required(body.subject, "subject")?,
        notify_url: body.notify_url,
        attach: filled(body.passback_params),
        device: filled(body.terminal_id),
    })
}

/// Without a number of its own, a refund is the one refund of the whole order.
fn refund(body: Body<'_>) -> Result<Refund, Refusal> {
    let order = order(body.trade_no, body.out_trade_no.clone())?;
    let (OrderRef::OrderNo(order_no) | OrderRef::TransactionId(order_no)) = &order;
    Ok(Refund {
        refund_no: filled(body.out_request_no)
            .unwrap_or_else(|| filled(body.out_trade_no).unwrap_or_else(|| order_no.clone())),
        amount: json::yuan(body.refund_amount, "refund_amount")?,
        total: None,
        reason: filled(body.refund_reason),
        notify_url: body.notify_url,
        order,
    })
}

fn refund_ref(body: Body<'_>) -> Result<RefundRef, Refusal> {
    Ok(RefundRef {
        order: Some(order(body.trade_no, body.out_trade_no)?),
        refund_no: Some(required(body.out_request_no, "out_request_no")?),
        refund_id: None,
    })
}

/// Bills of a month are asked for with seven characters; this platform has those of days.
fn bill(bill_type: Option<String>, bill_date: Option<String>) -> Result<Ask, Refusal> {
    if required(bill_type, "bill_type")? != "trade" {
        return Err(Refusal::WrongParameter("bill_type"));
    }
    let day = Day::parse_dashed(&required(bill_date, "bill_date")?);
    Ok(Ask::Bill { day: day.ok_or(Refusal::WrongParameter("bill_date"))? })
}

fn order(trade_no: Option<String>, out_trade_no: Option<String>) -> Result<OrderRef, Refusal> {
    match filled(trade_no) {
        Some(trade_no) => Ok(OrderRef::TransactionId(trade_no)),
        None => order_no(out_trade_no).map(OrderRef::OrderNo),
    }
}

/// Source: Alipay: at most 64 letters, digits and underscores. A hyphen is in so wide a use that it is taken too.
fn order_no(number: Option<String>) -> Result<String, Refusal> {
    let number = required(number, "out_trade_no")?;
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    if number.len() <= 64 && number.bytes().all(allowed) {
        Ok(number)
    } else {
        Err(Refusal::WrongParameter("out_trade_no"))
    }
}

/// A moment, or else how long: `5m`, `2h`, `1d`; `1c` is the end of the day.
fn expires(body: &Body<'_>, now: WallTime) -> Result<Option<WallTime>, Refusal> {
    let said = |text: &Option<String>| filled(text.clone());
    if let Some(text) = said(&body.time_expire) {
        return WallTime::parse_dashed(&text).map(Some).ok_or(Refusal::WrongParameter("time_expire"));
    }
    let (text, name) = match (said(&body.timeout_express), said(&body.qr_code_timeout_express)) {
        (Some(text), _) => (text, "timeout_express"),
        (None, Some(text)) => (text, "qr_code_timeout_express"),
        (None, None) => return Ok(None),
    };
    after(&text, now).map(Some).ok_or(Refusal::WrongParameter(name))
}

fn after(text: &str, now: WallTime) -> Option<WallTime> {
    let (count, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let plain = (1..=5).contains(&count.len()) && count.bytes().all(|byte| byte.is_ascii_digit());
    let count: u64 = count.parse().ok().filter(|_| plain)?;
    match unit {
        "m" => Some(now.plus_s(count * 60)),
        "h" => Some(now.plus_s(count * 3_600)),
        "d" => Some(now.plus_s(count * 86_400)),
        "c" => Some(now.end_of_day()),
        _ => None,
    }
}

fn required(value: Option<String>, name: &'static str) -> Result<String, Refusal> {
    filled(value).ok_or(Refusal::WrongParameter(name))
}

/// What bytes ask as the body of every call, for a fuzzer.
pub(crate) fn fuzz_body(bytes: &[u8], now: WallTime) -> Vec<Ask> {
    Call::ALL.into_iter().filter_map(|call| ask(call, bytes, None, now).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: WallTime = WallTime::from_unix_s(1_767_294_245);

    fn asked(call: Call, body: &str) -> Result<Ask, Refusal> {
        ask(call, body.as_bytes(), None, NOW)
    }

    #[test]
    fn amounts_are_taken_to_the_fen_or_not_at_all() {
        let pay = |amount: &str| {
            let body =
                format!(r#"{{"out_trade_no":"A","subject":"s","auth_code":"28","total_amount":{amount}}}"#);
            asked(Call::Pay, &body).map(|ask| match ask {
                Ask::Pay(pay) => pay.amount.fen(),
                _ => 0,
            })
        };
        assert_eq!(pay("\"18.50\""), Ok(1850));
        assert_eq!(pay("0.1"), Ok(10));
        for wrong in ["\"1.234\"", "1e3", "-1", "\"-0.01\"", "123456789012345678901234567890", "null", "{}"] {
            assert_eq!(pay(wrong), Err(Refusal::WrongParameter("total_amount")), "{wrong}");
        }
    }

    #[test]
    fn an_order_ends_when_it_is_said() {
        let expires = |field: &str| {
            let body = format!(r#"{{"out_trade_no":"A","subject":"s","total_amount":"1",{field}}}"#);
            asked(Call::Precreate, &body).map(|ask| match ask {
                Ask::Make(make) => make.expires.map(WallTime::dashed),
                _ => None,
            })
        };
        assert_eq!(expires(r#""timeout_express":"90m""#), Ok(Some("2026-01-02 04:34:05".to_owned())));
        assert_eq!(expires(r#""timeout_express":"1c""#), Ok(Some("2026-01-02 23:59:59".to_owned())));
        assert_eq!(
            expires(r#""time_expire":"2026-01-03 00:00:00""#),
            Ok(Some("2026-01-03 00:00:00".to_owned()))
        );
        let empty = r#""timeout_express":"","qr_code_timeout_express":"90m""#;
        assert_eq!(expires(empty), Ok(Some("2026-01-02 04:34:05".to_owned())), "an empty text says nothing");
        assert_eq!(expires(r#""timeout_express":"","time_expire":"""#), Ok(None));
        let wrong = r#""qr_code_timeout_express":"1y""#;
        assert_eq!(expires(wrong), Err(Refusal::WrongParameter("qr_code_timeout_express")));
        assert_eq!(expires(r#""timeout_express":"é""#), Err(Refusal::WrongParameter("timeout_express")));
        assert_eq!(expires(r#""timeout_express":"-5m""#), Err(Refusal::WrongParameter("timeout_express")));
    }

    #[test]
    fn a_refund_of_everything_needs_no_number() {
        let Ok(Ask::Refund(refund)) = asked(Call::Refund, r#"{"out_trade_no":"A","refund_amount":"1.00"}"#)
        else {
            panic!("no refund");
        };
        assert_eq!((refund.refund_no.as_str(), refund.total), ("A", None));
    }
}
