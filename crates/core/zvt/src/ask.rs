//! What a session wants of the terminal that it belongs to, and what that tells it, in no protocol's words.
//!
//! Source: ZVT interface PA00P015 revision 13.08, chapters 2, 2.2.6, 2.2.8 and 4.
//! *Not modelled:* payment by card data that the register sends along, bonus points, tips, goods groups.

use crate::bcd::{Amount, ClockTime, Date, ReceiptNo, TraceNo};
use crate::code::{Intermediate, ResultCode, TerminalStatus};
use crate::outcome::Outcome;
use crate::receipt::Receipt;
use crate::registration::Printing;

/// What the register wants, or what became of what it was told.
///
/// From [`Ask::Pay`] to [`Ask::Status`] each begins something, which the terminal ends by [`Tell::Done`] or
/// [`Tell::Failed`] and, where it is said, by others. The next one comes after that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Take this payment.
    Pay {
        /// How much.
        amount: Amount,
        /// Bits of the kind of payment, as they came.
        payment_type: Option<u8>,
    },
    /// Hold this amount, or as much as is usual for the card.
    Reserve {
        /// How much.
        amount: Option<Amount>,
        /// Bits of the kind of payment, as they came.
        payment_type: Option<u8>,
    },
    /// Give a part of a held amount free, and take the rest.
    ReleasePart {
        /// Which hold.
        receipt_no: ReceiptNo,
        /// How much was not used up.
        unused: Amount,
        /// The transaction's number, if it came.
        trace_no: Option<TraceNo>,
    },
    /// Take so much of a held amount, or all of it.
    Book {
        /// Which hold.
        receipt_no: ReceiptNo,
        /// How much was used up.
        used: Option<Amount>,
        /// The transaction's number, if it came.
        trace_no: Option<TraceNo>,
    },
    /// Give a held amount free.
    Release {
        /// Which hold.
        receipt_no: ReceiptNo,
    },
    /// Which holds are open: ends with [`Tell::OpenReservations`].
    ListReservations,
    /// Give a payment back.
    Reverse {
        /// Which.
        receipt_no: ReceiptNo,
        /// How much it was, if the register knows.
        amount: Option<Amount>,
    },
    /// Give money to a card.
    Refund {
        /// How much.
        amount: Amount,
    },
    /// Settle with the host.
    EndOfDay,
    /// Tell the totals, and leave them.
    Totals,
    /// Tell or print the last receipt of a payment or an end of day once more. What is not wanted may be told, and is
    /// passed over.
    RepeatReceipt {
        /// Tell its result.
        result: bool,
        /// Print it.
        print: bool,
    },
    /// Talk to the host.
    Diagnose {
        /// Which diagnosis, as it came.
        kind: Option<u8>,
    },
    /// Begin anew with the host.
    Initialise,
    /// Print how the terminal is set up.
    PrintConfiguration,
    /// How is the terminal: ends with [`Tell::State`].
    Status,

    /// Stop what was begun, if that is still possible; it then ends with [`Tell::Failed`]. With nothing begun, let go of
    /// a card that is still held.
    Abort,
    /// The goods were not issued: give the payment back, then end with [`Tell::Failed`]. Receipts that were told and not
    /// sent are gone.
    UndoLast {
        /// What the register said.
        code: ResultCode,
    },
    /// Only a part of the goods was issued: take no more than this.
    Reduce {
        /// What was issued is worth so much.
        issued: Amount,
    },
    /// The register has the result: it is final now, where the receipt is not the terminal's to send.
    Taken,
    /// The register has a whole receipt.
    Printed,
    /// The register cannot print; the rest of the receipt was not sent. Keep it for [`Ask::RepeatReceipt`].
    NotPrinted {
        /// What the register said.
        code: ResultCode,
    },
    /// The register has gone in the middle. What was begun goes on without it, and still ends with [`Tell::Done`] or
    /// [`Tell::Failed`] unless it was told already. Whether a payment is then given back is the terminal's choice: by
    /// chapter 2.2.8 it is, by the later chapter 4 it is not, since the register can ask for the last receipt.
    Lost {
        /// How far it had come.
        during: Stage,
    },
    /// The register knows that it is over.
    Ended,
    /// A register is here now.
    Registered {
        /// Who prints receipts of payments.
        payments: Printing,
        /// Who prints all others.
        administration: Printing,
    },
    /// The register has logged off.
    LoggedOff,
    /// Close the connection; not asked on a serial line.
    HangUp,
}

/// How far something had come when the register was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// The register has no result.
    Working,
    /// A result was sent, and nobody knows whether it arrived.
    Result,
    /// The register has the result, and not the whole receipt.
    Receipt,
    /// The register has all of it but the end.
    Completion,
}

/// What a terminal tells its session. What cannot be meant in the moment is passed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tell {
    /// This is being done. Sent when the register wants to hear it.
    Working {
        /// What.
        status: Intermediate,
        /// For so many minutes the register shall wait from now on, 1 to 99.
        minutes: Option<u8>,
    },
    /// This is how it ended. A currency is only sent to who named one.
    Result(Box<Outcome>),
    /// This is to be printed. Sent when the register prints such receipts from the terminal's lines; see
    /// [`crate::Session::printing`] for who prints the others.
    Receipt(Receipt),
    /// It is this late. Sent to who permits it.
    Clock {
        /// The day.
        date: Date,
        /// The moment of it.
        time: ClockTime,
    },
    /// The terminal is like this. Ends [`Ask::Status`].
    State(TerminalStatus),
    /// These holds are open. Ends [`Ask::ListReservations`].
    OpenReservations(Vec<ReceiptNo>),
    /// It is over, and was done.
    Done,
    /// It is over, and was not.
    Failed(ResultCode),
}
