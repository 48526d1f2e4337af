//! Payments by payment code, refunds of orders and faults of the scanner, as scenario files say them.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use core::time::Duration;
use scenario::{
    Action, CodePayer, Effect, Later, LaterKind, Scan, ScannerFault, Scenario, ShownCode, Wallet,
};
use sim::Fen;
use tillrig_scenario as scenario;

fn text(steps: &str, faults: &str) -> String {
    let head = "name: x\nsymptom: scanned-no-receipt\ncause: scanner\n";
    format!("{head}steps:\n{steps}\nfaults:\n{faults}\nexpect: {{ captured: nothing }}\n")
}

fn right(steps: &str, faults: &str) -> Scenario {
    let text = text(steps, faults);
    Scenario::parse("right.yaml", text.as_bytes()).expect("this file is right")
}

fn wrong(steps: &str, faults: &str) -> String {
    Scenario::parse("wrong.yaml", text(steps, faults).as_bytes()).unwrap_err().render(false)
}

const SCAN: &str = "  - { at: 0s, id: scan, scan: { wallet: wechat, amount: CNY 18.50 } }";
const CARD: &str = "  - { at: 0s, id: sale, card-sale: { amount: CNY 18.50 } }";
const UNPLUG: &str = "  - { scanner: unplug }";

#[test]
fn a_customer_shows_a_fresh_code_and_pays_at_once_unless_the_file_says_otherwise() {
    let scan = |more: &str| {
        let scenario = right(&SCAN.replace("18.50", &format!("18.50{more}")), UNPLUG);
        let Action::Scan(scan) = scenario.steps[0].action else { panic!("{:?}", scenario.steps) };
        scan
    };
    let plain = Scan {
        wallet: Wallet::Wechat,
        amount: Fen(1850),
        code: ShownCode::Valid,
        customer: CodePayer::PaysAtOnce,
        again: None,
    };
    assert_eq!(scan(""), plain);
    let types = CodePayer::EntersPassword(Duration::from_secs(10));
    assert_eq!(scan(", customer-enters-password: 10s"), Scan { customer: types, ..plain });
    assert_eq!(scan(", customer-pays: never"), Scan { customer: CodePayer::NeverPays, ..plain });
    assert_eq!(scan(", customer-pays: lacks-money"), Scan { customer: CodePayer::LacksMoney, ..plain });
    for code in ShownCode::ALL {
        assert_eq!(scan(&format!(", code: {code}")), Scan { code: *code, ..plain });
    }
}

#[test]
fn every_fault_of_the_scanner_is_read() {
    for (words, fault) in [
        ("unplug", ScannerFault::Unplugged),
        ("{ window: 30% }", ScannerFault::Window { left_percent: 30 }),
        ("{ scratch: { digit: 7 } }", ScannerFault::Scratch { digit: 7, checked: true }),
        ("{ scratch: { digit: 7, check: ignored } }", ScannerFault::Scratch { digit: 7, checked: false }),
        ("{ sends-twice: { after: 3s } }", ScannerFault::SendsTwice { after: Duration::from_secs(3) }),
    ] {
        let scenario = right(SCAN, &format!("  - {{ scanner: {words} }}"));
        assert_eq!(scenario.faults[0].effect, Effect::Scanner(fault));
    }
}

#[test]
fn a_refund_of_an_order_is_of_all_of_it_unless_it_says_how_much() {
    for (more, amount) in [("", None), (", amount: CNY 5.00", Some(Fen(500)))] {
        let refund = format!("{SCAN}\n  - {{ at: 9s, refund: {{ of: scan{more} }} }}");
        let scenario = right(&refund, "  - { acquirer: { loses: answer, to: refund-query } }");
        let expected = Later { what: LaterKind::Refund, of: 0, amount };
        assert_eq!(scenario.steps[1].action, Action::Later(expected));
    }
}

#[test]
fn what_a_scan_makes_the_terminal_ask_for_can_be_aimed_at_and_what_it_does_not_cannot() {
    for kind in ["pay", "query", "reverse", "order", "close"] {
        right(SCAN, &format!("  - {{ on: terminal.asks, message: {kind}, drop: always }}"));
    }
    for kind in ["refund-order", "refund-query", "sale"] {
        wrong(SCAN, &format!("  - {{ on: terminal.asks, message: {kind}, drop: always }}"));
    }
    right(SCAN, "  - { power: { cut: terminal, for: 1s }, when: terminal.reverses }");
}

#[test]
fn a_scan_is_never_notified_so_that_no_notification_can_be_spoiled() {
    assert!(wrong(SCAN, "  - { on: acquirer.notifies, drop: always }").contains("nothing is ever notified"));
    let refunded = format!("{SCAN}\n  - {{ at: 9s, refund: {{ of: scan }} }}");
    assert!(
        wrong(&refunded, "  - { acquirer: { notifies: after-a-refund } }")
            .contains("nothing is ever notified")
    );
    let shown = "  - { at: 0s, id: code, show-qr: { wallet: wechat, amount: CNY 18.50 } }";
    let refunded = format!("{shown}\n  - {{ at: 30s, refund: {{ of: code }} }}");
    right(&refunded, "  - { acquirer: { notifies: after-a-refund } }");
}

#[test]
fn a_fault_of_the_scanner_needs_something_to_scan() {
    assert!(wrong(CARD, UNPLUG).contains("no step scans a payment code"));
}

#[test]
fn the_terminal_takes_codes_of_two_wallets_and_no_other() {
    right(&SCAN.replace("wechat", "alipay"), UNPLUG);
    assert!(wrong(&SCAN.replace("wechat", "unionpay"), UNPLUG).contains("a wallet"));
}
