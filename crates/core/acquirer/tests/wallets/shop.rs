//! A merchant of WeChat Pay v2 with a till of its own: documents are made, signed and read here, not by the platform.
//!
//! Source: WeChat Pay v2, "payment-code" and "Signature".

use core::time::Duration;
use sim::{Fen, Key, OrderNo, SimTime};
use tillrig_acquirer::fault::Course;
use tillrig_acquirer::{Config, Platform, WalletRequest};
use wallet::exchange::{HttpAnswer, HttpRequest};
use wallet::sign::{self, ApiKey, SignType};
use wallet::xml::{self, Fields};

/// The number of the only order.
pub(crate) const ORDER: &str = "T-1";

/// The merchant, the platform, and the present.
pub(crate) struct Shop {
    platform: Platform,
    now: SimTime,
    asked: u32,
}

/// A call that has not been sent.
#[derive(Clone)]
pub(crate) struct Call {
    path: &'static str,
    body: Vec<u8>,
}

impl Shop {
    pub(crate) fn new() -> Self {
        let mut platform = Platform::new(&Config::default());
        platform.open();
        Self { platform, now: SimTime::from_secs(1), asked: 0 }
    }

    /// A signed document with these fields besides those that all have.
    pub(crate) fn call(&mut self, path: &'static str, more: &[(&'static str, &str)]) -> Call {
        self.asked += 1;
        let mut fields = Fields::default();
        let nonce = format!("nonce{:08}", self.asked);
        let usual = [("appid", "wxd930ea5d5a258f4f"), ("mch_id", "10000100"), ("nonce_str", nonce.as_str())];
        for (name, value) in usual.into_iter().chain([("out_trade_no", ORDER)]).chain(more.iter().copied()) {
            fields.set(name, value);
        }
        let signature = sign::sign(&fields, &key(), SignType::Md5);
        fields.set("sign", signature.as_str());
        let mut body = Vec::new();
        xml::write(&fields, &mut body);
        Call { path, body }
    }

    pub(crate) fn micropay(&mut self) -> Call {
        let terms = [("body", "tea"), ("total_fee", "1000"), ("spbill_create_ip", "127.0.0.1")];
        self.call("/pay/micropay", &[&terms[..], &[("auth_code", "134567890123456789")]].concat())
    }

    pub(crate) fn query(&mut self) -> Call {
        self.call("/pay/orderquery", &[])
    }

    pub(crate) fn reverse(&mut self) -> Call {
        self.call("/secapi/pay/reverse", &[])
    }

    pub(crate) fn refund(&mut self) -> Call {
        let terms = [("out_refund_no", "R-1"), ("total_fee", "1000"), ("refund_fee", "300")];
        self.call("/secapi/pay/refund", &terms)
    }

    /// An order whose code is shown, paid by a customer who has scanned it.
    pub(crate) fn paid_by_shown_code(&mut self) {
        let terms = [("body", "tea"), ("total_fee", "1000"), ("spbill_create_ip", "127.0.0.1")];
        let shown = [("trade_type", "NATIVE"), ("notify_url", "http://shop/notify")];
        let order = self.call("/pay/unifiedorder", &[&terms[..], &shown].concat());
        assert_eq!(self.send(&order), "SUCCESS");
        self.platform.customer_pays(self.now, OrderNo::new(ORDER).unwrap()).unwrap();
        self.pass();
    }

    /// Sends a call, and gives what the answer comes to.
    pub(crate) fn send(&mut self, call: &Call) -> String {
        let (request, course) = self.receive(call);
        self.decide(&request, &course)
    }

    /// The platform has read the call; nothing is decided.
    pub(crate) fn receive(&mut self, call: &Call) -> (WalletRequest, Course) {
        let headers = [("content-type", "text/xml")];
        let http = HttpRequest { method: "POST", target: call.path, headers: &headers, body: &call.body };
        self.platform.receive_call(self.now, &http).expect("the merchant's own call is authentic")
    }

    /// The platform decides; what its answer comes to for somebody who verifies it.
    pub(crate) fn decide(&mut self, request: &WalletRequest, course: &Course) -> String {
        let (answer, _) = self.platform.commit_call(self.now, request, course);
        self.pass();
        read(&answer).unwrap_or_else(|| "not believed".to_owned())
    }

    /// What the merchant has in the end.
    pub(crate) fn net(&self) -> Fen {
        self.platform.books().ledger().net(Key::Order(OrderNo::new(ORDER).unwrap()))
    }

    /// Five seconds pass; payments land.
    fn pass(&mut self) {
        self.now += Duration::from_secs(5);
        self.platform.advance(self.now);
    }
}

fn key() -> ApiKey {
    ApiKey::new("192006250b4c09247ec02edce69f6a2d")
}

/// The word of the answer that counts, if it is authentic.
fn read(answer: &HttpAnswer) -> Option<String> {
    let mut fields = Fields::default();
    fields.parse(&answer.body).ok()?;
    sign::verify_as(&fields, &key(), SignType::Md5).ok()?;
    let word = match fields.get("result_code") {
        Some("FAIL") => fields.get("err_code"),
        _ => fields.get("trade_state").or_else(|| fields.get("result_code")),
    };
    word.map(str::to_owned)
}
