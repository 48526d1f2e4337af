//! How warm the head is: one lump of heat that cools towards the air around it, and the limits.
//!
//! Heat is counted in microjoules above (or below) ambient (printer sources, sections 6.2 and 6.4). Moving paper
//! carries a share of it away. *Not modelled:* the head's ceramic and its heat sink as two lumps, air that
//! the printer itself warms up.

use crate::Head;
use core::time::Duration;

/// One second, in nanoseconds.
const SECOND_NS: u64 = 1_000_000_000;
/// Ambient temperature until somebody changes it.
const ROOM_C: i16 = 25;

/// The head as a store of heat, in air of some temperature.
#[derive(Clone, Debug)]
pub(crate) struct Thermal {
    head: Head,
    ambient_mc: i64,
    /// Thousandths of a degree for a microjoule, with 32 binary places.
    mc_per_uj: i64,
    /// Too hot from so much heat on.
    hot_uj: i64,
}

impl Thermal {
    pub(crate) fn new(head: Head) -> Self {
        let mc_per_uj = (1_i64 << 32) / i64::from(head.store_uj_per_mc.max(1));
        let mut thermal = Self { head, ambient_mc: 0, mc_per_uj, hot_uj: 0 };
        thermal.set_ambient(ROOM_C, 0);
        thermal
    }

    /// The air changes; gives the heat of a head whose own temperature stays what it is.
    pub(crate) fn set_ambient(&mut self, temp_c: i16, heat_uj: i64) -> i64 {
        let ambient_mc = i64::from(temp_c.clamp(-50, 150)) * 1000;
        let store = i64::from(self.head.store_uj_per_mc);
        let heat_uj = heat_uj + (self.ambient_mc - ambient_mc) * store;
        self.ambient_mc = ambient_mc;
        self.hot_uj = (i64::from(self.head.hot_mc) - ambient_mc) * store;
        heat_uj
    }

    /// Temperature, in thousandths of a degree Celsius.
    #[inline]
    pub(crate) const fn temp_mc(&self, heat_uj: i64) -> i64 {
        self.ambient_mc + (heat_uj.saturating_mul(self.mc_per_uj) >> 32)
    }

    /// Heat after a line; moving paper carries a share away, standing paper none.
    #[inline]
    pub(crate) fn heated(&self, heat_uj: i64, energy_uj: u32, paper_moves: bool) -> i64 {
        let energy = i64::from(energy_uj);
        let carried = if paper_moves { energy * i64::from(self.head.carried_permille) / 1000 } else { 0 };
        heat_uj + energy - carried
    }

    /// Heat after a short time, up to some milliseconds.
    #[inline]
    pub(crate) const fn cooled_briefly(&self, heat_uj: i64, time_ns: u32) -> i64 {
        heat_uj - (heat_uj.saturating_mul(time_ns as i64) >> self.head.cooling_log2_ns)
    }

    /// Heat after any time: one factor a second, by squaring, and the rest as a straight line.
    pub(crate) fn cooled(&self, heat_uj: i64, time: Duration) -> i64 {
        const ONE: u64 = 1 << 32;
        let mut factor = ONE - (SECOND_NS << 32 >> self.head.cooling_log2_ns).min(ONE);
        let (mut seconds, mut left) = (time.as_secs().min(100_000), ONE);
        while seconds > 0 {
            if seconds % 2 == 1 {
                left = left.saturating_mul(factor) >> 32;
            }
            factor = factor.saturating_mul(factor) >> 32;
            seconds /= 2;
        }
        let heat = (u128::from(heat_uj.unsigned_abs()) * u128::from(left)) >> 32;
        let heat = i64::try_from(heat).unwrap_or(i64::MAX) * heat_uj.signum();
        self.cooled_briefly(heat, time.subsec_nanos())
    }

    /// True when the head has to stop.
    #[inline]
    pub(crate) const fn is_hot(&self, heat_uj: i64) -> bool {
        heat_uj >= self.hot_uj
    }

    /// How long it has to wait until it may go on, to the millisecond; `None` if the air is too hot for ever.
    pub(crate) fn cooling_time(&self, heat_uj: i64) -> Option<Duration> {
        if self.ambient_mc >= i64::from(self.head.resume_mc) {
            return None;
        }
        let cool = |ms: u64| {
            let heat = self.cooled(heat_uj, Duration::from_millis(ms));
            self.temp_mc(heat) <= i64::from(self.head.resume_mc)
        };
        let (mut low, mut high) = (0, 1_000_000);
        while low < high {
            let middle = u64::midpoint(low, high);
            if cool(middle) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        Some(Duration::from_millis(low))
    }
}

#[cfg(test)]
mod tests {
    use super::Thermal;
    use crate::DESK_80;
    use core::time::Duration;

    #[test]
    fn cooling_in_one_go_equals_cooling_in_many() {
        let thermal = Thermal::new(DESK_80.head);
        for start in [1_375_000_000, -300_000_000] {
            let mut heat: i64 = start;
            for _ in 0..60_000 {
                heat = thermal.cooled_briefly(heat, 1_000_000);
            }
            let at_once = thermal.cooled(start, Duration::from_secs(60));
            assert!(heat.abs_diff(at_once) < at_once.unsigned_abs() / 50, "{heat} {at_once}");
        }
    }

    #[test]
    fn a_hot_head_waits_from_eighty_to_sixty_degrees() {
        // 55 K above ambient to 35 K takes ln(55/35) = 0.452 time constants of 68.7 s: 31 s.
        let thermal = Thermal::new(DESK_80.head);
        let heat = 55_000 * i64::from(DESK_80.head.store_uj_per_mc);
        assert!(thermal.is_hot(heat));
        let wait_s = thermal.cooling_time(heat).unwrap().as_secs();
        assert!((30..=32).contains(&wait_s), "{wait_s}");
    }

    #[test]
    fn a_head_keeps_its_temperature_when_the_air_changes_and_then_follows_it() {
        let mut thermal = Thermal::new(DESK_80.head);
        let heat = thermal.set_ambient(-10, 0);
        assert!(thermal.temp_mc(heat).abs_diff(25_000) < 10);
        let later = thermal.cooled(heat, Duration::from_secs(700));
        assert!(thermal.temp_mc(later).abs_diff(-10_000) < 20, "{}", thermal.temp_mc(later));
    }
}
