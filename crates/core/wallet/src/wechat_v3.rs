//! WeChat Pay v3: JSON in, JSON out, both signed by RSA in headers.
//!
//! Source: WeChat Pay v3, "Signatures" and the calls for payment codes, native orders, refunds, bills and certificates,
//! for merchants and for partners. Results: the HTTP status; then `code` and `message`, or `trade_state`.
//! *Not modelled:* payments inside apps, pages and programs (`jsapi`, `app`, `h5`), combined orders, uploads, encrypted
//! request fields, `detail`, `settle_info` and `scene_info` (taken and not looked at).

pub(crate) mod answer;
mod authorization;
pub(crate) mod words;

use serde::Deserialize;

use crate::ask::{Ask, Make, OrderRef, Pay, PaymentCode, Refund, RefundRef, filled};
use crate::exchange::{HttpRequest, MAX_BODY_BYTES};
use crate::keys::{MerchantKeys, WeChatMerchant};
use crate::moment::{Clock, Day, WallTime};
use crate::told::Refusal;
use crate::wechat_v2::{is_order_no, refund_no};
use crate::{form, json};

use authorization::Authorization;

/// A call by method and path, with what the path says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Call {
    CodePay,
    Native,
    QueryByNumber(String),
    QueryById(String),
    Close(String),
    Reverse(String),
    Refund,
    RefundQuery(String),
    TradeBill,
    BillFile,
    Certificates,
}

/// How a request was asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Manner {
    pub(crate) call: Option<Call>,
    pub(crate) merchant: Option<usize>,
    pub(crate) nonce: Option<String>,
    /// A partner asks for one of its own merchants.
    is_partner: bool,
    sub_merchant: Option<String>,
    /// `Wechatpay-Serial`: what the merchant wants the answer to be verified with.
    wanted_serial: Option<String>,
    packed: bool,
}

/// Reads a request. What is known of it when it has to be refused is in the manner all the same.
pub(crate) fn read(
    merchants: &[MerchantKeys],
    request: &HttpRequest<'_>,
    clock: Clock,
    manner: &mut Manner,
) -> Result<Ask, Refusal> {
    manner.wanted_serial = request.header("Wechatpay-Serial").map(str::to_owned);
    let (call, is_partner) = call_of(request).ok_or(Refusal::NoSuchCall)?;
    manner.call = Some(call.clone());
    manner.is_partner = is_partner;
    if request.body.len() > MAX_BODY_BYTES {
        return Err(Refusal::WrongFormat);
    }
    let header = request.header("Authorization").ok_or(Refusal::WrongSignature)?;
    let authorization = Authorization::parse(header).ok_or(Refusal::WrongSignature)?;
    let place = merchants.iter().position(|merchant| merchant.wechat.mch_id == authorization.mch_id);
    let merchant = &place.and_then(|place| merchants.get(place)).ok_or(Refusal::NoSuchMerchant)?.wechat;
    authorization.check(request, merchant, clock)?;
    manner.merchant = place;
    manner.nonce = Some(authorization.nonce.to_owned());
    if request.method == "POST" && !request.is_of_type("application/json") {
        return Err(Refusal::WrongFormat);
    }
    Reader { request, merchant, manner }.ask(call)
}

fn call_of(request: &HttpRequest<'_>) -> Option<(Call, bool)> {
    let segments: Vec<&str> = request.path().strip_prefix("/v3/")?.split('/').collect();
    let (is_partner, payment) = match segments.as_slice() {
        ["pay", "partner", "transactions", rest @ ..] => (true, rest),
        ["pay", "transactions", rest @ ..] => (false, rest),
        others => return Some((call_beside_payments(request.method, others)?, false)),
    };
    let call = match (request.method, payment) {
        ("POST", ["codepay"]) => Call::CodePay,
        ("POST", ["native"]) => Call::Native,
        ("GET", ["out-trade-no", no]) => Call::QueryByNumber(number(no)?),
        ("GET", ["id", id]) => Call::QueryById(number(id)?),
        ("POST", ["out-trade-no", no, "close"]) => Call::Close(number(no)?),
        ("POST", ["out-trade-no", no, "reverse"]) => Call::Reverse(number(no)?),
        _ => return None,
    };
    Some((call, is_partner))
}

/// Partners use these under the same paths as merchants.
fn call_beside_payments(method: &str, segments: &[&str]) -> Option<Call> {
    Some(match (method, segments) {
        ("POST", ["refund", "domestic", "refunds"]) => Call::Refund,
        ("GET", ["refund", "domestic", "refunds", no]) => Call::RefundQuery(number(no)?),
        ("GET", ["bill", "tradebill"]) => Call::TradeBill,
        ("GET", ["billdownload", "file"]) => Call::BillFile,
        ("GET", ["certificates"]) => Call::Certificates,
        _ => return None,
    })
}

fn number(segment: &str) -> Option<String> {
    form::segment(segment).filter(|number| !number.is_empty())
}

/// The fields of all bodies: each call looks at its own.
#[derive(Debug, Default, Deserialize)]
struct Body {
    appid: Option<String>,
    mchid: Option<String>,
    sp_appid: Option<String>,
    sp_mchid: Option<String>,
    sub_mchid: Option<String>,
    description: Option<String>,
    out_trade_no: Option<String>,
    transaction_id: Option<String>,
    out_refund_no: Option<String>,
    reason: Option<String>,
    attach: Option<String>,
    notify_url: Option<String>,
    time_expire: Option<String>,
    amount: Option<Money>,
    payer: Option<Payer>,
    scene_info: Option<Scene>,
}

#[derive(Debug, Default, Deserialize)]
struct Money {
    total: Option<u64>,
    refund: Option<u64>,
    currency: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Payer {
    auth_code: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Scene {
    device_id: Option<String>,
}

struct Reader<'a, 'r> {
    request: &'a HttpRequest<'r>,
    merchant: &'a WeChatMerchant,
    manner: &'a mut Manner,
}

impl Reader<'_, '_> {
    fn ask(mut self, call: Call) -> Result<Ask, Refusal> {
        match call {
            Call::CodePay => self.pay().map(Ask::Pay),
            Call::Native => self.make().map(Ask::Make),
            Call::QueryByNumber(number) => {
                self.named_in_query()?;
                checked(number).map(OrderRef::OrderNo).map(Ask::Query)
            }
            Call::QueryById(id) => {
                self.named_in_query()?;
                Ok(Ask::Query(OrderRef::TransactionId(id)))
            }
            Call::Close(number) => {
                self.named_in_body(false)?;
                checked(number).map(OrderRef::OrderNo).map(Ask::Close)
            }
            Call::Reverse(number) => {
                self.named_in_body(true)?;
                checked(number).map(OrderRef::OrderNo).map(Ask::Reverse)
            }
            Call::Refund => self.refund().map(Ask::Refund),
            Call::RefundQuery(number) => {
                self.manner.sub_merchant = self.in_query("sub_mchid");
                Ok(Ask::RefundQuery(RefundRef { refund_no: Some(number), ..RefundRef::default() }))
            }
            Call::TradeBill => self.bill(),
            Call::BillFile => {
                self.manner.packed = self.in_query("tartype").as_deref() == Some("gzip");
                Ok(Ask::BillFile { token: self.in_query("token").ok_or(Refusal::WrongParameter("token"))? })
            }
            Call::Certificates => Ok(Ask::Certificates),
        }
    }

    fn pay(&mut self) -> Result<Pay, Refusal> {
        let body = self.named_in_body(true)?;
        let money = money(body.amount)?;
        let code = text(body.payer.unwrap_or_default().auth_code, "payer.auth_code")?;
        Ok(Pay {
            order_no: checked(body.out_trade_no.unwrap_or_default())?,
            amount: json::fen(money.total, "amount.total")?,
            subject: text(body.description, "description")?,
            payment_code: PaymentCode::new(code),
            expires: moment(body.time_expire)?,
            notify_url: None,
            attach: filled(body.attach),
            device: filled(body.scene_info.and_then(|scene| scene.device_id)),
        })
    }

    fn make(&mut self) -> Result<Make, Refusal> {
        let body = self.named_in_body(true)?;
        let money = money(body.amount)?;
        Ok(Make {
            order_no: checked(body.out_trade_no.unwrap_or_default())?,
            amount: json::fen(money.total, "amount.total")?,
            subject: text(body.description, "description")?,
            notify_url: Some(text(body.notify_url, "notify_url")?),
            expires: moment(body.time_expire)?,
            attach: filled(body.attach),
            device: filled(body.scene_info.and_then(|scene| scene.device_id)),
        })
    }

    /// A refund names its merchant by the signature alone.
    fn refund(&mut self) -> Result<Refund, Refusal> {
        let body: Body = json::read(self.request.body)?;
        self.manner.sub_merchant = filled(body.sub_mchid.clone());
        let money = money(body.amount)?;
        let order = match filled(body.transaction_id) {
            Some(id) => OrderRef::TransactionId(id),
            None => OrderRef::OrderNo(checked(body.out_trade_no.unwrap_or_default())?),
        };
        Ok(Refund {
            order,
            refund_no: refund_no(&body.out_refund_no.unwrap_or_default())?,
            amount: json::fen(money.refund, "amount.refund")?,
            total: Some(json::fen(money.total, "amount.total")?),
            reason: filled(body.reason),
            notify_url: filled(body.notify_url),
        })
    }

    fn bill(&mut self) -> Result<Ask, Refusal> {
        if self.in_query("bill_type").is_some_and(|kind| kind != "ALL") {
            return Err(Refusal::WrongParameter("bill_type"));
        }
        self.manner.packed = self.in_query("tar_type").as_deref() == Some("GZIP");
        let day = self.in_query("bill_date").and_then(|text| Day::parse_dashed(&text));
        Ok(Ask::Bill { day: day.ok_or(Refusal::WrongParameter("bill_date"))? })
    }

    /// Reads the body and compares whom it names with who signed.
    fn named_in_body(&mut self, with_application: bool) -> Result<Body, Refusal> {
        let body: Body = json::read(self.request.body)?;
        self.manner.sub_merchant = filled(body.sub_mchid.clone());
        let (app_id, mch_id) = if self.manner.is_partner {
            text(body.sub_mchid.clone(), "sub_mchid")?;
            (text(body.sp_appid.clone(), "sp_appid"), text(body.sp_mchid.clone(), "sp_mchid")?)
        } else {
            (text(body.appid.clone(), "appid"), text(body.mchid.clone(), "mchid")?)
        };
        let same_application = !with_application || app_id? == self.merchant.app_id;
        if same_application && mch_id == self.merchant.mch_id {
            Ok(body)
        } else {
            Err(Refusal::MerchantMismatch)
        }
    }

    fn named_in_query(&mut self) -> Result<(), Refusal> {
        let name = if self.manner.is_partner { "sp_mchid" } else { "mchid" };
        self.manner.sub_merchant = self.in_query("sub_mchid");
        if self.manner.is_partner && self.manner.sub_merchant.is_none() {
            return Err(Refusal::WrongParameter("sub_mchid"));
        }
        let mch_id = self.in_query(name).ok_or(Refusal::WrongParameter(name))?;
        if mch_id == self.merchant.mch_id { Ok(()) } else { Err(Refusal::MerchantMismatch) }
    }

    fn in_query(&self, name: &str) -> Option<String> {
        filled(form::query_value(self.request.query(), name))
    }
}

fn checked(number: String) -> Result<String, Refusal> {
    if is_order_no(&number) { Ok(number) } else { Err(Refusal::WrongParameter("out_trade_no")) }
}

fn text(value: Option<String>, name: &'static str) -> Result<String, Refusal> {
    filled(value).ok_or(Refusal::WrongParameter(name))
}

fn moment(value: Option<String>) -> Result<Option<WallTime>, Refusal> {
    let read = |text: String| WallTime::parse_rfc3339(&text).ok_or(Refusal::WrongParameter("time_expire"));
    filled(value).map(read).transpose()
}

fn money(value: Option<Money>) -> Result<Money, Refusal> {
    let money = value.unwrap_or_default();
    match money.currency.as_deref() {
        None | Some("CNY") => Ok(money),
        Some(_) => Err(Refusal::WrongParameter("amount.currency")),
    }
}

/// What bytes ask as the body, or as the query, of every call of a merchant and of a partner, for a fuzzer.
pub(crate) fn fuzz_body(bytes: &[u8], merchant: &WeChatMerchant) -> Vec<Ask> {
    let target = format!("/v3/x?{}", core::str::from_utf8(bytes).unwrap_or_default());
    let request = HttpRequest { method: "POST", target: &target, headers: &[], body: bytes };
    let number = || "A-1".to_owned();
    let calls = [
        Call::CodePay,
        Call::Native,
        Call::QueryByNumber(number()),
        Call::QueryById(number()),
        Call::Close(number()),
        Call::Reverse(number()),
        Call::Refund,
        Call::RefundQuery(number()),
        Call::TradeBill,
        Call::BillFile,
        Call::Certificates,
    ];
    let mut asks = Vec::new();
    for is_partner in [false, true] {
        for call in &calls {
            let mut manner = Manner { is_partner, ..Manner::default() };
            asks.extend(Reader { request: &request, merchant, manner: &mut manner }.ask(call.clone()));
        }
    }
    asks
}
