//! What each driver prints, over each cable that it knows.

use crate::Checked;
use crate::client::{
    Receiptio, encoder, python, python_over_tcp, receiptio, rust_on_port, rust_over_tcp, thermal_printer,
};
use crate::live::Live;
use crate::printer_at_hand::PrinterAtHand as _;
use crate::receipt::{CODES, prints, with_code_39};

#[test]
fn python_escpos_prints_over_tcp() -> Checked {
    let mut live = Live::on_tcp()?;
    let mut client = python_over_tcp(&live)?;
    prints(&mut live, &mut client, "python-escpos", 3, &CODES)?;
    client.end()
}

#[test]
fn python_escpos_prints_on_a_serial_port() -> Checked {
    let mut live = Live::on_pty()?;
    let mut client = python(&["serial", live.place()])?;
    prints(&mut live, &mut client, "python-escpos", 3, &CODES)?;
    client.end()
}

#[test]
fn python_escpos_prints_on_a_device_file() -> Checked {
    let mut live = Live::on_pty()?;
    let mut client = python(&["file", live.place()])?;
    prints(&mut live, &mut client, "python-escpos", 3, &CODES)?;
    client.end()
}

#[test]
fn node_thermal_printer_prints_over_tcp() -> Checked {
    let mut live = Live::on_tcp()?;
    let mut client = thermal_printer(&format!("tcp://{}", live.place()))?;
    prints(&mut live, &mut client, "node-thermal-printer", 1, &CODES)?;
    client.end()
}

#[test]
fn node_thermal_printer_prints_on_a_device_file() -> Checked {
    let mut live = Live::on_pty()?;
    let mut client = thermal_printer(live.place())?;
    prints(&mut live, &mut client, "node-thermal-printer", 1, &CODES)?;
    client.end()
}

#[test]
fn receiptio_prints_over_tcp_and_holds_it_for_printed() -> Checked {
    let mut live = Live::on_tcp_port(9100)?;
    let mut client = Receiptio(receiptio(&[live.host_and_port()?.0, "epson"])?);
    prints(&mut live, &mut client, "receiptio", 1, &CODES)?;
    client.0.end()
}

#[test]
fn receipt_printer_encoder_prints_over_tcp() -> Checked {
    let mut live = Live::on_tcp()?;
    let mut client = encoder(live.place())?;
    prints(&mut live, &mut client, "receipt-printer-encoder", 1, &CODES)?;
    client.end()
}

#[test]
fn receipt_printer_encoder_prints_on_a_device_file() -> Checked {
    let mut live = Live::on_pty()?;
    let mut client = encoder(live.place())?;
    prints(&mut live, &mut client, "receipt-printer-encoder", 1, &CODES)?;
    client.end()
}

#[test]
fn rust_escpos_prints_over_tcp() -> Checked {
    let mut live = Live::on_tcp()?;
    let mut client = rust_over_tcp(&live)?;
    prints(&mut live, &mut client, "rust-escpos", 1, &with_code_39())
}

#[test]
fn rust_escpos_prints_on_a_serial_port() -> Checked {
    let mut live = Live::on_pty()?;
    let mut client = rust_on_port(&live)?;
    prints(&mut live, &mut client, "rust-escpos", 1, &with_code_39())
}
