//! What every engine plays: a client that asks echo hosts in turn, over links with a latency.
//!
//! Facts: performance notes, section 4: scenario P ("ping") and scenario T ("timeouts"). They give no
//! latency for T; 150 ms each way is what makes its 240.3 s. Times are simulated; sizes are bytes.
//! *Not modelled:* loss on the link. A request "with no reply" reaches a host that keeps silent, so
//! that all engines deliver the same.

use core::time::Duration;

/// The size of a request, and of its echo.
pub const MESSAGE_BYTES: usize = 150;

/// A message as it is on the link.
pub type Message = [u8; MESSAGE_BYTES];

/// What is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Workload {
    /// How many hosts the client asks in turn.
    pub echo_hosts: u8,
    /// How many answers the client wants, one after the other.
    pub exchanges: u32,
    /// From one host to another.
    pub latency: Duration,
    /// After how long without an answer the client asks again; `None` where it waits for ever.
    pub timeout: Option<Duration>,
    /// How many requests a host swallows before each one that it answers.
    pub silences: u32,
}

impl Workload {
    /// Scenario P: 50 requests alternately to two hosts, 100 deliveries, 5.0 s.
    pub const PING: Self =
        Self { echo_hosts: 2, exchanges: 50, latency: Duration::from_millis(50), timeout: None, silences: 0 };

    /// Scenario T: one request, four times without a reply, each given up after 60 s: 240.3 s.
    pub const TIMEOUTS: Self = Self {
        echo_hosts: 1,
        exchanges: 1,
        latency: Duration::from_millis(150),
        timeout: Some(Duration::from_secs(60)),
        silences: 4,
    };

    /// One request without a reply, repeated after this many hours of nothing.
    #[must_use]
    pub const fn idle(hours: u64) -> Self {
        Self { timeout: Some(Duration::from_secs(hours * 3600)), silences: 1, ..Self::TIMEOUTS }
    }

    /// Which host is asked in this exchange.
    #[must_use]
    pub const fn host_of(&self, exchange: u32) -> u8 {
        (exchange % self.echo_hosts as u32) as u8
    }

    /// How often a message reaches a host: every request, swallowed or not, and every answer.
    #[must_use]
    pub fn deliveries(&self) -> u32 {
        self.exchanges * (2 + self.silences)
    }
}

/// The request of one exchange: its number, then the same filling in all.
#[must_use]
pub fn message(exchange: u32) -> Message {
    const FILLING: Message = {
        let mut filling = [0; MESSAGE_BYTES];
        let mut at = 0;
        while at < MESSAGE_BYTES {
            filling[at] = at as u8;
            at += 1;
        }
        filling
    };
    let mut message = FILLING;
    message[..4].copy_from_slice(&exchange.to_le_bytes());
    message
}

/// What has arrived at a host, in order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many messages.
    pub deliveries: u32,
    /// The moment of the last, in nanoseconds.
    pub last_ns: u64,
    /// Changes with the bytes and the moment of every message, and with their order.
    pub checksum: u64,
}

impl Tally {
    /// Counts one message.
    pub fn arrived(&mut self, at_ns: u64, bytes: &[u8]) {
        self.deliveries += 1;
        self.last_ns = at_ns;
        self.checksum = fold(fold(self.checksum, at_ns), sum(bytes));
    }

    /// The tally of several hosts, in their order.
    #[must_use]
    pub fn of_all(tallies: impl IntoIterator<Item = Self>) -> Self {
        tallies.into_iter().fold(Self::default(), |all, one| Self {
            deliveries: all.deliveries + one.deliveries,
            last_ns: all.last_ns.max(one.last_ns),
            checksum: fold(all.checksum, one.checksum),
        })
    }
}

/// Mixes a word into a checksum, in two instructions of any processor.
#[must_use]
pub const fn fold(checksum: u64, word: u64) -> u64 {
    // The odd number is 2^64 divided by the golden ratio: every bit of a word reaches the upper half.
    (checksum ^ word).rotate_left(29).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// The sum of the words of a message: cheap, so that it does not hide what the engines differ in.
fn sum(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    let whole = words.iter().fold(0u64, |sum, word| sum.wrapping_add(u64::from_le_bytes(*word)));
    rest.iter().fold(whole, |sum, byte| sum.wrapping_add(u64::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::{Tally, message};

    #[test]
    fn a_tally_notices_another_message_another_moment_and_another_order() {
        let tally = |arrivals: &[(u64, u32)]| {
            let mut tally = Tally::default();
            for (at_ns, exchange) in arrivals {
                tally.arrived(*at_ns, &message(*exchange));
            }
            tally.checksum
        };
        let plain = tally(&[(1, 1), (2, 2)]);
        assert_ne!(plain, tally(&[(1, 1), (2, 3)]));
        assert_ne!(plain, tally(&[(1, 1), (3, 2)]));
        assert_ne!(plain, tally(&[(1, 2), (2, 1)]));
    }
}
