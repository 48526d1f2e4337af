//! The dialect of each terminal: all speak UnionPay's, and make their MACs in one of three ways.
//!
//! A dialect of a user's own says itself where its MAC stands and how it is made.
//! Source: UnionPay POS dialect, "Keys and MAC". *Not modelled:* several dialects at one host.

use super::setup::Speech;
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

/// The dialect in which a terminal with such MACs makes them.
pub(crate) fn spoken(speech: Speech, algorithm: MacAlgorithm) -> &'static Dialect {
    match speech {
        Speech::UnionPay | Speech::Ascii87 => dialect(algorithm),
        Speech::Own(own) => own,
    }
}
