//! Lines and places: feeds, positions on the line, margins and spacing.
//!
//! Facts: printer sources, sections 1 and 2.1; a printed line feeds the larger of the line spacing and its own height
//! (section 0). *Not modelled yet:* motion units, reverse feed.

use super::modes::LINE_SPACING_DOTS;
use super::{Interpreter, Outcome};
use crate::mechanism::{Mechanism, Order};
use escpos::Command;

impl Interpreter {
    /// What moves the paper or the place of the next character.
    pub(super) fn motion_command(&mut self, command: &Command<'_>, to: &mut Mechanism) -> Option<Outcome> {
        match *command {
            Command::LineFeed => self.print(u32::from(self.modes.line_spacing_dots), to),
            Command::FeedDots(dots) => self.print(u32::from(dots), to),
            Command::FeedLines(lines) => self.feed_lines(lines, to),
            Command::CarriageReturn => {}
            Command::Tab => self.line.tab(),
            Command::AbsoluteX(dots) => self.line.move_to(dots),
            Command::RelativeX(dots) => self.line.move_to(self.line.x().saturating_add_signed(dots)),
            ref other => return self.layout_command(other),
        }
        Some(Outcome::Done)
    }

    fn layout_command(&mut self, command: &Command<'_>) -> Option<Outcome> {
        let modes = &mut self.modes;
        match *command {
            Command::Align(align) => modes.align = align,
            Command::LineSpacing(dots) => modes.line_spacing_dots = dots.unwrap_or(LINE_SPACING_DOTS),
            Command::LeftMargin(dots) => modes.left_margin_dots = dots.min(modes.head_dots),
            Command::AreaWidth(dots) => modes.area_dots = dots.clamp(1, modes.head_dots),
            _ => return None,
        }
        Some(Outcome::Done)
    }

    /// Prints the line and feeds so many dot lines, but at least its height.
    pub(super) fn print(&mut self, feed_lines: u32, to: &mut Mechanism) {
        let lines = feed_lines.max(u32::from(self.line.rows()));
        if self.line.is_blank() {
            self.line.clear();
            feed(lines, to);
            return;
        }
        let shift = self.modes.start_of(self.line.x());
        let content = self.page.as_mut().map_or_else(|| to.content(), super::page::Page::content);
        let composed = self.line.compose(content, shift);
        self.emit(composed.item, composed.rows, lines, to);
    }

    fn feed_lines(&mut self, lines: u8, to: &mut Mechanism) {
        self.print(u32::from(lines) * u32::from(self.modes.line_spacing_dots), to);
    }

    /// Prints a line that is not finished.
    pub(super) fn finish_line(&mut self, to: &mut Mechanism) {
        if !self.line.is_blank() {
            self.print(u32::from(self.modes.line_spacing_dots), to);
        }
        self.line.clear();
    }
}

pub(super) fn feed(lines: u32, to: &mut Mechanism) {
    if lines > 0 {
        to.order(Order::Feed { lines });
    }
}
