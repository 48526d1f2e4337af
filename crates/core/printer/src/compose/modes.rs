//! The modes that commands set, and that `ESC @` sets back.
//!
//! Coordinates are dots. Facts: printer sources, sections 2.1 and 2.2. *Not modelled yet:* rotation, fonts beyond B.

use crate::paper::style::{Cell, Style};
use escpos::{Align, PrintMode};

/// One sixth of an inch at 203 dpi.
pub(super) const LINE_SPACING_DOTS: u8 = 30;

/// Everything that `ESC @` sets back.
#[derive(Clone, Debug)]
pub(super) struct Modes {
    pub(super) font_b: bool,
    pub(super) size: (u8, u8),
    pub(super) wide_size: (u8, u8),
    pub(super) bold: bool,
    pub(super) underline: u8,
    pub(super) reverse: bool,
    pub(super) right_spacing_dots: u8,
    pub(super) wide_spacing_dots: u8,
    pub(super) align: Align,
    pub(super) line_spacing_dots: u8,
    pub(super) left_margin_dots: u16,
    pub(super) area_dots: u16,
    pub(super) page: u8,
    pub(super) head_dots: u16,
}

impl Modes {
    /// The modes after power-on, for a head of so many dots.
    pub(super) const fn new(head_dots: u16) -> Self {
        Self {
            font_b: false,
            size: (1, 1),
            wide_size: (1, 1),
            bold: false,
            underline: 0,
            reverse: false,
            right_spacing_dots: 0,
            wide_spacing_dots: 0,
            align: Align::Left,
            line_spacing_dots: LINE_SPACING_DOTS,
            left_margin_dots: 0,
            area_dots: head_dots,
            page: 0,
            head_dots,
        }
    }

    pub(super) fn style(&self, wide: bool) -> Style {
        let ((width, height), spacing) = match wide {
            true => (self.wide_size, self.wide_spacing_dots),
            false => (self.size, self.right_spacing_dots),
        };
        Style {
            width,
            height,
            spacing: u16::from(spacing) * u16::from(width),
            underline: self.underline,
            bold: self.bold,
            reverse: self.reverse,
            cell: match (wide, self.font_b) {
                (true, _) => Cell::Wide,
                (false, true) => Cell::B,
                (false, false) => Cell::A,
            },
        }
    }

    pub(super) fn width_dots(&self) -> u16 {
        self.area_dots.min(self.head_dots.saturating_sub(self.left_margin_dots))
    }

    /// Where something of this width begins.
    pub(super) fn start_of(&self, width: u16) -> u16 {
        let spare = self.width_dots().saturating_sub(width);
        let shift = match self.align {
            Align::Left => 0,
            Align::Center => spare / 2,
            Align::Right => spare,
        };
        self.left_margin_dots + shift
    }

    pub(super) fn select(&mut self, mode: PrintMode) {
        self.font_b = mode.font_b;
        self.bold = mode.bold;
        self.underline = u8::from(mode.underline);
        self.size = (1 + u8::from(mode.double_width), 1 + u8::from(mode.double_height));
    }
}
