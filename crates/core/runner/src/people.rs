//! What people do by chance: they hesitate, hit wrong keys, cancel, scan again, walk away, take the slip late.
//!
//! Each habit of each person rolls dice of its own, found by name, so that a new habit never reshuffles the others. People
//! act on what they see and have done themselves: the display, the scanner's light, the paper in the mouth. What the
//! terminal knows and does not show, they do not know.
//! *Not modelled:* people who see each other's hands; one who tells the merchant's copy from the customer's in the mouth.

use core::fmt;
use core::mem::discriminant;
use core::time::Duration;
use scenario::Sometimes;
use sim::{Ratio, Seed, SimTime, Stream};
use terminal::{Belief, Face, Intent, Press, Screen};

/// Somebody at the counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Person {
    /// Works there.
    Operator,
    /// Pays there.
    Customer,
}

/// Something that a person does by chance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whim {
    /// Waits so long before acting.
    Hesitates(Duration),
    /// Hits a key that was not meant.
    HitsWrongKey(Press),
    /// Has waited long enough, and presses cancel.
    Cancels,
    /// Has the customer of this step pay once more.
    ScansAgain(u16),
    /// Leaves before paying.
    WalksAway,
    /// Leaves without the slip.
    LeavesSlip,
    /// Will take the slip so long after it is ready.
    TakesLate(Duration),
    /// Says whether a receipt is wanted.
    Answers(bool),
}

/// The people of one run.
#[derive(Clone, Debug)]
pub(crate) struct People {
    hesitates: Habit,
    wrong_key: Habit,
    cancels: Habit,
    scans_again: Habit,
    customer_hesitates: Habit,
    walks_away: Habit,
    leaves_slip: Habit,
    takes_late: Habit,
    wants_no_receipt: Habit,
    /// Until when the operator's hands are full.
    free_at: SimTime,
    face: Face,
    /// How often the display has come to be about something else.
    faces: u32,
    /// Wishes of which the display has said that they are approved.
    approved: Vec<Intent>,
    /// Wishes whose customers have left before paying.
    gone: Vec<Intent>,
}

/// What somebody means to do, about a display that is still about the same then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meant {
    Cancel,
    Answer(bool),
}

/// How the operator comes to do a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Approach {
    pub(crate) hesitation: Option<Duration>,
    pub(crate) wrong_key: Option<(SimTime, Press)>,
    pub(crate) at: SimTime,
}

/// From a question on the display to the key of somebody who does not hesitate.
const ANSWERS_AFTER: Duration = Duration::from_secs(2);
/// The keys that lie beside the right one.
const KEYS: [Press; 3] = [Press::Cancel, Press::Reprint, Press::Enter];

impl People {
    pub(crate) fn new(people: &scenario::People, seed: Seed) -> Self {
        let scenario::People { operator, customer } = people;
        let operators = |name, how| Habit::new("operator", name, how, seed);
        let customers = |name, how| Habit::new("customer", name, how, seed);
        let at_once = |chance: Option<Ratio>| {
            chance.map(|chance| Sometimes { chance, least: Duration::ZERO, most: Duration::ZERO })
        };
        Self {
            hesitates: operators("hesitates", operator.hesitates),
            wrong_key: operators("hits-wrong-key", operator.wrong_key),
            cancels: operators("cancels", operator.cancels),
            scans_again: operators("scans-again", operator.scans_again),
            customer_hesitates: customers("hesitates", customer.hesitates),
            walks_away: customers("walks-away", at_once(customer.walks_away)),
            leaves_slip: customers("leaves-slip", at_once(customer.leaves_slip)),
            takes_late: customers("takes-late", customer.takes_late),
            wants_no_receipt: customers("wants-no-receipt", at_once(customer.wants_no_receipt)),
            free_at: SimTime::ZERO,
            face: Face::Idle,
            faces: 0,
            approved: Vec::new(),
            gone: Vec::new(),
        }
    }

    /// The steps say that the operator does something now. One thing is done after the other.
    pub(crate) fn approach(&mut self, now: SimTime) -> Approach {
        let hesitation = self.hesitates.takes();
        let ready = now.max(self.free_at) + hesitation.unwrap_or_default();
        let mistake = self.wrong_key.takes();
        let key = mistake.and_then(|_| self.wrong_key.one_of(&KEYS));
        self.free_at = ready + mistake.unwrap_or_default();
        Approach { hesitation, wrong_key: key.map(|key| (ready, key)), at: self.free_at }
    }

    /// A payment by wallet has been begun: after this span the operator looks whether it is paid.
    pub(crate) fn looks_after(&mut self) -> Option<Duration> {
        self.scans_again.takes()
    }

    /// Whether the display has never said that this is paid, and its customer is still there.
    pub(crate) fn seems_unpaid(&self, intent: Intent) -> bool {
        !self.approved.contains(&intent) && !self.gone.contains(&intent)
    }

    /// The display changes. What somebody means to do about it after a span, if it is then about the same.
    pub(crate) fn see(&mut self, screen: &Screen) -> Option<(Duration, Meant)> {
        if let Some((intent, Belief::Approved)) = screen.verdict
            && !self.approved.contains(&intent)
        {
            self.approved.push(intent);
        }
        if discriminant(&self.face) == discriminant(&screen.face) {
            return None;
        }
        self.face = screen.face;
        self.faces += 1;
        match screen.face {
            Face::Working { .. } | Face::Code { .. } | Face::WantsCode { .. } | Face::Asking => {
                self.cancels.takes().map(|span| (span, Meant::Cancel))
            }
            Face::WantsReceipt if self.wants_no_receipt.is_there() => {
                let wanted = self.wants_no_receipt.takes().is_none();
                let hesitation = self.customer_hesitates.takes().unwrap_or_default();
                Some((ANSWERS_AFTER + hesitation, Meant::Answer(wanted)))
            }
            _ => None,
        }
    }

    /// Which display it is now: the number does not come again.
    pub(crate) const fn sight(&self) -> u32 {
        self.faces
    }

    /// A customer is to pay, or to show a code: how much longer than usual that takes; `None` from one who leaves, and
    /// whether just now.
    pub(crate) fn pays(&mut self, intent: Intent) -> Result<Option<Duration>, Left> {
        if self.gone.contains(&intent) {
            return Err(Left::Before);
        }
        if self.walks_away.takes().is_some() {
            self.gone.push(intent);
            return Err(Left::JustNow);
        }
        Ok(self.customer_hesitates.takes())
    }

    /// A slip lies ready for a customer who would take it after `usual`.
    pub(crate) fn takes_slip(&mut self, usual: Duration) -> Taking {
        if self.leaves_slip.takes().is_some() {
            return Taking::Never;
        }
        self.takes_late.takes().map_or(Taking::After(usual), Taking::Late)
    }
}

/// When a customer left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Left {
    Before,
    JustNow,
}

/// When a customer takes a slip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taking {
    After(Duration),
    Late(Duration),
    Never,
}

/// One habit of one person, and its dice.
#[derive(Clone, Debug)]
struct Habit(Option<(Sometimes, Stream)>);

impl Habit {
    fn new(person: &str, name: &str, how: Option<Sometimes>, seed: Seed) -> Self {
        Self(how.map(|how| (how, seed.stream(&format!("people/{person}/{name}")))))
    }

    const fn is_there(&self) -> bool {
        self.0.is_some()
    }

    /// An occasion: after how long it is done this time, if it is.
    fn takes(&mut self) -> Option<Duration> {
        let (how, dice) = self.0.as_mut()?;
        let width_ms = u64::try_from(how.most.saturating_sub(how.least).as_millis()).unwrap_or(u64::MAX);
        let happens = dice.happens(how.chance);
        happens.then(|| how.least + Duration::from_millis(dice.below(width_ms.saturating_add(1))))
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> Option<T> {
        let (_, dice) = self.0.as_mut()?;
        let place = usize::try_from(dice.below(all.len() as u64)).unwrap_or_default();
        all.get(place).copied()
    }
}

impl fmt::Display for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Operator => "operator",
            Self::Customer => "customer",
        })
    }
}

impl fmt::Display for Whim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let span = |span: &Duration| SimTime::ZERO + *span;
        match self {
            Self::Hesitates(by) => write!(f, "hesitates for {}", span(by)),
            Self::HitsWrongKey(Press::Cancel) => f.write_str("hits a wrong key: cancel"),
            Self::HitsWrongKey(Press::Reprint) => f.write_str("hits a wrong key: reprint"),
            Self::HitsWrongKey(Press::Enter) => f.write_str("hits a wrong key: enter"),
            Self::Cancels => f.write_str("has waited long enough and cancels"),
            Self::ScansAgain(step) => write!(f, "has the customer pay once more, step {}", step + 1),
            Self::WalksAway => f.write_str("walks away"),
            Self::LeavesSlip => f.write_str("leaves the slip"),
            Self::TakesLate(after) => write!(f, "will take the slip after {}", span(after)),
            Self::Answers(true) => f.write_str("wants a receipt"),
            Self::Answers(false) => f.write_str("wants no receipt"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Approach, People};
    use core::time::Duration;
    use scenario::{Operator, Shopper, Sometimes};
    use sim::{Ratio, Seed, SimTime};

    fn approaches(people: &scenario::People) -> Vec<Approach> {
        let mut people = People::new(people, Seed(7));
        (0..20).map(|second| people.approach(SimTime::from_secs(60 * second))).collect()
    }

    #[test]
    fn nobody_does_anything_of_himself_unless_a_scenario_says_so() {
        for (second, approach) in approaches(&scenario::People::default()).into_iter().enumerate() {
            let at = SimTime::from_secs(60 * second as u64);
            assert_eq!(approach, Approach { hesitation: None, wrong_key: None, at });
        }
    }

    #[test]
    fn a_habit_more_does_not_change_what_the_others_draw() {
        let mut people = scenario::People { operator: Operator::Unsure.habits(), ..Default::default() };
        let alone = approaches(&people);
        assert!(alone.iter().any(|approach| approach.hesitation.is_some()));
        people.operator.cancels = Operator::Hasty.habits().cancels;
        people.customer = Shopper::Anybody.habits();
        assert_eq!(approaches(&people), alone);
        people.operator.wrong_key = None;
        let spans = |all: &[Approach]| all.iter().map(|one| one.hesitation).collect::<Vec<_>>();
        assert_eq!(spans(&approaches(&people)), spans(&alone));
    }

    #[test]
    fn an_operator_does_one_thing_after_the_other_within_the_span() {
        let (least, most) = (Duration::from_secs(2), Duration::from_secs(4));
        let habit = Sometimes { chance: Ratio::ALWAYS, least, most };
        let mut people = scenario::People::default();
        people.operator.hesitates = Some(habit);
        let mut people = People::new(&people, Seed(1));
        let mut before = SimTime::ZERO;
        for _ in 0..50 {
            let Approach { hesitation, at, .. } = people.approach(SimTime::ZERO);
            assert!((least..=most).contains(&hesitation.unwrap()));
            assert_eq!(at, before + hesitation.unwrap());
            before = at;
        }
    }
}
