//! Civil date and time of a moment of the run, for fields 12, 13 and 15 and for `time_end`.
//!
//! Proleptic Gregorian calendar, after the day-count method of H. Hinnant ("chrono-compatible low-level date
//! algorithms"). *Not modelled:* time zones, leap seconds, years outside 0..=9999.

use core::fmt;
use sim::SimTime;

/// A local date and time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Civil {
    /// 0..=9999.
    pub year: u16,
    /// 1..=12.
    pub month: u8,
    /// 1..=31.
    pub day: u8,
    /// 0..=23.
    pub hour: u8,
    /// 0..=59.
    pub minute: u8,
    /// 0..=59.
    pub second: u8,
}

const SECS_OF_DAY: u64 = 86_400;

impl Civil {
    /// The date and time at `now` of a run that starts at this one.
    #[must_use]
    pub fn at(self, now: SimTime) -> Self {
        let secs = self.second_of_day() + now.as_secs();
        let (year, month, day) = date(self.days() + secs / SECS_OF_DAY);
        let clock = secs % SECS_OF_DAY;
        let (hour, minute, second) = (clock / 3600, clock / 60 % 60, clock % 60);
        Self { year, month, day, hour: hour as u8, minute: minute as u8, second: second as u8 }
    }

    /// The number of the day at `now` of a run that starts at this date: one more each day.
    #[must_use]
    pub fn day_number(self, now: SimTime) -> u32 {
        let days = (self.second_of_day() + now.as_secs()) / SECS_OF_DAY;
        u32::try_from(self.days() + days).unwrap_or(u32::MAX)
    }

    /// The date of a day number, as the digits `yyyymmdd`.
    #[must_use]
    pub fn date_digits(day_number: u32) -> u32 {
        let (year, month, day) = date(day_number.into());
        (u32::from(year) * 100 + u32::from(month)) * 100 + u32::from(day)
    }

    const fn second_of_day(self) -> u64 {
        (self.hour as u64 * 60 + self.minute as u64) * 60 + self.second as u64
    }

    /// Days since the first of March, four hundred years before the year 0: a whole cycle of leap years, so that January
    /// of the year 0 counts too.
    fn days(self) -> u64 {
        let month = u64::from(self.month);
        let years = u64::from(self.year) + 400 - u64::from(month <= 2);
        let months = (month + 9) % 12;
        let in_year = (153 * months + 2) / 5 + u64::from(self.day).saturating_sub(1);
        years * 365 + years / 4 - years / 100 + years / 400 + in_year
    }
}

/// Year, month and day of a count of days as [`Civil::days`] gives it.
fn date(days: u64) -> (u16, u8, u8) {
    let (era, in_era) = (days / 146_097, days % 146_097);
    let years = (in_era - in_era / 1460 + in_era / 36_524 - in_era / 146_096) / 365;
    let in_year = in_era - (365 * years + years / 4 - years / 100);
    let months = (5 * in_year + 2) / 153;
    let day = in_year - (153 * months + 2) / 5 + 1;
    let month = if months < 10 { months + 3 } else { months - 9 };
    let year = (era * 400 + years + u64::from(month <= 2)).saturating_sub(400);
    (u16::try_from(year).unwrap_or(u16::MAX), month as u8, day as u8)
}

/// `20260105090000`, as the wallet's `time_end`.
impl fmt::Display for Civil {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { year, month, day, hour, minute, second } = self;
        write!(f, "{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::{Civil, SECS_OF_DAY};
    use sim::SimTime;

    fn shown(start: (u16, u8, u8), days: u64, secs: u64) -> String {
        let start = Civil { year: start.0, month: start.1, day: start.2, hour: 9, minute: 0, second: 0 };
        start.at(SimTime::from_secs(days * SECS_OF_DAY + secs)).to_string()
    }

    #[test]
    fn dates_roll_over_as_calendars_do() {
        assert_eq!(shown((2026, 1, 5), 0, 61), "20260105090101");
        assert_eq!(shown((2026, 12, 31), 0, 15 * 3600), "20270101000000");
        // 2028 is a leap year, 2100 is none, 2000 was one.
        assert_eq!(shown((2028, 2, 28), 1, 0), "20280229090000");
        assert_eq!(shown((2100, 2, 28), 1, 0), "21000301090000");
        assert_eq!(shown((2000, 2, 28), 1, 0), "20000229090000");
        // The Unix epoch and its billionth second, 2001-09-09 01:46:40 UTC, from 09:00 of the first day.
        assert_eq!(shown((1970, 1, 1), 0, 1_000_000_000 - 9 * 3600), "20010909014640");
    }
}
