//! The workload as one would write it without us: tokio tasks on a paused clock, joined by
//! `tokio::io::duplex`. When all tasks wait, the runtime jumps to the next timer.
//!
//! Facts: performance notes, section 4, "tokio paused clock + duplex". Times are tokio's, whose timers
//! count in milliseconds. The latency is slept by the receiver, which is the cheapest way: no task a
//! link. *Not modelled:* messages in flight together on one link, and any record of what happened.

use crate::workload::{MESSAGE_BYTES, Tally, Workload, message};
use std::io;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::runtime::Builder;
use tokio::time::{Instant, sleep, timeout};

/// Plays a workload in a new runtime.
///
/// # Panics
/// If the runtime cannot be built, which for a thread of its own without sockets does not happen, or if
/// a stream breaks, which an in-memory one does not.
#[must_use]
pub fn play(workload: &Workload) -> Tally {
    let runtime = Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime of one thread with only a clock needs nothing from the system");
    runtime.block_on(run(*workload)).expect("streams in memory stay whole while both ends are held")
}

async fn run(workload: Workload) -> io::Result<Tally> {
    let start = Instant::now();
    let mut links = Vec::with_capacity(usize::from(workload.echo_hosts));
    let mut tasks = Vec::with_capacity(usize::from(workload.echo_hosts));
    for _ in 0..workload.echo_hosts {
        let (near, far) = duplex(4 * MESSAGE_BYTES);
        links.push(near);
        tasks.push(tokio::spawn(echo(workload, far, start)));
    }
    let mut tallies = vec![client(workload, links, start).await?];
    for task in tasks {
        tallies.push(task.await??);
    }
    Ok(Tally::of_all(tallies))
}

async fn client(workload: Workload, mut links: Vec<DuplexStream>, start: Instant) -> io::Result<Tally> {
    let mut tally = Tally::default();
    let mut reply = [0; MESSAGE_BYTES];
    for exchange in 0..workload.exchanges {
        let link = &mut links[usize::from(workload.host_of(exchange))];
        loop {
            link.write_all(&message(exchange)).await?;
            let answer = receive(workload, link, &mut reply);
            let Some(patience) = workload.timeout else {
                answer.await?;
                break;
            };
            if let Ok(answer) = timeout(patience, answer).await {
                answer?;
                break;
            }
        }
        tally.arrived(since(start), &reply);
    }
    Ok(tally)
}

async fn echo(workload: Workload, mut link: DuplexStream, start: Instant) -> io::Result<Tally> {
    let mut tally = Tally::default();
    let mut request = [0; MESSAGE_BYTES];
    let mut still_silent = workload.silences;
    // The client hangs up when it has all its answers; that is the end of the file.
    while receive(workload, &mut link, &mut request).await.is_ok() {
        tally.arrived(since(start), &request);
        match still_silent.checked_sub(1) {
            Some(left) => still_silent = left,
            None => {
                still_silent = workload.silences;
                link.write_all(&request).await?;
            }
        }
    }
    Ok(tally)
}

async fn receive(workload: Workload, link: &mut DuplexStream, bytes: &mut [u8]) -> io::Result<()> {
    link.read_exact(bytes).await?;
    sleep(workload.latency).await;
    Ok(())
}

fn since(start: Instant) -> u64 {
    start.elapsed().as_nanos() as u64
}
