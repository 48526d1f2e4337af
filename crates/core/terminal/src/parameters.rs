//! What is keyed in at a terminal, and can be keyed in wrongly.
//!
//! Declared once; the words of files and the table in `docs/TERMINALS.md` are made from here. All keys are test keys.
//! Source: UnionPay POS dialect, fields 41, 42, 49 and "Keys and MAC"; WeChat Pay v2, "common parameters".
//! *Not modelled:* downloads of parameters, several merchants in one terminal, a line rate that is not the simulated
//! printer's.

use crate::knobs::parameters;
use crate::settings::Language;
use core::time::Duration;
use iso8583::{MacKey, Tdes};

parameters! {
    /// How long a card reply may take. Sixty seconds is what UnionPay terminals ship with: longer than a host takes
    /// that still answers, so that silence is rare.
    reply_timeout: Duration = Duration::from_secs(60), "reply-timeout" "60s";
    /// How long a shown code waits for its result. A minute is what a customer needs who has to find the phone first.
    result_timeout: Duration = Duration::from_secs(60), "result-timeout" "60s";
    /// What screen and slips are written in. Chinese, for the shop and its customers read it.
    language: Language = Language::Chinese, "language" "zh";
    /// Whether a card slip has a copy for the bank too. Merchant and customer have one
    /// each; a third is printed only where the acquirer asks for it.
    bank_copy: bool = false, "bank-copy" "false";
    /// The batch that it begins with; sign-ons and settlements move on from it. The first, as at the host.
    batch: u32 = 1, "batch" "1";
    /// The operator who is logged on from the start. The first, until somebody else logs on.
    operator: u8 = 1, "operator" "1";
    /// Terminal number, field 41. The one under which the host knows this terminal and its keys.
    tid: &'static str = "12345678", "tid" "\"12345678\"";
    /// Merchant number, field 42. The merchant to whom the host books what this terminal sells.
    mid: &'static str = "123456789012345", "mid" "\"123456789012345\"";
    /// Currency of card messages, field 49, by ISO 4217. Yuan, the only one that the host settles.
    currency: &'static str = "156", "currency" "\"156\"";
    /// The key under which a sign-on gives out working keys. It was injected with the host's own; no message can mend it.
    master_key: Tdes = Tdes::new([
        0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF, 0xFE, 0xDC, 0xBA, 0x98, 0x76, 0x54, 0x32, 0x10,
    ]), "master-key" "0123456789ABCDEFFEDCBA9876543210";
    /// The key for MACs until a sign-on gives another. The host's, for one without it takes every message for forged.
    mac_key: MacKey = MacKey::new([0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF]), "mac-key" "0123456789ABCDEF";
    /// The key for signatures at the wallet. The one that the merchant has set there.
    api_key: &'static str = "192006250b4c09247ec02edce69f6a2d", "api-key" "192006250b4c09247ec02edce69f6a2d";
    /// The merchant's number at the wallet. The one to whom the orders are paid.
    mch_id: &'static str = "10000100", "mch-id" "\"10000100\"";
    /// The merchant's application at the wallet. The one that is bound to that merchant.
    app_id: &'static str = "wxd930ea5d5a258f4f", "app-id" "wxd930ea5d5a258f4f";
    /// Where the wallet sends its notifications. The terminal's own door: elsewhere nobody listens.
    notify_url: &'static str = "http://terminal/notify", "notify-url" "http://terminal/notify";
    /// The line rate of the printer's port, in bit/s. The printer's own; a simulated printer is set to the same.
    printer_baud_bps: u32 = 115_200, "printer-baud" "115200";
}
