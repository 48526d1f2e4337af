//! One request to the platform and its answer, read by the merchant: what the claims beside are made with.

use serde_json::Value;
use tillrig_wallet::ask::Ask;
use tillrig_wallet::exchange::{Dialect, HttpAnswer, HttpRequest};
use tillrig_wallet::platform::{Heard, Platform};
use tillrig_wallet::told::{Refusal, Told};
use tillrig_wallet::xml::Fields;

use crate::house::merchant::Written;
use crate::house::{NOW, STAMP, merchant, merchant_key, platform, platform_key};

pub(crate) fn hear_by(platform: &Platform, written: &Written) -> Heard {
    written
        .lend(|request: &HttpRequest<'_>| platform.hear(request, NOW))
        .expect("the path belongs to a dialect")
}

pub(crate) fn hear(written: &Written) -> Result<Ask, Refusal> {
    hear_by(&platform(), written).asked
}

/// What the platform answers to this ask when it decides so.
pub(crate) fn answer(dialect: Dialect, ask: &Ask, told: &Told) -> HttpAnswer {
    let platform = platform();
    let heard = hear_by(&platform, &merchant::write(dialect, ask, &merchant_key()));
    assert_eq!(heard.manner.dialect(), dialect);
    platform.answer(&heard.manner, told, STAMP)
}

pub(crate) fn v2_fields(answer: &HttpAnswer) -> Fields {
    let mut fields = Fields::default();
    fields.parse(&answer.body).unwrap();
    fields
}

pub(crate) fn json(answer: &HttpAnswer) -> Value {
    serde_json::from_slice(&answer.body).unwrap()
}

/// The inner object of the gateway, after its signature was found right over exactly its bytes.
pub(crate) fn gateway_object(answer: &HttpAnswer, name: &str) -> Value {
    let body = std::str::from_utf8(&answer.body).unwrap();
    let inner = body.strip_prefix(&format!("{{\"{name}_response\":")).unwrap();
    let (inner, signature) = inner.rsplit_once(",\"sign\":\"").unwrap();
    assert!(platform_key().public_key().verifies(inner.as_bytes(), signature.strip_suffix("\"}").unwrap()));
    serde_json::from_str(inner).unwrap()
}

pub(crate) fn named(name: &str) -> Ask {
    merchant::one_of_each().into_iter().find(|(candidate, _)| *candidate == name).unwrap().1
}

pub(crate) fn text(value: &Value, pointer: &str) -> String {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}
