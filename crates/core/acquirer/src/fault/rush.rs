//! A rush: other terminals ask more than the host can serve, and a queue grows.
//!
//! The other terminals are a stream: so many requests a second come, so many are served, and what is over waits. A
//! request waits until those before it are served; behind a full queue it is refused as busy. When the rush is over,
//! the queue drains. *Not modelled:* chance in the arrivals, and that those who time out ask again.

use core::time::Duration;
use sim::SimTime;

/// A rush at the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rush {
    /// When it begins.
    pub from: SimTime,
    /// When it is over.
    pub until: SimTime,
    /// Requests of others that come in a second.
    pub arrivals_per_s: u32,
    /// Requests that the host serves in a second.
    pub served_per_s: u32,
    /// Requests that may wait.
    pub queue_max: u32,
}

impl Rush {
    /// How long a request that comes now has to wait; `None` when the queue is full.
    #[must_use]
    pub fn wait(&self, now: SimTime) -> Option<Duration> {
        let waiting = self.waiting_thousandths(now);
        if waiting >= u64::from(self.queue_max) * 1000 && waiting > 0 {
            return None;
        }
        let served = u64::from(self.served_per_s.max(1));
        Some(Duration::from_nanos(waiting.saturating_mul(1_000_000) / served))
    }

    /// Requests that wait, in thousandths.
    fn waiting_thousandths(&self, now: SimTime) -> u64 {
        let millis = |from: SimTime, to: SimTime| to.since(from).as_millis() as u64;
        let (arrivals, served) = (u64::from(self.arrivals_per_s), u64::from(self.served_per_s));
        let rushed = millis(self.from, now.min(self.until));
        let grown = arrivals.saturating_sub(served).saturating_mul(rushed);
        let grown = grown.min(u64::from(self.queue_max) * 1000);
        grown.saturating_sub(served.saturating_mul(millis(self.until, now)))
    }
}

#[cfg(test)]
mod tests {
    use super::Rush;
    use core::time::Duration;
    use sim::SimTime;

    const RUSH: Rush = Rush {
        from: SimTime::from_secs(10),
        until: SimTime::from_secs(40),
        arrivals_per_s: 150,
        served_per_s: 100,
        queue_max: 1000,
    };

    fn wait_s(at_s: u64) -> Option<u64> {
        RUSH.wait(SimTime::from_secs(at_s)).map(|wait| wait.as_secs())
    }

    #[test]
    fn the_queue_grows_fills_and_drains() {
        // Fifty more than are served come each second; a hundred are served in one.
        assert_eq!([0, 10, 12, 20, 28].map(wait_s), [0, 0, 1, 5, 9].map(Some));
        assert_eq!([30, 35, 40].map(wait_s), [None; 3], "1000 wait");
        // A thousand are served within ten seconds, while hardly anybody comes.
        assert_eq!([41, 45, 49, 50, 60].map(wait_s), [9, 5, 1, 0, 0].map(Some));
    }

    #[test]
    fn a_host_that_keeps_up_lets_nobody_wait() {
        let slack = Rush { arrivals_per_s: 99, ..RUSH };
        assert_eq!(slack.wait(SimTime::from_secs(39)), Some(Duration::ZERO));
    }
}
