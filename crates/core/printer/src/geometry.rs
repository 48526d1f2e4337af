//! The print area: dots of the head, their pitch, and the paper around them.
//!
//! Facts: printer sources, section 6.1: 8 dots a millimetre (203 dpi) or 180 dpi; 576 dots on 80 mm paper, 512
//! at 180 dpi, 384 on 58 mm paper. A dot is as wide as a dot line is high. *Not modelled:* heads wider than 576
//! dots, or with different pitches across and along.

/// Most dots of any head.
pub(crate) const HEAD_DOTS_MAX: u16 = 576;

/// What dots and paper measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Geometry {
    /// Dots across the head; 576 at most.
    pub head_dots: u16,
    /// Height of a dot line and width of a dot, in nanometres.
    pub pitch_nm: u32,
    /// Width of the paper, in micrometres.
    pub paper_um: u32,
}

impl Geometry {
    /// 72 mm of 8 dots each on 80 mm paper.
    pub const WIDE_203_DPI: Self = Self { head_dots: 576, pitch_nm: 125_000, paper_um: 80_000 };
    /// 512 dots of 1/180 inch on 80 mm paper.
    pub const WIDE_180_DPI: Self = Self { head_dots: 512, pitch_nm: 141_111, paper_um: 79_500 };
    /// 48 mm of 8 dots each on 58 mm paper.
    pub const NARROW_203_DPI: Self = Self { head_dots: 384, pitch_nm: 125_000, paper_um: 57_500 };

    /// Height of a dot line, in nanometres.
    #[must_use]
    pub const fn line_nm(&self) -> i64 {
        self.pitch_nm as i64
    }

    /// Whole dot lines in a length.
    #[must_use]
    pub const fn lines_in(&self, length: crate::Micrometres) -> u32 {
        (length.as_nm() / self.line_nm()) as u32
    }

    /// Paper across, in dots.
    #[must_use]
    pub const fn paper_dots(&self) -> u32 {
        (self.paper_um as u64 * 1000 / self.pitch_nm as u64) as u32
    }

    /// Paper to the left of the head's first dot, in dots.
    #[must_use]
    pub const fn margin_dots(&self) -> u32 {
        self.paper_dots().saturating_sub(self.head_dots as u32) / 2
    }

    /// Dots or dot lines in a part of an inch: `count` of `1/per_inch`, rounded to the nearest.
    #[must_use]
    pub const fn dots_in(&self, count: u32, per_inch: u32) -> u32 {
        let per_inch = if per_inch == 0 { 1 } else { per_inch as u64 };
        let pitch_nm = self.pitch_nm as u64;
        let length_nm = count as u64 * 25_400_000 / per_inch;
        ((length_nm + pitch_nm / 2) / pitch_nm) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::Geometry;

    #[test]
    fn a_sixth_of_an_inch_is_thirty_dots_at_180_and_34_at_203_dpi() {
        assert_eq!(Geometry::WIDE_180_DPI.dots_in(1, 6), 30);
        assert_eq!(Geometry::WIDE_203_DPI.dots_in(1, 6), 34);
    }

    #[test]
    fn the_head_stands_in_the_middle_of_the_paper() {
        assert_eq!((Geometry::WIDE_203_DPI.paper_dots(), Geometry::WIDE_203_DPI.margin_dots()), (640, 32));
        assert_eq!(
            (Geometry::NARROW_203_DPI.paper_dots(), Geometry::NARROW_203_DPI.margin_dots()),
            (460, 38)
        );
    }
}
