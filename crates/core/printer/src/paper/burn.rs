//! The burn log: where on the paper each dot line was heated, and how dark, as merged segments.
//!
//! Dot lines are numbered by the firmware, one for each line that it steps the motor forward, printed or blank.
//! Positions are absolute paper coordinates in nanometres: how much paper had passed the head when the line
//! was heated; the nominal position is where it would be in a sound mechanism. A sound mechanism makes one
//! segment a piece. Lines never run backwards, positions do after a back-feed. *Not modelled:* smear while paper
//! moves under a hot dot.

use crate::paper::surface::Shade;

/// Most segments that are kept of an uncut strip; then the older half is forgotten. A roll of 73 m printed with a
/// worn pinion takes a third of it.
const SEGMENTS_MAX: usize = 1 << 17;

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
    pub(crate) fn position_of(&self, line: u32) -> i64 {
        self.first.position_nm + i64::from(line - self.first_line) * self.pitch_nm
    }

    fn spot_of(&self, line: u32, nominal_pitch_nm: i64) -> Spot {
        let nominal_nm = self.first.nominal_nm + i64::from(line - self.first_line) * nominal_pitch_nm;
        Spot { position_nm: self.position_of(line), nominal_nm, shade: self.first.shade }
    }

    /// Where a dot line, of this segment or not, would be if the nominal place were counted on from this segment.
    fn nominal_of(&self, line: u32, nominal_pitch_nm: i64) -> i64 {
        self.first.nominal_nm + (i64::from(line) - i64::from(self.first_line)) * nominal_pitch_nm
    }

    /// The number behind its last dot line.
    pub(crate) const fn end(&self) -> u32 {
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
    /// The oldest dot lines that were recorded and forgotten.
    forgotten: Option<(u32, u32)>,
}

impl BurnLog {
    pub(crate) const fn new(pitch_nm: i64) -> Self {
        Self { pitch_nm, segments: Vec::new(), forgotten: None }
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
        if self.segments.len() >= SEGMENTS_MAX {
            self.forget_oldest();
        }
        self.segments.push(Segment { first_line: line, lines: 1, first: spot, pitch_nm: nominal_pitch_nm });
    }

    fn forget_oldest(&mut self) {
        let first = self.first_recorded();
        let last = self.segments.drain(..SEGMENTS_MAX / 2).next_back();
        self.forgotten = first.zip(last.map(|last| last.end()));
    }

    /// The number of the first dot line that was ever recorded here.
    pub(crate) fn first_recorded(&self) -> Option<u32> {
        self.forgotten.map(|(first, _)| first).or_else(|| self.first_line())
    }

    /// The number behind the last dot line that was forgotten; 0 if none was.
    pub(crate) fn forgotten_end(&self) -> u32 {
        self.forgotten.map_or(0, |(_, end)| end)
    }

    /// All segments, in the order in which they were burnt.
    pub(crate) fn segments(&self) -> impl Iterator<Item = &Segment> {
        self.segments.iter()
    }

    /// The parts of segments that belong to these dot lines.
    pub(crate) fn stretches(&self, lines: core::ops::Range<u32>) -> impl Iterator<Item = Segment> {
        let before = self.segments.partition_point(|segment| segment.end() <= lines.start);
        let reached = self.segments.iter().skip(before);
        reached.take_while(move |segment| segment.first_line < lines.end).map(move |segment| {
            let (start, end) = (segment.first_line.max(lines.start), segment.end().min(lines.end));
            let first = segment.spot_of(start, self.pitch_nm);
            Segment { first_line: start, lines: end - start, first, ..*segment }
        })
    }

    /// The log that a sound mechanism would have written: every dot line in its nominal place, also those before and
    /// between the recorded ones, and a piece's worth behind them.
    pub(crate) fn ideal(&self) -> Self {
        let pitch_nm = self.pitch_nm;
        let mut ideal = Self::new(pitch_nm);
        let mut ends = self.segments.iter().skip(1).map(|next| next.first_line);
        for segment in &self.segments {
            let end = ends.next().unwrap_or_else(|| segment.end().saturating_add(u32::from(u16::MAX)));
            let nominal_of = |line: u32| segment.nominal_of(line, pitch_nm);
            if let Some(last) = ideal.segments.last_mut()
                && last.first.nominal_nm + i64::from(segment.first_line - last.first_line) * pitch_nm
                    == nominal_of(segment.first_line)
            {
                last.lines = end - last.first_line;
                continue;
            }
            let first_line = if ideal.segments.is_empty() { 0 } else { segment.first_line };
            let nominal_nm = nominal_of(first_line);
            let first = Spot { position_nm: nominal_nm, nominal_nm, shade: Shade::SOUND };
            ideal.segments.push(Segment { first_line, lines: end - first_line, first, pitch_nm });
        }
        ideal
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

    /// Bytes that it takes, with the room that it has reserved.
    pub(crate) fn footprint_bytes(&self) -> usize {
        self.segments.capacity() * size_of::<Segment>()
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

    /// Where a dot line was heated, if it was.
    fn place(log: &BurnLog, line: u32) -> Option<i64> {
        log.stretches(line..line + 1).next().map(|stretch| stretch.first.position_nm)
    }

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
        let segments: Vec<_> = log.segments().map(|segment| (segment.lines, segment.pitch_nm)).collect();
        assert_eq!(segments, [(4995, PITCH_NM)]);
        assert_eq!(place(&log, 77), Some(77 * PITCH_NM));
        assert_eq!((place(&log, 4), place(&log, 5000)), (None, None));
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
        assert_eq!((place(&log, 39), place(&log, 40)), (Some(39 * PITCH_NM), None));
        assert_eq!((place(&behind, 39), place(&behind, 40)), (None, Some(40 * PITCH_NM)));
        assert_eq!((behind.first_line(), log.end_line()), (Some(40), Some(40)));
    }

    #[test]
    fn lines_that_were_burnt_on_one_place_keep_it() {
        let mut log = even(0..3);
        for line in 3..10 {
            log.record(line, spot(3, line));
        }
        log.record(10, spot(4, 10));
        assert_eq!(place(&log, 9), Some(3 * PITCH_NM));
        assert_eq!(place(&log, 10), Some(4 * PITCH_NM));
    }

    #[test]
    fn a_cut_after_a_back_feed_parts_both_passes() {
        let mut log = even(0..100);
        // 30 lines back, and 50 lines over it once more.
        for line in 100..150 {
            log.record(line, spot(line - 30, line - 30));
        }
        let behind = log.split_off(80 * PITCH_NM);
        assert_eq!((place(&log, 79), place(&log, 80)), (Some(79 * PITCH_NM), None));
        assert_eq!((place(&log, 109), place(&log, 110)), (Some(79 * PITCH_NM), None));
        assert_eq!(place(&behind, 110), Some(80 * PITCH_NM));
    }

    #[test]
    fn a_sound_log_is_its_own_ideal_and_others_have_one_with_every_line_in_place() {
        // 10 lines stand on one place, and a cover that was opened takes 5 nominal lines: line 20 would be at 25.
        let mut log = even(3..10);
        for line in 10..20 {
            log.record(line, spot(9, line));
        }
        for line in 20..30 {
            log.record(line, spot(line - 10, line + 5));
        }
        let ideal = log.ideal();
        let places = |line| place(&ideal, line).map(|nm| nm / PITCH_NM);
        assert_eq!([0, 3, 15, 19, 20, 29, 40].map(places), [0, 3, 15, 19, 25, 34, 45].map(Some));
        assert_eq!(ideal.segments().count(), 2);
    }

    #[test]
    fn a_log_that_grows_for_ever_forgets_its_older_half_and_says_so() {
        let mut log = BurnLog::new(PITCH_NM);
        // Every line has another darkness than the last: one segment each.
        let lines = super::SEGMENTS_MAX as u32 + 10;
        for line in 5..5 + lines {
            let shade = Shade { darkness: (line % 2) as u8, surface: 0 };
            log.record(line, Spot { shade, ..spot(line, line) });
        }
        assert_eq!(log.segments().count() as u32, lines - super::SEGMENTS_MAX as u32 / 2);
        assert_eq!(
            (log.first_recorded(), log.forgotten_end()),
            (Some(5), 5 + super::SEGMENTS_MAX as u32 / 2)
        );
    }
}
