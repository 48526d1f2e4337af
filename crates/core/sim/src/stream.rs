//! Seeded dice. One seed gives one run; each device and each rule draws from a stream of its own, found
//! by *name*, so that a new fault never reshuffles the others.
//!
//! Source of the values: `ChaCha8`, a named and portable generator (`rand` 0.10 documents it as
//! value-stable). Only its raw 64-bit words are used; bounded draws and ratios are made here, because
//! the library's own may change in a minor release. *Not modelled:* distributions; no float is drawn.

use core::fmt;
use rand::rngs::ChaCha8Rng;
use rand::{Rng, SeedableRng};

/// What a whole run's chance comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seed(pub u64);

impl Seed {
    /// The stream of this seed that belongs to `name`.
    #[must_use]
    pub fn stream(self, name: &str) -> Stream {
        let mut rng = ChaCha8Rng::seed_from_u64(self.0);
        rng.set_stream(fnv1a(name.as_bytes()));
        Stream(rng)
    }
}

impl fmt::Display for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// One named source of chance.
#[derive(Debug)]
pub struct Stream(ChaCha8Rng);

/// A copy draws on from the same place: a forked world must roll the same dice. The library leaves
/// `Clone` out for the sake of secrets; there are none here.
impl Clone for Stream {
    fn clone(&self) -> Self {
        let mut rng = ChaCha8Rng::from_seed(self.0.get_seed());
        rng.set_stream(self.0.get_stream());
        rng.set_word_pos(self.0.get_word_pos());
        Self(rng)
    }
}

impl PartialEq for Stream {
    fn eq(&self, other: &Self) -> bool {
        let place = |stream: &Self| (stream.0.get_seed(), stream.0.get_stream(), stream.0.get_word_pos());
        place(self) == place(other)
    }
}

impl Eq for Stream {}

impl Stream {
    /// Sixty-four fresh bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number from 0 to `bound` - 1, each equally likely; 0 if `bound` is 0.
    ///
    /// Widening multiply with rejection (Lemire 2019), so that no value is favoured.
    pub fn below(&mut self, bound: u64) -> u64 {
        if bound == 0 {
            return 0;
        }
        let threshold = bound.wrapping_neg() % bound;
        loop {
            let wide = u128::from(self.bits()) * u128::from(bound);
            if wide as u64 >= threshold {
                return (wide >> 64) as u64;
            }
        }
    }

    /// Whether an event of this likelihood happens this time.
    pub fn happens(&mut self, likelihood: Ratio) -> bool {
        self.below(u64::from(likelihood.of)) < u64::from(likelihood.times)
    }
}

/// A likelihood as a ratio of integers: `times` in `of`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ratio {
    /// How often.
    pub times: u32,
    /// In how many.
    pub of: u32,
}

impl Ratio {
    /// Every time.
    pub const ALWAYS: Self = Self { times: 1, of: 1 };
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.times, self.of)
    }
}

/// FNV-1a, 64 bits (Fowler, Noll, Vo): stable and tiny; it only has to tell names apart.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::{Ratio, Seed, fnv1a};

    #[test]
    fn the_hash_of_names_matches_the_published_vectors() {
        assert_eq!(fnv1a(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a(b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(fnv1a(b"foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn values_of_a_stream_are_pinned_for_ever() {
        let mut stream = Seed(7).stream("printer");
        let drawn: Vec<u64> = (0..3).map(|_| stream.bits()).collect();
        assert_eq!(drawn, PINNED);
    }

    /// Drawn once and written down: a change means that every recorded seed has lost its meaning.
    const PINNED: [u64; 3] =
        [3_571_403_711_918_169_635, 12_292_587_343_777_408_673, 18_097_349_705_731_860_163];

    #[test]
    fn a_copy_draws_on_from_the_same_place() {
        let mut stream = Seed(9).stream("fork");
        for drawn in 0..40 {
            let mut copy = stream.clone();
            assert_eq!(copy, stream);
            assert_eq!(copy.bits(), stream.bits(), "after {drawn} draws");
        }
    }

    #[test]
    fn streams_differ_by_name_and_by_seed() {
        let first = |seed, name| Seed(seed).stream(name).bits();
        assert_ne!(first(1, "a"), first(1, "b"));
        assert_ne!(first(1, "a"), first(2, "a"));
        assert_eq!(first(1, "a"), first(1, "a"));
    }

    #[test]
    fn a_bounded_draw_reaches_every_value_and_no_other() {
        let mut stream = Seed(3).stream("dice");
        let mut seen = [0_u32; 6];
        for _ in 0..6000 {
            seen[stream.below(6) as usize] += 1;
        }
        // 1000 each is expected; five standard deviations of a binomial(6000, 1/6) are 144.
        assert!(seen.iter().all(|count| (856..=1144).contains(count)), "{seen:?}");
        assert_eq!(stream.below(0), 0);
    }

    #[test]
    fn certain_and_impossible_ratios_are_exact() {
        let mut stream = Seed(3).stream("coin");
        assert!((0..100).all(|_| stream.happens(Ratio::ALWAYS)));
        assert!((0..100).all(|_| !stream.happens(Ratio { times: 0, of: 5 })));
    }
}
