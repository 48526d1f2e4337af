//! Terminals that are pointed at it: keys, batches, money.

use crate::driver::Bench;
use crate::house::device::{Device, computed_master_key, ready_master_key};
use crate::house::{each, house};

fn tids(bench: &Bench) -> Vec<String> {
    each(&bench.get("terminals"), "tid")
}

#[test]
fn two_terminals_sign_on_sell_reverse_and_settle() {
    let bench = house();
    let (mut one, mut two) = (Device::new(&bench, "00000001"), Device::new(&bench, "KIOSK-77"));
    one.sign_on(ready_master_key(&bench, "00000001"));
    two.sign_on(computed_master_key(&bench, "KIOSK-77"));
    let ((_, first), (taken_back, second)) = (one.sell(1850), one.sell(200));
    let (_, third) = two.sell(999);
    assert_eq!([first, second, third], ["00"; 3]);
    assert_eq!(one.reverse(&taken_back), "00");
    assert_eq!([one.settle(), two.settle()], ["00 Equal", "00 Equal"]);
    let (_, next) = one.sell(100);
    assert_eq!(next, "00");
    assert_eq!(tids(&bench), ["00000001", "KIOSK-77"]);
    assert_eq!(each(&bench.get("terminals"), "batch"), ["2", "2"]);
    assert_eq!(bench.metric("tillrig_acquirer_answers_total{kind=\"sale\",code=\"00\"}"), 4);
    let standings = bench.get("standings");
    let mut nets: Vec<_> = each(&standings, "key").into_iter().zip(each(&standings, "net_fen")).collect();
    nets.sort();
    let net = |key: &str, fen: &str| (key.to_owned(), fen.to_owned());
    assert_eq!(
        nets,
        [
            net("000001-000002", "1850"),
            net("000001-000003", "0"),
            net("000002-000005", "100"),
            net("1/000001-000002", "999"),
        ]
    );
}

#[test]
fn a_terminal_without_sign_on_sells_with_the_working_key_that_is_written_down() {
    let bench = house();
    assert_eq!(Device::new(&bench, "00000009").sell(100).1, "00");
    assert_eq!(tids(&bench), ["00000009"]);
    assert_eq!(each(&bench.get("terminals"), "signed_on"), ["false"]);
}
