//! What a terminal says to whole HTTP messages, and what it is told back from them, signed and checked.
//!
//! Source: WeChat Pay v2, "payment-code" (calls, three result levels) and "Notifications". Amounts in whole fen.
//! Not modelled: `appid` is sent but not compared; time stamps are not sent.

use crate::http;
use crate::messages::{
    Acknowledgement, Answer, AnswerError, Call, ErrCode, FieldError, FieldFault, Merchant, MicroPay,
    Notification, OrderState, Paid, Refund, RefundStatus, RefundTold, Request, RequestError, Reversed,
    TradeState, TransportFault, UnifiedOrder,
};
use crate::sign;
use crate::xml::{self, Fields};

/// A terminal's way to and from bytes; reuses its buffers.
#[derive(Debug, Clone)]
pub struct Codec {
    merchant: Merchant,
    /// What goes into the `Host` header of requests.
    gateway_host: String,
    fields: Fields,
    document: Vec<u8>,
}

impl Codec {
    /// A codec for this merchant; `gateway_host` is the `Host` of requests.
    pub fn new(merchant: Merchant, gateway_host: &str) -> Self {
        let gateway_host = gateway_host.to_owned();
        Self { merchant, gateway_host, fields: Fields::default(), document: Vec::new() }
    }

    /// What merchant and gateway agreed on.
    pub const fn merchant(&self) -> &Merchant {
        &self.merchant
    }

    /// Appends the HTTP request. `nonce` becomes `nonce_str`, it should not repeat.
    pub fn encode_request(&mut self, request: &Request<'_>, nonce: u64, out: &mut Vec<u8>) {
        self.begin(nonce);
        if let Some(out_trade_no) = request.out_trade_no() {
            self.fields.set("out_trade_no", out_trade_no);
        }
        match request {
            Request::UnifiedOrder(order) => self.set_order(order),
            Request::MicroPay(pay) => self.set_pay(pay),
            Request::Refund(refund) => self.set_refund(refund),
            Request::RefundQuery { out_refund_no, .. } => self.fields.set("out_refund_no", out_refund_no),
            Request::OrderQuery { .. } | Request::CloseOrder { .. } | Request::Reverse { .. } => {}
        }
        self.finish();
        http::write_request(
            out,
            "POST",
            request.call().path(),
            &self.gateway_host,
            CONTENT_TYPE,
            &self.document,
        );
    }

    /// Reads the answer to `call` and checks its signature.
    ///
    /// # Errors
    /// [`AnswerError`], one variant a level. All but `Business` leave the fate of the money open.
    pub fn decode_answer(
        &mut self,
        call: Call,
        http: &http::Response<'_>,
    ) -> Result<Answer<'_>, AnswerError> {
        self.read_return(http)?;
        sign::verify_as(&self.fields, &self.merchant.api_key, self.merchant.sign_type)
            .map_err(AnswerError::Sign)?;
        let text = |key| required(&self.fields, key).map_err(AnswerError::Field);
        match text("result_code")? {
            "SUCCESS" => {}
            "FAIL" => {
                let word = text("err_code")?;
                let err_code = ErrCode::from_wire(word).unwrap_or(ErrCode::Other);
                if call == Call::Reverse {
                    let recall = recall(&self.fields, true)?;
                    return Ok(Answer::Reversed(Reversed { refused: Some(err_code), recall }));
                }
                return Err(AnswerError::Business { err_code, word: word.to_owned() });
            }
            _ => return Err(unreadable("result_code")),
        }
        Ok(match call {
            Call::UnifiedOrder => Answer::CodeUrl(text("code_url")?),
            Call::OrderQuery => Answer::Order(order_state(&self.fields)?),
            Call::CloseOrder => Answer::Closed,
            Call::MicroPay => Answer::Paid(paid(&self.fields).map_err(AnswerError::Field)?),
            Call::Reverse => {
                Answer::Reversed(Reversed { refused: None, recall: recall(&self.fields, false)? })
            }
            Call::Refund => Answer::Refund(refund_taken(&self.fields).map_err(AnswerError::Field)?),
            Call::RefundQuery => Answer::Refund(refund_found(&self.fields).map_err(AnswerError::Field)?),
        })
    }

    /// Reads a notification and checks path and signature.
    ///
    /// # Errors
    /// Forged, foreign or unreadable: answer with [`Acknowledgement::Fail`] and change nothing.
    pub fn decode_notification(
        &mut self,
        http: &http::Request<'_>,
    ) -> Result<Notification<'_>, RequestError> {
        if http.method != "POST" || http.target != self.merchant.notify_target().1 {
            return Err(RequestError::NoSuchCall);
        }
        self.fields.parse(http.body).map_err(RequestError::Xml)?;
        sign::verify(&self.fields, &self.merchant.api_key).map_err(RequestError::Sign)?;
        let text = |key| required(&self.fields, key).map_err(RequestError::Field);
        if text("mch_id")? != self.merchant.mch_id {
            return Err(RequestError::Field(FieldError { key: "mch_id", fault: FieldFault::Foreign }));
        }
        let succeeded = match text("result_code")? {
            "SUCCESS" => true,
            "FAIL" => false,
            _ => {
                return Err(RequestError::Field(FieldError {
                    key: "result_code",
                    fault: FieldFault::Unreadable,
                }));
            }
        };
        Ok(Notification {
            transaction_id: text("transaction_id")?,
            out_trade_no: text("out_trade_no")?,
            total_fee_fen: amount_fen(&self.fields, "total_fee").map_err(RequestError::Field)?,
            succeeded,
            trade_type: filled(&self.fields, "trade_type"),
        })
    }

    /// Appends the HTTP response to a notification. It is not signed.
    pub fn encode_acknowledgement(&mut self, acknowledgement: &Acknowledgement, out: &mut Vec<u8>) {
        match acknowledgement {
            Acknowledgement::Success => self.encode_return("SUCCESS", "OK"),
            Acknowledgement::Fail(message) => self.encode_return("FAIL", message),
        }
        http::write_response(out, 200, CONTENT_TYPE, &self.document);
    }

    fn set_order(&mut self, order: &UnifiedOrder<'_>) {
        self.fields.set("body", order.body);
        self.set_fen("total_fee", order.total_fee_fen);
        self.fields.set("notify_url", &self.merchant.notify_url);
        self.fields.set("trade_type", "NATIVE");
    }

    fn set_pay(&mut self, pay: &MicroPay<'_>) {
        self.fields.set("body", pay.body);
        self.set_fen("total_fee", pay.total_fee_fen);
        self.fields.set("spbill_create_ip", pay.terminal_ip);
        self.fields.set("auth_code", pay.auth_code.as_str());
    }

    fn set_refund(&mut self, refund: &Refund<'_>) {
        self.fields.set("out_refund_no", refund.out_refund_no);
        self.set_fen("total_fee", refund.total_fee_fen);
        self.set_fen("refund_fee", refund.refund_fee_fen);
    }

    fn set_fen(&mut self, key: &'static str, amount_fen: u64) {
        self.fields.set(key, http::decimal(amount_fen, &mut [0; 20]));
    }

    /// Starts a signed document with what every one of them has.
    fn begin(&mut self, nonce: u64) {
        self.fields.clear();
        self.fields.set("appid", &self.merchant.app_id);
        self.fields.set("mch_id", &self.merchant.mch_id);
        self.fields.set("nonce_str", hexadecimal(nonce, &mut [0; 16]));
        self.fields.set("sign_type", self.merchant.sign_type.as_str());
    }

    /// Signs the fields and writes the document.
    fn finish(&mut self) {
        let signature = sign::sign(&self.fields, &self.merchant.api_key, self.merchant.sign_type);
        self.fields.set("sign", signature.as_str());
        self.document.clear();
        xml::write(&self.fields, &mut self.document);
    }

    fn encode_return(&mut self, code: &str, message: &str) {
        self.fields.clear();
        self.fields.set("return_code", code);
        self.fields.set("return_msg", message);
        self.document.clear();
        xml::write(&self.fields, &mut self.document);
    }

    /// Reads status, document and `return_code`: the two outer levels.
    fn read_return(&mut self, http: &http::Response<'_>) -> Result<(), AnswerError> {
        if http.status != 200 {
            return Err(AnswerError::Transport(TransportFault::Status(http.status)));
        }
        self.fields.parse(http.body).map_err(|error| AnswerError::Transport(TransportFault::Xml(error)))?;
        match required(&self.fields, "return_code").map_err(AnswerError::Field)? {
            "SUCCESS" => Ok(()),
            "FAIL" => {
                let message = self.fields.get("return_msg").unwrap_or_default().to_owned();
                Err(AnswerError::Communication { message })
            }
            _ => Err(unreadable("return_code")),
        }
    }
}

const CONTENT_TYPE: &str = "text/xml; charset=utf-8";

const fn unreadable(key: &'static str) -> AnswerError {
    AnswerError::Field(FieldError { key, fault: FieldFault::Unreadable })
}

fn filled<'a>(fields: &'a Fields, key: &'static str) -> Option<&'a str> {
    fields.get(key).filter(|value| !value.is_empty())
}

fn required<'a>(fields: &'a Fields, key: &'static str) -> Result<&'a str, FieldError> {
    filled(fields, key).ok_or(FieldError { key, fault: FieldFault::Missing })
}

/// An amount is plain decimal digits: no sign, no point.
fn amount_fen(fields: &Fields, key: &'static str) -> Result<u64, FieldError> {
    let text = required(fields, key)?;
    let digits = Some(text).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    digits.and_then(|text| text.parse().ok()).ok_or(FieldError { key, fault: FieldFault::Unreadable })
}

fn order_state(fields: &Fields) -> Result<OrderState<'_>, AnswerError> {
    let state = required(fields, "trade_state").map_err(AnswerError::Field)?;
    let total_fee =
        fields.get("total_fee").map(|_| amount_fen(fields, "total_fee").map_err(AnswerError::Field));
    Ok(OrderState {
        out_trade_no: required(fields, "out_trade_no").map_err(AnswerError::Field)?,
        trade_state: TradeState::from_wire(state).ok_or(unreadable("trade_state"))?,
        transaction_id: filled(fields, "transaction_id"),
        total_fee_fen: total_fee.transpose()?,
        trade_type: filled(fields, "trade_type"),
    })
}

fn paid(fields: &Fields) -> Result<Paid<'_>, FieldError> {
    Ok(Paid {
        out_trade_no: required(fields, "out_trade_no")?,
        transaction_id: required(fields, "transaction_id")?,
        total_fee_fen: amount_fen(fields, "total_fee")?,
    })
}

fn refund_taken(fields: &Fields) -> Result<RefundTold<'_>, FieldError> {
    Ok(RefundTold {
        out_trade_no: required(fields, "out_trade_no")?,
        out_refund_no: required(fields, "out_refund_no")?,
        refund_id: required(fields, "refund_id")?,
        refund_fee_fen: amount_fen(fields, "refund_fee")?,
        status: RefundStatus::Processing,
    })
}

/// Who asks by the number of a refund is told of that one alone.
fn refund_found(fields: &Fields) -> Result<RefundTold<'_>, FieldError> {
    Ok(RefundTold {
        out_trade_no: required(fields, "out_trade_no")?,
        out_refund_no: required(fields, "out_refund_no_0")?,
        refund_id: required(fields, "refund_id_0")?,
        refund_fee_fen: amount_fen(fields, "refund_fee_0")?,
        status: RefundStatus::from_wire(required(fields, "refund_status_0")?)?,
    })
}

fn recall(fields: &Fields, unless_said: bool) -> Result<bool, AnswerError> {
    match fields.get("recall").unwrap_or_default() {
        "Y" => Ok(true),
        "N" => Ok(false),
        "" => Ok(unless_said),
        _ => Err(unreadable("recall")),
    }
}

fn hexadecimal(number: u64, buffer: &mut [u8; 16]) -> &str {
    for (at, digit) in buffer.iter_mut().enumerate() {
        *digit = b"0123456789abcdef"[(number >> (60 - 4 * at) & 15) as usize];
    }
    core::str::from_utf8(buffer).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::Dialect;
    use crate::messages::{ErrCode, TradeState, TransportFault, UnifiedOrder};
    use crate::notice::is_taken;
    use crate::sign::{ApiKey, SignError, SignType};
    use crate::xml::XmlError;
    use proptest::prelude::*;

    const KEY: &str = "192006250b4c09247ec02edce69f6a2d";

    fn codec() -> Codec {
        let merchant = Merchant {
            app_id: "wxd930ea5d5a258f4f".to_owned(),
            mch_id: "10000100".to_owned(),
            api_key: ApiKey::new(KEY),
            sign_type: SignType::HmacSha256,
            notify_url: "http://shop:8080/notify/wechat".to_owned(),
        };
        Codec::new(merchant, "gateway:8443")
    }

    /// What somebody with this key writes.
    fn signed(pairs: &[(&'static str, &str)], key: &str) -> Vec<u8> {
        let mut fields = Fields::default();
        for (key, value) in pairs {
            fields.set(key, value);
        }
        let signature = sign::sign(&fields, &ApiKey::new(key), SignType::HmacSha256);
        fields.set("sign", signature.as_str());
        let mut document = Vec::new();
        xml::write(&fields, &mut document);
        document
    }

    fn as_request<T>(bytes: &[u8], read: impl FnOnce(&http::Request<'_>) -> T) -> T {
        let mut parser = http::RequestParser::default();
        parser.push(bytes);
        read(&parser.next_request().unwrap().unwrap())
    }

    fn answered(status: u16, body: &[u8], call: Call) -> AnswerError {
        let http = http::Response { status, reason: "", headers: http::Headers::default(), body };
        codec().decode_answer(call, &http).unwrap_err()
    }

    #[test]
    fn a_request_is_a_signed_document_at_the_path_of_its_call() {
        let order = UnifiedOrder { out_trade_no: "A-1", total_fee_fen: 1850, body: "茶 & <tea> ]]>" };
        for request in [
            Request::UnifiedOrder(order),
            Request::OrderQuery { out_trade_no: "A-1" },
            Request::CloseOrder { out_trade_no: "A-1" },
        ] {
            let mut bytes = Vec::new();
            codec().encode_request(&request, 7, &mut bytes);
            as_request(&bytes, |http| {
                assert_eq!(
                    (http.target, http.headers.get("Host")),
                    (request.call().path(), Some("gateway:8443"))
                );
                let mut fields = Fields::default();
                fields.parse(http.body).unwrap();
                assert_eq!(sign::verify(&fields, &ApiKey::new(KEY)), Ok(()));
                assert_eq!(
                    (fields.get("out_trade_no"), fields.get("mch_id")),
                    (Some("A-1"), Some("10000100"))
                );
                let is_order = request.call() == Call::UnifiedOrder;
                assert_eq!(fields.get("body"), is_order.then_some(order.body));
                assert_eq!(fields.get("total_fee"), is_order.then_some("1850"));
            });
        }
    }

    #[test]
    fn the_levels_of_failure_stay_apart() {
        let refused = [("return_code", "SUCCESS"), ("result_code", "FAIL"), ("err_code", "ORDERPAID")];
        let business = AnswerError::Business { err_code: ErrCode::OrderPaid, word: "ORDERPAID".to_owned() };
        assert_eq!(answered(200, &signed(&refused, KEY), Call::CloseOrder), business);

        let refused = "<xml><return_code>FAIL</return_code><return_msg>签名失败</return_msg></xml>";
        let communication = AnswerError::Communication { message: "签名失败".to_owned() };
        assert_eq!(answered(200, refused.as_bytes(), Call::OrderQuery), communication);

        let transport = AnswerError::Transport(TransportFault::Status(502));
        assert_eq!(answered(502, b"<html>", Call::OrderQuery), transport);

        let expected = XmlError { offset: 0, fault: xml::XmlFault::Expected("<xml>") };
        let transport = AnswerError::Transport(TransportFault::Xml(expected));
        assert_eq!(answered(200, b"<html>", Call::OrderQuery), transport);

        let unsigned = b"<xml><return_code>SUCCESS</return_code><result_code>SUCCESS</result_code></xml>";
        assert_eq!(answered(200, unsigned, Call::CloseOrder), AnswerError::Sign(SignError::Missing));
    }

    #[test]
    fn an_unknown_refusal_keeps_its_word_and_leaves_the_result_open() {
        let refused = [("return_code", "SUCCESS"), ("result_code", "FAIL"), ("err_code", "MOON_PHASE")];
        let expected = AnswerError::Business { err_code: ErrCode::Other, word: "MOON_PHASE".to_owned() };
        assert_eq!(answered(200, &signed(&refused, KEY), Call::CloseOrder), expected);
        assert!(ErrCode::Other.leaves_result_unknown() && !ErrCode::OrderPaid.leaves_result_unknown());
    }

    #[test]
    fn a_notification_arrives_and_a_forged_or_misled_one_does_not() {
        let pairs = [
            ("return_code", "SUCCESS"),
            ("result_code", "SUCCESS"),
            ("mch_id", "10000100"),
            ("sign_type", "HMAC-SHA256"),
            ("transaction_id", "4200000001"),
            ("out_trade_no", "A-1"),
            ("total_fee", "1850"),
            ("trade_type", "NATIVE"),
        ];
        let notification = Notification {
            transaction_id: "4200000001",
            out_trade_no: "A-1",
            total_fee_fen: 1850,
            succeeded: true,
            trade_type: Some("NATIVE"),
        };
        for (path, key, expected) in [
            ("/notify/wechat", KEY, Ok(notification)),
            ("/pay/unifiedorder", KEY, Err(RequestError::NoSuchCall)),
            ("/notify/wechat", "another key", Err(RequestError::Sign(SignError::Wrong))),
        ] {
            let mut bytes = Vec::new();
            http::write_request(&mut bytes, "POST", path, "shop:8080", CONTENT_TYPE, &signed(&pairs, key));
            as_request(&bytes, |http| {
                assert_eq!(codec().decode_notification(http), expected, "{path} {key}");
            });
        }
    }

    #[test]
    fn an_acknowledgement_is_what_the_gateway_asks_for() {
        let mut bytes = Vec::new();
        codec().encode_acknowledgement(&Acknowledgement::Success, &mut bytes);
        assert!(bytes.ends_with(
            b"<xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg></xml>"
        ));
        for (acknowledgement, taken) in
            [(Acknowledgement::Success, true), (Acknowledgement::Fail("busy".to_owned()), false)]
        {
            let mut bytes = Vec::new();
            codec().encode_acknowledgement(&acknowledgement, &mut bytes);
            let mut parser = http::ResponseParser::default();
            parser.push(&bytes);
            let response = parser.next_response().unwrap().unwrap();
            assert_eq!(is_taken(Dialect::WeChatV2, response.status, response.body), taken);
        }
    }

    #[test]
    fn an_amount_is_plain_digits() {
        for (text, amount) in [("1850", Some(1850)), ("18.50", None), ("+1", None), ("-1", None), ("", None)]
        {
            let mut fields = Fields::default();
            fields.set("total_fee", text);
            assert_eq!(amount_fen(&fields, "total_fee").ok(), amount, "{text}");
        }
        for number in [0, 7, 10, u64::MAX] {
            assert_eq!(http::decimal(number, &mut [0; 20]), number.to_string());
        }
    }

    proptest! {
        #[test]
        fn any_body_is_answered_with_a_value_or_a_typed_error(body in proptest::collection::vec(any::<u8>(), 0..120)) {
            let http = http::Response { status: 200, reason: "", headers: http::Headers::default(), body: &body };
            for call in Call::ALL {
                let _ = codec().decode_answer(call, &http);
            }
        }

        /// One byte of a signed answer is spoiled: it is refused, or says the same as before.
        #[test]
        fn a_spoiled_answer_is_never_believed(at in any::<prop::sample::Index>(), flip in 1_u8..=255) {
            let open = Answer::Order(OrderState {
                out_trade_no: "A-1",
                trade_state: TradeState::NotPay,
                transaction_id: None,
                total_fee_fen: None,
                trade_type: None,
            });
            let mut body = signed(&[
                ("return_code", "SUCCESS"),
                ("result_code", "SUCCESS"),
                ("out_trade_no", "A-1"),
                ("trade_state", "NOTPAY"),
            ], KEY);
            let place = at.index(body.len());
            body[place] ^= flip;
            let http = http::Response { status: 200, reason: "", headers: http::Headers::default(), body: &body };
            if let Ok(answer) = codec().decode_answer(Call::OrderQuery, &http) {
                prop_assert_eq!(answer, open);
            }
        }

        /// One byte of a signed answer about money is spoiled: it is refused, or says the same as before.
        #[test]
        fn a_spoiled_answer_about_money_is_never_believed(at in any::<prop::sample::Index>(), flip in 1_u8..=255) {
            let money = [
                ("return_code", "SUCCESS"), ("result_code", "SUCCESS"), ("recall", "N"),
                ("out_trade_no", "A-1"), ("transaction_id", "42"), ("total_fee", "1850"),
                ("out_refund_no", "R-1"), ("refund_id", "50"), ("refund_fee", "500"),
                ("out_refund_no_0", "R-1"), ("refund_id_0", "50"), ("refund_fee_0", "500"),
                ("refund_status_0", "SUCCESS"),
            ];
            let whole = signed(&money, KEY);
            let mut spoiled = whole.clone();
            spoiled[at.index(whole.len())] ^= flip;
            let answered = |call, body: &[u8]| {
                let http = http::Response { status: 200, reason: "", headers: http::Headers::default(), body };
                codec().decode_answer(call, &http).map(|answer| format!("{answer:?}"))
            };
            for call in [Call::MicroPay, Call::Reverse, Call::Refund, Call::RefundQuery] {
                let told = answered(call, &whole);
                prop_assert!(told.is_ok(), "{told:?}");
                if let Ok(answer) = answered(call, &spoiled) {
                    prop_assert_eq!(Ok(answer), told);
                }
            }
        }
    }
}
