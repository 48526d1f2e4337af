//! Moments and days as gateways write them: Beijing time in three spellings.
//!
//! Sources: WeChat Pay v2 `yyyyMMddHHmmss`; v3 RFC 3339 with `+08:00`; Alipay `yyyy-MM-dd HH:mm:ss`. Whole seconds.
//! *Not modelled:* leap seconds, fractions of a second (cut off), years outside 1970..=9999.

/// A moment in whole seconds since 1970 began in Greenwich.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WallTime(u64);

/// A day of the calendar; that of Beijing where a gateway speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day {
    /// 1970..=9999.
    pub year: u16,
    /// 1..=12.
    pub month: u8,
    /// 1..=31.
    pub day: u8,
}

/// How far the time of a signature may be off, and from when.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    pub(crate) now: WallTime,
    pub(crate) skew_s: Option<u64>,
}

impl Clock {
    /// Whether a signature of this moment still counts.
    pub(crate) fn takes(self, signed_at: WallTime) -> bool {
        self.skew_s.is_none_or(|skew_s| signed_at.apart_s(self.now) <= skew_s)
    }
}

const BEIJING_AHEAD_S: u64 = 8 * 3_600;
const DAY_S: u64 = 86_400;
/// The last second of the year 9999 in Beijing.
const LAST_S: u64 = 253_402_300_799 - BEIJING_AHEAD_S;

impl WallTime {
    /// A moment by its Unix time; later than the year 9999 counts as its end.
    pub const fn from_unix_s(unix_s: u64) -> Self {
        Self(if unix_s < LAST_S { unix_s } else { LAST_S })
    }

    /// Seconds since 1970 began in Greenwich.
    pub const fn unix_s(self) -> u64 {
        self.0
    }

    /// This many seconds later.
    #[must_use]
    pub const fn plus_s(self, seconds: u64) -> Self {
        Self::from_unix_s(self.0.saturating_add(seconds))
    }

    /// The last second of the day in Beijing.
    #[must_use]
    pub const fn end_of_day(self) -> Self {
        Self::from_unix_s((self.0 + BEIJING_AHEAD_S) / DAY_S * DAY_S + DAY_S - 1 - BEIJING_AHEAD_S)
    }

    /// How far apart two moments are, in seconds.
    pub const fn apart_s(self, other: Self) -> u64 {
        self.0.abs_diff(other.0)
    }

    /// The day in Beijing.
    pub const fn day(self) -> Day {
        Day::from_number((self.0 + BEIJING_AHEAD_S) / DAY_S)
    }

    /// `20260102030405` in Beijing, as WeChat Pay v2 writes it.
    pub fn compact(self) -> String {
        let (Day { year, month, day }, [hour, minute, second]) = (self.day(), self.clock());
        format!("{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}")
    }

    /// `2026-01-02T03:04:05+08:00`, as WeChat Pay v3 writes it.
    pub fn rfc3339(self) -> String {
        let (Day { year, month, day }, [hour, minute, second]) = (self.day(), self.clock());
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}+08:00")
    }

    /// `2026-01-02 03:04:05` in Beijing, as Alipay writes it.
    pub fn dashed(self) -> String {
        let (Day { year, month, day }, [hour, minute, second]) = (self.day(), self.clock());
        format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
    }

    /// Reads `20260102030405` of Beijing.
    pub fn parse_compact(text: &str) -> Option<Self> {
        let (day, clock) = text.split_at_checked(8)?;
        Self::in_beijing(
            Day::parse_compact(day)?,
            clock_s(clock.get(0..2)?, clock.get(2..4)?, clock.get(4..)?)?,
        )
    }

    /// Reads `2026-01-02 03:04:05` of Beijing.
    pub fn parse_dashed(text: &str) -> Option<Self> {
        let (day, clock) = text.split_once(' ')?;
        Self::in_beijing(Day::parse_dashed(day)?, clock_of(clock)?)
    }

    /// Reads RFC 3339 with any offset; a fraction of a second is cut off.
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        let (day, rest) = text.split_once(['T', 't', ' '])?;
        let (clock, rest) = rest.split_at_checked(8)?;
        let fraction_bytes = match rest.strip_prefix('.') {
            Some(digits) => 1 + digits.find(|c: char| !c.is_ascii_digit()).filter(|&count| count > 0)?,
            None => 0,
        };
        let ahead_s = offset_s(rest.get(fraction_bytes..)?)?;
        let local_s = Day::parse_dashed(day)?.number() * DAY_S + clock_of(clock)?;
        let unix_s = i64::try_from(local_s).ok()?.checked_sub(ahead_s)?;
        u64::try_from(unix_s).ok().map(Self::from_unix_s)
    }

    fn in_beijing(day: Day, clock_s: u64) -> Option<Self> {
        (day.number() * DAY_S + clock_s).checked_sub(BEIJING_AHEAD_S).map(Self)
    }

    const fn clock(self) -> [u64; 3] {
        let second = (self.0 + BEIJING_AHEAD_S) % DAY_S;
        [second / 3_600, second / 60 % 60, second % 60]
    }
}

impl Day {
    /// `20260102`.
    pub fn compact(self) -> String {
        format!("{:04}{:02}{:02}", self.year, self.month, self.day)
    }

    /// `2026-01-02`.
    pub fn dashed(self) -> String {
        format!("{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }

    /// Reads `20260102`; `None` when there is no such day.
    pub fn parse_compact(text: &str) -> Option<Self> {
        Self::checked(text.get(0..4)?, text.get(4..6)?, text.get(6..)?)
    }

    /// Reads `2026-01-02`; `None` when there is no such day.
    pub fn parse_dashed(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let (Some(year), Some(month), Some(day), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return None;
        };
        Self::checked(year, month, day)
    }

    /// Whether the moment falls on this day in Beijing.
    pub fn holds(self, moment: WallTime) -> bool {
        moment.day() == self
    }

    fn checked(year: &str, month: &str, day: &str) -> Option<Self> {
        let year = u16::try_from(number(year, 4)?).ok().filter(|year| *year >= 1970)?;
        let day = Self {
            year,
            month: u8::try_from(number(month, 2)?).ok()?,
            day: u8::try_from(number(day, 2)?).ok()?,
        };
        // Whatever is no day becomes another one on the way there and back.
        let real = (1..=12).contains(&day.month) && (1..=31).contains(&day.day);
        Some(day).filter(|day| real && Self::from_number(day.number()) == *day)
    }

    /// Days since 1970 began. Years begin in March here, so that the day that comes and goes is the last.
    const fn number(self) -> u64 {
        let month = (self.month as u64 + 9) % 12;
        let year = self.year as u64 - (month >= 10) as u64;
        let leap_days = year / 4 - year / 100 + year / 400;
        let day_of_year = (153 * month + 2) / 5 + self.day as u64 - 1;
        365 * year + leap_days + day_of_year - DAYS_BEFORE_1970
    }

    const fn from_number(number: u64) -> Self {
        let number = number + DAYS_BEFORE_1970;
        let (era, day_of_era) = (number / 146_097, number % 146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month + 2) / 5 + 1;
        let year = 400 * era + year_of_era + (month >= 10) as u64;
        Self { year: year as u16, month: ((month + 2) % 12 + 1) as u8, day: day as u8 }
    }
}

/// From the first of March of the year 0.
const DAYS_BEFORE_1970: u64 = 719_468;

fn clock_of(text: &str) -> Option<u64> {
    let mut parts = text.split(':');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(hour), Some(minute), Some(second), None) => clock_s(hour, minute, second),
        _ => None,
    }
}

fn clock_s(hour: &str, minute: &str, second: &str) -> Option<u64> {
    let (hour, minute, second) = (number(hour, 2)?, number(minute, 2)?, number(second, 2)?);
    (hour < 24 && minute < 60 && second < 60).then_some(hour * 3_600 + minute * 60 + second)
}

/// Seconds ahead of Greenwich: `Z`, `+08:00`, `-05:30`.
fn offset_s(text: &str) -> Option<i64> {
    if text == "Z" || text == "z" {
        return Some(0);
    }
    let (sign, rest) = text.split_at_checked(1)?;
    let (hours, minutes) = rest.split_once(':')?;
    let ahead_s = i64::try_from(clock_s(hours, minutes, "00")?).ok()?;
    match sign {
        "+" => Some(ahead_s),
        "-" => Some(-ahead_s),
        _ => None,
    }
}

/// Exactly this many decimal digits.
fn number(text: &str, count: usize) -> Option<u64> {
    let plain = text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// By `date -d @1767294245 -u`, eight hours on.
    const MOMENT: WallTime = WallTime::from_unix_s(1_767_294_245);

    #[test]
    fn a_moment_is_written_in_beijing_time() {
        assert_eq!(MOMENT.compact(), "20260102030405");
        assert_eq!(MOMENT.rfc3339(), "2026-01-02T03:04:05+08:00");
        assert_eq!(MOMENT.dashed(), "2026-01-02 03:04:05");
        assert_eq!(MOMENT.day(), Day { year: 2026, month: 1, day: 2 });
    }

    #[test]
    fn offsets_and_fractions_are_read() {
        for text in ["2026-01-01T19:04:05Z", "2026-01-02T03:04:05.999+08:00", "2026-01-01T14:04:05-05:00"] {
            assert_eq!(WallTime::parse_rfc3339(text), Some(MOMENT), "{text}");
        }
    }

    #[test]
    fn leap_years_are_the_calendars() {
        assert!(Day::parse_compact("20240229").is_some());
        assert!(Day::parse_compact("20000229").is_some());
        assert_eq!(Day::parse_compact("20260229"), None);
        assert_eq!(Day::parse_compact("21000229"), None);
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for text in [
            "",
            "2026",
            "20260102030460",
            "20260102240000",
            "20261302030405",
            "2026010203040",
            "2026 1 2030405",
        ] {
            assert_eq!(WallTime::parse_compact(text), None, "{text}");
        }
        for text in
            ["", "2026-01-02T03:04:05", "2026-01-02T03:04:05.+08:00", "2026-01-02T03:04:05+0800", "ＡT"]
        {
            assert_eq!(WallTime::parse_rfc3339(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_moment_comes_back_as_it_went(unix_s in 0..=LAST_S) {
            let moment = WallTime::from_unix_s(unix_s);
            prop_assert_eq!(WallTime::parse_compact(&moment.compact()), Some(moment));
            prop_assert_eq!(WallTime::parse_rfc3339(&moment.rfc3339()), Some(moment));
            prop_assert_eq!(WallTime::parse_dashed(&moment.dashed()), Some(moment));
            prop_assert!(moment.day().holds(moment));
        }

        #[test]
        fn any_text_is_a_moment_or_none(text in "\\PC{0,30}") {
            let _ = (WallTime::parse_compact(&text), WallTime::parse_rfc3339(&text), WallTime::parse_dashed(&text));
        }
    }
}
