//! Firmware habits as data. A profile is a name, the habits of that firmware, and its settings.
//!
//! The sound habit is always the first variant, and its doc says why it is sound. A flawed profile differs
//! from [`REFERENCE`] in the habits that its `about` names. *Not modelled yet:* profiles
//! as files, parameters that are wrong, versions that are stale.

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
    /// How long a card reply may take. Sixty seconds is what UnionPay terminals ship with.
    pub reply_timeout: Duration,
    /// How long a shown code waits for its result.
    pub result_timeout: Duration,
}

impl Profile {
    /// The profile of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        PROFILES.iter().find(|profile| profile.name == name)
    }
}

/// What a firmware does when things go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Habits {
    /// When a wallet receipt is printed.
    pub prints: Prints,
    /// What it makes of silence after a charge was sent.
    pub silence: Silence,
    /// Where a reversal waits until it is answered.
    pub reversal_store: Store,
    /// Where the last trace number is kept.
    pub number_store: Store,
    /// Whether it reads the printer's status while it prints.
    pub printer_status: PrinterStatus,
    /// What the cancel key does while a charge is open.
    pub cancel: Cancel,
    /// What ends a reversal.
    pub reversal_ends: ReversalEnds,
    /// Whether the last slip can be printed again from the idle screen.
    pub reprint: Reprint,
    /// What it does with a charge whose slip cannot be printed.
    pub unprinted: Unprinted,
    /// Which card replies it takes for the answer to what it asked.
    pub replies: Replies,
    /// What the next charge finds while a reversal is pending.
    pub pending: Pending,
    /// What it makes of a notification.
    pub notices: Notices,
    /// What it makes of a host that says that it is in trouble.
    pub trouble: HostTrouble,
    /// Whether it looks up what a void, a refund or a completion is about before it asks.
    pub originals: Originals,
    /// What it does when the host says that keys or batch differ.
    pub rekeys: Rekeys,
    /// How often it tells the host what cannot be reversed.
    pub advices: Advices,
    /// What it does when the host's totals are others.
    pub differences: Differences,
    /// Where it is kept that a batch is being settled.
    pub settlement_store: Store,
    /// What becomes of slips that wait for the printer when another function prints.
    pub waiting_slips: WaitingSlips,
    /// What it makes of a customer who is typing the password.
    pub paying: Paying,
    /// What it makes of a payment by payment code that is refused.
    pub refusals: Refusals,
    /// What it makes of a code that the scanner sends while a payment is open.
    pub reads: Reads,
    /// How long it is after the answer to a voucher.
    pub uploading: Uploading,
    /// What it makes of a payment through a wallet that its table lacks.
    pub unlisted: Unlisted,
    /// How it learns what has become of a code that it shows.
    pub polls: Polls,
}

/// When a wallet receipt is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prints {
    /// After the acquirer has said that the order is paid: paper cannot be taken back from a customer.
    AfterTheResult,
    /// At once, held in the presenter: looks faster; pulled back when no result comes.
    BeforeTheResult,
}

/// What silence means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Silence {
    /// Unknown: reverse a card charge, ask after an order. Only the acquirer knows.
    Unknown,
    /// "It did not work": charge again under a new number.
    ChargeAgain,
    /// Declined.
    Declined,
    /// Approved: the customer is waiting.
    Approved,
}

/// Where something is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Store {
    /// In flash, before it is used: a power cut forgets nothing.
    Flash,
    /// In memory.
    Memory,
}

/// Whether the printer's status is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrinterStatus {
    /// Before, during and after each slip; a slip counts when the printer says that it is on paper.
    Watched,
    /// Never: bytes sent are a slip printed.
    Ignored,
}

/// What the cancel key does while a charge is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cancel {
    /// Reverses or closes the charge, and shows the answer: a cancelled charge may have been committed.
    UndoesTheCharge,
    /// Goes back to the idle screen and forgets the charge.
    ForgetsTheCharge,
}

/// What ends a reversal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReversalEnds {
    /// Any answer that says that the original does not stand: done (00), already done or unknown (25).
    WhenNothingStands,
    /// Only "done" (00): after a lost answer the host says "already done" for ever.
    OnlyWhenDone,
}

/// Whether the last slip can be printed again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reprint {
    /// Offered on the idle screen, for the last approved charge.
    Offered,
    /// Not offered.
    Missing,
    /// Offered, and printed like the first: one payment, two receipts.
    Unmarked,
}

/// What happens to a charge whose slip cannot be printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unprinted {
    /// It stands: no slip is not no payment.
    Stands,
    /// It is reversed.
    Reversed,
}

/// Which card replies count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replies {
    /// Only one that answers the open request: same kind, trace number, amount, terminal and merchant.
    OfTheOpenRequest,
    /// Whatever comes while a request is open.
    Any,
}

/// What the next charge finds while a reversal is pending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pending {
    /// It is turned away until the reversal is answered: there may be money to give back.
    Blocks,
    /// It takes the reversal's only place, and the reversal is gone.
    GivesWay,
}

/// What a notification is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notices {
    /// If its signature holds, a reason to ask: the answer to the terminal's own question is what it books.
    AskedAfter,
    /// The truth, signed or not.
    Believed,
    /// If its signature holds, a reason to ask; over another amount, a payment that has failed.
    AmountDecides,
    /// If its signature holds, a reason to ask; about an order of the journal, a payment of it, whenever it comes.
    BookedWheneverItComes,
}

/// What the reply of a host in trouble means: "error", "system fault", "issuer not reachable".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostTrouble {
    /// Unknown: the trouble may have come after the commit. Reversing what never was costs nothing.
    Doubted,
    /// Declined.
    Declined,
}

/// Whether a void, a refund or a completion is checked against the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Originals {
    /// It is: what is ended already, or more than is left, is not asked for. Not every host says no.
    Checked,
    /// The host will know.
    Unchecked,
}

/// What happens when the host says that keys or batch differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rekeys {
    /// The terminal signs on, as soon as nothing else waits for an answer: until then every message is refused.
    WhenTold,
    /// Nothing: somebody will sign on by hand some day.
    Never,
}

/// How often a refund or an advice is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advices {
    /// Until the host has answered: nobody else knows of it, and it cannot be reversed.
    UntilAnswered,
    /// Once, and silence is taken for done.
    Once,
}

/// What follows when the totals of a settlement differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Differences {
    /// Every detail is uploaded before the batch is closed: only with them can the difference be found.
    Uploaded,
    /// Nothing: an answer is an answer, and what it says of the totals is not read.
    Unread,
}

/// What becomes of slips that wait for the printer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitingSlips {
    /// They stand in a queue: whoever paid first is owed the first slip.
    StandInAQueue,
    /// What another function prints takes their place.
    GiveWay,
}

/// What it means that the customer is typing the password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paying {
    /// Neither yes nor no: the order is asked after, and undone when it is not paid in time.
    AskedAfter,
    /// "It did not work": the customer is to show another code.
    ChargedAgain,
}

/// What it means that a payment by payment code is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusals {
    /// A reason to ask: a refusal names no order, and may be the late one of an older.
    AskedAfter,
    /// That this one is not paid.
    Final,
}

/// What a code is that the scanner sends while a payment is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reads {
    /// Nothing: a payment has one code, and a code pays once.
    OnceEach,
    /// Another try: the open payment is given up for it.
    EveryOne,
}

/// When a voucher is done with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Uploading {
    /// When the back office has said a last word about it: what it has not said may not have arrived.
    UntilAnswered,
    /// When it was sent.
    Once,
}

/// What a payment through a wallet is that the table lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unlisted {
    /// A payment: what the acquirer has signed of the terminal's own order counts, and a notification of it is a reason to
    /// ask. The table says how the wallet is called, and not whether money has moved.
    Counts,
    /// None: a row that is not there is "not paid".
    IsNotPaid,
}

/// How often an order is asked after while its code is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Polls {
    /// Every few seconds: a notification may be late, or never come.
    EveryFewSeconds,
    /// Never: the platform will tell.
    Never,
}

/// The sound firmware.
pub const REFERENCE: Profile = Profile {
    name: "reference",
    about: "sound: asks before it decides, keeps what it must not forget, watches its printer",
    printer: "desk-80",
    presenter: false,
    habits: Habits {
        prints: Prints::AfterTheResult,
        silence: Silence::Unknown,
        reversal_store: Store::Flash,
        number_store: Store::Flash,
        printer_status: PrinterStatus::Watched,
        cancel: Cancel::UndoesTheCharge,
        reversal_ends: ReversalEnds::WhenNothingStands,
        reprint: Reprint::Offered,
        unprinted: Unprinted::Stands,
        replies: Replies::OfTheOpenRequest,
        pending: Pending::Blocks,
        notices: Notices::AskedAfter,
        trouble: HostTrouble::Doubted,
        originals: Originals::Checked,
        rekeys: Rekeys::WhenTold,
        advices: Advices::UntilAnswered,
        differences: Differences::Uploaded,
        settlement_store: Store::Flash,
        waiting_slips: WaitingSlips::StandInAQueue,
        paying: Paying::AskedAfter,
        refusals: Refusals::AskedAfter,
        reads: Reads::OnceEach,
        uploading: Uploading::UntilAnswered,
        unlisted: Unlisted::Counts,
        polls: Polls::EveryFewSeconds,
    },
    reply_timeout: Duration::from_secs(60),
    result_timeout: Duration::from_secs(60),
};

const SOUND: Habits = REFERENCE.habits;

/// Every firmware that there is.
pub static PROFILES: [Profile; 31] = [
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
        result_timeout: Duration::from_secs(10),
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
        result_timeout: Duration::from_secs(10),
        ..REFERENCE
    },
];

#[cfg(test)]
mod tests {
    use super::{PROFILES, Profile, SOUND};

    #[test]
    fn every_profile_is_found_by_its_name() {
        for profile in &PROFILES {
            assert_eq!(Profile::named(profile.name), Some(profile));
        }
        assert_eq!(Profile::named("nobody"), None);
    }

    #[test]
    fn only_the_two_sound_profiles_have_sound_habits() {
        let sound: Vec<&str> =
            PROFILES.iter().filter(|profile| profile.habits == SOUND).map(|profile| profile.name).collect();
        assert_eq!(sound, ["reference", "kiosk"]);
    }
}
