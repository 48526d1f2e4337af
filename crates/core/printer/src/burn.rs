//! The burn log: where on the paper each dot line was heated, as merged segments.
//!
//! Dot lines are numbered by the firmware, one for each line that it steps the motor, printed or blank.
//! Positions are absolute paper coordinates in nanometres: how much paper had passed the head when the line
//! was heated. A sound mechanism makes one segment a piece. *Not modelled:* smear while paper moves under a
//! hot dot.

/// Advance of the paper for one dot line in a sound mechanism: 0.125 mm (printer sources, section 6.1).
pub(crate) const PITCH_NM: i64 = 125_000;

/// Dot lines at an even pitch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    pub(crate) first_line: u32,
    pub(crate) lines: u32,
    pub(crate) position_nm: i64,
    pub(crate) pitch_nm: i64,
}

impl Segment {
    fn position_of(&self, line: u32) -> i64 {
        self.position_nm + i64::from(line - self.first_line) * self.pitch_nm
    }

    const fn end(&self) -> u32 {
        self.first_line + self.lines
    }
}

/// Segments in the order in which they were burnt; lines and positions never run backwards.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct BurnLog {
    segments: Vec<Segment>,
}

impl BurnLog {
    /// Notes one dot line.
    pub(crate) fn record(&mut self, line: u32, position_nm: i64) {
        if let Some(last) = self.segments.last_mut()
            && last.end() == line
        {
            if last.lines == 1 {
                last.pitch_nm = position_nm - last.position_nm;
            }
            if last.position_of(line) == position_nm {
                last.lines += 1;
                return;
            }
        }
        self.segments.push(Segment { first_line: line, lines: 1, position_nm, pitch_nm: PITCH_NM });
    }

    /// Notes so many dot lines at the pitch of a sound mechanism.
    pub(crate) fn record_even(&mut self, line: u32, position_nm: i64, lines: u32) {
        if lines == 0 {
            return;
        }
        self.record(line, position_nm);
        if let Some(last) = self.segments.last_mut()
            && (last.pitch_nm == PITCH_NM || last.lines == 1)
        {
            last.pitch_nm = PITCH_NM;
            last.lines += lines - 1;
            return;
        }
        for (line, position_nm) in
            (line..line + lines).zip((position_nm..).step_by(PITCH_NM as usize)).skip(1)
        {
            self.record(line, position_nm);
        }
    }

    /// The only segment, if there is just one.
    pub(crate) fn single(&self) -> Option<Segment> {
        match self.segments[..] {
            [segment] => Some(segment),
            _ => None,
        }
    }

    /// Where a dot line was heated, if it was.
    pub(crate) fn position_of(&self, line: u32) -> Option<i64> {
        let behind = self.segments.partition_point(|segment| segment.first_line <= line);
        let segment = self.segments.get(behind.checked_sub(1)?)?;
        (line < segment.end()).then(|| segment.position_of(line))
    }

    /// Keeps what lies before a place on the paper, and gives what lies at or behind it.
    pub(crate) fn split_off(&mut self, cut_nm: i64) -> Self {
        let whole = self.segments.partition_point(|segment| segment.position_of(segment.end() - 1) < cut_nm);
        let mut behind = self.segments.split_off(whole);
        if let Some(first) = behind.first_mut() {
            let before = (first.first_line..first.end()).take_while(|line| first.position_of(*line) < cut_nm);
            let count = u32::try_from(before.count()).unwrap_or(u32::MAX);
            if count > 0 {
                self.segments.push(Segment { lines: count, ..*first });
                *first = Segment {
                    first_line: first.first_line + count,
                    lines: first.lines - count,
                    position_nm: first.position_of(first.first_line + count),
                    pitch_nm: first.pitch_nm,
                };
            }
        }
        Self { segments: behind }
    }

    /// The number of the first dot line, if there is any.
    pub(crate) fn first_line(&self) -> Option<u32> {
        self.segments.first().map(|segment| segment.first_line)
    }
}

#[cfg(test)]
mod tests {
    use super::{BurnLog, PITCH_NM};

    fn even(lines: core::ops::Range<u32>) -> BurnLog {
        let mut log = BurnLog::default();
        for line in lines {
            log.record(line, i64::from(line) * PITCH_NM);
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
        at_once.record(7, 6 * PITCH_NM);
        at_once.record(8, 6 * PITCH_NM);
        let mut one_by_one = at_once.clone();
        at_once.record_even(9, 6 * PITCH_NM, 20);
        for line in 0..20 {
            one_by_one.record(9 + line, (6 + i64::from(line)) * PITCH_NM);
        }
        let places = |log: &BurnLog| (0..30).map(|line| log.position_of(line)).collect::<Vec<_>>();
        assert_eq!(places(&at_once), places(&one_by_one));
        assert_eq!(at_once, one_by_one);
    }

    #[test]
    fn a_cut_parts_the_lines_at_its_place() {
        let mut log = even(0..100);
        let behind = log.split_off(40 * PITCH_NM);
        assert_eq!((log.position_of(39), log.position_of(40)), (Some(39 * PITCH_NM), None));
        assert_eq!((behind.position_of(39), behind.position_of(40)), (None, Some(40 * PITCH_NM)));
        assert_eq!(behind.first_line(), Some(40));
    }

    #[test]
    fn lines_that_were_burnt_on_one_place_keep_it() {
        let mut log = even(0..3);
        for line in 3..10 {
            log.record(line, 3 * PITCH_NM);
        }
        log.record(10, 4 * PITCH_NM);
        assert_eq!(log.position_of(9), Some(3 * PITCH_NM));
        assert_eq!(log.position_of(10), Some(4 * PITCH_NM));
    }
}
