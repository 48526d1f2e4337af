//! The burn log: where on the paper each dot line was heated, and how dark, as merged segments.
//!
//! Dot lines are numbered by the firmware, one for each line that it steps the motor forward, printed or blank.
//! Positions are absolute paper coordinates in nanometres: how much paper had passed the head when the line
//! was heated; the nominal position is where it would be in a sound mechanism. A sound mechanism makes one
//! segment a piece. Lines never run backwards, positions do after a back-feed. *Not modelled:* smear while paper
//! moves under a hot dot.

use crate::paper::surface::Shade;

/// One dot line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spot {
    pub(crate) position_nm: i64,
    pub(crate) nominal_nm: i64,
    pub(crate) shade: Shade,
}

/// Dot lines at an even pitch and of one shade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    pub(crate) first_line: u32,
    pub(crate) lines: u32,
    pub(crate) first: Spot,
    /// From line to line.
    pub(crate) pitch_nm: i64,
}

impl Segment {
    fn position_of(&self, line: u32) -> i64 {
        self.first.position_nm + i64::from(line - self.first_line) * self.pitch_nm
    }

    fn spot_of(&self, line: u32, nominal_pitch_nm: i64) -> Spot {
        let nominal_nm = self.first.nominal_nm + i64::from(line - self.first_line) * nominal_pitch_nm;
        Spot { position_nm: self.position_of(line), nominal_nm, shade: self.first.shade }
    }

    const fn end(&self) -> u32 {
        self.first_line + self.lines
    }

    /// Lines of it that lie before a place.
    fn lines_before(&self, cut_nm: i64) -> u32 {
        if self.first.position_nm >= cut_nm {
            0
        } else if self.pitch_nm <= 0 {
            self.lines
        } else {
            let lines = (cut_nm - self.first.position_nm + self.pitch_nm - 1) / self.pitch_nm;
            u32::try_from(lines).unwrap_or(u32::MAX).min(self.lines)
        }
    }
}

/// Segments in the order in which they were burnt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BurnLog {
    /// Advance of the paper for one dot line in a sound mechanism.
    pitch_nm: i64,
    segments: Vec<Segment>,
}

impl BurnLog {
    pub(crate) const fn new(pitch_nm: i64) -> Self {
        Self { pitch_nm, segments: Vec::new() }
    }

    /// Notes one dot line.
    pub(crate) fn record(&mut self, line: u32, spot: Spot) {
        let nominal_pitch_nm = self.pitch_nm;
        if let Some(last) = self.segments.last_mut().filter(|last| last.end() == line) {
            let pitch_nm =
                if last.lines == 1 { spot.position_nm - last.first.position_nm } else { last.pitch_nm };
            let longer = Segment { pitch_nm, ..*last };
            if pitch_nm >= 0 && longer.spot_of(line, nominal_pitch_nm) == spot {
                *last = Segment { lines: last.lines + 1, ..longer };
                return;
            }
        }
        self.segments.push(Segment { first_line: line, lines: 1, first: spot, pitch_nm: nominal_pitch_nm });
    }

    /// Notes so many dot lines of one shade at the pitch of a sound mechanism.
    pub(crate) fn record_even(&mut self, line: u32, spot: Spot, lines: u32) {
        if lines == 0 {
            return;
        }
        let pitch_nm = self.pitch_nm;
        self.record(line, spot);
        let last = self.segments.last_mut();
        if let Some(last) = last.filter(|last| last.pitch_nm == pitch_nm || last.lines == 1) {
            last.pitch_nm = pitch_nm;
            last.lines += lines - 1;
            return;
        }
        for next in 1..lines {
            let forward_nm = i64::from(next) * pitch_nm;
            let (position_nm, nominal_nm) = (spot.position_nm + forward_nm, spot.nominal_nm + forward_nm);
            self.record(line + next, Spot { position_nm, nominal_nm, ..spot });
        }
    }

    /// Advance of the paper for one dot line in a sound mechanism.
    pub(crate) const fn pitch_nm(&self) -> i64 {
        self.pitch_nm
    }

    /// The only segment, if there is just one.
    pub(crate) fn single(&self) -> Option<Segment> {
        match self.segments[..] {
            [segment] => Some(segment),
            _ => None,
        }
    }

    /// Where and how a dot line was heated, if it was.
    pub(crate) fn spot_of(&self, line: u32) -> Option<Spot> {
        let behind = self.segments.partition_point(|segment| segment.first_line <= line);
        let segment = self.segments.get(behind.checked_sub(1)?)?;
        (line < segment.end()).then(|| segment.spot_of(line, self.pitch_nm))
    }

    /// Where a dot line was heated, if it was.
    pub(crate) fn position_of(&self, line: u32) -> Option<i64> {
        self.spot_of(line).map(|spot| spot.position_nm)
    }

    /// Where a dot line is in a sound mechanism, heated or not: counted on from the nearest line before it.
    pub(crate) fn nominal_of(&self, line: u32) -> Option<i64> {
        let behind = self.segments.partition_point(|segment| segment.first_line <= line);
        let segment = self.segments.get(behind.saturating_sub(1))?;
        let lines = i64::from(line) - i64::from(segment.first_line);
        Some(segment.first.nominal_nm + lines * self.pitch_nm)
    }

    /// Keeps what lies before a place on the paper, and gives what lies at or behind it.
    pub(crate) fn split_off(&mut self, cut_nm: i64) -> Self {
        let mut behind = Self::new(self.pitch_nm);
        let whole = core::mem::take(&mut self.segments);
        for segment in whole {
            let before = segment.lines_before(cut_nm);
            if before > 0 {
                self.segments.push(Segment { lines: before, ..segment });
            }
            if before < segment.lines {
                let first_line = segment.first_line + before;
                let first = segment.spot_of(first_line, self.pitch_nm);
                behind.segments.push(Segment { first_line, lines: segment.lines - before, first, ..segment });
            }
        }
        behind
    }

    /// The number of the first dot line, if there is any.
    pub(crate) fn first_line(&self) -> Option<u32> {
        self.segments.first().map(|segment| segment.first_line)
    }

    /// The number behind the last dot line, if there is any.
    pub(crate) fn end_line(&self) -> Option<u32> {
        self.segments.last().map(Segment::end)
    }
}

#[cfg(test)]
mod tests {
    use super::{BurnLog, Shade, Spot};

    const PITCH_NM: i64 = 125_000;

    fn spot(position: u32, nominal: u32) -> Spot {
        let nm = |lines: u32| i64::from(lines) * PITCH_NM;
        Spot { position_nm: nm(position), nominal_nm: nm(nominal), shade: Shade::SOUND }
    }

    fn even(lines: core::ops::Range<u32>) -> BurnLog {
        let mut log = BurnLog::new(PITCH_NM);
        for line in lines {
            log.record(line, spot(line, line));
        }
        log
    }

    #[test]
    fn even_lines_are_one_segment() {
        let log = even(5..5000);
        assert!(log.single().is_some_and(|segment| segment.lines == 4995 && segment.pitch_nm == PITCH_NM));
        assert_eq!(log.position_of(77), Some(77 * PITCH_NM));
        assert_eq!((log.position_of(4), log.position_of(5000)), (None, None));
    }

    #[test]
    fn noting_even_lines_at_once_equals_noting_them_one_by_one() {
        let mut at_once = even(0..7);
        at_once.record(7, spot(6, 7));
        at_once.record(8, spot(6, 8));
        let mut one_by_one = at_once.clone();
        at_once.record_even(9, spot(6, 9), 20);
        for line in 0..20 {
            one_by_one.record(9 + line, spot(6 + line, 9 + line));
        }
        assert_eq!(at_once, one_by_one);
    }

    #[test]
    fn a_cut_parts_the_lines_at_its_place() {
        let mut log = even(0..100);
        let behind = log.split_off(40 * PITCH_NM);
        assert_eq!((log.position_of(39), log.position_of(40)), (Some(39 * PITCH_NM), None));
        assert_eq!((behind.position_of(39), behind.position_of(40)), (None, Some(40 * PITCH_NM)));
        assert_eq!((behind.first_line(), log.end_line()), (Some(40), Some(40)));
    }

    #[test]
    fn lines_that_were_burnt_on_one_place_keep_it() {
        let mut log = even(0..3);
        for line in 3..10 {
            log.record(line, spot(3, line));
        }
        log.record(10, spot(4, 10));
        assert_eq!(log.position_of(9), Some(3 * PITCH_NM));
        assert_eq!(log.position_of(10), Some(4 * PITCH_NM));
    }

    #[test]
    fn a_cut_after_a_back_feed_parts_both_passes() {
        let mut log = even(0..100);
        // 30 lines back, and 50 lines over it once more.
        for line in 100..150 {
            log.record(line, spot(line - 30, line - 30));
        }
        let behind = log.split_off(80 * PITCH_NM);
        assert_eq!((log.position_of(79), log.position_of(80)), (Some(79 * PITCH_NM), None));
        assert_eq!((log.position_of(109), log.position_of(110)), (Some(79 * PITCH_NM), None));
        assert_eq!(behind.position_of(110), Some(80 * PITCH_NM));
    }
}
