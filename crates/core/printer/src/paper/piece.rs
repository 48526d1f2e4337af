//! A piece of paper: what was meant to be on it, and where the head really heated it.
//!
//! Coordinates along the paper are absolute nanometres, and the piece knows those of its two edges; the same
//! in dot lines, for the piece that a sound mechanism would have made. *Not modelled:* folds and creases,
//! which do not change what is printed.

use crate::paper::bitmap::{Bitmap, is_plain};
use crate::paper::burn::{BurnLog, Spot};
use crate::paper::content::Content;
use crate::paper::landing::{Print, row_at};
use crate::paper::legibility;
use crate::paper::picture::ROWS_MAX;
use crate::paper::surface::{Shade, Surface};
use crate::{Geometry, Micrometres, Permille, Picture, PieceId};
use core::fmt;

/// A piece of paper that came out, or hangs out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub(crate) id: PieceId,
    pub(crate) geometry: Geometry,
    pub(crate) content: Content,
    pub(crate) burns: BurnLog,
    /// What head and paper were like, by the numbers in the burn log; number 0 is sound and may be left out.
    pub(crate) surfaces: Vec<Surface>,
    /// Leading edge and trailing edge on the paper.
    pub(crate) edges_nm: (i64, i64),
    /// The same edges if every step had moved the paper as it should.
    pub(crate) nominal_edges_nm: (i64, i64),
    /// The trailing edge was torn, not cut.
    pub(crate) torn: bool,
    /// Offsets of the bytes that the printer took while it made this piece, counted from its first byte ever.
    pub(crate) stream_bytes: core::ops::Range<u64>,
}

/// One line of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// What it says.
    pub text: &'a str,
}

/// One bar code or matrix code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code<'a> {
    /// Its kind: `QR`, `EAN-13`, `CODE128`…
    pub symbology: &'static str,
    /// What a reader would give for it, as text.
    pub data: &'a str,
}

/// What a person can read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Every line of text that was begun on this piece.
    pub lines: Vec<ReadLine>,
    /// The share of these lines that can be read; the whole if there are none.
    pub legibility: Permille,
}

/// How well one line can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadLine {
    /// What it says.
    pub text: String,
    /// How much of its ink is as it should be, less for characters that are gone; from 600 ‰ on it can be read.
    pub legibility: Permille,
}

impl Piece {
    /// Which piece.
    #[must_use]
    pub const fn id(&self) -> PieceId {
        self.id
    }

    /// Its length in micrometres.
    #[must_use]
    pub const fn length_um(&self) -> u32 {
        let (top, bottom) = self.edges_nm;
        Micrometres::from_nm(bottom - top).0
    }

    /// The length that a sound mechanism would have given it, in micrometres.
    #[must_use]
    pub const fn nominal_length_um(&self) -> u32 {
        let (top, bottom) = self.nominal_edges_nm;
        Micrometres::from_nm(bottom - top).0
    }

    /// Its text, line by line, as the host sent it; blank lines are feeds, and leave none.
    pub fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        let texts = self.content.items().filter(|item| item.text.len > 0);
        texts.flat_map(|item| self.content.text(item).lines()).map(|text| Line { text })
    }

    /// Its bar codes and matrix codes, in the order in which they were printed; what they say, not how well they can
    /// be read.
    pub fn codes(&self) -> impl Iterator<Item = Code<'_>> {
        let meanings = self.content.items().flat_map(|item| self.content.meanings(item));
        meanings.map(|meaning| Code { symbology: meaning.symbology, data: meaning.data })
    }

    /// Which bytes made it: offsets into everything that the printer took from its host, from its first byte on.
    #[must_use]
    pub fn stream_bytes(&self) -> core::ops::Range<u64> {
        self.stream_bytes.clone()
    }

    /// Dots and paper of the printer that made it.
    #[must_use]
    pub const fn geometry(&self) -> Geometry {
        self.geometry
    }

    /// True when nothing was printed on it.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.content.items().next().is_none()
    }

    /// The paper as it is: squashed, overprinted, faint, torn; of a very long piece the first 64,000 rows.
    #[must_use]
    pub fn picture(&self) -> Picture {
        let mut picture = Picture::new(&self.print(), self.length_nm());
        if let Some(rows) = self.forgotten_rows() {
            picture.hatch(rows);
        }
        if self.torn {
            picture.tear();
        }
        picture
    }

    /// The dots that can be seen, one bit each: what [`picture`](Self::picture) shows, in black and white and quicker.
    #[must_use]
    pub fn bitmap(&self) -> Bitmap {
        if self.torn || self.forgotten_rows().is_some() {
            return Bitmap::of(&self.picture());
        }
        Bitmap::new(&self.print(), self.length_nm(), ROWS_MAX)
    }

    /// The paper as a sound mechanism would have made it: with all of every item that was begun on it.
    #[must_use]
    pub fn ideal(&self) -> Picture {
        let (top_nm, bottom_nm) = self.nominal_edges_nm;
        let burns = self.burns.ideal();
        let print = Print { burns: &burns, surfaces: &[], top_nm, ..self.print() };
        Picture::new(&print, bottom_nm - top_nm)
    }

    /// Dot lines of a strip that nobody cut, which the printer's memory no longer holds. They come before all else on
    /// the piece; the picture shows them hatched.
    #[must_use]
    pub fn forgotten_lines(&self) -> u32 {
        let first = self.burns.first_recorded().unwrap_or_default();
        self.forgotten_end().saturating_sub(first)
    }

    fn forgotten_end(&self) -> u32 {
        self.content.forgotten_end().max(self.burns.forgotten_end())
    }

    /// Rows of paper that the forgotten dot lines take.
    fn forgotten_rows(&self) -> Option<i64> {
        let end = Some(self.forgotten_end()).filter(|end| *end > 0)?;
        let next = self.burns.stretches(end..u32::MAX).next();
        let end_nm = next.map_or(self.edges_nm.1, |next| next.first.position_nm);
        Some(row_at(end_nm - self.edges_nm.0, self.geometry))
    }

    /// What a person can read of it.
    #[must_use]
    pub fn reading(&self) -> Reading {
        if self.is_nominal() { legibility::perfect(self) } else { legibility::measure(self) }
    }

    pub(crate) const fn length_nm(&self) -> i64 {
        self.edges_nm.1 - self.edges_nm.0
    }

    pub(crate) fn print(&self) -> Print<'_> {
        Print {
            content: &self.content,
            burns: &self.burns,
            surfaces: &self.surfaces,
            geometry: self.geometry,
            top_nm: self.edges_nm.0,
        }
    }

    /// True when every dot line was heated exactly where and as dark as it should be, so that the paper has two shades
    /// only, and [`bitmap`](Self::bitmap) says all.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let dark = self.burns.segments().all(|segment| segment.first.shade == Shade::SOUND);
        dark && !self.torn && self.forgotten_end() == 0 && self.is_nominal()
    }

    /// True when every dot line of every item was heated exactly where it should be, and can be seen.
    pub(crate) fn is_nominal(&self) -> bool {
        let (print, offset_nm) = (self.print(), self.edges_nm.0 - self.nominal_edges_nm.0);
        let (mut free_nm, mut known) = (i64::MIN, None);
        let sound = self.burns.segments().all(|segment| {
            let straight = segment.pitch_nm == self.burns.pitch_nm() || segment.lines == 1;
            let Spot { position_nm, nominal_nm, shade } = segment.first;
            let ahead = nominal_nm >= free_nm;
            free_nm = nominal_nm + i64::from(segment.lines) * self.burns.pitch_nm();
            let plain = known == Some(shade) || is_plain(print.surface(shade.surface), shade, self.geometry);
            known = Some(shade);
            straight && ahead && plain && position_nm - nominal_nm == offset_nm
        });
        let whole = |first: u32, rows: u16| {
            let lines = first..first + u32::from(rows);
            self.burns.stretches(lines).map(|stretch| stretch.lines).sum::<u32>() == u32::from(rows)
        };
        sound && self.content.items().all(|item| item.first_line.is_some_and(|first| whole(first, item.rows)))
    }
}

/// Shown by its number, its length and its first line.
impl fmt::Display for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} mm", self.id, self.length_um() / 1000)?;
        match self.lines().next() {
            Some(line) => write!(f, " \"{}\"", line.text.trim()),
            None => f.write_str(if self.is_blank() { " blank" } else { " picture" }),
        }
    }
}
