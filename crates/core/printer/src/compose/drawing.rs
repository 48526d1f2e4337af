//! Lines that the printer draws: `GS ( Q`.
//!
//! Positions are motion units: on a page from the corner where writing begins in its area, on a line from the left
//! margin. A horizontal line is printed by itself and feeds what its command says, but at least its height; a vertical
//! one goes through everything that is printed and fed until it is stopped. Facts: printer sources, section 2.3 and
//! the parameters of the command table. The sources leave open how thick the three kinds are, and how far the two
//! lines of a double one stand apart: here 1, 2 and 4 dots, and one thickness. *Not modelled:* lines that another
//! mode's functions ask for, which have no effect.

use super::{Interpreter, Outcome};
use crate::geometry::HEAD_DOTS_MAX;
use crate::mechanism::{Mechanism, Order};
use crate::paper::content::ItemId;
use crate::paper::raster::{BLANK, DotRow, fill};
use escpos::{Command, Drawing, LineStyle};

/// How the command begins, for reports.
const CODE: [u8; 2] = *b"\x1D(";
/// Vertical lines that go on at the same time.
const VERTICAL_MAX: usize = 32;

/// Vertical lines that go on.
#[derive(Clone, Debug)]
pub(super) struct Verticals {
    /// Where each begins across, and where it ends.
    strokes: Vec<(u16, LineStyle)>,
    /// All of them as dots.
    dots: DotRow,
}

impl Default for Verticals {
    fn default() -> Self {
        Self { strokes: Vec::new(), dots: BLANK }
    }
}

impl Verticals {
    pub(super) const fn is_none(&self) -> bool {
        self.strokes.is_empty()
    }

    /// Starts or stops the line at a place; one more than there may be has no effect.
    fn set(&mut self, x: u16, start: bool, style: LineStyle, head_dots: u16) {
        self.strokes.retain(|stroke| stroke.0 != x);
        if start && self.strokes.len() < VERTICAL_MAX {
            self.strokes.push((x, style));
        }
        self.dots = BLANK;
        for (x, style) in &self.strokes {
            for (from, thick) in strokes(*style) {
                let from = x.saturating_add(from);
                fill(&mut self.dots, from, from.saturating_add(thick).min(head_dots));
            }
        }
    }
}

/// Where each stroke of a line begins across it, and how thick it is.
pub(super) fn strokes(style: LineStyle) -> impl Iterator<Item = (u16, u16)> {
    let thick = thickness(style);
    (0..1 + u16::from(style.double)).map(move |stroke| (2 * thick * stroke, thick))
}

fn thickness(style: LineStyle) -> u16 {
    match style.thickness {
        0 | 1 => 1,
        2 => 2,
        _ => 4,
    }
}

impl Interpreter {
    /// `GS ( Q`.
    pub(super) fn draw_command(&mut self, command: &Command<'_>, to: &mut Mechanism) -> Option<Outcome> {
        let Command::Draw(drawing) = *command else { return None };
        match (drawing, &mut self.page) {
            (Drawing::Line { from, to, style }, Some(page)) => {
                let [from, to] = [from, to].map(|point| dots_of(&self.modes, point));
                page.sheet().draw_line(from, to, style);
            }
            (Drawing::Rectangle { from, to, style }, Some(page)) => {
                let [from, to] = [from, to].map(|point| dots_of(&self.modes, point));
                page.sheet().draw_rectangle(from, to, style);
            }
            (Drawing::Horizontal { from, to: end, feed, style }, None) => {
                self.draw_horizontal((from.min(end), from.max(end)), feed, style, to);
            }
            (Drawing::Vertical { x, start, style }, None) => {
                let (x, head_dots) = (self.dot_across(x), self.modes.geometry.head_dots);
                self.verticals.set(x, start, style, head_dots);
            }
            _ => return Some(Outcome::ignored(CODE)),
        }
        Some(Outcome::Done)
    }

    fn draw_horizontal(&mut self, ends: (u16, u16), feed: u8, style: LineStyle, to: &mut Mechanism) {
        self.finish_line(to);
        let mut dots = BLANK;
        let right = self.modes.left_margin_dots + self.modes.width_dots();
        fill(&mut dots, self.dot_across(ends.0), self.dot_across(ends.1).saturating_add(1).min(right));
        let thick = thickness(style);
        let bands: &[DotRow] = if style.double { &[dots, BLANK, dots] } else { &[dots] };
        let rows = thick * bands.len() as u16;
        let lines = self.modes.along_dots(u16::from(feed)).max(u32::from(rows));
        let item = to.content().add_bands(thick, bands);
        self.emit(item, rows, lines, to);
    }

    /// The dot of the head for a place on the line.
    fn dot_across(&self, units: u16) -> u16 {
        let dots = self.modes.across_dots(units) + u32::from(self.modes.left_margin_dots);
        u16::try_from(dots).unwrap_or(u16::MAX).min(HEAD_DOTS_MAX)
    }

    /// Prints what was composed last, with the vertical lines through it and what is fed behind it.
    pub(super) fn emit_ruled(&self, item: ItemId, rows: u16, lines: u32, to: &mut Mechanism) {
        to.content().rule_last(&self.verticals.dots);
        to.order(Order::Print { item, rows: u32::from(rows), lines: u32::from(rows) });
        self.feed_ruled(lines.saturating_sub(u32::from(rows)), to);
    }

    /// Feeds, with nothing but the vertical lines on the paper.
    pub(super) fn feed_ruled(&self, lines: u32, to: &mut Mechanism) {
        let rows = u16::try_from(lines).unwrap_or(u16::MAX);
        if rows > 0 {
            let item = to.content().add_bands(rows, &[self.verticals.dots]);
            to.order(Order::Print { item, rows: u32::from(rows), lines });
        }
    }
}

/// A point of the page, in dots along and down.
fn dots_of(modes: &super::modes::Modes, (x, y): (u16, u16)) -> (i32, i32) {
    (modes.across_dots(x).cast_signed(), modes.along_dots(y).cast_signed())
}
