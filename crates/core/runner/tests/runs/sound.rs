//! The sound firmwares break no law, whatever the weather: random faults from the whole vocabulary, many seeds.
//!
//! Each case is a scenario file made from a seeded stream, so a failure prints the file that reproduces it.

use crate::driver::plan;
use sim::{Seed, Stream};
use tillrig_runner::{Evidence, VirtualTestbed, judge};

/// Cases a firmware. Enough to have met every pair of faults; building with `TILLRIG_CASES=40000` takes more.
const CASES: u64 = 400;

#[test]
fn the_reference_firmware_breaks_no_law_under_random_faults() {
    weather("reference");
}

#[test]
fn the_kiosk_firmware_breaks_no_law_under_random_faults() {
    weather("kiosk");
}

fn weather(terminal: &str) {
    let cases = option_env!("TILLRIG_CASES").and_then(|text| text.parse().ok()).unwrap_or(CASES);
    for case in 0..cases {
        let text = scenario(terminal, &mut Seed(case).stream("weather"));
        let run = VirtualTestbed.run(&plan(&text), Seed(case));
        let breaches = judge(&Evidence::of(&run), None);
        let story: Vec<String> = breaches
            .iter()
            .map(|breach| format!("{} at {}: {}", breach.law, breach.at, breach.why))
            .collect();
        assert!(story.is_empty(), "case {case}:\n{text}\n{}", story.join("\n"));
    }
}

fn scenario(terminal: &str, dice: &mut Stream) -> String {
    let mut text = format!("terminal: {terminal}\n");
    if dice.below(5) == 0 {
        text.push_str("customer: leaves-receipt\n");
    }
    text.push_str("steps:\n");
    // At least one of each, so that every fault has something to aim at.
    for index in 0..2 + dice.below(3) {
        let at = index * 45 + dice.below(30);
        let yuan = 1 + dice.below(500);
        if index % 2 == 0 {
            text.push_str(&format!("  - {{ at: {at}s, card-sale: {{ amount: CNY {yuan}.00 }} }}\n"));
        } else {
            let pays = format!("customer-pays-after: {}s", 1 + dice.below(70));
            text.push_str(&format!(
                "  - {{ at: {at}s, show-qr: {{ wallet: wechat, amount: CNY {yuan}.50, {pays} }} }}\n"
            ));
        }
    }
    for _ in 0..dice.below(3) {
        let key = pick(dice, &["cancel", "reprint", "cancel"]);
        text.push_str(&format!("  - {{ at: {}ms, press: {key} }}\n", dice.below(150_000)));
    }
    if dice.below(3) == 0 {
        text.push_str(&format!("  - {{ at: {}s, printer: load-paper }}\n", 60 + dice.below(60)));
    }
    text.push_str("faults:\n");
    for _ in 0..=dice.below(3) {
        text.push_str(&format!("  - {{ {} }}\n", fault(dice)));
    }
    text.push_str("expect: { captured: nothing }\n");
    text
}

fn fault(dice: &mut Stream) -> String {
    match dice.below(9) {
        0..=3 => link_fault(dice),
        4 => format!(
            "power: {{ cut: {}, for: {}s }}, {}",
            pick(dice, &["terminal", "printer", "both"]),
            1 + dice.below(40),
            start(dice)
        ),
        5 => format!("acquirer: {{ down: {{ for: {}s }} }}, {}", 1 + dice.below(200), start(dice)),
        6 => format!("acquirer: {{ slow: {{ by: {}s }} }}, {}", 1 + dice.below(90), start(dice)),
        7 => format!(
            "on: {}, cut: {{ for: {}s }}, {}",
            pick(dice, &["printer.link", "acquirer.link"]),
            1 + dice.below(120),
            start(dice)
        ),
        _ => format!("printer: {}, {}", printer_fault(dice), start(dice)),
    }
}

fn link_fault(dice: &mut Stream) -> String {
    let on = pick(
        dice,
        &[
            "terminal.asks",
            "acquirer.answers",
            "acquirer.notifies",
            "terminal.acknowledges",
            "terminal.prints",
            "printer.replies",
        ],
    );
    let hits = match dice.below(3) {
        0 => format!("times: {}", 1 + dice.below(6)),
        1 => format!("skip: {}, times: {}", 1 + dice.below(4), 1 + dice.below(3)),
        _ => format!("chance: 1/{}", 2 + dice.below(4)),
    };
    match dice.below(3) {
        0 => format!("on: {on}, drop: {{ {hits} }}"),
        1 => format!("on: {on}, delay: {{ by: {}s, {hits} }}", 1 + dice.below(100)),
        _ => format!("on: {on}, duplicate: {{ after: {}s, {hits} }}", 1 + dice.below(100)),
    }
}

fn printer_fault(dice: &mut Stream) -> String {
    match dice.below(5) {
        0 => format!("{{ wear-gear: {{ gear: platen, missing: [{}] }} }}", dice.below(90)),
        1 => format!("{{ jam: {{ at: {}mm }} }}", 16 + dice.below(80)),
        2 => format!("{{ drag: {{ force: {}mN }} }}", 500 + dice.below(3000)),
        3 => format!("{{ paper-left: {}mm }}", 5 + dice.below(200)),
        _ => "open-cover".to_owned(),
    }
}

fn start(dice: &mut Stream) -> String {
    if dice.below(2) == 0 {
        return format!("at: {}ms", dice.below(120_000));
    }
    let event = pick(
        dice,
        &[
            "terminal.asks",
            "acquirer.receives",
            "acquirer.commits",
            "acquirer.answers",
            "printer.prints",
            "printer.cuts",
        ],
    );
    format!("when: {event}, nth: {}", 1 + dice.below(3))
}

fn pick<'a>(dice: &mut Stream, words: &[&'a str]) -> &'a str {
    words[dice.below(words.len() as u64) as usize]
}
