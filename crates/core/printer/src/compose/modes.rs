//! The modes that commands set, and that `ESC @` sets back.
//!
//! Coordinates are dots; commands give motion units, which are parts of an inch. Facts: printer sources, section 1
//! (motion units), 2.1 and 2.2. *Not modelled:* which of the fonts a model lacks.

use super::tabs::Tabs;
use crate::paper::style::{Cell, Style};
use crate::profile::FontC;
use crate::{Geometry, TypeFace};
use escpos::{Align, Font, KanjiSize, PrintMode, Rotation};

/// Most dots beside a character: as many as the widest head has.
const SPACE_MAX: u32 = crate::geometry::HEAD_DOTS_MAX as u32;

/// Everything that `ESC @` sets back.
#[derive(Clone, Debug)]
pub(super) struct Modes {
    pub(super) geometry: Geometry,
    pub(super) face: TypeFace,
    pub(super) font: Font,
    pub(super) size: (u8, u8),
    pub(super) wide_size: (u8, u8),
    pub(super) bold: bool,
    pub(super) underline: u8,
    pub(super) wide_underline: u8,
    pub(super) reverse: bool,
    pub(super) italic: bool,
    pub(super) rotation: Rotation,
    pub(super) upside_down: bool,
    pub(super) right_spacing_dots: u16,
    pub(super) wide_spacing_dots: (u16, u16),
    pub(super) align: Align,
    pub(super) line_spacing_dots: u32,
    pub(super) left_margin_dots: u16,
    pub(super) area_dots: u16,
    pub(super) tabs: Tabs,
    /// Motion units, as parts of an inch: across and along.
    pub(super) units_per_inch: (u16, u16),
    /// What single-byte and multibyte characters look like in these modes.
    styles: (Style, Style),
}

impl Modes {
    /// The modes after power-on.
    pub(super) const fn new(geometry: Geometry, face: TypeFace) -> Self {
        Self {
            geometry,
            face,
            font: Font::A,
            size: (1, 1),
            wide_size: (1, 1),
            bold: false,
            underline: 0,
            wide_underline: 0,
            reverse: false,
            italic: false,
            rotation: Rotation::Upright,
            upside_down: false,
            right_spacing_dots: 0,
            wide_spacing_dots: (0, 0),
            align: Align::Left,
            line_spacing_dots: face.line_spacing_dots as u32,
            left_margin_dots: 0,
            area_dots: geometry.head_dots,
            tabs: Tabs::EVERY_EIGHT,
            units_per_inch: face.units_per_inch,
            styles: (Style::plain(Cell::A), Style::plain(Cell::Wide)),
        }
    }

    /// How single-byte characters look now.
    pub(super) const fn style(&self) -> Style {
        self.styles.0
    }

    /// How multibyte characters look now.
    pub(super) const fn wide_style(&self) -> Style {
        self.styles.1
    }

    /// Finds the styles anew, after a mode has changed.
    pub(super) fn restyle(&mut self) {
        let ((width, height), (wide_width, wide_height)) = (self.size, self.wide_size);
        let (left, right) = self.wide_spacing_dots;
        let narrow = Style {
            width,
            height,
            underline: self.underline,
            spacing: self.right_spacing_dots * u16::from(width),
            ..self.common(self.cell())
        };
        let wide = Style {
            width: wide_width,
            height: wide_height,
            underline: self.wide_underline,
            lead: left * u16::from(wide_width),
            spacing: right * u16::from(wide_width),
            ..self.common(Cell::Wide)
        };
        self.styles = (narrow, wide);
    }

    fn common(&self, cell: Cell) -> Style {
        Style {
            gap: match self.rotation {
                Rotation::Upright => 0,
                Rotation::Clockwise => 1,
                // One and a half.
                Rotation::ClockwiseWide => 2,
            },
            bold: self.bold,
            reverse: self.reverse,
            italic: self.italic,
            turned: self.rotation != Rotation::Upright,
            upside_down: self.upside_down,
            ..Style::plain(cell)
        }
    }

    /// The box of the font, or of the nearest that the model has.
    pub(super) const fn cell(&self) -> Cell {
        match (self.font, self.face.font_c) {
            (Font::A | Font::D | Font::SpecialA, _) => Cell::A,
            (Font::B | Font::SpecialB, _) => Cell::B,
            (Font::C | Font::E, FontC::EightBySixteen) => Cell::C,
            (Font::C | Font::E, FontC::NineByTwentyFour) => Cell::HighC,
        }
    }

    /// Dots in horizontal motion units.
    pub(super) fn across_dots(&self, units: u16) -> u32 {
        dots(&self.geometry, units, self.units_per_inch.0)
    }

    /// Dot lines in vertical motion units.
    pub(super) fn along_dots(&self, units: u16) -> u32 {
        dots(&self.geometry, units, self.units_per_inch.1)
    }

    /// Dots beside a character.
    pub(super) fn space_dots(&self, units: u8) -> u16 {
        self.across_dots(u16::from(units)).min(SPACE_MAX) as u16
    }

    /// `GS P`; 0 is the default of the model.
    pub(super) fn set_units(&mut self, x: u8, y: u8) {
        let or_default = |n: u8, default| if n == 0 { default } else { u16::from(n) };
        let (across, along) = self.face.units_per_inch;
        self.units_per_inch = (or_default(x, across), or_default(y, along));
    }

    /// Dots between the margins.
    pub(super) fn width_dots(&self) -> u16 {
        self.area_dots.min(self.geometry.head_dots.saturating_sub(self.left_margin_dots))
    }

    /// Where something of this width begins. What is wider than the print area may use the margins.
    pub(super) fn start_of(&self, width: u16) -> u16 {
        let spare = self.width_dots().saturating_sub(width);
        let shift = match self.align {
            Align::Left => 0,
            Align::Center => spare / 2,
            Align::Right => spare,
        };
        (self.left_margin_dots + shift).min(self.geometry.head_dots.saturating_sub(width))
    }

    /// `ESC !`.
    pub(super) fn select(&mut self, mode: PrintMode) {
        self.font = if mode.font_b { Font::B } else { Font::A };
        self.bold = mode.bold;
        self.underline = u8::from(mode.underline);
        self.size = (1 + u8::from(mode.double_width), 1 + u8::from(mode.double_height));
    }

    /// `FS !`.
    pub(super) fn select_wide(&mut self, size: KanjiSize) {
        self.wide_size = (1 + u8::from(size.double_width), 1 + u8::from(size.double_height));
        self.wide_underline = u8::from(size.underline);
    }
}

/// Motion units of the head's own pitch are its dots, whatever rounding says.
fn dots(geometry: &Geometry, units: u16, per_inch: u16) -> u32 {
    let dots_per_inch = 25_400_000 / geometry.pitch_nm.max(1);
    if u32::from(per_inch) == dots_per_inch {
        u32::from(units)
    } else {
        geometry.dots_in(u32::from(units), u32::from(per_inch))
    }
}
