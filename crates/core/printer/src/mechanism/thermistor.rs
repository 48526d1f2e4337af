//! The head's thermistor, as the controller's converter reads it.
//!
//! `R(T) = 30 kΩ exp(3950 (1/(273+T) - 1/298))` (printer sources, section 6.2), in a divider with a resistor of
//! 10 kΩ to the supply of a converter of 12 bits, which is typical. A broken wire reads as the highest value, a
//! shorted one as 0. *Not modelled:* tolerance of ± 5 %, the time that it lags behind.

use crate::{Head, Wire};

/// Resistance in ohms every 5 °C from -40 °C on, by the formula above.
const OHM: [u32; 33] = [
    1_210_699, 847_934, 602_633, 434_234, 316_972, 234_215, 175_068, 132_286, 100_991, 77_851, 60_568,
    47_534, 37_615, 30_000, 24_106, 19_508, 15_894, 13_034, 10_754, 8_925, 7_449, 6_250, 5_271, 4_467, 3_804,
    3_253, 2_795, 2_411, 2_088, 1_815, 1_583, 1_386, 1_218,
];
const FIRST_MC: i64 = -40_000;
const STEP_MC: i64 = 5000;
/// The other resistor of the divider.
const PULL_UP_OHM: u64 = 10_000;
const FULL_SCALE: u64 = 4095;

impl Head {
    /// Resistance of its thermistor in ohms, at a temperature in thousandths of a degree Celsius.
    #[must_use]
    pub fn thermistor_ohm(temp_mc: i64) -> u32 {
        ohm(temp_mc)
    }
}

/// Between two entries along a straight line.
fn ohm(temp_mc: i64) -> u32 {
    let above = (temp_mc - FIRST_MC).clamp(0, STEP_MC * (OHM.len() as i64 - 1));
    let index = (above / STEP_MC) as usize;
    let [low, high] = [index, index + 1].map(|at| OHM.get(at).or(OHM.last()).copied().unwrap_or(0));
    low - (i64::from(low - high) * (above % STEP_MC) / STEP_MC) as u32
}

/// What the converter reads.
pub(crate) fn reading(temp_mc: i64, wire: Wire) -> u16 {
    let ohm = match wire {
        Wire::Sound => u64::from(ohm(temp_mc)),
        Wire::Open => return FULL_SCALE as u16,
        Wire::Shorted => return 0,
    };
    u16::try_from(FULL_SCALE * ohm / (ohm + PULL_UP_OHM)).unwrap_or(u16::MAX)
}

/// Whether a reading can be a temperature: between those at -35 °C and at 120 °C.
pub(crate) fn is_plausible(reading: u16) -> bool {
    let [cold, hot] = [-35_000, 120_000].map(|temp_mc| self::reading(temp_mc, Wire::Sound));
    (hot..=cold).contains(&reading)
}

#[cfg(test)]
mod tests {
    use super::{is_plausible, ohm, reading};
    use crate::Wire;

    #[test]
    fn only_a_sound_wire_reads_as_a_temperature() {
        for temp_c in [-30, 0, 25, 85] {
            assert!(is_plausible(reading(temp_c * 1000, Wire::Sound)), "{temp_c}");
        }
        assert!(!is_plausible(reading(25_000, Wire::Open)) && !is_plausible(reading(25_000, Wire::Shorted)));
    }

    #[test]
    fn between_two_entries_the_curve_is_nearly_straight() {
        // exp(3950 (1/300 - 1/298)) is 0.9154: 27.46 kΩ at 27 °C.
        assert!(ohm(27_000).abs_diff(27_460) < 300, "{}", ohm(27_000));
    }
}
