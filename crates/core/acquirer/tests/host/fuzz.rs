//! What the fuzzer runs, with what a fuzzer would begin with.

use crate::driver::card_frames;
use proptest::prelude::*;
use tillrig_acquirer::fuzz::fuzz_card_host;

proptest! {
    #[test]
    fn random_bytes_break_no_claim(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        fuzz_card_host(&bytes);
    }

    /// Random bytes seldom get past the bitmap, so this starts from good frames and spoils them.
    #[test]
    fn spoiled_frames_break_no_claim(
        spoiled in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
    ) {
        let mut stream = card_frames();
        for (at, byte) in spoiled {
            let place = at.index(stream.len());
            stream[place] = byte;
        }
        fuzz_card_host(&stream);
    }
}
