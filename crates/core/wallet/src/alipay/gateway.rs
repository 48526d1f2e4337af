//! `gateway.do`: everything in parameters, in the query, the body or both; the answer around the bytes that it signs.
//!
//! Source: Alipay, "Gateway": RSA2 over all parameters but `sign`, sorted, `k=v` joined by `&`, in the charset that they
//! name; the answer signs exactly the bytes of its inner object. Charsets: UTF-8, GBK and what is a part of it.
//! *Not modelled:* `sign_type` RSA (SHA-1), formats other than JSON, return pages.

use encoding_rs::{Encoding, GBK, UTF_8};

use crate::alipay::{Call, answer};
use crate::ask::Ask;
use crate::exchange::{HttpAnswer, HttpRequest, MAX_BODY_BYTES};
use crate::form::{self, Pair};
use crate::keys::MerchantKeys;
use crate::moment::WallTime;
use crate::rsa_key::{PrivateKey, PublicKey};
use crate::told::{Refusal, Told};

/// How a request was asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Manner {
    pub(crate) call: Option<Call>,
    pub(crate) merchant: Option<usize>,
    charset: Charset,
}

/// What parameters and answers are written in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Charset {
    #[default]
    Utf8,
    Gbk,
}

impl Charset {
    fn of(name: &[u8]) -> Option<Self> {
        match name.to_ascii_lowercase().as_slice() {
            b"" | b"utf-8" | b"utf8" => Some(Self::Utf8),
            b"gbk" | b"gb2312" | b"gb18030" => Some(Self::Gbk),
            _ => None,
        }
    }

    const fn encoding(self) -> &'static Encoding {
        match self {
            Self::Utf8 => UTF_8,
            Self::Gbk => GBK,
        }
    }

    fn decode(self, bytes: &[u8]) -> Result<String, Refusal> {
        let text = self.encoding().decode_without_bom_handling_and_without_replacement(bytes);
        text.map(std::borrow::Cow::into_owned).ok_or(Refusal::WrongFormat)
    }

    /// JSON escapes what this charset has no bytes for.
    fn encode(self, text: &str) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(text.len());
        let mut each = [0; 4];
        for character in text.chars() {
            match self.encoding().encode(character.encode_utf8(&mut each)) {
                (encoded, _, false) => bytes.extend_from_slice(&encoded),
                _ => {
                    let mut units = [0; 2];
                    let units = character.encode_utf16(&mut units);
                    bytes.extend(units.iter().flat_map(|unit| format!("\\u{unit:04x}").into_bytes()));
                }
            }
        }
        bytes
    }

    const fn content_type(self) -> &'static str {
        match self {
            Self::Utf8 => "text/html;charset=utf-8",
            Self::Gbk => "text/html;charset=gbk",
        }
    }
}

/// Reads a request. What is known of it when it has to be refused is in the manner all the same.
pub(crate) fn read(
    merchants: &[MerchantKeys],
    request: &HttpRequest<'_>,
    now: WallTime,
    manner: &mut Manner,
) -> Result<Ask, Refusal> {
    let parameters = Parameters::of(request)?;
    manner.charset = Charset::of(parameters.get("charset")).ok_or(Refusal::WrongParameter("charset"))?;
    let method = parameters.get("method");
    manner.call = Call::ALL.into_iter().find(|call| call.method().as_bytes() == method);
    let call = manner.call.ok_or(Refusal::NoSuchCall)?;
    let app_id = parameters.get("app_id");
    let place = merchants.iter().position(|merchant| merchant.alipay.app_id.as_bytes() == app_id);
    let merchant = place.and_then(|place| merchants.get(place)).ok_or(Refusal::NoSuchMerchant)?;
    if parameters.get("sign_type") != b"RSA2" {
        return Err(Refusal::WrongParameter("sign_type"));
    }
    parameters.check(&merchant.alipay.public_key)?;
    manner.merchant = place;
    if parameters.get("version") != b"1.0" {
        return Err(Refusal::WrongParameter("version"));
    }
    let timestamp = manner.charset.decode(parameters.get("timestamp"))?;
    WallTime::parse_dashed(&timestamp).ok_or(Refusal::WrongParameter("timestamp"))?;
    let notify_url = manner.charset.decode(parameters.get("notify_url"))?;
    let content = manner.charset.decode(parameters.get("biz_content"))?;
    super::ask(call, content.as_bytes(), Some(notify_url), now)
}

/// All parameters, sorted by name; none stands twice.
struct Parameters(Vec<Pair>);

impl Parameters {
    fn of(request: &HttpRequest<'_>) -> Result<Self, Refusal> {
        if request.body.len() > MAX_BODY_BYTES || request.query().len() > MAX_BODY_BYTES {
            return Err(Refusal::WrongFormat);
        }
        let mut pairs = form::read(request.query().as_bytes()).ok_or(Refusal::WrongFormat)?;
        match request.method {
            "GET" => {}
            "POST" if request.is_of_type("application/x-www-form-urlencoded") => {
                pairs.extend(form::read(request.body).ok_or(Refusal::WrongFormat)?);
            }
            _ => return Err(Refusal::WrongFormat),
        }
        pairs.sort();
        // Official clients put some parameters into both places, with one value.
        pairs.dedup();
        let twice = pairs.windows(2).any(|pair| matches!(pair, [one, other] if one.0 == other.0));
        if twice { Err(Refusal::WrongFormat) } else { Ok(Self(pairs)) }
    }

    /// The value, empty when there is none.
    fn get(&self, name: &str) -> &[u8] {
        self.0.iter().find(|(candidate, _)| candidate == name).map_or(&[], |(_, value)| value)
    }

    /// Some clients sign empty parameters and some leave them out.
    fn check(&self, key: &PublicKey) -> Result<(), Refusal> {
        let signature = core::str::from_utf8(self.get("sign")).map_err(|_| Refusal::WrongSignature)?;
        let signed = self.0.iter().filter(|(name, _)| name != "sign");
        let filled = signed.clone().filter(|(_, value)| !value.is_empty());
        let is_theirs = key.verifies(&signed_bytes(filled), signature)
            || (signed.clone().any(|(_, value)| value.is_empty())
                && key.verifies(&signed_bytes(signed), signature));
        if is_theirs { Ok(()) } else { Err(Refusal::WrongSignature) }
    }
}

/// `k=v&k=v`, not escaped, of pairs that are sorted already.
pub(crate) fn signed_bytes<'a>(pairs: impl Iterator<Item = &'a Pair>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (name, value) in pairs {
        if !bytes.is_empty() {
            bytes.push(b'&');
        }
        bytes.extend_from_slice(name.as_bytes());
        bytes.push(b'=');
        bytes.extend_from_slice(value);
    }
    bytes
}

/// Puts a decision into words: the inner object is built once, signed as it is, and put between what is around it.
pub(crate) fn answer(key: &PrivateKey, manner: &Manner, told: &Told) -> HttpAnswer {
    let inner = manner.charset.encode(&answer::gateway_object(manner.call, told).to_string());
    let name = manner.call.map_or("error", Call::method).replace('.', "_");
    let mut body = format!("{{\"{name}_response\":").into_bytes();
    body.extend_from_slice(&inner);
    body.extend_from_slice(format!(",\"sign\":\"{}\"}}", key.sign(&inner)).as_bytes());
    HttpAnswer::new(200, manner.charset.content_type(), body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_charset_lacks_is_escaped() {
        assert_eq!(Charset::Gbk.encode("茶"), [0xb2, 0xe8]);
        assert_eq!(Charset::Gbk.encode("😀"), b"\\ud83d\\ude00");
        assert_eq!(Charset::Utf8.encode("茶"), "茶".as_bytes());
    }

    #[test]
    fn the_same_parameter_twice_is_taken_only_with_one_value() {
        let names = |target, body| {
            let request = HttpRequest { method: "POST", target, headers: &[], body };
            Parameters::of(&request).map(|parameters| parameters.0.len())
        };
        assert_eq!(names("/gateway.do?a=1&b=2", b"a=1&c=3".as_slice()), Ok(3));
        assert_eq!(names("/gateway.do?a=1", b"a=2"), Err(Refusal::WrongFormat));
    }
}
