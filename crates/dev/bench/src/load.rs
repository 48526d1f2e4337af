//! A load of requests over many connections, each of which waits for its answer before it asks again.
//!
//! Requests a second and answer times as whoever asks sees them, from one thread. Every connection has the same number of
//! requests. *Not measured:* what an open load would feel, whose requests do not wait for each other; connecting.

use core::time::Duration;
use std::io;
use std::net::SocketAddr;
use std::time::Instant;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::LocalSet;

/// What a load has felt.
#[derive(Clone, Copy, Debug)]
pub struct Felt {
    /// Requests a second.
    pub rate: f64,
    /// The answer time that one in a hundred exceeds, in microseconds.
    pub p99_us: f64,
}

/// How an answer is told from the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// Two bytes of length before it.
    Length,
    /// HTTP with a `Content-Length`.
    Http,
}

/// Sends these requests over so many connections and waits for all answers.
///
/// # Errors
/// When a connection breaks.
pub fn run(
    address: SocketAddr,
    connections: usize,
    framing: Framing,
    requests: &[Vec<u8>],
) -> io::Result<Felt> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, async {
        let mut streams = Vec::with_capacity(connections);
        for _ in 0..connections {
            let stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            streams.push(stream);
        }
        let began = Instant::now();
        let share = requests.len() / connections;
        let loads = streams.into_iter().zip(requests.chunks(share.max(1))).map(|(stream, share)| {
            let share = share.to_vec();
            tokio::task::spawn_local(async move { ask_all(stream, framing, &share).await })
        });
        let loads: Vec<_> = loads.collect();
        let mut times = Vec::with_capacity(requests.len());
        for load in loads {
            times.extend(load.await.map_err(io::Error::other)??);
        }
        let rate = times.len() as f64 / began.elapsed().as_secs_f64();
        times.sort_unstable();
        let p99 = times.get(times.len() * 99 / 100).copied().unwrap_or_default();
        Ok(Felt { rate, p99_us: p99.as_secs_f64() * 1e6 })
    })
}

async fn ask_all(mut stream: TcpStream, framing: Framing, requests: &[Vec<u8>]) -> io::Result<Vec<Duration>> {
    let (mut times, mut buffer) = (Vec::with_capacity(requests.len()), vec![0; 4096]);
    for request in requests {
        let began = Instant::now();
        stream.write_all(request).await?;
        let mut heard = 0;
        while !is_whole(framing, buffer.get(..heard).unwrap_or_default()) {
            let count = stream.read(buffer.get_mut(heard..).unwrap_or_default()).await?;
            if count == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            heard += count;
        }
        times.push(began.elapsed());
    }
    Ok(times)
}

fn is_whole(framing: Framing, heard: &[u8]) -> bool {
    match framing {
        Framing::Length => heard
            .split_first_chunk()
            .is_some_and(|(length, rest)| rest.len() >= usize::from(u16::from_be_bytes(*length))),
        Framing::Http => {
            let Some(end) = heard.windows(4).position(|window| window == b"\r\n\r\n") else { return false };
            let head = String::from_utf8_lossy(heard.get(..end).unwrap_or_default());
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
            heard.len() - end - 4 >= length.unwrap_or(0_usize)
        }
    }
}
