//! Who holds which keys: what a platform knows of its merchants, and what it signs with itself.
//!
//! Sources: WeChat Pay v2 and v3, Alipay, "Keys". All keys are throw-away test keys.
//! *Not modelled:* certificates are carried, not read: their owner gives the serial number beside the PEM.

use core::fmt;

use crate::moment::WallTime;
use crate::rsa_key::{PrivateKey, PublicKey};
use crate::sign::ApiKey;

/// What a platform knows of one merchant.
#[derive(Debug, Clone)]
pub struct MerchantKeys {
    /// Its standing with WeChat Pay.
    pub wechat: WeChatMerchant,
    /// Its standing with Alipay.
    pub alipay: AlipayMerchant,
}

/// A merchant of WeChat Pay.
#[derive(Debug, Clone)]
pub struct WeChatMerchant {
    /// `mch_id`, `mchid`.
    pub mch_id: String,
    /// `appid`.
    pub app_id: String,
    /// Signs both directions of v2.
    pub api_key: ApiKey,
    /// Encrypts what v3 hides.
    pub api_v3_key: ApiV3Key,
    /// The serial number of the merchant's certificate, which a v3 request names.
    pub certificate_serial: String,
    /// Verifies the merchant's v3 requests.
    pub public_key: PublicKey,
}

/// A merchant of Alipay.
#[derive(Debug, Clone)]
pub struct AlipayMerchant {
    /// `app_id`.
    pub app_id: String,
    /// `seller_id`, which notifications and v3 answers name.
    pub seller_id: String,
    /// Verifies the merchant's requests.
    pub public_key: PublicKey,
}

/// What a platform signs with.
#[derive(Debug, Clone)]
pub struct PlatformKeys {
    /// As WeChat Pay.
    pub wechat: WeChatPlatform,
    /// As Alipay.
    pub alipay: PrivateKey,
}

/// What WeChat Pay v3 signs with. One pair serves as both: by certificate, and by public key with its id.
#[derive(Debug, Clone)]
pub struct WeChatPlatform {
    /// Signs answers and notifications.
    pub private_key: PrivateKey,
    /// The certificate of that key.
    pub certificate: Certificate,
    /// `PUB_KEY_ID_…`: how a merchant that holds the bare public key names it.
    pub public_key_id: String,
}

/// A certificate as its owner describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// The certificate in PEM.
    pub pem: String,
    /// Its serial number in upper-case hexadecimal.
    pub serial: String,
    /// From when it counts.
    pub effective: WallTime,
    /// Until when it counts.
    pub expires: WallTime,
}

/// The symmetric key of WeChat Pay v3: exactly 32 bytes. Its printed form hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiV3Key(pub(crate) [u8; 32]);

impl ApiV3Key {
    /// A key from its text; `None` unless that is 32 bytes long.
    pub fn new(text: &str) -> Option<Self> {
        text.as_bytes().try_into().ok().map(Self)
    }

    /// A key from its bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for ApiV3Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiV3Key(hidden)")
    }
}
