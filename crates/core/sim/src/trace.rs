//! The trace: everything that happened, in order. Laws, snapshots, reports and coverage read it and
//! nothing else.
//!
//! Bytes are kept once, in an arena, and entries point into it. An entry is small and `Copy`-cheap, so
//! a run of minutes fits in a few kilobytes. *Not kept:* inputs that changed nothing.

use crate::{LaneId, MachineId, Reason, SimTime, Tag, Verdict};

/// Everything that happened in a run, oldest first. `E` is what the devices of this world report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace<E> {
    records: Vec<Record<E>>,
    arena: Vec<u8>,
}

/// One thing that happened, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record<E> {
    /// When.
    pub at: SimTime,
    /// What.
    pub entry: Entry<E>,
}

/// What can happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry<E> {
    /// A machine was woken at the moment that it had asked for.
    Woke {
        /// Which.
        machine: MachineId,
        /// Why it had asked.
        reason: Reason,
    },
    /// A machine sent a message into a lane.
    Sent {
        /// Into which.
        lane: LaneId,
        /// What kind of message.
        tag: Tag,
        /// Its bytes.
        bytes: Span,
        /// What the lane's rules said of it.
        verdict: Verdict,
        /// Which fault of the scenario said so, where one did.
        fault: Option<u16>,
    },
    /// Bytes came out of a lane. A line with a rate delivers a message in pieces.
    Delivered {
        /// Out of which.
        lane: LaneId,
        /// What kind of message they belong to.
        tag: Tag,
        /// The bytes.
        bytes: Span,
    },
    /// A message was refused: nobody listens at the far end.
    Refused {
        /// In which lane.
        lane: LaneId,
        /// What kind of message.
        tag: Tag,
    },
    /// A machine reported something.
    Event {
        /// Which.
        machine: MachineId,
        /// What.
        event: E,
    },
    /// The testbed did something: a step, a fault, a new phase.
    Noted(E),
}

/// A piece of a trace's arena.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    start: u32,
    len: u32,
}

impl Span {
    /// How many bytes.
    #[must_use]
    pub const fn len(self) -> usize {
        self.len as usize
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.len == 0
    }

    /// `len` bytes of this piece from `offset` on, clipped to it.
    #[must_use]
    pub fn slice(self, offset: usize, len: usize) -> Self {
        let offset = u32::try_from(offset).unwrap_or(u32::MAX).min(self.len);
        let len = u32::try_from(len).unwrap_or(u32::MAX).min(self.len - offset);
        Self { start: self.start + offset, len }
    }
}

impl<E> Default for Trace<E> {
    fn default() -> Self {
        Self::empty()
    }
}

impl<E> Trace<E> {
    /// A trace of nothing.
    #[must_use]
    pub const fn empty() -> Self {
        Self { records: Vec::new(), arena: Vec::new() }
    }

    /// An empty trace with room, so that a run of usual length does not allocate.
    #[must_use]
    pub fn with_capacity(records: usize, bytes: usize) -> Self {
        Self { records: Vec::with_capacity(records), arena: Vec::with_capacity(bytes) }
    }

    /// Forgets everything and keeps the room.
    pub fn clear(&mut self) {
        self.records.clear();
        self.arena.clear();
    }

    /// Writes one thing down.
    pub fn record(&mut self, at: SimTime, entry: Entry<E>) {
        make_room(&mut self.records, 1);
        self.records.push(Record { at, entry });
    }

    /// Keeps these bytes and says where. An arena is full at 4 GiB; what does not fit is kept as empty.
    pub fn keep(&mut self, bytes: &[u8]) -> Span {
        let (Ok(start), Ok(len)) = (u32::try_from(self.arena.len()), u32::try_from(bytes.len())) else {
            return Span::default();
        };
        if start.checked_add(len).is_none() {
            return Span::default();
        }
        make_room(&mut self.arena, bytes.len());
        self.arena.extend_from_slice(bytes);
        Span { start, len }
    }

    /// The records, oldest first.
    #[must_use]
    pub fn records(&self) -> &[Record<E>] {
        &self.records
    }

    /// The bytes of a piece.
    #[must_use]
    pub fn bytes(&self, span: Span) -> &[u8] {
        let start = span.start as usize;
        self.arena.get(start..start + span.len()).unwrap_or_default()
    }

    /// The reports alone: who reported what, and when; `None` is the testbed.
    pub fn events(&self) -> impl Iterator<Item = (SimTime, Option<MachineId>, &E)> {
        self.records.iter().filter_map(|record| match &record.entry {
            Entry::Event { machine, event } => Some((record.at, Some(*machine), event)),
            Entry::Noted(event) => Some((record.at, None, event)),
            _ => None,
        })
    }

    /// The bytes of memory that this trace holds, by capacity, not counting what its events point to.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.records.capacity() * size_of::<Record<E>>() + self.arena.capacity()
    }
}

/// Makes room for `more` items, a quarter beyond what there is: a vector's own doubling would leave half of a long
/// trace empty.
fn make_room<T>(items: &mut Vec<T>, more: usize) {
    if items.capacity() - items.len() < more {
        items.reserve_exact(more.max(items.len() / 4));
    }
}

#[cfg(test)]
mod tests {
    use super::{Entry, Trace};
    use crate::SimTime;

    #[test]
    fn a_long_trace_is_at_least_four_fifths_full() {
        let mut trace = Trace::with_capacity(8, 64);
        for number in 0..10_000_u32 {
            trace.record(SimTime::ZERO, Entry::Noted(number));
        }
        let needed = 10_000 * size_of::<super::Record<u32>>();
        assert!(trace.memory_bytes() <= needed * 5 / 4 + 64, "{} for {needed}", trace.memory_bytes());
    }

    #[test]
    fn kept_bytes_are_found_again_and_a_piece_is_clipped_to_them() {
        let mut trace: Trace<u8> = Trace::empty();
        let (one, two) = (trace.keep(b"first"), trace.keep(b"second"));
        assert_eq!((trace.bytes(one), trace.bytes(two)), (&b"first"[..], &b"second"[..]));
        assert_eq!(trace.bytes(two.slice(3, 99)), b"ond");
        assert_eq!(trace.bytes(two.slice(99, 1)), b"");
    }
}
