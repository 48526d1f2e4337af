//! What a terminal is told by people, and what it reports into the trace.
//!
//! [`Intent`] is the testbed's own knowledge of who wants to pay what; the firmware never decides by it,
//! it only hands it through, so that two charges for one intent can be told from two sales.

use crate::screen::Screen;
use core::fmt;
use sim::{Fen, Key, OrderNo};

/// One person's wish to pay once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Intent(pub u16);

impl fmt::Display for Intent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "wish {}", self.0 + 1)
    }
}

/// What is done to a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Poke {
    /// The supply goes.
    PowerOff,
    /// The supply comes back.
    PowerOn,
    /// The cashier keys in an amount and the customer taps a card.
    CardSale {
        /// Whose wish this is.
        intent: Intent,
        /// How much.
        amount: Fen,
    },
    /// The cashier keys in an amount and the terminal shows a code.
    ShowQr {
        /// Whose wish this is.
        intent: Intent,
        /// How much.
        amount: Fen,
    },
    /// A key.
    Press(Press),
}

/// A key of the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Press {
    /// Ends what is going on.
    Cancel,
    /// Prints the last slip again.
    Reprint,
    /// Confirms.
    Enter,
}

/// The copy of a slip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Copy {
    /// Stays with the merchant.
    Merchant,
    /// Goes with the customer.
    Customer,
}

impl fmt::Display for Copy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Merchant => "merchant",
            Self::Customer => "customer",
        })
    }
}

/// What the terminal asks its acquirer for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// A card charge.
    Sale,
    /// To undo a card charge.
    Reversal,
    /// A wallet order, to be shown as a code.
    Order,
    /// What became of an order.
    Query,
    /// To end an order that must not be paid any more.
    Close,
}

impl Request {
    /// The word by which link rules aim at this kind of message.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Sale => "sale",
            Self::Reversal => "reversal",
            Self::Order => "order",
            Self::Query => "query",
            Self::Close => "close",
        }
    }
}

/// What the acquirer's answer says about a charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChargeResult {
    /// The money is captured.
    Approved,
    /// It was refused.
    Declined,
    /// It was captured and is undone, or was never there.
    Undone,
}

/// What a durable journal record says of a charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noted {
    /// It is about to be sent: if nothing else follows, it must be reversed or asked after.
    Begun,
    /// Approved.
    Approved,
    /// Declined, closed, undone, or never sent.
    Ended,
    /// A copy of its slip is on paper.
    Printed(Copy),
}

/// What a terminal reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A new charge for an intent has got its number.
    Began {
        /// Whose wish this is.
        intent: Intent,
        /// Its number.
        key: Key,
        /// How much.
        amount: Fen,
    },
    /// A journal record is in flash.
    Durable {
        /// Of which charge.
        key: Key,
        /// What it says.
        noted: Noted,
    },
    /// A request leaves the terminal.
    Asked {
        /// What for.
        request: Request,
        /// About which charge.
        key: Key,
    },
    /// An authentic answer settled what became of a charge.
    Learned {
        /// Which charge.
        key: Key,
        /// What became of it.
        result: ChargeResult,
    },
    /// No answer came in time.
    GaveUp {
        /// On which charge.
        key: Key,
    },
    /// Nobody listens at the acquirer: the request did not leave.
    Unreached {
        /// Of which charge.
        key: Key,
    },
    /// An answer was not believed.
    Disbelieved {
        /// Why.
        why: &'static str,
    },
    /// A new wish was turned away because an older charge is still open.
    Busy {
        /// Whose wish.
        intent: Intent,
    },
    /// The code of an order is on the screen.
    CodeShown {
        /// Which order.
        order: OrderNo,
    },
    /// The screen changed.
    Shows(Screen),
    /// A slip is being sent to the printer.
    Printing {
        /// For which charge.
        key: Key,
        /// Which copy.
        copy: Copy,
        /// Whether it is marked as a reprint.
        reprint: bool,
    },
    /// The printer said that a slip is on paper, or the firmware believes so without asking.
    Printed {
        /// For which charge.
        key: Key,
        /// Which copy.
        copy: Copy,
    },
    /// The printer does not print.
    PrinterTrouble {
        /// What it says.
        trouble: Trouble,
    },
    /// A held receipt is pulled back into the machine.
    PullsBack {
        /// For which charge.
        key: Key,
    },
    /// The supply is gone, and with it all that was only in memory.
    PowerLost,
    /// The firmware is up again and has read its journal.
    Booted,
}

/// Why the printer does not print, as far as its replies say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The paper has ended.
    PaperEnd,
    /// The cover is open.
    CoverOpen,
    /// It is offline with an error.
    Error,
    /// It is offline and does not say why.
    Offline,
    /// It does not answer.
    Silent,
    /// It says that it is well, and does not finish.
    Stuck,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PaperEnd => "paper end",
            Self::CoverOpen => "cover open",
            Self::Error => "error",
            Self::Offline => "offline",
            Self::Silent => "no answer",
            Self::Stuck => "does not finish",
        })
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Began { intent, key, amount } => {
                write!(f, "begins {key}, {amount}, for {intent}")
            }
            Self::Durable { key, noted } => match noted {
                Noted::Begun => write!(f, "journal: {key} begun"),
                Noted::Approved => write!(f, "journal: {key} approved"),
                Noted::Ended => write!(f, "journal: {key} ended"),
                Noted::Printed(copy) => write!(f, "journal: {key} {copy} copy printed"),
            },
            Self::Asked { request, key } => write!(f, "asks: {} {key}", request.word()),
            Self::Learned { key, result } => match result {
                ChargeResult::Approved => write!(f, "learns that {key} is approved"),
                ChargeResult::Declined => write!(f, "learns that {key} is declined"),
                ChargeResult::Undone => write!(f, "learns that {key} does not stand"),
            },
            Self::GaveUp { key } => write!(f, "gives up waiting for {key}"),
            Self::Unreached { key } => write!(f, "finds nobody to ask about {key}"),
            Self::Disbelieved { why } => write!(f, "disbelieves an answer: {why}"),
            Self::Busy { intent } => write!(f, "turns {intent} away: an older charge is open"),
            Self::CodeShown { order } => write!(f, "shows the code of {order}"),
            Self::Shows(screen) => write!(f, "shows: {screen}"),
            Self::Printing { key, copy, reprint: false } => write!(f, "prints the {copy} copy of {key}"),
            Self::Printing { key, copy, reprint: true } => write!(f, "reprints the {copy} copy of {key}"),
            Self::Printed { key, copy } => write!(f, "takes the {copy} copy of {key} as printed"),
            Self::PrinterTrouble { trouble } => write!(f, "sees the printer in trouble: {trouble}"),
            Self::PullsBack { key } => write!(f, "pulls back the receipt of {key}"),
            Self::PowerLost => write!(f, "loses power"),
            Self::Booted => write!(f, "is up"),
        }
    }
}
