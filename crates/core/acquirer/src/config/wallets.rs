//! How the wallet platforms are set up: keys, rules, payers.
//!
//! Source of the test keys: WeChat Pay v2, "Signature", published vector; `keys/` of this crate. The pairs are read once
//! in the life of a program, for reading them is dear. *Not modelled:* merchants that come and go.

use crate::orders::{Brand, OrderRules};
use crate::payers::Payers;
use core::time::Duration;
use sim::ShopNo;
use std::sync::{Arc, LazyLock};
use wallet::exchange::Dialect;
use wallet::keys::{
    AlipayMerchant, ApiV3Key, Certificate, MerchantKeys, PlatformKeys, WeChatMerchant, WeChatPlatform,
};
use wallet::moment::WallTime;
use wallet::notice::{ALIPAY_ABROAD_RETRY_PAUSES_S, retry_pauses_s};
use wallet::platform::Platform;
use wallet::rsa_key::PrivateKey;
use wallet::sign::{ApiKey, SignType};

/// The wallet platforms.
#[derive(Clone, Debug)]
pub struct WalletSetup {
    /// Whom they serve and what they sign with. A merchant's place in the list numbers its shops: 0 and 1 are the first
    /// merchant's with WeChat Pay and with Alipay, 2 and 3 the second's.
    pub platform: Arc<Platform>,
    /// How WeChat Pay rules about orders.
    pub wechat: OrderRules,
    /// How Alipay rules about orders.
    pub alipay: OrderRules,
    /// Whether Alipay repeats its notices as abroad.
    pub alipay_abroad: bool,
    /// What payers do.
    pub payers: Payers,
    /// How WeChat Pay v2 signs its notices.
    pub v2_notices_signed: SignType,
    /// Whether WeChat Pay v3 names its public key in notices, and not its certificate.
    pub v3_by_public_key: bool,
    /// A request that was signed to be said once is refused when it is said again.
    pub refuse_replays: bool,
    /// How many requests a merchant may make; unlimited when there is none.
    pub rate_limit: Option<RateLimit>,
    /// What comes before the token in the address of a bill.
    pub bill_address: String,
    /// Notices of orders that name no address go here; without one, nobody is told of those.
    pub notify_url: Option<String>,
}

/// How many requests a merchant may make in how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// So many at most.
    pub requests_max: usize,
    /// In any span of this length.
    pub per: Duration,
}

impl WalletSetup {
    /// The merchant that has this shop.
    pub(crate) fn merchant(&self, shop: ShopNo) -> Option<&MerchantKeys> {
        self.platform.merchants.get(usize::from(shop.0 / 2))
    }

    pub(crate) const fn rules(&self, brand: Brand) -> &OrderRules {
        match brand {
            Brand::WeChat => &self.wechat,
            Brand::Alipay => &self.alipay,
        }
    }

    /// The pauses before each repetition of a notification, in seconds.
    pub(crate) const fn retry_pauses_s(&self, dialect: Dialect) -> &'static [u64] {
        match Brand::of(dialect) {
            Brand::Alipay if self.alipay_abroad => &ALIPAY_ABROAD_RETRY_PAUSES_S,
            Brand::Alipay | Brand::WeChat => retry_pauses_s(dialect),
        }
    }

    /// What WeChat Pay v3 says that its notices are to be verified with.
    pub(crate) fn v3_notice_serial(&self) -> &str {
        let keys = &self.platform.keys.wechat;
        if self.v3_by_public_key { &keys.public_key_id } else { &keys.certificate.serial }
    }
}

impl Default for WalletSetup {
    fn default() -> Self {
        Self {
            platform: Arc::clone(&TEST_PLATFORM),
            wechat: OrderRules::WECHAT,
            alipay: OrderRules::ALIPAY,
            alipay_abroad: false,
            payers: Payers::default(),
            v2_notices_signed: SignType::HmacSha256,
            v3_by_public_key: false,
            refuse_replays: true,
            rate_limit: None,
            bill_address: "http://gateway/v3/billdownload/file?token=".into(),
            notify_url: None,
        }
    }
}

static TEST_PLATFORM: LazyLock<Arc<Platform>> = LazyLock::new(|| Arc::new(test_platform()));

fn test_platform() -> Platform {
    let key = |pem| PrivateKey::from_pem(pem).expect("the test keys of this crate are readable");
    let merchant = key(include_str!("../../keys/merchant.pem")).public_key();
    let day = |text| WallTime::parse_compact(text).expect("a date of this file is a date");
    Platform {
        merchants: vec![MerchantKeys {
            wechat: WeChatMerchant {
                mch_id: "10000100".into(),
                app_id: "wxd930ea5d5a258f4f".into(),
                api_key: ApiKey::new("192006250b4c09247ec02edce69f6a2d"),
                api_v3_key: ApiV3Key::new("tillrig test key, 32 bytes long.")
                    .expect("the test key is 32 bytes long"),
                certificate_serial: "3775B6A45ACD588826D15E583A95F5DD00000001".into(),
                public_key: merchant.clone(),
            },
            alipay: AlipayMerchant {
                app_id: "2021000000000001".into(),
                seller_id: "2088000000000001".into(),
                public_key: merchant,
            },
        }],
        keys: PlatformKeys {
            wechat: WeChatPlatform {
                private_key: key(include_str!("../../keys/wechat_platform.pem")),
                certificate: Certificate {
                    pem: include_str!("../../keys/wechat_certificate.pem").into(),
                    serial: "5157F09EFDC096DE15EBE81A47057A7200000001".into(),
                    effective: day("20250101000000"),
                    expires: day("21250101000000"),
                },
                public_key_id: "PUB_KEY_ID_0100001000000000000000000001".into(),
            },
            alipay: key(include_str!("../../keys/alipay_platform.pem")),
        },
        clock_skew_s: Some(300),
    }
}
