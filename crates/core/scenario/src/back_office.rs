//! What a scenario says of the back office: its habits, who comes to its counter, and what goes wrong there.
//!
//! A back office takes part in a scenario that speaks of it, and in no other. The profiles are those of the back
//! office's own table; a test of the runner holds the two together. *Not modelled:* two counters, staff.

use crate::vocabulary::vocabulary;
use core::time::Duration;
use sim::{Fen, SimTime};

/// The names of the back office's profiles. `reference` is sound; every other has one bad habit.
pub const BACK_OFFICE_PROFILES: &[&str] = &[
    "reference",
    "believes-uploads",
    "silence-is-no",
    "ignores-seals",
    "redeems-again",
    "believes-notices",
    "loses-old-formats",
    "refuses-old-formats",
    "rules-by-arrival",
    "answers-first",
    "counts-repeats",
];

/// What each of them does, in the same order.
pub const BACK_OFFICE_PROFILE_SENTENCES: &[&str] = &[
    "sound",
    "takes every voucher for true without asking the acquirer",
    "takes a voucher for false when its acquirer does not answer in time",
    "takes vouchers that nobody has sealed, or somebody else",
    "redeems a voucher as often as somebody comes with it",
    "takes a voucher for true when a notice says so, signed or not",
    "loses what it cannot read after an upgrade, and says that it has it",
    "refuses what it cannot read after an upgrade, though it was paid before",
    "turns vouchers away by a rule that is younger than their payment",
    "says that it has a voucher before it is on the disk",
    "takes a voucher that is sent again for another one",
];

vocabulary! {
    /// What a back office does for others.
    Service {
        Uploads = "uploads", "It takes vouchers.";
        Queries = "queries", "It finds them.";
        Redemptions = "redemptions", "It redeems them.";
    }
}

vocabulary! {
    /// What somebody at the counter knows of a payment.
    KnownBy {
        Number = "number", "The number on the slip.";
        AmountAndTime = "amount-and-time", "The slip is gone: how much it was, and about when.";
    }
}

/// Somebody comes to the counter with a voucher, or with what they remember of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visit {
    /// Whether it is to be redeemed, or only looked for.
    pub redeems: bool,
    /// The index of the step whose payment it is about.
    pub of: usize,
    /// What they know of it.
    pub known_by: KnownBy,
}

/// Something that happens to the back office.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BackOfficeFault {
    /// A service is in maintenance.
    Closed {
        /// Which.
        service: Service,
        /// For how long; nothing means until the faults heal.
        lasts: Option<Duration>,
    },
    /// A service takes no more than so many in so long.
    Limited {
        /// Which.
        service: Service,
        /// How many.
        times: u32,
        /// In how long.
        within: Duration,
        /// For how long; nothing means until the faults heal.
        lasts: Option<Duration>,
    },
    /// A release is installed that reads the new format alone, until the old vouchers are migrated.
    Upgraded {
        /// For how long; nothing means until the faults heal.
        lasts: Option<Duration>,
    },
    /// Payments from this moment on need the new format. That does not heal.
    RuleFrom(SimTime),
    /// Its supply fails.
    PowerCut {
        /// For how long; nothing means until the faults heal.
        lasts: Option<Duration>,
    },
    /// Somebody without the key uploads a voucher of the newest charge, over this amount.
    Forged {
        /// How much it says.
        amount: Fen,
    },
}
