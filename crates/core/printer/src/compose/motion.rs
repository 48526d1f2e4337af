//! Lines and places: feeds, positions on the line, margins and spacing.
//!
//! Facts: printer sources, sections 1 (what is valid only at the beginning of a line, longest feed) and 2.1; a printed
//! line feeds the larger of the line spacing and its own height (section 0). A place outside the print area, and a
//! command in the wrong place, have no effect and are reported. *Not modelled:* what is left of half a dot between two
//! feeds.

use super::page::Page;
use super::tabs::Tabs;
use super::{Interpreter, Outcome};
use crate::Micrometres;
use crate::mechanism::{Mechanism, Order};
use escpos::Command;

/// The longest feed of one command: 40 inches.
const FEED_MAX: Micrometres = Micrometres(1_016_000);

impl Interpreter {
    /// What moves the paper or the place of the next character.
    pub(super) fn motion_command(&mut self, command: &Command<'_>, to: &mut Mechanism) -> Option<Outcome> {
        match *command {
            Command::LineFeed => self.line_feed(to),
            Command::CarriageReturn if self.modes.face.habits.auto_line_feed => self.line_feed(to),
            Command::CarriageReturn => {}
            Command::FeedDots(_) if self.modes.face.habits.ignores_feed_dots => self.print(0, to),
            Command::FeedDots(units) => self.print(self.modes.along_dots(u16::from(units)), to),
            Command::FeedLines(lines) => self.print(self.lines_dots(lines), to),
            Command::ReverseFeedDots(units) => return Some(self.feed_back_units(units, to)),
            Command::ReverseFeedLines(lines) => return Some(self.feed_back_lines(lines, to)),
            Command::LineStart { print: true } => self.finish_line(to),
            Command::LineStart { print: false } => self.line.clear(),
            Command::Tab => self.tab(),
            Command::AbsoluteX(units) => return Some(self.move_absolutely(units)),
            Command::RelativeX(units) => return Some(self.move_relatively(units)),
            ref other => return self.layout_command(other),
        }
        Some(Outcome::Done)
    }

    fn layout_command(&mut self, command: &Command<'_>) -> Option<Outcome> {
        let at_start = self.line.is_at_start();
        let modes = &mut self.modes;
        match *command {
            Command::Align(align) if at_start => modes.align = align,
            Command::LeftMargin(units) if at_start => {
                modes.left_margin_dots = head_dots(modes.across_dots(units), modes.geometry.head_dots);
            }
            Command::AreaWidth(units) if at_start => {
                modes.area_dots = head_dots(modes.across_dots(units), modes.geometry.head_dots).max(1);
            }
            Command::Align(_) => return Some(Outcome::ignored(*b"\x1Ba")),
            Command::LeftMargin(_) => return Some(Outcome::ignored(*b"\x1DL")),
            Command::AreaWidth(_) => return Some(Outcome::ignored(*b"\x1DW")),
            Command::LineSpacing(units) => {
                let default = u32::from(modes.face.line_spacing_dots);
                modes.line_spacing_dots = units.map_or(default, |units| modes.along_dots(u16::from(units)));
            }
            Command::MotionUnits { x, y } => modes.set_units(x, y),
            Command::TabStops(columns) => modes.tabs = Tabs::at(columns, modes.style().advance()),
            _ => return None,
        }
        Some(Outcome::Done)
    }

    pub(super) fn line_feed(&mut self, to: &mut Mechanism) {
        if !(self.after_raster && self.modes.face.habits.swallows_lf_after_raster) {
            self.print(self.modes.line_spacing_dots, to);
        }
    }

    const fn lines_dots(&self, lines: u8) -> u32 {
        self.modes.line_spacing_dots.saturating_mul(lines as u32)
    }

    fn tab(&mut self) {
        if let Some(stop) = self.modes.tabs.after(self.line.x()) {
            self.line.move_to(stop.min(self.modes.width_dots()));
        }
    }

    fn move_absolutely(&mut self, units: u16) -> Outcome {
        let refuses = self.modes.face.habits.ignores_absolute_after_data && !self.line.is_empty();
        let place = i64::from(self.modes.across_dots(units));
        self.move_within(place, refuses, *b"\x1B$")
    }

    fn move_relatively(&mut self, units: i16) -> Outcome {
        let refuses = self.modes.face.habits.ignores_negative_move && units < 0;
        let distance = i64::from(self.modes.across_dots(units.unsigned_abs()));
        let from = i64::from(self.line.x());
        let place = if units < 0 { from - distance } else { from + distance };
        self.move_within(place, refuses, *b"\x1B\\")
    }

    fn move_within(&mut self, place: i64, refuses: bool, code: [u8; 2]) -> Outcome {
        let width = self.modes.width_dots();
        match u16::try_from(place).ok().filter(|place| *place <= width && !refuses) {
            Some(place) => {
                self.line.move_to(place);
                Outcome::Done
            }
            None => Outcome::ignored(code),
        }
    }

    fn feed_back_units(&mut self, units: u8, to: &mut Mechanism) -> Outcome {
        let allowed = self.modes.face.reverse_feed.is_some_and(|limits| units <= limits.units_max);
        self.feed_back(self.modes.along_dots(u16::from(units)), allowed, *b"\x1BK", to)
    }

    fn feed_back_lines(&mut self, lines: u8, to: &mut Mechanism) -> Outcome {
        let allowed = self.modes.face.reverse_feed.is_some_and(|limits| lines <= limits.lines_max);
        self.feed_back(self.lines_dots(lines), allowed, *b"\x1Be", to)
    }

    /// Prints the line, and moves the paper back; a page has no way back.
    fn feed_back(&mut self, lines: u32, allowed: bool, code: [u8; 2], to: &mut Mechanism) -> Outcome {
        if !allowed || self.page.is_some() {
            return Outcome::ignored(code);
        }
        self.print(0, to);
        if lines > 0 {
            to.order(Order::FeedBack { lines });
        }
        Outcome::Done
    }

    /// Prints the line and feeds so many dot lines, but at least its height.
    pub(super) fn print(&mut self, feed_lines: u32, to: &mut Mechanism) {
        let longest = self.modes.geometry.lines_in(FEED_MAX);
        let lines = feed_lines.min(longest).max(u32::from(self.line.rows()));
        if self.line.is_blank() {
            self.line.clear();
            self.feed(lines, to);
            return;
        }
        let (mut shift, mut width) = (self.modes.start_of(self.line.reach()), self.modes.width_dots());
        if self.modes.upside_down {
            // The line is turned together with the space that its justification leaves.
            width = width.saturating_sub(shift.saturating_sub(self.modes.left_margin_dots));
            shift = self.modes.left_margin_dots;
        }
        let content = self.page.as_mut().map_or_else(|| to.content(), Page::content);
        let composed = self.line.compose(content, shift, width);
        self.emit(composed.item, composed.rows, lines, to);
    }

    /// Feeds so many dot lines, on the page in page mode.
    pub(super) fn feed(&mut self, lines: u32, to: &mut Mechanism) {
        match &mut self.page {
            Some(page) => page.feed(lines),
            None if !self.verticals.is_none() => self.feed_ruled(lines, to),
            None if lines > 0 => to.order(Order::Feed { lines }),
            None => {}
        }
    }

    /// Prints a line that is not finished.
    pub(super) fn finish_line(&mut self, to: &mut Mechanism) {
        if !self.line.is_blank() {
            self.print(self.modes.line_spacing_dots, to);
        }
        self.line.clear();
    }
}

fn head_dots(dots: u32, head_dots: u16) -> u16 {
    u16::try_from(dots).unwrap_or(u16::MAX).min(head_dots)
}
