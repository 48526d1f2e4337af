//! Two kinds of line that bytes come and go on: a socket, and a serial line or pseudo-terminal.
//!
//! Both can be read and written at once. *Not here:* what the bytes mean, and who opens a line again.

use crate::wire::{Wire, WireKind};
use std::io;
use std::os::fd::OwnedFd;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::net::TcpStream;

/// An open line.
#[derive(Debug)]
pub(crate) enum Ends {
    Tcp(TcpStream),
    Wire {
        near: AsyncFd<OwnedFd>,
        /// What else has to live as long.
        _kind: WireKind,
    },
}

impl Ends {
    pub(crate) fn tcp(stream: TcpStream) -> Self {
        // It only makes messages quicker.
        let _ = stream.set_nodelay(true);
        Self::Tcp(stream)
    }

    pub(crate) fn wire(wire: Wire) -> io::Result<Self> {
        let (near, kind) = wire.take_apart()?;
        Ok(Self::Wire { near, _kind: kind })
    }

    /// Reads what there is, or waits for something. Nothing says that the line is gone. May be given up at any time.
    pub(crate) async fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = match self {
                Self::Tcp(stream) => {
                    stream.readable().await?;
                    stream.try_read(buffer)
                }
                Self::Wire { near, .. } => {
                    near.async_io(Interest::READABLE, |near| Ok(rustix::io::read(near, &mut *buffer)?)).await
                }
            };
            match read {
                Err(error) if is_nothing(&error) => {}
                done => return done,
            }
        }
    }

    /// Writes all of it.
    pub(crate) async fn write_all(&self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let written = match self {
                Self::Tcp(stream) => {
                    stream.writable().await?;
                    stream.try_write(bytes)
                }
                Self::Wire { near, .. } => {
                    near.async_io(Interest::WRITABLE, |near| Ok(rustix::io::write(near, bytes)?)).await
                }
            };
            match written {
                Ok(count) => bytes = bytes.get(count..).unwrap_or_default(),
                Err(error) if is_nothing(&error) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

fn is_nothing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
}
