//! The bytes that a printer has received, for a while: so that a receipt can be filed with what made it.
//!
//! Offsets count every byte that the printer has taken from any port since it was made. *Not kept:* what is older
//! than the last 8 MB, about two thousand receipts with a logo.

use std::collections::VecDeque;
use std::ops::Range;

const KEPT_BYTES: usize = 8 * 1024 * 1024;

#[derive(Debug, Default)]
pub(crate) struct Received {
    kept: VecDeque<u8>,
    /// The offset of the first byte that is kept.
    begins_at: u64,
}

/// A passage of what was received.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Passage {
    pub(crate) bytes: Vec<u8>,
    /// Bytes at its beginning that are not kept any more.
    pub(crate) missing: u64,
}

impl Received {
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.kept.extend(bytes);
        let over = self.kept.len().saturating_sub(KEPT_BYTES);
        self.kept.drain(..over);
        self.begins_at += over as u64;
    }

    /// How many bytes have come.
    pub(crate) fn count(&self) -> u64 {
        self.begins_at + self.kept.len() as u64
    }

    /// The bytes of this range.
    pub(crate) fn passage(&self, range: Range<u64>) -> Passage {
        let missing = self.begins_at.min(range.end).saturating_sub(range.start);
        let from = range.start.max(self.begins_at) - self.begins_at;
        let length = range.end.saturating_sub(range.start.max(self.begins_at));
        let clamp = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
        let bytes = self.kept.iter().skip(clamp(from)).take(clamp(length)).copied().collect();
        Passage { bytes, missing }
    }
}

#[cfg(test)]
mod tests {
    use super::{KEPT_BYTES, Passage, Received};

    #[test]
    fn what_is_too_old_is_missing_and_said_to_be() {
        let mut received = Received::default();
        received.push(&vec![7; KEPT_BYTES]);
        received.push(b"abcd");
        // The first four of the sevens had to go.
        assert_eq!(received.passage(2..6), Passage { bytes: vec![7, 7], missing: 2 });
        let end = received.count();
        assert_eq!(received.passage(end - 3..end), Passage { bytes: b"bcd".to_vec(), missing: 0 });
        assert_eq!(received.passage(0..3), Passage { bytes: Vec::new(), missing: 3 });
    }
}
