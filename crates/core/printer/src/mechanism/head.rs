//! The head: how long a dot line is heated, and how warm that makes it.
//!
//! All heat above the ambient 25 °C is one number of microjoules in one lump that cools towards ambient
//! (printer sources, sections 6.2 to 6.4). The strobe shortens as the head warms. *Not modelled:* single
//! dots, the driver's blocks, the supply voltage, ambient temperature other than 25 °C.

use crate::Head;
use core::time::Duration;

/// Ambient temperature, in thousandths of a degree.
const AMBIENT_MC: i64 = 25_000;
/// The strobe shortens by 1.5 % a degree: thousandths for each thousandth of a degree, over this.
const SHORTER_PER_MC: (i64, i64) = (15, 1000);
/// It never shortens to less than this share, in thousandths: table at 76 °C and above.
const SHORTEST_PERMILLE: i64 = 500;
/// One second, in nanoseconds.
const SECOND_NS: u64 = 1_000_000_000;

impl Head {
    /// Temperature, in thousandths of a degree Celsius.
    pub(crate) fn temp_mc(&self, heat_uj: u64) -> i64 {
        AMBIENT_MC + i64::try_from(heat_uj / u64::from(self.store_uj_per_mc.max(1))).unwrap_or(i64::MAX / 2)
    }

    /// The time to heat a line with so many black dots.
    pub(crate) fn strobe_time_ns(&self, dots: u16, heat_uj: u64) -> u32 {
        if dots == 0 {
            return 0;
        }
        let warmer = self.temp_mc(heat_uj) - AMBIENT_MC;
        let (part, whole) = SHORTER_PER_MC;
        let permille = (1000 - warmer * part / whole).max(SHORTEST_PERMILLE).unsigned_abs();
        let strobes = u64::from(dots.div_ceil(self.dots_at_once.max(1)));
        u32::try_from(strobes * u64::from(self.strobe_ns) * permille / 1000).unwrap_or(u32::MAX)
    }

    /// Heat after a line; moving paper carries a share away, standing paper none.
    pub(crate) fn heated(&self, heat_uj: u64, dots: u16, paper_moves: bool) -> u64 {
        let energy = u64::from(dots) * u64::from(self.dot_uj);
        let carried = if paper_moves { energy * u64::from(self.carried_permille) / 1000 } else { 0 };
        heat_uj + energy - carried
    }

    /// Heat after a short time, up to some milliseconds.
    pub(crate) const fn cooled_briefly(&self, heat_uj: u64, time_ns: u32) -> u64 {
        heat_uj - (heat_uj.saturating_mul(time_ns as u64) >> self.cooling_log2_ns)
    }

    /// Heat after any time: one factor a second, by squaring, and the rest as a straight line.
    pub(crate) fn cooled(&self, heat_uj: u64, time: Duration) -> u64 {
        const ONE: u64 = 1 << 32;
        let mut factor = ONE - (SECOND_NS << 32 >> self.cooling_log2_ns).min(ONE);
        let (mut seconds, mut left) = (time.as_secs().min(100_000), ONE);
        while seconds > 0 {
            if seconds % 2 == 1 {
                left = left.saturating_mul(factor) >> 32;
            }
            factor = factor.saturating_mul(factor) >> 32;
            seconds /= 2;
        }
        let heat = (u128::from(heat_uj) * u128::from(left)) >> 32;
        self.cooled_briefly(u64::try_from(heat).unwrap_or(u64::MAX), time.subsec_nanos())
    }

    /// True when it has to stop.
    pub(crate) fn is_hot(&self, heat_uj: u64) -> bool {
        let above_mc = (i64::from(self.hot_mc) - AMBIENT_MC).max(0).unsigned_abs();
        heat_uj >= above_mc * u64::from(self.store_uj_per_mc)
    }

    /// How long it has to wait until it may go on, to the millisecond.
    pub(crate) fn cooling_time(&self, heat_uj: u64) -> Duration {
        let cool = |ms: u64| {
            let heat = self.cooled(heat_uj, Duration::from_millis(ms));
            self.temp_mc(heat) <= i64::from(self.resume_mc)
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
        Duration::from_millis(low)
    }
}

#[cfg(test)]
mod tests {
    use crate::DESK_80;
    use core::time::Duration;

    #[test]
    fn cooling_in_one_go_equals_cooling_in_many() {
        let head = DESK_80.head;
        let mut heat = 1_375_000_000;
        for _ in 0..60_000 {
            heat = head.cooled_briefly(heat, 1_000_000);
        }
        let at_once = head.cooled(1_375_000_000, Duration::from_secs(60));
        assert!(heat.abs_diff(at_once) < at_once / 50, "{heat} {at_once}");
    }

    #[test]
    fn a_hot_head_waits_from_eighty_to_sixty_degrees() {
        // 55 K above ambient to 35 K takes ln(55/35) = 0.452 time constants of 68.7 s: 31 s.
        let head = DESK_80.head;
        let heat = 55_000 * u64::from(head.store_uj_per_mc);
        assert!(head.is_hot(heat));
        let wait_s = head.cooling_time(heat).as_secs();
        assert!((30..=32).contains(&wait_s), "{wait_s}");
    }
}
