//! The course of an exchange: what is lost, late, repeated, cut and slowed, on which side of the commit.

use crate::driver::{Bench, Terminal, key, sale, sale_of_terminal};
use std::io::{ErrorKind, Read};

#[test]
fn a_lost_request_moves_nothing_and_a_lost_answer_has_moved_money() {
    let bench = Bench::start();
    bench.arm(r#"{"request": "lost"}"#);
    bench.arm(r#"{"fate": "lost"}"#);
    let mut terminal = bench.terminal();
    terminal.send(&[sale(1), sale(2), sale(3)].concat());
    assert_eq!(terminal.hear().stan, 3);
    assert_eq!(bench.ledger(), [key(2), key(3)]);
}

#[test]
fn a_held_request_is_overtaken() {
    let bench = Bench::start();
    bench.arm(r#"{"hold_ms": 30}"#);
    let mut terminal = bench.terminal();
    terminal.send(&[sale(1), sale(2)].concat());
    assert_eq!([terminal.hear().stan, terminal.hear().stan], [2, 1]);
    assert_eq!(bench.ledger(), [key(2), key(1)]);
}

#[test]
fn a_held_sale_is_committed_though_its_terminal_has_gone() {
    let bench = Bench::start();
    bench.arm(r#"{"hold_ms": 30}"#);
    let mut terminal = bench.terminal();
    terminal.send(&sale(1));
    bench.until_line("sale received");
    drop(terminal);
    bench.until_line("captured CNY 18.50");
    assert_eq!(bench.ledger(), [key(1)]);
}

#[test]
fn a_late_answer_comes_behind_younger_ones_and_a_repeated_one_comes_twice() {
    let bench = Bench::start();
    bench.arm(r#"{"fate": "late", "ms": 30}"#);
    bench.arm(r#"{"fate": "twice", "ms": 5}"#);
    let mut terminal = bench.terminal();
    terminal.send(&[sale(1), sale(2)].concat());
    let mut stans = [terminal.hear().stan, terminal.hear().stan, terminal.hear().stan];
    assert_eq!(stans[0], 2);
    stans.sort_unstable();
    assert_eq!(stans, [1, 2, 2]);
    assert_eq!(bench.ledger(), [key(1), key(2)]);
}

#[test]
fn late_answers_still_reach_a_terminal_that_has_shut_down_its_sending_side() {
    let bench = Bench::start();
    bench.arm(r#"{"fate": "late", "ms": 10}"#);
    let mut terminal = bench.terminal();
    terminal.send(&sale(1));
    terminal.shut_down();
    assert_eq!(terminal.hear().stan, 1);
    assert_eq!(terminal.rest(), b"");
}

#[test]
fn a_cut_ends_the_connection_inside_the_frame() {
    let bench = Bench::start();
    bench.arm(r#"{"fate": "cut", "bytes": 7}"#);
    let mut terminal = bench.terminal();
    terminal.send(&[sale(1), sale(2)].concat());
    assert_eq!(terminal.rest().len(), 7);
    assert_eq!(bench.ledger(), [key(1), key(2)]);
}

#[test]
fn a_reset_is_a_reset() {
    let bench = Bench::start();
    bench.arm(r#"{"fate": "reset", "bytes": 7}"#);
    let mut terminal = bench.terminal();
    terminal.send(&sale(1));
    let mut rest = Vec::new();
    let error = terminal.0.read_to_end(&mut rest).unwrap_err();
    assert_eq!((error.kind(), rest.len()), (ErrorKind::ConnectionReset, 7));
}

#[test]
fn an_answer_strays_into_the_next_exchange_of_the_same_terminal() {
    let bench = Bench::start();
    bench.arm(r#"{"fate": "into-next"}"#);
    let mut terminal = bench.terminal();
    terminal.send(&sale(1));
    bench.until_line("sale answered");
    drop(terminal);
    let mut other = bench.terminal();
    other.send(&sale_of_terminal("00000002", 7));
    assert_eq!(other.hear().stan, 7);
    let mut again = bench.terminal();
    again.send(&sale(2));
    assert_eq!([again.hear().stan, again.hear().stan], [1, 2]);
}

#[test]
fn slow_bytes_are_whole_in_the_end() {
    let bench = Bench::start();
    bench.arm(r#"{"fate": "slow", "ms": 1}"#);
    let mut terminal = bench.terminal();
    terminal.send(&[sale(1), sale(2)].concat());
    assert_eq!([terminal.hear().stan, terminal.hear().stan], [1, 2]);
}

#[test]
fn the_usual_pace_holds_for_every_exchange() {
    let bench = Bench::start_with(|settings| {
        settings.pace.processing = std::time::Duration::from_millis(2);
        settings.pace.answering = std::time::Duration::from_millis(2);
    });
    let mut terminals: Vec<Terminal> = (0..10).map(|_| bench.terminal()).collect();
    for (stan, terminal) in (1..).zip(&mut terminals) {
        assert_eq!(terminal.sell(stan), "00");
    }
}

#[test]
fn answers_that_nobody_takes_in_time_are_told_at_the_end() {
    let bench = Bench::start_with(|settings| settings.bounds.farewell = std::time::Duration::from_millis(20));
    bench.arm(r#"{"fate": "slow", "ms": 600000}"#);
    let mut terminal = bench.terminal();
    terminal.send(&sale(1));
    bench.until_line("captured");
    let (_folder, summary) = bench.stop();
    assert_eq!((summary.groups, summary.unanswered, summary.at_once), (1, 1, false));
}

#[test]
fn at_the_end_what_is_not_committed_is_forgotten_and_what_is_gets_its_answer() {
    let bench = Bench::start();
    bench.arm(r#"{"hold_ms": 600000}"#);
    bench.arm(r#"{"fate": "late", "ms": 20}"#);
    let mut terminal = bench.terminal();
    terminal.send(&[sale(1), sale(2)].concat());
    bench.until_line("captured");
    let (_folder, summary) = bench.stop();
    assert_eq!(terminal.hear().stan, 2);
    assert_eq!((terminal.rest(), summary.groups), (Vec::new(), 1));
}
