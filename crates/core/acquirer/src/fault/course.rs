//! What the faults make of one exchange, on either side of its commit.
//!
//! Whoever drives a platform follows it: the core damages content and says what it is told to say, the driver holds,
//! loses, delays, repeats, cuts and slows. *Not modelled:* several answers that are held back at once; the newest one
//! stays behind.

use super::{Content, Deed};
use crate::short::Code;
use core::time::Duration;
use sim::Stream;

/// The course of one exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Course {
    /// Before the commit, on top of the usual.
    pub hold: Duration,
    /// Whether the request gets as far as the commit.
    pub request: RequestFate,
    /// What is said instead of what was decided.
    pub says: Option<Code>,
    /// What is said instead leaves the books as they are.
    pub without_commit: bool,
    /// It is said when the request is received: nobody has looked at it.
    pub is_at_once: bool,
    /// Whether and how the answer leaves.
    pub answer: AnswerFate,
    /// In what state it leaves.
    pub content: Content,
    /// What the host settles by.
    pub totals: Totals,
}

/// What a card host says when it has too much to do. To a gateway it is no word of its own, which means the same.
const BUSY: &str = "96";

/// What the host settles by, against its own ledger: files between systems lose lines, and repeat them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Totals {
    /// Every transaction of the batch, once.
    #[default]
    Right,
    /// All but the last one.
    MissTheLast,
    /// The last one twice.
    CountTheLastTwice,
}

impl Totals {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Right => "totals-right",
            Self::MissTheLast => "totals-miss-the-last",
            Self::CountTheLastTwice => "totals-count-the-last-twice",
        }
    }
}

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestFate {
    /// It is decided.
    Taken,
    /// It is read and forgotten.
    Lost,
}

/// What becomes of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerFate {
    /// It leaves.
    Sent,
    /// It does not.
    Lost,
    /// It leaves later.
    Late(Duration),
    /// It leaves, and again after a while.
    Twice(Duration),
    /// It leaves in front of the next answer.
    IntoNext,
    /// The connection ends behind so many bytes of it.
    Cut {
        /// Bytes that leave.
        after_bytes: u16,
        /// By a reset.
        reset: bool,
    },
    /// It leaves byte by byte.
    Slow {
        /// From one to the next.
        byte_time: Duration,
    },
}

impl Course {
    /// Nothing is wrong.
    pub const CLEAR: Self = Self {
        hold: Duration::ZERO,
        request: RequestFate::Taken,
        says: None,
        without_commit: false,
        is_at_once: false,
        answer: AnswerFate::Sent,
        content: Content::Whole,
        totals: Totals::Right,
    };

    /// There is too much to do: it is refused at once and unlooked at, whatever a fault would have it say.
    #[must_use]
    pub fn refused_as_busy(self) -> Self {
        Self { says: Some(Code::new(BUSY)), without_commit: true, is_at_once: true, ..self }
    }

    /// Adds what one fault does, where nothing has been said yet. Spans of holding add up.
    pub(super) fn add(&mut self, deed: &Deed, dice: &mut Stream) {
        match deed {
            Deed::LoseRequest => self.request = RequestFate::Lost,
            Deed::Hold(latency) => self.hold = self.hold.saturating_add(latency.draw(dice)),
            Deed::Says { code, commits } if self.says.is_none() => {
                self.says = Some(*code);
                self.without_commit = !commits;
            }
            Deed::Says { .. } => {}
            Deed::LoseAnswer => self.settle(AnswerFate::Lost),
            Deed::LateAnswer(latency) => self.settle(AnswerFate::Late(latency.draw(dice))),
            Deed::RepeatAnswer(after) => self.settle(AnswerFate::Twice(*after)),
            Deed::AnswerIntoNext => self.settle(AnswerFate::IntoNext),
            Deed::CutAnswer { after_bytes, reset } => {
                self.settle(AnswerFate::Cut { after_bytes: *after_bytes, reset: *reset });
            }
            Deed::SlowAnswer { byte_time } => self.settle(AnswerFate::Slow { byte_time: *byte_time }),
            Deed::Damage(content) if self.content == Content::Whole => self.content = *content,
            Deed::Damage(_) => {}
            Deed::Totals(totals) if self.totals == Totals::Right => self.totals = *totals,
            Deed::Totals(_) => {}
            // It is no part of an exchange.
            Deed::Notice(_) => {}
        }
    }

    fn settle(&mut self, fate: AnswerFate) {
        if self.answer == AnswerFate::Sent {
            self.answer = fate;
        }
    }
}
