//! What each driver concludes from our status bytes.
//!
//! What status bytes must say: printer sources, section 13; what these drivers make of them: section 10. Paper is in
//! micrometres.

use printer::{Event, Micrometres, OfflineReason, Poke};
use serde_json::{Value, json};

use crate::Checked;
use crate::client::{
    Client, Receiptio, python, python_over_tcp, receiptio, rust_on_port, rust_over_tcp, thermal_printer,
};
use crate::live::Live;
use crate::paper::Paper;
use crate::printer_at_hand::{Hand, PrinterAtHand};
use crate::receipt::{LINES, spoken};

/// What a driver must conclude in each state of the printer.
pub(crate) struct Conclusions {
    ready: Value,
    near_end: Value,
    paper_out: Value,
    cover_open: Value,
}

#[test]
fn python_escpos_sees_over_tcp_that_paper_is_out_and_the_cover_open() -> Checked {
    let mut live = Live::on_tcp()?;
    let mut client = python_over_tcp(&live)?;
    concludes(&mut live, &mut client, &python_conclusions())?;
    client.end()
}

#[test]
fn python_escpos_sees_on_a_serial_port_that_paper_is_out_and_the_cover_open() -> Checked {
    let mut live = Live::on_pty()?;
    let mut client = python(&["serial", live.place()])?;
    concludes(&mut live, &mut client, &python_conclusions())?;
    client.end()
}

#[test]
fn node_thermal_printer_sees_over_tcp_that_paper_is_out_and_the_cover_open() -> Checked {
    let mut live = Live::on_tcp()?;
    let mut client = thermal_printer(&format!("tcp://{}", live.place()))?;
    let said = |printer: &str, offline: &str, paper: &str| json!({ "connected": true, "dle eot 1": printer, "dle eot 2": offline, "dle eot 4": paper });
    // 12h, and the bits of section 13; the drawer's pin is high, which is 04h of the first.
    let conclusions = Conclusions {
        ready: said("16", "12", "12"),
        near_end: said("16", "12", "1e"),
        paper_out: said("1e", "32", "7e"),
        cover_open: said("1e", "16", "12"),
    };
    concludes(&mut live, &mut client, &conclusions)?;
    client.end()
}

#[test]
fn node_thermal_printer_asks_in_the_queue_whether_paper_is_near_its_end() -> Checked {
    let mut live = Live::on_tcp()?;
    let mut client = thermal_printer(&format!("tcp://{}", live.place()))?;
    assert_eq!(client.order("paper")?, json!({ "gs r 1": "00" }));
    live.hand(Hand::LeaveLittlePaper)?;
    assert_eq!(client.order("paper")?, json!({ "gs r 1": "03" }));
    client.end()
}

#[test]
fn receiptio_sees_over_tcp_that_paper_is_out_and_the_cover_open() -> Checked {
    let mut live = Live::on_tcp_port(9100)?;
    let mut client = Receiptio(receiptio(&[live.host_and_port()?.0, "epson"])?);
    let said = |word: &str| json!({ "concluded": word });
    let conclusions = Conclusions {
        ready: said("online"),
        near_end: said("online"),
        paper_out: said("paperempty"),
        cover_open: said("coveropen"),
    };
    concludes(&mut live, &mut client, &conclusions)?;
    client.0.end()
}

#[test]
fn receiptio_finds_out_by_itself_that_this_is_no_star() -> Checked {
    let live = Live::on_tcp_port(9100)?;
    let mut client = Receiptio(receiptio(&[live.host_and_port()?.0])?);
    assert_eq!(client.status()?, json!({ "concluded": "online" }));
    client.0.end()
}

#[test]
fn rust_escpos_sees_over_tcp_that_paper_is_out_and_the_cover_open() -> Checked {
    let mut live = Live::on_tcp()?;
    let mut client = rust_over_tcp(&live)?;
    concludes(&mut live, &mut client, &rust_conclusions())
}

#[test]
fn rust_escpos_sees_on_a_serial_port_that_paper_is_out_and_the_cover_open() -> Checked {
    let mut live = Live::on_pty()?;
    let mut client = rust_on_port(&live)?;
    concludes(&mut live, &mut client, &rust_conclusions())
}

#[test]
fn a_receipt_that_ran_out_of_paper_goes_on_with_the_new_roll() -> Checked {
    let mut live = Live::on_tcp()?;
    let mut client = python_over_tcp(&live)?;
    live.poke(Poke::PaperLeft(Micrometres(60_000)))?;
    client.print()?;
    live.wait_for(|event| matches!(event, Event::Offline { cause: OfflineReason::PaperEnd }))?;
    assert_eq!(client.status()?, python_conclusions().paper_out);
    live.hand(Hand::LoadPaper)?;
    live.take_receipt()?;
    assert_eq!(client.status()?, python_conclusions().ready);
    let pieces = live.pieces();
    assert_eq!(pieces.len(), 2);
    let lines = pieces.iter().flat_map(|piece| Paper::of(piece).lines);
    assert_eq!(spoken(lines), LINES);
    client.end()
}

/// What each asks, as far as it is known (printer sources, section 10); the answers are one byte each.
#[test]
fn each_driver_asks_what_it_is_known_to_ask() -> Checked {
    let mut live = Live::on_tcp()?;
    let mut client = python_over_tcp(&live)?;
    client.status()?;
    assert_eq!(live.received()?, b"\x10\x04\x01\x10\x04\x04");
    client.end()?;

    // Four bytes, and the last of them means nothing.
    let mut live = Live::on_tcp()?;
    rust_over_tcp(&live)?.status()?;
    assert_eq!(live.received()?, b"\x10\x04\x01\0\x10\x04\x02\0\x10\x04\x04\0");

    // One question for every kind of printer; the one in the middle is for a Star.
    let mut live = Live::on_tcp_port(9100)?;
    let mut client = Receiptio(receiptio(&[live.host_and_port()?.0])?);
    client.status()?;
    assert_eq!(live.received()?, b"\x10\x04\x02\x1B\x06\x01\x1B@");
    client.0.end()
}

/// Asks in each state, and makes the printer well again at the end.
pub(crate) fn concludes(
    printer: &mut impl PrinterAtHand,
    client: &mut impl Client,
    wanted: &Conclusions,
) -> Checked {
    assert_eq!(client.status()?, wanted.ready);
    printer.hand(Hand::LeaveLittlePaper)?;
    assert_eq!(client.status()?, wanted.near_end);
    printer.hand(Hand::LeaveNoPaper)?;
    assert_eq!(client.status()?, wanted.paper_out);
    printer.hand(Hand::LoadPaper)?;
    printer.hand(Hand::OpenCover)?;
    assert_eq!(client.status()?, wanted.cover_open);
    printer.hand(Hand::CloseCover)?;
    assert_eq!(client.status()?, wanted.ready);
    Ok(())
}

pub(crate) fn python_conclusions() -> Conclusions {
    // Two is plenty of paper, one is near its end, zero is none.
    let said = |online: bool, paper: u8| json!({ "online": online, "paper": paper });
    Conclusions {
        ready: said(true, 2),
        near_end: said(true, 1),
        paper_out: said(false, 0),
        cover_open: said(false, 2),
    }
}

pub(crate) fn rust_conclusions() -> Conclusions {
    let said = |online: bool, closed: bool, stopped: bool, paper: bool, adequate: bool| {
        json!({
            "online": online,
            "cover closed": closed,
            "stopped for paper": stopped,
            "paper": paper,
            "paper adequate": adequate,
        })
    };
    Conclusions {
        ready: said(true, true, false, true, true),
        near_end: said(true, true, false, true, false),
        paper_out: said(false, true, true, false, false),
        cover_open: said(false, false, false, true, true),
    }
}
