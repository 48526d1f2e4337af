//! People by chance: what an operator and a customer do beside the steps, some of the time. Their shape, their values, and
//! how these come from a checked tree.
//!
//! Every habit has a likelihood, a ratio of two whole numbers, and most a span of time from which it is drawn evenly.
//! Source: "Scenario and rig files" of the design; the habits are those of the catalogue's causes `O`.
//! *Not modelled:* people who talk to each other; a customer who comes back tomorrow.

use crate::diagnostic::Diagnostic;
use crate::grammar::{TIME, word};
use crate::language::{Action, Scenario};
use crate::node::Node;
use crate::scalar;
use crate::shape::{Field, Map, Scalar, Shape};
use crate::vocabulary::vocabulary;
use core::time::Duration;
use sim::Ratio;

/// What people do beside the steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct People {
    /// Whoever works at the counter.
    pub operator: OperatorHabits,
    /// Whoever pays.
    pub customer: CustomerHabits,
}

/// What an operator does some of the time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OperatorHabits {
    /// Waits so long before each thing that the steps say.
    pub hesitates: Option<Sometimes>,
    /// Presses another key first, and the right one so long after it.
    pub wrong_key: Option<Sometimes>,
    /// Presses cancel when the screen has said nothing new for so long.
    pub cancels: Option<Sometimes>,
    /// Has the customer scan again when the screen does not say that it is paid so long after the first time.
    pub scans_again: Option<Sometimes>,
}

/// What a customer does some of the time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CustomerHabits {
    /// Waits so long before paying, showing a code or pressing a key.
    pub hesitates: Option<Sometimes>,
    /// Leaves before paying.
    pub walks_away: Option<Ratio>,
    /// Leaves without the slip.
    pub leaves_slip: Option<Ratio>,
    /// Takes the slip so long after it is ready.
    pub takes_late: Option<Sometimes>,
    /// Asked whether a receipt is wanted, presses the key for no, and otherwise the one for yes.
    pub wants_no_receipt: Option<Ratio>,
}

/// Something that is done some of the time, after a span that is drawn evenly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sometimes {
    /// How often.
    pub chance: Ratio,
    /// After how long at least.
    pub least: Duration,
    /// After how long at most.
    pub most: Duration,
}

vocabulary! {
    /// A kind of operator.
    Operator {
        Hasty = "hasty", "Hits wrong keys, cancels what takes long, and has the customer scan again.";
        Unsure = "unsure", "Hesitates before every key, and hits wrong ones.";
        Anybody = "anybody", "Has every habit of an operator now and then.";
    }
}

vocabulary! {
    /// A kind of customer.
    Shopper {
        Late = "late", "Hesitates before paying, and takes the slip late.";
        Fickle = "fickle", "Walks away before paying or before the slip, and often wants none.";
        Anybody = "anybody", "Has every habit of a customer now and then.";
    }
}

impl Operator {
    /// What such an operator does.
    #[must_use]
    pub const fn habits(self) -> OperatorHabits {
        match self {
            Self::Hasty => OperatorHabits {
                hesitates: None,
                wrong_key: Some(sometimes(1, 4, 300, 1_500)),
                cancels: Some(sometimes(1, 3, 2_000, 12_000)),
                scans_again: Some(sometimes(2, 3, 4_000, 15_000)),
            },
            Self::Unsure => OperatorHabits {
                hesitates: Some(sometimes(3, 4, 1_000, 20_000)),
                wrong_key: Some(sometimes(1, 2, 1_000, 5_000)),
                cancels: None,
                scans_again: None,
            },
            Self::Anybody => OperatorHabits {
                hesitates: Some(sometimes(1, 2, 500, 6_000)),
                wrong_key: Some(sometimes(1, 6, 500, 3_000)),
                cancels: Some(sometimes(1, 8, 500, 40_000)),
                scans_again: Some(sometimes(1, 4, 3_000, 40_000)),
            },
        }
    }
}

impl Shopper {
    /// What such a customer does.
    #[must_use]
    pub const fn habits(self) -> CustomerHabits {
        match self {
            Self::Late => CustomerHabits {
                hesitates: Some(sometimes(3, 4, 3_000, 40_000)),
                walks_away: None,
                leaves_slip: None,
                takes_late: Some(sometimes(2, 3, 10_000, 90_000)),
                wants_no_receipt: None,
            },
            Self::Fickle => CustomerHabits {
                hesitates: None,
                walks_away: Some(ratio(1, 3)),
                leaves_slip: Some(ratio(1, 3)),
                takes_late: None,
                wants_no_receipt: Some(ratio(2, 3)),
            },
            Self::Anybody => CustomerHabits {
                hesitates: Some(sometimes(1, 2, 500, 20_000)),
                walks_away: Some(ratio(1, 8)),
                leaves_slip: Some(ratio(1, 6)),
                takes_late: Some(sometimes(1, 4, 5_000, 90_000)),
                wants_no_receipt: Some(ratio(1, 3)),
            },
        }
    }
}

const fn ratio(times: u32, of: u32) -> Ratio {
    Ratio { times, of }
}

const fn sometimes(times: u32, of: u32, least_ms: u64, most_ms: u64) -> Sometimes {
    let (least, most) = (Duration::from_millis(least_ms), Duration::from_millis(most_ms));
    Sometimes { chance: ratio(times, of), least, most }
}

pub(crate) const PEOPLE: Field = Field::optional(
    "people",
    Shape::Map(Map {
        what: "`people`",
        example: "{ operator: hasty, customer: { takes-late: { between: 20s, and: 90s, chance: 1/3 } } }",
        choices: &[],
        fields: &[
            Field::optional(
                "operator",
                Shape::Either(word!(Operator, "a kind of operator"), OPERATOR),
                "operator: hasty",
                "what the operator does some of the time, in a word or habit by habit",
            ),
            Field::optional(
                "customer",
                Shape::Either(word!(Shopper, "a kind of customer"), CUSTOMER),
                "customer: late",
                "what customers do some of the time, in a word or habit by habit",
            ),
        ],
    }),
    "people: { operator: hasty, customer: late }",
    "what people do beside the steps, by the seed; left out, they do what the steps say and nothing else",
);

const OPERATOR: Map = Map {
    what: "the operator's habits",
    example: "{ hesitates: { between: 1s, and: 5s }, cancels: { between: 5s, and: 30s, chance: 1/4 } }",
    choices: &[],
    fields: &[
        Field::optional(
            "hesitates",
            Shape::Map(timed("`hesitates`")),
            "hesitates: { between: 1s, and: 5s }",
            "waits so long before each thing that the steps say",
        ),
        Field::optional(
            "hits-wrong-key",
            Shape::Map(timed("`hits-wrong-key`")),
            "hits-wrong-key: { between: 1s, and: 3s, chance: 1/6 }",
            "hits another key first, and does the right thing so long after it",
        ),
        Field::optional(
            "cancels",
            Shape::Map(timed("`cancels`")),
            "cancels: { between: 5s, and: 30s, chance: 1/4 }",
            "presses cancel when the screen has said nothing new for so long",
        ),
        Field::optional(
            "scans-again",
            Shape::Map(timed("`scans-again`")),
            "scans-again: { between: 5s, and: 20s, chance: 1/2 }",
            "has the customer pay once more when the screen does not say that it is paid so long after the first try",
        ),
    ],
};

const CUSTOMER: Map = Map {
    what: "the customer's habits",
    example: "{ hesitates: { between: 5s, and: 40s }, leaves-slip: { chance: 1/4 } }",
    choices: &[],
    fields: &[
        Field::optional(
            "hesitates",
            Shape::Map(timed("`hesitates`")),
            "hesitates: { between: 5s, and: 40s }",
            "waits so long before paying, showing a code or pressing a key",
        ),
        Field::optional(
            "walks-away",
            Shape::Map(chance("`walks-away`")),
            "walks-away: { chance: 1/8 }",
            "leaves before paying",
        ),
        Field::optional(
            "leaves-slip",
            Shape::Map(chance("`leaves-slip`")),
            "leaves-slip: { chance: 1/4 }",
            "leaves without the slip",
        ),
        Field::optional(
            "takes-late",
            Shape::Map(timed("`takes-late`")),
            "takes-late: { between: 20s, and: 90s, chance: 1/3 }",
            "takes the slip so long after it is ready",
        ),
        Field::optional(
            "wants-no-receipt",
            Shape::Map(chance("`wants-no-receipt`")),
            "wants-no-receipt: { chance: 2/3 }",
            "asked whether a receipt is wanted, presses the key for no, and otherwise the one for yes",
        ),
    ],
};

const CHANCE: Field = Field::optional(
    "chance",
    Shape::Scalar(Scalar::Ratio),
    "chance: 1/4",
    "how often, by the seed; the default is every time",
);

const fn chance(what: &'static str) -> Map {
    Map { what, example: "{ chance: 1/4 }", choices: &[], fields: &[CHANCE] }
}

const BETWEEN: Field = Field::required("between", TIME, "between: 5s", "after how long at least");
const AND: Field = Field::required("and", TIME, "and: 40s", "after how long at most");

const fn timed(what: &'static str) -> Map {
    Map {
        what,
        example: "{ between: 5s, and: 40s, chance: 1/4 }",
        fields: &[BETWEEN, AND, CHANCE],
        choices: &[],
    }
}

/// What stands behind `people`.
pub(crate) fn people(node: &Node) -> Option<People> {
    let mut people = People::default();
    if let Some(operator) = node.get("operator") {
        people.operator = match operator.text() {
            Some(word) => Operator::from_name(word)?.habits(),
            None => OperatorHabits {
                hesitates: timed_habit(operator, "hesitates"),
                wrong_key: timed_habit(operator, "hits-wrong-key"),
                cancels: timed_habit(operator, "cancels"),
                scans_again: timed_habit(operator, "scans-again"),
            },
        };
    }
    if let Some(customer) = node.get("customer") {
        people.customer = match customer.text() {
            Some(word) => Shopper::from_name(word)?.habits(),
            None => CustomerHabits {
                hesitates: timed_habit(customer, "hesitates"),
                walks_away: customer.get("walks-away").map(likelihood),
                leaves_slip: customer.get("leaves-slip").map(likelihood),
                takes_late: timed_habit(customer, "takes-late"),
                wants_no_receipt: customer.get("wants-no-receipt").map(likelihood),
            },
        };
    }
    Some(people)
}

fn timed_habit(person: &Node, name: &str) -> Option<Sometimes> {
    let habit = person.get(name)?;
    let (one, other) = (habit.time("between")?, habit.time("and")?);
    Some(Sometimes { chance: likelihood(habit), least: one.min(other), most: one.max(other) })
}

fn likelihood(habit: &Node) -> Ratio {
    habit.scalar("chance").and_then(|text| scalar::ratio(text).ok()).unwrap_or(Ratio::ALWAYS)
}

/// Habits, named one by one, for which nobody in this scenario has an occasion.
pub(crate) fn check_people(scenario: &Scenario, root: &Node) -> Vec<Diagnostic> {
    let by_wallet = |action: &Action| matches!(action, Action::ShowQr(_) | Action::Scan(_));
    let pays_by_wallet = scenario.steps.iter().any(|step| by_wallet(&step.action));
    let asks = scenario.terminal.receipt_prompt.is_some();
    let habits = [
        (
            "operator",
            "scans-again",
            pays_by_wallet,
            "no step is a payment by wallet",
            "a `show-qr` or a `scan` step",
        ),
        (
            "customer",
            "walks-away",
            pays_by_wallet,
            "no step is a payment by wallet",
            "a `show-qr` or a `scan` step",
        ),
        (
            "customer",
            "wants-no-receipt",
            asks,
            "the terminal prints without asking",
            "a `receipt-prompt` in the terminal's setup",
        ),
    ];
    let idle = habits.into_iter().filter(|(_, _, has_occasion, ..)| !has_occasion);
    idle.filter_map(|(person, habit, _, why, expected)| {
        let node = root.get("people")?.get(person)?.get(habit)?;
        let diagnostic = Diagnostic::at(node.span.clone(), "there is never an occasion for this habit", why);
        Some(diagnostic.expected(expected))
    })
    .collect()
}
