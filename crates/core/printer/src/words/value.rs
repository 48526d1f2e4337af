//! The values in phrases: numbers with a unit, and names.
//!
//! Every value becomes an integer of the smallest unit, exactly: micrometres, millinewtons, thousandths, millivolts,
//! milliohms, degrees, kilometres. *Not here:* which value stands where; that is the table of phrases.

use crate::{GearName, Micrometres, Permille, Sensor, Wire};

/// What a word in braces stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Length,
    Force,
    Share,
    Level,
    Count,
    Distance,
    Temperature,
    Voltage,
    Resistance,
    Gear,
    Sensor,
    Wire,
    RollOptions,
}

/// The names of gears, sensors and wires, in the order of the values that stand for them.
pub(super) const GEARS: [(&str, GearName); 3] =
    [("motor", GearName::Motor), ("idler", GearName::Idler), ("platen", GearName::Platen)];
pub(super) const SENSORS: [(&str, Sensor); 3] =
    [("paper-end", Sensor::PaperEnd), ("near-end", Sensor::NearEnd), ("exit", Sensor::Exit)];
pub(super) const WIRES: [(&str, Wire); 3] =
    [("sound", Wire::Sound), ("open", Wire::Open), ("shorted", Wire::Shorted)];

impl Kind {
    pub(super) fn named(part: &str) -> Option<Self> {
        Some(match part.strip_prefix('{')?.strip_suffix('}')? {
            "length" => Self::Length,
            "force" => Self::Force,
            "share" => Self::Share,
            "level" => Self::Level,
            "number" => Self::Count,
            "km" => Self::Distance,
            "temperature" => Self::Temperature,
            "voltage" => Self::Voltage,
            "resistance" => Self::Resistance,
            "gear" => Self::Gear,
            "sensor" => Self::Sensor,
            "wire" => Self::Wire,
            "options" => Self::RollOptions,
            _ => return None,
        })
    }

    pub(super) const fn expected(self) -> &'static str {
        match self {
            Self::Length => "a length such as 30 mm, up to 4 km",
            Self::Force => "a force such as 900 mN",
            Self::Share => "a share from 0 % to 100 %",
            Self::Level => "a level such as -40 % or 250 ‰",
            Self::Count => "a whole number",
            Self::Distance => "a distance such as 150 km",
            Self::Temperature => "a temperature such as 45 C",
            Self::Voltage => "a voltage such as 21.5 V",
            Self::Resistance => "a resistance such as 900 mohm",
            Self::Gear => "`motor`, `idler` or `platen`",
            Self::Sensor => "`paper-end`, `near-end` or `exit`",
            Self::Wire => "`sound`, `open` or `shorted`",
            Self::RollOptions => {
                "`upside down`, `sensitivity 50 %`, `skew 10 ‰`, `beside sensor`, or nothing"
            }
        }
    }

    /// Units in lower case, and how many of the smallest each is.
    const fn units(self) -> &'static [(&'static str, i64)] {
        match self {
            Self::Length => {
                &[("um", 1), ("µm", 1), ("μm", 1), ("mm", 1000), ("cm", 10_000), ("m", 1_000_000)]
            }
            Self::Force => &[("mn", 1), ("n", 1000)],
            Self::Share | Self::Level => &[("‰", 1), ("permille", 1), ("%", 10), ("percent", 10)],
            Self::Distance => &[("km", 1)],
            Self::Temperature => &[("c", 1), ("°c", 1)],
            Self::Voltage => &[("mv", 1), ("v", 1000)],
            Self::Resistance => &[("mohm", 1), ("ohm", 1000), ("mω", 1), ("ω", 1000)],
            Self::Count | Self::Gear | Self::Sensor | Self::Wire | Self::RollOptions => &[],
        }
    }

    const fn range(self) -> core::ops::RangeInclusive<i64> {
        match self {
            Self::Share => 0..=1000,
            Self::Level | Self::Temperature => i16::MIN as i64..=i16::MAX as i64,
            Self::Count => 0..=u16::MAX as i64,
            _ => 0..=u32::MAX as i64,
        }
    }

    /// Takes a value off the words.
    pub(super) fn read(self, rest: &mut &[String]) -> Option<i64> {
        let (word, more) = rest.split_first()?;
        let place = |names: &[&str]| names.iter().position(|name| name == word).map(|place| place as i64);
        let (value, more) = match self {
            Self::Gear => (place(&GEARS.map(|(name, _)| name))?, more),
            Self::Sensor => (place(&SENSORS.map(|(name, _)| name))?, more),
            Self::Wire => (place(&WIRES.map(|(name, _)| name))?, more),
            Self::Count => (decimal(word, 1)?, more),
            _ => {
                let (unit, more) = more.split_first()?;
                let (_, factor) = self.units().iter().find(|(name, _)| name == unit)?;
                (decimal(word, *factor)?, more)
            }
        };
        *rest = more;
        self.range().contains(&value).then_some(value)
    }
}

/// A decimal number times `factor`, if that is whole.
fn decimal(word: &str, factor: i64) -> Option<i64> {
    let (minus, digits) = match word.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, word.strip_prefix('+').unwrap_or(word)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) || fraction.len() > 9 {
        return None;
    }
    let scale = 10_i64.pow(fraction.len() as u32);
    let value: i64 = whole.parse().ok()?;
    let more: i64 = if fraction.is_empty() { 0 } else { fraction.parse().ok()? };
    let scaled = value.checked_mul(scale)?.checked_add(more)?.checked_mul(factor)?;
    (scaled % scale == 0).then_some(if minus { -(scaled / scale) } else { scaled / scale })
}

/// What is not as it should be with a roll: coating, sensitivity, skew, place; in any order.
pub(super) fn roll_options(rest: &mut &[String]) -> Option<[i64; 4]> {
    let [mut coating, mut sensitivity, mut skew, mut over] = [1, 1000, 0, 1];
    while let Some((word, more)) = rest.split_first() {
        *rest = more;
        match word.as_str() {
            "upside" => coating = skip("down", rest)?,
            "beside" => over = skip("sensor", rest)?,
            "sensitivity" => sensitivity = Kind::Share.read(rest)?,
            "skew" => skew = Kind::Level.read(rest)?,
            _ => return None,
        }
    }
    Some([coating, sensitivity, skew, over])
}

/// Takes this word; the option that it ends switches something off.
fn skip(word: &str, rest: &mut &[String]) -> Option<i64> {
    let (first, more) = rest.split_first()?;
    *rest = more;
    (first == word).then_some(0)
}

pub(super) fn named<T: Copy>(table: &[(&str, T)], value: i64) -> Option<T> {
    usize::try_from(value).ok().and_then(|place| table.get(place)).map(|(_, meant)| *meant)
}

pub(super) fn um(value: i64) -> Option<Micrometres> {
    u32::try_from(value).ok().map(Micrometres)
}

pub(super) fn permille(value: i64) -> Option<Permille> {
    u16::try_from(value).ok().map(Permille::new)
}

pub(super) fn small<T: TryFrom<i64>>(value: i64) -> Option<T> {
    T::try_from(value).ok()
}
