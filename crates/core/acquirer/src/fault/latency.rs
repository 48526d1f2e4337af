//! Latency by distribution, without a float: a table of percentiles, straight lines between them.
//!
//! `200ms` is always 200 ms; `100ms..400ms` is even between the two; a table such as 0: 50 ms, 50: 120 ms, 99: 3 s,
//! 100: 60 s says what half of the requests, and what the slowest hundredth, meet. *Not modelled:* a dependence of one
//! request's latency on the last one's.

use core::fmt;
use core::time::Duration;
use sim::Stream;

/// How long something takes, each time anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Latency {
    /// Share of all that take at most so long, in thousandths, and how long: both rising, from 0 to 1000.
    points: Vec<(u16, Duration)>,
}

/// A table of percentiles that is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadLatency {
    /// It does not begin with 0 or does not end with 1000 thousandths.
    Ends,
    /// A share or a span is smaller than the one before it.
    Falling,
}

impl Latency {
    /// Always this long.
    #[must_use]
    pub fn fixed(span: Duration) -> Self {
        Self { points: vec![(0, span), (1000, span)] }
    }

    /// Anything between the two, evenly; the order does not matter.
    #[must_use]
    pub fn between(one: Duration, other: Duration) -> Self {
        Self { points: vec![(0, one.min(other)), (1000, one.max(other))] }
    }

    /// By a table of shares in thousandths and spans.
    ///
    /// # Errors
    /// The table does not go from 0 to 1000, or falls somewhere.
    pub fn table(points: Vec<(u16, Duration)>) -> Result<Self, BadLatency> {
        let ends = (points.first().map(|point| point.0), points.last().map(|point| point.0));
        if ends != (Some(0), Some(1000)) {
            return Err(BadLatency::Ends);
        }
        let rises = points.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 <= pair[1].1);
        if rises { Ok(Self { points }) } else { Err(BadLatency::Falling) }
    }

    /// How long it takes this time.
    pub(super) fn draw(&self, dice: &mut Stream) -> Duration {
        let (low, high) = match (self.points.first(), self.points.last()) {
            (Some((_, low)), Some((_, high))) => (*low, *high),
            _ => return Duration::ZERO,
        };
        // What is certain rolls no dice.
        if low == high {
            return low;
        }
        let share = dice.below(1_000_000);
        self.at(share)
    }

    /// The span at a share in millionths.
    fn at(&self, share: u64) -> Duration {
        let behind = self.points.iter().position(|(at, _)| u64::from(*at) * 1000 > share);
        let Some(behind) = behind.filter(|at| *at > 0) else {
            return self.points.last().map_or(Duration::ZERO, |(_, span)| *span);
        };
        let ((from, low), (to, high)) = (self.points[behind - 1], self.points[behind]);
        let (from, to) = (u64::from(from) * 1000, u64::from(to) * 1000);
        let (low, high) = (low.as_nanos(), high.as_nanos());
        let risen = (high - low) * u128::from(share - from) / u128::from(to - from);
        Duration::from_nanos(u64::try_from(low + risen).unwrap_or(u64::MAX))
    }
}

impl fmt::Display for Latency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.points.as_slice() {
            [(_, low), (_, high)] if low == high => write!(f, "{low:?}"),
            [(_, low), (_, high)] => write!(f, "{low:?} to {high:?}"),
            points => {
                for (at, (share, span)) in points.iter().enumerate() {
                    let comma = if at > 0 { ", " } else { "" };
                    write!(f, "{comma}{}.{} %: {span:?}", share / 10, share % 10)?;
                }
                Ok(())
            }
        }
    }
}

impl fmt::Display for BadLatency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ends => "a table of percentiles goes from 0 to 100",
            Self::Falling => "percentiles and their spans must rise",
        })
    }
}

impl core::error::Error for BadLatency {}

#[cfg(test)]
mod tests {
    use super::{BadLatency, Latency};
    use core::time::Duration;
    use sim::Seed;

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    fn tail() -> Latency {
        let points = vec![(0, ms(50)), (500, ms(120)), (990, ms(3000)), (1000, ms(60_000))];
        Latency::table(points).expect("it rises from 0 to 1000")
    }

    #[test]
    fn half_of_the_requests_are_as_quick_as_the_median_says() {
        let (latency, mut dice) = (tail(), Seed(7).stream("latency"));
        let spans: Vec<Duration> = (0..10_000).map(|_| latency.draw(&mut dice)).collect();
        let share = |most| spans.iter().filter(|span| **span <= most).count();
        // Five standard deviations of a binomial of 10,000: 250 around the half, 50 around the last hundredth.
        assert!((4750..=5250).contains(&share(ms(120))));
        assert!((9850..=9950).contains(&share(ms(3000))));
        assert!(spans.iter().all(|span| (ms(50)..=ms(60_000)).contains(span)));
    }

    #[test]
    fn between_two_points_the_line_is_straight() {
        assert_eq!(tail().at(250_000), ms(85));
        assert_eq!(tail().at(500_000), ms(120));
        assert_eq!(tail().at(995_000), ms(31_500));
        assert_eq!(Latency::between(ms(400), ms(100)).at(500_000), ms(250));
    }

    #[test]
    fn what_is_certain_rolls_no_dice() {
        let mut dice = Seed(1).stream("latency");
        let before = dice.clone();
        assert_eq!(Latency::fixed(ms(200)).draw(&mut dice), ms(200));
        assert!(dice == before);
    }

    #[test]
    fn a_table_that_falls_or_stops_short_is_refused() {
        assert_eq!(Latency::table(vec![]), Err(BadLatency::Ends));
        assert_eq!(Latency::table(vec![(0, ms(1)), (990, ms(2))]), Err(BadLatency::Ends));
        assert_eq!(Latency::table(vec![(0, ms(2)), (1000, ms(1))]), Err(BadLatency::Falling));
        assert_eq!(Latency::table(vec![(0, ms(1)), (0, ms(1)), (1000, ms(1))]), Err(BadLatency::Falling));
    }
}
