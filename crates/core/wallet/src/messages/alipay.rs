//! The terminal's side of Alipay's `gateway.do`: the requests, answers and notifications of [`crate::messages`], in the
//! words of its trade and of its fund interface.
//!
//! Source: Alipay, "Gateway" (RSA2 over the sorted parameters; an answer signs the bytes of its inner object), trade and
//! fund interface as [`crate::alipay`] has them, and "Notifications". Amounts in whole fen here, in yuan on the wire.
//! An answer stands under the name of its call, so that a late one of another call is no answer; and it names its order,
//! so that the answer to a cancel says what the answer to a query would. Not modelled: charsets other than UTF-8,
//! certificates, agents, refusals that name an order.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::alipay::Call as Service;
use crate::alipay::gateway::signed_bytes;
use crate::amount::Amount;
use crate::form::{self, Pair};
use crate::http;
use crate::json;
use crate::messages::{
    Acknowledgement, Answer, AnswerError, Call, ErrCode, FieldError, FieldFault, MicroPay, Notification,
    OrderState, Paid, Refund, RefundStatus, RefundTold, Request, RequestError, TradeState, TransportFault,
    UnifiedOrder,
};
use crate::moment::WallTime;
use crate::rsa_key::{PrivateKey, PublicKey};
use crate::sign::SignError;

/// What a merchant and Alipay agreed on.
#[derive(Debug, Clone)]
pub struct AlipayShop {
    /// `app_id`.
    pub app_id: String,
    /// Signs the merchant's requests.
    pub private_key: PrivateKey,
    /// Verifies Alipay's answers and notifications.
    pub platform_key: PublicKey,
    /// Where notifications go: `http://host[:port]/path`.
    pub notify_url: String,
}

/// Which of Alipay's interfaces is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Product {
    /// Orders that are paid.
    Trade,
    /// Holds: orders whose money is frozen. A refund lets it go.
    Fund,
}

/// A terminal's way to and from bytes; keeps what it has read to lend it out.
#[derive(Debug, Clone)]
pub struct AlipayCodec {
    shop: Arc<AlipayShop>,
    gateway_host: String,
    /// The merchant's number of the order that was asked about last.
    asked: String,
    read: Read,
}

/// What an answer or a notification says, as far as anybody looks at it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
struct Read {
    code: String,
    sub_code: String,
    #[serde(alias = "out_order_no")]
    out_trade_no: String,
    #[serde(alias = "auth_no")]
    trade_no: String,
    out_request_no: String,
    operation_id: String,
    #[serde(alias = "code_value")]
    qr_code: String,
    trade_status: String,
    send_pay_date: String,
    status: String,
    refund_status: String,
    retry_flag: String,
    #[serde(alias = "amount")]
    total_amount: String,
    rest_amount: String,
    refund_amount: String,
}

impl AlipayCodec {
    /// A codec for this shop; `gateway_host` is the `Host` of requests.
    pub fn new(shop: Arc<AlipayShop>, gateway_host: &str) -> Self {
        let gateway_host = gateway_host.to_owned();
        Self { shop, gateway_host, asked: String::new(), read: Read::default() }
    }

    /// Whether this is the path that notifications of this shop come to.
    pub fn is_notified_at(&self, target: &str) -> bool {
        target == path_of(&self.shop.notify_url)
    }

    /// Appends the HTTP request. A payment code freezes nothing here, and is asked for as a payment.
    pub fn encode_request(
        &mut self,
        product: Product,
        request: &Request<'_>,
        now: WallTime,
        out: &mut Vec<u8>,
    ) {
        let number = request.out_trade_no();
        if let Some(number) = number {
            number.clone_into(&mut self.asked);
        }
        let content = content(product, request).to_string();
        let service = service(product, request.call());
        let makes = matches!(request.call(), Call::UnifiedOrder | Call::MicroPay);
        let mut pairs: Vec<Pair> = [
            ("app_id", self.shop.app_id.as_str()),
            ("biz_content", &content),
            ("charset", "utf-8"),
            ("format", "JSON"),
            ("method", service.method()),
            ("notify_url", if makes { &self.shop.notify_url } else { "" }),
            ("sign_type", "RSA2"),
            ("timestamp", &now.dashed()),
            ("version", "1.0"),
        ]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| (name.to_owned(), value.as_bytes().to_owned()))
        .collect();
        pairs.sort();
        let signature = self.shop.private_key.sign(&signed_bytes(pairs.iter()));
        pairs.push(("sign".to_owned(), signature.into_bytes()));
        let mut body = Vec::new();
        pairs.iter().for_each(|(name, value)| form::write(&mut body, name, value));
        http::write_request(out, "POST", TARGET, &self.gateway_host, FORM, &body);
    }

    /// Reads the answer to `call` and checks its signature.
    ///
    /// # Errors
    /// [`AnswerError`], one variant a level. All but `Business` leave the fate of the money open.
    pub fn decode_answer(
        &mut self,
        product: Product,
        call: Call,
        http: &http::Response<'_>,
    ) -> Result<Answer<'_>, AnswerError> {
        self.read = self.read_signed(service(product, call), http)?;
        self.answer(product, call)
    }

    /// What was read, as the answer to this call.
    fn answer(&self, product: Product, call: Call) -> Result<Answer<'_>, AnswerError> {
        let read = &self.read;
        // The gateway itself: it did not take the request, and the business behind it never saw it.
        if matches!(read.code.as_str(), "40001" | "40002" | "40003" | "40005" | "40006") {
            return Err(AnswerError::Communication { message: read.sub_code.clone() });
        }
        if read.code != "10000" {
            let word = if read.sub_code.is_empty() { &read.code } else { &read.sub_code };
            return Err(AnswerError::Business { err_code: refusal(read), word: word.clone() });
        }
        let answer = match call {
            Call::UnifiedOrder => {
                self.own()?;
                Answer::CodeUrl(required(&read.qr_code, "qr_code")?)
            }
            Call::OrderQuery => Answer::Order(self.order_state(match product {
                Product::Trade => trade_state(read)?,
                Product::Fund => hold_state(read)?,
            })?),
            // "Call again": whatever was done, it was not all.
            Call::CloseOrder | Call::Reverse if read.retry_flag == "Y" => return Err(unknown("cancel")),
            // It names the order, and nobody can pay that any more.
            Call::CloseOrder | Call::Reverse => Answer::Order(self.order_state(TradeState::Revoked)?),
            Call::MicroPay => Answer::Paid(Paid {
                out_trade_no: required(&read.out_trade_no, "out_trade_no")?,
                transaction_id: required(&read.trade_no, "trade_no")?,
                total_fee_fen: fen(&read.total_amount, "total_amount")?,
            }),
            // The answer to a refund names no refund: it is asked after.
            Call::Refund if product == Product::Trade => return Err(unknown("refund")),
            Call::Refund | Call::RefundQuery => Answer::Refund(self.refund_told(product)?),
        };
        Ok(answer)
    }

    /// Reads a notification and checks path and signature.
    ///
    /// # Errors
    /// Forged, foreign or unreadable: answer with [`Acknowledgement::Fail`] and change nothing.
    pub fn decode_notification(
        &mut self,
        http: &http::Request<'_>,
    ) -> Result<Notification<'_>, RequestError> {
        if http.method != "POST" || !self.is_notified_at(http.target) {
            return Err(RequestError::NoSuchCall);
        }
        let pairs = sorted(http.body)?;
        let signed = pairs.iter().filter(|(name, value)| !is_signature(name) && !value.is_empty());
        match value(&pairs, "sign") {
            "" => return Err(RequestError::Sign(SignError::Missing)),
            sign if self.shop.platform_key.verifies(&signed_bytes(signed), sign) => {}
            _ => return Err(RequestError::Sign(SignError::Wrong)),
        }
        if value(&pairs, "app_id") != self.shop.app_id {
            return Err(RequestError::Field(FieldError { key: "app_id", fault: FieldFault::Foreign }));
        }
        self.notification(&pairs)
    }

    /// What a notification says without anybody having signed it: for a merchant who believes that.
    ///
    /// # Errors
    /// It is unreadable.
    pub fn unsigned_notification(
        &mut self,
        http: &http::Request<'_>,
    ) -> Result<Notification<'_>, RequestError> {
        self.notification(&sorted(http.body)?)
    }

    fn notification(&mut self, pairs: &[Pair]) -> Result<Notification<'_>, RequestError> {
        let get = |name: &str| value(pairs, name);
        let first = |one, other| if get(one).is_empty() { get(other) } else { get(one) }.to_owned();
        let succeeded = match get("notify_type") {
            "fund_auth_freeze" => get("operation_type") == "FREEZE" && get("status") == "SUCCESS",
            // A refund is told as its order, with what went back.
            _ => is_paid(get("trade_status")) && get("refund_fee").is_empty(),
        };
        let read = Read {
            out_trade_no: first("out_trade_no", "out_order_no"),
            trade_no: first("trade_no", "auth_no"),
            total_amount: first("total_amount", "amount"),
            ..Read::default()
        };
        self.read = read;
        let amount = Amount::parse_yuan(&self.read.total_amount);
        let unreadable = FieldError { key: "total_amount", fault: FieldFault::Unreadable };
        Ok(Notification {
            transaction_id: &self.read.trade_no,
            out_trade_no: &self.read.out_trade_no,
            total_fee_fen: amount.ok_or(RequestError::Field(unreadable))?.fen(),
            succeeded,
            trade_type: None,
        })
    }

    /// Appends the HTTP response to a notification. It is not signed.
    pub fn encode_acknowledgement(&self, acknowledgement: &Acknowledgement, out: &mut Vec<u8>) {
        let word: &[u8] = match acknowledgement {
            Acknowledgement::Success => b"success",
            Acknowledgement::Fail(_) => b"fail",
        };
        http::write_response(out, 200, "text/plain; charset=utf-8", word);
    }

    /// The inner object under the name of this call, if its signature is Alipay's.
    fn read_signed(&self, service: Service, http: &http::Response<'_>) -> Result<Read, AnswerError> {
        if http.status != 200 {
            return Err(AnswerError::Transport(TransportFault::Status(http.status)));
        }
        let unreadable = AnswerError::Transport(TransportFault::Json);
        let whole: BTreeMap<String, &RawValue> = json::read(http.body).map_err(|_| unreadable.clone())?;
        let name = format!("{}_response", service.method().replace('.', "_"));
        let inner = whole.get(&name).ok_or_else(|| unreadable.clone())?.get();
        let sign = whole.get("sign").ok_or(AnswerError::Sign(SignError::Missing))?.get();
        let sign: String = serde_json::from_str(sign).map_err(|_| AnswerError::Sign(SignError::Wrong))?;
        if !self.shop.platform_key.verifies(inner.as_bytes(), &sign) {
            return Err(AnswerError::Sign(SignError::Wrong));
        }
        json::read(inner.as_bytes()).map_err(|_| unreadable)
    }

    /// It is about the order that was asked about.
    fn own(&self) -> Result<(), AnswerError> {
        let is_own = self.read.out_trade_no == self.asked;
        is_own.then_some(()).ok_or(wrong("out_trade_no", FieldFault::Foreign))
    }

    fn order_state(&self, trade_state: TradeState) -> Result<OrderState<'_>, AnswerError> {
        let read = &self.read;
        let amount = Some(&read.total_amount).filter(|amount| !amount.is_empty());
        Ok(OrderState {
            out_trade_no: required(&read.out_trade_no, "out_trade_no")?,
            trade_state,
            transaction_id: Some(read.trade_no.as_str()).filter(|number| !number.is_empty()),
            total_fee_fen: amount.map(|amount| fen(amount, "total_amount")).transpose()?,
            trade_type: None,
        })
    }

    fn refund_told(&self, product: Product) -> Result<RefundTold<'_>, AnswerError> {
        let read = &self.read;
        let (id, amount, status) = match product {
            Product::Trade => (&read.trade_no, &read.refund_amount, &read.refund_status),
            Product::Fund => (&read.operation_id, &read.total_amount, &read.status),
        };
        // A refund that nobody knows is no failure of its query: the answer is empty.
        if read.out_request_no.is_empty() {
            let (err_code, word) = (ErrCode::RefundNotExist, "no such refund".to_owned());
            return Err(AnswerError::Business { err_code, word });
        }
        Ok(RefundTold {
            out_trade_no: required(&read.out_trade_no, "out_trade_no")?,
            out_refund_no: &read.out_request_no,
            refund_id: required(id, "operation_id")?,
            refund_fee_fen: fen(amount, "amount")?,
            status: match status.as_str() {
                "SUCCESS" | "REFUND_SUCCESS" => RefundStatus::Done,
                "INIT" => RefundStatus::Processing,
                // "No such field: the refund has not come, or has failed." The gateway says no more.
                "" => RefundStatus::Unsaid,
                "CLOSED" => RefundStatus::Closed,
                _ => return Err(wrong("status", FieldFault::Unreadable)),
            },
        })
    }
}

/// What these bytes answer to every call, if Alipay has signed them; and what they tell unasked. For a fuzzer: it gives the
/// amounts that were read.
pub(crate) fn fuzz_answers(shop: AlipayShop, bytes: &[u8]) -> Vec<u64> {
    let mut codec = AlipayCodec::new(Arc::new(shop), "gateway");
    let mut amounts = Vec::new();
    let response = http::Response { status: 200, reason: "", headers: http::Headers::default(), body: bytes };
    let target = path_of(&codec.shop.notify_url).to_owned();
    let request =
        http::Request { method: "POST", target: &target, headers: http::Headers::default(), body: bytes };
    amounts.extend(codec.decode_notification(&request).map(|notice| notice.total_fee_fen));
    for product in [Product::Trade, Product::Fund] {
        for call in Call::ALL {
            assert!(codec.decode_answer(product, call, &response).is_err(), "nobody has signed this");
        }
    }
    let Ok(read) = json::read(bytes) else { return amounts };
    codec.read = read;
    for product in [Product::Trade, Product::Fund] {
        for call in Call::ALL {
            amounts.extend(match codec.answer(product, call) {
                Ok(Answer::Order(order)) => order.total_fee_fen,
                Ok(Answer::Paid(paid)) => Some(paid.total_fee_fen),
                Ok(Answer::Refund(refund)) => Some(refund.refund_fee_fen),
                _ => None,
            });
        }
    }
    amounts
}

const TARGET: &str = "/gateway.do?charset=utf-8";
const FORM: &str = "application/x-www-form-urlencoded; charset=utf-8";

/// The path of a URL; the root when there is none.
fn path_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find('/').map_or("/", |slash| rest.split_at(slash).1)
}

/// The pairs of a form, by name.
fn sorted(body: &[u8]) -> Result<Vec<Pair>, RequestError> {
    let unreadable = FieldError { key: "body", fault: FieldFault::Unreadable };
    let mut pairs = form::read(body).ok_or(RequestError::Field(unreadable))?;
    pairs.sort();
    Ok(pairs)
}

/// The value, empty when there is none.
fn value<'a>(pairs: &'a [Pair], name: &str) -> &'a str {
    let found = pairs.iter().find(|(candidate, _)| candidate == name);
    found.and_then(|(_, value)| core::str::from_utf8(value).ok()).unwrap_or_default()
}

fn is_signature(name: &str) -> bool {
    matches!(name, "sign" | "sign_type")
}

const fn service(product: Product, call: Call) -> Service {
    match (product, call) {
        (Product::Trade, Call::UnifiedOrder) => Service::Precreate,
        (Product::Trade, Call::OrderQuery) => Service::Query,
        // A close of an order that nobody has scanned is refused; a cancel ends it, and one that never came as well.
        (Product::Trade, Call::CloseOrder | Call::Reverse) => Service::Cancel,
        (_, Call::MicroPay) => Service::Pay,
        (Product::Trade, Call::Refund) => Service::Refund,
        (Product::Trade, Call::RefundQuery) => Service::RefundQuery,
        (Product::Fund, Call::UnifiedOrder) => Service::HoldMake,
        (Product::Fund, Call::OrderQuery | Call::RefundQuery) => Service::HoldQuery,
        (Product::Fund, Call::CloseOrder | Call::Reverse) => Service::HoldCancel,
        (Product::Fund, Call::Refund) => Service::Unfreeze,
    }
}

/// What stands in `biz_content`.
fn content(product: Product, request: &Request<'_>) -> Value {
    let yuan = |fen| Amount::from_fen(fen).unwrap_or(Amount::MAX).yuan().to_string();
    match (product, request) {
        (Product::Trade, Request::UnifiedOrder(UnifiedOrder { out_trade_no, total_fee_fen, body })) => {
            json!({ "out_trade_no": out_trade_no, "total_amount": yuan(*total_fee_fen), "subject": body })
        }
        (Product::Fund, Request::UnifiedOrder(UnifiedOrder { out_trade_no, total_fee_fen, body })) => json!({
            "out_order_no": out_trade_no, "out_request_no": out_trade_no, "order_title": body,
            "amount": yuan(*total_fee_fen), "product_code": "PRE_AUTH",
        }),
        (_, Request::MicroPay(MicroPay { out_trade_no, total_fee_fen, body, auth_code, .. })) => json!({
            "scene": "bar_code", "out_trade_no": out_trade_no, "total_amount": yuan(*total_fee_fen),
            "subject": body, "auth_code": auth_code.as_str(),
        }),
        (
            Product::Trade,
            Request::OrderQuery { out_trade_no }
            | Request::CloseOrder { out_trade_no }
            | Request::Reverse { out_trade_no },
        ) => json!({ "out_trade_no": out_trade_no }),
        (Product::Fund, Request::OrderQuery { out_trade_no }) => {
            json!({ "out_order_no": out_trade_no, "out_request_no": out_trade_no })
        }
        (Product::Fund, Request::CloseOrder { out_trade_no } | Request::Reverse { out_trade_no }) => json!({
            "out_order_no": out_trade_no, "out_request_no": out_trade_no, "remark": "not wanted any more",
        }),
        (Product::Trade, Request::Refund(Refund { out_trade_no, out_refund_no, refund_fee_fen, .. })) => {
            json!({
                "out_trade_no": out_trade_no, "out_request_no": out_refund_no, "refund_amount": yuan(*refund_fee_fen),
            })
        }
        (Product::Fund, Request::Refund(Refund { transaction_id, out_refund_no, refund_fee_fen, .. })) => {
            json!({
                "auth_no": transaction_id, "out_request_no": out_refund_no, "amount": yuan(*refund_fee_fen),
                "remark": "let go",
            })
        }
        (Product::Trade, Request::RefundQuery { out_trade_no, out_refund_no }) => {
            json!({ "out_trade_no": out_trade_no, "out_request_no": out_refund_no })
        }
        (Product::Fund, Request::RefundQuery { out_trade_no, out_refund_no }) => {
            json!({ "out_order_no": out_trade_no, "out_request_no": out_refund_no })
        }
    }
}

fn is_paid(trade_status: &str) -> bool {
    matches!(trade_status, "TRADE_SUCCESS" | "TRADE_FINISHED")
}

fn trade_state(read: &Read) -> Result<TradeState, AnswerError> {
    match read.trade_status.as_str() {
        "WAIT_BUYER_PAY" => Ok(TradeState::NotPay),
        status if is_paid(status) => Ok(TradeState::Success),
        // Closed unpaid, or because all of it went back.
        "TRADE_CLOSED" if read.send_pay_date.is_empty() => Ok(TradeState::Closed),
        "TRADE_CLOSED" => Ok(TradeState::Refund),
        _ => Err(wrong("trade_status", FieldFault::Unreadable)),
    }
}

/// The freezing stays a success when its money has been let go: what is left says whether it still counts.
fn hold_state(read: &Read) -> Result<TradeState, AnswerError> {
    match read.status.as_str() {
        "INIT" => Ok(TradeState::NotPay),
        "CLOSED" => Ok(TradeState::Closed),
        "SUCCESS" if fen(&read.rest_amount, "rest_amount")? == fen(&read.total_amount, "amount")? => {
            Ok(TradeState::Success)
        }
        "SUCCESS" => Ok(TradeState::Refund),
        _ => Err(wrong("status", FieldFault::Unreadable)),
    }
}

/// Why a call is refused, in the words of WeChat Pay, which the flows know. Source: `crate::alipay::words`.
fn refusal(read: &Read) -> ErrCode {
    match (read.code.as_str(), read.sub_code.as_str()) {
        ("10003", _) => ErrCode::UserPaying,
        ("20000", _) | (_, "ACQ.SYSTEM_ERROR" | "SYSTEM_ERROR") => ErrCode::SystemError,
        (_, "ACQ.TRADE_NOT_EXIST" | "AUTH_ORDER_NOT_EXIST") => ErrCode::OrderNotExist,
        (_, "ACQ.TRADE_HAS_SUCCESS" | "ORDER_ALREADY_FINISH") => ErrCode::OrderPaid,
        (_, "ACQ.TRADE_HAS_CLOSE" | "ORDER_ALREADY_CLOSED") => ErrCode::OrderClosed,
        (_, "AUTH_OPERATION_NOT_EXIST") => ErrCode::RefundNotExist,
        (_, "ACQ.CONTEXT_INCONSISTENT" | "UNIQUE_VIOLATION") => ErrCode::OutTradeNoUsed,
        (_, "ACQ.PAYMENT_AUTH_CODE_INVALID") => ErrCode::AuthCodeInvalid,
        (_, "ACQ.BUYER_BALANCE_NOT_ENOUGH") => ErrCode::NotEnough,
        (_, "ACQ.TRADE_STATUS_ERROR" | "ILLEGAL_STATUS") => ErrCode::TradeStateError,
        (_, "ACQ.REASON_TRADE_REFUND_FEE_ERR" | "REQUEST_AMOUNT_EXCEED") => ErrCode::Error,
        (_, "ACQ.INVALID_PARAMETER" | "ILLEGAL_ARGUMENT") => ErrCode::ParamError,
        _ => ErrCode::Other,
    }
}

const fn wrong(key: &'static str, fault: FieldFault) -> AnswerError {
    AnswerError::Field(FieldError { key, fault })
}

/// Taken, and what has become of it has to be asked.
fn unknown(what: &str) -> AnswerError {
    AnswerError::Business { err_code: ErrCode::SystemError, word: format!("{what} taken") }
}

fn required<'a>(value: &'a str, key: &'static str) -> Result<&'a str, AnswerError> {
    Some(value).filter(|value| !value.is_empty()).ok_or_else(|| wrong(key, FieldFault::Missing))
}

fn fen(yuan: &str, key: &'static str) -> Result<u64, AnswerError> {
    Amount::parse_yuan(yuan).map(Amount::fen).ok_or_else(|| wrong(key, FieldFault::Unreadable))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// "Y: call again", Alipay, `alipay.trade.cancel`; also where the call was taken.
    #[test]
    fn a_cancel_that_is_to_be_called_again_has_ended_nothing() {
        // A counter times an odd constant is random enough for a key that signs nothing.
        let mut dice = 0_u64;
        let roll = || {
            dice += 1;
            dice.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(31).wrapping_mul(0xBF58_476D_1CE4_E5B9)
        };
        let key = PrivateKey::generate(roll).unwrap();
        let (app_id, notify_url) = ("2".to_owned(), "http://shop/notify".to_owned());
        let platform_key = key.public_key();
        let shop = Arc::new(AlipayShop { app_id, private_key: key, platform_key, notify_url });
        for (flag, is_over) in [("N", true), ("", true), ("Y", false)] {
            let mut codec = AlipayCodec::new(Arc::clone(&shop), "gateway");
            codec.read.code = "10000".to_owned();
            codec.read.out_trade_no = "A-1".to_owned();
            codec.read.retry_flag = flag.to_owned();
            for call in [Call::CloseOrder, Call::Reverse] {
                match codec.answer(Product::Trade, call) {
                    Ok(Answer::Order(order)) => assert!(is_over && order.trade_state == TradeState::Revoked),
                    Err(AnswerError::Business { err_code, .. }) => {
                        assert!(!is_over && err_code.leaves_result_unknown());
                    }
                    other => panic!("{other:?}"),
                }
            }
        }
    }
}
