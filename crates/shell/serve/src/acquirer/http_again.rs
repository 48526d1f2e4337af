//! An answer that is sent twice: its bytes leave once more on the same connection, unasked.
//!
//! HTTP/1.1 pairs each request with one answer by order alone, so a client that has asked something else meanwhile takes
//! the second one for the answer to that. It stands above TLS, for a gateway that sends twice encrypts twice; it never
//! gets inside another answer. *Not modelled:* a second answer on a connection that has ended: it ends with it; two that
//! wait on one connection: the older one leaves at once, in front of the newer one's first.

use crate::acquirer::http_wire::Orders;
use core::pin::Pin;
use core::task::{Context, Poll, ready};
use core::time::Duration;
use std::io;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

/// A connection whose answers can be sent again. What it is told to do comes with its orders.
#[derive(Debug)]
pub(crate) struct Again<S> {
    stream: S,
    orders: Orders,
    /// Some of an answer has left, and perhaps not all of it.
    is_inside_answer: bool,
    copy: Copy,
}

/// The second answer.
#[derive(Debug)]
enum Copy {
    None,
    /// The first one is leaving, and is written down.
    Recorded {
        after: Duration,
        bytes: Vec<u8>,
    },
    Waits {
        due: Pin<Box<Sleep>>,
        bytes: Vec<u8>,
    },
    Leaves {
        sent: usize,
        bytes: Vec<u8>,
    },
}

impl Copy {
    /// The first answer is whole, and on its way.
    fn completed(self) -> Self {
        match self {
            Self::Recorded { after: Duration::ZERO, bytes } => Self::Leaves { sent: 0, bytes },
            Self::Recorded { after, bytes } => {
                Self::Waits { due: Box::pin(tokio::time::sleep(after)), bytes }
            }
            other => other,
        }
    }

    /// It waits no longer.
    fn hurried(self) -> Self {
        match self {
            Self::Waits { bytes, .. } => Self::Leaves { sent: 0, bytes },
            other => other,
        }
    }

    fn change(&mut self, change: impl FnOnce(Self) -> Self) {
        *self = change(core::mem::replace(self, Self::None));
    }
}

impl<S: AsyncWrite + Unpin> Again<S> {
    pub(crate) const fn new(stream: S, orders: Orders) -> Self {
        Self { stream, orders, is_inside_answer: false, copy: Copy::None }
    }

    /// Sends what is due of a second answer.
    fn send_copy(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if let Copy::Waits { due, .. } = &mut self.copy
            && due.as_mut().poll(context).is_ready()
        {
            self.copy.change(Copy::hurried);
        }
        while let Copy::Leaves { sent, bytes } = &mut self.copy {
            match bytes.get(*sent..) {
                None | Some([]) => self.copy = Copy::None,
                Some(rest) => match ready!(Pin::new(&mut self.stream).poll_write(context, rest))? {
                    0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                    count => *sent += count,
                },
            }
        }
        Poll::Ready(Ok(()))
    }

    /// Before the first byte of an answer: what is due in front of it, and whether it is to be sent again.
    fn begin_answer(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.is_inside_answer {
            return Poll::Ready(Ok(()));
        }
        let again = self.orders.again();
        if again.is_some() {
            self.copy.change(Copy::hurried);
        }
        let sent = self.send_copy(context);
        match (again, sent) {
            (Some(after), Poll::Ready(Ok(()))) => {
                self.orders.done_again();
                self.copy = Copy::Recorded { after, bytes: Vec::new() };
                Poll::Ready(Ok(()))
            }
            (_, sent) => sent,
        }
    }

    /// Notes what has left of an answer.
    fn note(&mut self, slices: &[io::IoSlice<'_>], count: usize) {
        self.is_inside_answer = true;
        if let Copy::Recorded { bytes, .. } = &mut self.copy {
            let left = slices.iter().flat_map(|slice| slice.iter().copied());
            bytes.extend(left.take(count));
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Again<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Again<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.begin_answer(context))?;
        let count = ready!(Pin::new(&mut self.stream).poll_write(context, bytes))?;
        self.note(&[io::IoSlice::new(bytes)], count);
        Poll::Ready(Ok(count))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        ready!(self.begin_answer(context))?;
        let count = ready!(Pin::new(&mut self.stream).poll_write_vectored(context, slices))?;
        self.note(slices, count);
        Poll::Ready(Ok(count))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// HTTP flushes when it has nothing left to write, and whenever it is woken: by the clock of a second answer too.
    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_flush(context))?;
        if self.is_inside_answer {
            self.is_inside_answer = false;
            self.copy.change(Copy::completed);
        }
        if matches!(self.copy, Copy::None) {
            return Poll::Ready(Ok(()));
        }
        ready!(self.send_copy(context))?;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
