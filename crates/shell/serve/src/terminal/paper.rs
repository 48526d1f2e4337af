//! The terminal's printer: over TCP, or on a serial line or pseudo-terminal.
//!
//! A printer that is not there is one whose cable is pulled: what is sent is lost, and the terminal finds out by silence.
//! The line is opened again every second. On a wire, the printer's 13h and 11h hold back what is written.
//! *Not modelled:* DTR/DSR.

use super::ends::Ends;
use super::hall::{Hall, Order};
use super::news::What;
use super::settings::PrinterAt;
use crate::error::ServeError;
use crate::serial_line::{Flow, SerialLine};
use crate::wire::Wire;
use sim::Input;
use std::rc::Rc;
use std::time::Duration;
use terminal::PRINTER;
use tokio::net::TcpStream;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::Instant;

/// Between two attempts to open the line.
const AGAIN: Duration = Duration::from_secs(1);
const CALLING: Duration = Duration::from_secs(5);
const NAME: &str = "printer";

/// Opens a wire once, so that a wrong name is found out at the start.
pub(crate) fn open(at: &PrinterAt) -> Result<Option<Wire>, ServeError> {
    match at {
        PrinterAt::Tcp(_) => Ok(None),
        PrinterAt::Wire(line) => wire(line).map(Some),
    }
}

fn wire(line: &SerialLine) -> Result<Wire, ServeError> {
    let wire = Wire::serial(line)?;
    if line.flow == Flow::XonXoff { wire.obeys_stop() } else { Ok(wire) }
}

/// Carries slips and status for as long as there is a terminal.
pub(crate) async fn keep(
    hall: Rc<Hall>,
    at: PrinterAt,
    mut first: Option<Wire>,
    mut orders: UnboundedReceiver<Order>,
) {
    let mut known_missing = false;
    loop {
        let opened = match first.take() {
            Some(wire) => Ends::wire(wire).map_err(|error| error.to_string()),
            None => call(&at).await,
        };
        match opened {
            Ok(ends) => {
                hall.tell(What::Connected { what: NAME, place: at.to_string() });
                let why = carry(&hall, &ends, &mut orders).await;
                hall.tell(What::Disconnected { what: NAME, why });
                known_missing = false;
            }
            Err(why) if !known_missing => {
                hall.tell(What::Trouble(format!("the printer cannot be reached: {why}")));
                known_missing = true;
            }
            Err(_) => {}
        }
        lose_until(&mut orders, Instant::now() + AGAIN).await;
    }
}

async fn call(at: &PrinterAt) -> Result<Ends, String> {
    match at {
        PrinterAt::Wire(line) => {
            let wire = wire(line).map_err(|error| error.to_string())?;
            Ends::wire(wire).map_err(|error| error.to_string())
        }
        PrinterAt::Tcp(address) => match tokio::time::timeout(CALLING, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => Ok(Ends::tcp(stream)),
            Ok(Err(error)) => Err(format!("{address}: {error}")),
            Err(_) => Err(format!("{address} does not take the call")),
        },
    }
}

/// Carries bytes both ways until the line breaks; says why it did.
async fn carry(hall: &Hall, ends: &Ends, orders: &mut UnboundedReceiver<Order>) -> &'static str {
    let listening = async {
        let mut buffer = [0; 1024];
        loop {
            match ends.read(&mut buffer).await {
                Ok(count) if count > 0 => {
                    let bytes = buffer.get(..count).unwrap_or_default();
                    hall.give(Input::Received { port: PRINTER, bytes });
                }
                _ => return "it is gone",
            }
        }
    };
    let speaking = async {
        loop {
            match orders.recv().await {
                None => return "the terminal is gone",
                Some(Order::Send { bytes, cuts }) if cuts == hall.power_cuts() => {
                    if ends.write_all(&bytes).await.is_err() {
                        return "its line broke";
                    }
                }
                // A line stays plugged in without power; what was on its way is lost.
                Some(_) => {}
            }
        }
    };
    tokio::select! {
        why = listening => why,
        why = speaking => why,
    }
}

/// What is sent meanwhile goes nowhere.
async fn lose_until(orders: &mut UnboundedReceiver<Order>, until: Instant) {
    loop {
        tokio::select! {
            () = tokio::time::sleep_until(until) => return,
            order = orders.recv() => if order.is_none() { std::future::pending::<()>().await },
        }
    }
}
