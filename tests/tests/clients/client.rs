//! Drivers at the end of a cable, each told to print the same receipt.

use std::error::Error;
use std::io::Write as _;
use std::net::TcpStream;
use std::path::Path;

use escpos_peer::driver::{Driver, FileDriver, NetworkDriver};
use serde_json::{Value, json};
use tillrig_tests::peers;

use crate::printer_at_hand::PrinterAtHand;
use crate::{Checked, rust_driver};
use tillrig_tests::script::Script;

/// A driver at the end of a cable.
pub(crate) trait Client {
    fn print(&mut self) -> Checked;
    fn status(&mut self) -> Result<Value, Box<dyn Error>>;
}

impl Client for Script {
    fn print(&mut self) -> Checked {
        self.order("receipt").map(drop)
    }

    fn status(&mut self) -> Result<Value, Box<dyn Error>> {
        self.order("status")
    }
}

/// It says itself whether the receipt was printed.
pub(crate) struct Receiptio(pub(crate) Script);

impl Client for Receiptio {
    fn print(&mut self) -> Checked {
        let concluded = self.0.order("receipt")?;
        assert_eq!(concluded, json!({ "concluded": "success" }));
        Ok(())
    }

    fn status(&mut self) -> Result<Value, Box<dyn Error>> {
        self.0.order("status")
    }
}

/// The Rust driver needs no process of its own.
pub(crate) struct InRust<D>(pub(crate) D);

impl<D: Driver + Clone> Client for InRust<D> {
    fn print(&mut self) -> Checked {
        rust_driver::print(&self.0)
    }

    fn status(&mut self) -> Result<Value, Box<dyn Error>> {
        rust_driver::status(&self.0)
    }
}

/// A driver's recording needs no driver.
pub(crate) struct Recorded(pub(crate) TcpStream, pub(crate) Vec<u8>);

impl Client for Recorded {
    fn print(&mut self) -> Checked {
        Ok(self.0.write_all(&self.1)?)
    }

    fn status(&mut self) -> Result<Value, Box<dyn Error>> {
        Err("a recording asks nothing".into())
    }
}

pub(crate) fn python(arguments: &[&str]) -> Result<Script, Box<dyn Error>> {
    let mut command = peers::python("python_escpos.py")?;
    command.args(arguments);
    Script::start(command)
}

pub(crate) fn thermal_printer(interface: &str) -> Result<Script, Box<dyn Error>> {
    let mut command = peers::node("thermal_printer.mjs")?;
    command.arg(interface);
    Script::start(command)
}

pub(crate) fn receiptio(arguments: &[&str]) -> Result<Script, Box<dyn Error>> {
    let mut command = peers::node("receiptio.mjs")?;
    command.args(arguments);
    Script::start(command)
}

pub(crate) fn encoder(place: &str) -> Result<Script, Box<dyn Error>> {
    let mut command = peers::node("receipt_encoder.mjs")?;
    command.arg(place);
    Script::start(command)
}

pub(crate) fn python_over_tcp(printer: &impl PrinterAtHand) -> Result<Script, Box<dyn Error>> {
    let (host, port) = printer.host_and_port()?;
    python(&["network", host, port])
}

pub(crate) fn rust_over_tcp(printer: &impl PrinterAtHand) -> Result<InRust<NetworkDriver>, Box<dyn Error>> {
    let (host, port) = printer.host_and_port()?;
    Ok(InRust(NetworkDriver::open(host, port.parse()?, None)?))
}

pub(crate) fn rust_on_port(printer: &impl PrinterAtHand) -> Result<InRust<FileDriver>, Box<dyn Error>> {
    Ok(InRust(FileDriver::open(Path::new(printer.place()))?))
}
