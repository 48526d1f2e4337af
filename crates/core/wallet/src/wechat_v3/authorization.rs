//! The `Authorization` header of WeChat Pay v3: who signed what and when.
//!
//! Source: WeChat Pay v3, "Signatures": `METHOD\nPATH?QUERY\nTIMESTAMP\nNONCE\nBODY\n` under the merchant's key.
//! *Not modelled:* SM2 signatures; uploads, which sign a part of their body.

use crate::exchange::HttpRequest;
use crate::keys::WeChatMerchant;
use crate::moment::{Clock, WallTime};
use crate::told::Refusal;

const SCHEME: &str = "WECHATPAY2-SHA256-RSA2048";

/// The header taken apart.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Authorization<'a> {
    pub(crate) mch_id: &'a str,
    pub(crate) nonce: &'a str,
    signature: &'a str,
    timestamp: &'a str,
    serial: &'a str,
}

impl<'a> Authorization<'a> {
    /// Reads `SCHEME name="value",…`; every name must stand once.
    pub(crate) fn parse(header: &'a str) -> Option<Self> {
        let rest = header.strip_prefix(SCHEME)?.strip_prefix(' ')?;
        let mut read = Self::default();
        for piece in rest.split(',') {
            let (name, value) = piece.trim().split_once('=')?;
            let value = value.strip_prefix('"')?.strip_suffix('"')?;
            let into = match name {
                "mchid" => &mut read.mch_id,
                "nonce_str" => &mut read.nonce,
                "signature" => &mut read.signature,
                "timestamp" => &mut read.timestamp,
                "serial_no" => &mut read.serial,
                _ => return None,
            };
            if !into.is_empty() || value.is_empty() {
                return None;
            }
            *into = value;
        }
        let all = [read.mch_id, read.nonce, read.signature, read.timestamp, read.serial];
        all.iter().all(|value| !value.is_empty()).then_some(read)
    }

    /// Whether the merchant signed this request, and lately.
    pub(crate) fn check(
        &self,
        request: &HttpRequest<'_>,
        merchant: &WeChatMerchant,
        clock: Clock,
    ) -> Result<(), Refusal> {
        let plain = self.timestamp.len() <= 12 && self.timestamp.bytes().all(|byte| byte.is_ascii_digit());
        let signed_at = self.timestamp.parse().ok().filter(|_| plain).ok_or(Refusal::WrongTime)?;
        if !clock.takes(WallTime::from_unix_s(signed_at)) {
            return Err(Refusal::WrongTime);
        }
        let mut message = Vec::with_capacity(request.body.len() + request.target.len() + 80);
        for part in [request.method, request.target, self.timestamp, self.nonce] {
            message.extend_from_slice(part.as_bytes());
            message.push(b'\n');
        }
        message.extend_from_slice(request.body);
        message.push(b'\n');
        let is_theirs = self.serial.eq_ignore_ascii_case(&merchant.certificate_serial)
            && merchant.public_key.verifies(&message, self.signature);
        if is_theirs { Ok(()) } else { Err(Refusal::WrongSignature) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAIRS: &str = r#"mchid="1",nonce_str="n",signature="a=",timestamp="5",serial_no="S""#;

    fn parsed(rest: &str) -> Option<String> {
        let header = format!("WECHATPAY2-SHA256-RSA2048 {rest}");
        Authorization::parse(&header).map(|read| format!("{} {} {}", read.mch_id, read.nonce, read.signature))
    }

    #[test]
    fn the_order_of_names_does_not_matter() {
        assert_eq!(parsed(PAIRS), Some("1 n a=".to_owned()));
        let turned: Vec<&str> = PAIRS.split(',').rev().collect();
        assert_eq!(parsed(&turned.join(", ")), Some("1 n a=".to_owned()));
    }

    #[test]
    fn what_is_missing_twice_or_strange_is_refused() {
        let without = PAIRS.replace(r#","#, ";");
        for rest in
            ["", r#"mchid="1""#, &without, &format!(r#"{PAIRS},mchid="2""#), &format!(r#"{PAIRS},x="2""#)]
        {
            assert_eq!(parsed(rest), None, "{rest}");
        }
        assert_eq!(Authorization::parse(&format!("Bearer {PAIRS}")), None);
        assert_eq!(parsed(&PAIRS.replace(r#""n""#, r#""""#)), None);
    }
}
