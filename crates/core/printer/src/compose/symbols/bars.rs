//! Bars and spaces: widths in modules, and the dots they become.
//!
//! Facts: printer sources, section 2.4 (`GS w`): multi-level codes have modules of 2 to 6 dots; two-level codes have
//! thin elements of so many dots and wide ones of 5, 8, 10, 13 and 16 (0.706, 1.129, 1.411, 1.834 and 2.258 mm at 180
//! dpi). *Not modelled:* the half dots of `GS w` 68 to 76, which are rounded down.

use anyd::error::Result;
use anyd::output::LinearSink;

/// Alternating widths, in modules: a bar first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Bars {
    widths: Vec<u16>,
    /// Elements are thin or wide, not multiples of a module.
    two_level: bool,
}

/// Dots of a module, and of a wide element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Module {
    thin: u16,
    wide: u16,
}

/// Dots of wide elements, for thin ones of 2 to 6.
const WIDE_DOTS: [u16; 5] = [5, 8, 10, 13, 16];

impl Module {
    /// From the n of `GS w`.
    pub(super) fn from_setting(n: u8) -> Option<Self> {
        let thin = match n {
            2..=6 => n,
            68..=76 => (n - 64) / 2,
            _ => return None,
        };
        let wide = *WIDE_DOTS.get(usize::from(thin - 2))?;
        Some(Self { thin: thin.into(), wide })
    }

    fn dots(self, width: u16, two_level: bool) -> u32 {
        match (two_level, width) {
            (true, 2..) => u32::from(self.wide),
            _ => u32::from(self.thin) * u32::from(width),
        }
    }
}

impl LinearSink for Bars {
    fn push_run(&mut self, bar: bool, count: usize) -> Result<()> {
        let count = u16::try_from(count).unwrap_or(u16::MAX);
        let last_is_bar = self.widths.len() % 2 == 1;
        match self.widths.last_mut() {
            Some(last) if bar == last_is_bar => *last = last.saturating_add(count),
            None if !bar => {}
            _ => self.widths.push(count),
        }
        Ok(())
    }
}

impl Bars {
    /// No bars yet, of a code with thin and wide elements.
    pub(super) fn two_level() -> Self {
        Self { two_level: true, ..Self::default() }
    }

    /// Adds the lowest `count` bits as modules, the highest of them first.
    pub(super) fn push_bits(&mut self, bits: u32, count: u8) {
        let mut left = count;
        while left > 0 {
            // The bits that are left, from the highest bit down.
            let bits = bits << (32 - u32::from(left.min(32)));
            let bar = bits >> 31 == 1;
            let alike = if bar { bits.leading_ones() } else { bits.leading_zeros() };
            let alike = (alike as u8).min(left);
            // This sink takes everything.
            let _ = self.push_run(bar, usize::from(alike));
            left -= alike;
        }
    }

    /// Dots across.
    pub(super) fn width_dots(&self, module: Module) -> u32 {
        let bars = self.widths.iter().take(self.widths.len().saturating_sub(1) | 1);
        bars.map(|width| module.dots(*width, self.two_level)).sum()
    }

    /// One row of dots in whole bytes. For bars as wide as paper at most: see [`width_dots`](Self::width_dots).
    pub(super) fn row(&self, module: Module) -> Vec<u8> {
        let mut row = vec![0; self.width_dots(module).div_ceil(8) as usize];
        let mut x = 0;
        for (place, width) in self.widths.iter().enumerate() {
            let end = x + module.dots(*width, self.two_level) as usize;
            if place % 2 == 0 {
                blacken(&mut row, x, end);
            }
            x = end;
        }
        row
    }
}

/// Blackens the dots from `x` up to, not including, `end`.
fn blacken(row: &mut [u8], mut x: usize, end: usize) {
    while x < end {
        let in_byte = (8 - x % 8).min(end - x);
        if let Some(byte) = row.get_mut(x / 8) {
            *byte |= !(0xFF_u8.checked_shr(in_byte as u32).unwrap_or(0)) >> (x % 8);
        }
        x += in_byte;
    }
}

#[cfg(test)]
mod tests {
    use super::{Bars, Module};
    use anyd::output::LinearSink;

    #[test]
    fn modules_multiply_and_two_levels_have_widths_of_their_own() {
        let mut bars = Bars::default();
        for (bar, count) in [(false, 9), (true, 1), (false, 2), (true, 1), (true, 1), (false, 5)] {
            bars.push_run(bar, count).unwrap();
        }
        let module = Module::from_setting(2).unwrap();
        assert_eq!(bars.row(module), [0b1100_0011, 0b1100_0000]);
        bars.two_level = true;
        assert_eq!(bars.row(module), [0b1100_0001, 0b1111_0000]);
    }

    #[test]
    fn bits_are_modules_from_the_highest_of_them() {
        let mut bars = Bars::default();
        bars.push_bits(0b110_0101, 7);
        bars.push_bits(0b1_0000, 5);
        // 1100101 and 10000.
        assert_eq!(bars.widths, [2, 2, 1, 1, 2, 4]);
    }

    #[test]
    fn the_widths_of_the_sources_come_out() {
        // 0.423 mm and 1.129 mm at 180 dpi, 0.141 mm a dot.
        let module = Module::from_setting(3).unwrap();
        assert_eq!((module.thin, module.wide), (3, 8));
        assert_eq!(Module::from_setting(76), Module::from_setting(6));
        assert_eq!(Module::from_setting(7), None);
    }
}
