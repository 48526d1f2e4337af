//! What is set up in one terminal: who it is, whose keys it holds, and which language it speaks.
//!
//! All keys here are test keys. *Not modelled:* download of the master key, several merchants.

use crate::profile::{Profile, REFERENCE};
use core::time::Duration;
use iso8583::{MacKey, Tdes};
use sim::SimTime;
use voucher::SealKey;

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
    /// The merchant's number at the wallet.
    pub mch_id: &'static str,
    /// The merchant's application at the wallet.
    pub app_id: &'static str,
    /// The test card that customers tap.
    pub pan: &'static str,
    /// Whether a card slip has a copy for the bank too.
    pub bank_copy: bool,
    /// The line rate of the printer port, in bit/s; the spooler paces itself by it.
    pub printer_baud_bps: u32,
    /// What it seals its vouchers with; none where there is no back office.
    pub voucher_key: Option<SealKey>,
}

/// A language of slips and screens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// Chinese.
    #[default]
    Chinese,
    /// English.
    English,
}

impl Settings {
    /// The usual test terminal with this firmware.
    #[must_use]
    pub const fn of(profile: &'static Profile) -> Self {
        Self {
            profile,
            language: Language::Chinese,
            reply_timeout: profile.reply_timeout,
            result_timeout: profile.result_timeout,
            tid: "12345678",
            mid: "123456789012345",
            batch: 1,
            operator: 1,
            master_key: Tdes::new([
                0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF, 0xFE, 0xDC, 0xBA, 0x98, 0x76, 0x54, 0x32,
                0x10,
            ]),
            mac_key: MacKey::new([0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF]),
            api_key: "192006250b4c09247ec02edce69f6a2d",
            mch_id: "10000100",
            app_id: "wxd930ea5d5a258f4f",
            pan: "6222021234567890128",
            bank_copy: false,
            printer_baud_bps: 115_200,
            voucher_key: None,
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self::of(&REFERENCE)
    }
}

/// The clock of a slip: runs start on 5 January 2026 at 10:00:00, China Standard Time.
///
/// Civil dates beyond the first month are not needed: a run is at most days long.
#[must_use]
pub fn wall_clock(at: SimTime) -> (u64, u64, u64, u64) {
    let seconds = at.as_secs() + 10 * 3600;
    (5 + seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60, seconds % 60)
}
