//! What hosts do, well-behaved and not.
//!
//! Answers to `DLE EOT`: 16h is online with the drawer's pin high, 12h is nothing to report (printer sources,
//! section 3.1).

use super::driver::{Bench, Host, RECEIPT};
use serve::What;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::net::Shutdown;
use std::time::Duration;

const DESK: &[&str] = &["tcp=127.0.0.1:0"];

#[test]
fn status_is_answered_at_once() {
    let bench = Bench::start(DESK);
    let mut host = bench.connect();
    assert_eq!([1, 2, 3, 4].map(|n| host.status(n)), [0x16, 0x12, 0x12, 0x12]);
}

#[test]
fn a_host_that_closes_its_side_is_hung_up_on_when_all_is_on_paper() {
    let bench = Bench::start(DESK);
    let mut host = bench.connect();
    assert_eq!(host.send(RECEIPT).finish(), b"");
    let mut cut = false;
    bench.until(|what| match what {
        What::Happened(event) => {
            cut |= event.to_string() == "cut #1";
            None
        }
        What::Disconnected { .. } => Some(()),
        _ => None,
    });
    assert!(cut, "it hung up before the receipt was cut");
}

#[test]
fn a_host_that_only_asks_is_answered_and_hung_up_on_however_offline_the_printer_is() {
    let stuck_for = |settings: &mut serve::Settings| settings.idle_turn = Duration::from_millis(20);
    let bench = Bench::start_with(&["tcp=127.0.0.1:0 fault=cover-open"], stuck_for);
    // Once a stuck job has lost its turn, it is nobody else's reason to wait.
    let mut stuck = bench.connect();
    stuck.send(b"stuck\n");
    assert_eq!(stuck.status(2), 0x16);
    stuck.0.shutdown(Shutdown::Write).unwrap();
    let mut host = bench.connect();
    assert_eq!(host.send(b"\x10\x04\x01\0\x10\x04\x02\0").finish(), [0x1e, 0x16]);
}

#[test]
fn a_host_that_prints_is_kept_until_its_job_is_on_paper_after_the_cover_is_closed() {
    let bench = Bench::start(&["tcp=127.0.0.1:0 fault=cover-open"]);
    let mut host = bench.connect();
    host.send(RECEIPT).send(b"\x10\x04\x02");
    assert_eq!(host.answer(), 0x16);
    host.0.shutdown(Shutdown::Write).unwrap();
    assert!(bench.ask("status").contains("hosts on the network: 1"));
    assert_eq!(bench.ask("close cover"), "ok close cover");
    assert_eq!(host.rest(), b"");
    assert_eq!(bench.until_filed().lines, ["Total 12.50", "Thank you"]);
}

#[test]
fn what_a_host_sent_before_it_vanished_stays() {
    let bench = Bench::start(DESK);
    let mut host = bench.connect();
    // Five of ten rows, 8 bytes each.
    host.send(b"\x1dv0\x00\x08\x00\x0a\x00").send(&[0xff; 40]);
    assert_eq!(host.status(1), 0x16);
    rustix::net::sockopt::set_socket_linger(&host.0, Some(Duration::ZERO)).unwrap();
    drop(host);
    bench.until(|what| matches!(what, What::Disconnected { .. }).then_some(()));
    let mut next = bench.connect();
    assert_eq!(next.status(1), 0x16);
    // The status queries were taken for dots, three bytes each; so 34 are still missing.
    next.send(&[0xff; 34]).send(RECEIPT);
    assert_eq!(bench.until_filed().lines, ["Total 12.50", "Thank you"]);
}

#[test]
fn a_host_that_never_reads_loses_its_oldest_answers_and_disturbs_nobody() {
    let bench = Bench::start(DESK);
    let deaf = bench.connect();
    let sender = std::thread::spawn({
        let mut deaf = Host(deaf.0.try_clone().unwrap());
        move || (0..200).for_each(|_| drop(deaf.0.write_all(&b"\x10\x04\x01".repeat(4000))))
    });
    bench.until_trouble("does not read");
    deaf.0.shutdown(Shutdown::Both).unwrap();
    sender.join().unwrap();
    assert_eq!(bench.connect().status(4), 0x12);
}

#[test]
fn probes_and_idle_hosts_in_hundreds_are_no_burden() {
    let bench = Bench::start(DESK);
    for _ in 0..200 {
        drop(bench.connect());
    }
    let idle: Vec<Host> = (0..200).map(|_| bench.connect()).collect();
    let mut host = bench.connect();
    host.send(RECEIPT);
    assert_eq!(bench.until_filed().lines.len(), 2);
    drop(idle);
}

#[test]
fn hosts_take_turns_and_a_silent_one_gives_its_turn_away() {
    let bench = Bench::start_with(DESK, |settings| settings.idle_turn = Duration::from_millis(20));
    let mut silent = bench.connect();
    assert_eq!(silent.status(1), 0x16);
    let mut second = bench.connect();
    assert_eq!(second.status(4), 0x12);
    // It was kept, and comes back when it has something to say.
    assert_eq!(silent.status(2), 0x12);
}

#[test]
fn a_second_host_waits_until_the_first_has_closed() {
    let bench = Bench::start_with(DESK, |settings| settings.idle_turn = Duration::from_secs(3600));
    let mut first = bench.connect();
    assert_eq!(first.status(1), 0x16);
    let mut second = bench.connect();
    second.send(b"\x10\x04\x01");
    first.send(b"first\n").send(RECEIPT);
    drop(first);
    assert_eq!(second.answer(), 0x16);
    assert_eq!(bench.until_filed().lines, ["first", "Total 12.50", "Thank you"]);
}

#[test]
fn no_byte_says_stop_to_a_network_host() {
    let bench = Bench::start(DESK);
    let mut host = bench.connect();
    assert_eq!(host.status(1), 0x16);
    assert_eq!(bench.ask("open cover"), "ok open cover");
    // Offline with the drawer's pin high, and nothing before it.
    assert_eq!(host.status(1), 0x1e);
}

#[test]
fn more_than_the_buffer_holds_waits_in_the_network_and_nothing_is_lost() {
    let bench = Bench::start(DESK);
    let mut host = bench.connect();
    let line = [b" ".repeat(47).as_slice(), b"\n"].concat();
    host.send(&line.repeat(120)).send(RECEIPT);
    assert_eq!(last_line_of_a_receipt_without_loss(&bench), "Thank you");
}

fn last_line_of_a_receipt_without_loss(bench: &Bench) -> String {
    bench.until(|what| match what {
        What::Happened(event) => {
            assert!(!event.to_string().contains("lost"), "{event}");
            None
        }
        What::Receipt(filed) => filed.lines.last().cloned(),
        _ => None,
    })
}

fn open(path: &str) -> File {
    OpenOptions::new().read(true).write(true).open(path).expect("a terminal can be opened")
}

/// Opens a pseudo-terminal as pyserial does: raw, and XON and XOFF only if it is asked for them.
fn open_raw(path: &str, xon_xoff: bool) -> File {
    use rustix::termios::{InputModes, OptionalActions, tcgetattr, tcsetattr};
    let port = open(path);
    let mut line = tcgetattr(&port).expect("the bench works");
    line.make_raw();
    line.input_modes.set(InputModes::IXON, xon_xoff);
    tcsetattr(&port, OptionalActions::Now, &line).expect("the bench works");
    port
}

fn ask(port: &mut File, n: u8) -> u8 {
    port.write_all(&[0x10, 0x04, n]).expect("the bench works");
    let mut answer = [0];
    port.read_exact(&mut answer).expect("the bench works");
    answer[0]
}

#[test]
fn a_client_that_did_not_ask_for_xoff_reads_nothing_but_answers() {
    for flow in ["", ",flow=none"] {
        let bench = Bench::start(&[&format!("pty=DIR/p1{flow}")]);
        let mut port = open_raw(bench.place("pty"), false);
        assert_eq!(ask(&mut port, 1), 0x16);
        assert_eq!(bench.ask("open cover"), "ok open cover");
        // Offline with the drawer's pin high, and nothing before it.
        assert_eq!(ask(&mut port, 1), 0x1e, "{flow}");
        assert_eq!(bench.ask("close cover"), "ok close cover");
        assert_eq!(ask(&mut port, 1), 0x16);
    }
}

#[test]
fn xoff_that_is_asked_for_on_the_command_line_is_sent_to_any_client() {
    let bench = Bench::start(&["pty=DIR/p1,flow=xon-xoff"]);
    let mut port = open_raw(bench.place("pty"), false);
    assert_eq!(ask(&mut port, 1), 0x16);
    assert_eq!(bench.ask("open cover"), "ok open cover");
    // XOFF.
    assert_eq!(ask(&mut port, 1), 0x13);
}

#[test]
fn a_host_without_any_flow_control_loses_nothing_at_a_pseudo_terminal() {
    for flow in ["", ",flow=none", ",flow=dtr-dsr"] {
        let bench = Bench::start(&[&format!("pty=DIR/p1{flow} fault=cover-open")]);
        let mut port = open_raw(bench.place("pty"), false);
        let line = [b" ".repeat(47).as_slice(), b"\n"].concat();
        let receipt = [line.repeat(110).as_slice(), RECEIPT].concat();
        let writer = std::thread::spawn(move || port.write_all(&receipt).unwrap());
        assert_eq!(bench.ask("close cover"), "ok close cover");
        assert_eq!(last_line_of_a_receipt_without_loss(&bench), "Thank you", "{flow}");
        writer.join().unwrap();
    }
}

#[test]
fn a_pseudo_terminal_is_a_serial_port_that_says_stop() {
    let bench = Bench::start(&["pty=DIR/p1"]);
    let path = bench.place("pty").to_owned();
    let mut port = open(&path);
    port.write_all(b"\x10\x04\x04").unwrap();
    let mut answer = [0];
    port.read_exact(&mut answer).unwrap();
    assert_eq!(answer, [0x12]);
    // The system obeys the printer, so that more than its buffer holds comes whole through an open cover.
    assert_eq!(bench.ask("open cover"), "ok open cover");
    let line = [b" ".repeat(47).as_slice(), b"\n"].concat();
    let receipt = [line.repeat(110).as_slice(), RECEIPT].concat();
    let writer = std::thread::spawn(move || port.write_all(&receipt).unwrap());
    assert_eq!(bench.ask("close cover"), "ok close cover");
    assert_eq!(last_line_of_a_receipt_without_loss(&bench), "Thank you");
    writer.join().unwrap();
}

#[test]
fn the_link_of_a_pseudo_terminal_goes_with_the_server() {
    let mut bench = Bench::start(&["pty=DIR/p1"]);
    let path = bench.place("pty").to_owned();
    assert!(std::fs::symlink_metadata(&path).is_ok());
    bench.quit();
    assert_eq!(std::fs::symlink_metadata(&path).unwrap_err().kind(), ErrorKind::NotFound);
}

#[test]
fn a_serial_port_is_served_like_a_wire() {
    // The far end of another server's pseudo-terminal is as good as a serial port.
    let first = Bench::start(&["pty=DIR/p1"]);
    let serial = format!("serial={}:9600,8N1,none", first.place("pty"));
    let bench = Bench::start(&[serial.as_str()]);
    assert!(bench.place("serial").ends_with(":9600,8N1,flow=none"));
    // Nothing was said, so both printers are silent; the end of the first is the end of the line.
    drop(first);
    bench.until_trouble("is gone");
}
