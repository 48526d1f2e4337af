//! What goes wrong by chance: a fault of any part, as a person would write it, aimed at what a day asks for.

use super::{numbered, pick, start};
use sim::Stream;

/// What a fault of the host aims at, where it does not hit whatever comes.
pub(crate) const PAYMENT_AIMS: &[&str] =
    &["", ", to: sale", ", to: reversal", ", to: order", ", to: query", ", to: close"];
pub(crate) const SCAN_AIMS: &[&str] = &[
    "",
    ", to: pay",
    ", to: query",
    ", to: reverse",
    ", to: refund-order",
    ", to: refund-query",
    ", to: order",
    ", to: close",
];
pub(crate) const HOLD_AIMS: &[&str] =
    &["", ", to: order", ", to: query", ", to: close", ", to: refund-order"];
pub(crate) const COUNTER_AIMS: &[&str] = &[
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

pub(crate) fn fault(terminal: &str, aims: &[&str], dice: &mut Stream) -> String {
    if aims == SCAN_AIMS && dice.below(6) == 0 {
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
    "{ erase-record: { of: ended, from: both-banks } }",
    "{ erase-record: { of: printed, from: both-banks } }",
];

/// A fault of the printer; `#90` is a number from 1 to 90.
fn printer_fault(terminal: &str, dice: &mut Stream) -> String {
    let own = if terminal.starts_with("kiosk") { KIOSK_FAULTS } else { DESK_FAULTS };
    numbered(pick(dice, &[PRINTER_FAULTS, own].concat()), dice)
}
