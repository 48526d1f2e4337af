//! The bytes of one HTTP connection, below HTTP and below TLS: slow senders run out of time here, and faults cut here.
//!
//! A request has its time from its first byte to its last; while it is served, and between requests, no clock runs.
//! A client that takes nothing of its answer for so long is let go too; each byte that it takes gives it its time anew.
//! What is cut or slowed are bytes of the wire: head and body, and with TLS its records. *Not modelled:* a bound for
//! requests that were sent before the answer to the one before; HTTP's own idle time holds for those.

use crate::acquirer::settings::Bounds;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, ready};
use core::time::Duration;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep};

/// A connection, and what is done to it.
#[derive(Debug)]
pub(crate) struct HttpWire {
    stream: TcpStream,
    orders: Orders,
    bounds: Bounds,
    late: Pin<Box<Sleep>>,
    pause: Pin<Box<Sleep>>,
    /// Runs while the peer takes nothing.
    unread: Option<Pin<Box<Sleep>>>,
}

/// The peer does not read its answer.
#[derive(Debug, thiserror::Error)]
#[error("the answer is not read")]
pub(crate) struct Unread;

/// What is done to a connection; whoever serves it holds this too.
#[derive(Clone, Debug, Default)]
pub(crate) struct Orders(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    phase: Phase,
    damage: Damage,
    /// The next answer is sent once more, so long after.
    again: Option<Duration>,
}

/// What its peer is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    /// Between requests, or before the first.
    #[default]
    Resting,
    /// Some of a request is there, and nobody has waited for the rest yet. Most come whole.
    Begun,
    /// The rest is waited for, and has its time.
    Reading,
    Served,
}

/// What is done to the next answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Damage {
    #[default]
    None,
    Cut {
        bytes_left: usize,
        reset: bool,
    },
    Slow {
        byte_time: Duration,
    },
}

impl Orders {
    /// The request is whole.
    pub(crate) fn serving(&self) {
        self.state().phase = Phase::Served;
    }

    /// It is answered; the next one may come.
    pub(crate) fn served(&self) {
        self.state().phase = Phase::Resting;
    }

    /// The connection ends behind so many bytes of the answer.
    pub(crate) fn cut(&self, after_bytes: usize, reset: bool) {
        self.state().damage = Damage::Cut { bytes_left: after_bytes, reset };
    }

    /// The answer leaves byte by byte.
    pub(crate) fn slow(&self, byte_time: Duration) {
        self.state().damage = Damage::Slow { byte_time };
    }

    /// The answer leaves, and once more so long after.
    pub(crate) fn repeat(&self, after: Duration) {
        self.state().again = Some(after);
    }

    /// Whether the answer that begins now is to leave once more, and when.
    pub(crate) fn again(&self) -> Option<Duration> {
        self.state().again
    }

    /// Somebody sees to that.
    pub(crate) fn done_again(&self) {
        self.state().again = None;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nobody can fail while holding it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl HttpWire {
    pub(crate) fn new(stream: TcpStream, orders: Orders, bounds: Bounds) -> Self {
        let sleep = || Box::pin(tokio::time::sleep(Duration::ZERO));
        Self { stream, orders, bounds, late: sleep(), pause: sleep(), unread: None }
    }

    /// Whoever has read the first bytes of a request waits for the rest at once, so its time starts here.
    fn is_late(&mut self, context: &mut Context<'_>) -> bool {
        let mut state = self.orders.state();
        match state.phase {
            Phase::Resting | Phase::Served => return false,
            Phase::Begun => {
                state.phase = Phase::Reading;
                self.late.as_mut().reset(Instant::now() + self.bounds.reading);
            }
            Phase::Reading => {}
        }
        self.late.as_mut().poll(context).is_ready()
    }

    /// The first byte of a request ends what was done to the answer before it.
    fn note_bytes(&self) {
        let mut state = self.orders.state();
        if state.phase == Phase::Resting {
            (state.phase, state.damage) = (Phase::Begun, Damage::None);
        }
    }

    /// Writes, for as long as the peer may take.
    fn write_some(
        &mut self,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        if written.is_ready() {
            self.unread = None;
            return written;
        }
        let patience = self.bounds.writing;
        let unread = self.unread.get_or_insert_with(|| Box::pin(tokio::time::sleep(patience)));
        ready!(unread.as_mut().poll(context));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, Unread)))
    }

    fn write_damaged(
        &mut self,
        context: &mut Context<'_>,
        bytes: &[u8],
        damage: Damage,
    ) -> Poll<io::Result<usize>> {
        match damage {
            Damage::None => self.write_some(context, &[io::IoSlice::new(bytes)]),
            Damage::Cut { bytes_left: 0, reset } => {
                if reset {
                    // Without it the peer sees an end in order; nothing else can be done.
                    let _ = self.stream.set_zero_linger();
                }
                Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()))
            }
            Damage::Cut { bytes_left, reset } => {
                let some = bytes.get(..bytes_left).unwrap_or(bytes);
                let count = ready!(self.write_some(context, &[io::IoSlice::new(some)]))?;
                self.orders.state().damage = Damage::Cut { bytes_left: bytes_left - count, reset };
                Poll::Ready(Ok(count))
            }
            Damage::Slow { byte_time } => {
                ready!(self.pause.as_mut().poll(context));
                let byte = bytes.get(..1).unwrap_or_default();
                let count = ready!(self.write_some(context, &[io::IoSlice::new(byte)]))?;
                self.pause.as_mut().reset(Instant::now() + byte_time);
                Poll::Ready(Ok(count))
            }
        }
    }
}

impl AsyncRead for HttpWire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        match Pin::new(&mut self.stream).poll_read(context, buffer) {
            Poll::Pending if self.is_late(context) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Ready(Ok(())) if buffer.filled().len() > before => {
                self.note_bytes();
                Poll::Ready(Ok(()))
            }
            other => other,
        }
    }
}

impl AsyncWrite for HttpWire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let damage = self.orders.state().damage;
        self.write_damaged(context, bytes, damage)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let damage = self.orders.state().damage;
        if damage == Damage::None {
            return self.write_some(context, slices);
        }
        let first = slices.iter().find(|slice| !slice.is_empty()).map(|slice| &**slice);
        self.write_damaged(context, first.unwrap_or_default(), damage)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
