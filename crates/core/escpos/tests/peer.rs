//! A receipt of an independent driver, the `escpos` crate: all of it must be known here.
//!
//! Source of the bytes: that crate, printing into memory. Which bytes it chooses is its own affair; that it leaves
//! out the times of `ESC p` is a known oddity (printer sources, section 10) and not part of this receipt.

use std::cell::RefCell;
use std::rc::Rc;

use escpos_peer::driver::Driver;
use escpos_peer::errors::Result;
use escpos_peer::printer::Printer;
use escpos_peer::utils::{JustifyMode, Protocol, RealTimeStatusRequest, UnderlineMode};
use tillrig_escpos::{Align, Command, CutMode, Parser, Qr, Realtime, Snooper, Symbology, Underline};

/// A port that only remembers what is written to it.
#[derive(Clone, Default)]
struct Memory(Rc<RefCell<Vec<u8>>>);

impl Driver for Memory {
    fn name(&self) -> String {
        "memory".to_owned()
    }

    fn write(&self, data: &[u8]) -> Result<()> {
        self.0.borrow_mut().extend_from_slice(data);
        Ok(())
    }

    fn read(&self, _buffer: &mut [u8]) -> Result<usize> {
        Ok(0)
    }

    fn flush(&self) -> Result<()> {
        Ok(())
    }
}

fn printed(receipt: impl FnOnce(&mut Printer<Memory>) -> Result<()>) -> Result<Vec<u8>> {
    let memory = Memory::default();
    let mut printer = Printer::new(memory.clone(), Protocol::default(), None);
    receipt(&mut printer)?;
    printer.print()?;
    Ok(memory.0.take())
}

fn receipt(printer: &mut Printer<Memory>) -> Result<()> {
    printer.init()?.justify(JustifyMode::CENTER)?.bold(true)?.size(2, 2)?.writeln("TOTAL 18.50")?;
    printer.reset_size()?.bold(false)?.underline(UnderlineMode::Single)?.reverse(true)?.smoothing(true)?;
    printer.writeln("Thank you")?.qrcode("https://example.test/pay/42")?.ean13("400638133393")?;
    printer.pdf417("PDF417")?.data_matrix("DM")?.feeds(3)?.partial_cut()?;
    Ok(())
}

#[test]
fn every_command_of_an_independent_driver_is_known() -> Result<()> {
    let bytes = printed(receipt)?;
    let mut parser = Parser::new();
    parser.push(&bytes);
    let (mut text, mut stored, mut bar_code) = (Vec::new(), Vec::new(), Vec::new());
    let (mut centred, mut underlined, mut cut) = (false, false, None);
    while let Some(command) = parser.next() {
        match command {
            Command::Unknown { .. } | Command::Skipped { .. } => panic!("{command:02X?}"),
            Command::Text(run) => text.extend_from_slice(run),
            Command::Qr(Qr::Store(data)) => stored = data.to_vec(),
            Command::Barcode { symbology: Symbology::Ean13, data, .. } => bar_code = data.to_vec(),
            Command::Align(Align::Center) => centred = true,
            Command::Underline(Underline::One) => underlined = true,
            Command::Cut { mode, .. } => cut = Some(mode),
            _ => {}
        }
    }
    assert_eq!(parser.buffered(), 0);
    assert_eq!(text, b"TOTAL 18.50Thank you");
    assert_eq!(stored, b"https://example.test/pay/42");
    assert_eq!(bar_code, b"400638133393");
    assert!(centred && underlined);
    // It sends `GS V 65 1`, which it calls partial, and which a printer takes for a full cut after feeding.
    assert_eq!(cut, Some(CutMode::Full));
    Ok(())
}

#[test]
fn the_snooper_finds_the_status_requests_of_an_independent_driver() -> Result<()> {
    let bytes = printed(|printer| {
        printer.real_time_status(RealTimeStatusRequest::Printer)?;
        printer.real_time_status(RealTimeStatusRequest::RollPaperSensor)?;
        Ok(())
    })?;
    let mut snooper = Snooper::new();
    let found: Vec<_> = bytes.iter().filter_map(|&byte| snooper.feed(byte)).collect();
    assert_eq!(found, [Realtime::Status { n: 1, a: None }, Realtime::Status { n: 4, a: None }]);
    Ok(())
}

#[test]
fn a_length_that_counts_one_byte_too_many_eats_the_next_prefix() -> Result<()> {
    // For the Aztec error correction the driver says four bytes and sends three, so GS of the next command goes
    // with it, and the rest of that command is text.
    let bytes = printed(|printer| printer.aztec("AZ").map(|_| ()))?;
    let mut parser = Parser::new();
    parser.push(&bytes);
    let mut text = Vec::new();
    while let Some(command) = parser.next() {
        if let Command::Text(run) = command {
            text.extend_from_slice(run);
        }
    }
    assert_eq!(text, b"(k5P0AZ");
    Ok(())
}
