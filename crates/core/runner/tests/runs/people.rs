//! What people do by chance: on what they see, one thing after the other, and by the seed alone.

use crate::driver::{outcome, plan};
use crate::weather::busy_day;
use scenario::{Fate, Law};
use sim::{Fen, Seed};
use terminal::Press;
use tillrig_runner::{Fact, Outcome, VirtualTestbed, Whim};

const SALES: &str = "steps:\n  - { at: 0s, card-sale: { amount: CNY 25.00 } }\n  - { at: 5s, card-sale: { amount: CNY 30.00 } }\n";
const QR: &str =
    "steps: [{ at: 0s, show-qr: { wallet: wechat, amount: CNY 8.00, customer-pays-after: 5s } }]\n";

fn with(terminal: &str, people: &str, steps: &str, captured: &str) -> Outcome {
    outcome(&format!(
        "terminal: {terminal}\npeople: {{ {people} }}\n{steps}expect: {{ captured: {captured} }}"
    ))
}

fn at(outcome: &Outcome, what: &str) -> Vec<u64> {
    outcome.timeline.iter().filter(|(_, line)| line.contains(what)).map(|(at, _)| at.as_secs()).collect()
}

#[test]
fn an_operator_who_hesitates_does_one_step_after_the_other() {
    let people = "operator: { hesitates: { between: 20s, and: 20s } }";
    let found = with("reference", people, SALES, "CNY 55.00");
    assert!(found.failures.is_empty(), "{:?}", found.failures);
    assert_eq!(at(&found, "people    step"), [20, 40]);
}

#[test]
fn a_wrong_key_comes_first_and_the_right_thing_after_it() {
    let people = "operator: { hits-wrong-key: { between: 2s, and: 2s } }";
    let found = with("reference", people, SALES, "CNY 55.00");
    assert!(found.failures.is_empty(), "{:?}", found.failures);
    assert_eq!(at(&found, "hits a wrong key"), [0, 5]);
    assert_eq!(at(&found, "people    step"), [2, 7]);
}

#[test]
fn an_operator_cancels_only_what_the_screen_still_says() {
    // A sale takes a third of a second, a customer five seconds to pay.
    let people = "operator: { cancels: { between: 2s, and: 2s } }";
    let sales = with("reference", people, SALES, "CNY 55.00");
    assert_eq!((sales.net(), at(&sales, "cancels").len()), (Fen(5500), 0));
    let code = with("reference", people, QR, "nothing");
    assert_eq!((code.net(), at(&code, "cancels")), (Fen::ZERO, vec![2]));
}

#[test]
fn an_operator_has_nobody_pay_twice_who_is_seen_to_have_paid() {
    let again = |after: u8| {
        let people = format!("operator: {{ scans-again: {{ between: {after}s, and: {after}s }} }}");
        with("reference", &people, QR, "CNY 8.00")
    };
    let early = again(3);
    assert_eq!((early.net(), at(&early, "pay once more")), (Fen(800), vec![3]));
    assert_eq!(at(&early, "turns wish 1 away"), [3]);
    assert!(at(&again(30), "pay once more").is_empty());
}

#[test]
fn a_second_try_of_a_hasty_operator_charges_twice_where_silence_is_declined() {
    let lines = "terminal: { profile: silence-is-declined, result-timeout: 6s }\n\
                 people: { operator: { scans-again: { between: 30s, and: 30s } } }\n\
                 steps: [{ at: 0s, scan: { wallet: wechat, amount: CNY 8.00 } }]\n\
                 faults: [{ on: acquirer.answers, message: pay, drop: { times: 1 } }]\n\
                 expect: { captured: CNY 16.00 }";
    assert!(outcome(lines).broken_laws().contains(&Law::ChargedOnce));
}

#[test]
fn a_customer_who_has_walked_away_does_not_come_back_to_pay() {
    let people =
        "operator: { scans-again: { between: 80s, and: 80s } }, customer: { walks-away: { chance: 1/1 } }";
    let found = with("reference", people, QR, "nothing");
    assert_eq!((found.net(), at(&found, "walks away").len()), (Fen::ZERO, 1));
    assert!(at(&found, "pay once more").is_empty(), "the operator sees that nobody is there");
}

#[test]
fn a_late_customer_loses_the_slip_to_the_presenter() {
    let fate = |after: u8| {
        let people = format!("customer: {{ takes-late: {{ between: {after}s, and: {after}s }} }}");
        with("kiosk", &people, QR, "CNY 8.00").slips[0].fate
    };
    // The presenter waits for thirty seconds.
    assert_eq!((fate(20), fate(60)), (Fate::Taken, Fate::Retracted));
    let leaves = with("reference", "customer: { leaves-slip: { chance: 1/1 } }", QR, "CNY 8.00");
    assert!(leaves.slips.iter().all(|slip| slip.fate == Fate::Left));
}

#[test]
fn a_customer_who_is_asked_answers_and_another_habit_changes_nothing_about_it() {
    let answers = |people: &str| {
        let steps: String = (0..12)
            .map(|minute| format!("  - {{ at: {minute}m, scan: {{ wallet: wechat, amount: CNY 8.00 }} }}\n"))
            .collect();
        let found = with(
            "{ profile: reference, receipt-prompt: 20s }",
            &format!("customer: {{ wants-no-receipt: {{ chance: 1/2 }} }}{people}"),
            &format!("steps:\n{steps}"),
            "CNY 96.00",
        );
        assert!(found.breaches.is_empty());
        let answers = found.timeline.into_iter().map(|(_, line)| line);
        answers.filter(|line| line.contains("customer  wants")).collect::<Vec<_>>()
    };
    let alone = answers("");
    let no = alone.iter().filter(|line| line.contains("no receipt")).count();
    assert!(alone.len() == 12 && (2..11).contains(&no), "{alone:?}");
    assert_eq!(answers(", operator: { hesitates: { between: 1s, and: 4s } }"), alone);
}

#[test]
fn every_habit_is_met_on_busy_days() {
    let mut whims: Vec<Whim> = Vec::new();
    for case in 0..60 {
        let run = VirtualTestbed.run(&plan(&busy_day("reference", case)), Seed(case));
        whims.extend(run.trace.events().filter_map(|(_, _, fact)| match fact {
            Fact::Whim(_, whim) => Some(*whim),
            _ => None,
        }));
    }
    type Is = fn(&Whim) -> bool;
    let kinds: [(&str, Is); 10] = [
        ("hesitates", |whim| matches!(whim, Whim::Hesitates(_))),
        ("wrong cancel", |whim| *whim == Whim::HitsWrongKey(Press::Cancel)),
        ("wrong reprint", |whim| *whim == Whim::HitsWrongKey(Press::Reprint)),
        ("cancels", |whim| *whim == Whim::Cancels),
        ("scans again", |whim| matches!(whim, Whim::ScansAgain(_))),
        ("walks away", |whim| *whim == Whim::WalksAway),
        ("leaves the slip", |whim| *whim == Whim::LeavesSlip),
        ("takes late", |whim| matches!(whim, Whim::TakesLate(_))),
        ("wants none", |whim| *whim == Whim::Answers(false)),
        ("wants one", |whim| *whim == Whim::Answers(true)),
    ];
    for (name, is_one) in kinds {
        let times = whims.iter().filter(|whim| is_one(whim)).count();
        assert!(times >= 5, "{name}: {times} times");
    }
}
