//! A network printer's port: hosts connect, take turns, and are let go when their job is done.
//!
//! No pace: the network is quicker than any printer. A network printer says no XON and XOFF; it stops reading, and
//! the host feels a closed window. Here the socket is read as long as the receive buffer has a free byte: also the
//! last 128, in which a serial printer has already said stop, so that real-time commands still reach a printer that is
//! stopped by its cover or by its paper. Once the buffer is full to the last byte they wait with everything else.
//!
//! | a host that | is |
//! |---|---|
//! | connects and closes | nothing |
//! | sends first | served until it closes, or is idle for ten seconds while others wait |
//! | shuts down its sending side, as CUPS does | hung up on when all that it sent is on paper, offline or not |
//! | does so after nothing but real-time commands | hung up on when it has its answers, also offline |
//! | closes in the middle of an image | gone; what it sent stays |
//! | never reads | told nothing more than 64 KB; the oldest goes |
//! | has nothing to say | kept |
//! | is connected when the power goes | reset |
//! | connects while there is no power, or while the printer starts up | refused |
//! | connects or sends while the cable is pulled | kept waiting, in silence |
//!
//! Source: printer sources, sections 4.1 and 10. *Not modelled:* a second port for status, SNMP, keep-alive; a dead
//! printer's address would not answer at all, but this machine's own refuses.

use crate::device::{Device, Kind, Port};
use crate::errand::Errand;
use crate::error::ServeError;
use crate::news::What;
use std::io;
use std::net::{SocketAddr, TcpListener as StdListener, ToSocketAddrs};
use std::rc::Rc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::Instant;

/// Connections to one printer; one more is closed at once.
const CONNECTIONS_MAX: usize = 512;
/// Connections that the system takes before we do.
const BACKLOG: u32 = 1024;
/// What the system keeps of unread answers; it doubles the number.
const SEND_BUFFER_BYTES: usize = 8 * 1024;
/// How long a host that is let go may take to read its last answers.
const LAST_WORDS: Duration = Duration::from_secs(2);
/// How long to wait when the system gives no more sockets.
const NO_SOCKETS: Duration = Duration::from_millis(100);
/// How long to wait when somebody else has taken the address meanwhile.
const NO_ADDRESS: Duration = Duration::from_secs(1);

/// Listens at an address, `host:port`.
pub(crate) fn listen(address: &str) -> Result<(StdListener, SocketAddr), ServeError> {
    let opening = || ServeError::opening(format!("TCP address {address}"));
    let addresses: Vec<SocketAddr> = address.to_socket_addrs().map_err(opening())?.collect();
    let listener = StdListener::bind(addresses.as_slice()).map_err(opening())?;
    listener.set_nonblocking(true).map_err(opening())?;
    let real = listener.local_addr().map_err(opening())?;
    Ok((listener, real))
}

/// Takes connections for ever, as long as there is power.
pub(crate) async fn serve(device: Rc<Device>, listener: StdListener) -> io::Error {
    let address = match listener.local_addr() {
        Ok(address) => address,
        Err(error) => return error,
    };
    let (mut cuts, mut reopens) = (0, false);
    let mut open = Some(listener);
    loop {
        let listener = match open.take().map_or_else(|| listen_again(address), Ok) {
            Ok(listener) => listener,
            Err(error) => {
                device.trouble(format!("{address} cannot be listened at again: {error}; it is tried again"));
                tokio::time::sleep(NO_ADDRESS).await;
                continue;
            }
        };
        let listener = match TcpListener::from_std(listener) {
            Ok(listener) => listener,
            Err(error) => return error,
        };
        if reopens {
            device.tell(What::Listens { kind: "tcp", place: address.to_string() });
        }
        tokio::select! {
            biased;
            () = device.until_power_cut(cuts) => {}
            () = accept(&device, &listener) => {}
        }
        drop(listener);
        let reserved = reserve(address);
        device.until_powered().await;
        cuts = device.power_cuts();
        reopens = true;
        // Who failed here is tried again from the beginning.
        open = reserved.and_then(|socket| socket.listen(BACKLOG)?.into_std()).ok();
    }
}

/// Nobody listens at a printer without power, and connections are refused; but its address stays its own, so that the
/// system gives it to nobody else meanwhile.
fn reserve(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // Connections of before may not be gone yet.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

/// For when the address could not be reserved.
fn listen_again(address: SocketAddr) -> io::Result<StdListener> {
    let listener = StdListener::bind(address)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

async fn accept(device: &Rc<Device>, listener: &TcpListener) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => take(device, stream, peer),
            Err(error) => {
                device.trouble(format!("a connection cannot be taken: {error}"));
                tokio::time::sleep(NO_SOCKETS).await;
            }
        }
    }
}

fn take(device: &Rc<Device>, stream: TcpStream, peer: SocketAddr) {
    if device.connections() >= CONNECTIONS_MAX {
        device.trouble(format!("{peer} was turned away: {CONNECTIONS_MAX} hosts are connected already"));
        return;
    }
    // Both only make answers quicker or fewer.
    let _ = stream.set_nodelay(true);
    let _ = rustix::net::sockopt::set_socket_send_buffer_size(&stream, SEND_BUFFER_BYTES);
    let port = device.plug_in(Kind::Network);
    let (device, cuts) = (Rc::clone(device), device.power_cuts());
    tokio::task::spawn_local(async move {
        device.tell(What::Connected { peer: peer.to_string() });
        let why = attend(&device, &port, &stream, cuts).await;
        device.pull_out(&port);
        let dropped = port.replies.dropped();
        if dropped > 0 {
            device.trouble(format!("{peer} did not read {dropped} bytes of answers"));
        }
        device.tell(What::Disconnected { peer: peer.to_string(), why });
    });
}

/// Serves one host to its end; says why it ended.
async fn attend(device: &Device, port: &Port, stream: &TcpStream, cuts: u64) -> &'static str {
    tokio::select! {
        why = listen_to(device, port, stream) => why,
        () = speak_to(device, port, stream) => "it is gone",
        () = device.until_power_cut(cuts) => {
            // A device that starts anew answers its old connections with a reset.
            let _ = stream.set_zero_linger();
            "the printer lost its power"
        }
    }
}

/// Why a host's turn is over.
enum TurnEnd {
    /// It was silent while others waited.
    Idle,
    /// It will send nothing more.
    Closed,
    /// Its connection broke.
    Broken,
}

async fn listen_to(device: &Device, port: &Port, stream: &TcpStream) -> &'static str {
    let mut errand = Errand::new(device.profile);
    loop {
        match stream.peek(&mut [0]).await {
            Ok(0) => break,
            Ok(_) => {}
            Err(_) => return "its connection broke",
        }
        let turn = device.turns.take().await;
        match use_turn(device, port, stream, &mut errand).await {
            TurnEnd::Idle => {}
            TurnEnd::Broken => return "its connection broke",
            TurnEnd::Closed if errand.only_asked() => {
                device.until_plugged().await;
                break;
            }
            TurnEnd::Closed => {
                let active = Instant::now();
                tokio::select! {
                    () = device.until_drained() => {}
                    () = device.turns.forfeit(active) => {
                        drop(turn);
                        device.until_drained().await;
                    }
                }
                break;
            }
        }
    }
    let _ = tokio::time::timeout(LAST_WORDS, port.replies.flushed()).await;
    "it has closed, and all is done"
}

async fn use_turn(device: &Device, port: &Port, stream: &TcpStream, errand: &mut Errand) -> TurnEnd {
    let mut buffer = [0; 4096];
    let mut active = Instant::now();
    loop {
        tokio::select! {
            ready = stream.readable() => if ready.is_err() { return TurnEnd::Broken },
            () = device.turns.forfeit(active) => return TurnEnd::Idle,
        }
        let most = device.until_room().await.min(buffer.len());
        match stream.try_read(buffer.get_mut(..most).unwrap_or_default()) {
            Ok(0) => return TurnEnd::Closed,
            Ok(count) => {
                let bytes = buffer.get(..count).unwrap_or_default();
                device.receive(port, bytes);
                errand.note(bytes);
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => continue,
            Err(_) => return TurnEnd::Broken,
        }
        active = Instant::now();
        // Everybody else gets a chance, however quick the host is.
        tokio::task::yield_now().await;
    }
}

async fn speak_to(device: &Device, port: &Port, stream: &TcpStream) {
    loop {
        let chunk = port.replies.next_chunk().await;
        let mut rest = chunk.as_slice();
        while !rest.is_empty() {
            device.until_plugged().await;
            if stream.writable().await.is_err() {
                return;
            }
            match stream.try_write(rest) {
                Ok(count) => rest = rest.get(count..).unwrap_or_default(),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                // The reader finds out why.
                Err(_) => return std::future::pending().await,
            }
        }
    }
}
