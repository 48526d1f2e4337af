//! What is set up in one terminal: who it is, whose keys it holds, and which language it speaks.
//!
//! All keys here are test keys. *Not modelled:* download of the master key, several merchants.

use crate::copies::PrintSettings;
use crate::parameters::{Keyed, Parameters};
use crate::profile::{Profile, REFERENCE};
use crate::wallets::WalletTable;
use core::fmt;
use core::time::Duration;
use iso8583::{MacKey, Tdes};
use sim::SimTime;
use std::sync::{Arc, LazyLock};
use voucher::SealKey;
use wallet::messages::AlipayShop;
use wallet::rsa_key::{PrivateKey, PublicKey};

/// One terminal's set-up.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Its firmware.
    pub profile: &'static Profile,
    /// What its slips and its screen are written in.
    pub language: Language,
    /// How long a card reply may take.
    pub reply_timeout: Duration,
    /// How long a shown code waits for its result.
    pub result_timeout: Duration,
    /// How long a firmware that has stopped stands still before its watchdog restarts it.
    pub watchdog: Duration,
    /// Terminal number, field 41.
    pub tid: &'static str,
    /// Merchant number, field 42.
    pub mid: &'static str,
    /// Its first batch; sign-ons and settlements move on from it.
    pub batch: u32,
    /// The operator who is logged on from the start.
    pub operator: u8,
    /// The key under which a sign-on gives out working keys.
    pub master_key: Tdes,
    /// The key for the MAC of card messages, until a sign-on gives another.
    pub mac_key: MacKey,
    /// The key for the signature of wallet messages.
    pub api_key: &'static str,
    /// The currency of card messages, field 49.
    pub currency: &'static str,
    /// The merchant's number at the wallet.
    pub mch_id: &'static str,
    /// The merchant's application at the wallet.
    pub app_id: &'static str,
    /// Where the wallet's notifications go.
    pub notify_url: &'static str,
    /// The merchant's account with Alipay.
    pub alipay: AlipayAccount,
    /// The wallets that it knows.
    pub wallets: WalletTable,
    /// The test card that customers tap.
    pub pan: &'static str,
    /// Whether a card slip has a copy for the bank too.
    pub bank_copy: bool,
    /// Which copies are printed of which kind of transaction.
    pub prints: PrintSettings,
    /// How long it asks after a wallet payment whether a receipt is wanted; `None` where it prints without asking.
    pub receipt_prompt: Option<Duration>,
    /// The line rate of the printer port, in bit/s; the spooler paces itself by it.
    pub printer_baud_bps: u32,
    /// What it seals its vouchers with; none where there is no back office.
    pub voucher_key: Option<SealKey>,
}

/// An account with Alipay.
#[derive(Clone, Debug, Default)]
pub enum AlipayAccount {
    /// The test account, whose keys are those of the emulated gateway.
    #[default]
    Test,
    /// A merchant's own.
    Own(Arc<AlipayShop>),
}

impl AlipayAccount {
    /// What the two have agreed on.
    #[must_use]
    pub fn shop(&self) -> Arc<AlipayShop> {
        Arc::clone(match self {
            Self::Test => &ALIPAY,
            Self::Own(shop) => shop,
        })
    }
}

/// The test account with Alipay. Its keys are read once in the life of a program, for that is dear.
static ALIPAY: LazyLock<Arc<AlipayShop>> = LazyLock::new(|| {
    let (own, platform) =
        (include_str!("../keys/alipay_merchant.pem"), include_str!("../keys/alipay_platform.public.pem"));
    Arc::new(AlipayShop {
        app_id: "2021000000000001".to_owned(),
        private_key: PrivateKey::from_pem(own).expect("the test keys of this crate are readable"),
        platform_key: PublicKey::from_pem(platform).expect("the test keys of this crate are readable"),
        notify_url: "http://terminal/notify/alipay".to_owned(),
    })
});

/// A language of slips and screens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// Chinese.
    #[default]
    Chinese,
    /// English.
    English,
}

/// As long as a firmware may be busy without saying that it lives, with two seconds to spare before the 12-bit counter of a
/// usual microcontroller's watchdog, at 32 kHz divided by 256, is at its end.
const WATCHDOG: Duration = Duration::from_secs(30);

impl Settings {
    /// The usual test terminal with this firmware.
    #[must_use]
    pub const fn of(profile: &'static Profile) -> Self {
        Self::keyed(profile, &profile.parameters)
    }

    /// A terminal with this firmware in which these parameters were keyed in.
    #[must_use]
    pub const fn keyed(profile: &'static Profile, parameters: &Parameters) -> Self {
        Self {
            profile,
            language: parameters.language,
            reply_timeout: parameters.reply_timeout,
            result_timeout: parameters.result_timeout,
            watchdog: WATCHDOG,
            tid: parameters.tid,
            mid: parameters.mid,
            batch: parameters.batch,
            operator: parameters.operator,
            master_key: parameters.master_key,
            mac_key: parameters.mac_key,
            api_key: parameters.api_key,
            currency: parameters.currency,
            mch_id: parameters.mch_id,
            app_id: parameters.app_id,
            notify_url: parameters.notify_url,
            alipay: AlipayAccount::Test,
            wallets: WalletTable::WHOLE,
            pan: "6222021234567890128",
            bank_copy: parameters.bank_copy,
            prints: PrintSettings::USUAL,
            receipt_prompt: None,
            printer_baud_bps: parameters.printer_baud_bps,
            voucher_key: None,
        }
    }
}

impl Settings {
    /// Somebody keys this in while the terminal runs. The printer's line stays as it is.
    pub(crate) fn key_in(&mut self, keyed: &Keyed) {
        self.reply_timeout = keyed.reply_timeout.unwrap_or(self.reply_timeout);
        self.result_timeout = keyed.result_timeout.unwrap_or(self.result_timeout);
        self.language = keyed.language.unwrap_or(self.language);
        self.bank_copy = keyed.bank_copy.unwrap_or(self.bank_copy);
        self.batch = keyed.batch.unwrap_or(self.batch);
        self.operator = keyed.operator.unwrap_or(self.operator);
        self.tid = keyed.tid.unwrap_or(self.tid);
        self.mid = keyed.mid.unwrap_or(self.mid);
        self.currency = keyed.currency.unwrap_or(self.currency);
        self.master_key = keyed.master_key.unwrap_or(self.master_key);
        self.mac_key = keyed.mac_key.unwrap_or(self.mac_key);
        self.api_key = keyed.api_key.unwrap_or(self.api_key);
        self.mch_id = keyed.mch_id.unwrap_or(self.mch_id);
        self.app_id = keyed.app_id.unwrap_or(self.app_id);
        self.notify_url = keyed.notify_url.unwrap_or(self.notify_url);
    }

    /// The merchant's account with Alipay, for somebody of the same merchant who is told at another address.
    #[must_use]
    pub fn alipay_told_at(&self, notify_url: &str) -> Arc<AlipayShop> {
        let shop = AlipayShop::clone(&self.alipay.shop());
        Arc::new(AlipayShop { notify_url: notify_url.to_owned(), ..shop })
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self::of(&REFERENCE)
    }
}

/// A moment as people write it, China Standard Time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WallClock {
    /// Four digits.
    pub year: u64,
    /// 1 to 12.
    pub month: u64,
    /// 1 to 31.
    pub day: u64,
    /// 0 to 23.
    pub hour: u64,
    /// 0 to 59.
    pub minute: u64,
    /// 0 to 59.
    pub second: u64,
}

/// The moment zero of every terminal, in seconds since 1970, UTC: 5 January 2026 at 10:00:00, China Standard Time.
pub const ZERO_UNIX_SECONDS: u64 = 1_767_578_400;
const CHINA_SECONDS: u64 = 8 * 3600;
const DAY_SECONDS: u64 = 86_400;

/// The clock of a slip.
#[must_use]
pub fn wall_clock(at: SimTime) -> WallClock {
    let seconds = ZERO_UNIX_SECONDS + CHINA_SECONDS + at.as_secs();
    let (year, month, day) = civil(seconds / DAY_SECONDS);
    WallClock { year, month, day, hour: seconds / 3600 % 24, minute: seconds / 60 % 60, second: seconds % 60 }
}

/// Year, month and day of a number of days since 1970, in the Gregorian calendar. Years begin in March here, so that the
/// leap day is the last of a year; 719,468 days are before 1 March of the year 0 and 1970, 146,097 are 400 years.
const fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (400 * era + year + next, month, day)
}

impl fmt::Display for WallClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { year, month, day, hour, minute, second } = self;
        write!(f, "{year}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::{ZERO_UNIX_SECONDS, civil, wall_clock};
    use sim::SimTime;

    #[test]
    fn a_terminal_begins_on_a_monday_morning_in_january() {
        assert_eq!(wall_clock(SimTime::ZERO).to_string(), "2026-01-05 10:00:00");
        assert_eq!(wall_clock(SimTime::from_secs(27 * 86_400)).to_string(), "2026-02-01 10:00:00");
        // 1,800,000,000 seconds are 15 January 2027, 08:00:00 UTC.
        let at = SimTime::from_secs(1_800_000_000 - ZERO_UNIX_SECONDS);
        assert_eq!(wall_clock(at).to_string(), "2027-01-15 16:00:00");
    }

    #[test]
    fn leap_days_are_where_the_calendar_has_them() {
        assert_eq!(civil(0), (1970, 1, 1));
        assert_eq!((civil(11_016), civil(11_017)), ((2000, 2, 29), (2000, 3, 1)));
        assert_eq!((civil(19_781), civil(19_782)), ((2024, 2, 28), (2024, 2, 29)));
        assert_eq!((civil(47_540), civil(47_541)), ((2100, 2, 28), (2100, 3, 1)));
    }
}
