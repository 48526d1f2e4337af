//! The card host and the gateway: the terminal calls, and hears answers on the same connection.
//!
//! A connection is kept until the other side ends it, or made anew for each message; then it is hung up after the answer.
//! Where nobody answers a call, the terminal is told that its message has not left. What is written to a connection that
//! then breaks may have arrived: about that the terminal hears nothing, and finds out by its own time-out.
//! *Not modelled:* several addresses of one host, calls back.

use super::ends::Ends;
use super::hall::{Hall, Order};
use super::news::What;
use sim::{Input, Port};
use std::io;
use std::rc::Rc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::mpsc::UnboundedReceiver;

/// A host that has not taken a call by then is not there.
const CALLING: Duration = Duration::from_secs(10);

/// Whom the terminal calls.
#[derive(Clone, Debug)]
pub(crate) struct Far {
    pub(crate) port: Port,
    pub(crate) name: &'static str,
    /// `host:port`; without one nobody is there.
    pub(crate) address: Option<String>,
    /// A connection a message.
    pub(crate) one_a_message: bool,
}

enum Heard {
    Order(Option<Order>),
    Bytes(io::Result<usize>),
}

impl Far {
    /// Carries messages for as long as there is a terminal.
    pub(crate) async fn keep(self, hall: Rc<Hall>, mut orders: UnboundedReceiver<Order>) {
        let mut line: Option<Ends> = None;
        let mut buffer = vec![0; 16 << 10];
        let mut answer = Answer::default();
        loop {
            let heard = match &line {
                None => Heard::Order(orders.recv().await),
                Some(ends) => tokio::select! {
                    // A line that has ended is seen before anything more is written to it.
                    biased;
                    read = ends.read(&mut buffer) => Heard::Bytes(read),
                    order = orders.recv() => Heard::Order(order),
                },
            };
            match heard {
                Heard::Order(None) => return,
                Heard::Order(Some(Order::HangUp)) => self.hang_up(&hall, &mut line, "the terminal is off"),
                Heard::Order(Some(Order::Send { bytes, cuts })) if cuts == hall.power_cuts() => {
                    if self.one_a_message {
                        self.hang_up(&hall, &mut line, "the next message has a line of its own");
                    }
                    answer = Answer::default();
                    line = self.send(&hall, line.take(), &bytes).await;
                }
                Heard::Order(Some(Order::Send { .. })) => {}
                Heard::Bytes(Ok(count)) if count > 0 => {
                    let bytes = buffer.get(..count).unwrap_or_default();
                    hall.give(Input::Received { port: self.port, bytes });
                    if self.one_a_message && answer.is_whole_with(bytes) {
                        self.hang_up(&hall, &mut line, "it has answered");
                    }
                }
                Heard::Bytes(_) => self.hang_up(&hall, &mut line, "it has hung up"),
            }
        }
    }

    fn hang_up(&self, hall: &Hall, line: &mut Option<Ends>, why: &'static str) {
        if line.take().is_some() {
            hall.tell(What::Disconnected { what: self.name, why });
        }
    }

    /// Sends on this line, or on a new one. Gives the line on which an answer may come.
    async fn send(&self, hall: &Hall, line: Option<Ends>, bytes: &[u8]) -> Option<Ends> {
        let line = match line {
            Some(line) => line,
            None => match self.call(hall).await {
                Ok(line) => line,
                Err(why) => {
                    hall.tell(What::Trouble(format!("{} cannot be reached: {why}", self.name)));
                    hall.give(Input::Refused { port: self.port });
                    return None;
                }
            },
        };
        match tokio::time::timeout(CALLING, line.write_all(bytes)).await {
            Ok(Ok(())) => Some(line),
            _ => {
                hall.tell(What::Disconnected { what: self.name, why: "it does not take a message" });
                None
            }
        }
    }

    async fn call(&self, hall: &Hall) -> Result<Ends, String> {
        let address = self.address.as_ref().ok_or("no address was named")?;
        match tokio::time::timeout(CALLING, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                hall.tell(What::Connected { what: self.name, place: address.clone() });
                Ok(Ends::tcp(stream))
            }
            Ok(Err(error)) => Err(format!("{address}: {error}")),
            Err(_) => Err(format!("{address} does not take the call")),
        }
    }
}

/// How much of an ISO 8583 answer has come: two bytes of length, and so many.
#[derive(Debug, Default)]
struct Answer(Vec<u8>);

impl Answer {
    fn is_whole_with(&mut self, bytes: &[u8]) -> bool {
        self.0.extend(bytes);
        let length = self.0.first_chunk().map(|length| usize::from(u16::from_be_bytes(*length)));
        length.is_some_and(|length| self.0.len() >= 2 + length)
    }
}

#[cfg(test)]
mod tests {
    use super::Answer;

    #[test]
    fn an_answer_is_whole_when_its_length_says_so() {
        let mut answer = Answer::default();
        assert!(!answer.is_whole_with(&[0]));
        assert!(!answer.is_whole_with(&[3, b'a', b'b']));
        assert!(answer.is_whole_with(b"c"));
    }
}
