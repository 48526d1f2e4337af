//! Firmware profiles. A profile is a name, the habits of that firmware, and what is keyed in when it leaves the shelf.
//!
//! A flawed profile differs from [`REFERENCE`] in the habits that its `about` names. Each stands in a file of
//! `rigs/terminals` too, with where it was seen. *Not modelled:* releases of one firmware that share a journal.

pub use crate::habits::{
    Advices, Cancel, Differences, Habits, HandsOut, HostTrouble, NoAnswer, Notices, Originals, Paying,
    Pending, Polls, PrinterStatus, Prints, Reads, Records, Refusals, Rekeys, Replies, Reprint, Restart,
    ReversalEnds, Reversals, Silence, Store, SwitchedOff, Unlisted, Unprinted, Uploading, WaitingSlips,
    Watchdog,
};
pub use crate::parameters::Parameters;
pub use crate::speaks::{Speaks, Vouchers, WorkingKeys};
use core::time::Duration;

/// One kind of firmware.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Profile {
    /// As scenarios name it.
    pub name: &'static str,
    /// What it is, in one line.
    pub about: &'static str,
    /// The printer that it is built with.
    pub printer: &'static str,
    /// Whether that printer holds a slip back until it is told to hand it out.
    pub presenter: bool,
    /// What it does when things go wrong.
    pub habits: Habits,
    /// Which releases of other people's words it knows.
    pub speaks: Speaks,
    /// What is keyed in.
    pub parameters: Parameters,
}

impl Profile {
    /// The profile of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        PROFILES.iter().find(|profile| profile.name == name)
    }

    /// Whether it has no bad habit and knows what it has to. What is keyed in is not the firmware's doing.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.habits == SOUND && self.speaks == Speaks::SOUND
    }
}

/// The sound firmware.
pub const REFERENCE: Profile = Profile {
    name: "reference",
    about: "sound: asks before it decides, keeps what it must not forget, watches its printer",
    printer: "desk-80",
    presenter: false,
    habits: SOUND,
    speaks: Speaks::SOUND,
    parameters: Parameters::RIGHT,
};

const SOUND: Habits = Habits::SOUND;

/// Every firmware that there is.
pub static PROFILES: [Profile; 44] = [
    REFERENCE,
    Profile {
        name: "kiosk",
        about: "sound, with a presenter",
        printer: "kiosk-80",
        presenter: true,
        ..REFERENCE
    },
    Profile {
        name: "kiosk-prints-first",
        about: "prints before it knows, waits for the notification alone, pulls the receipt back on silence",
        printer: "kiosk-80",
        presenter: true,
        habits: Habits { prints: Prints::BeforeTheResult, ..SOUND },
        parameters: Parameters { result_timeout: Duration::from_secs(10), ..Parameters::RIGHT },
        ..REFERENCE
    },
    Profile {
        name: "naive-repeat",
        about: "charges again under a new number when it hears nothing",
        habits: Habits { silence: Silence::ChargeAgain, ..SOUND },
        ..REFERENCE
    },
    Profile {
        name: "forgetful",
        about: "keeps reversals and trace numbers in memory",
        habits: Habits { reversal_store: Store::Memory, number_store: Store::Memory, ..SOUND },
        ..REFERENCE
    },
    Profile {
        name: "silence-is-declined",
        about: "shows a declined payment when it hears nothing",
        habits: Habits { silence: Silence::Declined, ..SOUND },
        ..REFERENCE
    },
    Profile {
        name: "silence-is-approved",
        about: "shows and prints an approved payment when it hears nothing",
        habits: Habits { silence: Silence::Approved, ..SOUND },
        ..REFERENCE
    },
    Profile {
        name: "cancel-forgets",
        about: "the cancel key forgets the open charge",
        habits: Habits { cancel: Cancel::ForgetsTheCharge, ..SOUND },
        ..REFERENCE
    },
    Profile {
        name: "ignores-printer",
        about: "never asks the printer and offers no reprint",
        habits: Habits { printer_status: PrinterStatus::Ignored, reprint: Reprint::Missing, ..SOUND },
        ..REFERENCE
    },
    Profile {
        name: "never-gives-up",
        about: "repeats a reversal until the host says done, which it says only once",
        habits: Habits { reversal_ends: ReversalEnds::OnlyWhenDone, ..SOUND },
        ..REFERENCE
    },
    Profile {
        name: "no-slip-no-sale",
        about: "reverses a captured payment when its slip cannot be printed",
        habits: Habits { unprinted: Unprinted::Reversed, ..SOUND },
        ..REFERENCE
    },
    Profile {
        name: "takes-any-reply",
        about: "takes whatever card reply comes for the answer to what it asked last",
        habits: Habits { replies: Replies::Any, ..SOUND },
        ..REFERENCE
    },
    Profile {
        name: "one-reversal-slot",
        about: "has room for one pending reversal, and the next charge takes it",
        habits: Habits { pending: Pending::GivesWay, ..SOUND },
        ..REFERENCE
    },
    Profile {
        name: "believes-notices",
        about: "books what a notification says, signed or not, without asking",
        habits: Habits { notices: Notices::Believed, ..SOUND },
        ..REFERENCE
    },
    Profile {
        name: "other-amount-is-declined",
        about: "takes a notification over another amount for a payment that has failed",
        habits: Habits { notices: Notices::AmountDecides, ..SOUND },
        ..REFERENCE
    },
    Profile {
        name: "busy-is-declined",
        about: "takes a host that says that it is in trouble for one that has declined",
        habits: Habits { trouble: HostTrouble::Declined, ..SOUND },
        ..REFERENCE
    },
    Profile {
        name: "never-rekeys",
        about: "does not sign on when the host says that keys or batch differ",
        habits: Habits { rekeys: Rekeys::Never, ..SOUND },
        ..REFERENCE
    },
    Profile {
        name: "tells-once",
        about: "tells a refund or an advice once, and takes silence for done",
        habits: Habits { advices: Advices::Once, ..SOUND },
        ..REFERENCE
    },
    Profile {
        name: "totals-always-agree",
        about: "does not read what the host says of the totals, and closes the batch",
        habits: Habits { differences: Differences::Unread, ..SOUND },
        ..REFERENCE
    },
    Profile {
        name: "forgets-settlement",
        about: "keeps in memory that a batch is being settled",
        habits: Habits { settlement_store: Store::Memory, ..SOUND },
        ..REFERENCE
    },
    Profile {
        name: "kiosk-prints-once",
        about: "has a presenter, and no way to print a receipt again",
        printer: "kiosk-80",
        presenter: true,
        habits: Habits { reprint: Reprint::Missing, ..SOUND },
        ..REFERENCE
    },
    Profile {
        name: "one-slip-slot",
        about: "has room for the slips of one function, and the next one takes it",
        habits: Habits { waiting_slips: WaitingSlips::GiveWay, ..SOUND },
        ..REFERENCE
    },
    Profile {
        name: "password-is-charged-again",
        about: "asks for another code while the customer is typing the password for the first",
        habits: Habits { paying: Paying::ChargedAgain, ..SOUND },
        ..REFERENCE
    },
    Profile {
        name: "refusal-is-final",
        about: "takes the refusal of a payment code for one of the open payment, whosever it is",
        habits: Habits { refusals: Refusals::Final, ..SOUND },
        ..REFERENCE
    },
    Profile {
        name: "every-read-charges",
        about: "gives an open payment up for whatever code the scanner sends next",
        habits: Habits { reads: Reads::EveryOne, ..SOUND },
        ..REFERENCE
    },
    Profile {
        name: "books-every-notice",
        about: "books a payment whenever a notification of it comes, refunded since or not",
        habits: Habits { notices: Notices::BookedWheneverItComes, ..SOUND },
        ..REFERENCE
    },
    Profile {
        name: "uploads-once",
        about: "sends a voucher once and forgets it, whatever the back office says",
        habits: Habits { uploading: Uploading::Once, ..SOUND },
        ..REFERENCE
    },
    Profile {
        name: "reprints-unmarked",
        about: "prints a slip again without saying that it is a reprint",
        habits: Habits { reprint: Reprint::Unmarked, ..SOUND },
        ..REFERENCE
    },
    Profile {
        name: "leaves-slips-out",
        about: "prints nothing of what a setting switches off, not even again, and does not say so",
        habits: Habits { switched_off: SwitchedOff::Silent, ..SOUND },
        ..REFERENCE
    },
    Profile {
        name: "kiosk-keeps-the-slip",
        about: "prints the customer's copy that a setting switches off, and pulls it back",
        printer: "kiosk-80",
        presenter: true,
        habits: Habits { switched_off: SwitchedOff::PulledBack, ..SOUND },
        ..REFERENCE
    },
    Profile {
        name: "silence-is-no-receipt",
        about: "asks whether a receipt is wanted, takes no answer for no, and keeps none that is not wanted",
        habits: Habits { no_answer: NoAnswer::IsNo, ..SOUND },
        ..REFERENCE
    },
    Profile {
        name: "wallets-are-not-reversed",
        about: "reverses a card charge that nobody answers, and takes a wallet order without an answer for declined",
        habits: Habits { silence: Silence::UnknownForCards, ..SOUND },
        ..REFERENCE
    },
    Profile {
        name: "old-success-counts",
        about: "reverses no charge whose trace number was approved in any batch, and forgets its numbers without power",
        habits: Habits {
            reversals: Reversals::UnlessItsNumberSucceeded,
            number_store: Store::Memory,
            ..SOUND
        },
        ..REFERENCE
    },
    Profile {
        name: "old-vouchers",
        about: "is an old release that writes the first format of vouchers alone",
        speaks: Speaks { vouchers: Vouchers::FirstFormat, ..Speaks::SOUND },
        ..REFERENCE
    },
    Profile {
        name: "no-watchdog",
        about: "stays as it is when it hangs, until somebody pulls the plug",
        habits: Habits { watchdog: Watchdog::Missing, ..SOUND },
        ..REFERENCE
    },
    Profile {
        name: "begins-anew",
        about: "takes up nothing after a start: what was open is over, what was not printed is not owed",
        habits: Habits { restart: Restart::BeginsAnew, ..SOUND },
        ..REFERENCE
    },
    Profile {
        name: "kiosk-begins-anew",
        about: "takes up nothing after a start, and clears its presenter",
        printer: "kiosk-80",
        presenter: true,
        habits: Habits { restart: Restart::BeginsAnew, ..SOUND },
        ..REFERENCE
    },
    Profile {
        name: "unchecked-journal",
        about: "takes what it reads in its journal for what it wrote there",
        habits: Habits { records: Records::Unchecked, ..SOUND },
        ..REFERENCE
    },
    Profile {
        name: "kiosk-unchecked-journal",
        about: "looks into its journal before it hands a receipt out, and takes what it reads for what it wrote",
        printer: "kiosk-80",
        presenter: true,
        habits: Habits { records: Records::Unchecked, hands_out: HandsOut::WhatTheJournalStillSays, ..SOUND },
        ..REFERENCE
    },
    Profile {
        name: "formats-its-journal",
        about: "takes one wrong record for a broken journal, and formats its flash",
        habits: Habits { records: Records::FormattedWhenWrong, ..SOUND },
        ..REFERENCE
    },
    Profile {
        name: "unlisted-is-unpaid",
        about: "takes a payment through a wallet that its table lacks for no payment",
        habits: Habits { unlisted: Unlisted::IsNotPaid, ..SOUND },
        ..REFERENCE
    },
    Profile {
        name: "waits-for-notices",
        about: "waits for the notification alone, and forgets the order or the hold when it does not come in time",
        habits: Habits { polls: Polls::Never, silence: Silence::Declined, ..SOUND },
        ..REFERENCE
    },
    Profile {
        name: "kiosk-unlisted-is-unpaid",
        about: "prints before it knows, and pulls the receipt back when its table lacks the wallet that has paid",
        printer: "kiosk-80",
        presenter: true,
        habits: Habits { prints: Prints::BeforeTheResult, unlisted: Unlisted::IsNotPaid, ..SOUND },
        parameters: Parameters { result_timeout: Duration::from_secs(10), ..Parameters::RIGHT },
        ..REFERENCE
    },
    Profile {
        name: "kiosk-cancel-forgets",
        about: "prints before it knows; the cancel key forgets the open order and pulls its receipt back",
        printer: "kiosk-80",
        presenter: true,
        habits: Habits { prints: Prints::BeforeTheResult, cancel: Cancel::ForgetsTheCharge, ..SOUND },
        ..REFERENCE
    },
];

#[cfg(test)]
mod tests {
    use super::{Habits, PROFILES, Profile, SOUND};

    #[test]
    fn every_profile_is_found_by_its_name() {
        for profile in &PROFILES {
            assert_eq!(Profile::named(profile.name), Some(profile));
        }
        assert_eq!(Profile::named("nobody"), None);
    }

    #[test]
    fn only_the_two_sound_profiles_are_sound() {
        let sound: Vec<&str> =
            PROFILES.iter().filter(|profile| profile.is_sound()).map(|profile| profile.name).collect();
        assert_eq!(sound, ["reference", "kiosk"]);
    }

    #[test]
    fn a_knob_turns_to_each_of_its_words_and_to_no_other() {
        for knob in Habits::KNOBS {
            assert!(knob.words.len() > 1 && knob.words.len() == knob.says.len(), "{}", knob.name);
            assert_eq!(SOUND.word(knob.name), knob.words.first().copied());
            for word in knob.words {
                let mut habits = SOUND;
                assert!(habits.turn(knob.name, word));
                assert_eq!(habits.word(knob.name), Some(*word));
            }
            assert!(!SOUND.clone().turn(knob.name, "sideways"));
        }
        assert_eq!((SOUND.word("volume"), SOUND.clone().turn("volume", "eleven")), (None, false));
    }
}
