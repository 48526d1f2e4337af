//! What is done to a back office, and what it reports into the trace.

use crate::books::Standing;
use crate::release::Formats;
use core::fmt;
use core::time::Duration;
use sim::{Fen, Key, OrderNo, SimTime};
use voucher::{Kind, Number, Reason};

/// What people do to a back office.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Poke {
    /// The supply goes.
    PowerOff,
    /// The supply comes back.
    PowerOn,
    /// Somebody looks for a voucher.
    Query(Lookup),
    /// Somebody comes with a voucher, or with what they remember of it.
    Redeem(Lookup),
    /// A service goes into maintenance.
    Close(Service),
    /// It is back.
    Reopen(Service),
    /// A service takes no more than this from now on; none is no limit.
    RateLimit(Service, Option<Limit>),
    /// A release is installed that reads these formats: [`Formats::TWO`] is the upgrade that leaves old vouchers
    /// unread, [`Formats::ALL`] the migration that reads them again.
    Upgrade(Formats),
    /// Payments from this moment on need a voucher of format 2.
    RuleFrom(SimTime),
    /// Somebody goes through the books: every voucher that can be read is reported.
    Inspect,
}

/// What people look for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// The voucher of this number.
    Number(Number),
    /// The vouchers of this charge that took money.
    Charge(Key),
    /// The paper is gone: what took this amount near this moment.
    AmountAndTime {
        /// How much.
        amount: Fen,
        /// About when.
        around: SimTime,
        /// How far that may be off.
        within: Duration,
    },
}

/// What a back office does for others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Service {
    /// Takes vouchers.
    Uploads,
    /// Finds them.
    Queries,
    /// Redeems them.
    Redemptions,
}

/// So many in so long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// How many.
    pub times: u32,
    /// In how long.
    pub within: Duration,
}

/// What a back office reports. Of what it has decided, it speaks when that is on its disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A voucher has come that can be read. Nothing is decided yet.
    Received {
        /// Which.
        number: Number,
        /// Of which charge.
        key: Key,
    },
    /// A voucher is in safe keeping.
    Accepted {
        /// Which.
        number: Number,
        /// Of which charge.
        key: Key,
        /// What was done.
        kind: Kind,
        /// How much.
        amount: Fen,
        /// In which format.
        format: u32,
    },
    /// A voucher that is there has come again: the terminal has not heard the answer, or somebody replays it. Nothing
    /// has changed.
    Repeated {
        /// Which.
        number: Number,
        /// Of which charge.
        key: Key,
    },
    /// The slip of a voucher was printed again.
    Reprinted {
        /// Which.
        number: Number,
        /// Of which charge.
        key: Key,
        /// How often by now.
        reprints: u16,
    },
    /// An authentic document that cannot be read is kept as it came.
    SetAside {
        /// What it says of its format.
        format: u32,
    },
    /// A document that cannot be read is lost.
    Dropped {
        /// What it says of its format.
        format: u32,
    },
    /// A voucher is not taken: forged, altered, foreign, against a rule, or a second one of its charge.
    Refused {
        /// Which, as far as it can be read.
        number: Option<Number>,
        /// Of which charge, as far as it can be read.
        key: Option<Key>,
        /// Why.
        reason: Reason,
    },
    /// An upload was turned away before anybody looked at it: 404 for another path, 429 limited, 503 in maintenance.
    TurnedAway {
        /// The HTTP status.
        status: u16,
    },
    /// The acquirer is being asked about a voucher.
    Asked {
        /// Which.
        number: Number,
        /// Of which charge.
        key: Key,
    },
    /// The acquirer's books say the same as a voucher.
    Verified {
        /// Which.
        number: Number,
        /// Of which charge.
        key: Key,
    },
    /// Nothing is known yet; it will be asked again.
    VerifyDelayed {
        /// Which.
        number: Number,
        /// Of which charge.
        key: Key,
        /// Why.
        why: Delay,
    },
    /// The acquirer's books say something else than a voucher.
    VerifyFailed {
        /// Which.
        number: Number,
        /// Of which charge.
        key: Key,
        /// What.
        why: VerifyFailure,
    },
    /// A notice was authentic, or is believed without.
    NoticeBelieved {
        /// About which order.
        order: OrderNo,
        /// How much it says.
        amount: Fen,
        /// Whether it says that it was paid.
        paid: bool,
    },
    /// An authentic notice says what an earlier one has said. Nothing has changed.
    NoticeRepeated {
        /// About which order.
        order: OrderNo,
    },
    /// A notice was not believed.
    NoticeDisbelieved {
        /// Why.
        why: &'static str,
    },
    /// A query has found a voucher.
    Found {
        /// Which.
        number: Number,
        /// Of which charge.
        key: Key,
        /// How much.
        amount: Fen,
        /// Where it stands.
        standing: Standing,
    },
    /// A query has found nothing.
    NotFound {
        /// What was looked for.
        lookup: Lookup,
    },
    /// A query was not answered.
    QueryRefused {
        /// What was looked for.
        lookup: Lookup,
        /// Why.
        why: QueryRefusal,
    },
    /// A voucher was redeemed.
    Redeemed {
        /// Which.
        number: Number,
        /// Of which charge.
        key: Key,
        /// How much of it is left after refunds.
        amount: Fen,
    },
    /// A voucher was not redeemed.
    RedeemRefused {
        /// What somebody came with.
        lookup: Lookup,
        /// Why.
        why: RedeemRefusal,
    },
    /// A release was installed.
    Installed {
        /// How many vouchers it can read.
        read: usize,
        /// How many documents it cannot.
        unread: usize,
    },
    /// Somebody goes through the books, and finds this voucher there.
    Holds {
        /// Which.
        number: Number,
        /// Of which charge.
        key: Key,
        /// What was done.
        kind: Kind,
        /// How much.
        amount: Fen,
        /// How often it is counted; 1 unless repeats are.
        copies: u32,
        /// Where it stands.
        standing: Standing,
    },
    /// A question could not be asked, or its answer was not believed.
    Disbelieved {
        /// Why.
        why: &'static str,
    },
    /// The supply is gone, and with it all that was only in memory.
    PowerLost,
    /// It is up again and has read its journal.
    Booted {
        /// How many vouchers it has.
        vouchers: usize,
    },
}

/// Why nothing is known yet of a voucher's money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delay {
    /// No answer in time.
    Silent,
    /// Nobody listens.
    Unreached,
    /// An answer that says nothing, or that cannot be believed.
    NoAnswer,
    /// The payment is not there yet.
    UnderWay,
}

/// What the acquirer's books say that the voucher does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VerifyFailure {
    /// There is no such money.
    NotCaptured,
    /// There is, with this amount.
    Amount(Fen),
    /// They say nothing, and that is taken for no.
    Silence,
}

/// Why a query was not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueryRefusal {
    /// Maintenance.
    Closed,
    /// Too many.
    Limited,
    /// Nothing was found, but so many documents wait to be read.
    CannotTell {
        /// How many.
        unread: usize,
    },
}

/// Why a voucher was not redeemed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RedeemRefusal {
    /// Maintenance.
    Closed,
    /// Too many.
    Limited,
    /// There is none.
    NotFound,
    /// None was found, but so many documents wait to be read.
    CannotTell {
        /// How many.
        unread: usize,
    },
    /// What was said fits several.
    Ambiguous,
    /// It says nothing of money taken.
    NoPayment,
    /// Nobody knows yet whether the money was captured.
    Unverified,
    /// It was not.
    Failed(VerifyFailure),
    /// The money has gone back.
    GivenBack,
    /// It was redeemed before.
    AlreadyRedeemed {
        /// When.
        at: SimTime,
    },
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Received { number, key } => write!(f, "receives voucher {number} of {key}"),
            Self::Accepted { number, key, kind, amount, format } => {
                write!(f, "accepts voucher {number}: {kind} {key}, {amount}, format {format}")
            }
            Self::Repeated { number, key } => write!(f, "has voucher {number} of {key} already"),
            Self::Reprinted { number, reprints, .. } => {
                write!(f, "notes that the slip of {number} was printed again, {reprints} times by now")
            }
            Self::SetAside { format } => write!(f, "sets a document of format {format} aside"),
            Self::Dropped { format } => write!(f, "loses a document of format {format}"),
            Self::Refused { number: Some(number), reason, .. } => {
                write!(f, "refuses voucher {number}: {reason}")
            }
            Self::Refused { number: None, reason, .. } => write!(f, "refuses an upload: {reason}"),
            Self::TurnedAway { status } => write!(f, "turns an upload away with HTTP {status}"),
            Self::Asked { number, key } => write!(f, "asks the acquirer about {key}, voucher {number}"),
            Self::Verified { number, key } => write!(f, "finds {key} as voucher {number} says"),
            Self::VerifyDelayed { key, why, .. } => write!(f, "knows nothing of {key} yet: {why}"),
            Self::VerifyFailed { number, key, why } => {
                write!(f, "finds {key} not as voucher {number} says: {why}")
            }
            Self::NoticeBelieved { order, amount, paid: true } => {
                write!(f, "is told that {order} was paid, {amount}")
            }
            Self::NoticeBelieved { order, paid: false, .. } => write!(f, "is told that {order} was not paid"),
            Self::NoticeRepeated { order } => write!(f, "is told again of {order}"),
            Self::NoticeDisbelieved { why } => write!(f, "disbelieves a notice: {why}"),
            Self::Found { number, key, amount, standing } => {
                write!(f, "finds voucher {number} of {key}, {amount}: {standing}")
            }
            Self::NotFound { lookup } => write!(f, "finds nothing for {lookup}"),
            Self::QueryRefused { lookup, why } => write!(f, "does not look for {lookup}: {why}"),
            Self::Redeemed { number, key, amount } => {
                write!(f, "redeems voucher {number} of {key}, {amount}")
            }
            Self::RedeemRefused { lookup, why } => write!(f, "does not redeem {lookup}: {why}"),
            Self::Installed { read, unread } => {
                write!(f, "has a new release, which reads {read} vouchers and not {unread}")
            }
            Self::Holds { number, key, kind, amount, copies: 1, standing } => {
                write!(f, "holds voucher {number}: {kind} {key}, {amount}, {standing}")
            }
            Self::Holds { number, key, kind, amount, copies, standing } => {
                write!(f, "holds voucher {number} {copies} times: {kind} {key}, {amount}, {standing}")
            }
            Self::Disbelieved { why } => write!(f, "disbelieves an answer: {why}"),
            Self::PowerLost => write!(f, "loses power"),
            Self::Booted { vouchers } => write!(f, "is up with {vouchers} vouchers"),
        }
    }
}

impl fmt::Display for Lookup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "voucher {number}"),
            Self::Charge(key) => write!(f, "{key}"),
            Self::AmountAndTime { amount, around, within } => {
                write!(f, "{amount} at {around}, give or take {} s", within.as_secs())
            }
        }
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unverified => f.write_str("not verified yet"),
            Self::Verified => f.write_str("verified"),
            Self::GivenBack => f.write_str("given back"),
            Self::Failed(why) => write!(f, "false: {why}"),
            Self::Redeemed(at) => write!(f, "redeemed at {at}"),
        }
    }
}

impl fmt::Display for Delay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Silent => "no answer in time",
            Self::Unreached => "nobody listens",
            Self::NoAnswer => "the answer says nothing",
            Self::UnderWay => "it is not there yet",
        })
    }
}

impl fmt::Display for VerifyFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotCaptured => f.write_str("nothing was captured"),
            Self::Amount(amount) => write!(f, "{amount} was captured"),
            Self::Silence => f.write_str("no answer in time"),
        }
    }
}

impl fmt::Display for QueryRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed => f.write_str("in maintenance"),
            Self::Limited => f.write_str("too many queries"),
            Self::CannotTell { unread } => write!(f, "{unread} documents wait to be read"),
        }
    }
}

impl fmt::Display for RedeemRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed => f.write_str("in maintenance"),
            Self::Limited => f.write_str("too many redemptions"),
            Self::NotFound => f.write_str("there is none"),
            Self::CannotTell { unread } => write!(f, "{unread} documents wait to be read"),
            Self::Ambiguous => f.write_str("that fits several"),
            Self::NoPayment => f.write_str("it says nothing of money taken"),
            Self::Unverified => f.write_str("not verified yet"),
            Self::Failed(why) => write!(f, "{why}"),
            Self::GivenBack => f.write_str("the money has gone back"),
            Self::AlreadyRedeemed { at } => write!(f, "redeemed before, at {at}"),
        }
    }
}
