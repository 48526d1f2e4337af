//! What a terminal is told by people, and what it reports into the trace.
//!
//! [`Intent`] is the testbed's own knowledge of who wants to pay what; the firmware never decides by it,
//! it only hands it through, so that two charges for one intent can be told from two sales.

use crate::charge::Kind;
use crate::copies::NoSlip;
use crate::damage::{Amiss, FlashPoke};
use crate::journal::Totals;
use crate::parameters::Keyed;
use crate::scanner::{Barcode, ScannerPoke, Shown};
use crate::screen::Screen;
use core::fmt;
use sim::{Fen, Key, OrderNo};
use wallet::ask::Wallet;

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
    /// The firmware stops.
    Hang,
    /// Something is done to the journal.
    Flash(FlashPoke),
    /// The cashier picks a function and keys in an amount; the customer taps a card or looks at a code.
    Charge(Wish),
    /// The same, where the cashier picks a wallet other than WeChat Pay.
    ChargeBy(Wish, Wallet),
    /// A key.
    Press(Press),
    /// The cashier keys in the number on a slip, and asks for that slip again.
    Reprint(Key),
    /// The cashier has the batch settled.
    Settle,
    /// The cashier has the terminal sign on: fresh keys, and the host's batch number.
    SignOn,
    /// An operator logs on.
    LogOn {
        /// Operator number, 0 to 99.
        operator: u8,
    },
    /// The operator logs off.
    LogOff,
    /// Somebody keys in parameters, wrong ones or right ones. The address for notifications is of the next orders; the
    /// printer's line stays as it is.
    KeyIn(&'static Keyed),
    /// A customer holds a code in front of the scanner.
    Shows(Shown),
    /// Something is done to the scanner.
    Scanner(ScannerPoke),
    /// From now on, until it is said again or the power goes, a cash register prints these instead of the terminal.
    RegisterPrints {
        /// The slips of charges.
        slips: bool,
        /// The totals of batches.
        totals: bool,
    },
    /// A cash register has put this copy of a slip on paper.
    RegisterPrinted(Key, Copy),
}

/// What somebody wants to have done with money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wish {
    /// Whose wish this is.
    pub intent: Intent,
    /// What is to be done.
    pub kind: Kind,
    /// How much, as it is keyed in. A void takes its original's.
    pub amount: Fen,
    /// The number on the slip that it is about, as it is keyed in.
    pub original: Option<Key>,
}

impl Wish {
    /// Somebody wants to pay.
    #[must_use]
    pub const fn pay(intent: Intent, kind: Kind, amount: Fen) -> Self {
        Self { intent, kind, amount, original: None }
    }
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
    /// Goes to the merchant's bank.
    Bank,
}

impl fmt::Display for Copy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Merchant => "merchant",
            Self::Customer => "customer",
            Self::Bank => "bank",
        })
    }
}

/// What the terminal asks its acquirer for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// To do something with money.
    Charge(Kind),
    /// To undo a card charge.
    Reversal,
    /// What became of an order.
    Query,
    /// To end an order that must not be paid any more.
    Close,
    /// To undo an order that was to be paid by payment code.
    Reverse,
    /// What became of a refund of an order.
    RefundQuery,
    /// To make an order whose code nobody sees: it uses up the number of one that the gateway does not know.
    Bar,
}

impl Request {
    /// The word by which link rules aim at this kind of message.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            // A hold in a wallet is made, asked after and let go as an order is.
            Self::Charge(Kind::WalletHold) => Kind::Order.word(),
            Self::Charge(Kind::WalletHoldVoid) => Kind::OrderRefund.word(),
            Self::Charge(kind) => kind.word(),
            Self::Reversal => "reversal",
            Self::Query => "query",
            Self::Close => "close",
            Self::Reverse => "reverse",
            Self::RefundQuery => "refund-query",
            Self::Bar => "order",
        }
    }
}

/// What the terminal asks its host for on its own behalf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Errand {
    /// Fresh keys and the batch number.
    SignOn,
    /// To compare what the batch amounts to.
    Settlement {
        /// Which batch.
        batch: u32,
        /// What it amounts to.
        totals: Totals,
    },
    /// To take the details of the batch.
    Upload {
        /// How many transactions.
        details: usize,
    },
    /// To close the batch: all details have been sent.
    UploadEnd,
}

impl Errand {
    /// The word by which link rules aim at this kind of message.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::SignOn => "sign-on",
            Self::Settlement { .. } => "settlement",
            Self::Upload { .. } | Self::UploadEnd => "upload",
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
    /// It is going to be undone: the first reverse may leave.
    Undoing,
    /// A copy of its slip is on paper.
    Printed(Copy),
    /// The customer's copy is on paper once more, marked.
    Reprinted,
    /// The back office has said the last word about its voucher.
    Vouched,
    /// The customer's copy is not printed unless somebody asks for it.
    NotWanted,
}

impl fmt::Display for Noted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Begun => "begun",
            Self::Approved => "approved",
            Self::Ended => "ended",
            Self::Undoing => "is to be undone",
            Self::Printed(copy) => return write!(f, "{copy} copy printed"),
            Self::Reprinted => "printed again",
            Self::Vouched => "vouched for",
            Self::NotWanted => "customer copy not wanted",
        })
    }
}

/// What a terminal reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A new charge for an intent has got its number.
    Began {
        /// Whose wish this is.
        intent: Intent,
        /// What is to be done.
        kind: Kind,
        /// Its number.
        key: Key,
        /// How much.
        amount: Fen,
        /// What it is about.
        original: Option<Key>,
    },
    /// A wish cannot be fulfilled, and nothing has left the terminal.
    Refused {
        /// Whose wish.
        intent: Intent,
        /// Why.
        why: &'static str,
    },
    /// The terminal asks its host for something on its own behalf.
    Runs(Errand),
    /// The terminal has fresh keys, and this batch is open.
    SignedOn {
        /// Which batch.
        batch: u32,
    },
    /// The host will not, or nobody has answered: it is tried again, or left to people.
    Failed {
        /// What.
        errand: &'static str,
        /// Why.
        why: &'static str,
    },
    /// A batch is closed.
    BatchClosed {
        /// Which batch.
        batch: u32,
        /// Whether terminal and host amounted to the same.
        agreed: bool,
    },
    /// An operator has logged on, or the last one off.
    Operator(Option<u8>),
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
    /// The scanner's light is on: a payment code is wanted.
    WantsCode {
        /// For which charge.
        key: Key,
    },
    /// The scanner has read a payment code.
    CodeRead {
        /// For which charge.
        key: Key,
        /// What it has read. Its printed form shows the last four digits.
        code: Barcode,
    },
    /// The scanner has read something that is not used.
    CodeIgnored {
        /// Why.
        why: &'static str,
    },
    /// The screen changed.
    Shows(Screen),
    /// A slip is being sent to the printer.
    Printing {
        /// For which charge.
        key: Key,
        /// Which copy.
        copy: Copy,
        /// Over how much it is.
        amount: Fen,
        /// Whether it is marked as a reprint.
        reprint: bool,
    },
    /// The totals of a batch are being sent to the printer.
    PrintingTotals {
        /// Which batch.
        batch: u32,
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
    /// The terminal asks whether a receipt is wanted.
    AsksReceipt {
        /// Of which charge.
        key: Key,
    },
    /// The customer's copy of a slip is not printed, though it could be.
    NoSlip {
        /// Of which charge.
        key: Key,
        /// Why.
        why: NoSlip,
        /// Whether the screen says so and the reprint key gives it.
        kept: bool,
    },
    /// A voucher goes up to the back office.
    VoucherSent {
        /// Which.
        number: voucher::Number,
        /// Of which charge.
        key: Key,
    },
    /// The back office has said what it makes of it.
    VoucherAnswered {
        /// Which.
        number: voucher::Number,
        /// Of which charge.
        key: Key,
        /// What it says.
        outcome: voucher::Outcome,
    },
    /// There is no such word: it goes up again later.
    VoucherDelayed {
        /// Which.
        number: voucher::Number,
        /// Of which charge.
        key: Key,
        /// Why.
        why: &'static str,
    },
    /// The supply is gone, and with it all that was only in memory.
    PowerLost,
    /// The firmware has stopped: it hears nothing and says nothing.
    Hung,
    /// The watchdog restarts the firmware, and all that was only in memory is gone.
    Restarted,
    /// A record of the journal is not as it was written.
    Amiss(Amiss),
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
            Self::Began { intent, kind: Kind::Sale | Kind::Order, key, amount, .. } => {
                write!(f, "begins {key}, {amount}, for {intent}")
            }
            Self::Began { intent, kind, key, amount, original: None } => {
                write!(f, "begins {kind} {key}, {amount}, for {intent}")
            }
            Self::Began { intent, kind, key, amount, original: Some(original) } => {
                write!(f, "begins {kind} {key} of {original}, {amount}, for {intent}")
            }
            Self::Refused { intent, why } => write!(f, "refuses {intent}: {why}"),
            Self::Runs(errand) => errand.fmt(f),
            Self::SignedOn { batch } => write!(f, "has fresh keys, batch {batch:06} is open"),
            Self::Failed { errand, why } => write!(f, "fails at the {errand}: {why}"),
            Self::BatchClosed { batch, agreed: true } => write!(f, "closes batch {batch:06}, totals agree"),
            Self::BatchClosed { batch, agreed: false } => {
                write!(f, "closes batch {batch:06}, totals differed and all details are uploaded")
            }
            Self::Operator(Some(operator)) => write!(f, "has operator {operator:02} logged on"),
            Self::Operator(None) => write!(f, "has nobody logged on"),
            Self::PrintingTotals { batch } => write!(f, "prints the totals of batch {batch:06}"),
            Self::Durable { key, noted } => write!(f, "journal: {key} {noted}"),
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
            Self::WantsCode { key } => write!(f, "wants a payment code for {key}"),
            Self::CodeRead { key, code } => write!(f, "reads the payment code {code} for {key}"),
            Self::CodeIgnored { why } => write!(f, "ignores what the scanner has read: {why}"),
            Self::Shows(screen) => write!(f, "shows: {screen}"),
            Self::Printing { key, copy, reprint: false, .. } => write!(f, "prints the {copy} copy of {key}"),
            Self::Printing { key, copy, reprint: true, .. } => write!(f, "reprints the {copy} copy of {key}"),
            Self::Printed { key, copy } => write!(f, "takes the {copy} copy of {key} as printed"),
            Self::PrinterTrouble { trouble } => write!(f, "sees the printer in trouble: {trouble}"),
            Self::PullsBack { key } => write!(f, "pulls back the receipt of {key}"),
            Self::AsksReceipt { key } => write!(f, "asks whether a receipt of {key} is wanted"),
            Self::NoSlip { key, why, kept: true } => {
                write!(f, "prints no customer copy of {key}: {why}; it can be had")
            }
            Self::NoSlip { key, why, kept: false } => write!(f, "prints no customer copy of {key}: {why}"),
            Self::VoucherSent { number, key } => write!(f, "uploads voucher {number} of {key}"),
            Self::VoucherAnswered { number, outcome, .. } => {
                write!(f, "hears that voucher {number} is {outcome}")
            }
            Self::VoucherDelayed { number, why, .. } => {
                write!(f, "will upload voucher {number} again: {why}")
            }
            Self::PowerLost => write!(f, "loses power"),
            Self::Hung => write!(f, "hangs"),
            Self::Restarted => write!(f, "is restarted by its watchdog"),
            Self::Amiss(amiss) => amiss.fmt(f),
            Self::Booted => write!(f, "is up"),
        }
    }
}

impl fmt::Display for Errand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SignOn => f.write_str("signs on"),
            Self::Settlement { batch, totals } => write!(f, "settles batch {batch:06}: {totals}"),
            Self::Upload { details } => write!(f, "uploads {details} details"),
            Self::UploadEnd => f.write_str("says that all details are uploaded"),
        }
    }
}
