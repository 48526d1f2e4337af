//! The sound firmwares break no law, whatever the weather: random faults from the whole vocabulary, many seeds.
//!
//! Each case is a scenario file made from a seeded stream, so a failure prints the file that reproduces it.

use crate::driver::plan;
use sim::{Seed, Stream};
use tillrig_runner::cuts::{Cuts, Sample, cut};
use tillrig_runner::{Evidence, VirtualTestbed, judge};

/// Cases a firmware. Enough to have met every pair of faults; building with `TILLRIG_CASES=40000` takes more.
const CASES: u64 = 400;
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
    const EVERY: usize = 97;
    let cases = option_env!("TILLRIG_CUT_CASES").and_then(|text| text.parse().ok()).unwrap_or(30);
    for case in 0..cases {
        let mut dice = Seed(case).stream("weather");
        let terminal = pick(&mut dice, &["reference", "kiosk"]);
        let text = match dice.below(4) {
            0 => scenario(terminal, payments, PAYMENT_AIMS, &mut dice),
            1 => scenario(terminal, scans, SCAN_AIMS, &mut dice),
            2 => scenario("reference", counter, COUNTER_AIMS, &mut dice),
            _ => with_back_office(scenario("reference", back_office_day, COUNTER_AIMS, &mut dice), &mut dice),
        };
        let from = dice.below(EVERY as u64) as usize;
        let Cuts { broken, .. } = cut(&plan(&text), Seed(case), Sample { every: EVERY, from });
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

fn scenario(terminal: &str, steps: fn(&mut Stream, &mut String), aims: &[&str], dice: &mut Stream) -> String {
    let mut text = format!("terminal: {}\n", setup(terminal, aims, dice));
    if dice.below(5) == 0 {
        text.push_str("customer: leaves-receipt\n");
    }
    if dice.below(3) == 0 {
        text.push_str(&people(dice));
    }
    text.push_str("steps:\n");
    steps(dice, &mut text);
    for _ in 0..dice.below(3) {
        let key = pick(dice, &["cancel", "reprint", "cancel", "enter"]);
        text.push_str(&format!("  - {{ at: {}ms, press: {key} }}\n", dice.below(150_000)));
    }
    if dice.below(3) == 0 {
        text.push_str(&format!("  - {{ at: {}s, printer: load-paper }}\n", 60 + dice.below(60)));
    }
    text.push_str("faults:\n");
    for _ in 0..=dice.below(3) {
        text.push_str(&format!("  - {{ {} }}\n", fault(terminal, aims, dice)));
    }
    if aims.contains(&", to: settlement") && dice.below(3) == 0 {
        let totals = pick(dice, &["miss-the-last", "count-the-last-twice"]);
        text.push_str(&format!("  - {{ acquirer: {{ totals: {totals}, times: {} }} }}\n", 1 + dice.below(3)));
    }
    text.push_str("expect: { captured: nothing }\n");
    text
}

/// A day of payments of every kind with everything that is left to chance: people, settings, faults.
pub(crate) fn busy_day(terminal: &str, seed: u64) -> String {
    let dice = &mut Seed(seed).stream("busy day");
    let printer = if terminal.starts_with("kiosk") { "kiosk" } else { "reference" };
    let text = scenario(printer, scans, SCAN_AIMS, dice);
    let own = text.lines().filter(|line| !line.starts_with("terminal:") && !line.starts_with("people:"));
    let own: String = own.map(|line| format!("{line}\n")).collect();
    format!(
        "terminal: {{ profile: {terminal}, receipt-prompt: {}s }}\n\
         people: {{ operator: {}, customer: {} }}\n{own}",
        1 + dice.below(40),
        pick(dice, &["anybody", "hasty", "unsure"]),
        pick(dice, &["anybody", "late", "fickle"])
    )
}

/// People by chance, each in a word or not there.
fn people(dice: &mut Stream) -> String {
    let operator = pick(dice, &["", "operator: anybody, ", "operator: hasty, ", "operator: unsure, "]);
    let customer = pick(dice, &["", "customer: anybody", "customer: late", "customer: fickle"]);
    format!("people: {{ {operator}{customer} }}\n")
}

/// The terminal, one in three with print settings for what is done with it.
fn setup(terminal: &str, aims: &[&str], dice: &mut Stream) -> String {
    if dice.below(3) > 0 {
        return terminal.to_owned();
    }
    let kinds: &[&str] = match aims {
        PAYMENT_AIMS => &["card-sale", "show-qr"],
        SCAN_AIMS => &["scan", "show-qr", "refund"],
        _ => &["card-sale", "pre-auth", "void", "refund", "complete", "void-completion", "show-qr"],
    };
    let copies = ["", "merchant", "customer", "merchant, bank", "merchant, customer, bank"];
    let mut set: Vec<String> = Vec::new();
    for kind in kinds {
        if dice.below(2) == 0 {
            set.push(format!("{kind}: [{}]", pick(dice, &copies)));
        }
    }
    let prompt =
        if dice.below(2) == 0 { format!(", receipt-prompt: {}s", 1 + dice.below(40)) } else { String::new() };
    format!("{{ profile: {terminal}, prints: {{ {} }}{prompt} }}", set.join(", "))
}

/// The same, where somebody keys in what is wrong and, sooner or later, what is right.
fn with_wrong_parameters(scenario: &str, dice: &mut Stream) -> String {
    let mut steps = "steps:\n".to_owned();
    for _ in 0..=dice.below(2) {
        let (name, wrong) = WRONG_PARAMETERS[dice.below(WRONG_PARAMETERS.len() as u64) as usize];
        let right = terminal::Parameters::ALL.iter().find(|parameter| parameter.name == name).unwrap();
        let at = dice.below(300);
        steps.push_str(&format!("  - {{ at: {at}s, key-in: {{ {name}: {wrong} }} }}\n"));
        // A dark terminal takes no keys, so somebody looks again.
        for at in [at + 1 + dice.below(100), 700, 760] {
            steps.push_str(&format!("  - {{ at: {at}s, key-in: {{ {name}: {} }} }}\n", right.default));
        }
    }
    scenario.replace("steps:\n", &steps)
}

const WRONG_PARAMETERS: &[(&str, &str)] = &[
    ("reply-timeout", "200ms"),
    ("result-timeout", "2s"),
    ("language", "en"),
    ("bank-copy", "true"),
    ("tid", "12345687"),
    ("mid", "123456789012354"),
    ("currency", "840"),
    ("master-key", "11111111111111111111111111111111"),
    ("mac-key", "1111111111111111"),
    ("api-key", "00000000000000000000000000000000"),
    ("mch-id", "10000101"),
    ("app-id", "wx0000000000000000"),
];

/// Card sales and shown codes: at least one of each, so that every fault has something to aim at.
fn payments(dice: &mut Stream, text: &mut String) {
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
}

/// Everything that is done at a counter, each once at least, in the order of a day, and close enough to get into the
/// way of what went before.
fn counter(dice: &mut Stream, text: &mut String) {
    let mut at = 0;
    let mut step = |dice: &mut Stream, what: &str| {
        text.push_str(&format!("  - {{ at: {at}s, {} }}\n", numbered(what, dice)));
        at += 3 + dice.below(40);
    };
    for what in DAY {
        step(dice, what);
        if dice.below(5) == 0 {
            // Once more: somebody has not seen that it was done, or that it was not.
            let again = if what.starts_with("id: ") {
                what.replacen("id: ", "id: again-", 1)
            } else {
                (*what).to_owned()
            };
            step(dice, &again);
        }
    }
}

/// A day at the counter; `#400` is a number from 1 to 400.
const DAY: &[&str] = &[
    "id: sale, card-sale: { amount: CNY #400.00 }",
    "id: hold, pre-auth: { amount: CNY #400.00 }",
    "void: { of: sale }",
    "id: other, card-sale: { amount: CNY 200.00 }",
    "id: done, complete: { of: hold, amount: CNY #400.00 }",
    "show-qr: { wallet: wechat, amount: CNY #400.50, customer-pays-after: #70s }",
    "refund: { of: other, amount: CNY #150.00 }",
    "id: hold2, pre-auth: { amount: CNY 100.00 }",
    "void-completion: { of: done }",
    "complete: { of: hold2, amount: CNY #115.00, by: advice }",
    "void-pre-auth: { of: hold }",
    "reprint: { of: other }",
    "operator: sign-on",
    "operator: settle",
    "card-sale: { amount: CNY #400.00 }",
];

/// Payment codes and shown codes, and money of both that goes back.
fn scans(dice: &mut Stream, text: &mut String) {
    let mut at = 0;
    let mut step = |dice: &mut Stream, what: &str| {
        let what = what.replace('@', &customer(dice));
        text.push_str(&format!("  - {{ at: {at}s, {} }}\n", numbered(&what, dice)));
        at += 2 + dice.below(50);
    };
    step(dice, "id: first, scan: { wallet: wechat, amount: CNY 200.00@ }");
    step(dice, "id: shown, show-qr: { wallet: wechat, amount: CNY 150.50, customer-pays-after: #70s }");
    if dice.below(2) == 0 {
        step(dice, "scan: { wallet: wechat, amount: CNY #300.00@ }");
    }
    step(dice, "refund: { of: first, amount: CNY #150.00 }");
    step(dice, "id: second, scan: { wallet: wechat, amount: CNY 9.50@ }");
    if dice.below(2) == 0 {
        step(dice, "id: sale, card-sale: { amount: CNY 20.00 }");
    }
    step(dice, "refund: { of: shown }");
    step(dice, "refund: { of: second, amount: CNY 1.50 }");
    step(dice, "refund: { of: first, amount: CNY #50.00 }");
}

/// The same at two wallets, more often at Alipay.
fn both_wallets(dice: &mut Stream, text: &mut String) {
    let mut steps = String::new();
    scans(dice, &mut steps);
    for line in steps.lines() {
        let wallet = pick(dice, &["wallet: alipay", "wallet: alipay", "wallet: wechat"]);
        text.push_str(&format!("{}\n", line.replace("wallet: wechat", wallet)));
    }
}

/// Money that is held in wallets and let go again, between payments.
fn holds(dice: &mut Stream, text: &mut String) {
    let mut at = 0;
    let mut step = |dice: &mut Stream, what: &str| {
        let agrees = if dice.below(6) == 0 {
            "customer-pays: never".to_owned()
        } else {
            format!("customer-pays-after: {}s", 1 + dice.below(70))
        };
        let what = what.replace('@', &agrees);
        text.push_str(&format!("  - {{ at: {at}s, {} }}\n", numbered(&what, dice)));
        at += 2 + dice.below(50);
    };
    step(dice, "id: room, pre-auth: { wallet: alipay, amount: CNY #900.00, @ }");
    step(dice, "id: shown, show-qr: { wallet: wechat, amount: CNY 150.50, @ }");
    if dice.below(2) == 0 {
        step(dice, "void-pre-auth: { of: room }");
    }
    step(dice, "id: car, pre-auth: { wallet: alipay, amount: CNY #900.00, @ }");
    if dice.below(2) == 0 {
        step(dice, "card-sale: { amount: CNY 20.00 }");
    }
    step(dice, "void-pre-auth: { of: car }");
    step(dice, "void-pre-auth: { of: room }");
    step(dice, "refund: { of: shown }");
}

/// What the customer of a payment code does, and shows: it stands where a step has `@`.
fn customer(dice: &mut Stream) -> String {
    let pays = match dice.below(6) {
        0 => ", customer-pays: never".to_owned(),
        1 => ", customer-pays: lacks-money".to_owned(),
        2 | 3 => format!(", customer-enters-password: {}s", 1 + dice.below(90)),
        _ => String::new(),
    };
    let code = pick(
        dice,
        &["", "", "", "", ", code: expired", ", code: foreign", ", code: invalid", ", code: damaged"],
    );
    format!("{pays}{code}")
}

/// A day at the counter, and people who come to the back office with what they got there.
fn back_office_day(dice: &mut Stream, text: &mut String) {
    counter(dice, text);
    for _ in 0..1 + dice.below(5) {
        let what = pick(dice, &["redeem", "redeem", "query-voucher"]);
        let of = pick(dice, &["sale", "other", "done", "other"]);
        let by = pick(dice, &["number", "amount-and-time"]);
        let at = dice.below(560);
        text.push_str(&format!("  - {{ at: {at}s, {what}: {{ of: {of}, by: {by} }} }}\n"));
    }
}

/// The same with a back office, and something that happens to it or on the way there.
fn with_back_office(scenario: String, dice: &mut Stream) -> String {
    let mut more = String::new();
    for _ in 0..=dice.below(3) {
        let fault = if dice.below(2) == 0 {
            format!("backoffice: {{ {} }}", numbered(pick(dice, BACK_OFFICE_FAULTS), dice))
        } else {
            let on = [
                "terminal.uploads",
                "backoffice.answers",
                "backoffice.asks",
                "acquirer.finds",
                "acquirer.informs",
            ];
            back_office_link_fault(pick(dice, &on), dice)
        };
        more.push_str(&format!("  - {{ {fault}, {} }}\n", back_office_start(dice)));
    }
    format!("backoffice: reference\n{}", scenario.replace("expect:", &format!("{more}expect:")))
}

const BACK_OFFICE_FAULTS: &[&str] = &[
    "close-uploads: { for: #200s }",
    "close-queries: { for: #200s }",
    "close-redemptions: until-healed",
    "rate-limit: { of: uploads, times: #3, within: #60s, for: #300s }",
    "rate-limit: { of: redemptions, times: 1, within: #60s }",
    "upgrade: { for: #300s }",
    "upgrade: until-healed",
    "rule-from: #300s",
    "power-cut: { for: #60s }",
    "power-cut: { for: #5s }",
    "forges: { amount: CNY #50.00 }",
];

fn back_office_link_fault(on: &str, dice: &mut Stream) -> String {
    let hits = numbered(pick(dice, &["times: #4", "skip: #3, times: #3", "chance: 1/3"]), dice);
    let verdict = match dice.below(6) {
        0 => format!("drop: {{ {hits} }}"),
        1 => format!("corrupt: {{ {hits} }}"),
        2 => format!("delay: {{ by: {}s, {hits} }}", 1 + dice.below(60)),
        3 => format!("duplicate: {{ after: {}s, {hits} }}", 1 + dice.below(60)),
        4 => format!("reorder: {{ {hits} }}"),
        _ => return format!("on: backoffice.link, cut: {{ for: {}s }}", 1 + dice.below(200)),
    };
    format!("on: {on}, {verdict}")
}

fn back_office_start(dice: &mut Stream) -> String {
    if dice.below(2) == 0 {
        return format!("at: {}ms", dice.below(300_000));
    }
    let events = ["terminal.uploads", "backoffice.accepts", "backoffice.verifies", "acquirer.commits"];
    format!("when: {}, nth: {}", pick(dice, &events), 1 + dice.below(4))
}

/// What a fault of the host aims at, where it does not hit whatever comes.
const PAYMENT_AIMS: &[&str] =
    &["", ", to: sale", ", to: reversal", ", to: order", ", to: query", ", to: close"];
const SCAN_AIMS: &[&str] = &[
    "",
    ", to: pay",
    ", to: query",
    ", to: reverse",
    ", to: refund-order",
    ", to: refund-query",
    ", to: order",
    ", to: close",
];
const HOLD_AIMS: &[&str] = &["", ", to: order", ", to: query", ", to: close", ", to: refund-order"];
const COUNTER_AIMS: &[&str] = &[
    "",
    ", to: reversal",
    ", to: void",
    ", to: refund",
    ", to: preauth",
    ", to: preauth-void",
    ", to: completion",
    ", to: completion-void",
    ", to: sign-on",
    ", to: settlement",
    ", to: upload",
];

fn fault(terminal: &str, aims: &[&str], dice: &mut Stream) -> String {
    if core::ptr::eq(aims, SCAN_AIMS) && dice.below(6) == 0 {
        return format!("scanner: {}, {}", numbered(pick(dice, SCANNER_FAULTS), dice), start(dice));
    }
    match dice.below(16) {
        0..=3 => link_fault(dice),
        14 => format!("terminal: hang, {}", start(dice)),
        15 => format!("terminal: {}, {}", numbered(pick(dice, TERMINAL_FAULTS), dice), start(dice)),
        10..=12 => format!("acquirer: {{ {} }}, {}", host_fault(aims, dice), start(dice)),
        13 => format!(
            "on: acquirer.link, bandwidth: {{ rate: {}bps, for: {}s }}, {}",
            50 + dice.below(20_000),
            1 + dice.below(120),
            start(dice)
        ),
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
        8 => format!(
            "air: {{ {} }}, {}",
            pick(dice, &["temperature: 60C", "temperature: -20C", "humidity: 98%"]),
            start(dice)
        ),
        _ => format!("printer: {}, {}", printer_fault(terminal, dice), start(dice)),
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
    match dice.below(6) {
        3 => format!("on: {on}, reorder: {{ {hits} }}"),
        4 => format!("on: {on}, corrupt: {{ {hits} }}"),
        5 => format!("on: {on}, delay: {{ by: {{ between: 1ms, and: {}s }}, {hits} }}", 1 + dice.below(100)),
        0 => format!("on: {on}, drop: {{ {hits} }}"),
        1 => format!("on: {on}, delay: {{ by: {}s, {hits} }}", 1 + dice.below(100)),
        _ => format!("on: {on}, duplicate: {{ after: {}s, {hits} }}", 1 + dice.below(100)),
    }
}

/// What the acquirer's host can do; a span where it needs one stands for anything from 1 s to 100 s.
const HOST_FAULTS: &[&str] = &[
    "loses: request",
    "loses: answer",
    "holds: #100s",
    "holds: { between: 1ms, and: #100s }",
    "says: 51",
    "says: 96",
    "says: 98",
    "says: SYSTEMERROR",
    "commits-but-says: 96",
    "commits-but-says: 09",
    "commits-but-says: SYSTEMERROR",
    "answers: before-the-next",
    "answers-late: #100s",
    "answers-twice: { after: #100s }",
    "answers-slowly: { each-byte: #900ms }",
    "answers-with: wrong-mac",
    "answers-with: truncated",
    "answers-with: wrong-length",
    "answers-with: unknown-field",
    "answers-with: no-reply-code",
    "answers-with: other-encoding",
    "answers-with: error-page",
    "cuts-answer: { after-bytes: #150 }",
];
/// What it can do to a notification.
const NOTICE_FAULTS: &[&str] = &[
    "loses: notification",
    "notifies: after-the-next",
    "notifies-late: #100s",
    "notifies-twice: { after: #100s }",
    "notifies-with: truncated",
    "notifies-with: other-encoding",
    "notifies-with: error-page",
    "notifies-falsely: { order: 12345678W00000#3, signed: rightly }",
    "notifies-falsely: { order: 12345678W00000#3, signed: with-a-wrong-key }",
    "notifies-falsely: { more: CNY #9.00, signed: rightly }",
    "notifies-falsely: { less: CNY #9.00, signed: rightly }",
    "notifies-falsely: { less: CNY #9.00, signed: not-at-all }",
    "notifies-falsely: { signed: naming-a-wrong-key }",
];

/// A deed of the host and what it aims at, or a rush.
fn host_fault(aims: &[&str], dice: &mut Stream) -> String {
    if dice.below(8) == 0 {
        let (more, serves) = (1 + dice.below(500), 20 + dice.below(100));
        let arrives = serves + more;
        return format!(
            "rush: {{ arrives: {arrives}/s, serves: {serves}/s, queue: {}, for: {}s }}",
            1 + dice.below(2000),
            1 + dice.below(90)
        );
    }
    let about_notices = dice.below(4) == 0;
    let deed = numbered(pick(dice, if about_notices { NOTICE_FAULTS } else { HOST_FAULTS }), dice);
    let aim = match dice.below(4) {
        0 => format!(", times: {}", 1 + dice.below(6)),
        1 => format!(", skip: {}, times: {}", dice.below(4) + 1, 1 + dice.below(3)),
        2 => format!(", chance: 1/{}", 2 + dice.below(4)),
        _ => format!(", for: {}s", 1 + dice.below(90)),
    };
    if about_notices {
        return format!("{deed}{aim}");
    }
    format!("{deed}{aim}{}", pick(dice, aims))
}

/// Everything that can happen to a printer, with a number where it needs one.
const PRINTER_FAULTS: &[&str] = &[
    "{ wear-gear: { gear: platen, missing: [#90] } }",
    "{ jam: { at: 1#9mm } }",
    "{ jam: { at: #90mm } }",
    "{ drag: { force: 1#999mN } }",
    "{ paper-left: #200mm }",
    "{ pull: { force: #9N, for: #50mm } }",
    "{ load-roll: { length: #9m, coating: away } }",
    "{ load-roll: { sensitivity: #99%, skew: #9%, over-sensor: false } }",
    "{ weaken-motor: #99% }",
    "{ glaze-platen: #99% }",
    "{ spot-platen: { at: #30mm, length: #20mm, contact: #99% } }",
    "{ open-dots: { first: #500, count: 64 } }",
    "{ short-dots: { first: #500, count: #64 } }",
    "{ tilt-head: { left: #99%, right: #99% } }",
    "{ thermistor: open }",
    "{ thermistor: shorted }",
    "{ age-head: { km: #900 } }",
    "{ soil: { sensor: paper-end, dims: #99%, flickers: #40% } }",
    "{ soil: { sensor: near-end, brightens: #99% } }",
    "{ soil: { sensor: exit, dims: #99% } }",
    "{ supply: { voltage: #30V } }",
    "{ supply: { resistance: #9Ohm } }",
    "{ block-blade: #99% }",
    "{ home-switch: open }",
    "{ home-switch: shorted }",
    "open-cover",
    "wrap-paper",
    "unplug-module",
    "hold-feed-button",
];
/// What can happen only to parts that one of the two printers has.
const KIOSK_FAULTS: &[&str] = &["{ fill-bin: #60 }", "block-presenter"];
const DESK_FAULTS: &[&str] = &["unplug-drawer"];

/// Everything that can happen to a scanner.
const SCANNER_FAULTS: &[&str] = &[
    "unplug",
    "{ window: #99% }",
    "{ scratch: { digit: #18 } }",
    "{ scratch: { digit: #18, check: ignored } }",
    "{ sends-twice: { after: #50s } }",
];

/// What can happen inside a terminal. One bank of its flash is enough to live on.
const TERMINAL_FAULTS: &[&str] = &[
    "{ hang: { restarted-after: #60s } }",
    "{ flip-bit: { of: begun, bit: #500 } }",
    "{ flip-bit: { of: approved, bit: #500 } }",
    "{ erase-record: { of: begun } }",
    "{ erase-record: { of: approved } }",
    "{ erase-record: { of: ended } }",
    "{ erase-record: { of: printed } }",
    "{ erase-record: { of: printed, from: both-banks } }",
];

/// A fault of the printer; `#90` is a number from 1 to 90.
fn printer_fault(terminal: &str, dice: &mut Stream) -> String {
    let own = if terminal.starts_with("kiosk") { KIOSK_FAULTS } else { DESK_FAULTS };
    numbered(pick(dice, &[PRINTER_FAULTS, own].concat()), dice)
}

/// A text in which `#90` has become a number from 1 to 90.
fn numbered(text: &str, dice: &mut Stream) -> String {
    let mut fault = String::new();
    let mut parts = text.split('#');
    fault.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let (most, rest) = part.split_at(digits);
        let number = 1 + dice.below(most.parse().unwrap());
        fault.push_str(&format!("{number}{rest}"));
    }
    fault
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
