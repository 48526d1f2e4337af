//! Claims about faults of the host: on which side of the commit they are, and what the ledger holds all the same.

use super::{Driver, order, query, reversal, sale};
use crate::fault::{Aim, Content, Deed, Fault, FaultId, Latency, Rush};
use crate::{Arming, CARD, Code, Config, Kind, Poke, WALLET};
use core::time::Duration;
use sim::{Fen, Input, Key, OrderNo, Seed, SimTime, TerminalNo};

const fn key(stan: u32) -> Key {
    Key::Card { terminal: TerminalNo(0), batch: 1, stan }
}

/// An acquirer with one fault that hits the first message of this kind.
fn with(kind: Kind, deed: Deed) -> Driver {
    let aim = Aim { kind: Some(kind), times: 1, ..Aim::EVERYTHING };
    let arming = Arming { id: FaultId(1), fault: Fault { aim, deed }, dice: Seed(1).stream("fault") };
    let mut driver = Driver::new();
    driver.give(Input::Poke(Poke::Arm(Box::new(arming))));
    driver
}

fn net(driver: &Driver, stan: u32) -> Fen {
    driver.acquirer.ledger().net(key(stan))
}

#[test]
fn a_lost_request_moves_nothing_and_a_lost_answer_leaves_what_moved() {
    let mut driver = with(Kind::Sale, Deed::LoseRequest);
    driver.receive(CARD, &sale(1, 100)).pass(60_000);
    assert_eq!((net(&driver, 1), driver.sent.len()), (Fen::ZERO, 0));
    assert_eq!(driver.story()[1], "0s sale meets lose-request, 000001-000001");

    let mut driver = with(Kind::Sale, Deed::LoseAnswer);
    driver.receive(CARD, &sale(1, 100)).pass(60_000);
    assert_eq!((net(&driver, 1), driver.sent.len()), (Fen(100), 0));
    driver.receive(CARD, &reversal(1, 100)).pass(60_000);
    assert_eq!((net(&driver, 1), driver.codes()), (Fen::ZERO, vec!["00".to_owned()]));
}

#[test]
fn a_held_request_is_committed_later_and_can_be_overtaken() {
    let mut driver = with(Kind::Sale, Deed::Hold(Latency::fixed(Duration::from_secs(60))));
    driver.receive(CARD, &sale(1, 100)).pass(60_100);
    assert_eq!(net(&driver, 1), Fen::ZERO);
    driver.pass(100);
    assert_eq!(net(&driver, 1), Fen(100));

    let mut driver = with(Kind::Sale, Deed::Hold(Latency::fixed(Duration::from_secs(60))));
    driver.receive(CARD, &sale(1, 100)).pass(10_000).receive(CARD, &reversal(1, 100)).pass(90_000);
    assert_eq!(net(&driver, 1), Fen::ZERO);
    assert_eq!(driver.codes(), ["00", "12"]);
}

#[test]
fn a_host_may_say_busy_and_commit_or_say_it_and_mean_it() {
    let says = |commits| Deed::Says { code: Code::new("96"), commits };
    let mut ambiguous = with(Kind::Sale, says(true));
    ambiguous.receive(CARD, &sale(1, 100)).pass(1000);
    assert_eq!((ambiguous.codes(), net(&ambiguous, 1)), (vec!["96".to_owned()], Fen(100)));
    let mut honest = with(Kind::Sale, says(false));
    honest.receive(CARD, &sale(1, 100)).pass(1000);
    assert_eq!((honest.codes(), net(&honest, 1)), (vec!["96".to_owned()], Fen::ZERO));
    // What was not committed may be asked again under its number.
    honest.receive(CARD, &sale(1, 100)).pass(1000);
    assert_eq!(honest.codes()[1], "00");
}

#[test]
fn an_answer_may_come_late_twice_or_in_front_of_the_next() {
    let mut late = with(Kind::Sale, Deed::LateAnswer(Latency::fixed(Duration::from_secs(70))));
    late.receive(CARD, &sale(1, 100)).receive(CARD, &sale(2, 200)).pass(80_000);
    let stans = |driver: &Driver| -> Vec<String> {
        driver.replies().iter().map(|reply| reply.text(11).unwrap().to_owned()).collect()
    };
    assert_eq!(stans(&late), ["000002", "000001"]);

    let mut twice = with(Kind::Sale, Deed::RepeatAnswer(Duration::from_secs(1)));
    twice.receive(CARD, &sale(1, 100)).pass(5000);
    assert_eq!((stans(&twice), net(&twice, 1)), (vec!["000001".to_owned(); 2], Fen(100)));

    let mut next = with(Kind::Sale, Deed::AnswerIntoNext);
    next.receive(CARD, &sale(1, 100)).pass(60_000);
    assert!(next.sent.is_empty());
    next.receive(CARD, &sale(2, 200)).pass(1000);
    assert_eq!(stans(&next), ["000001", "000002"]);
}

#[test]
fn an_answer_may_end_in_its_middle_or_come_byte_by_byte() {
    let mut whole = Driver::new();
    whole.receive(CARD, &sale(1, 100)).pass(1000);
    let frame = whole.sent[0].2.clone();

    let mut cut = with(Kind::Sale, Deed::CutAnswer { after_bytes: 20, reset: true });
    cut.receive(CARD, &sale(1, 100)).pass(1000);
    assert_eq!(cut.sent[0].2, frame[..20]);

    let mut slow = with(Kind::Sale, Deed::SlowAnswer { byte_time: Duration::from_millis(100) });
    slow.receive(CARD, &sale(1, 100)).pass(60_000);
    assert_eq!(slow.sent.iter().flat_map(|(_, _, bytes)| bytes.clone()).collect::<Vec<u8>>(), frame);
    let last = slow.sent.last().unwrap().0;
    assert_eq!(last, SimTime::from_millis(220 + 100 * frame.len() as u64));
    let answered = slow.story().iter().filter(|line| line.contains("answered")).count();
    assert_eq!(answered, 1, "an answer is answered once, when its last byte has left");
}

#[test]
fn a_gateway_may_say_system_error_and_keep_the_order() {
    let mut driver = with(Kind::Order, Deed::Says { code: Code::new("SYSTEMERROR"), commits: true });
    driver.receive(WALLET, &order("T-1", 100)).pass(1000).pay("T-1").pass(1000);
    driver.receive(WALLET, &query("T-1")).pass(1000);
    assert_eq!(driver.acquirer.ledger().net(Key::Order(OrderNo::new("T-1").unwrap())), Fen(100));
    let answer = String::from_utf8_lossy(&driver.sent[0].2).into_owned();
    assert!(answer.contains("SYSTEMERROR"), "{answer}");

    let mut page = with(Kind::Order, Deed::Damage(Content::ErrorPage));
    page.receive(WALLET, &order("T-1", 100)).pass(1000);
    assert!(page.sent[0].2.starts_with(b"HTTP/1.1 502 Bad Gateway\r\n"));
}

#[test]
fn in_a_rush_requests_wait_and_then_are_refused() {
    let (from, until) = (SimTime::ZERO, SimTime::from_secs(60));
    let rush = Rush { from, until, arrivals_per_s: 200, served_per_s: 100, queue_max: 1000 };
    let mut driver = Driver::new();
    driver.give(Input::Poke(Poke::Rush(rush)));
    // After five seconds 500 wait, which is five seconds of work; after ten the queue is full.
    driver.pass(5000).receive(CARD, &sale(1, 100)).pass(5200);
    assert_eq!(net(&driver, 1), Fen(100));
    driver.receive(CARD, &sale(2, 100)).pass(1000);
    assert_eq!((driver.codes(), net(&driver, 2)), (vec!["96".to_owned(), "00".to_owned()], Fen::ZERO));
}

#[test]
fn a_refusal_for_a_full_queue_is_never_said_to_be_an_approval() {
    let says = |code, commits| Deed::Says { code: Code::new(code), commits };
    let full = |kind, deed| {
        let aim = Aim { kind: Some(kind), ..Aim::EVERYTHING };
        let arming = Arming { id: FaultId(1), fault: Fault { aim, deed }, dice: Seed(1).stream("fault") };
        let mut driver = Driver::with(Config { in_flight_max: 1, ..Config::default() });
        driver.give(Input::Poke(Poke::Arm(Box::new(arming))));
        driver
    };
    for commits in [true, false] {
        let mut card = full(Kind::Sale, says("00", commits));
        card.receive(CARD, &sale(1, 100)).receive(CARD, &sale(2, 100));
        assert_eq!((card.codes(), net(&card, 2)), (vec!["96".to_owned()], Fen::ZERO), "{commits}");
    }
    let mut wallet = full(Kind::Order, says("ORDERPAID", false));
    wallet.receive(WALLET, &order("T-1", 100)).receive(WALLET, &order("T-2", 100));
    let answer = String::from_utf8_lossy(&wallet.sent[0].2);
    assert!(answer.contains("SYSTEMERROR"), "{answer}");
}
