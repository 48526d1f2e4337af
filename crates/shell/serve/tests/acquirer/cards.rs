//! Frames in any pieces, several at once, and what becomes of connections that are not as they should be.

use crate::driver::{Bench, Terminal, connect, key, sale};
use serve::acquirer::What;
use std::io::{Read, Write};
use std::time::Duration;

const MALFORMED: &str = "tillrig_acquirer_malformed_total{door=\"iso8583\"}";
const BROKEN_OFF: &str = "tillrig_acquirer_broken_off_total{door=\"iso8583\"}";

#[test]
fn a_sale_in_single_bytes_is_a_sale() {
    let bench = Bench::start();
    let mut terminal = bench.terminal();
    for byte in sale(1).chunks(1) {
        terminal.send(byte);
    }
    assert_eq!(terminal.hear().code, "00");
    assert_eq!(terminal.sell(1), "94");
    assert_eq!(bench.ledger(), [key(1)]);
}

#[test]
fn many_frames_at_once_are_answered_in_their_order() {
    let bench = Bench::start();
    let mut terminal = bench.terminal();
    let frames: Vec<u8> = (1..=500).flat_map(sale).collect();
    // Cut where it hurts: in the length of a frame.
    let (begin, end) = frames.split_at(sale(1).len() * 250 + 1);
    terminal.send(begin);
    terminal.send(end);
    for stan in 1..=500 {
        let answer = terminal.hear();
        assert_eq!((answer.stan, answer.code.as_str()), (stan, "00"));
    }
    assert_eq!(bench.ledger().len(), 500);
}

#[test]
fn keep_alives_between_frames_are_passed_over_also_in_pieces() {
    let bench = Bench::start();
    let mut terminal = bench.terminal();
    for piece in [b"REFRESHREFRESH".as_slice(), &sale(1), b"REF", b"RESH", &sale(2), b"REFRESH"] {
        terminal.send(piece);
    }
    assert_eq!([terminal.hear().stan, terminal.hear().stan], [1, 2]);
    terminal.shut_down();
    assert_eq!(terminal.rest(), b"");
    assert_eq!([bench.metric(MALFORMED), bench.metric(BROKEN_OFF)], [0, 0]);
}

#[test]
fn terminals_share_a_server() {
    let bench = Bench::start();
    let mut terminals: Vec<Terminal> = (0..50).map(|_| bench.terminal()).collect();
    for (stan, terminal) in (1..).zip(&mut terminals) {
        terminal.send(&sale(stan));
    }
    for terminal in &mut terminals {
        assert_eq!(terminal.hear().code, "00");
    }
    assert_eq!(bench.ledger().len(), 50);
}

#[test]
fn a_terminal_that_shuts_down_its_sending_side_gets_its_answers_and_an_end() {
    let bench = Bench::start();
    let mut terminal = bench.terminal();
    terminal.send(&[sale(1), sale(2)].concat());
    terminal.shut_down();
    assert_eq!((terminal.hear().stan, terminal.hear().stan), (1, 2));
    assert_eq!(terminal.rest(), b"");
}

#[test]
fn a_terminal_that_vanishes_in_the_middle_of_a_frame_is_counted_and_what_came_before_stands() {
    let bench = Bench::start();
    let mut terminal = bench.terminal();
    terminal.send(&sale(1));
    terminal.send(&sale(2)[..20]);
    assert_eq!(terminal.hear().code, "00");
    drop(terminal);
    bench.until_line("in the middle of a frame");
    assert_eq!(bench.metric(BROKEN_OFF), 1);
    assert_eq!(bench.ledger(), [key(1)]);
    assert_eq!(bench.terminal().sell(2), "00");
}

#[test]
fn a_slow_sender_is_let_go() {
    let bench = Bench::start_with(|settings| settings.bounds.reading = Duration::from_millis(20));
    let mut terminal = bench.terminal();
    terminal.send(&sale(1)[..5]);
    assert_eq!(terminal.rest(), b"");
    bench.until_line("the rest of a frame never came");
    assert_eq!(bench.metric(BROKEN_OFF), 1);
}

#[test]
fn a_giant_frame_is_refused_behind_the_answers_before_it() {
    let bench = Bench::start();
    let mut terminal = bench.terminal();
    terminal.send(&[sale(1), vec![0xFF; 64]].concat());
    assert_eq!(terminal.hear().code, "00");
    terminal.rest();
    bench.until_line("at most 4096");
    assert_eq!(bench.metric(MALFORMED), 1);
}

#[test]
fn what_is_no_message_ends_the_connection_and_what_is_not_served_does_not() {
    let bench = Bench::start();
    let mut terminal = bench.terminal();
    terminal.send(b"\x00\x05hello");
    assert_eq!(terminal.rest(), b"");
    // Sale 1 with the type of a settlement.
    let mut settlement = sale(1);
    settlement[13..15].copy_from_slice(&[0x05, 0x00]);
    let mut terminal = bench.terminal();
    terminal.send(&settlement);
    assert_eq!(terminal.sell(2), "00");
    assert_eq!(bench.metric(MALFORMED), 2);
    assert_eq!(bench.ledger(), [key(2)]);
}

#[test]
fn a_wrong_mac_moves_nothing() {
    let bench = Bench::start();
    let mut forged = sale(1);
    *forged.last_mut().expect("the bench works") ^= 1;
    let mut terminal = bench.terminal();
    terminal.send(&forged);
    assert_eq!(terminal.hear().code, "A0");
    assert_eq!(bench.ledger(), [""; 0]);
}

#[test]
fn one_connection_too_many_is_turned_away_and_told_of() {
    let bench = Bench::start_with(|settings| settings.bounds.connections = 2);
    let mut terminals = [bench.terminal(), bench.terminal()];
    // Both are taken before the third one comes.
    for (stan, terminal) in (1..).zip(&mut terminals) {
        assert_eq!(terminal.sell(stan), "00");
    }
    let mut third = connect(bench.iso8583);
    let _ = third.write_all(&sale(3));
    let mut rest = Vec::new();
    // A reset or an end in order: nothing is said.
    let _ = third.read_to_end(&mut rest);
    assert_eq!(rest, b"");
    bench.until(|what| matches!(what, What::TurnedAway { door: "iso8583", .. }).then_some(()));
    assert_eq!(bench.metric("tillrig_acquirer_refused_total{door=\"iso8583\"}"), 1);
    let [first, _] = &mut terminals;
    assert_eq!(first.sell(4), "00");
}

#[test]
fn thousands_of_idle_connections_are_no_burden() {
    let bench = Bench::start();
    // Both ends are in this process, so it is far from ten thousand of them.
    let idle: Vec<_> = (0..2_000).map(|_| connect(bench.iso8583)).collect();
    assert_eq!(bench.terminal().sell(1), "00");
    assert_eq!(bench.metric("tillrig_acquirer_connections_total{door=\"iso8583\"}"), 2_001);
    drop(idle);
}

#[test]
fn at_the_end_nothing_new_is_taken_and_idle_terminals_are_hung_up_on() {
    let bench = Bench::start();
    let (mut busy, mut idle) = (bench.terminal(), bench.terminal());
    assert_eq!(busy.sell(1), "00");
    assert_eq!(idle.sell(2), "00");
    let address = bench.iso8583;
    let (_folder, summary) = bench.stop();
    assert_eq!((summary.groups, summary.at_once), (2, false));
    assert_eq!((busy.rest(), idle.rest()), (Vec::new(), Vec::new()));
    assert!(std::net::TcpStream::connect(address).is_err());
}
