//! What the drivers once sent: whoever has no Python and no Node still sees that it prints.

use std::fs;
use std::net::TcpStream;

use tillrig_tests::repository::root;

use crate::Checked;
use crate::client::Recorded;
use crate::live::Live;
use crate::paper::Code;
use crate::printer_at_hand::PrinterAtHand as _;
use crate::receipt::{CAPTURES, CODES, prints, with_code_39};

#[test]
fn the_recording_of_node_thermal_printer_prints_what_it_printed() -> Checked {
    plays("node-thermal-printer", 1, &CODES)
}

#[test]
fn the_recording_of_python_escpos_prints_what_it_printed() -> Checked {
    plays("python-escpos", 3, &CODES)
}

#[test]
fn the_recording_of_receipt_printer_encoder_prints_what_it_printed() -> Checked {
    plays("receipt-printer-encoder", 1, &CODES)
}

#[test]
fn the_recording_of_receiptio_prints_what_it_printed() -> Checked {
    plays("receiptio", 1, &CODES)
}

#[test]
fn the_recording_of_rust_escpos_prints_what_it_printed() -> Checked {
    plays("rust-escpos", 1, &with_code_39())
}

fn plays(name: &str, logos: usize, codes: &[Code]) -> Checked {
    let mut live = Live::on_tcp()?;
    let bytes = fs::read(root().join(CAPTURES).join(name).with_extension("bin"))?;
    let mut client = Recorded(TcpStream::connect(live.place())?, bytes);
    prints(&mut live, &mut client, name, logos, codes)
}
