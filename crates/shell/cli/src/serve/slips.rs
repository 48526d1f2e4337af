//! `--prints pre-auth=merchant`: which copies of which slips a served terminal prints, in the words of a scenario.
//!
//! *Not here:* what a setting does; that is the terminal's.

use scenario::{PrintSetup, SlipCopy, SlipKind};
use terminal::PrintSettings;

/// The copies of one kind of slip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Slips {
    kind: SlipKind,
    copies: Vec<SlipCopy>,
}

impl Slips {
    /// Reads `pre-auth=merchant`, `card-sale=merchant,bank,customer` or `show-qr=none`.
    pub(super) fn parse(said: &str) -> Result<Self, String> {
        let example = "for example pre-auth=merchant, card-sale=merchant,bank,customer or show-qr=none";
        let (kind, copies) =
            said.split_once('=').ok_or_else(|| format!("expected a slip and its copies, {example}"))?;
        let unknown = |what: &str, word: &str, known: &[&str]| {
            format!("there is no {what} `{word}`; there are {}", known.join(", "))
        };
        let kind = SlipKind::from_name(kind).ok_or_else(|| unknown("slip", kind, SlipKind::NAMES))?;
        let words: Vec<&str> = copies.split(',').collect();
        if words.contains(&"none") {
            let alone = words.len() == 1;
            return if alone {
                Ok(Self { kind, copies: Vec::new() })
            } else {
                Err("expected `none` alone".into())
            };
        }
        let known = || [SlipCopy::NAMES, &["none"]].concat();
        let copy = |word: &str| SlipCopy::from_name(word).ok_or_else(|| unknown("copy", word, &known()));
        let copies = words.into_iter().map(copy).collect::<Result<_, _>>()?;
        Ok(Self { kind, copies })
    }
}

/// What a terminal is set to print; of a kind that is said twice, the last counts.
pub(super) fn print_settings(slips: &[Slips]) -> PrintSettings {
    let mut setup = PrintSetup::USUAL;
    slips.iter().for_each(|slips| setup.set(slips.kind, &slips.copies));
    runner::print_settings(&setup)
}

#[cfg(test)]
mod tests {
    use super::{Slips, print_settings};
    use terminal::{Copies, Copy, Kind};

    fn set(said: &[&str]) -> terminal::PrintSettings {
        let slips: Vec<Slips> = said.iter().map(|said| Slips::parse(said).unwrap()).collect();
        print_settings(&slips)
    }

    #[test]
    fn what_is_said_of_a_slip_is_set_and_the_others_stay_as_they_were() {
        let settings = set(&["pre-auth=merchant", "show-qr=none", "card-sale=merchant,bank,customer"]);
        assert_eq!(settings.of(Kind::PreAuth), Some(Copies::NONE.and(Copy::Merchant)));
        assert_eq!(settings.of(Kind::Order), Some(Copies::NONE));
        assert_eq!(settings.of(Kind::Sale), Some(Copies::USUAL.and(Copy::Bank)));
        assert_eq!(settings.of(Kind::Scan), None);
    }

    #[test]
    fn the_last_word_about_a_slip_counts() {
        let settings = set(&["void=none", "void=customer"]);
        assert_eq!(settings.of(Kind::Void), Some(Copies::NONE.and(Copy::Customer)));
    }

    #[test]
    fn a_wrong_word_is_answered_with_those_that_there_are() {
        for (said, says) in [
            ("merchant", "expected a slip and its copies, for example pre-auth=merchant"),
            ("hold=merchant", "there is no slip `hold`; there are card-sale, void, refund, pre-auth"),
            ("scan=receipt", "there is no copy `receipt`; there are merchant, customer, bank, none"),
            ("scan=", "there is no copy ``"),
            ("scan=none,merchant", "expected `none` alone"),
        ] {
            let error = Slips::parse(said).unwrap_err();
            assert!(error.contains(says), "{said}: {error}");
        }
    }
}
