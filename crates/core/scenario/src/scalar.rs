//! The scalars of the language, from text to values: money, and what is measured or counted.
//!
//! Money is in fen, times become [`Duration`], and each measure a number of its smallest unit. All are
//! integers: a decimal fraction is refused everywhere but in money, where it must have exactly the
//! digits of the currency. Currency codes and their digits: ISO 4217. *Not modelled:* negative values, but of temperatures.

use core::time::Duration;
use sim::{Fen, Ratio};

/// Why a text is not what it has to be, and what the writer probably meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    /// What is wrong with it, as a sentence without a full stop.
    pub(crate) says: String,
    /// A text that would be right.
    pub(crate) instead: Option<String>,
}

impl Problem {
    fn new(says: impl Into<String>) -> Self {
        Self { says: says.into(), instead: None }
    }

    fn instead(mut self, text: impl Into<String>) -> Self {
        self.instead = Some(text.into());
        self
    }
}

/// Twelve digits: the longest amount that field 4 of an ISO 8583 message carries.
const MOST_MINOR_UNITS: u64 = 999_999_999_999;

/// Currencies that are known by name, with their minor digits, so that the refusal can be exact.
const CURRENCIES: &[(&str, usize)] = &[
    ("CNY", 2),
    ("EUR", 2),
    ("GBP", 2),
    ("HKD", 2),
    ("JPY", 0),
    ("KRW", 0),
    ("KWD", 3),
    ("MOP", 2),
    ("SGD", 2),
    ("TWD", 2),
    ("USD", 2),
];

/// An amount such as `CNY 18.50`.
pub(crate) fn money(text: &str) -> Result<Fen, Problem> {
    let Some((currency, digits)) = text.split_once(' ') else {
        return Err(no_currency(text));
    };
    if is_number(currency) && CURRENCIES.iter().any(|(code, _)| *code == digits) {
        return Err(Problem::new("the currency stands first").instead(format!("{digits} {currency}")));
    }
    let upper = currency.to_ascii_uppercase();
    let Some((code, minor)) = CURRENCIES.iter().find(|(code, _)| *code == upper) else {
        return Err(Problem::new(format!("`{currency}` is not a currency code that is known here")));
    };
    if upper != currency {
        return Err(Problem::new("a currency code is in capitals").instead(format!("{code} {digits}")));
    }
    let amount = minor_units(digits, code, *minor)?;
    if *code != "CNY" {
        return Err(Problem::new(format!("the acquirer settles in CNY only so far, not in {code}")));
    }
    Ok(Fen(amount))
}

fn no_currency(text: &str) -> Problem {
    let bare = text.trim_start_matches(['¥', '￥']).trim_end_matches('元');
    let problem = Problem::new("an amount needs its currency");
    if is_number(bare) { problem.instead(format!("CNY {bare}")) } else { problem }
}

fn minor_units(text: &str, code: &str, digits: usize) -> Result<i64, Problem> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if !is_number(text) || whole.is_empty() {
        let bare: String = text.chars().filter(|char| *char != ',').collect();
        let problem = Problem::new(format!("`{text}` is not an amount: digits and one point only"));
        return Err(if is_number(&bare) { problem.instead(format!("{code} {bare}")) } else { problem });
    }
    if text.contains('.') && fraction.len() != digits {
        let right = if digits == 0 {
            "no point".to_owned()
        } else {
            format!("{digits} digits after the point, or no point")
        };
        let problem = Problem::new(format!("{code} is written with {right}"));
        return Err(if fraction.len() < digits {
            problem.instead(format!("{code} {whole}.{fraction:0<digits$}"))
        } else {
            problem
        });
    }
    let scale = 10_u64.checked_pow(u32::try_from(digits).unwrap_or(0)).unwrap_or(1);
    let amount = whole.parse::<u64>().ok().and_then(|whole| whole.checked_mul(scale)).and_then(|major| {
        let fraction = if fraction.is_empty() { 0 } else { fraction.parse::<u64>().ok()? };
        major.checked_add(fraction).filter(|amount| *amount <= MOST_MINOR_UNITS)
    });
    amount
        .and_then(|amount| i64::try_from(amount).ok())
        .ok_or_else(|| Problem::new("an amount has at most 12 digits, as in a card message"))
}

/// Whether a text is digits with at most one point.
fn is_number(text: &str) -> bool {
    let mut points = 0;
    let mut digits = 0;
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' => digits += 1,
            b'.' => points += 1,
            _ => return false,
        }
    }
    digits > 0 && points <= 1
}

/// What is measured: its name, and its units with their size in the smallest one.
struct Measure {
    name: &'static str,
    units: &'static [(&'static str, u64)],
    /// What a bare number probably meant.
    usual: &'static str,
    most: u64,
    most_says: &'static str,
}

/// Microseconds; a longer run than a thousand hours is a typing mistake.
const TIME: Measure = Measure {
    name: "time",
    units: &[("us", 1), ("ms", 1_000), ("s", 1_000_000), ("m", 60_000_000), ("h", 3_600_000_000)],
    usual: "s",
    most: 3_600_000_000_000,
    most_says: "a time is at most 1000h",
};

/// Micrometres; a roll holds about 80 m.
const LENGTH: Measure = Measure {
    name: "length",
    units: &[("um", 1), ("mm", 1_000), ("cm", 10_000), ("m", 1_000_000)],
    usual: "mm",
    most: 1_000_000_000,
    most_says: "a length is at most 1000m",
};

/// Millinewtons; paper tears at far less than a hundred newtons.
const FORCE: Measure = Measure {
    name: "force",
    units: &[("mN", 1), ("N", 1_000)],
    usual: "mN",
    most: 100_000,
    most_says: "a force is at most 100N",
};

/// Hundredths.
const PERCENT: Measure = Measure {
    name: "share",
    units: &[("%", 1)],
    usual: "%",
    most: 100,
    most_says: "a share is at most 100%",
};

/// Millivolts; receipt printers have 5 V to 42 V.
const VOLTAGE: Measure = Measure {
    name: "voltage",
    units: &[("mV", 1), ("V", 1_000)],
    usual: "V",
    most: 60_000,
    most_says: "a voltage is at most 60V",
};

/// Milliohms.
const RESISTANCE: Measure = Measure {
    name: "resistance",
    units: &[("mOhm", 1), ("Ohm", 1_000)],
    usual: "Ohm",
    most: 1_000_000,
    most_says: "a resistance is at most 1000Ohm",
};

/// Requests in a second.
const RATE: Measure = Measure {
    name: "rate",
    units: &[("/s", 1)],
    usual: "/s",
    most: 1_000_000,
    most_says: "a rate is at most 1000000/s",
};

/// Bits in a second; 10 Gbit/s is no limit for anything here.
const LINE_RATE: Measure = Measure {
    name: "line rate",
    units: &[("bps", 1), ("kbps", 1_000), ("Mbps", 1_000_000)],
    usual: "bps",
    most: 1_000_000_000,
    most_says: "a line rate is at most 1000Mbps",
};

/// Degrees Celsius, without their sign.
const TEMPERATURE: Measure = Measure {
    name: "temperature",
    units: &[("C", 1)],
    usual: "C",
    most: 85,
    most_says: "a temperature is at most 85C",
};

/// The coldest that a payment terminal is stored at, without its sign.
const COLDEST_C: u64 = 40;

/// A share such as `40%`, in thousandths.
pub(crate) fn permille(text: &str) -> Result<u16, Problem> {
    PERCENT.read(text).map(|percent| u16::try_from(percent * 10).unwrap_or(1000))
}

/// A voltage such as `19V`, in millivolts.
pub(crate) fn voltage_mv(text: &str) -> Result<u32, Problem> {
    VOLTAGE.read(text).and_then(|mv| u32::try_from(mv).map_err(|_| Problem::new(VOLTAGE.most_says)))
}

/// A resistance such as `1500mOhm`, in milliohms.
pub(crate) fn resistance_mohm(text: &str) -> Result<u32, Problem> {
    RESISTANCE.read(text).and_then(|mohm| u32::try_from(mohm).map_err(|_| Problem::new(RESISTANCE.most_says)))
}

/// A rate such as `150/s`: requests in a second.
pub(crate) fn rate_per_s(text: &str) -> Result<u32, Problem> {
    RATE.read(text).and_then(|rate| u32::try_from(rate).map_err(|_| Problem::new(RATE.most_says)))
}

/// A line rate such as `9600bps`, in bits a second; never nothing.
pub(crate) fn line_rate_bps(text: &str) -> Result<u32, Problem> {
    match LINE_RATE.read(text)? {
        0 => Err(Problem::new("a line without a rate is a cut one").instead("cut: until-healed")),
        rate => u32::try_from(rate).map_err(|_| Problem::new(LINE_RATE.most_says)),
    }
}

/// A temperature such as `45C` or `-10C`, in degrees Celsius.
pub(crate) fn temperature_c(text: &str) -> Result<i16, Problem> {
    let (cold, size) = text.strip_prefix('-').map_or((false, text), |size| (true, size));
    let degrees = TEMPERATURE.read(size)?;
    if cold && degrees > COLDEST_C {
        return Err(Problem::new("a temperature is at least -40C"));
    }
    let degrees = i16::try_from(degrees).unwrap_or(i16::MAX);
    Ok(if cold { -degrees } else { degrees })
}

/// A time such as `150ms`, `45s`, `3m`, `2h`.
pub(crate) fn time(text: &str) -> Result<Duration, Problem> {
    TIME.read(text).map(Duration::from_micros)
}

/// A length such as `30mm`, in micrometres.
pub(crate) fn length_um(text: &str) -> Result<u32, Problem> {
    LENGTH.read(text).and_then(|length| u32::try_from(length).map_err(|_| Problem::new(LENGTH.most_says)))
}

/// A force such as `2400mN`, in millinewtons.
pub(crate) fn force_mn(text: &str) -> Result<u32, Problem> {
    FORCE.read(text).and_then(|force| u32::try_from(force).map_err(|_| Problem::new(FORCE.most_says)))
}

impl Measure {
    fn read(&self, text: &str) -> Result<u64, Problem> {
        let end = text.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
        let (number, unit) = text.split_at_checked(end).unwrap_or((text, ""));
        if !is_number(number) {
            return Err(Problem::new(format!("this is not a {}", self.name)));
        }
        if unit.is_empty() {
            let instead = format!("{number}{}", self.usual);
            return Err(Problem::new(format!("a {} needs its unit", self.name)).instead(instead));
        }
        let size = self.size_of(number, unit)?;
        if number.contains('.') {
            return Err(self.fraction(number, size));
        }
        let value = number.parse::<u64>().ok().and_then(|value| value.checked_mul(size));
        value.filter(|value| *value <= self.most).ok_or_else(|| Problem::new(self.most_says))
    }

    fn size_of(&self, number: &str, unit: &str) -> Result<u64, Problem> {
        if let Some((_, size)) = self.units.iter().find(|(name, _)| *name == unit) {
            return Ok(*size);
        }
        let known: Vec<&str> = self.units.iter().map(|(name, _)| *name).collect();
        let says = format!("`{}` is not a unit of {} (known: {})", unit.trim(), self.name, known.join(", "));
        let bare = unit.trim().to_lowercase();
        let spelled = match bare.as_str() {
            "sec" | "secs" | "second" | "seconds" => Some("s"),
            "msec" | "millis" | "milliseconds" => Some("ms"),
            "min" | "mins" | "minute" | "minutes" => Some("m"),
            "hour" | "hours" => Some("h"),
            other => self.units.iter().map(|(name, _)| *name).find(|name| name.to_lowercase() == other),
        };
        let known_spelling = spelled.filter(|name| known.contains(name));
        let problem = Problem::new(says);
        Err(match known_spelling {
            Some(name) => problem.instead(format!("{number}{name}")),
            None => problem,
        })
    }

    /// Refuses a fraction, and says the same in the next smaller unit that makes it whole.
    fn fraction(&self, number: &str, size: u64) -> Problem {
        let problem = Problem::new(format!("a {} is a whole number of its unit", self.name));
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let scale = u32::try_from(fraction.len()).ok().and_then(|digits| 10_u64.checked_pow(digits));
        let value =
            format!("{whole}{fraction}").parse::<u64>().ok().and_then(|value| value.checked_mul(size));
        let Some((value, scale)) = value.zip(scale) else { return problem };
        if !value.is_multiple_of(scale) {
            return problem;
        }
        let value = value / scale;
        match self.units.iter().rev().find(|(_, unit)| value.is_multiple_of(*unit)) {
            Some((name, unit)) => problem.instead(format!("{}{name}", value / unit)),
            None => problem,
        }
    }
}

/// A likelihood such as `1/3`: more than nothing and at most one.
pub(crate) fn ratio(text: &str) -> Result<Ratio, Problem> {
    let parts = text
        .split_once('/')
        .and_then(|(times, of)| Some((times.trim().parse().ok()?, of.trim().parse().ok()?)));
    let Some((times, of)) = parts else {
        return Err(Problem::new("a likelihood is a ratio of two whole numbers"));
    };
    match (times, of) {
        (_, 0) => Err(Problem::new("nothing can be divided by 0")),
        (0, _) => Err(Problem::new("a likelihood of 0 means that this never happens")),
        (times, of) if times > of => {
            Err(Problem::new("a likelihood is at most 1").instead(format!("{of}/{times}")))
        }
        (times, of) => Ok(Ratio { times, of }),
    }
}

/// A whole number between two bounds, both included.
pub(crate) fn count(text: &str, least: u32, most: u32) -> Result<u32, Problem> {
    let bad = || Problem::new("this is not a whole number");
    let value: u32 = if text.bytes().all(|byte| byte.is_ascii_digit()) {
        text.parse().map_err(|_| Problem::new(format!("the most is {most}")))?
    } else {
        return Err(bad());
    };
    if value < least {
        return Err(Problem::new(format!("the least is {least}")));
    }
    if value > most { Err(Problem::new(format!("the most is {most}"))) } else { Ok(value) }
}

#[cfg(test)]
mod tests {
    use super::{
        Problem, count, force_mn, length_um, money, permille, ratio, resistance_mohm, temperature_c, time,
        voltage_mv,
    };
    use core::time::Duration;
    use proptest::prelude::{ProptestConfig, any, prop_assert_eq, proptest};
    use sim::{Fen, Ratio};

    fn instead<T: core::fmt::Debug>(outcome: Result<T, Problem>) -> Option<String> {
        outcome.unwrap_err().instead
    }

    #[test]
    fn money_is_read_to_the_fen() {
        assert_eq!(money("CNY 18.50"), Ok(Fen(1850)));
        assert_eq!(money("CNY 18"), Ok(Fen(1800)));
        assert_eq!(money("CNY 0.05"), Ok(Fen(5)));
        assert_eq!(money("CNY 9999999999.99"), Ok(Fen(999_999_999_999)));
        assert!(money("CNY 10000000000.00").is_err());
    }

    #[test]
    fn a_near_amount_is_put_right() {
        assert_eq!(instead(money("18.50")).as_deref(), Some("CNY 18.50"));
        assert_eq!(instead(money("¥18.50")).as_deref(), Some("CNY 18.50"));
        assert_eq!(instead(money("18.50 CNY")).as_deref(), Some("CNY 18.50"));
        assert_eq!(instead(money("cny 18.50")).as_deref(), Some("CNY 18.50"));
        assert_eq!(instead(money("CNY 18.5")).as_deref(), Some("CNY 18.50"));
        assert_eq!(instead(money("CNY 1,000")).as_deref(), Some("CNY 1000"));
    }

    #[test]
    fn only_the_currency_of_the_acquirer_is_taken() {
        assert!(money("USD 18.50").unwrap_err().says.contains("CNY only"));
        assert!(money("JPY 18.50").unwrap_err().says.contains("no point"));
        assert!(money("CNY -1").is_err());
    }

    #[test]
    fn times_lengths_and_forces_carry_their_unit() {
        assert_eq!(time("150ms"), Ok(Duration::from_millis(150)));
        assert_eq!(time("2h"), Ok(Duration::from_secs(7200)));
        assert_eq!(length_um("30mm"), Ok(30_000));
        assert_eq!(force_mn("2N"), Ok(2000));
        assert_eq!((permille("40%"), voltage_mv("19V")), (Ok(400), Ok(19_000)));
        assert_eq!((resistance_mohm("2Ohm"), temperature_c("-10C")), (Ok(2000), Ok(-10)));
        assert!(
            permille("101%").is_err() && temperature_c("-41C").is_err() && temperature_c("--4C").is_err()
        );
        assert_eq!(instead(temperature_c("45")).as_deref(), Some("45C"));
        assert_eq!(instead(time("45")).as_deref(), Some("45s"));
        assert_eq!(instead(time("45sec")).as_deref(), Some("45s"));
        assert_eq!(instead(time("1.5s")).as_deref(), Some("1500ms"));
        assert_eq!(instead(time("1.5h")).as_deref(), Some("90m"));
        assert_eq!(instead(force_mn("1600mn")).as_deref(), Some("1600mN"));
    }

    #[test]
    fn a_likelihood_lies_between_never_and_always() {
        assert_eq!(ratio("1/3"), Ok(Ratio { times: 1, of: 3 }));
        assert_eq!(ratio("3/3"), Ok(Ratio { times: 3, of: 3 }));
        for text in ["0/5", "1/0", "4/3", "0.3", "-1/3", "1/3/4"] {
            assert!(ratio(text).is_err(), "{text}");
        }
    }

    #[test]
    fn counts_keep_their_bounds() {
        assert_eq!(count("3", 1, 9), Ok(3));
        for text in ["0", "10", "", "-1", "1.0", "99999999999"] {
            assert!(count(text, 1, 9).is_err(), "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn every_amount_is_read_back_as_it_is_shown(amount in 0_i64..=999_999_999_999) {
            prop_assert_eq!(money(&Fen(amount).to_string()), Ok(Fen(amount)));
        }

        #[test]
        fn no_text_makes_a_scalar_panic(text in any::<String>()) {
            let _ = (permille(&text), voltage_mv(&text), resistance_mohm(&text), temperature_c(&text));
            let _ = (money(&text), time(&text), length_um(&text), force_mn(&text), ratio(&text), count(&text, 1, 5));
        }
    }
}
