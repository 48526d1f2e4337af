//! How one acquirer is set up. Every default is a test value: the keys protect nothing.
//!
//! Source of the test keys: the published vectors of WeChat Pay v2, "Signature"; the card host's are in its own set-up;
//! RSA pairs of this crate. *Not modelled:* several currencies.

mod wallets;

pub use wallets::{RateLimit, WalletSetup};

use crate::calendar::Civil;
use crate::card::CardSetup;
use core::time::Duration;
use std::sync::{Arc, LazyLock};
use voucher::SealKey;

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
    /// The card host. Shared, as every run has the same.
    pub card: Arc<CardSetup>,
    /// The wallet platforms: whom they serve, their keys and rules, and their payers.
    pub wallets: WalletSetup,
    /// Merchants that may ask after card charges, by number, with what they seal their questions with.
    pub merchants: Vec<(String, SealKey)>,
    /// Where a copy of every notification goes as well: an absolute URL. It is sent once for each that leaves, and nobody
    /// waits for its acknowledgement.
    pub notify_also: Option<String>,
    /// Local date and time at the start of the run.
    pub start: Civil,
}

static CARD_SETUP: LazyLock<Arc<CardSetup>> = LazyLock::new(Arc::default);

impl Default for Config {
    fn default() -> Self {
        Self {
            processing: Duration::from_millis(180),
            answering: Duration::from_millis(40),
            paying: Duration::from_millis(300),
            acknowledging: Duration::from_secs(5),
            reading: Duration::from_secs(10),
            in_flight_max: 32,
            card: Arc::clone(&CARD_SETUP),
            wallets: WalletSetup::default(),
            merchants: Vec::new(),
            notify_also: None,
            start: Civil { year: 2026, month: 1, day: 5, hour: 9, minute: 0, second: 0 },
        }
    }
}
