//! Typed messages to whole HTTP messages and back, signed and checked.
//!
//! Source: WeChat Pay v2, "payment-code" (calls, three result levels) and "Notifications". Amounts in whole fen.
//! Not modelled: `appid` is sent but not compared; time stamps are not sent.

use crate::http;
use crate::messages::{
    Acknowledgement, Answer, AnswerError, Call, ErrCode, FieldError, FieldFault, Merchant, Notification,
    OrderState, Request, RequestError, TradeState, TransportFault, UnifiedOrder,
};
use crate::sign;
use crate::xml::{self, Fields};

/// Both sides' way to and from bytes; reuses its buffers.
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

    /// Terminal: appends the HTTP request. `nonce` becomes `nonce_str`, it should not repeat.
    pub fn encode_request(&mut self, request: &Request<'_>, nonce: u64, out: &mut Vec<u8>) {
        self.begin(nonce);
        self.fields.set("out_trade_no", request.out_trade_no());
        if let Request::UnifiedOrder(order) = request {
            self.fields.set("body", order.body);
            self.fields.set("total_fee", http::decimal(order.total_fee_fen, &mut [0; 20]));
            self.fields.set("notify_url", &self.merchant.notify_url);
            self.fields.set("trade_type", "NATIVE");
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

    /// Acquirer: reads a request and checks its signature.
    ///
    /// # Errors
    /// The terminal is at fault; [`RequestError`] says how, and a gateway answers each on its own level.
    pub fn decode_request(&mut self, http: &http::Request<'_>) -> Result<Request<'_>, RequestError> {
        let call = Call::ALL.into_iter().find(|call| call.path() == http.target);
        let call = call.filter(|_| http.method == "POST").ok_or(RequestError::NoSuchCall)?;
        self.fields.parse(http.body).map_err(RequestError::Xml)?;
        sign::verify(&self.fields, &self.merchant.api_key).map_err(RequestError::Sign)?;
        let text = |key| required(&self.fields, key).map_err(RequestError::Field);
        let out_trade_no = text("out_trade_no")?;
        if text("mch_id")? != self.merchant.mch_id {
            return Err(RequestError::Field(FieldError { key: "mch_id", fault: FieldFault::Foreign }));
        }
        Ok(match call {
            Call::UnifiedOrder => {
                let total_fee_fen = amount_fen(&self.fields, "total_fee").map_err(RequestError::Field)?;
                Request::UnifiedOrder(UnifiedOrder { out_trade_no, total_fee_fen, body: text("body")? })
            }
            Call::OrderQuery => Request::OrderQuery { out_trade_no },
            Call::CloseOrder => Request::CloseOrder { out_trade_no },
        })
    }

    /// Acquirer: appends the HTTP response of a call that worked.
    pub fn encode_answer(&mut self, answer: &Answer<'_>, nonce: u64, out: &mut Vec<u8>) {
        self.begin(nonce);
        self.fields.set("return_code", "SUCCESS");
        self.fields.set("result_code", "SUCCESS");
        match answer {
            Answer::CodeUrl(code_url) => {
                self.fields.set("trade_type", "NATIVE");
                self.fields.set("code_url", code_url);
            }
            Answer::Order(order) => {
                self.fields.set("out_trade_no", order.out_trade_no);
                self.fields.set("trade_state", order.trade_state.as_str());
                if let Some(transaction_id) = order.transaction_id {
                    self.fields.set("transaction_id", transaction_id);
                }
                if let Some(total_fee_fen) = order.total_fee_fen {
                    self.fields.set("total_fee", http::decimal(total_fee_fen, &mut [0; 20]));
                }
            }
            Answer::Closed => {}
        }
        self.finish();
        http::write_response(out, 200, CONTENT_TYPE, &self.document);
    }

    /// Acquirer: appends a refusal on the business level: `result_code` FAIL with `err_code`, signed.
    pub fn encode_result_fail(
        &mut self,
        err_code: ErrCode,
        description: &str,
        nonce: u64,
        out: &mut Vec<u8>,
    ) {
        self.begin(nonce);
        self.fields.set("return_code", "SUCCESS");
        self.fields.set("result_code", "FAIL");
        self.fields.set("err_code", err_code.as_str());
        self.fields.set("err_code_des", description);
        self.finish();
        http::write_response(out, 200, CONTENT_TYPE, &self.document);
    }

    /// Acquirer: appends a refusal on the communication level: `return_code` FAIL, unsigned.
    pub fn encode_return_fail(&mut self, message: &str, out: &mut Vec<u8>) {
        self.encode_return("FAIL", message);
        http::write_response(out, 200, CONTENT_TYPE, &self.document);
    }

    /// Terminal: reads the answer to `call` and checks its signature.
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
                return Err(AnswerError::Business { err_code, word: word.to_owned() });
            }
            _ => return Err(unreadable("result_code")),
        }
        Ok(match call {
            Call::UnifiedOrder => Answer::CodeUrl(text("code_url")?),
            Call::OrderQuery => Answer::Order(order_state(&self.fields)?),
            Call::CloseOrder => Answer::Closed,
        })
    }

    /// Acquirer: appends the HTTP request of a notification, to the merchant's notification URL.
    pub fn encode_notification(&mut self, notification: &Notification<'_>, nonce: u64, out: &mut Vec<u8>) {
        self.begin(nonce);
        self.fields.set("return_code", "SUCCESS");
        self.fields.set("result_code", if notification.succeeded { "SUCCESS" } else { "FAIL" });
        self.fields.set("transaction_id", notification.transaction_id);
        self.fields.set("out_trade_no", notification.out_trade_no);
        self.fields.set("total_fee", http::decimal(notification.total_fee_fen, &mut [0; 20]));
        self.finish();
        let (host, path) = self.merchant.notify_target();
        http::write_request(out, "POST", path, host, CONTENT_TYPE, &self.document);
    }

    /// Terminal: reads a notification and checks path and signature.
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
        })
    }

    /// Terminal: appends the HTTP response to a notification. It is not signed.
    pub fn encode_acknowledgement(&mut self, acknowledgement: &Acknowledgement, out: &mut Vec<u8>) {
        match acknowledgement {
            Acknowledgement::Success => self.encode_return("SUCCESS", "OK"),
            Acknowledgement::Fail(message) => self.encode_return("FAIL", message),
        }
        http::write_response(out, 200, CONTENT_TYPE, &self.document);
    }

    /// Acquirer: reads the response to a notification.
    ///
    /// # Errors
    /// [`AnswerError::Transport`] when it is no readable acknowledgement; the notification is then repeated.
    pub fn decode_acknowledgement(
        &mut self,
        http: &http::Response<'_>,
    ) -> Result<Acknowledgement, AnswerError> {
        match self.read_return(http) {
            Ok(()) => Ok(Acknowledgement::Success),
            Err(AnswerError::Communication { message }) => Ok(Acknowledgement::Fail(message)),
            Err(error) => Err(error),
        }
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

fn required<'a>(fields: &'a Fields, key: &'static str) -> Result<&'a str, FieldError> {
    let value = fields.get(key).filter(|value| !value.is_empty());
    value.ok_or(FieldError { key, fault: FieldFault::Missing })
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
        transaction_id: fields.get("transaction_id").filter(|value| !value.is_empty()),
        total_fee_fen: total_fee.transpose()?,
    })
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
    use crate::messages::{ErrCode, TradeState, TransportFault, UnifiedOrder};
    use crate::sign::{ApiKey, SignError, SignType};
    use crate::xml::XmlError;
    use proptest::prelude::*;

    fn merchant(sign_type: SignType) -> Merchant {
        Merchant {
            app_id: "wxd930ea5d5a258f4f".to_owned(),
            mch_id: "10000100".to_owned(),
            api_key: ApiKey::new("192006250b4c09247ec02edce69f6a2d"),
            sign_type,
            notify_url: "http://shop:8080/notify/wechat".to_owned(),
        }
    }

    fn codec() -> Codec {
        Codec::new(merchant(SignType::HmacSha256), "gateway:8443")
    }

    fn stranger() -> Codec {
        let api_key = ApiKey::new("another key");
        Codec::new(Merchant { api_key, ..merchant(SignType::Md5) }, "gateway:8443")
    }

    fn as_request<T>(bytes: &[u8], read: impl FnOnce(&http::Request<'_>) -> T) -> T {
        let mut parser = http::RequestParser::default();
        parser.push(bytes);
        read(&parser.next_request().unwrap().unwrap())
    }

    fn as_response<T>(bytes: &[u8], read: impl FnOnce(&http::Response<'_>) -> T) -> T {
        let mut parser = http::ResponseParser::default();
        parser.push(bytes);
        read(&parser.next_response().unwrap().unwrap())
    }

    fn answered(bytes: &[u8], call: Call) -> AnswerError {
        as_response(bytes, |response| codec().decode_answer(call, response).unwrap_err())
    }

    fn response_with(body: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        http::write_response(&mut bytes, 200, CONTENT_TYPE, body.as_bytes());
        bytes
    }

    #[test]
    fn every_request_arrives_as_it_was_sent() {
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
                assert_eq!(codec().decode_request(http), Ok(request));
            });
        }
    }

    #[test]
    fn every_answer_arrives_as_it_was_sent() {
        let paid = OrderState {
            out_trade_no: "A-1",
            trade_state: TradeState::Success,
            transaction_id: Some("4200000001"),
            total_fee_fen: Some(1850),
        };
        let open = OrderState {
            trade_state: TradeState::UserPaying,
            transaction_id: None,
            total_fee_fen: None,
            ..paid
        };
        for answer in [
            Answer::CodeUrl("weixin://wxpay/bizpayurl?pr=abc&x=1"),
            Answer::Order(paid),
            Answer::Order(open),
            Answer::Closed,
        ] {
            let mut bytes = Vec::new();
            codec().encode_answer(&answer, 7, &mut bytes);
            as_response(&bytes, |http| assert_eq!(codec().decode_answer(answer.call(), http), Ok(answer)));
        }
    }

    #[test]
    fn the_levels_of_failure_stay_apart() {
        let mut bytes = Vec::new();
        codec().encode_result_fail(ErrCode::OrderPaid, "paid", 7, &mut bytes);
        let business = AnswerError::Business { err_code: ErrCode::OrderPaid, word: "ORDERPAID".to_owned() };
        assert_eq!(answered(&bytes, Call::CloseOrder), business);

        bytes.clear();
        codec().encode_return_fail("签名失败", &mut bytes);
        let communication = AnswerError::Communication { message: "签名失败".to_owned() };
        assert_eq!(answered(&bytes, Call::OrderQuery), communication);

        bytes.clear();
        http::write_response(&mut bytes, 502, "text/html", b"<html>");
        assert_eq!(answered(&bytes, Call::OrderQuery), AnswerError::Transport(TransportFault::Status(502)));

        let expected = XmlError { offset: 0, fault: xml::XmlFault::Expected("<xml>") };
        let transport = AnswerError::Transport(TransportFault::Xml(expected));
        assert_eq!(answered(&response_with("<html>"), Call::OrderQuery), transport);

        let unsigned = "<xml><return_code>SUCCESS</return_code><result_code>SUCCESS</result_code></xml>";
        assert_eq!(
            answered(&response_with(unsigned), Call::CloseOrder),
            AnswerError::Sign(SignError::Missing)
        );
    }

    #[test]
    fn an_unknown_refusal_keeps_its_word_and_leaves_the_result_open() {
        let mut fields = Fields::default();
        fields.set("return_code", "SUCCESS");
        fields.set("result_code", "FAIL");
        fields.set("err_code", "MOON_PHASE");
        let Merchant { api_key, sign_type, .. } = codec().merchant;
        let signature = sign::sign(&fields, &api_key, sign_type);
        fields.set("sign", signature.as_str());
        let mut document = Vec::new();
        xml::write(&fields, &mut document);
        let mut bytes = Vec::new();
        http::write_response(&mut bytes, 200, CONTENT_TYPE, &document);
        let expected = AnswerError::Business { err_code: ErrCode::Other, word: "MOON_PHASE".to_owned() };
        assert_eq!(answered(&bytes, Call::CloseOrder), expected);
        assert!(ErrCode::Other.leaves_result_unknown() && !ErrCode::OrderPaid.leaves_result_unknown());
    }

    #[test]
    fn a_notification_arrives_and_a_forged_one_does_not() {
        let notification = Notification {
            transaction_id: "4200000001",
            out_trade_no: "A-1",
            total_fee_fen: 1850,
            succeeded: true,
        };
        let mut bytes = Vec::new();
        codec().encode_notification(&notification, 7, &mut bytes);
        as_request(&bytes, |http| {
            assert_eq!((http.target, http.headers.get("host")), ("/notify/wechat", Some("shop:8080")));
            assert_eq!(codec().decode_notification(http), Ok(notification));
            assert_eq!(codec().decode_request(http), Err(RequestError::NoSuchCall));
        });
        bytes.clear();
        stranger().encode_notification(&notification, 7, &mut bytes);
        as_request(&bytes, |http| {
            assert_eq!(codec().decode_notification(http), Err(RequestError::Sign(SignError::Wrong)));
        });
    }

    #[test]
    fn an_acknowledgement_is_what_the_gateway_asks_for() {
        let mut bytes = Vec::new();
        codec().encode_acknowledgement(&Acknowledgement::Success, &mut bytes);
        assert!(bytes.ends_with(
            b"<xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg></xml>"
        ));
        for acknowledgement in [Acknowledgement::Success, Acknowledgement::Fail("busy".to_owned())] {
            let mut bytes = Vec::new();
            codec().encode_acknowledgement(&acknowledgement, &mut bytes);
            as_response(&bytes, |http| assert_eq!(codec().decode_acknowledgement(http), Ok(acknowledgement)));
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
        fn any_order_arrives_as_it_was_sent(
            number in "[0-9A-Za-z_*-]{1,32}", total_fee_fen in any::<u64>(), body in "\\PC{1,40}", md5 in any::<bool>(),
        ) {
            let sign_type = if md5 { SignType::Md5 } else { SignType::HmacSha256 };
            let order = UnifiedOrder { out_trade_no: &number, total_fee_fen, body: &body };
            let mut bytes = Vec::new();
            Codec::new(merchant(sign_type), "h").encode_request(&Request::UnifiedOrder(order), 1, &mut bytes);
            as_request(&bytes, |http| {
                assert_eq!(codec().decode_request(http), Ok(Request::UnifiedOrder(order)));
            });
        }

        #[test]
        fn any_body_is_answered_with_a_value_or_a_typed_error(body in proptest::collection::vec(any::<u8>(), 0..120)) {
            let http = http::Response { status: 200, reason: "", headers: http::Headers::default(), body: &body };
            let _ = codec().decode_answer(Call::OrderQuery, &http);
            let _ = codec().decode_acknowledgement(&http);
        }

        /// One byte of a signed answer is spoiled: it is refused, or says the same as before.
        #[test]
        fn a_spoiled_answer_is_never_believed(at in any::<prop::sample::Index>(), flip in 1_u8..=255) {
            let paid = Answer::Order(OrderState {
                out_trade_no: "A-1",
                trade_state: TradeState::NotPay,
                transaction_id: None,
                total_fee_fen: None,
            });
            let mut bytes = Vec::new();
            codec().encode_answer(&paid, 7, &mut bytes);
            let start = bytes.windows(5).position(|window| window == b"<xml>").unwrap();
            let mut body = bytes.split_off(start);
            let place = at.index(body.len());
            body[place] ^= flip;
            let http = http::Response { status: 200, reason: "", headers: http::Headers::default(), body: &body };
            if let Ok(answer) = codec().decode_answer(Call::OrderQuery, &http) {
                prop_assert_eq!(answer, paid);
            }
        }
    }
}
