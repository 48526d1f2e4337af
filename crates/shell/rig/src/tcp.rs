//! Network cables: TCP connections of this machine with itself, one for each pair of lanes.
//!
//! The acquirer listens at the rig's address for card and wallet connections; the terminal listens at the same host
//! for notifications. Small messages leave at once (`TCP_NODELAY`). *Not modelled:* a connection for each request;
//! refused connections, which the session's own lanes do.

use crate::error::RigError;
use crate::wiring::{End, READ_WAIT};
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use core::time::Duration;
use runner::device::{
    ACKNOWLEDGES, CARD_ANSWERS, CARD_ASKS, NOTIFIES, WALLET_ANSWERS, WALLET_ASKS, lane_name,
};
use sim::LaneId;
use std::io::Result;
use std::net::{TcpListener, TcpStream};

/// How long a connection of this machine with itself may take, and how long a write may find no room.
const PATIENCE: Duration = Duration::from_secs(5);

/// The places at which the acquirer and the terminal are called.
#[derive(Debug)]
pub(crate) struct Listeners {
    acquirer: TcpListener,
    terminal: TcpListener,
}

impl Listeners {
    /// Listens at `address` for the acquirer, and at any free port of the same host for the terminal.
    pub(crate) fn open(address: SocketAddr) -> core::result::Result<Self, RigError> {
        let listen = |address: SocketAddr| {
            TcpListener::bind(address)
                .map_err(|source| RigError::opening(&format!("TCP address {address}"), source))
        };
        Ok(Self { acquirer: listen(address)?, terminal: listen(SocketAddr::new(address.ip(), 0))? })
    }

    /// Both ends of three fresh connections: card, wallet, notifications. The caller's end comes first.
    pub(crate) fn cables(&self) -> core::result::Result<Vec<End>, RigError> {
        let cables = [
            (&self.acquirer, CARD_ASKS, CARD_ANSWERS),
            (&self.acquirer, WALLET_ASKS, WALLET_ANSWERS),
            (&self.terminal, NOTIFIES, ACKNOWLEDGES),
        ];
        let mut ends = Vec::with_capacity(2 * cables.len());
        for (listener, there, back) in cables {
            ends.extend(cable(listener, there, back).map_err(|source| {
                RigError::opening(&format!("the TCP connection for {}", lane_name(there)), source)
            })?);
        }
        Ok(ends)
    }
}

fn cable(listener: &TcpListener, there: LaneId, back: LaneId) -> Result<[End; 2]> {
    let called = reachable(listener.local_addr()?);
    let caller = TcpStream::connect_timeout(&called, PATIENCE)?;
    let callee = accept(listener, caller.local_addr()?)?;
    Ok([end(caller, there, back)?, end(callee, back, there)?])
}

/// The address to call a listener by: "any address" is one to listen at, not one to call.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    address
}

/// Takes our own call; strangers that call the same port are hung up on.
fn accept(listener: &TcpListener, caller: SocketAddr) -> Result<TcpStream> {
    loop {
        let (stream, peer) = listener.accept()?;
        if peer == caller {
            return Ok(stream);
        }
    }
}

fn end(stream: TcpStream, writes: LaneId, reads: LaneId) -> Result<End> {
    stream.set_nodelay(true)?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.set_read_timeout(Some(READ_WAIT))?;
    let place = format!("the TCP connection {} to {}", stream.local_addr()?, stream.peer_addr()?);
    let reader = stream.try_clone()?;
    Ok(End { place, writes, reads, writer: Box::new(stream), reader: Box::new(reader) })
}

#[cfg(test)]
mod tests {
    use super::{Listeners, reachable};
    use crate::error::RigError;
    use std::net::{SocketAddr, TcpListener, TcpStream};

    const ANY: &str = "127.0.0.1:0";

    #[test]
    fn an_address_in_use_is_said_to_be() {
        let held = TcpListener::bind(ANY).unwrap();
        let address = held.local_addr().unwrap();
        let error = Listeners::open(address).unwrap_err();
        assert!(matches!(error, RigError::InUse { .. }), "{error:?}");
        let text = error.to_string();
        assert!(text.contains(&address.to_string()) && text.contains("port 0"), "{text}");
    }

    #[test]
    fn a_stranger_that_calls_first_is_not_taken_for_the_terminal() {
        let listeners = Listeners::open(ANY.parse().unwrap()).unwrap();
        let stranger = TcpStream::connect(listeners.acquirer.local_addr().unwrap()).unwrap();
        let strange = stranger.local_addr().unwrap().to_string();
        let ends = listeners.cables().unwrap();
        assert_eq!(ends.len(), 6);
        assert!(ends.iter().all(|end| !end.place.contains(&strange)));
    }

    #[test]
    fn a_listener_at_any_address_is_called_at_the_loopback() {
        let called = |listens: &str| reachable(listens.parse::<SocketAddr>().unwrap()).to_string();
        assert_eq!(called("0.0.0.0:7000"), "127.0.0.1:7000");
        assert_eq!(called("[::]:7000"), "[::1]:7000");
        assert_eq!(called("127.0.0.9:7000"), "127.0.0.9:7000");
    }
}
