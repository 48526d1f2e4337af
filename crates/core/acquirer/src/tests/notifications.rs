//! Claims about notifications.

use super::{Driver, codec, order};
use crate::{Event, NOTIFY, WALLET};
use ::wallet::http::{RequestParser, write_response};
use ::wallet::messages::Acknowledgement;
use sim::{Input, SimTime};

/// A driver whose order T-1 is captured at 1.3 s, so that its first notification leaves then.
fn paid() -> Driver {
    let mut driver = Driver::new();
    driver.receive(WALLET, &order("T-1", 1850)).pass(1000).pay("T-1").pass(300);
    driver
}

fn acknowledgement(says: &Acknowledgement) -> Vec<u8> {
    let mut bytes = vec![];
    codec().encode_acknowledgement(says, &mut bytes);
    bytes
}

fn attempts(driver: &Driver) -> Vec<SimTime> {
    let notified = |event: &Event| matches!(event, Event::Notified { .. });
    driver.events.iter().filter(|(_, event)| notified(event)).map(|(at, _)| *at).collect()
}

const DAY_MS: u64 = 86_400_000;

#[test]
fn an_unanswered_notification_keeps_the_published_times() {
    let mut driver = paid();
    driver.pass(2 * DAY_MS);
    // 15s/15s/30s/3m/10m/20m/30m/30m/30m/60m/3h/3h/3h/6h/6h, summed by hand, in minutes but for the first three.
    let minutes = [4, 14, 34, 64, 94, 124, 184, 364, 544, 724, 1084, 1444];
    let offsets_s = [0, 15, 30, 60].into_iter().chain(minutes.map(|minutes| minutes * 60));
    let expected: Vec<SimTime> =
        offsets_s.map(|secs: u64| SimTime::from_millis(1300 + secs * 1000)).collect();
    assert_eq!(attempts(&driver), expected);
    let last = driver.story().pop();
    assert_eq!(last.as_deref(), Some("24h04m06.300s notifications exhausted, order T-1"));
    assert_eq!(driver.acquirer.ledger().entries().len(), 1);
}

#[test]
fn an_acknowledgement_ends_it() {
    let mut driver = paid();
    driver.pass(15_500).receive(NOTIFY, &acknowledgement(&Acknowledgement::Success)).pass(2 * DAY_MS);
    assert_eq!(attempts(&driver).len(), 2);
    let last = driver.story().pop();
    assert_eq!(last.as_deref(), Some("16.800s notification acknowledged, order T-1"));
}

#[test]
fn anything_but_success_is_a_failed_attempt() {
    let mut unavailable = vec![];
    write_response(&mut unavailable, 503, "text/plain", b"");
    let refusal = acknowledgement(&Acknowledgement::Fail("busy".into()));
    for answer in [refusal, unavailable, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK".to_vec()] {
        let mut driver = paid();
        driver.pass(100).receive(NOTIFY, &answer).pass(15_000);
        assert_eq!(attempts(&driver), [SimTime::from_millis(1300), SimTime::from_millis(16_300)]);
    }
}

#[test]
fn a_refused_connection_is_a_failed_attempt() {
    let mut driver = paid();
    driver.pass(50).give(Input::Refused { port: NOTIFY });
    driver.pass(15_000);
    assert_eq!(attempts(&driver), [SimTime::from_millis(1300), SimTime::from_millis(16_300)]);
}

#[test]
fn an_answer_after_five_seconds_comes_too_late() {
    let mut driver = paid();
    driver.pass(5_001).receive(NOTIFY, &acknowledgement(&Acknowledgement::Success)).pass(10_000);
    assert_eq!(attempts(&driver).len(), 2);
}

#[test]
fn the_notification_is_signed_and_says_what_was_paid() {
    let driver = paid();
    let (_, port, bytes) = driver.sent.last().unwrap();
    assert_eq!(*port, NOTIFY);
    let mut parser = RequestParser::default();
    parser.push(bytes);
    let mut codec = codec();
    let request = parser.next_request().unwrap().unwrap();
    let notification = codec.decode_notification(&request).unwrap();
    assert_eq!((notification.out_trade_no, notification.total_fee_fen), ("T-1", 1850));
}

#[test]
fn two_payments_are_told_one_after_the_other() {
    let mut driver = Driver::new();
    driver.receive(WALLET, &order("T-1", 100)).receive(WALLET, &order("T-2", 200)).pass(1000);
    driver.pay("T-1").pay("T-2").pass(400);
    assert_eq!(attempts(&driver), [SimTime::from_millis(1300)]);
    driver.receive(NOTIFY, &acknowledgement(&Acknowledgement::Success)).pass(10);
    driver.receive(NOTIFY, &acknowledgement(&Acknowledgement::Success)).pass(60_000);
    assert_eq!(attempts(&driver), [SimTime::from_millis(1300), SimTime::from_millis(1400)]);
    let told = driver.story().into_iter().filter(|line| line.contains("acknowledged"));
    let expected =
        ["1.400s notification acknowledged, order T-1", "1.410s notification acknowledged, order T-2"];
    assert!(told.eq(expected));
}
