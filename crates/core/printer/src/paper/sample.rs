//! Pieces made by hand, for the tests of this folder: content, spots and surfaces as a test needs them.

use crate::paper::burn::Spot;
use crate::paper::content::Content;
use crate::paper::strip::{Place, Strip};
use crate::paper::style::{Cell, Run, Style};
use crate::paper::surface::{Shade, Surface};
use crate::{Geometry, Micrometres, Piece};

pub(crate) const PITCH_NM: i64 = 125_000;

/// Text as a terminal mostly sends it.
pub(crate) const PLAIN: Style = Style::plain(Cell::A);

/// A strip that is heated dot line by dot line.
pub(crate) struct Bench {
    pub(crate) strip: Strip,
    pub(crate) line: u32,
    /// Where the head stands, in dot lines.
    pub(crate) position: i64,
    pub(crate) shade: Shade,
}

impl Bench {
    /// The blade stands at the head, so that places count from 0.
    pub(crate) fn new(surface: Surface) -> Self {
        let mut strip = Strip::new(Geometry::WIDE_203_DPI, Micrometres(0));
        let number = strip.set_surface(surface);
        Self { strip, line: 0, position: 0, shade: Shade { surface: number, ..Shade::SOUND } }
    }

    /// Heats so many dot lines, each so many lines of paper behind the one before.
    pub(crate) fn step(&mut self, lines: u32, pitch: i64) {
        for _ in 0..lines {
            let spot = Spot {
                position_nm: self.position * PITCH_NM,
                nominal_nm: i64::from(self.line) * PITCH_NM,
                shade: self.shade,
            };
            self.strip.burns.record(self.line, spot);
            self.position += pitch;
            self.line += 1;
        }
    }

    /// Rows with these bytes from the left end of the head.
    pub(crate) fn image(&mut self, rows: u16, bytes: &[u8]) -> &mut Self {
        let data: Vec<u8> = (0..rows).flat_map(|_| bytes.iter().copied()).collect();
        let id = self.strip.content.add_image(rows, 0, bytes.len() as u16, (false, false), &data, "");
        self.strip.content.place(id, self.line);
        self.step(u32::from(rows), 1);
        self
    }

    pub(crate) fn text(&mut self, text: &str, style: Style, lines: u32) -> &mut Self {
        add_text(&mut self.strip.content, text, style, self.line);
        self.step(lines, 1);
        self
    }

    pub(crate) fn cut(&mut self) -> Piece {
        let (position_nm, nominal_nm) = (self.position * PITCH_NM, i64::from(self.line) * PITCH_NM);
        let place = Place { position_nm, nominal_nm, line: self.line };
        self.strip.cut(place, 0).expect("paper has passed the blade")
    }
}

/// A line of one run.
pub(crate) fn add_text(content: &mut Content, text: &str, style: Style, line: u32) {
    let run = Run { x: 0, bytes: text.len() as u16, start: 0, lift: 0, style };
    let id = content.add_text(style.rows(), &[run], text, &[], 0);
    content.place(id, line);
}
