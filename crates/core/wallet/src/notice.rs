//! Notifications: what a platform tells a merchant unasked, and what the merchant says to it.
//!
//! Sources: WeChat Pay v2 and v3, Alipay, "Notifications". A [`Sender`] holds all that a notification is signed with, so
//! that a forged one is made by naming the wrong key, number, amount or time, and by nothing else.
//! *Not modelled:* notifications about anything but payments and refunds; payment codes have none at WeChat Pay.

mod alipay;
mod wechat_v2;
mod wechat_v3;

use crate::exchange::Dialect;
use crate::http;
use crate::keys::ApiV3Key;
use crate::moment::WallTime;
use crate::platform::Stamp;
use crate::rsa_key::PrivateKey;
use crate::sign::{ApiKey, SignType};
use crate::told::{OrderTold, RefundState, RefundTold};

/// What is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// An order was paid, or failed, or closed. It should hold a payment unless it never had one.
    Order(OrderTold),
    /// A refund was done, or not. One that is still in processing is told by nobody.
    Refund(RefundTold),
}

/// Who tells it, by what name and key, and when.
#[derive(Debug, Clone)]
pub enum Sender<'a> {
    /// WeChat Pay v2.
    WeChatV2 {
        /// `appid`.
        app_id: &'a str,
        /// `mch_id`.
        mch_id: &'a str,
        /// Signs, and encrypts what a refund hides.
        api_key: &'a ApiKey,
        /// How it is signed.
        sign_type: SignType,
        /// Becomes `nonce_str`.
        nonce: u128,
    },
    /// WeChat Pay v3.
    WeChatV3 {
        /// `appid`.
        app_id: &'a str,
        /// `mchid`.
        mch_id: &'a str,
        /// Signs.
        private_key: &'a PrivateKey,
        /// What the signature is said to be verified with: a certificate's serial number or `PUB_KEY_ID_…`.
        serial: &'a str,
        /// Encrypts the resource.
        api_v3_key: &'a ApiV3Key,
        /// What the signature says about when.
        signed_at: WallTime,
        /// Becomes both nonces.
        nonce: u128,
        /// The number of the notification, the same in every repetition.
        id: &'a str,
    },
    /// Alipay, for both of its dialects.
    Alipay {
        /// `app_id`.
        app_id: &'a str,
        /// `seller_id`.
        seller_id: &'a str,
        /// Signs.
        private_key: &'a PrivateKey,
        /// `notify_id`, the same in every repetition.
        notify_id: &'a str,
        /// `notify_time`.
        sent_at: WallTime,
    },
}

/// A POST to the merchant's address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// The `Content-Type`; not among the other headers.
    pub content_type: &'static str,
    /// Further header lines.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Post {
    /// Appends the notice as an HTTP/1.1 request to this host and path.
    pub fn write_to(&self, out: &mut Vec<u8>, host: &str, path: &str) {
        http::write_request_with(out, ("POST", path), host, &self.headers, self.content_type, &self.body);
    }
}

impl Sender<'_> {
    /// Puts a notice into the words of this sender's dialect, signed; `None` when that dialect tells of no such thing. A
    /// refund in processing is told in none, and an order that is not paid is not told in v3.
    pub fn write(&self, notice: &Notice) -> Option<Post> {
        if let Notice::Refund(RefundTold { state: RefundState::Processing, .. }) = notice {
            return None;
        }
        Some(match self {
            Self::WeChatV2 { app_id, mch_id, api_key, sign_type, nonce } => wechat_v2::write(
                &wechat_v2::By { app_id, mch_id, api_key, sign_type: *sign_type, nonce: *nonce },
                notice,
            ),
            Self::WeChatV3 { app_id, mch_id, private_key, serial, api_v3_key, signed_at, nonce, id } => {
                let stamp = Stamp { now: *signed_at, nonce: *nonce };
                return wechat_v3::write(
                    &wechat_v3::By { app_id, mch_id, private_key, serial, api_v3_key, stamp, id },
                    notice,
                );
            }
            Self::Alipay { app_id, seller_id, private_key, notify_id, sent_at } => alipay::write(
                &alipay::By { app_id, seller_id, private_key, notify_id, sent_at: *sent_at },
                notice,
            ),
        })
    }
}

/// Whether the merchant's answer to a notification says that it need not be repeated.
pub fn is_taken(dialect: Dialect, status: u16, body: &[u8]) -> bool {
    match dialect {
        Dialect::WeChatV2 => status == 200 && wechat_v2::is_success(body),
        Dialect::WeChatV3 => matches!(status, 200..=299),
        Dialect::AlipayGateway | Dialect::AlipayV3 => status == 200 && body.trim_ascii() == b"success",
    }
}

/// The pauses before each repetition of a notification that was not taken, in seconds.
pub const fn retry_pauses_s(dialect: Dialect) -> &'static [u64] {
    match dialect {
        Dialect::WeChatV2 | Dialect::WeChatV3 => &WECHAT_RETRY_PAUSES_S,
        Dialect::AlipayGateway | Dialect::AlipayV3 => &ALIPAY_RETRY_PAUSES_S,
    }
}

/// Source: WeChat Pay, "Notifications": 15s/15s/30s/3m/10m/20m/30m/30m/30m/60m/3h/3h/3h/6h/6h, 24 h 4 min in all.
pub const WECHAT_RETRY_PAUSES_S: [u64; 15] =
    [15, 15, 30, 180, 600, 1_200, 1_800, 1_800, 1_800, 3_600, 10_800, 10_800, 10_800, 21_600, 21_600];

/// Source: Alipay, "Notifications", at home: 4m/10m/10m/1h/2h/6h/15h.
pub const ALIPAY_RETRY_PAUSES_S: [u64; 7] = [240, 600, 600, 3_600, 7_200, 21_600, 54_000];

/// Source: Alipay, "Notifications", across borders: 2m/10m/10m/1h/2h/6h/15h.
pub const ALIPAY_ABROAD_RETRY_PAUSES_S: [u64; 7] = [120, 600, 600, 3_600, 7_200, 21_600, 54_000];
