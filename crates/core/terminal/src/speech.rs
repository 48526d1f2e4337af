//! The two tongues of the terminal towards wallets: WeChat Pay v2, and Alipay's `gateway.do`.
//!
//! The number of a charge says its shop, and so whose gateway knows it; its kind says whether it is a payment or a hold.
//! Flows say what they want in the words of [`wallet::messages`] and hear it in them, whatever the tongue.
//! *Not modelled:* WeChat Pay v3; a gateway of one's own for each wallet: both are behind one connection.

use crate::charge::{Charge, Kind};
use crate::settings::{Settings, ZERO_UNIX_SECONDS};
use crate::wallets::ALIPAY_SHOP;
use sim::{Key, SimTime};
use wallet::http;
use wallet::messages::{
    self, Acknowledgement, AlipayCodec, Answer, AnswerError, Call, Merchant, Notification, Product, Request,
    RequestError,
};
use wallet::moment::WallTime;
use wallet::sign::{ApiKey, SignType};

/// Messages to and from bytes.
#[derive(Clone, Debug)]
pub(crate) struct Codec {
    wechat: messages::Codec,
    alipay: AlipayCodec,
}

/// In which tongue a charge is spoken of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tongue {
    WeChat,
    Alipay(Product),
}

impl Tongue {
    fn of(charge: &Charge) -> Self {
        match (charge.kind, charge.key) {
            (Kind::WalletHold | Kind::WalletHoldVoid, _) => Self::Alipay(Product::Fund),
            (_, Key::Order(number)) if number.shop() == ALIPAY_SHOP => Self::Alipay(Product::Trade),
            _ => Self::WeChat,
        }
    }
}

impl Codec {
    pub(crate) fn new(settings: &Settings) -> Self {
        let merchant = Merchant {
            app_id: settings.app_id.to_owned(),
            mch_id: settings.mch_id.to_owned(),
            api_key: ApiKey::new(settings.api_key),
            sign_type: SignType::HmacSha256,
            notify_url: settings.notify_url.to_owned(),
        };
        Self {
            wechat: messages::Codec::new(merchant, "api.mch.weixin.qq.com"),
            alipay: AlipayCodec::new(settings.alipay.shop(), "openapi.alipay.com"),
        }
    }

    /// Appends a request about a charge.
    pub(crate) fn encode_request(
        &mut self,
        charge: &Charge,
        request: &Request<'_>,
        now: SimTime,
        out: &mut Vec<u8>,
    ) {
        match Tongue::of(charge) {
            Tongue::WeChat => self.wechat.encode_request(request, now.as_nanos(), out),
            Tongue::Alipay(product) => {
                let wall = WallTime::from_unix_s(ZERO_UNIX_SECONDS + now.as_secs());
                self.alipay.encode_request(product, request, wall, out);
            }
        }
    }

    /// Reads the answer to a call about a charge.
    pub(crate) fn decode_answer(
        &mut self,
        charge: &Charge,
        call: Call,
        response: &http::Response<'_>,
    ) -> Result<Answer<'_>, AnswerError> {
        match Tongue::of(charge) {
            Tongue::WeChat => self.wechat.decode_answer(call, response),
            Tongue::Alipay(product) => self.alipay.decode_answer(product, call, response),
        }
    }

    /// Whether a notification at this path is Alipay's.
    pub(crate) fn is_alipays(&self, target: &str) -> bool {
        self.alipay.is_notified_at(target)
    }

    /// Reads a notification.
    pub(crate) fn decode_notification(
        &mut self,
        request: &http::Request<'_>,
    ) -> Result<Notification<'_>, RequestError> {
        if self.is_alipays(request.target) {
            self.alipay.decode_notification(request)
        } else {
            self.wechat.decode_notification(request)
        }
    }

    /// What a notification of Alipay's says, whoever has signed it.
    pub(crate) fn unsigned_by_alipay(&mut self, request: &http::Request<'_>) -> Option<Notification<'_>> {
        self.alipay.unsigned_notification(request).ok()
    }

    /// Appends what is said to a notification.
    pub(crate) fn encode_acknowledgement(
        &mut self,
        to_alipay: bool,
        acknowledgement: &Acknowledgement,
        out: &mut Vec<u8>,
    ) {
        if to_alipay {
            self.alipay.encode_acknowledgement(acknowledgement, out);
        } else {
            self.wechat.encode_acknowledgement(acknowledgement, out);
        }
    }
}
