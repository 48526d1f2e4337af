//! What the terminal's display says: to whom, about which charge, and what it offers.
//!
//! The display is a value, not pixels. Its [`Belief`] is what the cashier and the customer are told;
//! the ledger may know better.

use crate::charge::Kind;
use crate::copies::NoSlip;
use crate::event::{Intent, Trouble};
use core::fmt;
use sim::{Fen, Key};
use wallet::ask::Wallet;

/// The display.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Screen {
    /// What it is about.
    pub face: Face,
    /// What is said of the last charge, and whose wish that was.
    pub verdict: Option<(Intent, Belief)>,
    /// What is wrong with the printer.
    pub trouble: Option<Trouble>,
    /// The newest charge whose slip can be printed again. The reprint key takes it first, and pressed again the one
    /// before: where there is one, the slip of every approved charge in the journal can be had, but for those that a
    /// flawed firmware has not kept.
    pub reprint: Option<Key>,
    /// Why the last charge has no customer's copy.
    pub no_slip: Option<NoSlip>,
    /// A charge of the open batch whose record of approval is lost: it stands by its slip, and somebody has to look after it.
    pub look_after: Option<Key>,
}

/// What the display is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Face {
    /// Dark.
    Off,
    /// Ready for the next charge.
    Idle,
    /// A transaction is on its way.
    Working {
        /// Of what kind.
        kind: Kind,
        /// Through which wallet, where it is a wallet's.
        wallet: Option<Wallet>,
        /// How much.
        amount: Fen,
    },
    /// A code is shown.
    Code {
        /// How much.
        amount: Fen,
    },
    /// The customer is to show a payment code.
    WantsCode {
        /// How much.
        amount: Fen,
    },
    /// The customer is to say whether a receipt is wanted.
    WantsReceipt,
    /// What became of a charge is being found out.
    Asking,
    /// The terminal asks its host for keys.
    SigningOn,
    /// The batch is being settled.
    Settling,
    /// Nobody is logged on.
    LoggedOff,
}

/// What people are told about a charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Belief {
    /// Paid.
    Approved,
    /// Not paid.
    Declined,
    /// Not known: do not charge again, do not hand anything out.
    Unknown,
}

impl fmt::Display for Belief {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Approved => "approved",
            Self::Declined => "declined",
            Self::Unknown => "unknown",
        })
    }
}

impl Screen {
    /// A dark display.
    pub const OFF: Self = Self {
        face: Face::Off,
        verdict: None,
        trouble: None,
        reprint: None,
        no_slip: None,
        look_after: None,
    };
}

impl fmt::Display for Screen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.face {
            Face::Off => f.write_str("dark")?,
            Face::Idle => f.write_str("idle")?,
            Face::Working { kind: Kind::Sale, amount, .. } => write!(f, "working, {amount}")?,
            Face::Working { kind, amount, .. } => write!(f, "working on a {kind}, {amount}")?,
            Face::Code { amount } => write!(f, "code, {amount}")?,
            Face::WantsCode { amount } => write!(f, "wants a payment code, {amount}")?,
            Face::WantsReceipt => f.write_str("asks whether a receipt is wanted")?,
            Face::Asking => f.write_str("asking the acquirer")?,
            Face::SigningOn => f.write_str("signing on")?,
            Face::Settling => f.write_str("settling")?,
            Face::LoggedOff => f.write_str("nobody logged on")?,
        }
        if let Some((intent, belief)) = self.verdict {
            write!(f, "; {intent} {belief}")?;
        }
        if let Some(trouble) = self.trouble {
            write!(f, "; printer: {trouble}")?;
        }
        if let Some(why) = self.no_slip {
            write!(f, "; no customer copy: {why}")?;
        }
        if let Some(key) = self.look_after {
            write!(f, "; a record of {key} is lost")?;
        }
        if let Some(key) = self.reprint {
            write!(f, "; offers reprints, {key} first")?;
        }
        Ok(())
    }
}
