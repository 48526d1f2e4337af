//! What a scenario says of people's habits, and what makes no sense.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use core::time::Duration;
use sim::Ratio;
use tillrig_scenario::{CustomerHabits, Operator, OperatorHabits, People, Scenario, Shopper, Sometimes};

fn text(people: &str, step: &str) -> String {
    format!(
        "name: x\nsymptom: scanned-no-receipt\ncause: rescan\n{people}\nsteps: [{{ at: 0s, {step} }}]\n\
         expect: {{ captured: nothing }}\n"
    )
}

fn right(people: &str, step: &str) -> People {
    let scenario = Scenario::parse("x.yaml", text(people, step).as_bytes());
    scenario.unwrap_or_else(|errors| panic!("{errors}")).people
}

fn wrong(people: &str, step: &str) -> String {
    Scenario::parse("x.yaml", text(people, step).as_bytes()).unwrap_err().render(false)
}

const QR: &str = "show-qr: { wallet: wechat, amount: CNY 3.00 }";
const SALE: &str = "card-sale: { amount: CNY 3.00 }";

#[test]
fn nobody_has_a_habit_unless_the_file_says_so() {
    assert_eq!(right("", QR), People::default());
    assert_eq!(People::default().operator, OperatorHabits::default());
}

#[test]
fn people_are_said_in_a_word_or_habit_by_habit() {
    let in_words = right("people: { operator: hasty, customer: late }", QR);
    let expected = People { operator: Operator::Hasty.habits(), customer: Shopper::Late.habits() };
    assert_eq!(in_words, expected);
    let habits = "people: { customer: { walks-away: { chance: 1/8 }, takes-late: { between: 90s, and: 20s, chance: 1/3 }, hesitates: { between: 1s, and: 5s } } }";
    let (second, always) = (Duration::from_secs, Ratio::ALWAYS);
    let third = Ratio { times: 1, of: 3 };
    let customer = CustomerHabits {
        hesitates: Some(Sometimes { chance: always, least: second(1), most: second(5) }),
        walks_away: Some(Ratio { times: 1, of: 8 }),
        takes_late: Some(Sometimes { chance: third, least: second(20), most: second(90) }),
        ..CustomerHabits::default()
    };
    assert_eq!(right(habits, QR), People { customer, ..People::default() });
}

#[test]
fn a_kind_of_people_has_habits_that_can_happen() {
    let kinds = Operator::ALL.iter().map(|kind| kind.habits());
    let spans = kinds.flat_map(|habits| {
        [habits.hesitates, habits.wrong_key, habits.cancels, habits.scans_again].into_iter().flatten()
    });
    assert!(spans.clone().count() > 5);
    for Sometimes { chance, least, most } in spans {
        assert!(least < most && 0 < chance.times && chance.times < chance.of);
    }
}

#[test]
fn a_habit_without_an_occasion_is_refused_and_a_kind_of_people_never_is() {
    let rescans = "people: { operator: { scans-again: { between: 1s, and: 5s } } }";
    assert!(wrong(rescans, SALE).contains("no step is a payment by wallet"));
    assert!(
        wrong("people: { customer: { walks-away: { chance: 1/2 } } }", SALE).contains("never an occasion")
    );
    let receipt = "people: { customer: { wants-no-receipt: { chance: 1/2 } } }";
    assert!(wrong(receipt, QR).contains("the terminal prints without asking"));
    right("people: { operator: hasty, customer: fickle }", SALE);
}

#[test]
fn a_misspelt_habit_brings_the_nearest_one() {
    let misspelt = wrong("people: { operator: { hesitate: { between: 1s, and: 5s } } }", QR);
    assert!(misspelt.contains("did you mean `hesitates`?"), "{misspelt}");
    assert!(wrong("people: { operator: hasti }", QR).contains("did you mean `hasty`?"));
    assert!(wrong("people: { operator: { hesitates: { between: 1s } } }", QR).contains("`and` is missing"));
}
