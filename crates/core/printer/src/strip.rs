//! The strip of paper that hangs out of the roll: what is on it, and how it becomes a piece.
//!
//! The blade stands some way beyond the head (printer sources, section 5), so what was printed last is
//! still before it: unless the host feeds, it stays on the strip and begins the next piece. *Not modelled:*
//! the points that a partial cut leaves.

use crate::burn::{BurnLog, PITCH_NM};
use crate::content::Content;
use crate::{Micrometres, Piece, PieceId};

/// Where an operator's hand tears the strip: so far beyond the head.
const TEAR_NM: i64 = 5_000_000;

/// The uncut strip.
#[derive(Clone, Debug)]
pub(crate) struct Strip {
    pub(crate) content: Content,
    pub(crate) burns: BurnLog,
    /// The leading edge, and where it would be in a sound mechanism.
    edge_nm: i64,
    nominal_edge_nm: i64,
    blade_nm: i64,
    next: PieceId,
    begun: bool,
}

/// Where the head stands on the strip: really, and by the count of dot lines.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) position_nm: i64,
    pub(crate) line: u32,
}

impl Strip {
    /// Fresh paper, with its edge at the blade.
    pub(crate) fn new(blade: Micrometres) -> Self {
        let blade_nm = blade.as_nm();
        Self {
            content: Content::default(),
            burns: BurnLog::default(),
            edge_nm: -blade_nm,
            nominal_edge_nm: -blade_nm,
            blade_nm,
            next: PieceId(1),
            begun: false,
        }
    }

    /// How far the edge stands beyond the head.
    pub(crate) const fn edge_nm(&self) -> i64 {
        self.edge_nm
    }

    /// Says that the head is about to print; gives the piece if this is its first dot line.
    pub(crate) fn begin(&mut self) -> Option<PieceId> {
        let first = !self.begun;
        self.begun = true;
        first.then_some(self.next)
    }

    /// Cuts at the blade. What has not passed it begins the next piece; if nothing has, the blade cuts air.
    pub(crate) fn cut(&mut self, head: Place) -> Option<Piece> {
        let cut_nm = head.position_nm - self.blade_nm;
        if cut_nm <= self.edge_nm {
            return None;
        }
        let nominal_nm = nominal(head.line) - self.blade_nm;
        let behind = self.burns.split_off(cut_nm);
        let first_kept = behind.first_line().unwrap_or(head.line);
        Some(self.take(behind, first_kept, (cut_nm, nominal_nm), (cut_nm, nominal_nm), false))
    }

    /// Tears the strip off by hand and threads fresh paper. A piece comes of it only if something is printed.
    pub(crate) fn tear(&mut self, head: Place) -> Option<Piece> {
        let end = (head.position_nm + TEAR_NM, nominal(head.line) + TEAR_NM);
        let edge = (head.position_nm - self.blade_nm, nominal(head.line) - self.blade_nm);
        if self.content.items().any(|item| item.first_line.is_some()) {
            return Some(self.take(BurnLog::default(), head.line, end, edge, true));
        }
        self.burns = BurnLog::default();
        (self.edge_nm, self.nominal_edge_nm) = edge;
        None
    }

    /// The strip as it hangs there, if something is printed on it.
    pub(crate) fn look(&self, head: Place) -> Option<Piece> {
        let mut copy = self.clone();
        copy.tear(head).map(|piece| Piece { torn: false, ..piece })
    }

    fn take(
        &mut self,
        behind: BurnLog,
        first_kept_line: u32,
        end: (i64, i64),
        new_edge: (i64, i64),
        torn: bool,
    ) -> Piece {
        self.begun = false;
        let piece = Piece {
            id: self.next,
            content: self.content.take_before(first_kept_line),
            burns: core::mem::replace(&mut self.burns, behind),
            edges_nm: (self.edge_nm, end.0),
            nominal_edges_nm: (self.nominal_edge_nm, end.1),
            torn,
        };
        (self.edge_nm, self.nominal_edge_nm) = new_edge;
        self.next = PieceId(self.next.0 + 1);
        piece
    }
}

fn nominal(line: u32) -> i64 {
    i64::from(line) * PITCH_NM
}
