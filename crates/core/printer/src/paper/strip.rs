//! The strip of paper that hangs out of the roll: what is on it, and how it becomes a piece.
//!
//! The blade stands some way beyond the head (printer sources, section 5), so what was printed last is
//! still before it: unless the host feeds, it stays on the strip and begins the next piece. *Not modelled:*
//! the force that the point of a partial cut takes.

use crate::paper::burn::BurnLog;
use crate::paper::content::Content;
use crate::paper::surface::Surface;
use crate::{Geometry, Micrometres, Piece, PieceId};

/// Where an operator's hand tears the strip: so far beyond the head.
const TEAR_NM: i64 = 5_000_000;

/// The uncut strip.
#[derive(Clone, Debug)]
pub(crate) struct Strip {
    geometry: Geometry,
    pub(crate) content: Content,
    pub(crate) burns: BurnLog,
    /// What head and paper have been like since the last cut; the last one is now.
    surfaces: Vec<Surface>,
    /// The leading edge, and where it would be in a sound mechanism.
    edge_nm: i64,
    nominal_edge_nm: i64,
    blade_nm: i64,
    next: PieceId,
    begun: bool,
    /// The first byte that the printer took after the last cut.
    first_byte: u64,
}

/// Where the head stands on the strip: really, and in a sound mechanism; and the number of the next dot line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) position_nm: i64,
    pub(crate) nominal_nm: i64,
    pub(crate) line: u32,
}

impl Strip {
    /// Fresh paper, with its edge at the blade.
    pub(crate) fn new(geometry: Geometry, blade: Micrometres) -> Self {
        let blade_nm = blade.as_nm();
        Self {
            geometry,
            content: Content::default(),
            burns: BurnLog::new(geometry.line_nm()),
            surfaces: vec![Surface::SOUND],
            edge_nm: -blade_nm,
            nominal_edge_nm: -blade_nm,
            blade_nm,
            next: PieceId(1),
            begun: false,
            first_byte: 0,
        }
    }

    /// Bytes that it takes, with the room that it has reserved.
    pub(crate) const fn footprint_bytes(&self) -> usize {
        let surfaces = self.surfaces.capacity() * size_of::<Surface>();
        self.content.footprint_bytes() + self.burns.footprint_bytes() + surfaces
    }

    /// How far the edge stands beyond the head.
    pub(crate) const fn edge_nm(&self) -> i64 {
        self.edge_nm
    }

    /// Head and paper are like this from now on; gives the number for the burn log.
    pub(crate) fn set_surface(&mut self, surface: Surface) -> u8 {
        let known = self.surfaces.iter().position(|other| *other == surface);
        let number = known.unwrap_or_else(|| {
            // Number 255 stands for all that come after it; nobody touches a printer so often on one receipt.
            self.surfaces.truncate(usize::from(u8::MAX));
            self.surfaces.push(surface);
            self.surfaces.len() - 1
        });
        u8::try_from(number).unwrap_or(u8::MAX)
    }

    /// Says that the head is about to print; gives the piece if this is its first dot line.
    pub(crate) fn begin(&mut self) -> Option<PieceId> {
        let first = !self.begun;
        self.begun = true;
        first.then_some(self.next)
    }

    /// The piece that hangs there, if printing it has begun.
    pub(crate) fn hanging(&self) -> Option<PieceId> {
        self.begun.then_some(self.next)
    }

    /// Cuts at the blade. What has not passed it begins the next piece; if nothing has, the blade cuts air.
    /// `byte` is the offset of the first byte that belongs to the next piece.
    pub(crate) fn cut(&mut self, head: Place, byte: u64) -> Option<Piece> {
        let cut_nm = head.position_nm - self.blade_nm;
        if cut_nm <= self.edge_nm {
            return None;
        }
        let nominal_nm = head.nominal_nm - self.blade_nm;
        let behind = self.burns.split_off(cut_nm);
        Some(self.take(behind, head.line, (cut_nm, nominal_nm), (cut_nm, nominal_nm), byte, false))
    }

    /// Tears the strip off by hand and threads fresh paper. A piece comes of it only if something is printed.
    pub(crate) fn tear(&mut self, head: Place, byte: u64) -> Option<Piece> {
        let end = (head.position_nm + TEAR_NM, head.nominal_nm + TEAR_NM);
        let edge = (head.position_nm - self.blade_nm, head.nominal_nm - self.blade_nm);
        let fresh = BurnLog::new(self.geometry.line_nm());
        if self.content.items().any(|item| item.first_line.is_some()) {
            return Some(self.take(fresh, head.line, end, edge, byte, true));
        }
        self.burns = fresh;
        (self.edge_nm, self.nominal_edge_nm) = edge;
        None
    }

    /// The strip as it hangs there, if something is printed on it.
    pub(crate) fn look(&self, head: Place, byte: u64) -> Option<Piece> {
        let mut copy = self.clone();
        copy.tear(head, byte).map(|piece| Piece { torn: false, ..piece })
    }

    fn take(
        &mut self,
        behind: BurnLog,
        next_line: u32,
        end: (i64, i64),
        new_edge: (i64, i64),
        byte: u64,
        torn: bool,
    ) -> Piece {
        self.begun = false;
        let taken_end = self.burns.end_line().unwrap_or(next_line);
        let first_kept = behind.first_line().unwrap_or(next_line);
        let piece = Piece {
            id: self.next,
            geometry: self.geometry,
            content: self.content.take_before(taken_end, first_kept),
            burns: core::mem::replace(&mut self.burns, behind),
            surfaces: if self.surfaces.len() > 1 { self.surfaces.clone() } else { Vec::new() },
            edges_nm: (self.edge_nm, end.0),
            nominal_edges_nm: (self.nominal_edge_nm, end.1),
            torn,
            hangs: false,
            stream_bytes: self.first_byte..byte,
        };
        (self.edge_nm, self.nominal_edge_nm) = new_edge;
        self.next = PieceId(self.next.0 + 1);
        self.first_byte = byte;
        piece
    }
}
