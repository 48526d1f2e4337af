//! What people do: phrases on the control socket, cables, power.

use super::driver::{Bench, Host};
use serve::What;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;

const DESK: &[&str] = &["tcp=127.0.0.1:0"];

#[test]
fn phrases_on_the_control_socket_are_answered_line_by_line() {
    let bench = Bench::start(DESK);
    let mut socket = UnixStream::connect(bench.place("control")).unwrap();
    let mut answers = BufReader::new(socket.try_clone().unwrap()).lines().map(Result::unwrap);
    let mut ask = |line: &str| {
        socket.write_all(format!("{line}\n").as_bytes()).unwrap();
        answers.next().unwrap()
    };
    assert_eq!(ask("Open cover"), "ok open cover");
    assert_eq!(bench.connect().status(2), 0x16);
    // The status query waits in the buffer, as everything does that comes while the cover is open.
    let status = ask("status");
    assert!(
        status.starts_with("ok printer (desk-80): offline, cover open; has work; says stop; "),
        "{status}"
    );
    assert_eq!(ask("close cover"), "ok close cover");
    let error = ask("jam at here");
    assert!(error.starts_with("error: `here` is not understood, expected a length such as 30 mm"), "{error}");
    assert_eq!(ask("printer: jam at 30mm"), "ok jam at 30.000 mm");
    assert_eq!(ask("jam"), "ok jam: something stands in the paper path: lines pile up before it");
    let nothing = "ok block presenter (this printer has no presenter: nothing changes)";
    assert_eq!(ask("block presenter"), nothing);
    assert_eq!(ask("kitchen: open cover"), "error: there is no printer `kitchen`, expected one of printer");
}

#[test]
fn help_lists_every_phrase_and_every_fault() {
    let bench = Bench::start(DESK);
    let help = bench.ask("help");
    let listed = |words: &str| help.lines().any(|line| line.starts_with(&format!("  {words} ")));
    for phrase in printer::words::PHRASES {
        assert!(listed(phrase.example), "{}", phrase.example);
    }
    for preset in printer::words::PRESETS {
        assert!(listed(preset.name), "{}", preset.name);
    }
    assert!(help.lines().last().unwrap().starts_with("ok "));
}

#[test]
fn a_pulled_cable_carries_nothing_and_a_plugged_one_all() {
    let bench = Bench::start(DESK);
    let mut host = bench.connect();
    assert_eq!(host.status(1), 0x16);
    assert_eq!(bench.ask("pull cable"), "ok pull cable");
    host.send(b"\x10\x04\x04");
    assert!(bench.ask("status").contains("cable pulled"));
    host.0.set_nonblocking(true).unwrap();
    assert_eq!(host.0.read(&mut [0]).unwrap_err().kind(), ErrorKind::WouldBlock);
    host.0.set_nonblocking(false).unwrap();
    assert_eq!(bench.ask("plug cable"), "ok plug cable");
    assert_eq!(host.answer(), 0x12);
}

#[test]
fn a_printer_that_loses_its_power_resets_its_hosts_and_starts_anew() {
    let bench = Bench::start(DESK);
    let mut host = bench.connect();
    assert_eq!(host.status(1), 0x16);
    assert_eq!(bench.ask("power off"), "ok power off");
    assert_eq!(host.0.read(&mut [0]).unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert!(bench.ask("status").contains("no power"));
    assert_eq!(bench.ask("power on"), "ok power on");
    bench.until_event("ready");
    bench.until(listens);
    assert_eq!(bench.connect().status(1), 0x16);
}

fn listens(what: &What) -> Option<()> {
    matches!(what, What::Listens { .. }).then_some(())
}

#[test]
fn a_printer_without_power_refuses_hosts_until_it_is_up_again() {
    let bench = Bench::start(&["tcp=127.0.0.1:0 fault=power-cut"]);
    let mut host = bench.connect_to_nobody();
    for _ in 0..2 {
        assert_eq!(host, ErrorKind::ConnectionRefused);
        assert_eq!(bench.ask("power on"), "ok power on");
        bench.until(listens);
        assert_eq!(bench.connect().status(1), 0x16);
        assert_eq!(bench.ask("power off"), "ok power off");
        host = bench.connect_to_nobody();
    }
}

#[test]
fn a_printer_without_power_keeps_its_address() {
    let bench = Bench::start(&["tcp=127.0.0.1:0 fault=power-cut"]);
    assert_eq!(bench.connect_to_nobody(), ErrorKind::ConnectionRefused);
    // It closes and reserves in one step; whoever has an answer comes behind that.
    assert!(bench.ask("status").contains("no power"));
    // As anybody's socket binds that has not said that it may share.
    let other = tokio::net::TcpSocket::new_v4().unwrap();
    let taken = other.bind(bench.place("tcp").parse().unwrap());
    assert_eq!(taken.unwrap_err().kind(), ErrorKind::AddrInUse);
}

#[test]
fn a_new_host_at_a_pulled_cable_waits_in_silence() {
    let bench = Bench::start(DESK);
    assert_eq!(bench.ask("pull cable"), "ok pull cable");
    let mut host = bench.connect();
    host.send(b"\x10\x04\x04");
    host.0.shutdown(std::net::Shutdown::Write).unwrap();
    host.0.set_nonblocking(true).unwrap();
    assert_eq!(host.0.read(&mut [0]).unwrap_err().kind(), ErrorKind::WouldBlock);
    host.0.set_nonblocking(false).unwrap();
    assert_eq!(bench.ask("plug cable"), "ok plug cable");
    assert_eq!(host.rest(), [0x12]);
}

#[test]
fn several_printers_are_told_apart_by_name() {
    let printers = ["name=till1 tcp=127.0.0.1:0", "name=till2 tcp=127.0.0.1:0 profile=kiosk-80"];
    let bench = Bench::start(&printers);
    let error = bench.ask("open cover");
    assert!(error.contains("till1, till2") && error.contains("`till1: open cover`"), "{error}");
    assert_eq!(bench.ask("till2: open cover"), "ok open cover");
    let status = |nth: usize| Host::at(bench.place_of("tcp", nth)).status(2);
    assert_eq!((status(0), status(1)), (0x12, 0x16));
    assert_eq!(bench.ask("status").lines().count(), 3);
    Host::at(bench.place_of("tcp", 0)).send(super::driver::RECEIPT);
    assert_eq!(bench.until_filed().picture, bench.out("till1/0001.png"));
}
