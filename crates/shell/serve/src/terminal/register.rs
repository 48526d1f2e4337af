//! The cash register's port: ZVT over TCP, one register at a time, or on a serial line.
//!
//! Over TCP, whoever connects last is the register, and the one before is let go. A terminal without power takes no call.
//! *Not modelled:* a second connection for services.

use super::ends::Ends;
use super::hall::{Hall, Order};
use super::news::What;
use crate::wire::Wire;
use std::io;
use std::rc::Rc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::UnboundedReceiver;

/// Where a register is plugged in.
#[derive(Debug)]
pub(crate) enum Socket {
    Tcp(std::net::TcpListener),
    Wire(Box<Wire>),
}

const NAME: &str = "register";
/// After an error of the system, before the next register is taken.
const NO_SOCKETS: Duration = Duration::from_secs(1);
/// A register that has not read a message by then is gone.
const WRITING: Duration = Duration::from_secs(10);

enum Heard {
    Called(io::Result<TcpStream>),
    Bytes(io::Result<usize>),
    Order(Option<Order>),
}

/// Attends to registers for ever.
pub(crate) async fn keep(hall: Rc<Hall>, socket: Socket, mut orders: UnboundedReceiver<Order>) {
    match socket {
        Socket::Tcp(listener) => match TcpListener::from_std(listener) {
            Ok(listener) => attend(&hall, &listener, &mut orders).await,
            Err(error) => hall.tell(What::Trouble(format!("the register's port is gone: {error}"))),
        },
        Socket::Wire(wire) => match Ends::wire(*wire) {
            Ok(ends) => carry(&hall, &ends, &mut orders).await,
            Err(error) => hall.tell(What::Trouble(format!("the register's line is gone: {error}"))),
        },
    }
}

async fn attend(hall: &Hall, listener: &TcpListener, orders: &mut UnboundedReceiver<Order>) {
    let mut line: Option<Ends> = None;
    let mut buffer = vec![0; 8192];
    loop {
        let reading = async {
            match &line {
                Some(ends) => ends.read(&mut buffer).await,
                None => std::future::pending().await,
            }
        };
        let heard = tokio::select! {
            order = orders.recv() => Heard::Order(order),
            read = reading => Heard::Bytes(read),
            called = listener.accept() => Heard::Called(called.map(|(stream, _)| stream)),
        };
        match heard {
            Heard::Order(None) => return,
            Heard::Order(Some(order)) => {
                let goes_on = obey(hall, &line, order).await;
                if !goes_on && line.take().is_some() {
                    hall.tell(What::Disconnected { what: NAME, why: "the terminal has hung up" });
                    hall.register_is_gone();
                }
            }
            Heard::Bytes(Ok(count)) if count > 0 => {
                hall.hear_register(buffer.get(..count).unwrap_or_default());
            }
            Heard::Bytes(_) => {
                line = None;
                hall.tell(What::Disconnected { what: NAME, why: "it is gone" });
                hall.register_is_gone();
            }
            Heard::Called(Ok(stream)) if hall.is_powered() => {
                let place = stream.peer_addr().map_or_else(|_| String::new(), |peer| peer.to_string());
                line = Some(Ends::tcp(stream));
                hall.tell(What::Connected { what: NAME, place });
                hall.register_is_there();
            }
            Heard::Called(Ok(_)) => {}
            Heard::Called(Err(error)) => {
                hall.tell(What::Trouble(format!("a register cannot be taken: {error}")));
                tokio::time::sleep(NO_SOCKETS).await;
            }
        }
    }
}

/// Whether the line goes on after it.
async fn obey(hall: &Hall, line: &Option<Ends>, order: Order) -> bool {
    match (order, line) {
        (Order::Send { bytes, cuts }, Some(ends)) if cuts == hall.power_cuts() => {
            let written = tokio::time::timeout(WRITING, ends.write_all(&bytes)).await;
            matches!(written, Ok(Ok(())))
        }
        (Order::Send { .. }, _) => true,
        (Order::HangUp, _) => false,
    }
}

async fn carry(hall: &Hall, ends: &Ends, orders: &mut UnboundedReceiver<Order>) {
    let listening = async {
        let mut buffer = [0; 1024];
        loop {
            match ends.read(&mut buffer).await {
                Ok(count) if count > 0 => hall.hear_register(buffer.get(..count).unwrap_or_default()),
                _ => return,
            }
        }
    };
    let speaking = async {
        loop {
            match orders.recv().await {
                None => return,
                Some(Order::Send { bytes, cuts }) if cuts == hall.power_cuts() => {
                    if ends.write_all(&bytes).await.is_err() {
                        return;
                    }
                }
                Some(_) => {}
            }
        }
    };
    tokio::select! {
        () = listening => {}
        () = speaking => {}
    }
    hall.tell(What::Trouble("the register's line is gone".to_owned()));
    hall.register_is_gone();
}
