//! What people do at the counter with cards, with a real host and a real printer on the other ends.

use crate::driver::{Host, PATIENCE, Printer, Till, among, caller, settings};
use acquirer::fault::{Aim, Deed, Fault};
use serve::acquirer::house::Mishap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::os::unix::net::UnixStream;

fn once(kind: acquirer::Kind, deed: Deed) -> Vec<Mishap> {
    vec![Mishap::Fault(Fault { aim: Aim { kind: Some(kind), times: 1, ..Aim::EVERYTHING }, deed })]
}

#[test]
fn a_sale_is_captured_and_prints_two_slips() {
    let (host, printer) = (Host::start(vec![]), Printer::start());
    let till = Till::start(among(&host, &printer));
    till.told("sale 25.00");
    host.until("captured CNY 25.00, 000001-000001");
    let (merchant, customer) = (printer.next_receipt(), printer.next_receipt());
    assert!(merchant.contains("AMOUNT: RMB 25.00") && merchant.contains("MERCHANT COPY"), "{merchant}");
    assert!(customer.contains("TRACE NO: 000001-000001") && customer.contains("CUSTOMER COPY"), "{customer}");
    till.until_line("takes the customer copy of 000001-000001 as printed");
    till.told("void 000001-000001");
    assert!(printer.next_receipt().contains("ORIGINAL NO: 000001-000001"));
    till.until_line("takes the customer copy of 000001-000002 as printed");
    till.told("void 000001-000001").until_line("refuses wish 3: that one is ended already");
    till.told("settle").until_line("closes batch 000001, totals agree");
}

#[test]
fn an_answer_that_is_lost_is_reversed_and_nothing_stays_captured() {
    let (host, printer) = (Host::start(once(acquirer::Kind::Sale, Deed::LoseAnswer)), Printer::start());
    let till = Till::start(among(&host, &printer));
    till.told("sale 25.00");
    host.until("captured CNY 25.00");
    till.until_line("RESULT UNKNOWN: DO NOT CHARGE AGAIN");
    host.until("reversed CNY 25.00");
    till.until_line("learns that 000001-000001 does not stand");
    till.until_line("NOT APPROVED, NOT CHARGED");
    till.told("sale 7.00");
    assert!(printer.next_receipt().contains("RMB 7.00"));
}

#[test]
fn a_slip_that_found_no_paper_is_printed_when_there_is_some_and_again_when_asked_for() {
    let (host, printer) = (Host::start(vec![]), Printer::start());
    printer.told("paper-out");
    let till = Till::start(among(&host, &printer));
    till.told("sale 25.00");
    till.until_line("APPROVED | PRINTER: LOAD PAPER");
    printer.told("load paper");
    till.until_line("takes the customer copy of 000001-000001 as printed");
    printer.next_receipt();
    printer.next_receipt();
    till.told("reprint");
    assert!(printer.next_receipt().contains("*** REPRINT ***"));
    till.until_line("takes the customer copy of 000001-000001 as printed");
    till.told("reprint 000001-000001");
    assert!(printer.next_receipt().contains("*** REPRINT ***"));
}

#[test]
fn a_host_that_is_not_there_declines_and_leaves_nothing_to_reverse() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut settings = settings();
    settings.host = Some(free.to_string());
    let till = Till::start(settings);
    till.told("sale 25.00");
    till.until_line("host cannot be reached");
    till.until_line("finds nobody to ask about 000001-000001");
    till.until_line("NOT APPROVED, NOT CHARGED");
}

#[test]
fn each_message_can_have_a_call_of_its_own() {
    let (host, printer) = (Host::start(vec![]), Printer::start());
    let mut settings = among(&host, &printer);
    settings.one_a_message = true;
    let till = Till::start(settings);
    for stan in 1..=2 {
        till.told("sale 1.00").until_line("host connected");
        till.until_line("host disconnected: it has answered");
        till.until_line(&format!("takes the customer copy of 000001-00000{stan} as printed"));
    }
}

#[test]
fn a_connection_that_the_host_has_ended_is_made_anew() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut settings = settings();
    settings.host = Some(listener.local_addr().unwrap().to_string());
    let till = Till::start(settings);
    till.told("sale 1.00");
    let first = caller(&listener);
    let (mut length, mut stream) = ([0; 2], &first);
    stream.read_exact(&mut length).unwrap();
    drop(first);
    till.until_line("host disconnected: it has hung up");
    // Nobody has answered, so it is reversed, on a new connection.
    let mut second = caller(&listener);
    second.read_exact(&mut length).unwrap();
    let mut frame = vec![0; usize::from(u16::from_be_bytes(length))];
    second.read_exact(&mut frame).unwrap();
    // TPDU and header are eleven bytes; the message type of a reversal stands behind them.
    assert_eq!(frame[11..13], [0x04, 0x00]);
}

#[test]
fn a_printer_on_a_pseudo_terminal_prints_as_well() {
    let (host, printer) = (Host::start(vec![]), Printer::at("pty=DIR/printer"));
    let till = Till::start(among(&host, &printer));
    till.told("sale 25.00");
    assert!(printer.next_receipt().contains("MERCHANT COPY"));
    assert!(printer.next_receipt().contains("CUSTOMER COPY"));
    till.until_line("takes the customer copy of 000001-000001 as printed");
}

#[test]
fn keys_come_over_the_control_socket_and_wrong_words_are_answered() {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = settings();
    settings.control = Some(folder.path().join("control"));
    let till = Till::start(settings);
    till.until_line("listens at control");
    let stream = UnixStream::connect(folder.path().join("control")).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut lines = BufReader::new(&stream).lines();
    let mut ask = |line: &str| {
        (&stream).write_all(format!("{line}\n").as_bytes()).unwrap();
        lines.next().unwrap().unwrap()
    };
    assert_eq!(ask("log-on 2"), "ok log-on 2");
    assert!(ask("sale lots").starts_with("error: expected an amount above zero and found `lots`"));
    assert_eq!(ask("power off"), "ok power off");
    assert_eq!(ask("screen"), "ok dark");
    assert!(ask("sale 1.00").contains("expected `power on`"));
    till.until_line("has operator 02 logged on");
}
