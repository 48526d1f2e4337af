//! The closed sets of words of scenario files. Each word has one spelling and one sentence that says
//! what it means; checks, completion in editors and reports all take both from here.
//!
//! Sources: the catalogue of symptoms; "Scenario and rig files" and "Words" of the design.
//! *Not here:* causes and laws, which have files of their own because they are long.

/// Declares an enum whose variants are words of the language: `Variant = "word", "what it says";`.
macro_rules! vocabulary {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $word:literal, $says:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $(#[doc = concat!("`", $word, "`: ", $says)] $variant,)+
        }

        impl $name {
            /// Every word, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Every spelling, in the same order.
            pub const NAMES: &'static [&'static str] = &[$($word,)+];

            /// Every sentence, in the same order.
            pub const SENTENCES: &'static [&'static str] = &[$($says,)+];

            /// How it is written in a file.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// What it means, in one sentence.
            #[must_use]
            pub const fn says(self) -> &'static str {
                match self { $(Self::$variant => $says,)+ }
            }

            /// The word with this spelling.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|word| word.name() == name)
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.pad(self.name())
            }
        }
    };
}
pub(crate) use vocabulary;

/// The names of the terminal's firmware profiles. `reference` is sound; every other has one bad habit.
pub const TERMINAL_PROFILES: &[&str] = &[
    "reference",
    "kiosk",
    "kiosk-prints-first",
    "naive-repeat",
    "forgetful",
    "silence-is-declined",
    "silence-is-approved",
    "cancel-forgets",
    "ignores-printer",
    "never-gives-up",
    "no-slip-no-sale",
    "takes-any-reply",
    "one-reversal-slot",
    "believes-notices",
    "other-amount-is-declined",
    "busy-is-declined",
    "never-rekeys",
    "tells-once",
    "totals-always-agree",
    "forgets-settlement",
    "kiosk-prints-once",
    "one-slip-slot",
    "password-is-charged-again",
    "refusal-is-final",
    "every-read-charges",
    "books-every-notice",
    "uploads-once",
    "reprints-unmarked",
    "unlisted-is-unpaid",
    "waits-for-notices",
    "kiosk-unlisted-is-unpaid",
];

/// What each terminal profile does, in the same order.
pub const TERMINAL_PROFILE_SENTENCES: &[&str] = &[
    "sound: asks before it decides, keeps what it must not forget, watches its printer",
    "sound, with a presenter",
    "prints before it knows, waits for the notification alone, pulls the receipt back on silence",
    "charges again under a new number when it hears nothing",
    "keeps reversals and trace numbers in memory",
    "shows a declined payment when it hears nothing",
    "shows and prints an approved payment when it hears nothing",
    "the cancel key forgets the open charge",
    "never asks the printer and offers no reprint",
    "repeats a reversal until the host says done, which it says only once",
    "reverses a captured payment when its slip cannot be printed",
    "takes whatever card reply comes for the answer to what it asked last",
    "has room for one pending reversal, and the next charge takes it",
    "books what a notification says, signed or not, without asking",
    "takes a notification over another amount for a payment that has failed",
    "takes a host that says that it is in trouble for one that has declined",
    "does not sign on when the host says that keys or batch differ",
    "tells a refund or an advice once, and takes silence for done",
    "does not read what the host says of the totals, and closes the batch",
    "keeps in memory that a batch is being settled",
    "has a presenter, and no way to print a receipt again",
    "has room for the slips of one function, and the next one takes it",
    "asks for another code while the customer is typing the password for the first",
    "takes the refusal of a payment code for one of the open payment, whosever it is",
    "gives an open payment up for whatever code the scanner sends next",
    "books a payment whenever a notification of it comes, refunded since or not",
    "sends a voucher once and forgets it, whatever the back office says",
    "prints a slip again without saying that it is a reprint",
    "takes a payment through a wallet that its table lacks for no payment",
    "waits for the notification alone, and forgets the order or the hold when it does not come in time",
    "prints before it knows, and pulls the receipt back when its table lacks the wallet that has paid",
];

/// The names of the printer profiles.
pub const PRINTER_PROFILES: &[&str] = &["desk-80", "desk-80-180", "kiosk-80", "slip-58"];

/// What each printer profile is, in the same order.
pub const PRINTER_PROFILE_SENTENCES: &[&str] = &[
    "a counter printer: 80 mm paper, 203 dpi, a cutter, the slip lies in its mouth",
    "a counter printer of 180 dpi: 80 mm paper, 512 dots, a cutter",
    "a kiosk printer: 80 mm paper, a cutter, a presenter that holds slips and pulls them back",
    "the printer of a small terminal: 58 mm paper, 384 dots, a weak supply, no cutter",
];

vocabulary! {
    /// What the merchant sees: the five symptoms of the catalogue.
    Symptom {
        ReceiptRetracted = "receipt-retracted", "The payment goes through, and the printed receipt is pulled back.";
        VoucherUnusable = "voucher-unusable", "Paid, but the voucher cannot be queried, verified or redeemed, or the slip is lost.";
        PreauthNotPrinted = "preauth-not-printed", "The pre-authorisation is held, and no slip comes out.";
        ScannedNoReceipt = "scanned-no-receipt", "A code was scanned, nothing printed, and nobody knows whether the customer has paid.";
        PaidNoReceipt = "paid-no-receipt", "The wallet paid, and the receipt is missing, blank, late or was never handed over.";
    }
}

vocabulary! {
    /// A point on a link at which a fault can act: who speaks, and what passes there.
    LinkPoint {
        TerminalAsks = "terminal.asks", "A request of the terminal, on its way to the acquirer.";
        AcquirerAnswers = "acquirer.answers", "The acquirer's answer, on its way to the terminal.";
        AcquirerNotifies = "acquirer.notifies", "The acquirer's own notification of a wallet payment.";
        TerminalAcknowledges = "terminal.acknowledges", "The terminal's acknowledgement of a notification.";
        TerminalPrints = "terminal.prints", "Print data, on its way to the printer.";
        PrinterReplies = "printer.replies", "The printer's status, on its way to the terminal.";
        PrinterLink = "printer.link", "Both directions between terminal and printer.";
        AcquirerLink = "acquirer.link", "Both directions between terminal and acquirer.";
        TerminalUploads = "terminal.uploads", "A voucher, on its way to the back office.";
        BackOfficeAnswers = "backoffice.answers", "The back office's word about a voucher, on its way to the terminal.";
        BackOfficeAsks = "backoffice.asks", "A question of the back office, on its way to the acquirer.";
        AcquirerFinds = "acquirer.finds", "The acquirer's answer to the back office.";
        AcquirerInforms = "acquirer.informs", "The acquirer's notification, on its way to the back office.";
        BackOfficeLink = "backoffice.link", "Both directions between terminal and back office.";
    }
}

vocabulary! {
    /// The kind of a message between terminal and acquirer; it narrows a link fault.
    MessageKind {
        Sale = "sale", "A card sale.";
        Reversal = "reversal", "The reversal of a card sale whose result is unknown.";
        QrSale = "qr-sale", "A payment by a code that the terminal has scanned from the payer's phone.";
        OfflineSale = "offline-sale", "A card sale that the terminal has approved itself.";
        Void = "void", "Takes a card sale of the same batch and day back.";
        Refund = "refund", "Gives a part of an earlier card payment back, or all of it.";
        Balance = "balance", "The question what a card has to spend.";
        PreAuth = "preauth", "A pre-authorisation: money is held.";
        PreAuthVoid = "preauth-void", "Lets held money go.";
        Completion = "completion", "Takes what was held.";
        CompletionVoid = "completion-void", "Gives what was taken back into the hold.";
        Script = "script", "What the chip has made of the issuer's script.";
        SignOn = "sign-on", "The terminal asks for its working keys.";
        SignOut = "sign-out", "The terminal ends its day.";
        Echo = "echo", "The question whether anybody is there.";
        Parameters = "parameters", "Parameters and keys of card organisations.";
        Settlement = "settlement", "The totals of a batch.";
        Upload = "upload", "The details of a batch.";
        Order = "order", "A new wallet order, which becomes the QR code.";
        Query = "query", "The question what has become of a wallet order.";
        Close = "close", "The request to close a wallet order.";
        Pay = "pay", "A wallet order that is paid by the payer's code.";
        Reverse = "reverse", "Takes a wallet order back.";
        RefundOrder = "refund-order", "Gives a part of a wallet order back, or all of it.";
        RefundQuery = "refund-query", "The question what has become of a refund of a wallet order.";
        Bill = "bill", "The request for the wallet's bill of a day.";
        Keys = "keys", "The request for the wallet platform's certificates or keys.";
        Notification = "notification", "The acquirer's notification that a wallet order is paid.";
    }
}

vocabulary! {
    /// Something that happens in a run and that a step or fault can wait for.
    Event {
        TerminalAsks = "terminal.asks", "The terminal has sent a request to the acquirer.";
        AcquirerReceives = "acquirer.receives", "The acquirer has received a request.";
        AcquirerCommits = "acquirer.commits", "The acquirer has written the result into its ledger.";
        AcquirerAnswers = "acquirer.answers", "The acquirer has sent its answer.";
        AcquirerNotifies = "acquirer.notifies", "The acquirer has sent a notification.";
        TerminalApproves = "terminal.approves", "The terminal shows that a payment is approved.";
        TerminalDeclines = "terminal.declines", "The terminal shows that a payment is declined.";
        TerminalGivesUp = "terminal.gives-up", "The terminal has stopped waiting and shows that the result is unknown.";
        TerminalReverses = "terminal.reverses", "The terminal has sent a reversal, or the reverse of a wallet order.";
        PrinterPrints = "printer.prints", "The printer has begun to print a receipt.";
        PrinterCuts = "printer.cuts", "The printer has cut a receipt.";
        PrinterPresents = "printer.presents", "The printer's presenter holds a receipt out to the customer.";
        PrinterRetracts = "printer.retracts", "The printer's presenter has pulled a receipt back.";
        PrinterOffline = "printer.offline", "The printer has gone offline.";
        CustomerTakes = "customer.takes", "The customer has taken a receipt.";
        CustomerPays = "customer.pays", "The customer has paid a shown QR code.";
        TerminalUploads = "terminal.uploads", "The terminal has sent a voucher to the back office.";
        BackOfficeAccepts = "backoffice.accepts", "The back office has taken a voucher into safe keeping.";
        BackOfficeRefuses = "backoffice.refuses", "The back office has refused a voucher.";
        BackOfficeVerifies = "backoffice.verifies", "The back office knows that a voucher is true.";
        BackOfficeRedeems = "backoffice.redeems", "The back office has redeemed a voucher.";
    }
}

vocabulary! {
    /// The language of the terminal's screen and receipts.
    Language {
        Chinese = "zh", "Chinese.";
        English = "en", "English.";
    }
}

vocabulary! {
    /// The wallet whose QR code is shown.
    Wallet {
        Wechat = "wechat", "WeChat Pay.";
        Alipay = "alipay", "Alipay.";
    }
}

vocabulary! {
    /// A key of the terminal that the operator presses.
    Key {
        Cancel = "cancel", "Cancel what is going on.";
        Reprint = "reprint", "Print the last receipt again.";
        Enter = "enter", "Confirm, or go on.";
    }
}

vocabulary! {
    /// What an operator has the terminal do for the shop.
    OperatorAct {
        Settle = "settle", "Settle the batch: compare totals with the host and close it.";
        SignOn = "sign-on", "Sign on: fresh keys, and the host's batch number.";
        LogOff = "log-off", "Log off: nothing is sold until somebody logs on.";
    }
}

vocabulary! {
    /// How a hold becomes a payment.
    CompletionWay {
        Request = "request", "The host is asked, and the request is reversed when nobody answers.";
        Advice = "advice", "The host is told, again and again until it has answered.";
    }
}

vocabulary! {
    /// What a person does at the printer.
    PrinterAct {
        LoadPaper = "load-paper", "Put a new roll in and close the cover.";
        CloseCover = "close-cover", "Close the cover.";
        OpenCover = "open-cover", "Open the cover.";
        ClearJam = "clear-jam", "Take the obstruction and the crumpled paper out.";
        TakeReceipt = "take-receipt", "Take the receipt that is ready.";
    }
}

vocabulary! {
    /// A gear of the printer's feed train.
    Gear {
        Motor = "motor", "The pinion on the motor's shaft.";
        Idler = "idler", "The gear in between.";
        Platen = "platen", "The gear on the platen that pulls the paper.";
    }
}

vocabulary! {
    /// Whose supply a power cut hits.
    PowerTarget {
        Terminal = "terminal", "The terminal alone.";
        Printer = "printer", "The printer alone.";
        Both = "both", "Terminal and printer together.";
    }
}

vocabulary! {
    /// What the terminal's screen says at rest.
    ScreenWord {
        Approved = "approved", "The last payment is approved.";
        Declined = "declined", "The last payment is declined.";
        Unknown = "unknown", "The result of the last payment is unknown.";
        Idle = "idle", "Ready for the next payment; nothing is said of an earlier one.";
    }
}

vocabulary! {
    /// Whose copy a receipt says that it is.
    ReceiptCopy {
        Merchant = "merchant", "The merchant's copy.";
        Customer = "customer", "The customer's copy.";
        Bank = "bank", "The copy for the merchant's bank.";
        Totals = "totals", "No copy of a slip: the totals of a batch.";
        Unreadable = "unreadable", "Nobody can read whose copy it is.";
    }
}

vocabulary! {
    /// Where a receipt is when the run is over.
    Fate {
        Taken = "taken", "The customer or the cashier has it.";
        Retracted = "retracted", "The presenter pulled it back into the machine.";
        Left = "left", "It is cut and ready, and nobody took it.";
        Inside = "inside", "It never left the printer.";
        Torn = "torn", "It was torn off before it was whole.";
    }
}

#[cfg(test)]
mod tests {
    use super::{Event, LinkPoint, TERMINAL_PROFILES};

    #[test]
    fn a_word_is_found_by_its_spelling_alone() {
        for point in LinkPoint::ALL {
            assert_eq!(LinkPoint::from_name(point.name()), Some(*point));
        }
        assert_eq!(Event::from_name("printer.Prints"), None);
    }

    #[test]
    fn the_sound_firmware_comes_first() {
        assert_eq!(TERMINAL_PROFILES.first(), Some(&"reference"));
    }
}
