//! What is set up in one back office: whose it is, which terminals may upload, and whose keys it holds.
//!
//! All keys here are test keys. *Not modelled:* several merchants or shops, terminals that come and go.

use crate::habits::{Profile, REFERENCE};
use crate::release::Formats;
use core::time::Duration;
use sim::{OrderNo, ShopNo, SimTime, TerminalNo};
use std::sync::Arc;
use voucher::SealKey;
use wallet::messages::{AlipayShop, Merchant};
use wallet::moment::WallTime;
use wallet::sign::{ApiKey, SignType};

/// One back office's set-up.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Its habits.
    pub profile: &'static Profile,
    /// The wall clock when the run starts.
    pub start: WallTime,
    /// The merchant's number at the acquirer.
    pub merchant: String,
    /// Who may upload.
    pub terminals: Vec<Registration>,
    /// Seals what merchant and acquirer say to each other.
    pub acquirer_key: SealKey,
    /// The merchant's shop at the wallet.
    pub shop: ShopNo,
    /// What merchant and wallet agreed on; `notify_url` is where this back office takes notices.
    pub wallet: Merchant,
    /// The merchant's shop at Alipay, where it has one, and what was agreed on there.
    pub alipay: Option<(ShopNo, Arc<AlipayShop>)>,
    /// Which formats it reads when it is new.
    pub formats: Formats,
    /// How many records fit on the disk; what comes then is turned away, and what is there goes on.
    pub room: usize,
    /// How long a question waits for its answer.
    pub patience: Duration,
}

/// A terminal that may upload.
#[derive(Clone, Debug)]
pub struct Registration {
    /// Its number, field 41.
    pub name: String,
    /// Its place at the acquirer.
    pub terminal: TerminalNo,
    /// What it seals with.
    pub key: SealKey,
}

impl Registration {
    /// A terminal whose key is worked out from a master key.
    #[must_use]
    pub fn of(master: &SealKey, name: &str, terminal: TerminalNo) -> Self {
        Self { name: name.to_owned(), terminal, key: master.derived(name) }
    }
}

impl Settings {
    /// The usual test back office with these habits: one terminal, the keys of the usual test terminal.
    #[must_use]
    pub fn of(profile: &'static Profile) -> Self {
        Self {
            profile,
            // 5 January 2026, 10:00:00 in Beijing, when runs start.
            start: WallTime::from_unix_s(1_767_578_400),
            merchant: "123456789012345".to_owned(),
            terminals: vec![Registration::of(&Self::test_master_key(), "12345678", TerminalNo(0))],
            acquirer_key: SealKey::new(b"test key of merchant and acquirer"),
            shop: ShopNo(0),
            wallet: Merchant {
                app_id: "wxd930ea5d5a258f4f".to_owned(),
                mch_id: "10000100".to_owned(),
                api_key: ApiKey::new("192006250b4c09247ec02edce69f6a2d"),
                sign_type: SignType::HmacSha256,
                notify_url: "http://backoffice/notify".to_owned(),
            },
            alipay: None,
            formats: Formats::ALL,
            room: 100_000,
            patience: Duration::from_secs(10),
        }
    }

    /// What the keys of test terminals are worked out from.
    #[must_use]
    pub fn test_master_key() -> SealKey {
        SealKey::new(b"test key of all terminals")
    }

    /// What the clock on the wall says at a moment of the run.
    #[must_use]
    pub const fn wall(&self, now: SimTime) -> WallTime {
        self.start.plus_s(now.as_secs())
    }

    /// Whether an order was made in the merchant's shop at Alipay.
    pub(crate) fn is_alipays(&self, order: OrderNo) -> bool {
        self.alipay.as_ref().is_some_and(|(shop, _)| *shop == order.shop())
    }

    pub(crate) fn terminal(&self, name: &str) -> Option<&Registration> {
        self.terminals.iter().find(|terminal| terminal.name == name)
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self::of(&REFERENCE)
    }
}
