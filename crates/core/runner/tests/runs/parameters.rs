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
fn a_sound_firmware_loses_no_money_and_no_receipt_with_any_parameter_wrong() {
    let mut tried: Vec<&str> = Vec::new();
    for (name, value) in WRONG {
        tried.push(name);
        for terminal in ["reference", "kiosk"] {
            let lines =
                format!("terminal: {{ profile: {terminal}, {name}: {value} }}\nbackoffice: reference{DAY}");
            let mut broken = outcome(&lines).broken_laws();
            // A reversal that the host does not take from a stranger is tried until somebody keys in what is right.
            broken.retain(|law| *law != Law::Settles);
            assert_eq!(broken, [], "{terminal} with {name}: {value}");
        }
    }
    let all: Vec<&str> = Parameters::ALL.iter().map(|parameter| parameter.name).collect();
    assert_eq!(tried, all);
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
