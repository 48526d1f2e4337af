//! What a terminal finds in its folder when it is started again.

use crate::driver::{Host, Printer, Till, among, caller, folder, settings};
use std::fs::{self, OpenOptions};
use std::io::{Read, Write};
use std::net::TcpListener;

#[test]
fn a_sale_that_was_open_when_it_ended_is_reversed_at_the_next_start() {
    let (_kept, data) = folder();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut alone = settings();
    alone.host = Some(silent.local_addr().unwrap().to_string());
    alone.data = Some(data.clone());
    let till = Till::start(alone);
    till.told("sale 25.00");
    let mut terminal = caller(&silent);
    terminal.read_exact(&mut [0; 20]).unwrap();
    drop(till);

    let (host, printer) = (Host::start(vec![]), Printer::start());
    let mut again = among(&host, &printer);
    again.data = Some(data);
    let till = Till::start(again);
    till.until_line("asks: reversal 000001-000001");
    till.until_line("learns that 000001-000001 does not stand");
    till.until_line("NOT APPROVED, NOT CHARGED");
    // Its number is used up.
    till.told("sale 7.00").until_line("begins 000001-000002");
    printer.next_receipt();
}

#[test]
fn a_slip_that_was_not_printed_is_printed_at_the_next_start_and_a_torn_record_does_no_harm() {
    let (_kept, data) = folder();
    let host = Host::start(vec![]);
    let mut blind = settings();
    blind.host = Some(host.address.clone());
    blind.data = Some(data.clone());
    let till = Till::start(blind);
    till.told("sale 25.00").until_line("| APPROVED");
    drop(till);
    let mut file = OpenOptions::new().append(true).open(data.join("journal")).unwrap();
    file.write_all(&[0, 40, 1, 2, 3]).unwrap();

    let printer = Printer::start();
    let mut again = among(&host, &printer);
    again.data = Some(data);
    let till = Till::start(again);
    for copy in ["MERCHANT COPY", "CUSTOMER COPY"] {
        let receipt = printer.next_receipt();
        assert!(receipt.contains(copy) && receipt.contains("*** REPRINT ***"), "{receipt}");
    }
    till.until_line("takes the customer copy of 000001-000001 as printed");
    till.told("refund 000001-000001 5.00").until_line("learns that 000001-000002 is approved");
}

#[test]
fn a_number_whose_beginning_is_damaged_is_not_given_out_again() {
    const HEADER_BYTES: usize = 8;
    const BEGUN: u8 = 1;
    let (_kept, data) = folder();
    let (host, printer) = (Host::start(vec![]), Printer::start());
    let with_data = || {
        let mut settings = among(&host, &printer);
        settings.data = Some(data.clone());
        settings
    };
    let till = Till::start(with_data());
    till.told("sale 18.50").until_line("takes the customer copy of 000001-000001 as printed");
    drop(till);
    let journal = data.join("journal");
    let mut bytes = fs::read(&journal).unwrap();
    let mut at = HEADER_BYTES;
    while bytes[at + 2] != BEGUN {
        at += 2 + usize::from(u16::from_be_bytes([bytes[at], bytes[at + 1]])) + 4;
    }
    bytes[at + 4] ^= 1;
    fs::write(&journal, &bytes).unwrap();

    let till = Till::start(with_data());
    till.until_line("left out");
    till.told("sale 18.50").until_line("begins 000001-001003");
    till.until_line("learns that 000001-001003 is approved");
    till.until_line("takes the customer copy of 000001-001003 as printed");
    drop(till);
    let till = Till::start(with_data());
    till.until_line("ENTER AMOUNT");
    till.told("sale 7.00").until_line("begins 000001-001004");
}

#[test]
fn power_goes_and_comes_back_while_it_is_served() {
    let (host, printer) = (Host::start(vec![]), Printer::start());
    let till = Till::start(among(&host, &printer));
    till.told("power off").until_line("display: dark");
    till.told("power on").until_line("ENTER AMOUNT");
    till.told("sale 25.00");
    assert!(printer.next_receipt().contains("RMB 25.00"));
}
