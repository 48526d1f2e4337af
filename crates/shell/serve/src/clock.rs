//! The wall clock as a machine sees it: nanoseconds since the server began.
//!
//! *Not modelled:* leaps; the system's steady clock has none.

use sim::SimTime;
use std::time::{Duration, Instant};

/// A clock that began when it was made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock(Instant);

impl Clock {
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn now(self) -> SimTime {
        SimTime::ZERO + self.0.elapsed()
    }

    /// The moment on the system's clock; a day ahead for what never comes, which is looked at anew then.
    pub(crate) fn instant(self, at: SimTime) -> tokio::time::Instant {
        let ahead = at.since(self.now()).min(Duration::from_secs(24 * 3600));
        (Instant::now() + ahead).into()
    }
}
