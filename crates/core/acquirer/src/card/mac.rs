//! The dialect of each terminal: all speak UnionPay's, and make their MACs in one of three ways.
//!
//! Source: UnionPay POS dialect, "Keys and MAC". *Not modelled:* other dialects at this host.

use iso8583::{CUP, Dialect, MacAlgorithm};
use std::sync::LazyLock;

static BY_ALGORITHM: LazyLock<[Dialect; 3]> = LazyLock::new(|| {
    [MacAlgorithm::CupEcb, MacAlgorithm::X9_9, MacAlgorithm::X9_19]
        .map(|algorithm| CUP.clone().with_mac_algorithm(algorithm))
});

/// The dialect of a terminal with such MACs.
pub(crate) fn dialect(algorithm: MacAlgorithm) -> &'static Dialect {
    let [cup, x9_9, x9_19] = &*BY_ALGORITHM;
    match algorithm {
        MacAlgorithm::CupEcb => cup,
        MacAlgorithm::X9_9 => x9_9,
        MacAlgorithm::X9_19 => x9_19,
    }
}
