//! What is still to be told, and how often it was tried: the part of the books that a restart must not forget.
//!
//! Source: WeChat Pay and Alipay, "Notifications": a notice keeps its number through all repetitions.
//! *Not modelled:* notices that were taken or given up; they are forgotten, the events tell of them.

use crate::orders::DialectWords;
use crate::short::Short;
use core::fmt;
use serde::{Deserialize, Serialize};
use sim::{OrderNo, SimTime};
use std::collections::{BTreeMap, BTreeSet};
use wallet::exchange::Dialect;
use wallet::moment::WallTime;

/// All notices that are owed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notices {
    owed: BTreeMap<NoticeId, Owed>,
    by_due: BTreeSet<(SimTime, NoticeId)>,
    made: u64,
}

/// The number of a notice in the books, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NoticeId(pub u64);

/// A notice that is owed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owed {
    /// What it is about, and to whom.
    pub about: About,
    /// What the platform calls it, in every repetition: `notify_id`, `id`.
    pub name: Short<40>,
    /// Attempts so far.
    pub attempts: u8,
    /// When the next attempt is due; after the last one, when it is given up.
    pub due: SimTime,
}

/// What a notice is about, and to whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// About which order.
    pub order: OrderNo,
    /// About what of it.
    pub what: What,
    /// In which dialect.
    #[serde(with = "DialectWords")]
    pub dialect: Dialect,
    /// Where to.
    pub url: String,
}

/// What of an order a notice tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum What {
    /// That it was paid.
    Payment,
    /// That money went back.
    Refund {
        /// Which refund of the order book.
        serial: u32,
    },
}

/// One fact about the notices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NoticeChange {
    /// Something is to be told.
    Owed {
        /// The notice's number.
        id: NoticeId,
        /// What, and to whom.
        about: About,
        /// What the platform calls it.
        name: Short<40>,
        /// When first.
        due: SimTime,
    },
    /// It was tried.
    Attempted {
        /// Which.
        id: NoticeId,
        /// When the next attempt is due; after the last one, when it is given up.
        next: SimTime,
    },
    /// The merchant has taken it.
    Taken {
        /// Which.
        id: NoticeId,
    },
    /// It was tried often enough.
    GivenUp {
        /// Which.
        id: NoticeId,
    },
}

impl Notices {
    /// A notice that is owed.
    #[must_use]
    pub fn owed(&self, id: NoticeId) -> Option<&Owed> {
        self.owed.get(&id)
    }

    /// All that is owed.
    pub fn iter(&self) -> impl Iterator<Item = (NoticeId, &Owed)> {
        self.owed.iter().map(|(id, owed)| (*id, owed))
    }

    /// The number of the next notice.
    pub(crate) const fn next_id(&self) -> NoticeId {
        NoticeId(self.made + 1)
    }

    /// What has an attempt to come, by when.
    pub(super) fn by_due(&self) -> impl Iterator<Item = (SimTime, (NoticeId, &Owed))> {
        self.by_due.iter().filter_map(|(at, id)| Some((*at, (*id, self.owed.get(id)?))))
    }

    /// Makes a change.
    pub(crate) fn apply(&mut self, change: &NoticeChange) {
        match change {
            NoticeChange::Owed { id, about, name, due } => {
                self.made = self.made.max(id.0);
                self.by_due.insert((*due, *id));
                let owed = Owed { about: about.clone(), name: *name, attempts: 0, due: *due };
                self.owed.insert(*id, owed);
            }
            NoticeChange::Attempted { id, next } => {
                let Some(owed) = self.owed.get_mut(id) else { return };
                owed.attempts = owed.attempts.saturating_add(1);
                self.by_due.remove(&(owed.due, *id));
                owed.due = *next;
                self.by_due.insert((*next, *id));
            }
            NoticeChange::Taken { id } | NoticeChange::GivenUp { id } => {
                if let Some(owed) = self.owed.remove(id) {
                    self.by_due.remove(&(owed.due, *id));
                }
            }
        }
    }
}

impl NoticeId {
    /// What the platform calls the notice.
    pub(crate) fn name(self, dialect: Dialect, at: WallTime) -> Short<40> {
        match dialect {
            Dialect::WeChatV2 | Dialect::WeChatV3 => {
                Short::of(format_args!("EV-{}{:07}", at.compact(), self.0))
            }
            Dialect::AlipayGateway | Dialect::AlipayV3 => {
                Short::of(format_args!("{}00222{:021}", at.day().compact(), self.0))
            }
        }
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Payment => f.write_str("notification"),
            Self::Refund { serial } => write!(f, "notification of refund {serial}"),
        }
    }
}

impl About {
    pub(crate) const fn new(order: OrderNo, what: What, dialect: Dialect, url: String) -> Self {
        Self { order, what, dialect, url }
    }
}
