//! What a fault aims at: kind of message, a field, the amount, the nth one, a span of time, a share.
//!
//! All that is set must hold. Counting and dice come last, so that only what matches otherwise is counted.
//! *Not modelled:* aiming at what an earlier exchange was about.

use crate::event::Kind;
use sim::{Fen, Key, Ratio, SimTime, Stream};

/// Which requests a fault hits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aim {
    /// Only this kind of message.
    pub kind: Option<Kind>,
    /// Only requests at this desk.
    pub desk: Option<Desk>,
    /// Only such amounts.
    pub amount: Option<AmountAim>,
    /// Only requests with such a field.
    pub field: Option<FieldAim>,
    /// Not before this moment.
    pub from: SimTime,
    /// Only before this moment.
    pub until: SimTime,
    /// Let this many of them pass first.
    pub skip: u32,
    /// Then hit this many at most.
    pub times: u32,
    /// Of those, each with this likelihood.
    pub chance: Ratio,
}

/// Where a request comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Desk {
    /// The ISO 8583 host.
    Card,
    /// The wallet gateways.
    Wallet,
}

/// Amounts in fen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AmountAim {
    /// Just this one.
    Exactly(Fen),
    /// This and less.
    AtMost(Fen),
    /// This and more.
    AtLeast(Fen),
    /// Amounts whose last two digits are these fen: `CNY 18.69` for 69.
    Cents(u8),
}

/// A field and what it must be like. Of a card message, the field's number; of a wallet call, its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldAim {
    /// `2`, `41`, `out_trade_no`.
    pub name: String,
    /// How the field must end; the empty text is any value.
    pub ends: String,
}

/// What there is to aim at.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// Where it came in.
    pub desk: Desk,
    /// What it asks for.
    pub kind: Kind,
    /// Of which payment.
    pub key: Key,
    /// The amount, if it says one.
    pub amount: Option<Fen>,
    /// A field of the message by its name.
    pub field: &'a dyn Fn(&str) -> Option<&'a [u8]>,
}

impl Aim {
    /// Every request, for ever.
    pub const EVERYTHING: Self = Self {
        kind: None,
        desk: None,
        amount: None,
        field: None,
        from: SimTime::ZERO,
        until: SimTime::NEVER,
        skip: 0,
        times: u32::MAX,
        chance: Ratio::ALWAYS,
    };

    pub(super) fn hits(&mut self, now: SimTime, subject: &Subject<'_>, dice: &mut Stream) -> bool {
        if self.times == 0 || !self.matches(now, subject) {
            return false;
        }
        if self.skip > 0 {
            self.skip -= 1;
            return false;
        }
        let hit = self.chance == Ratio::ALWAYS || dice.happens(self.chance);
        // Without an end there is nothing to count down.
        if hit && self.times != u32::MAX {
            self.times -= 1;
        }
        hit
    }

    fn matches(&self, now: SimTime, subject: &Subject<'_>) -> bool {
        self.kind.is_none_or(|kind| kind == subject.kind)
            && self.desk.is_none_or(|desk| desk == subject.desk)
            && self.from <= now
            && now < self.until
            && self.amount.is_none_or(|aim| subject.amount.is_some_and(|amount| aim.holds(amount)))
            && self.field.as_ref().is_none_or(|aim| aim.holds(subject))
    }
}

impl AmountAim {
    fn holds(self, amount: Fen) -> bool {
        match self {
            Self::Exactly(wanted) => amount == wanted,
            Self::AtMost(most) => amount <= most,
            Self::AtLeast(least) => amount >= least,
            Self::Cents(cents) => amount.unsigned() % 100 == u64::from(cents),
        }
    }
}

impl FieldAim {
    fn holds(&self, subject: &Subject<'_>) -> bool {
        (subject.field)(&self.name).is_some_and(|value| value.ends_with(self.ends.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::{Aim, AmountAim, Desk, FieldAim, Subject};
    use crate::event::Kind;
    use sim::{Fen, Key, Ratio, Seed, SimTime, Stream, TerminalNo};

    fn hits(mut aim: Aim, at_s: u64, amount: Option<i64>) -> bool {
        let key = Key::Card { terminal: TerminalNo(0), batch: 1, stan: 1 };
        let field = |name: &str| (name == "2").then_some(b"6222020000000000009".as_slice());
        let amount = amount.map(Fen);
        let subject = Subject { desk: Desk::Card, kind: Kind::Sale, key, amount, field: &field };
        aim.hits(SimTime::from_secs(at_s), &subject, &mut Seed(1).stream("aim"))
    }

    #[test]
    fn an_amount_is_aimed_at_in_four_ways() {
        let aim = |amount| Aim { amount: Some(amount), ..Aim::EVERYTHING };
        let cases = [
            (AmountAim::Exactly(Fen(1850)), [false, true, false]),
            (AmountAim::AtMost(Fen(1850)), [true, true, false]),
            (AmountAim::AtLeast(Fen(1850)), [false, true, true]),
            (AmountAim::Cents(50), [false, true, false]),
        ];
        for (amount, expected) in cases {
            let found = [1849, 1850, 1851].map(|fen| hits(aim(amount), 0, Some(fen)));
            assert_eq!(found, expected, "{amount:?}");
            assert!(!hits(aim(amount), 0, None), "a message without an amount is not hit");
        }
    }

    #[test]
    fn a_field_is_aimed_at_by_its_end() {
        let aim = |name: &str, ends: &str| Aim {
            field: Some(FieldAim { name: name.into(), ends: ends.into() }),
            ..Aim::EVERYTHING
        };
        assert!(hits(aim("2", "0009"), 0, None));
        assert!(hits(aim("2", ""), 0, None));
        assert!(!hits(aim("2", "0051"), 0, None));
        assert!(!hits(aim("35", ""), 0, None), "a field that is not there");
    }

    #[test]
    fn a_span_of_time_begins_with_its_first_moment_and_ends_before_its_last() {
        let aim = Aim { from: SimTime::from_secs(10), until: SimTime::from_secs(20), ..Aim::EVERYTHING };
        let found = [9, 10, 19, 20].map(|at_s| hits(aim.clone(), at_s, None));
        assert_eq!(found, [false, true, true, false]);
    }

    #[test]
    fn a_share_is_rolled_only_for_what_matches() {
        let mut aim = Aim { desk: Some(Desk::Wallet), chance: Ratio { times: 1, of: 2 }, ..Aim::EVERYTHING };
        let mut dice = Seed(1).stream("aim");
        let unrolled = dice.clone();
        let key = Key::Card { terminal: TerminalNo(0), batch: 1, stan: 1 };
        let mut meet = |desk, dice: &mut Stream| {
            let subject = Subject { desk, kind: Kind::Sale, key, amount: None, field: &|_| None };
            aim.hits(SimTime::ZERO, &subject, dice)
        };
        assert!((0..50).all(|_| !meet(Desk::Card, &mut dice)));
        assert!(dice == unrolled, "what does not match rolls no dice");
        let hits = (0..50).filter(|_| meet(Desk::Wallet, &mut dice)).count();
        assert!((1..50).contains(&hits) && dice != unrolled, "{hits} of 50");
    }
}
