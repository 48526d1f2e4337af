//! A piece of paper: what was meant to be on it, and where the head really heated it.
//!
//! Coordinates along the paper are absolute nanometres, and the piece knows those of its two edges; the same
//! in dot lines, for the piece that a sound mechanism would have made. *Not modelled:* folds and creases,
//! which do not change what is printed.

use crate::paper::burn::{BurnLog, Spot};
use crate::paper::content::Content;
use crate::paper::legibility;
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
    /// How much of its ink is as it should be; from 600 ‰ on it can be read.
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

    /// The paper as it is: squashed, overprinted, faint, torn.
    #[must_use]
    pub fn picture(&self) -> Picture {
        let (top, bottom) = self.edges_nm;
        let mut picture = Picture::blank(self.geometry, bottom - top);
        picture.burn(&self.content, &self.surfaces, |line| {
            self.burns.spot_of(line).map(|spot| Spot { position_nm: spot.position_nm - top, ..spot })
        });
        if self.torn {
            picture.tear();
        }
        picture
    }

    /// The paper as a sound mechanism would have made it: with all of every item that was begun on it.
    #[must_use]
    pub fn ideal(&self) -> Picture {
        let (top, bottom) = self.nominal_edges_nm;
        let mut picture = Picture::blank(self.geometry, bottom - top);
        picture.burn(&self.content, &[], |line| {
            let place_nm = self.burns.nominal_of(line)? - top;
            Some(Spot { position_nm: place_nm, nominal_nm: place_nm, shade: Shade::SOUND })
        });
        picture
    }

    /// What a person can read of it.
    #[must_use]
    pub fn reading(&self) -> Reading {
        if self.is_nominal() { legibility::perfect(self) } else { legibility::measure(self) }
    }

    /// True when every dot line of every item was heated exactly where and as it should be.
    pub(crate) fn is_nominal(&self) -> bool {
        let mut items = self.content.items();
        let Some(segment) = self.burns.single() else { return self.is_blank() };
        let straight = segment.pitch_nm == self.burns.pitch_nm() || segment.lines == 1;
        let inside = |first: u32, rows: u16| {
            first >= segment.first_line && first + u32::from(rows) <= segment.first_line + segment.lines
        };
        straight
            && segment.first.shade == Shade::SOUND
            && segment.first.position_nm - self.edges_nm.0
                == segment.first.nominal_nm - self.nominal_edges_nm.0
            && items.all(|item| item.first_line.is_some_and(|first| inside(first, item.rows)))
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
