//! WeChat Pay v2: flat XML in, flat XML out, both signed with the key that merchant and platform share.
//!
//! Source: WeChat Pay v2, "payment-code" and "Unified order", their calls and three levels of results: HTTP is always
//! 200; `return_code` FAIL means that the request was not taken, and nobody signs that; `result_code` FAIL names an
//! `err_code`. A query adds `trade_state`. *Not modelled:* the client certificate that reverse and refund want, which
//! belongs to the transport; coupons; trade types other than MICROPAY and NATIVE; currencies other than CNY.

pub(crate) mod answer;
pub(crate) mod bill;
pub(crate) mod words;

use crate::amount::Amount;
use crate::ask::{Ask, Make, OrderRef, Pay, PaymentCode, Refund, RefundRef, filled};
use crate::exchange::HttpRequest;
use crate::keys::MerchantKeys;
use crate::moment::{Day, WallTime};
use crate::sign::{self, SignType};
use crate::told::Refusal;
use crate::xml::Fields;

/// A call, by the end of its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    MicroPay,
    UnifiedOrder,
    OrderQuery,
    CloseOrder,
    Reverse,
    Refund,
    RefundQuery,
    DownloadBill,
    GetSignKey,
}

impl Call {
    const ALL: [Self; 9] = [
        Self::MicroPay,
        Self::UnifiedOrder,
        Self::OrderQuery,
        Self::CloseOrder,
        Self::Reverse,
        Self::Refund,
        Self::RefundQuery,
        Self::DownloadBill,
        Self::GetSignKey,
    ];

    /// The test platform has the same calls under another prefix.
    fn of(path: &str) -> Option<Self> {
        match path.strip_prefix("/sandboxnew").unwrap_or(path) {
            "/pay/micropay" => Some(Self::MicroPay),
            "/pay/unifiedorder" => Some(Self::UnifiedOrder),
            "/pay/orderquery" => Some(Self::OrderQuery),
            "/pay/closeorder" => Some(Self::CloseOrder),
            "/secapi/pay/reverse" => Some(Self::Reverse),
            "/secapi/pay/refund" => Some(Self::Refund),
            "/pay/refundquery" => Some(Self::RefundQuery),
            "/pay/downloadbill" => Some(Self::DownloadBill),
            "/pay/getsignkey" if path.starts_with("/sandboxnew") => Some(Self::GetSignKey),
            _ => None,
        }
    }
}

/// How a request was asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Manner {
    pub(crate) call: Option<Call>,
    /// Who signed, once that was found right.
    pub(crate) signer: Option<Signer>,
    pub(crate) nonce: Option<String>,
    device: Option<String>,
    sub_merchant: Option<String>,
    packed: bool,
}

/// Who signed a request, and how: the answer is signed alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Signer {
    pub(crate) merchant: usize,
    sign_type: SignType,
}

/// Reads a request. What is known of it when it has to be refused is in the manner all the same.
pub(crate) fn read(
    merchants: &[MerchantKeys],
    request: &HttpRequest<'_>,
    manner: &mut Manner,
) -> Result<Ask, Refusal> {
    manner.call = Call::of(request.path()).filter(|_| request.method == "POST");
    let call = manner.call.ok_or(Refusal::NoSuchCall)?;
    let mut fields = Fields::default();
    fields.parse(request.body).map_err(|_| Refusal::WrongFormat)?;
    let mch_id = required(&fields, "mch_id")?;
    let place = merchants.iter().position(|merchant| merchant.wechat.mch_id == mch_id);
    let merchant = place.and_then(|place| merchants.get(place)).ok_or(Refusal::NoSuchMerchant)?;
    let sign_type = sign::declared_type(&fields).map_err(|_| Refusal::WrongSignature)?;
    sign::verify_as(&fields, &merchant.wechat.api_key, sign_type).map_err(|_| Refusal::WrongSignature)?;
    manner.signer = place.map(|merchant| Signer { merchant, sign_type });
    manner.nonce = Some(required(&fields, "nonce_str")?.to_owned());
    manner.device = optional(&fields, "device_info");
    manner.sub_merchant = optional(&fields, "sub_mch_id");
    manner.packed = fields.get("tar_type") == Some("GZIP");
    if call != Call::GetSignKey && required(&fields, "appid")? != merchant.wechat.app_id {
        return Err(Refusal::MerchantMismatch);
    }
    if fields.get("fee_type").is_some_and(|currency| !currency.is_empty() && currency != "CNY") {
        return Err(Refusal::WrongParameter("fee_type"));
    }
    ask(call, &fields)
}

fn ask(call: Call, fields: &Fields) -> Result<Ask, Refusal> {
    Ok(match call {
        Call::MicroPay => Ask::Pay(pay(fields)?),
        Call::UnifiedOrder => Ask::Make(make(fields)?),
        Call::OrderQuery => Ask::Query(order(fields)?),
        Call::CloseOrder => Ask::Close(OrderRef::OrderNo(order_no(fields)?)),
        Call::Reverse => Ask::Reverse(order(fields)?),
        Call::Refund => Ask::Refund(refund(fields)?),
        Call::RefundQuery => Ask::RefundQuery(refund_ref(fields)?),
        Call::DownloadBill => Ask::Bill { day: bill_day(fields)? },
        Call::GetSignKey => Ask::SandboxKey,
    })
}

fn pay(fields: &Fields) -> Result<Pay, Refusal> {
    required(fields, "spbill_create_ip")?;
    Ok(Pay {
        order_no: order_no(fields)?,
        amount: amount(fields, "total_fee")?,
        subject: required(fields, "body")?.to_owned(),
        payment_code: PaymentCode::new(required(fields, "auth_code")?.to_owned()),
        expires: expires(fields)?,
        notify_url: None,
        attach: optional(fields, "attach"),
        device: optional(fields, "device_info"),
    })
}

fn make(fields: &Fields) -> Result<Make, Refusal> {
    if required(fields, "trade_type")? != "NATIVE" {
        return Err(Refusal::WrongParameter("trade_type"));
    }
    Ok(Make {
        order_no: order_no(fields)?,
        amount: amount(fields, "total_fee")?,
        subject: required(fields, "body")?.to_owned(),
        notify_url: Some(required(fields, "notify_url")?.to_owned()),
        expires: expires(fields)?,
        attach: optional(fields, "attach"),
        device: optional(fields, "device_info"),
    })
}

fn refund(fields: &Fields) -> Result<Refund, Refusal> {
    Ok(Refund {
        order: order(fields)?,
        refund_no: refund_no(required(fields, "out_refund_no")?)?,
        amount: amount(fields, "refund_fee")?,
        total: Some(amount(fields, "total_fee")?),
        reason: optional(fields, "refund_desc"),
        notify_url: optional(fields, "notify_url"),
    })
}

fn refund_ref(fields: &Fields) -> Result<RefundRef, Refusal> {
    let refund = RefundRef {
        order: named_order(fields)?,
        refund_no: optional(fields, "out_refund_no"),
        refund_id: optional(fields, "refund_id"),
    };
    if refund == RefundRef::default() { Err(Refusal::WrongParameter("out_refund_no")) } else { Ok(refund) }
}

fn bill_day(fields: &Fields) -> Result<Day, Refusal> {
    let kind = fields.get("bill_type").unwrap_or("ALL");
    if !matches!(kind, "" | "ALL") {
        return Err(Refusal::WrongParameter("bill_type"));
    }
    Day::parse_compact(required(fields, "bill_date")?).ok_or(Refusal::WrongParameter("bill_date"))
}

fn order(fields: &Fields) -> Result<OrderRef, Refusal> {
    match optional(fields, "transaction_id") {
        Some(transaction_id) => Ok(OrderRef::TransactionId(transaction_id)),
        None => order_no(fields).map(OrderRef::OrderNo),
    }
}

/// The order, where one is named at all.
fn named_order(fields: &Fields) -> Result<Option<OrderRef>, Refusal> {
    let is_named = ["transaction_id", "out_trade_no"].iter().any(|key| optional(fields, key).is_some());
    is_named.then(|| order(fields)).transpose()
}

fn order_no(fields: &Fields) -> Result<String, Refusal> {
    let number = required(fields, "out_trade_no")?;
    if is_order_no(number) { Ok(number.to_owned()) } else { Err(Refusal::WrongParameter("out_trade_no")) }
}

/// Source: WeChat Pay, `out_trade_no`: at most 32 characters.
pub(crate) fn is_order_no(number: &str) -> bool {
    number.len() <= 32 && is_number(number)
}

/// Source: WeChat Pay, `out_refund_no`: at most 64 characters.
pub(crate) fn refund_no(number: &str) -> Result<String, Refusal> {
    let sound = number.len() <= 64 && is_number(number);
    if sound { Ok(number.to_owned()) } else { Err(Refusal::WrongParameter("out_refund_no")) }
}

/// Source: WeChat Pay: numbers of merchants are letters, digits and `_-|*@`.
fn is_number(number: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-|*@".contains(&byte);
    !number.is_empty() && number.bytes().all(allowed)
}

fn expires(fields: &Fields) -> Result<Option<WallTime>, Refusal> {
    let text = optional(fields, "time_expire");
    let moment =
        text.map(|text| WallTime::parse_compact(&text).ok_or(Refusal::WrongParameter("time_expire")));
    moment.transpose()
}

fn amount(fields: &Fields, key: &'static str) -> Result<Amount, Refusal> {
    let amount = Amount::parse_fen(required(fields, key)?).filter(|amount| *amount > Amount::ZERO);
    amount.ok_or(Refusal::WrongParameter(key))
}

fn required<'a>(fields: &'a Fields, key: &'static str) -> Result<&'a str, Refusal> {
    fields.get(key).filter(|value| !value.is_empty()).ok_or(Refusal::WrongParameter(key))
}

fn optional(fields: &Fields, key: &str) -> Option<String> {
    filled(fields.get(key).map(str::to_owned))
}

/// What bytes ask as the document of every call, for a fuzzer.
pub(crate) fn fuzz_fields(bytes: &[u8]) -> Vec<Ask> {
    let mut fields = Fields::default();
    let asked = |fields: &Fields| Call::ALL.into_iter().filter_map(|call| ask(call, fields).ok()).collect();
    fields.parse(bytes).map(|()| asked(&fields)).unwrap_or_default()
}
