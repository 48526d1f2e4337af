//! Claims about bytes that mean no good, and about any sequence of requests.

use super::{Driver, close, message, order, query, reversal, sale};
use crate::{Account, CARD, Event, NOTIFY, WALLET};
use iso8583::{CUP, Mti, encode};
use proptest::prelude::*;
use sim::{Fen, Port};
use sim::{Key, OrderNo, TerminalNo};
use std::collections::BTreeMap;

fn malformed(driver: &Driver) -> usize {
    driver.events.iter().filter(|(_, event)| matches!(event, Event::Malformed { .. })).count()
}

#[test]
fn after_nonsense_a_true_request_is_heard() {
    let mut driver = Driver::new();
    driver.receive(CARD, b"GET / HTTP/1.1\r\n\r\n").pass(10).receive(CARD, &sale(1, 100)).pass(1000);
    assert_eq!((malformed(&driver), driver.codes()), (1, vec!["00".to_owned()]));
    driver.receive(WALLET, b"\0\0\r\n\r\n").pass(10).receive(WALLET, &order("T-1", 100)).pass(1000);
    assert_eq!(malformed(&driver), 2);
    assert!(driver.story().iter().any(|line| line.contains("ordered CNY 1.00")));
}

#[test]
fn a_cut_frame_does_not_swallow_a_later_request() {
    let mut driver = Driver::new();
    let frame = sale(1, 100);
    driver.receive(CARD, &frame[..frame.len() - 3]).pass(11_000);
    driver.receive(CARD, &sale(2, 100)).pass(1000);
    assert_eq!(driver.codes(), ["00"]);
    assert_eq!(driver.story()[0], "10s malformed bytes at port 0: the rest of a frame never came");
}

#[test]
fn a_message_that_is_not_served_moves_nothing() {
    let mut frame = vec![];
    encode(&CUP, &message(Mti::SIGN_ON_REPLY, 1, 100), &mut frame).unwrap();
    let mut driver = Driver::new();
    driver.receive(CARD, &frame).pass(1000);
    assert_eq!(driver.story(), ["0s malformed bytes at port 0: message type 0810 is not served"]);
}

/// Something that a terminal, a payer or time can do.
#[derive(Clone, Debug)]
enum Step {
    Sale(u32, u64),
    Reversal(u32, u64),
    Order(u32, u64),
    Close(u32),
    Query(u32),
    Pay(u32),
    Pass(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let (number, amount) = (1..4_u32, 1..4_u64);
    prop_oneof![
        (number.clone(), amount.clone()).prop_map(|(number, amount)| Step::Sale(number, amount)),
        (number.clone(), amount.clone()).prop_map(|(number, amount)| Step::Reversal(number, amount)),
        (number.clone(), amount).prop_map(|(number, amount)| Step::Order(number, amount)),
        number.clone().prop_map(Step::Close),
        number.clone().prop_map(Step::Query),
        number.prop_map(Step::Pay),
        (0..400_u64).prop_map(Step::Pass),
    ]
}

fn take(driver: &mut Driver, step: &Step) {
    let name = |number: &u32| format!("T-{number}");
    match step {
        Step::Sale(stan, amount) => driver.receive(CARD, &sale(*stan, *amount)),
        Step::Reversal(stan, amount) => driver.receive(CARD, &reversal(*stan, *amount)),
        Step::Order(number, amount) => driver.receive(WALLET, &order(&name(number), *amount)),
        Step::Close(number) => driver.receive(WALLET, &close(&name(number))),
        Step::Query(number) => driver.receive(WALLET, &query(&name(number))),
        Step::Pay(number) => driver.pay(&name(number)),
        Step::Pass(millis) => driver.pass(*millis),
    };
}

/// A driver that already holds a captured sale, a captured order and an unanswered notification.
fn busy() -> Driver {
    let mut driver = Driver::new();
    driver.receive(CARD, &sale(1, 100)).receive(WALLET, &order("T-1", 200)).pass(1000);
    driver.pay("T-1").pass(1000);
    driver
}

proptest! {
    /// For each payment the merchant has nothing or one captured amount, the events say the same as the
    /// ledger, and what one account lost the other has.
    #[test]
    fn the_ledger_balances_whatever_is_asked(steps in proptest::collection::vec(step(), 0..60)) {
        let mut driver = Driver::new();
        for step in &steps {
            take(&mut driver, step);
        }
        driver.pass(1000);
        let ledger = driver.acquirer.ledger();
        let (receivable, funds) =
            (ledger.balance(Account::MerchantReceivable), ledger.balance(Account::CustomerFunds));
        prop_assert_eq!(receivable + funds, Fen::ZERO);

        let mut told: BTreeMap<Key, Fen> = BTreeMap::new();
        for (_, event) in &driver.events {
            if let Event::Committed { key, movement, amount, .. } = event {
                let net = told.entry(*key).or_default();
                match movement {
                    crate::Movement::Captured => *net += *amount,
                    crate::Movement::Reversed | crate::Movement::Refunded => *net -= *amount,
                    _ => {}
                }
            }
        }
        for (key, net) in &told {
            prop_assert_eq!(ledger.net(*key), *net);
            let captured = ledger.entries().iter().filter(|entry| {
                entry.key == *key && entry.debit == Account::MerchantReceivable
            });
            let amounts: Vec<Fen> = captured.map(|entry| entry.amount).collect();
            prop_assert!(amounts.len() <= 1, "captured twice");
            prop_assert!(*net == Fen::ZERO || amounts == [*net]);
        }
        prop_assert_eq!(receivable, told.values().copied().sum::<Fen>());
    }

    #[test]
    fn arbitrary_bytes_move_nothing(
        port in 0..4_u8,
        pieces in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..200), 0..8),
    ) {
        let mut driver = busy();
        for piece in &pieces {
            driver.receive(Port(port), piece).pass(50);
        }
        driver.pass(60_000);
        prop_assert_eq!(driver.acquirer.ledger().entries().len(), 2);
    }

    /// A spoiled byte of a true request: it is refused, or moves what the true one would have moved.
    #[test]
    fn a_spoiled_request_never_moves_another_amount(at in any::<prop::sample::Index>(), flip in 1..=255_u8) {
        for (port, mut bytes) in [(CARD, sale(2, 300)), (CARD, reversal(1, 100)), (WALLET, close("T-2"))] {
            let mut driver = busy();
            let place = at.index(bytes.len());
            bytes[place] ^= flip;
            driver.receive(port, &bytes).receive(NOTIFY, &bytes).pass(20_000);
            let order = Key::Order(OrderNo::new("T-1").unwrap());
            let ledger = driver.acquirer.ledger();
            prop_assert_eq!(ledger.net(order), Fen(200));
            let net = |stan| ledger.net(Key::Card { terminal: TerminalNo(0), batch: 1, stan });
            prop_assert!([Fen(100), Fen::ZERO].contains(&net(1)));
            prop_assert!([Fen(300), Fen::ZERO].contains(&net(2)));
        }
    }
}
