//! Simulated time: nanoseconds since the start of a run.
//!
//! A run never sees a calendar. A `u64` of nanoseconds lasts 584 years, so sums saturate instead of
//! wrapping. *Not modelled:* time zones and civil dates; a device that prints a date is told what
//! date the run starts on.

use core::fmt;
use core::ops::{Add, AddAssign, Sub};
use core::time::Duration;
use serde::{Deserialize, Serialize};

/// A moment of a run, in nanoseconds since its start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SimTime(u64);

impl SimTime {
    /// The start of the run.
    pub const ZERO: Self = Self(0);
    /// Later than everything that will ever happen.
    pub const NEVER: Self = Self(u64::MAX);

    /// The moment `nanos` nanoseconds after the start.
    #[must_use]
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// The moment `millis` milliseconds after the start.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis.saturating_mul(1_000_000))
    }

    /// The moment `secs` seconds after the start.
    #[must_use]
    pub const fn from_secs(secs: u64) -> Self {
        Self(secs.saturating_mul(1_000_000_000))
    }

    /// Nanoseconds since the start.
    #[must_use]
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// Whole seconds since the start.
    #[must_use]
    pub const fn as_secs(self) -> u64 {
        self.0 / 1_000_000_000
    }

    /// How long after `earlier` this is; nothing if it is not after it.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

/// A duration as nanoseconds, saturating: spans of a run fit easily, hostile ones must not wrap.
const fn nanos(span: Duration) -> u64 {
    span.as_secs().saturating_mul(1_000_000_000).saturating_add(span.subsec_nanos() as u64)
}

impl Add<Duration> for SimTime {
    type Output = Self;
    fn add(self, span: Duration) -> Self {
        Self(self.0.saturating_add(nanos(span)))
    }
}

impl AddAssign<Duration> for SimTime {
    fn add_assign(&mut self, span: Duration) {
        *self = *self + span;
    }
}

impl Sub for SimTime {
    type Output = Duration;
    fn sub(self, earlier: Self) -> Duration {
        self.since(earlier)
    }
}

/// Shown as a stopwatch would: `12.345s`, `1m02.345s`, `2h00m05s`; digits beyond the millisecond only
/// where there are any, so that two different moments never look the same.
impl fmt::Display for SimTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let secs = self.as_secs();
        let (hours, minutes, seconds) = (secs / 3600, secs / 60 % 60, secs % 60);
        match (hours, minutes) {
            (0, 0) => write!(f, "{seconds}")?,
            (0, _) => write!(f, "{minutes}m{seconds:02}")?,
            (_, _) => write!(f, "{hours}h{minutes:02}m{seconds:02}")?,
        }
        let fraction = self.0 % 1_000_000_000;
        if fraction == 0 {
            write!(f, "s")
        } else if fraction.is_multiple_of(1_000_000) {
            write!(f, ".{:03}s", fraction / 1_000_000)
        } else if fraction.is_multiple_of(1_000) {
            write!(f, ".{:06}s", fraction / 1_000)
        } else {
            write!(f, ".{fraction:09}s")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::SimTime;
    use core::time::Duration;

    #[test]
    fn different_moments_never_look_the_same() {
        let shown = |nanos| SimTime::from_nanos(nanos).to_string();
        assert_eq!(shown(0), "0s");
        assert_eq!(shown(12_345_000_000), "12.345s");
        assert_eq!(shown(62_345_000_000), "1m02.345s");
        assert_eq!(shown(7_205_000_000_000), "2h00m05s");
        assert_eq!(shown(1_000_000_001), "1.000000001s");
        assert_eq!(shown(86_805), "0.000086805s");
    }

    #[test]
    fn time_saturates_instead_of_wrapping() {
        assert_eq!(SimTime::NEVER + Duration::from_secs(1), SimTime::NEVER);
        assert_eq!(SimTime::ZERO - SimTime::from_secs(1), Duration::ZERO);
        assert_eq!(SimTime::ZERO + Duration::MAX, SimTime::NEVER);
    }
}
