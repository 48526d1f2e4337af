//! The dialect of each terminal: all speak UnionPay's, and make their MACs in one of three ways.
//!
//! Source: UnionPay POS dialect, "Keys and MAC". *Not modelled:* other dialects at this host.

use iso8583::{CUP, Dialect, FrameWriter, Head, MacAlgorithm, MacKey};
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

/// Begins a frame that ends with its MAC if there is a key.
pub(crate) fn begin<'a>(
    head: Head,
    key: Option<&'a (MacAlgorithm, MacKey)>,
    out: &'a mut Vec<u8>,
) -> FrameWriter<'a> {
    match key {
        Some((algorithm, key)) => FrameWriter::with_mac(dialect(*algorithm), head, key, out),
        None => FrameWriter::new(&CUP, head, out),
    }
}
