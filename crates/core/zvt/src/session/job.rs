//! One command on its way: what of it is still to be sent, and what the register has already.

use crate::apdu::Apdu;
use crate::ask::Stage;
use crate::bcd::Currency;
use crate::code::{Intermediate, ResultCode};
use crate::registration::Sort;
use core::time::Duration;
use sim::{SimTime, Tag};
use std::collections::VecDeque;

/// What a command is about, as far as its way is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    /// Payment, reservation or refund: the answer to its result decides.
    Deciding,
    /// Any other payment function.
    Payment,
    /// 06 20, with what of it is wanted.
    Repeat { result: bool, print: bool },
    /// 06 23 with FFFF.
    ListReservations,
    /// 05 01, with what of the answer is wanted.
    Status { version: bool, container: bool },
    /// Any other administration function.
    Administration,
    /// What the session answers alone.
    Own,
}

impl Function {
    pub(super) const fn sort(self) -> Sort {
        match self {
            Self::Deciding | Self::Payment | Self::Repeat { .. } | Self::ListReservations => Sort::Payment,
            Self::Status { .. } | Self::Administration | Self::Own => Sort::Administration,
        }
    }

    pub(super) const fn wants_result(self) -> bool {
        matches!(
            self,
            Self::Deciding | Self::Payment | Self::Administration | Self::Repeat { result: true, .. }
        )
    }

    pub(super) const fn wants_receipt(self) -> bool {
        !matches!(self, Self::Repeat { print: false, .. } | Self::ListReservations | Self::Own)
    }
}

/// One message to the register.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) kind: Kind,
    pub(super) apdu: Apdu,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Status,
    Clock,
    /// Whether it is a good one that the register's answer decides on.
    Result {
        deciding: bool,
    },
    /// Whether a receipt ends with it.
    Print {
        last: bool,
    },
    End {
        done: bool,
    },
}

impl Kind {
    pub(super) const fn tag(self) -> Tag {
        Tag(match self {
            Self::Status => "status",
            Self::Clock => "clock",
            Self::Result { .. } => "result",
            Self::Print { .. } => "print",
            Self::End { done: true } => "completion",
            Self::End { done: false } => "abort",
        })
    }

    /// Whether sending it begins T4 anew.
    pub(super) const fn begins_t4(self) -> bool {
        matches!(self, Self::Status | Self::Result { .. })
    }
}

/// A message that was sent, and not yet answered.
#[derive(Clone, Debug)]
pub(super) struct InFlight {
    pub(super) piece: Piece,
    /// When its time is up; on a serial line not before it is delivered.
    pub(super) until: Option<SimTime>,
}

/// How long, and how often, a register may put off what it says to a result.
#[derive(Clone, Copy, Debug)]
pub(super) struct Goods {
    pub(super) timeout: Duration,
    pub(super) max_results: Option<u8>,
    pub(super) put_off: u32,
}

/// One command on its way.
#[derive(Clone, Debug)]
pub(super) struct Job {
    pub(super) function: Function,
    /// The currency that the register named.
    pub(super) currency: Option<Currency>,
    pub(super) goods: Goods,
    pub(super) queue: VecDeque<Piece>,
    pub(super) in_flight: Option<InFlight>,
    /// A result that is told once more at this moment.
    pub(super) again: Option<(SimTime, Piece)>,
    /// The terminal has told a result.
    pub(super) told: bool,
    /// The register has the result.
    pub(super) taken: bool,
    /// The end was told.
    pub(super) ending: bool,
    /// The register has gone.
    pub(super) lost: bool,
    /// What a register that put the result off too often is told first when the payment is undone.
    pub(super) owed: Option<ResultCode>,
    pub(super) status: Intermediate,
    pub(super) t4_began: SimTime,
    pub(super) t4: Duration,
}

impl Job {
    pub(super) fn new(now: SimTime, function: Function, goods: Goods, t4: Duration) -> Self {
        Self {
            function,
            currency: None,
            goods,
            queue: VecDeque::new(),
            in_flight: None,
            again: None,
            told: false,
            taken: false,
            ending: false,
            lost: false,
            owed: None,
            status: Intermediate::PLEASE_WAIT,
            t4_began: now,
            t4,
        }
    }

    /// Puts a message behind all others. Of states that wait only the newest is worth sending.
    pub(super) fn push(&mut self, kind: Kind, apdu: Apdu) {
        if self.lost {
            return;
        }
        if kind == Kind::Status {
            self.queue.retain(|piece| piece.kind != Kind::Status);
        }
        self.queue.push_back(Piece { kind, apdu });
    }

    /// How far it has come.
    pub(super) fn stage(&self) -> Stage {
        let is_print = |piece: &Piece| matches!(piece.kind, Kind::Print { .. });
        match self.in_flight.as_ref().map(|in_flight| in_flight.piece.kind) {
            Some(Kind::Result { .. }) => Stage::Result,
            Some(Kind::End { .. }) => Stage::Completion,
            Some(Kind::Print { .. }) => Stage::Receipt,
            _ if self.again.is_some() => Stage::Result,
            _ if self.taken || self.queue.front().is_some_and(is_print) => Stage::Receipt,
            _ => Stage::Working,
        }
    }

    /// Whether the register may still stop it: the terminal has told no result, receipt or end.
    pub(super) fn can_stop(&self) -> bool {
        self.stage() == Stage::Working && !self.told && !self.ending
    }

    /// The rest of a receipt has no place to go.
    pub(super) fn drop_prints(&mut self) {
        self.queue.retain(|piece| !matches!(piece.kind, Kind::Print { .. }));
    }

    /// Everything that was to be sent is not.
    pub(super) fn drop_all(&mut self) {
        self.queue.clear();
        self.in_flight = None;
        self.again = None;
    }
}
