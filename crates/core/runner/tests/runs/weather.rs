//! Scenarios by chance: days at the counter, and what goes wrong on them; all as text, as a person would write it.
//!
//! Every draw comes from the dice that are handed in. *Not here:* what they are judged by.

mod faults;

use self::faults::fault;
pub(crate) use self::faults::{COUNTER_AIMS, HOLD_AIMS, PAYMENT_AIMS, SCAN_AIMS};
use sim::{Seed, Stream};

pub(crate) fn scenario(
    terminal: &str,
    steps: fn(&mut Stream, &mut String),
    aims: &[&str],
    dice: &mut Stream,
) -> String {
    let mut day = String::new();
    steps(dice, &mut day);
    let mut text = format!("terminal: {}\n", setup(terminal, &day, dice));
    if dice.below(5) == 0 {
        text.push_str("customer: leaves-receipt\n");
    }
    if dice.below(3) == 0 {
        text.push_str(&people(dice));
    }
    text.push_str("steps:\n");
    text.push_str(&day);
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

/// A quiet day whose records are gone from both banks in the evening; a restart, and more payments. Not both the beginning and the
/// approval of a charge, and no approval of a charge that has not been printed: nobody could know of those.
pub(crate) fn day_with_gaps(
    terminal: &str,
    steps: fn(&mut Stream, &mut String),
    dice: &mut Stream,
) -> String {
    let mut day = String::new();
    steps(dice, &mut day);
    let mut faults = String::new();
    // A kiosk prints one copy: its record and the approval's are all that says that a charge stands.
    let kinds: &[&str] = if dice.below(2) == 0 {
        &["begun", "begun", "ended", "printed"]
    } else {
        &["approved", "approved", "ended"]
    };
    for at in 0..2 + dice.below(4) {
        let of = pick(dice, kinds);
        faults.push_str(&format!(
            "  - {{ at: {}s, terminal: {{ erase-record: {{ of: {of}, from: both-banks }} }} }}\n",
            900 + at
        ));
    }
    let restart = pick(dice, &["terminal: hang", "power: { cut: terminal, for: 5s }"]);
    let pays = pick(dice, &["", ", customer-pays: never"]);
    format!(
        "terminal: {terminal}\nsteps:\n{day}\
         \x20 - {{ at: 1200s, card-sale: {{ amount: CNY 18.50 }} }}\n\
         \x20 - {{ at: 1250s, show-qr: {{ wallet: wechat, amount: CNY 18.50{pays} }} }}\n\
         \x20 - {{ at: 1600s, card-sale: {{ amount: CNY 7.00 }} }}\n\
         \x20 - {{ at: 1700s, operator: settle }}\n\
         faults:\n{faults}  - {{ at: 1000s, {restart} }}\n\
         heal: {{ at: 1100s }}\nexpect: {{ captured: nothing }}\n"
    )
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
pub(crate) fn people(dice: &mut Stream) -> String {
    let operator = pick(dice, &["", "operator: anybody, ", "operator: hasty, ", "operator: unsure, "]);
    let customer = pick(dice, &["", "customer: anybody", "customer: late", "customer: fickle"]);
    format!("people: {{ {operator}{customer} }}\n")
}

/// The terminal, one in three with print settings for what is done with it.
fn setup(terminal: &str, day: &str, dice: &mut Stream) -> String {
    if dice.below(3) > 0 {
        return terminal.to_owned();
    }
    let kinds = ["card-sale", "show-qr", "scan", "refund", "pre-auth", "void", "complete", "void-completion"];
    let done = kinds.into_iter().filter(|kind| day.contains(&format!(" {kind}: {{")));
    let copies = ["", "merchant", "customer", "merchant, bank", "merchant, customer, bank"];
    let mut set: Vec<String> = Vec::new();
    for kind in done {
        if dice.below(2) == 0 {
            set.push(format!("{kind}: [{}]", pick(dice, &copies)));
        }
    }
    let asks = day.contains(" show-qr: {") || day.contains(" scan: {");
    let prompt = if asks && dice.below(2) == 0 {
        format!(", receipt-prompt: {}s", 1 + dice.below(40))
    } else {
        String::new()
    };
    format!("{{ profile: {terminal}, prints: {{ {} }}{prompt} }}", set.join(", "))
}

/// The same, where somebody keys in what is wrong and, sooner or later, what is right.
pub(crate) fn with_wrong_parameters(scenario: &str, dice: &mut Stream) -> String {
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
pub(crate) fn payments(dice: &mut Stream, text: &mut String) {
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
pub(crate) fn counter(dice: &mut Stream, text: &mut String) {
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
pub(crate) fn scans(dice: &mut Stream, text: &mut String) {
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
pub(crate) fn both_wallets(dice: &mut Stream, text: &mut String) {
    let mut steps = String::new();
    scans(dice, &mut steps);
    for line in steps.lines() {
        let wallet = pick(dice, &["wallet: alipay", "wallet: alipay", "wallet: wechat"]);
        text.push_str(&format!("{}\n", line.replace("wallet: wechat", wallet)));
    }
}

/// Customers of both wallets close behind each other: some say whether they want a receipt, some ask for an older one.
pub(crate) fn queue(dice: &mut Stream, text: &mut String) {
    let mut at = 0;
    for index in 0..3 + dice.below(3) {
        let wallet = pick(dice, &["alipay", "wechat"]);
        let way = if index % 2 == 0 { "show-qr: { @, customer-pays-after: #20s }" } else { "scan: { @ }" };
        let way = way.replace('@', &format!("wallet: {wallet}, amount: CNY #300.00"));
        text.push_str(&format!("  - {{ at: {at}s, id: c{index}, {} }}\n", numbered(&way, dice)));
        at += 3 + dice.below(25);
        if dice.below(3) == 0 {
            let of = dice.below(index + 1);
            text.push_str(&format!("  - {{ at: {at}s, reprint: {{ of: c{of} }} }}\n"));
        } else {
            let key = pick(dice, &["cancel", "cancel", "enter", "reprint"]);
            text.push_str(&format!("  - {{ at: {at}s, press: {key} }}\n"));
        }
        at += dice.below(4);
    }
    text.push_str(&format!("  - {{ at: {at}s, refund: {{ of: c0 }} }}\n"));
}

/// The same on a terminal that asks whether a receipt is wanted.
pub(crate) fn prompted(scenario: &str, terminal: &str, dice: &mut Stream) -> String {
    let span = 5 + dice.below(55);
    let rest = scenario.split_once('\n').map_or("", |(_, rest)| rest);
    format!("terminal: {{ profile: {terminal}, receipt-prompt: {span}s }}\n{rest}")
}

/// Money that is held in wallets and let go again, between payments.
pub(crate) fn holds(dice: &mut Stream, text: &mut String) {
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
pub(crate) fn back_office_day(dice: &mut Stream, text: &mut String) {
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
pub(crate) fn with_back_office(scenario: String, dice: &mut Stream) -> String {
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

pub(crate) fn pick<'a>(dice: &mut Stream, words: &[&'a str]) -> &'a str {
    words[dice.below(words.len() as u64) as usize]
}
