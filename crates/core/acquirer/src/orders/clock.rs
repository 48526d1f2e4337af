//! The run's time as the wall's in Beijing, and back.
//!
//! Source: WeChat Pay and Alipay write Beijing time; its days are those of [`wallet::moment`]. Whole seconds.
//! *Not modelled:* a run that starts before 1970; it starts then.

use crate::calendar::Civil;
use sim::SimTime;
use wallet::moment::WallTime;

/// When the run started, in Beijing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Clock {
    start: WallTime,
}

impl Clock {
    pub(crate) fn new(start: Civil) -> Self {
        Self { start: WallTime::parse_compact(&start.to_string()).unwrap_or_default() }
    }

    pub(crate) const fn wall(self, at: SimTime) -> WallTime {
        self.start.plus_s(at.as_secs())
    }

    /// The moment of the run; `None` before it.
    pub(crate) fn moment(self, wall: WallTime) -> Option<SimTime> {
        wall.unix_s().checked_sub(self.start.unix_s()).map(SimTime::from_secs)
    }

    /// The next midnight of Beijing.
    pub(crate) const fn end_of_day(self, at: SimTime) -> SimTime {
        let last_second = self.wall(at).end_of_day();
        SimTime::from_secs(last_second.unix_s() + 1 - self.start.unix_s())
    }
}

#[cfg(test)]
mod tests {
    use super::Clock;
    use crate::calendar::Civil;
    use sim::SimTime;

    #[test]
    fn a_day_ends_at_midnight_of_beijing_whenever_the_run_started() {
        let start = Civil { year: 2026, month: 1, day: 5, hour: 9, minute: 0, second: 0 };
        let end = |secs| Clock::new(start).end_of_day(SimTime::from_secs(secs));
        let (first, second) = (SimTime::from_secs(15 * 3600), SimTime::from_secs(39 * 3600));
        assert_eq!([0, 15 * 3600 - 1, 15 * 3600].map(end), [first, first, second]);
    }
}
