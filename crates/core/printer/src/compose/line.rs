//! The line buffer: characters and dots that wait for their line feed.
//!
//! Coordinates are dots from the left margin. Characters stand on one baseline, so the height of a line is what its
//! runs reach above and below it. What the line says reads from left to right, and a gap is as many blanks as would
//! leave it; the space that justification or a first move leaves is none. Facts: printer sources, sections 1 (what the
//! beginning of a line is, a full buffer) and 2.2. *Not modelled:* the size of a maker's buffer; here a
//! line is full after [`RUNS_MAX`] runs.

use crate::paper::content::{Content, ItemId};
use crate::paper::style::{Cell, Run, Style};

/// Runs that a line holds. A line of single characters in changing styles has 72, and overprinting takes more.
const RUNS_MAX: usize = 512;
/// Bytes of dots that a line holds: an `ESC *` of 24 dots across the head takes 1.7 KB.
const DOTS_MAX: usize = 64 * 1024;
/// A blank beside the host's own dots is one of Font A; and no blank is narrower than half of one.
const BLANK_DOTS: u16 = 12;
const BLANK_DOTS_MIN: u16 = 6;

/// One line in the making. Its room is used again for the next.
#[derive(Clone, Debug, Default)]
pub(crate) struct LineBuffer {
    text: String,
    /// Dots of column images and users' characters.
    dots: Vec<u8>,
    runs: Vec<Run>,
    x: u16,
    /// The farthest place that was reached.
    reach: u16,
    /// Where the last character ends.
    said_to: u16,
    /// A character stands to the left of an earlier one.
    disordered: bool,
    /// Dot lines above the baseline, and below it.
    ascent: u16,
    descent: u16,
    /// Not all runs reach equally far below the baseline.
    uneven: bool,
    upside_down: bool,
    /// Something leaves ink.
    inked: bool,
    /// The place was moved since the last character.
    moved: bool,
    /// How the last run may go on, if it may at once.
    open: Open,
}

/// ASCII that may be appended to the last run as it is, until anything else than ASCII comes. What was typed on counts
/// for the line when it is settled, so that a host that sends byte by byte costs one count and one character a byte.
#[derive(Clone, Copy, Debug, Default)]
struct Open {
    /// So many more characters fit; 0 when the run has to be looked at first.
    room: u16,
    /// So many did when the line was last settled.
    room_settled: u16,
    advance: u16,
}

/// A line that was moved to the content.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Composed {
    pub(crate) item: ItemId,
    pub(crate) rows: u16,
}

impl LineBuffer {
    /// True at the beginning of a line: no character, no dots, and the place has not been moved.
    pub(crate) const fn is_at_start(&self) -> bool {
        self.runs.is_empty() && !self.moved
    }

    /// True when no character and no dots have come yet.
    pub(crate) const fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// How many characters of this style still fit into the width. One always fits into an empty line.
    pub(crate) fn room(&self, style: &Style, width: u16) -> usize {
        let advance = style.advance().max(1);
        if self.is_at_start() {
            return usize::from((width / advance).max(1));
        }
        if self.is_full() { 0 } else { usize::from(width.saturating_sub(self.x) / advance) }
    }

    /// True when one more character of this style fits into the width.
    pub(crate) fn has_room(&self, style: &Style, width: u16) -> bool {
        self.is_at_start() || !self.is_full() && self.x.saturating_add(style.advance()) <= width
    }

    fn is_full(&self) -> bool {
        self.runs.len() >= RUNS_MAX || self.dots.len() >= DOTS_MAX
    }

    /// Appends ASCII to the last run; `false` if that cannot be done without a closer look.
    #[inline]
    pub(crate) fn type_on(&mut self, bytes: &[u8]) -> bool {
        match *bytes {
            _ if self.open.room == 0 => false,
            [byte @ 0x20..=0x7E] if self.text.len() < self.text.capacity() => {
                self.text.push(char::from(byte));
                self.open.room -= 1;
                true
            }
            _ => self.type_many(bytes),
        }
    }

    #[inline(never)]
    fn type_many(&mut self, bytes: &[u8]) -> bool {
        let Some(room) = usize::from(self.open.room).checked_sub(bytes.len()) else { return false };
        let Some((text, _)) = as_ascii(bytes) else { return false };
        self.text.push_str(text);
        self.open.room = room as u16;
        true
    }

    /// What was typed on counts: asked for before anything else is done with the line.
    #[inline]
    pub(crate) fn settle(&mut self) {
        if self.open.room != self.open.room_settled {
            self.settle_typed();
        }
    }

    #[inline(never)]
    fn settle_typed(&mut self) {
        let Open { room, room_settled, advance } = self.open;
        self.open.room_settled = room;
        let count = room_settled - room;
        let Some(run) = self.runs.last_mut() else { return };
        run.bytes = run.bytes.saturating_add(count);
        let typed = self.text.as_bytes().iter().rev().take(usize::from(count));
        self.inked = self.inked || typed.into_iter().any(|byte| *byte != b' ');
        self.advance(count.saturating_mul(advance));
        self.said_to = self.x;
    }

    /// From now on so many more characters may be typed on: the last run is of ASCII in the style that is in force.
    pub(crate) fn open(&mut self, style: &Style, room: usize) {
        // A line that has become full is printed before the next character.
        if !self.is_full() && !self.moved {
            let room = room.min(usize::from(u16::MAX)) as u16;
            self.open = Open { room, room_settled: room, advance: style.advance() };
        }
    }

    /// The style, or what bytes stand for, may have changed.
    #[inline]
    pub(crate) const fn close(&mut self) {
        (self.open.room, self.open.room_settled) = (0, 0);
    }

    /// Adds characters of one style: `write` appends them to the text, and gives their number and whether they leave
    /// ink.
    pub(crate) fn put(&mut self, style: &Style, write: impl FnOnce(&mut String) -> (u16, bool)) {
        self.say_gap(style);
        let start = self.text.len();
        let (count, inked) = write(&mut self.text);
        let bytes = u16::try_from(self.text.len() - start).unwrap_or(u16::MAX);
        match self.runs.last_mut() {
            Some(run) if !self.moved && run.style == *style => run.bytes = run.bytes.saturating_add(bytes),
            _ => self.begin_run(style, start, bytes),
        }
        let underlined = style.underline > 0 && !style.turned;
        self.inked |= inked || underlined || style.reverse;
        self.advance(count.saturating_mul(style.advance()));
        self.said_to = self.x;
    }

    /// Says the gap before a character of this style in blanks.
    fn say_gap(&mut self, style: &Style) {
        if self.runs.is_empty() || self.x == self.said_to {
            return;
        }
        self.disordered |= self.x < self.said_to;
        if !self.text.is_empty() {
            let blanks = blanks_in(self.x.saturating_sub(self.said_to), style);
            self.text.extend(core::iter::repeat_n(' ', blanks));
        }
    }

    /// Adds dots, row by row in whole bytes, as many as the style's [`Cell::Dots`] says; `text` is what they say.
    pub(crate) fn put_dots(&mut self, style: &Style, dots: &[u8], text: &str) {
        self.say_gap(style);
        let start = self.dots.len();
        self.text.push_str(text);
        self.dots.extend_from_slice(dots);
        self.begin_run(style, start, u16::try_from(dots.len()).unwrap_or(u16::MAX));
        self.inked = true;
        self.advance(style.advance());
        self.said_to = self.x;
    }

    fn begin_run(&mut self, style: &Style, start: usize, bytes: u16) {
        self.close();
        let descent = style.descent();
        self.uneven |= !self.runs.is_empty() && descent != self.descent;
        self.ascent = self.ascent.max(style.rows().saturating_sub(descent));
        self.descent = self.descent.max(descent);
        self.upside_down = style.upside_down;
        let start = u32::try_from(start).unwrap_or(u32::MAX);
        self.runs.push(Run { x: self.x, bytes, start, lift: 0, style: *style });
        self.moved = false;
    }

    fn advance(&mut self, dots: u16) {
        self.x = self.x.saturating_add(dots);
        self.reach = self.reach.max(self.x);
    }

    /// Adds dots of which `draw` blackens some in so many light bytes.
    pub(crate) fn draw_dots(&mut self, style: &Style, bytes: usize, draw: impl FnOnce(&mut [u8])) {
        let start = self.dots.len();
        let Some(len) = u16::try_from(bytes).ok().filter(|_| start + bytes <= DOTS_MAX) else { return };
        self.dots.resize(start + bytes, 0);
        let dots = self.dots.get_mut(start..).unwrap_or_default();
        draw(dots);
        self.inked |= dots.iter().any(|byte| *byte != 0);
        self.begin_run(style, start, len);
        // What follows is a run of its own.
        self.moved = true;
        self.advance(style.advance());
    }

    /// Moves the place of the next character, in dots from the left margin.
    pub(crate) const fn move_to(&mut self, x: u16) {
        self.x = x;
        self.moved = true;
        self.close();
        if x > self.reach {
            self.reach = x;
        }
    }

    /// The place of the next character.
    pub(crate) const fn x(&self) -> u16 {
        self.x
    }

    /// Dots from the left margin to the farthest place that was reached.
    pub(crate) const fn reach(&self) -> u16 {
        self.reach
    }

    /// True when there is nothing that leaves ink.
    pub(crate) const fn is_blank(&self) -> bool {
        !self.inked
    }

    /// Dot lines from the highest character to the lowest.
    pub(crate) const fn rows(&self) -> u16 {
        self.ascent.saturating_add(self.descent)
    }

    /// Moves the line into the content, `shift_x` dots to the right, and is empty again. A line upside down is mirrored
    /// within `width`.
    pub(crate) fn compose(&mut self, content: &mut Content, shift_x: u16, width: u16) -> Composed {
        let rows = self.rows();
        if self.disordered {
            self.put_in_order();
        }
        if self.uneven {
            for run in &mut self.runs {
                run.lift = self.descent.saturating_sub(run.style.descent());
            }
        }
        if self.upside_down {
            for run in &mut self.runs {
                let end = run.x.saturating_add(run_width(run, &self.text));
                run.x = width.saturating_sub(end);
            }
        }
        let item = content.add_text(rows, &self.runs, &self.text, &self.dots, shift_x);
        self.clear();
        Composed { item, rows }
    }

    /// Makes the text read from left to right. What was printed twice on one place is said once; where the host's own
    /// dots stand among the characters, the order stays that in which they came.
    fn put_in_order(&mut self) {
        if self.runs.iter().any(|run| matches!(run.style.cell, Cell::Dots { .. })) {
            return;
        }
        let mut order: Vec<&mut Run> = self.runs.iter_mut().collect();
        order.sort_by_key(|run| run.x);
        let mut text = String::with_capacity(self.text.len());
        // Where the last run begins, what it says, and where it ends.
        let mut last: Option<(u16, &str, u16, u32)> = None;
        for run in order {
            let start = run.start as usize;
            let said = self.text.get(start..start + usize::from(run.bytes)).unwrap_or_default();
            let end = run.x.saturating_add(run_width(run, &self.text));
            match last {
                Some((x, same, _, start)) if x == run.x && same == said => run.start = start,
                _ => {
                    let gap = last.map_or(0, |(.., end, _)| run.x.saturating_sub(end));
                    text.extend(core::iter::repeat_n(' ', blanks_in(gap, &run.style)));
                    run.start = u32::try_from(text.len()).unwrap_or(u32::MAX);
                    text.push_str(said);
                }
            }
            let end = last.map_or(end, |(.., before, _)| before.max(end));
            last = Some((run.x, said, end, run.start));
        }
        self.text = text;
    }

    /// Bytes of memory that it has reserved.
    pub(crate) const fn footprint_bytes(&self) -> usize {
        self.text.capacity() + self.dots.capacity() + self.runs.capacity() * size_of::<Run>()
    }

    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.dots.clear();
        self.runs.clear();
        self.close();
        (self.x, self.reach, self.said_to, self.ascent, self.descent) = (0, 0, 0, 0, 0);
        (self.uneven, self.upside_down, self.inked, self.moved) = (false, false, false, false);
        self.disordered = false;
    }
}

/// As many blanks of a style as leave such a gap; none for a gap that nobody takes for one.
pub(super) fn blanks_in(gap: u16, style: &Style) -> usize {
    let blank = match style.cell {
        Cell::Wide => style.advance().div_ceil(2),
        Cell::Dots { .. } => BLANK_DOTS,
        _ => style.advance(),
    };
    let blank = blank.max(BLANK_DOTS_MIN);
    let whole = usize::from((gap + blank / 2) / blank);
    if gap >= blank / 3 { whole.max(1) } else { 0 }
}

/// Printable ASCII as text, and whether it leaves ink; nothing if a byte is anything else.
pub(super) fn as_ascii(bytes: &[u8]) -> Option<(&str, bool)> {
    const ONES: u64 = u64::MAX / 0xFF;
    const SPACES: u64 = ONES * 0x20;
    // Printable bytes neither borrow nor carry, and leave the highest bits clear; any other sets one.
    let look = |(high, ink): (u64, u64), word: u64| {
        (high | word | word.wrapping_sub(SPACES) | word.wrapping_add(ONES), ink | (word ^ SPACES))
    };
    let (words, rest) = bytes.as_chunks::<8>();
    let mut last = [b' '; 8];
    last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
    let all = words.iter().chain([&last]);
    let (high, ink) = all.fold((0, 0), |seen, word| look(seen, u64::from_le_bytes(*word)));
    let text = core::str::from_utf8(bytes).ok().filter(|_| high & (ONES << 7) == 0)?;
    Some((text, ink != 0))
}

fn run_width(run: &Run, text: &str) -> u16 {
    let start = run.start as usize;
    let count = match run.style.cell {
        Cell::Dots { .. } => 1,
        _ => text.get(start..start + usize::from(run.bytes)).map_or(0, |text| text.chars().count() as u16),
    };
    count.saturating_mul(run.style.advance())
}

#[cfg(test)]
mod tests {
    use super::as_ascii;
    use proptest::prelude::{any, prop, prop_oneof, proptest};

    proptest! {
        #[test]
        fn ascii_is_printable_and_leaves_ink_unless_it_is_blank(
            bytes in prop::collection::vec(prop_oneof![0x1E_u8..=0x22, 0x7D_u8..=0x81, any::<u8>()], 0..3),
            before in 0..20_usize, behind in 0..20_usize, blank in any::<bool>(),
        ) {
            let filling = if blank { [b' '; 20] } else { *b"the rest of the line" };
            let bytes = [&filling[..before], &bytes, &filling[..behind]].concat();
            let expected = core::str::from_utf8(&bytes).ok();
            let expected = expected.filter(|_| bytes.iter().all(|byte| matches!(byte, 0x20..=0x7E)));
            let expected = expected.map(|text| (text, text.bytes().any(|byte| byte != b' ')));
            assert_eq!(as_ascii(&bytes), expected);
        }
    }
}
