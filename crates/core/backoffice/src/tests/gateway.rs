//! The wallet's side of a query and of a notice, field by field as WeChat Pay v2 publishes them.

use sim::Fen;
use wallet::http::{self, Request};
use wallet::messages::TradeState;
use wallet::sign::{self, ApiKey, SignType};
use wallet::xml::{self, Fields};

/// The key of the usual test shop.
pub(crate) const SHOP_KEY: &str = "192006250b4c09247ec02edce69f6a2d";
const MERCHANT: &str = "10000100";

/// Which order an authentic query is about.
pub(crate) fn queried(request: &Request<'_>) -> Option<String> {
    let mut fields = Fields::default();
    fields.parse(request.body).ok()?;
    let authentic = sign::verify(&fields, &ApiKey::new(SHOP_KEY)).is_ok();
    let own = request.target == "/pay/orderquery" && fields.get("mch_id") == Some(MERCHANT);
    let order = fields.get("out_trade_no")?.to_owned();
    (authentic && own).then_some(order)
}

/// The answer to a query: where the order stands.
pub(crate) fn order_state(order: &str, state: TradeState, total: Fen) -> Vec<u8> {
    answer(&[
        ("return_code", "SUCCESS"),
        ("result_code", "SUCCESS"),
        ("mch_id", MERCHANT),
        ("out_trade_no", order),
        ("trade_state", state.as_str()),
        ("transaction_id", "4200000001"),
        ("total_fee", &total.unsigned().to_string()),
    ])
}

/// The answer to a query about an order that the gateway does not know. It names none.
pub(crate) fn no_such_order() -> Vec<u8> {
    answer(&[
        ("return_code", "SUCCESS"),
        ("result_code", "FAIL"),
        ("mch_id", MERCHANT),
        ("err_code", "ORDERNOTEXIST"),
    ])
}

/// A notice that an order was paid, signed with this key.
pub(crate) fn notice(order: &str, fen: u64, key: &str) -> Vec<u8> {
    let document = signed(
        &[
            ("return_code", "SUCCESS"),
            ("result_code", "SUCCESS"),
            ("mch_id", MERCHANT),
            ("sign_type", "HMAC-SHA256"),
            ("transaction_id", "4200000001"),
            ("out_trade_no", order),
            ("total_fee", &fen.to_string()),
        ],
        key,
    );
    let mut bytes = Vec::new();
    http::write_request(&mut bytes, "POST", "/notify", "backoffice", "text/xml", &document);
    bytes
}

fn answer(pairs: &[(&'static str, &str)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    http::write_response(&mut bytes, 200, "text/xml", &signed(pairs, SHOP_KEY));
    bytes
}

fn signed(pairs: &[(&'static str, &str)], key: &str) -> Vec<u8> {
    let mut fields = Fields::default();
    for (name, value) in pairs {
        fields.set(name, value);
    }
    let signature = sign::sign(&fields, &ApiKey::new(key), SignType::HmacSha256);
    fields.set("sign", signature.as_str());
    let mut document = Vec::new();
    xml::write(&fields, &mut document);
    document
}
