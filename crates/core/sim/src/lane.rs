//! One direction of a link: latency, line rate, rules, cut, refusal.
//!
//! A message enters whole and leaves whole, unless the lane has a line rate: then it leaves in pieces,
//! each when its last byte has arrived, and a cut in mid-message delivers just the bytes that were
//! through. Line rate is bits on the wire: ten a byte at 8N1, so 86.8 µs a byte at 115,200 bit/s.
//!
//! *Not modelled:* bit errors by a UART's sampling, collisions, TCP segments and windows. Messages of
//! one lane may overtake each other only by a rule.

use crate::{MachineId, Port, SimTime, Span, Tag, Trace, Verdict};
use core::time::Duration;
use std::collections::VecDeque;

/// Which lane of a world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LaneId(pub u8);

/// One end of a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The machine.
    pub machine: MachineId,
    /// Its port.
    pub port: Port,
}

/// How fast a lane is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// From the last bit sent to the moment it can be read.
    pub latency: Duration,
    /// The time of one byte on the line; `None` where the line is never the limit.
    pub byte_time: Option<Duration>,
}

impl Timing {
    /// A network: latency, and no line rate.
    #[must_use]
    pub const fn network(latency: Duration) -> Self {
        Self { latency, byte_time: None }
    }

    /// A serial line of this many bits a second, 8N1: ten bits a byte.
    #[must_use]
    pub const fn serial(baud_bps: u32) -> Self {
        let baud = if baud_bps == 0 { 1 } else { baud_bps as u64 };
        Self { latency: Duration::ZERO, byte_time: Some(Duration::from_nanos(10_000_000_000 / baud)) }
    }
}

/// Bytes that a paced line delivers at once. Small enough that status and data interleave as on a real
/// line (5.6 ms at 115,200 bit/s), large enough that a receipt is a few dozen pieces.
const PIECE_BYTES: usize = 64;

/// One direction of a link.
#[derive(Clone, Debug)]
pub struct Lane {
    /// Who sends.
    pub from: Endpoint,
    /// Who receives.
    pub to: Endpoint,
    /// Whether what comes out is carried on by the testbed instead of the world.
    pub external: bool,
    timing: Timing,
    /// Cuts that are in force: two overlapping ones are both to be mended before the lane is joined.
    cuts: u16,
    /// The same for refusals.
    refusals: u16,
    /// Rates that the line is narrowed to, by the time of one byte; the slowest counts.
    narrow: Vec<Duration>,
    in_flight: VecDeque<Parcel>,
    held: Option<(Tag, Span)>,
    busy_until: SimTime,
    spare: Vec<Vec<u8>>,
}

/// Something on its way.
#[derive(Clone, Debug)]
pub(crate) struct Parcel {
    pub(crate) at: SimTime,
    pub(crate) order: u64,
    pub(crate) tag: Tag,
    pub(crate) kept: Span,
    pub(crate) cargo: Cargo,
}

#[derive(Clone, Debug)]
pub(crate) enum Cargo {
    Bytes(Vec<u8>),
    Refusal,
}

impl Lane {
    /// A joined lane without rules.
    #[must_use]
    pub const fn new(from: Endpoint, to: Endpoint, timing: Timing) -> Self {
        Self {
            from,
            to,
            external: false,
            timing,
            cuts: 0,
            refusals: 0,
            narrow: Vec::new(),
            in_flight: VecDeque::new(),
            held: None,
            busy_until: SimTime::ZERO,
            spare: Vec::new(),
        }
    }

    /// Mends one cut. What was lost stays lost.
    pub const fn join(&mut self) {
        self.cuts = self.cuts.saturating_sub(1);
    }

    /// Answers every message with a refusal until that is mended: nobody listens at the far end.
    pub const fn refuse(&mut self) {
        self.refusals = self.refusals.saturating_add(1);
    }

    /// Mends one refusal.
    pub const fn listen(&mut self) {
        self.refusals = self.refusals.saturating_sub(1);
    }

    /// Narrows the line: a byte takes this long, unless it takes longer anyway.
    pub fn narrow(&mut self, byte_time: Duration) {
        self.narrow.push(byte_time);
    }

    /// Takes one narrowing of this kind back.
    pub fn widen(&mut self, byte_time: Duration) {
        if let Some(at) = self.narrow.iter().position(|other| *other == byte_time) {
            self.narrow.remove(at);
        }
    }

    /// The time of one byte on the line, if the line is a limit.
    fn byte_time(&self) -> Option<Duration> {
        self.timing.byte_time.into_iter().chain(self.narrow.iter().copied()).max()
    }

    /// Whether messages are carried.
    pub(crate) const fn is_joined(&self) -> bool {
        self.cuts == 0 && self.refusals == 0
    }

    /// Whether messages are lost without a word.
    pub(crate) const fn is_cut(&self) -> bool {
        self.cuts > 0
    }

    /// Pulls the cable. Of a message in mid-line, the bytes that are through still arrive.
    pub fn cut(&mut self, now: SimTime) {
        self.cuts = self.cuts.saturating_add(1);
        self.held = None;
        self.busy_until = now;
        let first = self.in_flight.pop_front();
        for parcel in self.in_flight.drain(..) {
            recycle(&mut self.spare, parcel.cargo);
        }
        if let (Some(mut parcel), Some(byte_time)) = (first, self.byte_time())
            && let Cargo::Bytes(bytes) = &mut parcel.cargo
        {
            let missing = parcel.at.since(now + self.timing.latency);
            let late = missing.as_nanos().div_ceil(byte_time.as_nanos().max(1));
            let through = bytes.len().saturating_sub(usize::try_from(late).unwrap_or(usize::MAX));
            bytes.truncate(through);
            if through > 0 {
                parcel.kept = parcel.kept.slice(0, through);
                parcel.at = now + self.timing.latency;
                self.in_flight.push_back(parcel);
            }
        }
    }

    /// When the next piece comes out, and its place among things of the same moment.
    pub(crate) fn next_at(&self) -> Option<(SimTime, u64)> {
        self.in_flight.front().map(|parcel| (parcel.at, parcel.order))
    }

    /// Takes the next piece out.
    pub(crate) fn take(&mut self) -> Option<Parcel> {
        self.in_flight.pop_front()
    }

    /// Gives a delivered piece's room back.
    pub(crate) fn recycle(&mut self, cargo: Cargo) {
        recycle(&mut self.spare, cargo);
    }

    /// Whether nothing is on its way.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.in_flight.is_empty() && self.held.is_none()
    }

    /// Carries out what the rules said of a message. `orders` hands out places among equal moments.
    pub(crate) fn send<E>(
        &mut self,
        now: SimTime,
        tag: Tag,
        kept: Span,
        verdict: Verdict,
        trace: &Trace<E>,
        orders: &mut u64,
    ) {
        if self.is_cut() {
            return;
        }
        if self.refusals > 0 {
            let at = now + self.timing.latency * 2;
            self.enqueue(Parcel { at, order: next(orders), tag, kept, cargo: Cargo::Refusal });
            return;
        }
        let released = self.held.take();
        match verdict {
            Verdict::Pass => self.carry(now, Duration::ZERO, tag, kept, trace, orders, None),
            Verdict::Delay(by) => self.carry(now, by, tag, kept, trace, orders, None),
            Verdict::Drop => {}
            Verdict::Duplicate(after) => {
                self.carry(now, Duration::ZERO, tag, kept, trace, orders, None);
                self.carry(now, after, tag, kept, trace, orders, None);
            }
            Verdict::Reorder => self.held = Some((tag, kept)),
            Verdict::Corrupt { bit } => self.carry(now, Duration::ZERO, tag, kept, trace, orders, Some(bit)),
            Verdict::Cut => self.cut(now),
        }
        if let Some((tag, kept)) = released {
            self.carry(now, Duration::ZERO, tag, kept, trace, orders, None);
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "a message and its circumstances; a struct would be used once"
    )]
    fn carry<E>(
        &mut self,
        now: SimTime,
        extra: Duration,
        tag: Tag,
        kept: Span,
        trace: &Trace<E>,
        orders: &mut u64,
        turned_bit: Option<u32>,
    ) {
        let Some(byte_time) = self.byte_time() else {
            // Behind what a narrow line still carries, nothing gets through sooner.
            let at = self.busy_until.max(now) + self.timing.latency + extra;
            self.launch(at, tag, kept, trace, orders, turned_bit);
            return;
        };
        let mut through = self.busy_until.max(now);
        let mut offset = 0;
        while offset < kept.len() {
            let piece = kept.slice(offset, PIECE_BYTES);
            through += byte_time * u32::try_from(piece.len()).unwrap_or(u32::MAX);
            let at = through + self.timing.latency + extra;
            self.launch(at, tag, piece, trace, orders, turned_bit.filter(|_| offset == 0));
            offset += piece.len();
        }
        self.busy_until = through;
    }

    fn launch<E>(
        &mut self,
        at: SimTime,
        tag: Tag,
        kept: Span,
        trace: &Trace<E>,
        orders: &mut u64,
        turned_bit: Option<u32>,
    ) {
        let mut bytes = self.spare.pop().unwrap_or_default();
        bytes.extend_from_slice(trace.bytes(kept));
        if let Some(bit) = turned_bit {
            turn_bit(&mut bytes, bit);
        }
        self.enqueue(Parcel { at, order: next(orders), tag, kept, cargo: Cargo::Bytes(bytes) });
    }

    /// Keeps what is in flight sorted by moment; nearly always the newest is the last.
    fn enqueue(&mut self, parcel: Parcel) {
        if self.in_flight.back().is_none_or(|last| last.at <= parcel.at) {
            self.in_flight.push_back(parcel);
            return;
        }
        let behind = self.in_flight.iter().rev().take_while(|other| other.at > parcel.at).count();
        self.in_flight.insert(self.in_flight.len() - behind, parcel);
    }
}

/// The next place among things of the same moment.
pub(crate) const fn next(orders: &mut u64) -> u64 {
    *orders += 1;
    *orders
}

fn recycle(spare: &mut Vec<Vec<u8>>, cargo: Cargo) {
    if let Cargo::Bytes(mut bytes) = cargo {
        bytes.clear();
        spare.push(bytes);
    }
}

fn turn_bit(bytes: &mut [u8], bit: u32) {
    let bits = bytes.len() * 8;
    if bits > 0 {
        let bit = bit as usize % bits;
        bytes[bit / 8] ^= 0x80 >> (bit % 8);
    }
}
