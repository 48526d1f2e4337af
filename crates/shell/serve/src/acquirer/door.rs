//! A listening address: takes connections up to a bound, and turns the next one away so that it knows.
//!
//! *Not here:* what is spoken behind it.

use crate::ServeError;
use crate::acquirer::counters::{Counters, DoorCounts};
use crate::acquirer::hall::Hall;
use crate::acquirer::news::What;
use crate::acquirer::platform::Platform;
use core::time::Duration;
use std::net::SocketAddr;
use std::rc::Rc;
use tokio::net::{TcpListener, TcpStream};

/// How long to wait when the system gives no more sockets.
const NO_SOCKETS: Duration = Duration::from_millis(100);

/// An address that is listened at.
#[derive(Debug)]
pub(crate) struct Door {
    /// `iso8583`, `http` or `metrics`.
    pub(crate) kind: &'static str,
    pub(crate) listener: std::net::TcpListener,
    pub(crate) address: SocketAddr,
}

/// What tells one door from another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Custom {
    /// Its counters.
    pub(crate) counts: fn(&Counters) -> &DoorCounts,
    /// What a connection is told that is turned away.
    pub(crate) full: &'static [u8],
}

/// A connection that was taken; it counts as open until this is dropped.
#[derive(Debug)]
pub(crate) struct Visit<P: Platform> {
    pub(crate) hall: Rc<Hall<P>>,
    pub(crate) peer: SocketAddr,
    pub(crate) custom: Custom,
}

impl Door {
    pub(crate) fn open(kind: &'static str, address: &str) -> Result<Self, ServeError> {
        let (listener, address) = crate::network::listen(address)?;
        Ok(Self { kind, listener, address })
    }
}

/// Takes connections until the end begins.
pub(crate) async fn serve<P: Platform>(
    hall: Rc<Hall<P>>,
    door: Door,
    custom: Custom,
    attend: impl Fn(Visit<P>, TcpStream),
) {
    let kind = door.kind;
    let listener = match TcpListener::from_std(door.listener) {
        Ok(listener) => listener,
        Err(error) => return hall.tell(What::Trouble(format!("{kind} cannot be served: {error}"))),
    };
    let begun = hall.end.begun();
    tokio::pin!(begun);
    loop {
        let taken = tokio::select! {
            biased;
            () = &mut begun => return,
            taken = listener.accept() => taken,
        };
        match taken {
            Ok((stream, peer)) => match Visit::begin(&hall, peer, custom) {
                Some(visit) => attend(visit, stream),
                None => turn_away(&hall, kind, &stream, peer, custom.full),
            },
            Err(error) => {
                hall.tell(What::Trouble(format!("{kind}: a connection cannot be taken: {error}")));
                tokio::time::sleep(NO_SOCKETS).await;
            }
        }
    }
}

fn turn_away<P: Platform>(
    hall: &Hall<P>,
    kind: &'static str,
    stream: &TcpStream,
    peer: SocketAddr,
    full: &[u8],
) {
    // Whoever does not read it is turned away all the same.
    let _ = stream.try_write(full);
    let why = format!("{} connections are open already", hall.settings.bounds.connections);
    hall.tell(What::TurnedAway { door: kind, peer: peer.to_string(), why });
}

impl<P: Platform> Visit<P> {
    fn begin(hall: &Rc<Hall<P>>, peer: SocketAddr, custom: Custom) -> Option<Self> {
        let counts = (custom.counts)(&hall.counters);
        if counts.open.get() >= hall.settings.bounds.connections as u64 {
            counts.refused.up();
            return None;
        }
        counts.open.up();
        counts.opened.up();
        Some(Self { hall: Rc::clone(hall), peer, custom })
    }

    pub(crate) fn counts(&self) -> &DoorCounts {
        (self.custom.counts)(&self.hall.counters)
    }
}

impl<P: Platform> Drop for Visit<P> {
    fn drop(&mut self) {
        self.counts().open.take_off(1);
    }
}
