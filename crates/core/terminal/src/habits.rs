//! Firmware habits: every knob that a firmware has, with the words that it can stand at and what each means.
//!
//! Declared once. The struct, the words of profile files, their JSON Schema and the table in `docs/TERMINALS.md` are
//! made from here. The first word of a knob is the sound one, and its sentence says why it is sound.
//!
//! Sources: money-safety invariants of card and wallet schemes, and firmware that was seen to break them.
//! *Not modelled:* habits that depend on each other; every knob can be turned alone.

use crate::knobs::{habit, knobs};

knobs! {
    /// What a firmware does when things go wrong.
    pub struct Habits {
        /// When a wallet receipt is printed.
        pub prints: Prints = "prints",
        /// What it makes of silence after a charge was sent.
        pub silence: Silence = "silence",
        /// Which card charges are reversed when nobody knows whether they stand.
        pub reversals: Reversals = "reversals",
        /// Where a reversal waits until it is answered.
        pub reversal_store: Store = "reversal-store",
        /// Where the last trace number is kept.
        pub number_store: Store = "number-store",
        /// Whether it reads the printer's status while it prints.
        pub printer_status: PrinterStatus = "printer-status",
        /// What the cancel key does while a charge is open.
        pub cancel: Cancel = "cancel",
        /// What ends a reversal.
        pub reversal_ends: ReversalEnds = "reversal-ends",
        /// Whether the last slip can be printed again from the idle screen.
        pub reprint: Reprint = "reprint",
        /// What it does with a charge whose slip cannot be printed.
        pub unprinted: Unprinted = "unprinted",
        /// Which card replies it takes for the answer to what it asked.
        pub replies: Replies = "card-replies",
        /// What the next charge finds while a reversal is pending.
        pub pending: Pending = "pending-reversal",
        /// What it makes of a notification.
        pub notices: Notices = "notices",
        /// What it makes of a host that says that it is in trouble.
        pub trouble: HostTrouble = "host-trouble",
        /// Whether it looks up what a void, a refund or a completion is about before it asks.
        pub originals: Originals = "originals",
        /// What it does when the host says that keys or batch differ.
        pub rekeys: Rekeys = "rekeys",
        /// How often it tells the host what cannot be reversed.
        pub advices: Advices = "advices",
        /// What it does when the host's totals are others.
        pub differences: Differences = "differences",
        /// Where it is kept that a batch is being settled.
        pub settlement_store: Store = "settlement-store",
        /// What becomes of slips that wait for the printer when another function prints.
        pub waiting_slips: WaitingSlips = "waiting-slips",
        /// What it makes of a customer who is typing the password.
        pub paying: Paying = "password-entry",
        /// What it makes of a payment by payment code that is refused.
        pub refusals: Refusals = "wallet-refusals",
        /// What it makes of a code that the scanner sends while a payment is open.
        pub reads: Reads = "scanner-reads",
        /// How long it is after the answer to a voucher.
        pub uploading: Uploading = "uploading",
        /// What becomes of a customer's copy that a setting switches off.
        pub switched_off: SwitchedOff = "switched-off-copies",
        /// What it means that nobody says whether a receipt is wanted.
        pub no_answer: NoAnswer = "receipt-prompt",
        /// What it makes of a payment through a wallet that its table lacks.
        pub unlisted: Unlisted = "unlisted-wallets",
        /// How it learns what has become of a code that it shows.
        pub polls: Polls = "polls",
        /// What restarts it when it hangs.
        pub watchdog: Watchdog = "watchdog",
        /// What a start makes of what was open.
        pub restart: Restart = "restart",
        /// What it makes of records that are not as they were written.
        pub records: Records = "records",
        /// When a receipt is handed out that the presenter holds.
        pub hands_out: HandsOut = "hands-out",
    }
}

habit! {
    /// When a wallet receipt is printed.
    pub enum Prints {
        /// After the acquirer has said that the order is paid: paper cannot be taken back from a customer.
        AfterTheResult = "after-the-result",
        /// At once, held in the presenter: looks faster; pulled back when no result comes.
        BeforeTheResult = "before-the-result",
    }
}

habit! {
    /// What silence means.
    pub enum Silence {
        /// Unknown: reverse a card charge, ask after an order. Only the acquirer knows.
        Unknown = "unknown",
        /// "It did not work": charge again under a new number.
        ChargeAgain = "charge-again",
        /// Declined.
        Declined = "declined",
        /// Unknown for a card charge, which is reversed; a wallet order is on no list of what can be reversed, and is
        /// declined.
        UnknownForCards = "unknown-for-cards",
        /// Approved: the customer is waiting.
        Approved = "approved",
    }
}

habit! {
    /// Which doubtful card charges are reversed.
    pub enum Reversals {
        /// Every one: what may have been committed is undone, and undoing what never was costs nothing.
        EveryDoubt = "every-doubt",
        /// Not one whose trace number the journal has as approved, of whichever batch: numbers come round again.
        UnlessItsNumberSucceeded = "unless-its-number-succeeded",
    }
}

habit! {
    /// Where something is remembered.
    pub enum Store {
        /// In flash, before it is used: a power cut forgets nothing.
        Flash = "flash",
        /// In memory.
        Memory = "memory",
    }
}

habit! {
    /// Whether the printer's status is read.
    pub enum PrinterStatus {
        /// Before, during and after each slip; a slip counts when the printer says that it is on paper.
        Watched = "watched",
        /// Never: bytes sent are a slip printed.
        Ignored = "ignored",
    }
}

habit! {
    /// What the cancel key does while a charge is open.
    pub enum Cancel {
        /// Reverses or closes the charge, and shows the answer: a cancelled charge may have been committed.
        UndoesTheCharge = "undoes-the-charge",
        /// Goes back to the idle screen and forgets the charge.
        ForgetsTheCharge = "forgets-the-charge",
    }
}

habit! {
    /// What ends a reversal.
    pub enum ReversalEnds {
        /// Any answer that says that the original does not stand: done (00), already done or unknown (25). Whoever wants
        /// more asks for ever.
        WhenNothingStands = "when-nothing-stands",
        /// Only "done" (00): after a lost answer the host says "already done" for ever.
        OnlyWhenDone = "only-when-done",
    }
}

habit! {
    /// Whether the last slip can be printed again.
    pub enum Reprint {
        /// Offered on the idle screen, for the last approved charge, and marked: paper gets lost, and a payment has one
        /// receipt.
        Offered = "offered",
        /// Not offered.
        Missing = "missing",
        /// Offered, and printed like the first: one payment, two receipts.
        Unmarked = "unmarked",
    }
}

habit! {
    /// What happens to a charge whose slip cannot be printed.
    pub enum Unprinted {
        /// It stands: no slip is not no payment, and a slip can be printed later.
        Stands = "stands",
        /// It is reversed.
        Reversed = "reversed",
    }
}

habit! {
    /// Which card replies count.
    pub enum Replies {
        /// Only one that answers the open request: same kind, trace number, amount, terminal and merchant. A late
        /// one of an older request says nothing about this one.
        OfTheOpenRequest = "of-the-open-request",
        /// Whatever comes while a request is open.
        Any = "any",
    }
}

habit! {
    /// What the next charge finds while a reversal is pending.
    pub enum Pending {
        /// It is turned away until the reversal is answered: there may be money to give back.
        Blocks = "blocks",
        /// It takes the reversal's only place, and the reversal is gone.
        GivesWay = "gives-way",
    }
}

habit! {
    /// What a notification is.
    pub enum Notices {
        /// If its signature holds, a reason to ask: the answer to the terminal's own question is what it books.
        AskedAfter = "asked-after",
        /// The truth, signed or not.
        Believed = "believed",
        /// If its signature holds, a reason to ask; over another amount, a payment that has failed.
        AmountDecides = "amount-decides",
        /// If its signature holds, a reason to ask; about an order of the journal, a payment of it, whenever it comes.
        BookedWheneverItComes = "booked-whenever-it-comes",
    }
}

habit! {
    /// What the reply of a host in trouble means: "error", "system fault", "issuer not reachable".
    pub enum HostTrouble {
        /// Unknown: the trouble may have come after the commit. Reversing what never was costs nothing.
        Doubted = "doubted",
        /// Declined.
        Declined = "declined",
    }
}

habit! {
    /// Whether a void, a refund or a completion is checked against the journal.
    pub enum Originals {
        /// It is: what is ended already, or more than is left, is not asked for. Not every host says no.
        Checked = "checked",
        /// The host will know.
        Unchecked = "unchecked",
    }
}

habit! {
    /// What happens when the host says that keys or batch differ.
    pub enum Rekeys {
        /// The terminal signs on, as soon as nothing else waits for an answer: until then every message is refused.
        WhenTold = "when-told",
        /// Nothing: somebody will sign on by hand some day.
        Never = "never",
    }
}

habit! {
    /// How often a refund or an advice is told.
    pub enum Advices {
        /// Until the host has answered: nobody else knows of it, and it cannot be reversed.
        UntilAnswered = "until-answered",
        /// Once, and silence is taken for done.
        Once = "once",
    }
}

habit! {
    /// What follows when the totals of a settlement differ.
    pub enum Differences {
        /// Every detail is uploaded before the batch is closed: only with them can the difference be found.
        Uploaded = "uploaded",
        /// Nothing: an answer is an answer, and what it says of the totals is not read.
        Unread = "unread",
    }
}

habit! {
    /// What becomes of slips that wait for the printer.
    pub enum WaitingSlips {
        /// They stand in a queue: whoever paid first is owed the first slip.
        StandInAQueue = "stand-in-a-queue",
        /// What another function prints takes their place.
        GiveWay = "give-way",
    }
}

habit! {
    /// What it means that the customer is typing the password.
    pub enum Paying {
        /// Neither yes nor no: the order is asked after, and undone when it is not paid in time.
        AskedAfter = "asked-after",
        /// "It did not work": the customer is to show another code.
        ChargedAgain = "charged-again",
    }
}

habit! {
    /// What it means that a payment by payment code is refused.
    pub enum Refusals {
        /// A reason to ask: a refusal names no order, and may be the late one of an older.
        AskedAfter = "asked-after",
        /// That this one is not paid.
        Final = "final",
    }
}

habit! {
    /// What a code is that the scanner sends while a payment is open.
    pub enum Reads {
        /// Nothing: a payment has one code, and a code pays once.
        OnceEach = "once-each",
        /// Another try: the open payment is given up for it.
        EveryOne = "every-one",
    }
}

habit! {
    /// When a voucher is done with.
    pub enum Uploading {
        /// When the back office has said a last word about it: what it has not said may not have arrived.
        UntilAnswered = "until-answered",
        /// When it was sent.
        Once = "once",
    }
}

habit! {
    /// What becomes of a customer's copy that a setting switches off.
    pub enum SwitchedOff {
        /// It is not printed, the screen says why, and the reprint key prints it: the paper is the shop's to save, the
        /// receipt is the customer's. To refuse the setting would keep a shop from selling until somebody came to put
        /// it right.
        Said = "said",
        /// It is not printed, whichever key is pressed, and nobody is told: the setting is looked at where slips are made.
        Silent = "silent",
        /// It is printed for the shop, which keeps its own by pulling it back into the bin.
        PulledBack = "pulled-back",
    }
}

habit! {
    /// What it means that nobody says whether a receipt is wanted.
    pub enum NoAnswer {
        /// Nothing, so it is printed: a slip too many harms nobody. One that was not wanted can still be had.
        Prints = "prints",
        /// No; and no receipt is kept that was not wanted.
        IsNo = "is-no",
    }
}

habit! {
    /// What a payment through a wallet is that the table lacks.
    pub enum Unlisted {
        /// A payment: what the acquirer has signed of the terminal's own order counts, and a notification of it is a
        /// reason to ask. The table says how the wallet is called, and not whether money has moved.
        Counts = "counts",
        /// None: a row that is not there is "not paid".
        IsNotPaid = "is-not-paid",
    }
}

habit! {
    /// How often an order is asked after while its code is shown.
    pub enum Polls {
        /// Every few seconds: a notification may be late, or never come.
        EveryFewSeconds = "every-few-seconds",
        /// Never: the platform will tell.
        Never = "never",
    }
}

habit! {
    /// What restarts a firmware that hangs.
    pub enum Watchdog {
        /// A watchdog: to people, a screen that stands still is a terminal that is busy.
        Restarts = "restarts",
        /// Nothing, until somebody pulls the plug.
        Missing = "missing",
    }
}

habit! {
    /// What a start makes of what was open.
    pub enum Restart {
        /// It goes on: an open charge may have been committed, and a slip that is not on paper is owed.
        TakesUp = "takes-up",
        /// It begins anew: open charges are over, no slip is owed, the presenter is cleared.
        BeginsAnew = "begins-anew",
    }
}

habit! {
    /// What it means that a record of the journal is not as it was written.
    pub enum Records {
        /// Its check says so, and it is read from the other bank. What neither has is left out: its charge counts as
        /// open, and is asked after.
        Checked = "checked",
        /// Nothing: what is read was written.
        Unchecked = "unchecked",
        /// That the journal is broken: it is formatted at the next start.
        FormattedWhenWrong = "formatted-when-wrong",
    }
}

habit! {
    /// When a receipt is handed out that the presenter holds.
    pub enum HandsOut {
        /// Once it is on paper: it was paid before it was printed.
        WhatIsPrinted = "what-is-printed",
        /// If the journal still says what stands on it; otherwise it is pulled back.
        WhatTheJournalStillSays = "what-the-journal-still-says",
    }
}

impl Silence {
    /// What it makes of silence about a card.
    pub(crate) const fn about_cards(self) -> Self {
        match self {
            Self::UnknownForCards => Self::Unknown,
            other => other,
        }
    }
}
