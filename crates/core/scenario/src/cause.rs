//! The causes: why a payment or its receipt goes wrong, as the catalogue has them.
//!
//! In the catalogue a cause carries the letter of its origin (`A-notification-lost`); in a file it is
//! written without it (`notification-lost`).

use crate::vocabulary::{Symptom, vocabulary};

vocabulary! {
    /// A cause of the catalogue, or `none` for a healthy run.
    Cause {
        None = "none", "Nothing is wrong: a healthy run.";
        GearWorn = "gear-worn", "Worn or missing teeth in the feed train.";
        Jam = "jam", "An obstruction in the paper path.";
        FeedStall = "feed-stall", "The paper pulls harder than the motor can feed.";
        Dust = "dust", "Dust on a sensor or in the paper path.";
        Ageing = "ageing", "Head and mechanism near the end of their life.";
        Head = "head", "Dead dots or a failed driver in the print head.";
        ModuleDead = "module-dead", "The print mechanism no longer answers its controller.";
        PaperOut = "paper-out", "The roll ends.";
        PaperWrong = "paper-wrong", "The roll is in the wrong way round, skewed or not over the lever.";
        Cable = "cable", "The printer's cable is cut, loose, noisy or wrongly configured.";
        Power = "power", "The printer's supply sags or fails.";
        Cutter = "cutter", "The blade does not reach home, and receipts stay joined.";
        Presenter = "presenter", "Nobody collects the receipt and the presenter retracts it, or its sensor is dirty.";
        Crash = "crash", "The firmware stops and is restarted.";
        PrintDisabled = "print-disabled", "A setting suppresses a copy or a slip.";
        PlatformUnknown = "platform-unknown", "The firmware's table lacks the wallet platform.";
        StaleVersion = "stale-version", "The host speaks a newer format than the firmware knows.";
        OutOfSync = "out-of-sync", "Approved at the host, unknown to the terminal, and nobody asks.";
        DataAltered = "data-altered", "A journal record is changed between approval and print.";
        SpoolerSlow = "spooler-slow", "The slip comes late, and the operator acts in between.";
        ParamsWrong = "params-wrong", "Wrong identifiers, keys, time-outs or addresses in the terminal.";
        Scanner = "scanner", "The scanner reads nothing, slowly or wrongly.";
        Cancel = "cancel", "The operator cancels after the host has committed.";
        WrongKey = "wrong-key", "A wrong key during a pre-authorisation.";
        NoReceiptChosen = "no-receipt-chosen", "The prompt for the receipt is declined or times out.";
        BadCode = "bad-code", "An expired, wrong or foreign code.";
        Rescan = "rescan", "The cashier scans again: a second charge for one intent.";
        BusyHands = "busy-hands", "Another function is started while the slip is pending.";
        NotTaken = "not-taken", "The receipt is printed and nobody takes it.";
        NoLogout = "no-logout", "A batch is left open or settlement is skipped.";
        Outage = "outage", "The link to the acquirer is down.";
        Unstable = "unstable", "Loss, jitter and resets on the link.";
        Slow = "slow", "Latency around the time-out.";
        NotificationLost = "notification-lost", "Committed, and the notification is dropped.";
        NotificationLate = "notification-late", "The notification comes after the terminal gave up.";
        NotificationTwice = "notification-twice", "The same notification comes again.";
        NotificationDisorder = "notification-disorder", "Notifications come in the wrong order.";
        NotificationForged = "notification-forged", "A notification with a bad signature or wrong contents.";
        FormatUnknown = "format-unknown", "Unknown fields, or an error page instead of an answer.";
        AnswerLost = "answer-lost", "Committed, and the answer is lost.";
        Busy = "busy", "The acquirer refuses, stalls or is under maintenance.";
        UserPaying = "user-paying", "The wallet waits for the customer's password.";
        QueryDown = "query-down", "The query fails while the payment stands.";
        Declined = "declined", "The payment is declined.";
        TotalsDiffer = "totals-differ", "Settlement totals differ by one transaction.";
        UploadLost = "upload-lost", "The voucher is lost or corrupted on its way.";
        VerifyTimeout = "verify-timeout", "Verification at the acquirer is slow or fails.";
        RedeemLimited = "redeem-limited", "Query or redemption is switched off or limited.";
        FormatNew = "format-new", "Old vouchers do not parse after an upgrade.";
        Tampered = "tampered", "A forged, altered or replayed voucher.";
        RuleChange = "rule-change", "Vouchers need another signature or field from a date on.";
        SlipLost = "slip-lost", "The paper is gone and is printed again.";
        Heat = "heat", "Ambient heat stops the head for a while.";
        Humidity = "humidity", "Corroded contacts and swollen paper.";
        PowerCut = "power-cut", "The mains fail, and come back.";
        Rush = "rush", "Many terminals at one acquirer.";
    }
}

vocabulary! {
    /// Where a cause comes from: the letter of its row in the catalogue.
    Origin {
        Printer = "P", "Printer and paper.";
        Terminal = "T", "Terminal software.";
        Scanner = "S", "Scanner.";
        Operator = "O", "Operator and customer.";
        Network = "N", "Network.";
        Acquirer = "A", "Acquirer and wallet platform.";
        BackOffice = "B", "Back office.";
        Environment = "E", "Environment.";
    }
}

impl Cause {
    /// Where it comes from; nothing for a healthy run.
    #[must_use]
    pub const fn origin(self) -> Option<Origin> {
        Some(match self {
            Self::None => return None,
            Self::GearWorn
            | Self::Jam
            | Self::FeedStall
            | Self::Dust
            | Self::Ageing
            | Self::Head
            | Self::ModuleDead
            | Self::PaperOut
            | Self::PaperWrong
            | Self::Cable
            | Self::Power
            | Self::Cutter
            | Self::Presenter => Origin::Printer,
            Self::Crash
            | Self::PrintDisabled
            | Self::PlatformUnknown
            | Self::StaleVersion
            | Self::OutOfSync
            | Self::DataAltered
            | Self::SpoolerSlow
            | Self::ParamsWrong => Origin::Terminal,
            Self::Scanner => Origin::Scanner,
            Self::Cancel
            | Self::WrongKey
            | Self::NoReceiptChosen
            | Self::BadCode
            | Self::Rescan
            | Self::BusyHands
            | Self::NotTaken
            | Self::NoLogout => Origin::Operator,
            Self::Outage | Self::Unstable | Self::Slow => Origin::Network,
            Self::NotificationLost
            | Self::NotificationLate
            | Self::NotificationTwice
            | Self::NotificationDisorder
            | Self::NotificationForged
            | Self::FormatUnknown
            | Self::AnswerLost
            | Self::Busy
            | Self::UserPaying
            | Self::QueryDown
            | Self::Declined
            | Self::TotalsDiffer => Origin::Acquirer,
            Self::UploadLost
            | Self::VerifyTimeout
            | Self::RedeemLimited
            | Self::FormatNew
            | Self::Tampered
            | Self::RuleChange
            | Self::SlipLost => Origin::BackOffice,
            Self::Heat | Self::Humidity | Self::PowerCut | Self::Rush => Origin::Environment,
        })
    }
}

impl Cause {
    /// The symptoms that the catalogue's table ties this cause to: what there should be scenarios for.
    #[must_use]
    pub const fn symptoms(self) -> &'static [Symptom] {
        use Symptom as S;
        match self {
            Self::None => &[],
            Self::GearWorn | Self::ParamsWrong | Self::NotificationLate => {
                &[S::ReceiptRetracted, S::PreauthNotPrinted, S::PaidNoReceipt]
            }
            Self::Jam | Self::Dust | Self::Cable | Self::PrintDisabled | Self::OutOfSync => {
                &[S::ReceiptRetracted, S::PreauthNotPrinted]
            }
            Self::FeedStall | Self::DataAltered | Self::Cancel => &[S::ReceiptRetracted],
            Self::Ageing => &[S::ReceiptRetracted, S::VoucherUnusable],
            Self::Head | Self::ModuleDead => &[S::PreauthNotPrinted, S::ScannedNoReceipt, S::PaidNoReceipt],
            Self::PaperOut | Self::Presenter | Self::PlatformUnknown => {
                &[S::ReceiptRetracted, S::PaidNoReceipt]
            }
            Self::PaperWrong | Self::Cutter | Self::SpoolerSlow => &[S::PaidNoReceipt],
            Self::Power | Self::WrongKey => &[S::PreauthNotPrinted, S::ScannedNoReceipt],
            Self::Crash | Self::AnswerLost => {
                &[S::ReceiptRetracted, S::PreauthNotPrinted, S::ScannedNoReceipt, S::PaidNoReceipt]
            }
            Self::StaleVersion | Self::FormatUnknown => {
                &[S::ReceiptRetracted, S::VoucherUnusable, S::ScannedNoReceipt, S::PaidNoReceipt]
            }
            Self::Scanner | Self::BadCode | Self::Declined => &[S::ScannedNoReceipt, S::PaidNoReceipt],
            Self::NoReceiptChosen
            | Self::Rescan
            | Self::UserPaying
            | Self::Heat
            | Self::Humidity
            | Self::PowerCut => &[S::ScannedNoReceipt],
            Self::BusyHands | Self::Rush => &[S::VoucherUnusable, S::ScannedNoReceipt],
            Self::NotTaken => &[S::ReceiptRetracted, S::VoucherUnusable, S::PaidNoReceipt],
            Self::NoLogout
            | Self::NotificationTwice
            | Self::NotificationDisorder
            | Self::NotificationForged
            | Self::QueryDown
            | Self::TotalsDiffer
            | Self::UploadLost
            | Self::VerifyTimeout
            | Self::RedeemLimited
            | Self::FormatNew
            | Self::Tampered
            | Self::RuleChange
            | Self::SlipLost => &[S::VoucherUnusable],
            Self::Outage | Self::Unstable | Self::Busy => Symptom::ALL,
            Self::Slow => &[S::VoucherUnusable, S::ScannedNoReceipt, S::PaidNoReceipt],
            Self::NotificationLost => &[S::ReceiptRetracted, S::VoucherUnusable, S::PreauthNotPrinted],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Cause, Origin};
    use crate::vocabulary::Symptom;
    use std::collections::BTreeSet;

    #[test]
    fn no_two_causes_share_a_spelling_without_their_letter() {
        let spellings: BTreeSet<_> = Cause::ALL.iter().map(|cause| cause.name()).collect();
        assert_eq!(spellings.len(), Cause::ALL.len());
    }

    #[test]
    fn the_catalogues_table_has_a_hundred_and_twelve_marks() {
        let column = |symptom| Cause::ALL.iter().filter(|cause| cause.symptoms().contains(&symptom)).count();
        let columns: Vec<usize> = Symptom::ALL.iter().map(|symptom| column(*symptom)).collect();
        assert_eq!(columns, [24, 24, 18, 23, 23]);
        assert!(Cause::ALL.iter().all(|cause| cause.symptoms().is_empty() == (*cause == Cause::None)));
    }

    #[test]
    fn a_cause_knows_its_letter() {
        assert_eq!(Cause::NotificationLost.origin(), Some(Origin::Acquirer));
        assert_eq!(Cause::PowerCut.origin().map(Origin::name), Some("E"));
        assert_eq!(Cause::None.origin(), None);
    }
}
