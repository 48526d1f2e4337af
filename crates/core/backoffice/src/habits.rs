//! Back offices as data. The sound one is the reference; every other differs in one habit that somebody's has.
//!
//! *Not modelled:* two weaknesses at once; a profile of one's own can have them.

/// One kind of back office.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Its name in scenarios.
    pub name: &'static str,
    /// What it is like, for people.
    pub about: &'static str,
    /// How it behaves.
    pub habits: Habits,
}

impl Profile {
    /// The profile of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        PROFILES.iter().find(|profile| profile.name == name)
    }
}

/// How a back office behaves where back offices differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Habits {
    /// What it makes of seals.
    pub seals: Seals,
    /// How it finds out whether the money was captured.
    pub verification: Verification,
    /// How often a voucher can be redeemed.
    pub redemption: Redemption,
    /// What it makes of notices.
    pub notices: Notices,
    /// What it does with documents that it cannot read.
    pub unknown_formats: UnknownFormats,
    /// What the date of a rule is compared with.
    pub rule_date: RuleDate,
    /// When it says that it has something.
    pub answers: Answers,
    /// What it makes of a voucher that comes again.
    pub repeats: Repeats,
}

/// What it makes of seals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seals {
    /// Only the right one counts.
    Checked,
    /// It does not look.
    Ignored,
}

/// How it finds out whether the money was captured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verification {
    /// It asks until the answer is definite.
    Asked,
    /// It asks once, and takes silence for no.
    SilenceIsNo,
    /// It believes the terminal.
    Skipped,
}

/// How often a voucher can be redeemed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redemption {
    /// Once.
    Once,
    /// As often as somebody comes with it.
    AsOftenAsAsked,
}

/// What it makes of notices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notices {
    /// An authentic one is a reason to ask; none is an answer.
    AskedAfter,
    /// What one says is booked, signed or not.
    Believed,
}

/// What it does with documents that it cannot read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnknownFormats {
    /// It keeps them as they are, and reads them when it can.
    KeptAside,
    /// It refuses new ones and keeps old ones.
    Refused,
    /// It says that it has them, and loses them, old and new.
    Dropped,
}

/// What the date of a rule is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleDate {
    /// The time of the payment.
    OfPayment,
    /// The time at which the voucher came: what was delayed over the date is turned away for good.
    OfArrival,
}

/// When it says that it has something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answers {
    /// When it is on the disk.
    WhenDurable,
    /// At once; the disk follows when there is time.
    AtOnce,
}

/// What it makes of a voucher that comes again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeats {
    /// It is the same one.
    SameOne,
    /// It is another one.
    AnotherOne,
}

/// Sound in everything.
pub const REFERENCE: Profile = Profile {
    name: "reference",
    about: "sound",
    habits: Habits {
        seals: Seals::Checked,
        verification: Verification::Asked,
        redemption: Redemption::Once,
        notices: Notices::AskedAfter,
        unknown_formats: UnknownFormats::KeptAside,
        rule_date: RuleDate::OfPayment,
        answers: Answers::WhenDurable,
        repeats: Repeats::SameOne,
    },
};

const SOUND: Habits = REFERENCE.habits;

/// Every back office that there is.
pub static PROFILES: [Profile; 11] = [
    REFERENCE,
    Profile {
        name: "believes-uploads",
        about: "takes every voucher for true without asking the acquirer",
        habits: Habits { verification: Verification::Skipped, ..SOUND },
    },
    Profile {
        name: "silence-is-no",
        about: "takes a voucher for false when its acquirer does not answer in time",
        habits: Habits { verification: Verification::SilenceIsNo, ..SOUND },
    },
    Profile {
        name: "ignores-seals",
        about: "takes vouchers that nobody has sealed, or somebody else",
        habits: Habits { seals: Seals::Ignored, ..SOUND },
    },
    Profile {
        name: "redeems-again",
        about: "redeems a voucher as often as somebody comes with it",
        habits: Habits { redemption: Redemption::AsOftenAsAsked, ..SOUND },
    },
    Profile {
        name: "believes-notices",
        about: "takes a voucher for true when a notice says so, signed or not",
        habits: Habits { notices: Notices::Believed, ..SOUND },
    },
    Profile {
        name: "loses-old-formats",
        about: "loses what it cannot read after an upgrade, and says that it has it",
        habits: Habits { unknown_formats: UnknownFormats::Dropped, ..SOUND },
    },
    Profile {
        name: "refuses-old-formats",
        about: "refuses what it cannot read after an upgrade, though it was paid before",
        habits: Habits { unknown_formats: UnknownFormats::Refused, ..SOUND },
    },
    Profile {
        name: "rules-by-arrival",
        about: "turns vouchers away by a rule that is younger than their payment",
        habits: Habits { rule_date: RuleDate::OfArrival, ..SOUND },
    },
    Profile {
        name: "answers-first",
        about: "says that it has a voucher before it is on the disk",
        habits: Habits { answers: Answers::AtOnce, ..SOUND },
    },
    Profile {
        name: "counts-repeats",
        about: "takes a voucher that is sent again for another one",
        habits: Habits { repeats: Repeats::AnotherOne, ..SOUND },
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
    fn only_the_reference_is_sound() {
        let sound = PROFILES.iter().filter(|profile| profile.habits == SOUND).map(|profile| profile.name);
        assert_eq!(sound.collect::<Vec<_>>(), ["reference"]);
    }
}
