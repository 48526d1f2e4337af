//! How one acquirer is set up. Every default is a test value: the keys protect nothing.
//!
//! Source of the test keys: the published vectors of the UnionPay POS dialect, "Keys and MAC", and of
//! WeChat Pay v2, "Signature"; RSA pairs of this crate. *Not modelled:* several terminals or batches.

mod wallets;

pub use wallets::{RateLimit, WalletSetup};

use crate::calendar::Civil;
use crate::short::Code;
use core::time::Duration;
use iso8583::MacKey;

/// The set-up of an acquirer.
#[derive(Clone, Debug)]
pub struct Config {
    /// From the arrival of a request to its commit, without [`Poke::Slow`](crate::Poke::Slow).
    pub processing: Duration,
    /// From the commit to the moment when the answer leaves.
    pub answering: Duration,
    /// From the payer's confirmation to the capture.
    pub paying: Duration,
    /// How long a notification waits for its acknowledgement.
    pub acknowledging: Duration,
    /// How long the rest of a request may take before it counts as cut off.
    pub reading: Duration,
    /// Requests in flight at most; one more is refused as busy.
    pub in_flight_max: usize,
    /// Key of the MAC in field 64, both ways.
    pub mak: MacKey,
    /// The only terminal, field 41: 8 characters.
    pub tid: String,
    /// The only merchant, field 42: 15 characters.
    pub mid: String,
    /// The open batch, field 60.2.
    pub batch: u32,
    /// Cards that are declined.
    pub declines: Vec<DeclineRule>,
    /// The wallet platforms: whom they serve, their keys and rules, and their payers.
    pub wallets: WalletSetup,
    /// Local date and time at the start of the run.
    pub start: Civil,
}

/// Sales with certain cards are declined, so that a decline comes about honestly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclineRule {
    /// The last digits of the card number.
    pub pan_ends: String,
    /// Field 39 of the answer.
    pub code: Code,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            processing: Duration::from_millis(180),
            answering: Duration::from_millis(40),
            paying: Duration::from_millis(300),
            acknowledging: Duration::from_secs(5),
            reading: Duration::from_secs(10),
            in_flight_max: 32,
            mak: MacKey::new([0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF]),
            tid: "12345678".into(),
            mid: "123456789012345".into(),
            batch: 1,
            declines: vec![DeclineRule { pan_ends: "0051".into(), code: Code::new("51") }],
            wallets: WalletSetup::default(),
            start: Civil { year: 2026, month: 1, day: 5, hour: 9, minute: 0, second: 0 },
        }
    }
}
