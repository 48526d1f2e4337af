//! The wall clock as a machine sees it: nanoseconds since the server began, or since a moment that it began at.
//!
//! *Not modelled:* leaps; the system's steady clock has none.

use sim::SimTime;
use std::time::{Duration, Instant};

/// A clock that began when it was made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    base: SimTime,
    began: Instant,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self::start_at(SimTime::ZERO)
    }

    /// One that shows this moment now.
    pub(crate) fn start_at(base: SimTime) -> Self {
        Self { base, began: Instant::now() }
    }

    /// What it showed when it began.
    pub(crate) const fn base(self) -> SimTime {
        self.base
    }

    pub(crate) fn now(self) -> SimTime {
        self.base + self.began.elapsed()
    }

    /// The moment on the system's clock; a day ahead for what never comes, which is looked at anew then.
    pub(crate) fn instant(self, at: SimTime) -> tokio::time::Instant {
        let ahead = at.since(self.now()).min(Duration::from_secs(24 * 3600));
        (Instant::now() + ahead).into()
    }
}
