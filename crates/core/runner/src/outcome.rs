//! What came out of a run, against what was expected: one scenario, one outcome.
//!
//! The outcome has a stable part (verdict, laws, ledger, beliefs, slips) that is the same in virtual time and on real
//! ports, and a timeline that is the same only in virtual time. [`crate::outcome::text`] writes both as people read them.

mod expect;
pub mod text;

use crate::evidence::Evidence;
use crate::fact::Fact;
use crate::laws::{Breach, judge};
use crate::office::Office;
use crate::plan::Wanted;
use crate::session::Run;
use crate::slip::Slip;
use acquirer::Movement;
use scenario::{Law, Place};
use sim::{Entry, Fen, Key, Seed, SimTime, Verdict as LinkVerdict};
use terminal::{Belief, Intent, Screen};

/// What came out of one run.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// With which seed.
    pub seed: Seed,
    /// Whether it was as expected.
    pub verdict: Verdict,
    /// Laws that did not hold, expected or not, in the order of the laws.
    pub breaches: Vec<Breach>,
    /// What was not as expected, in the order in which it is checked.
    pub failures: Vec<Failure>,
    /// What the ledger holds, charge by charge.
    pub ledger: Vec<LedgerLine>,
    /// What each person wished, was told, and was charged.
    pub parties: Vec<Party>,
    /// What the screen shows at rest.
    pub screen: Screen,
    /// The same as people read it, line by line.
    pub screen_words: Vec<String>,
    /// The slips, in the order in which they were printed.
    pub slips: Vec<Slip>,
    /// What there is to say of the back office; nothing where there is none.
    pub office: Option<Office>,
    /// What happened, line by line.
    pub timeline: Vec<(SimTime, String)>,
    /// When it was over.
    pub ended_at: SimTime,
}

/// Whether a run was as expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// All as expected.
    AsExpected,
    /// A law or an expectation failed.
    Wrong,
    /// It did not come to rest, and that was not expected.
    NotSettled,
}

impl Verdict {
    /// In words.
    #[must_use]
    pub const fn says(self) -> &'static str {
        match self {
            Self::AsExpected => "as expected",
            Self::Wrong => "wrong",
            Self::NotSettled => "not settled",
        }
    }
}

/// Something that was not as expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// When it went wrong.
    pub at: SimTime,
    /// The law, where it is one.
    pub law: Option<Law>,
    /// What was expected and what was found.
    pub why: String,
    /// Where the scenario says what was expected.
    pub place: Option<Place>,
}

/// One charge in the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerLine {
    /// Its number.
    pub key: Key,
    /// Whose wish it is for.
    pub intent: Option<Intent>,
    /// How the ledger moved, in order.
    pub movements: Vec<(Movement, Fen)>,
    /// What stands at rest.
    pub net: Fen,
}

/// One person's wish, what they were told, and what they were charged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    /// Whose, what, how much, about what.
    pub wanted: Wanted,
    /// What they were told last.
    pub told: Option<Belief>,
    /// What the ledger holds for them.
    pub charged: Fen,
    /// Whether the ledger has done what they wished, and has not undone it.
    pub done: bool,
}

impl Outcome {
    /// What came out of a run. `again` is a second run of the same plan and seed, for the law that they are equal.
    #[must_use]
    pub fn of(run: &Run, again: Option<&Run>) -> Self {
        let evidence = Evidence::of(run);
        let breaches = judge(&evidence, again);
        let failures = expect::check(&evidence, &breaches);
        let verdict = match failures.first() {
            None => Verdict::AsExpected,
            Some(_) if failures.iter().any(|failure| failure.law == Some(Law::Settles)) => {
                Verdict::NotSettled
            }
            Some(_) => Verdict::Wrong,
        };
        let parties = parties(&evidence);
        let ledger = ledger(&evidence);
        let screen = evidence.screen;
        let office = Office::of(&evidence);
        Self {
            office,
            seed: run.seed,
            verdict,
            breaches,
            failures,
            ledger,
            parties,
            screen_words: screen.words(run.plan.settings.language),
            screen,
            slips: evidence.slips,
            timeline: timeline(run),
            ended_at: run.ended_at,
        }
    }

    /// What the ledger holds in all.
    #[must_use]
    pub fn net(&self) -> Fen {
        self.ledger.iter().map(|line| line.net).sum()
    }

    /// The laws that did not hold, each once.
    #[must_use]
    pub fn broken_laws(&self) -> Vec<Law> {
        let mut laws: Vec<Law> = self.breaches.iter().map(|breach| breach.law).collect();
        laws.dedup();
        laws
    }
}

fn parties(evidence: &Evidence<'_>) -> Vec<Party> {
    let party = |wish: &crate::evidence::Wish| Party {
        wanted: wish.wanted,
        told: wish.told.map(|(_, belief)| belief),
        charged: evidence.net_of(wish.wanted.intent),
        done: evidence.charges_of(wish.wanted.intent).any(|charge| charge.stands),
    };
    evidence.wishes.iter().map(party).collect()
}

fn ledger(evidence: &Evidence<'_>) -> Vec<LedgerLine> {
    let line = |charge: &crate::evidence::Charge| LedgerLine {
        key: charge.key,
        intent: charge.intent,
        movements: movements(evidence.run, charge.key),
        net: charge.net(),
    };
    let moves = |charge: &&crate::evidence::Charge| {
        charge.begun.is_none_or(|begun| begun.original.is_none()) || charge.moved_at > SimTime::ZERO
    };
    evidence.charges.iter().filter(moves).map(line).collect()
}

fn movements(run: &Run, wanted: Key) -> Vec<(Movement, Fen)> {
    run.trace
        .events()
        .filter_map(|(_, _, fact)| match fact {
            Fact::Acquirer(acquirer::Event::Committed { key, movement, amount, .. }) if *key == wanted => {
                Some((*movement, *amount))
            }
            _ => None,
        })
        .collect()
}

/// Everything that was reported, and every message that did not simply pass.
fn timeline(run: &Run) -> Vec<(SimTime, String)> {
    run.trace
        .records()
        .iter()
        .filter_map(|record| {
            let line = match &record.entry {
                // What the back office holds at rest has a place of its own.
                Entry::Event { event: Fact::BackOffice(backoffice::Event::Holds { .. }), .. } => return None,
                Entry::Event { event, .. } | Entry::Noted(event) => event.to_string(),
                Entry::Sent { lane, tag, verdict, fault, .. } if *verdict != LinkVerdict::Pass => {
                    let lane = crate::device::lane_name(*lane);
                    let words = match fault {
                        Some(fault) => format!("{} by fault {}", verdict_words(*verdict), fault + 1),
                        None => "lost, the line is cut".to_owned(),
                    };
                    format!("link      {tag} on {lane}: {words}")
                }
                Entry::Refused { lane, tag } => {
                    format!("link      {tag} on {}: refused", crate::device::lane_name(*lane))
                }
                Entry::Sent { .. } | Entry::Delivered { .. } | Entry::Woke { .. } => return None,
            };
            Some((record.at, line))
        })
        .collect()
}

fn verdict_words(verdict: LinkVerdict) -> String {
    match verdict {
        LinkVerdict::Pass => "passed".to_owned(),
        LinkVerdict::Delay(by) => format!("delayed by {}", SimTime::ZERO + by),
        LinkVerdict::Drop => "lost".to_owned(),
        LinkVerdict::Duplicate(after) => format!("sent again after {}", SimTime::ZERO + after),
        LinkVerdict::Reorder => "held until the next has passed".to_owned(),
        LinkVerdict::Corrupt { bit } => format!("bit {bit} turned over"),
        LinkVerdict::Cut => "cut".to_owned(),
    }
}
