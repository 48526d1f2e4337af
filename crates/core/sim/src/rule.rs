//! A link fault is a rule with a verdict. A rule looks at each message that enters a lane; the first
//! rule that does not say [`Verdict::Pass`] decides, in the order in which they were installed.
//!
//! *Not modelled:* rules that look at a message's fields; the sender's [`Tag`] tells kinds apart.

use crate::{Ratio, Stream, Tag};
use core::time::Duration;

/// One fault on a lane: which messages it aims at and what becomes of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Which fault of the scenario this is; the lane reports it with every hit.
    pub fault: u16,
    /// What it aims at.
    pub selector: Selector,
    /// What becomes of a message that it hits.
    pub ruling: Ruling,
    /// Its own dice.
    pub dice: Stream,
}

impl Rule {
    /// What this rule says of one message.
    pub fn on_message(&mut self, tag: Tag) -> Verdict {
        if self.selector.selects(tag, &mut self.dice) {
            self.ruling.draw(&mut self.dice)
        } else {
            Verdict::Pass
        }
    }
}

/// What a rule says: the same of every message, or something drawn from its dice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ruling {
    /// Always this.
    Always(Verdict),
    /// A delay between the two, evenly.
    DelayBetween(Duration, Duration),
    /// Any bit is turned over.
    CorruptAnyBit,
}

impl Ruling {
    fn draw(self, dice: &mut Stream) -> Verdict {
        match self {
            Self::Always(verdict) => verdict,
            Self::DelayBetween(least, most) => {
                let nanos = |span: Duration| u64::try_from(span.as_nanos()).unwrap_or(u64::MAX);
                let width = nanos(most).saturating_sub(nanos(least));
                Verdict::Delay(least + Duration::from_nanos(dice.below(width.saturating_add(1))))
            }
            // Frames and requests are far shorter than 512 MiB: every bit of one is about as likely.
            Self::CorruptAnyBit => Verdict::Corrupt { bit: u32::try_from(dice.below(1 << 32)).unwrap_or(0) },
        }
    }
}

impl From<Verdict> for Ruling {
    fn from(verdict: Verdict) -> Self {
        Self::Always(verdict)
    }
}

/// Which messages a rule aims at. All that is set must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Selector {
    /// Only this kind.
    pub tag: Option<Tag>,
    /// Let this many of them pass first.
    pub skip: u32,
    /// Then hit this many at most.
    pub times: u32,
    /// Of those, each with this likelihood.
    pub chance: Ratio,
}

impl Selector {
    /// Every message, for ever.
    pub const EVERYTHING: Self = Self { tag: None, skip: 0, times: u32::MAX, chance: Ratio::ALWAYS };

    fn selects(&mut self, tag: Tag, dice: &mut Stream) -> bool {
        if self.times == 0 || self.tag.is_some_and(|wanted| wanted != tag) {
            return false;
        }
        if self.skip > 0 {
            self.skip -= 1;
            return false;
        }
        let hit = self.chance == Ratio::ALWAYS || dice.happens(self.chance);
        if hit {
            self.times = self.times.saturating_sub(1);
        }
        hit
    }
}

/// What a lane does with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Carry it as usual.
    Pass,
    /// Carry it this much later.
    Delay(Duration),
    /// Lose it.
    Drop,
    /// Carry it, and once more this much later.
    Duplicate(Duration),
    /// Hold it back until the next message on this lane has gone by.
    Reorder,
    /// Carry it with this bit (counted from the first byte's highest, modulo its length) turned over.
    Corrupt {
        /// Which bit.
        bit: u32,
    },
    /// Lose it, all that is in flight, and all that follows, until the lane is joined again.
    Cut,
}

#[cfg(test)]
mod tests {
    use super::{Rule, Ruling, Selector, Verdict};
    use crate::{Ratio, Seed, Tag};
    use core::time::Duration;

    const SALE: Tag = Tag("sale");
    const QUERY: Tag = Tag("query");

    fn dropping(selector: Selector) -> Rule {
        Rule { fault: 0, selector, ruling: Verdict::Drop.into(), dice: Seed(1).stream("rule") }
    }

    #[test]
    fn only_the_wanted_kind_is_hit_and_only_so_often() {
        let mut rule = dropping(Selector { tag: Some(SALE), skip: 1, times: 1, ..Selector::EVERYTHING });
        let verdicts: Vec<Verdict> =
            [SALE, QUERY, SALE, SALE].into_iter().map(|tag| rule.on_message(tag)).collect();
        assert_eq!(verdicts, [Verdict::Pass, Verdict::Pass, Verdict::Drop, Verdict::Pass]);
    }

    #[test]
    fn a_drawn_delay_lies_between_its_ends_and_is_another_each_time() {
        let (least, most) = (Duration::from_millis(10), Duration::from_millis(30));
        let ruling = Ruling::DelayBetween(least, most);
        let mut rule = Rule { ruling, ..dropping(Selector::EVERYTHING) };
        let delays: Vec<Duration> = (0..1000)
            .map(|_| match rule.on_message(SALE) {
                Verdict::Delay(by) => by,
                other => panic!("{other:?}"),
            })
            .collect();
        assert!(delays.iter().all(|by| (least..=most).contains(by)));
        let early = delays.iter().filter(|by| **by < Duration::from_millis(20)).count();
        // 500 expected; five standard deviations of a binomial(1000, 1/2) are 79.
        assert!((421..=579).contains(&early), "{early}");
    }

    #[test]
    fn a_ratio_hits_about_that_share() {
        let mut rule = dropping(Selector { chance: Ratio { times: 1, of: 3 }, ..Selector::EVERYTHING });
        let hits = (0..3000).filter(|_| rule.on_message(SALE) == Verdict::Drop).count();
        // 1000 expected; five standard deviations of a binomial(3000, 1/3) are 129.
        assert!((871..=1129).contains(&hits), "{hits}");
    }
}
