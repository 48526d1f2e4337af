//! Alipay v3: JSON in paths, signed in headers.
//!
//! Source: Alipay v3, "Signatures", as five open clients build them: what stands before `,sign=` in `authorization`, a
//! line each with method, target, body and, if there is one, `alipay-app-auth-token`; answers sign
//! `timestamp\nnonce\nbody\n`. Times are milliseconds. *Not modelled:* certificates (`app_cert_sn` is signed over and not
//! looked at), bearer keys, uploads, encrypted bodies.

use crate::alipay::{Call, answer};
use crate::ask::Ask;
use crate::exchange::{HttpAnswer, HttpRequest, MAX_BODY_BYTES};
use crate::keys::MerchantKeys;
use crate::moment::{Clock, WallTime};
use crate::platform::Stamp;
use crate::rsa_key::{PrivateKey, PublicKey};
use crate::told::{Refusal, Told};
use crate::{cipher, form};

/// How a request was asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Manner {
    pub(crate) call: Option<Call>,
    pub(crate) merchant: Option<usize>,
    pub(crate) nonce: Option<String>,
    request_id: Option<String>,
}

/// Reads a request. What is known of it when it has to be refused is in the manner all the same.
pub(crate) fn read(
    merchants: &[MerchantKeys],
    request: &HttpRequest<'_>,
    clock: Clock,
    manner: &mut Manner,
) -> Result<Ask, Refusal> {
    manner.request_id = request.header("alipay-request-id").map(str::to_owned);
    manner.call = call_of(request);
    let call = manner.call.ok_or(Refusal::NoSuchCall)?;
    if request.body.len() > MAX_BODY_BYTES {
        return Err(Refusal::WrongFormat);
    }
    let header = request.header("authorization").ok_or(Refusal::WrongSignature)?;
    let authorization = Authorization::parse(header).ok_or(Refusal::WrongSignature)?;
    let place = merchants.iter().position(|merchant| merchant.alipay.app_id == authorization.app_id);
    let merchant = place.and_then(|place| merchants.get(place)).ok_or(Refusal::NoSuchMerchant)?;
    authorization.check(request, &merchant.alipay.public_key, clock)?;
    manner.merchant = place;
    manner.nonce = Some(authorization.nonce.to_owned());
    if call == Call::BillAddress {
        let in_query = |name| form::query_value(request.query(), name);
        return super::bill(in_query("bill_type"), in_query("bill_date"));
    }
    if !request.is_of_type("application/json") {
        return Err(Refusal::WrongFormat);
    }
    super::ask(call, request.body, None, clock.now)
}

fn call_of(request: &HttpRequest<'_>) -> Option<Call> {
    let call = match request.path().strip_prefix("/v3/alipay/")? {
        "trade/pay" => Call::Pay,
        "trade/precreate" => Call::Precreate,
        "trade/query" => Call::Query,
        "trade/cancel" => Call::Cancel,
        "trade/close" => Call::Close,
        "trade/refund" => Call::Refund,
        "trade/fastpay/refund/query" => Call::RefundQuery,
        "data/dataservice/bill/downloadurl/query" => Call::BillAddress,
        "fund/auth/order/voucher/create" => Call::HoldMake,
        "fund/auth/operation/detail/query" => Call::HoldQuery,
        "fund/auth/operation/cancel" => Call::HoldCancel,
        "fund/auth/order/unfreeze" => Call::Unfreeze,
        _ => return None,
    };
    let method = if call == Call::BillAddress { "GET" } else { "POST" };
    Some(call).filter(|_| request.method == method)
}

/// The header taken apart.
#[derive(Debug, Default)]
struct Authorization<'a> {
    /// What is signed of it: all before the signature.
    signed: &'a str,
    app_id: &'a str,
    nonce: &'a str,
    timestamp: &'a str,
    /// How long the signature counts, when the merchant says so.
    expired_seconds: &'a str,
    signature: &'a str,
}

impl<'a> Authorization<'a> {
    /// Reads `ALIPAY-SHA256withRSA name=value,…,sign=value`.
    fn parse(header: &'a str) -> Option<Self> {
        let rest = header.strip_prefix("ALIPAY-SHA256withRSA ")?;
        let (signed, signature) = rest.split_once(",sign=")?;
        let mut read = Self { signed, signature, ..Self::default() };
        for piece in signed.split(',') {
            let (name, value) = piece.split_once('=')?;
            let into = match name {
                "app_id" => &mut read.app_id,
                "nonce" => &mut read.nonce,
                "timestamp" => &mut read.timestamp,
                "expired_seconds" => &mut read.expired_seconds,
                _ => continue,
            };
            if !into.is_empty() {
                return None;
            }
            *into = value;
        }
        let all = [read.app_id, read.nonce, read.timestamp, read.signature];
        all.iter().all(|value| !value.is_empty()).then_some(read)
    }

    fn check(&self, request: &HttpRequest<'_>, key: &PublicKey, clock: Clock) -> Result<(), Refusal> {
        let signed_at = number(self.timestamp, 15).ok_or(Refusal::WrongTime)? / 1_000;
        let skew_s = match self.expired_seconds {
            "" => clock.skew_s,
            text => Some(number(text, 9).ok_or(Refusal::WrongTime)?).filter(|_| clock.skew_s.is_some()),
        };
        if !(Clock { skew_s, ..clock }).takes(WallTime::from_unix_s(signed_at)) {
            return Err(Refusal::WrongTime);
        }
        let mut message =
            Vec::with_capacity(request.body.len() + request.target.len() + self.signed.len() + 16);
        for part in [self.signed, request.method, request.target] {
            message.extend_from_slice(part.as_bytes());
            message.push(b'\n');
        }
        message.extend_from_slice(request.body);
        message.push(b'\n');
        if let Some(token) = request.header("alipay-app-auth-token").filter(|token| !token.is_empty()) {
            message.extend_from_slice(token.as_bytes());
            message.push(b'\n');
        }
        if key.verifies(&message, self.signature) { Ok(()) } else { Err(Refusal::WrongSignature) }
    }
}

fn number(text: &str, longest: usize) -> Option<u64> {
    let plain = text.len() <= longest && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| plain)
}

/// Puts a decision into words, signed in headers.
pub(crate) fn answer(key: &PrivateKey, manner: &Manner, told: &Told, stamp: Stamp) -> HttpAnswer {
    let (status, object) = answer::rest_object(manner.call, told);
    let body = object.to_string().into_bytes();
    let timestamp = (stamp.now.unix_s() * 1_000).to_string();
    let nonce = cipher::nonce_text(stamp.nonce);
    let mut message = format!("{timestamp}\n{nonce}\n").into_bytes();
    message.extend_from_slice(&body);
    message.push(b'\n');
    let mut answer = HttpAnswer::new(status, "application/json; charset=utf-8", body);
    answer.headers = vec![
        ("alipay-signature", key.sign(&message)),
        ("alipay-timestamp", timestamp),
        ("alipay-trace-id", nonce.to_ascii_lowercase()),
        ("alipay-nonce", nonce),
    ];
    if let Some(request_id) =
        manner.request_id.as_ref().filter(|id| id.bytes().all(|byte| byte.is_ascii_graphic()))
    {
        answer.headers.push(("alipay-request-id", request_id.clone()));
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_before_the_signature_is_signed_whatever_its_order() {
        let header = "ALIPAY-SHA256withRSA timestamp=5,app_cert_sn=c,nonce=n,app_id=a,sign=s=";
        let read = Authorization::parse(header).unwrap();
        assert_eq!((read.app_id, read.nonce, read.timestamp, read.signature), ("a", "n", "5", "s="));
        assert_eq!(read.signed, "timestamp=5,app_cert_sn=c,nonce=n,app_id=a");
    }

    #[test]
    fn what_is_missing_or_twice_is_refused() {
        for header in [
            "",
            "ALIPAY-SHA256withRSA ",
            "ALIPAY-SHA256withRSA app_id=a,nonce=n,timestamp=5",
            "ALIPAY-SHA256withRSA app_id=a,app_id=b,nonce=n,timestamp=5,sign=s",
            "ALIPAY-SHA256withRSA app_id=a,nonce=,timestamp=5,sign=s",
            "ALIPAY-SHA256withRSA app_id=a,x,nonce=n,timestamp=5,sign=s",
        ] {
            assert!(Authorization::parse(header).is_none(), "{header}");
        }
    }
}
