//! What the director does with steps and faults: who pays, what counts, what overlaps, what never came.

use crate::driver::{outcome, plan, run};
use sim::{Fen, SimTime};
use tillrig_runner::{Outcome, Verdict};

const SALE: &str = "- { at: 0s, card-sale: { amount: CNY 25.00 } }";

fn reasons(outcome: &Outcome) -> String {
    outcome.failures.iter().map(|failure| failure.why.as_str()).collect::<Vec<_>>().join("; ")
}

#[test]
fn a_step_whose_event_never_comes_is_a_failure() {
    let lines = format!(
        "steps:\n  {SALE}\n  - {{ when: terminal.gives-up, press: cancel }}\nexpect: {{ captured: CNY 25.00 }}"
    );
    let outcome = outcome(&lines);
    assert_eq!(outcome.verdict, Verdict::Wrong);
    assert!(reasons(&outcome).contains("step was never done"), "{}", reasons(&outcome));
}

#[test]
fn a_cut_or_a_closed_door_that_stops_nothing_is_a_failure() {
    for fault in ["on: acquirer.link, cut: { for: 1s }, at: 40s", "acquirer: { down: { for: 5s } }, at: 40s"]
    {
        let lines = format!("steps:\n  {SALE}\nfaults: [{{ {fault} }}]\nexpect: {{ captured: CNY 25.00 }}");
        assert!(reasons(&outcome(&lines)).contains("never had any effect"), "{fault}");
    }
}

#[test]
fn a_deed_of_the_host_that_hits_nothing_is_a_failure_and_a_hit_names_its_fault() {
    let with = |fault: &str| {
        outcome(&format!(
            "steps:\n  {SALE}\nfaults:\n  - {{ acquirer: {{ slow: {{ by: 1s }} }} }}\n  - {{ acquirer: {{ {fault} }} }}\n\
             expect: {{ captured: CNY 25.00 }}"
        ))
    };
    assert!(reasons(&with("loses: answer, to: reversal")).contains("never had any effect"));
    assert!(reasons(&with("holds: 1s, amount: { cents: 69 }")).contains("never had any effect"));
    let hit = with("holds: 1s, amount: CNY 25.00");
    assert_eq!(reasons(&hit), "");
    let line = hit.timeline.iter().find(|(_, line)| line.contains("meets")).unwrap();
    assert_eq!(line.1, "acquirer  sale meets hold of fault 2, 000001-000001");
}

#[test]
fn a_deed_of_the_host_ends_after_its_span_and_with_the_healing() {
    let sales = "steps:\n  - { at: 0s, card-sale: { amount: CNY 25.00 } }\n  - { at: 40s, card-sale: { amount: CNY 30.00 } }";
    let with = |fault: &str, rest: &str| {
        outcome(&format!(
            "{rest}{sales}\nfaults: [{{ acquirer: {{ {fault} }} }}]\nexpect: {{ captured: nothing }}"
        ))
    };
    assert_eq!(with("says: 51, to: sale", "").net(), Fen::ZERO);
    assert_eq!(with("says: 51, to: sale, for: 20s", "").net(), Fen(3000));
    assert_eq!(with("says: 51, to: sale", "heal: { at: 20s }\n").net(), Fen(3000));
}

#[test]
fn a_rush_lasts_as_long_as_it_says_and_its_queue_drains() {
    let sales = "steps:\n  - { at: 0s, card-sale: { amount: CNY 25.00 } }\n  - { at: 90s, card-sale: { amount: CNY 30.00 } }";
    let rush = "{ arrives: 500/s, serves: 100/s, queue: 100, for: 40s }";
    let text =
        format!("{sales}\nfaults: [{{ acquirer: {{ rush: {rush} }} }}]\nexpect: {{ captured: CNY 55.00 }}");
    assert_eq!(reasons(&outcome(&text)), "");
    // Half a second after its beginning the queue is full.
    let late = text.replace("at: 0s", "at: 5s").replace("CNY 55.00 }", "CNY 30.00 }");
    assert_eq!(reasons(&outcome(&late)), "");
}

#[test]
fn the_end_of_a_rush_is_noted_when_it_comes_and_its_queue_still_waits() {
    let rush = "{ arrives: 500/s, serves: 100/s, queue: 1000, for: 40s }";
    let found = outcome(&format!(
        "steps: [{{ at: 41s, card-sale: {{ amount: CNY 25.00 }} }}]\nfaults: [{{ acquirer: {{ rush: {rush} }} }}]\n\
         expect: {{ captured: CNY 25.00 }}"
    ));
    assert_eq!(reasons(&found), "");
    let at = |what: &str| found.timeline.iter().find(|(_, line)| line.contains(what)).unwrap().0;
    assert_eq!(at("fault 1   is mended"), SimTime::from_secs(40));
    // A thousand waited, a hundred have been served since.
    assert_eq!(at("captured").since(at("sale received")).as_secs(), 9);
}

#[test]
fn a_rush_that_nobody_meets_is_a_failure() {
    let rush = "{ arrives: 500/s, serves: 100/s, queue: 100, for: 5s }";
    let lines = format!(
        "steps:\n  {SALE}\nfaults: [{{ acquirer: {{ rush: {rush} }}, at: 40s }}]\nexpect: {{ captured: CNY 25.00 }}"
    );
    assert!(reasons(&outcome(&lines)).contains("never had any effect"), "{}", reasons(&outcome(&lines)));
    // Three seconds later the queue is full, and the sale is refused.
    let met =
        outcome(&lines.replace("at: 0s", "at: 43s").replace("captured: CNY 25.00", "captured: nothing"));
    assert_eq!(reasons(&met), "");
}

#[test]
fn a_half_open_link_carries_one_way_and_a_narrow_one_carries_slowly() {
    let half = format!(
        "steps:\n  {SALE}\nfaults: [{{ on: acquirer.answers, cut: {{ for: 30s }} }}]\nexpect: {{ captured: nothing }}"
    );
    let found = outcome(&half);
    // The host captured, and the terminal had to take it back.
    assert_eq!(reasons(&found), "");
    assert!(found.ledger[0].movements.len() == 2, "{:?}", found.ledger);
    let narrow = format!(
        "steps:\n  {SALE}\nfaults: [{{ on: acquirer.link, bandwidth: 80bps }}]\nexpect: {{ captured: CNY 25.00 }}"
    );
    let found = outcome(&narrow);
    assert_eq!(reasons(&found), "");
    let at = |what: &str| found.timeline.iter().find(|(_, line)| line.contains(what)).unwrap().0;
    // Ten bytes a second: a sale with track 2 and MAC has more than ninety.
    assert!(at("sale received").as_secs() >= 9, "{}", at("sale received"));
}

#[test]
fn a_fault_on_two_lanes_hits_as_often_as_it_says() {
    let lines = format!(
        "steps:\n  {SALE}\n  - {{ at: 90s, show-qr: {{ wallet: wechat, amount: CNY 18.50 }} }}\n\
         faults: [{{ on: terminal.asks, drop: {{ times: 1 }} }}]\nexpect: {{ captured: CNY 18.50 }}"
    );
    let outcome = outcome(&lines);
    let hits = outcome.timeline.iter().filter(|(_, line)| line.contains("lost by fault 1")).count();
    assert_eq!((hits, reasons(&outcome).as_str()), (1, ""));
}

#[test]
fn a_short_cut_does_not_mend_a_long_one() {
    let lines = "steps: [{ at: 10s, card-sale: { amount: CNY 25.00 } }]\n\
        faults:\n  - { on: acquirer.link, cut: { for: 60s }, at: 0s }\n  \
        - { on: acquirer.link, cut: { for: 1s }, at: 2s }\nexpect: { captured: nothing }";
    let found = outcome(lines);
    // Only the long cut stops anything; without its help the sale would have been captured.
    assert_eq!(found.net(), Fen::ZERO);
}

#[test]
fn each_customer_does_what_the_own_step_says() {
    let lines = "steps:\n  - { at: 0s, show-qr: { wallet: wechat, amount: CNY 18.50 } }\n  \
        - { at: 20ms, show-qr: { wallet: wechat, amount: CNY 9.00, customer-pays: never } }\n\
        expect: { captured: CNY 18.50 }";
    assert_eq!(reasons(&outcome(lines)), "");
}

#[test]
fn what_is_planned_for_long_after_the_heal_does_not_keep_the_world_restless() {
    let lines = format!(
        "steps:\n  {SALE}\nfaults: [{{ power: {{ cut: printer, for: 2h }}, at: 10s }}]\nexpect: {{ captured: CNY 25.00 }}"
    );
    assert_eq!(reasons(&outcome(&lines)), "");
}

#[test]
fn a_go_that_was_lost_is_not_waited_for_for_ever() {
    let lines = "heal: { at: 30s }\nsteps:\n  - { at: 0s, card-sale: { amount: CNY 25.00 } }\n  \
        - { at: 97s, card-sale: { amount: CNY 30.00 } }\nfaults:\n  \
        - { on: printer.replies, duplicate: { after: 97s, skip: 3, times: 1 } }\n  \
        - { printer: open-cover, when: printer.prints }\nexpect: { captured: CNY 55.00 }";
    assert!(run(&plan(lines)).settled);
}

#[test]
fn a_number_that_is_given_out_twice_is_booked_to_the_wish_that_paid() {
    let lines = "terminal: forgetful\nsteps:\n  - { at: 0s, card-sale: { amount: CNY 25.00 } }\n  \
        - { at: 60s, card-sale: { amount: CNY 30.00 } }\nfaults:\n  \
        - { on: terminal.asks, message: sale, drop: { times: 1 } }\n  \
        - { power: { cut: terminal, for: 5s }, at: 20s }\nexpect: { captured: CNY 30.00 }";
    let outcome = outcome(lines);
    let charged: Vec<Fen> = outcome.parties.iter().map(|party| party.charged).collect();
    assert_eq!(charged, [Fen::ZERO, Fen(3000)]);
}

#[test]
fn the_cancel_key_is_heard_before_the_first_byte_has_left() {
    let lines = format!(
        "steps:\n  {SALE}\n  - {{ at: 3ms, press: cancel }}\n\
         expect: {{ captured: nothing, screen: declined, receipts: [] }}"
    );
    assert_eq!(reasons(&outcome(&lines)), "");
}

#[test]
fn the_reprint_key_reaches_the_slip_before_the_newest() {
    let lines = format!(
        "steps:\n  {SALE}\n  - {{ at: 20s, card-sale: {{ amount: CNY 30.00 }} }}\n  \
         - {{ at: 40s, press: reprint }}\n  - {{ at: 50s, press: reprint }}\nexpect: {{ captured: CNY 55.00 }}"
    );
    let outcome = outcome(&lines);
    let reprinted: Vec<Option<Fen>> =
        outcome.slips.iter().filter(|slip| slip.reprint).map(|slip| slip.amount).collect();
    assert_eq!(reprinted, [Some(Fen(3000)), Some(Fen(2500))]);
}

#[test]
fn a_tooth_that_the_gear_does_not_have_is_refused() {
    let text = format!(
        "name: A test\nsymptom: paid-no-receipt\ncause: gear-worn\nsteps:\n  {SALE}\n\
         faults: [{{ printer: {{ wear-gear: {{ gear: motor, missing: [8] }} }} }}]\nexpect: {{ captured: nothing }}"
    );
    let scenario = scenario::Scenario::parse("test.yaml", text.as_bytes()).unwrap();
    let refusal = tillrig_runner::Plan::new(scenario).unwrap_err().to_string();
    assert_eq!(refusal, "line 6: the motor gear has no tooth 8: it has 8, counted from 0 to 7");
}
