//! The sound firmwares break no law, whatever the weather: random faults from the whole vocabulary, many seeds.
//!
//! Each case is a scenario file made from a seeded stream, so a failure prints the file that reproduces it.

use crate::driver::plan;
use crate::weather::{
    COUNTER_AIMS, HOLD_AIMS, PAYMENT_AIMS, SCAN_AIMS, back_office_day, both_wallets, counter, day_with_gaps,
    holds, payments, people, pick, prompted, queue, scans, scenario, with_back_office, with_wrong_parameters,
};
use sim::{Seed, Stream};
use tillrig_runner::cuts::{Cuts, Sample, cut};
use tillrig_runner::{Evidence, VirtualTestbed, judge};

/// Cases a firmware. Enough to have met every pair of faults; building with `TILLRIG_CASES=40000` takes more.
const CASES: u64 = 400;
/// Days that are interrupted again and again, and of those, days on which messages are signed by RSA.
const CUT_CASES: u64 = 30;
const SIGNED_CUT_CASES: u64 = 20;
/// The same where every message is signed by RSA, of which a build without optimisation makes a dozen a second.
const SIGNED_CASES: u64 = 150;

#[test]
fn the_reference_firmware_breaks_no_law_under_random_faults() {
    weather("reference");
}

#[test]
fn the_kiosk_firmware_breaks_no_law_under_random_faults() {
    weather("kiosk");
}

#[test]
fn no_law_breaks_when_everything_is_done_at_the_counter_under_random_faults() {
    blow(|dice| scenario("reference", counter, COUNTER_AIMS, dice));
}

#[test]
fn no_law_breaks_when_payment_codes_are_scanned_and_orders_refunded_under_random_faults() {
    blow(|dice| {
        let terminal = pick(dice, &["reference", "kiosk"]);
        scenario(terminal, scans, SCAN_AIMS, dice)
    });
}

#[test]
fn no_law_breaks_when_both_wallets_are_scanned_shown_and_refunded_under_random_faults() {
    blow_often(SIGNED_CASES, |dice| {
        let terminal = pick(dice, &["reference", "kiosk"]);
        let text = scenario(terminal, both_wallets, SCAN_AIMS, dice);
        if dice.below(3) == 0 { with_back_office(text, dice) } else { text }
    });
}

#[test]
fn no_law_breaks_when_money_is_held_in_wallets_under_random_faults() {
    blow_often(SIGNED_CASES, |dice| {
        let terminal = pick(dice, &["reference", "kiosk"]);
        let text = scenario(terminal, holds, HOLD_AIMS, dice);
        if dice.below(4) == 0 { with_back_office(text, dice) } else { text }
    });
}

#[test]
fn no_law_breaks_when_records_are_gone_from_both_banks() {
    blow(|dice| {
        let terminal = pick(dice, &["reference", "kiosk"]);
        let steps = [payments, scans, counter][dice.below(3) as usize];
        day_with_gaps(terminal, steps, dice)
    });
}

#[test]
fn no_law_breaks_with_a_back_office_under_random_faults() {
    blow(|dice| with_back_office(scenario("reference", back_office_day, COUNTER_AIMS, dice), dice));
}

#[test]
fn the_kiosk_breaks_no_law_with_a_back_office_under_random_faults() {
    blow(|dice| with_back_office(scenario("kiosk", payments, PAYMENT_AIMS, dice), dice));
}

#[test]
fn no_law_breaks_whoever_works_and_whoever_pays() {
    blow(|dice| {
        let terminal = pick(dice, &["reference", "kiosk"]);
        let (steps, aims): (fn(&mut Stream, &mut String), _) = match dice.below(3) {
            0 => (payments, PAYMENT_AIMS),
            1 => (scans, SCAN_AIMS),
            _ => (counter, COUNTER_AIMS),
        };
        let text = scenario(terminal, steps, aims, dice);
        if text.contains("people:") { text } else { format!("{}{text}", people(dice)) }
    });
}

#[test]
fn no_law_breaks_when_parameters_are_keyed_in_wrongly_and_put_right_under_random_faults() {
    blow(|dice| {
        let day = match dice.below(3) {
            0 => with_back_office(scenario("reference", back_office_day, COUNTER_AIMS, dice), dice),
            1 => scenario("kiosk", payments, PAYMENT_AIMS, dice),
            _ => scenario("reference", scans, SCAN_AIMS, dice),
        };
        with_wrong_parameters(&day, dice)
    });
}

#[test]
fn no_law_breaks_when_the_terminal_is_interrupted_in_any_weather() {
    interrupt(CUT_CASES, 97, |dice| {
        let terminal = pick(dice, &["reference", "kiosk"]);
        match dice.below(4) {
            0 => scenario(terminal, payments, PAYMENT_AIMS, dice),
            1 => scenario(terminal, scans, SCAN_AIMS, dice),
            2 => scenario("reference", counter, COUNTER_AIMS, dice),
            _ => with_back_office(scenario("reference", back_office_day, COUNTER_AIMS, dice), dice),
        }
    });
}

#[test]
fn no_law_breaks_when_a_terminal_of_two_wallets_is_interrupted_in_any_weather() {
    interrupt(SIGNED_CUT_CASES, 197, |dice| {
        let terminal = pick(dice, &["reference", "kiosk"]);
        match dice.below(4) {
            0 => scenario(terminal, both_wallets, SCAN_AIMS, dice),
            1 => scenario(terminal, holds, HOLD_AIMS, dice),
            _ => prompted(&scenario(terminal, queue, SCAN_AIMS, dice), terminal, dice),
        }
    });
}

/// Cuts and hangs before one in `every` happenings of each of these days.
fn interrupt(usual: u64, every: usize, day: impl Fn(&mut Stream) -> String) {
    let cases = option_env!("TILLRIG_CUT_CASES").and_then(|text| text.parse().ok()).unwrap_or(usual);
    for case in 0..cases {
        let mut dice = Seed(case).stream("weather");
        let text = day(&mut dice);
        let from = dice.below(every as u64) as usize;
        let Cuts { broken, .. } = cut(&plan(&text), Seed(case), Sample { every, from });
        let stories: Vec<String> = broken.iter().map(ToString::to_string).collect();
        assert!(stories.is_empty(), "case {case}:\n{text}\n{}", stories.join("\n"));
    }
}

/// It breaks laws, and that is its affair; it does not fall over what it reads.
#[test]
fn a_firmware_that_checks_nothing_goes_on_whatever_it_reads() {
    let flawed = [
        "unchecked-journal",
        "kiosk-unchecked-journal",
        "formats-its-journal",
        "begins-anew",
        "kiosk-begins-anew",
        "no-watchdog",
    ];
    let mut taken = 0;
    for case in 0..200 {
        let mut dice = Seed(case).stream("damage");
        let mut text = match dice.below(3) {
            0 => scenario(pick(&mut dice, &flawed), payments, PAYMENT_AIMS, &mut dice),
            1 => scenario(pick(&mut dice, &flawed), scans, SCAN_AIMS, &mut dice),
            _ => with_back_office(
                scenario(pick(&mut dice, &flawed), back_office_day, COUNTER_AIMS, &mut dice),
                &mut dice,
            ),
        };
        let mut more = String::new();
        for _ in 0..20 {
            let of = pick(&mut dice, &["begun", "approved", "ended", "printed"]);
            let (bit, at) = (dice.below(800), dice.below(300_000));
            more.push_str(&format!(
                "  - {{ at: {at}ms, terminal: {{ flip-bit: {{ of: {of}, bit: {bit} }} }} }}\n"
            ));
            let at = dice.below(300_000_000);
            more.push_str(&format!("  - {{ at: {at}us, power: {{ cut: terminal, for: 1s }} }}\n"));
        }
        text = text.replace("expect:", &format!("{more}expect:"));
        let run = VirtualTestbed.run(&plan(&text), Seed(case));
        taken += Evidence::of(&run)
            .terminal()
            .filter(|(_, event)| matches!(event, terminal::Event::Amiss(terminal::Amiss::Taken { .. })))
            .count();
    }
    assert!(taken > 50, "{taken} altered records were taken for what was written");
}

#[test]
fn random_faults_over_scans_make_the_terminal_ask_for_everything_that_it_can() {
    use terminal::{Event, Kind, Request};
    let mut asked: Vec<Request> = Vec::new();
    for case in 0..100 {
        let text = scenario("reference", scans, SCAN_AIMS, &mut Seed(case).stream("weather"));
        let run = VirtualTestbed.run(&plan(&text), Seed(case));
        asked.extend(Evidence::of(&run).terminal().filter_map(|(_, event)| match event {
            Event::Asked { request, .. } => Some(*request),
            _ => None,
        }));
    }
    for request in [
        Request::Charge(Kind::Scan),
        Request::Charge(Kind::OrderRefund),
        Request::Query,
        Request::Reverse,
        Request::RefundQuery,
        Request::Bar,
        Request::Close,
    ] {
        let times = asked.iter().filter(|other| **other == request).count();
        assert!(times >= 10, "{} is asked {times} times", request.word());
    }
}

#[test]
fn random_faults_at_alipay_make_the_terminal_ask_for_everything_that_it_can() {
    use sim::{Key, ShopNo};
    use terminal::{Event, Kind, Request};
    let mut asked: Vec<Request> = Vec::new();
    for case in 0..40 {
        let (steps, aims) = if case % 2 == 0 {
            (both_wallets as fn(&mut _, &mut _), SCAN_AIMS)
        } else {
            (holds as _, HOLD_AIMS)
        };
        let text = scenario("reference", steps, aims, &mut Seed(case).stream("weather"));
        let run = VirtualTestbed.run(&plan(&text), Seed(case));
        asked.extend(Evidence::of(&run).terminal().filter_map(|(_, event)| match event {
            Event::Asked { request, key: Key::Order(order) } if order.shop() == ShopNo(1) => Some(*request),
            _ => None,
        }));
    }
    for request in [
        Request::Charge(Kind::Order),
        Request::Charge(Kind::Scan),
        Request::Charge(Kind::OrderRefund),
        Request::Charge(Kind::WalletHold),
        Request::Charge(Kind::WalletHoldVoid),
        Request::Query,
        Request::Reverse,
        Request::RefundQuery,
        Request::Close,
    ] {
        let times = asked.iter().filter(|other| **other == request).count();
        assert!(times >= 5, "{request:?} is asked {times} times");
    }
}

fn weather(terminal: &str) {
    blow(|dice| scenario(terminal, payments, PAYMENT_AIMS, dice));
}

fn blow(scenario: impl Fn(&mut Stream) -> String) {
    blow_often(CASES, scenario);
}

fn blow_often(usual: u64, scenario: impl Fn(&mut Stream) -> String) {
    let cases = option_env!("TILLRIG_CASES").and_then(|text| text.parse().ok()).unwrap_or(usual);
    for case in 0..cases {
        let text = scenario(&mut Seed(case).stream("weather"));
        let run = VirtualTestbed.run(&plan(&text), Seed(case));
        let breaches = judge(&Evidence::of(&run), None);
        let story: Vec<String> = breaches
            .iter()
            .map(|breach| format!("{} at {}: {}", breach.law, breach.at, breach.why))
            .collect();
        assert!(story.is_empty(), "case {case}:\n{text}\n{}", story.join("\n"));
    }
}
