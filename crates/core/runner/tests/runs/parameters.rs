//! What is keyed in wrongly: a sound firmware may sell nothing with it, and harms nobody.

use crate::driver::outcome;
use scenario::Law;
use sim::Fen;
use terminal::Parameters;

/// A day on which everything is tried once.
const DAY: &str = "
steps:
  - { at: 0s, id: sale, card-sale: { amount: CNY 25.00 } }
  - { at: 3m, id: hold, pre-auth: { amount: CNY 300.00 } }
  - { at: 6m, show-qr: { wallet: wechat, amount: CNY 18.50 } }
  - { at: 9m, scan: { wallet: wechat, amount: CNY 9.90 } }
  - { at: 12m, operator: sign-on }
  - { at: 15m, void: { of: sale } }
  - { at: 18m, operator: settle }
expect: { captured: nothing }
";

/// Every parameter, and something that somebody might key in for it.
const WRONG: &[(&str, &str)] = &[
    ("reply-timeout", "200ms"),
    ("result-timeout", "1s"),
    ("language", "en"),
    ("bank-copy", "true"),
    ("batch", "7"),
    ("operator", "42"),
    ("tid", "00000000"),
    ("mid", "000000000000000"),
    ("currency", "840"),
    ("master-key", "11111111111111111111111111111111"),
    ("mac-key", "1111111111111111"),
    ("api-key", "00000000000000000000000000000000"),
    ("mch-id", "10000101"),
    ("app-id", "wx0000000000000000"),
    ("notify-url", "http://terminal-2/notify"),
    ("printer-baud", "9600"),
];

#[test]
fn a_sound_firmware_breaks_no_law_with_any_parameter_wrong_once_somebody_puts_it_right() {
    let mut tried: Vec<&str> = Vec::new();
    for (name, value) in WRONG {
        tried.push(name);
        for terminal in ["reference", "kiosk"] {
            let setup =
                format!("terminal: {{ profile: {terminal}, {name}: {value} }}\nbackoffice: reference");
            // The wallet goes on notifying for a day, and a line rate or an address is nothing to key in at the counter.
            let steps = match *name {
                "notify-url" => format!("settles-within: 26h{DAY}"),
                "printer-baud" => DAY.to_owned(),
                _ => DAY.replace("expect:", &format!("  - {{ at: 30m, {} }}\nexpect:", right(name))),
            };
            let broken = outcome(&format!("{setup}\nheal: {{ at: 31m }}\n{steps}")).broken_laws();
            assert_eq!(broken, [], "{terminal} with {name}: {value}");
        }
    }
    let all: Vec<&str> = Parameters::ALL.iter().map(|parameter| parameter.name).collect();
    assert_eq!(tried, all);
}

/// The step that keys in what is right.
fn right(name: &str) -> String {
    let parameter = Parameters::ALL.iter().find(|parameter| parameter.name == name).unwrap();
    format!("key-in: {{ {name}: {} }}", parameter.default)
}

/// The wallet knows nothing of the numbers of the card host, so it pays; the back office does.
#[test]
fn a_voucher_with_a_wrong_number_is_not_lost_and_goes_up_again_with_the_right_one() {
    for (name, value) in WRONG.iter().filter(|(name, _)| ["tid", "mid"].contains(name)) {
        let lines = format!(
            "terminal: {{ {name}: {value} }}
steps:
  - {{ at: 0s, id: paid, show-qr: {{ wallet: wechat, amount: CNY 18.50 }} }}
  - {{ at: 5m, {} }}
  - {{ at: 15m, redeem: {{ of: paid }} }}
expect: {{ captured: nothing }}",
            right(name)
        );
        let outcome = outcome(&lines);
        assert_eq!((outcome.broken_laws(), outcome.net()), (Vec::new(), Fen(1850)), "{name}");
    }
}

/// Until then it may ask for ever, and loses nothing.
#[test]
fn a_stranger_to_the_host_asks_until_it_is_none_any_more() {
    let lines = "terminal: { tid: 00000000 }
steps:
  - { at: 0s, card-sale: { amount: CNY 25.00 } }
expect: { captured: nothing }";
    assert_eq!(outcome(lines).broken_laws(), [Law::Settles]);
    let corrected = lines.replace(
        "expect:",
        "  - { at: 5m, key-in: { tid: 12345678 } }\n  - { at: 8m, card-sale: { amount: CNY 9.00 } }\nexpect:",
    );
    let outcome = outcome(&corrected);
    assert_eq!((outcome.broken_laws(), outcome.net()), (Vec::new(), Fen(900)));
}

/// What the host or the wallet must refuse does not become money.
#[test]
fn a_stranger_to_the_host_or_to_the_wallet_sells_nothing_there() {
    let captured = |setup: &str, steps: &str| {
        let lines = format!("terminal: {{ {setup} }}\nsteps: [{steps}]\nexpect: {{ captured: nothing }}");
        outcome(&lines).net()
    };
    let card = "{ at: 0s, card-sale: { amount: CNY 25.00 } }";
    for setup in ["tid: 00000000", "mid: 000000000000000", "currency: 840"] {
        assert_eq!(captured(setup, card), Fen::ZERO, "{setup}");
    }
    let code = "{ at: 0s, show-qr: { wallet: wechat, amount: CNY 18.50 } }";
    for setup in ["api-key: 00000000000000000000000000000000", "mch-id: 10000101"] {
        assert_eq!(captured(setup, code), Fen::ZERO, "{setup}");
    }
    let known = "language: en";
    assert_eq!((captured(known, card), captured(known, code)), (Fen(2500), Fen(1850)));
}

#[test]
fn a_wrong_mac_key_is_mended_by_a_sign_on_and_a_wrong_master_key_is_not() {
    let sells = |setup: &str| {
        let sales =
            "{ at: 0s, card-sale: { amount: CNY 25.00 } }, { at: 5m, card-sale: { amount: CNY 9.00 } }";
        let lines = format!("terminal: {{ {setup} }}\nsteps: [{sales}]\nexpect: {{ captured: nothing }}");
        outcome(&lines).net()
    };
    let first = "mac-key: 1111111111111111";
    assert_eq!(sells(first), Fen(900), "the first sale makes it sign on, the second is captured");
    let both = "mac-key: 1111111111111111, master-key: 11111111111111111111111111111111";
    assert_eq!(sells(both), Fen::ZERO, "what the host gives out cannot be read");
}

/// The terminal that asks nothing hears of nothing either.
#[test]
fn notifications_go_to_the_address_that_was_keyed_in() {
    let lines = "terminal: { profile: kiosk-prints-first, notify-url: http://terminal-2/notify }
steps: [{ at: 0s, show-qr: { wallet: wechat, amount: CNY 18.50 } }]
expect: { captured: nothing }";
    assert!(outcome(lines).broken_laws().contains(&Law::ReceiptNotRetracted));
    assert_eq!(outcome(&lines.replace("terminal-2", "terminal")).broken_laws(), []);
}
