//! The external lanes of a session: for each, one writer at its near end and one reading thread at its far end.
//!
//! Arrivals are stamped by the thread that reads them and wait in one queue. Threads end when the wiring is dropped:
//! no read waits longer than [`READ_WAIT`]. Blocking threads, after "Serial practice", section 1.7: at most eight
//! ports, lower tail latency than a runtime, and nobody spins. *Not modelled:* anything; this carries bytes.

use crate::error::RigError;
use core::time::Duration;
use sim::{LaneId, SimTime};
use std::io::{Error, ErrorKind, Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{Builder, JoinHandle};
use std::time::Instant;

/// How long a read waits before it looks whether the run is over. Readers are built with it.
pub(crate) const READ_WAIT: Duration = Duration::from_millis(50);

/// Bytes that are in a cable for so long will not come out any more. A loaded machine takes milliseconds.
const SWALLOWED_AFTER: Duration = Duration::from_secs(5);

/// More than a pseudo-terminal or a loopback connection hands over at once in practice.
const READ_BYTES: usize = 4096;

/// One end of a cable: what is written here comes out at the other end.
pub(crate) struct End {
    /// What and where it is, for messages.
    pub(crate) place: String,
    /// The lane whose bytes enter here.
    pub(crate) writes: LaneId,
    /// The lane whose bytes come out here.
    pub(crate) reads: LaneId,
    pub(crate) writer: Box<dyn Write>,
    /// Gives up with `TimedOut` or `WouldBlock` after [`READ_WAIT`].
    pub(crate) reader: Box<dyn Read + Send>,
}

/// Time since the start of a run, on the monotonic clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock(Instant);

impl Clock {
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn now(self) -> SimTime {
        SimTime::ZERO + self.0.elapsed()
    }
}

/// Bytes that a port has received.
#[derive(Debug)]
pub(crate) struct Arrival {
    pub(crate) at: SimTime,
    pub(crate) lane: LaneId,
    pub(crate) bytes: Vec<u8>,
}

/// All external lanes of one run.
pub(crate) struct Wiring {
    clock: Clock,
    outlets: Vec<Outlet>,
    inbox: Receiver<News>,
    /// Kept so that a wiring without lanes waits instead of finding its queue closed.
    _outbox: Sender<News>,
    _readers: Readers,
}

/// Where a lane leaves the session, and how much of it is still on its way.
struct Outlet {
    lane: LaneId,
    place: String,
    writer: Box<dyn Write>,
    written_bytes: u64,
    read_bytes: u64,
    /// When the far end last gave anything, or when the first byte went in that it has not given.
    moved_at: SimTime,
}

struct News {
    at: SimTime,
    lane: LaneId,
    what: Result<Vec<u8>, (String, Error)>,
}

impl Wiring {
    /// Starts to read at every end.
    pub(crate) fn start(ends: Vec<End>, clock: Clock) -> Result<Self, RigError> {
        let (outbox, inbox) = channel();
        let mut readers = Readers { over: Arc::default(), threads: Vec::with_capacity(ends.len()) };
        let mut outlets = Vec::with_capacity(ends.len());
        for End { place, writes, reads, writer, reader } in ends {
            let scout = Scout { clock, place: place.clone(), lane: reads, over: Arc::clone(&readers.over) };
            readers.spawn(scout, reader, outbox.clone())?;
            outlets.push(Outlet {
                lane: writes,
                place,
                writer,
                written_bytes: 0,
                read_bytes: 0,
                moved_at: SimTime::ZERO,
            });
        }
        Ok(Self { clock, outlets, inbox, _outbox: outbox, _readers: readers })
    }

    /// Puts bytes into a lane's port.
    pub(crate) fn send(&mut self, lane: LaneId, bytes: &[u8]) -> Result<(), RigError> {
        let now = self.clock.now();
        let Some(outlet) = self.outlets.iter_mut().find(|outlet| outlet.lane == lane) else {
            return Err(RigError::NoPort { lane });
        };
        if !outlet.in_flight() {
            outlet.moved_at = now;
        }
        outlet.written_bytes += bytes.len() as u64;
        let written = outlet.writer.write_all(bytes);
        written.map_err(|source| RigError::Vanished { place: outlet.place.clone(), lane, source })
    }

    /// The next bytes that a port has received, if any come within this time.
    pub(crate) fn wait(&mut self, span: Duration) -> Result<Option<Arrival>, RigError> {
        let news =
            if span.is_zero() { self.inbox.try_recv().ok() } else { self.inbox.recv_timeout(span).ok() };
        let Some(News { at, lane, what }) = news else {
            return Ok(None);
        };
        let bytes = what.map_err(|(place, source)| RigError::Vanished { place, lane, source })?;
        if let Some(outlet) = self.outlets.iter_mut().find(|outlet| outlet.lane == lane) {
            outlet.read_bytes += bytes.len() as u64;
            outlet.moved_at = at;
        }
        Ok(Some(Arrival { at, lane, bytes }))
    }

    /// Whether any byte that was written has not been read yet.
    pub(crate) fn in_flight(&self) -> bool {
        self.outlets.iter().any(Outlet::in_flight)
    }

    /// When the patience with bytes that are in flight ends.
    pub(crate) fn swallowed_at(&self) -> Option<SimTime> {
        self.outlets.iter().filter_map(Outlet::swallowed_at).min()
    }

    /// The complaint about bytes that ought to have come out by now.
    pub(crate) fn complaint(&self, now: SimTime) -> Option<RigError> {
        let overdue = |outlet: &&Outlet| outlet.swallowed_at().is_some_and(|at| at <= now);
        self.outlets.iter().find(overdue).map(|outlet| RigError::Swallowed {
            place: outlet.place.clone(),
            lane: outlet.lane,
            missing_bytes: outlet.written_bytes.saturating_sub(outlet.read_bytes),
            waited: now.since(outlet.moved_at),
        })
    }
}

impl Outlet {
    /// A port that gives more than went into it has nothing left to give.
    const fn in_flight(&self) -> bool {
        self.written_bytes > self.read_bytes
    }

    fn swallowed_at(&self) -> Option<SimTime> {
        self.in_flight().then(|| self.moved_at + SWALLOWED_AFTER)
    }
}

/// The reading threads. Dropping them waits until each has ended.
struct Readers {
    over: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

/// What a reading thread knows.
struct Scout {
    clock: Clock,
    place: String,
    lane: LaneId,
    over: Arc<AtomicBool>,
}

impl Readers {
    fn spawn(
        &mut self,
        scout: Scout,
        mut reader: Box<dyn Read + Send>,
        news: Sender<News>,
    ) -> Result<(), RigError> {
        let name = format!("reads {}", runner::device::lane_name(scout.lane));
        let work = move || scout.read_on(reader.as_mut(), &news);
        let thread = Builder::new().name(name).spawn(work).map_err(|source| RigError::NoThread { source })?;
        self.threads.push(thread);
        Ok(())
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            // A thread that panicked has ended too; its silence has already been an error of the run.
            let _ = thread.join();
        }
    }
}

impl Scout {
    /// Reads until the run is over, or the port is.
    fn read_on(&self, reader: &mut dyn Read, news: &Sender<News>) {
        let mut buffer = [0; READ_BYTES];
        while !self.over.load(Ordering::Relaxed) {
            let what = match reader.read(&mut buffer) {
                Ok(0) => Err(ErrorKind::UnexpectedEof.into()),
                Ok(len) => Ok(buffer.get(..len).unwrap_or_default().to_vec()),
                Err(error) if is_pause(&error) => continue,
                Err(error) => Err(error),
            };
            let gone = what.is_err();
            let what = what.map_err(|error| (self.place.clone(), error));
            let told = news.send(News { at: self.clock.now(), lane: self.lane, what });
            if gone || told.is_err() {
                return;
            }
        }
    }
}

/// Whether nothing has come, which is not an error.
fn is_pause(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::TimedOut | ErrorKind::WouldBlock | ErrorKind::Interrupted)
}

#[cfg(test)]
mod tests {
    use super::{Clock, End, Wiring};
    use crate::error::RigError;
    use core::time::Duration;
    use runner::device::{CARD_ANSWERS, CARD_ASKS, PRINTS};
    use sim::SimTime;
    use std::io::{Cursor, empty, sink};

    fn lost_at_once() -> Wiring {
        let end = End {
            place: "a cable".to_owned(),
            writes: CARD_ASKS,
            reads: CARD_ANSWERS,
            writer: Box::new(sink()),
            reader: Box::new(empty()),
        };
        Wiring::start(vec![end], Clock::start()).unwrap()
    }

    #[test]
    fn a_port_that_ends_is_reported_with_what_it_carried() {
        let error = lost_at_once().wait(Duration::from_secs(20)).unwrap_err();
        assert!(matches!(&error, RigError::Vanished { lane: CARD_ANSWERS, .. }), "{error:?}");
        assert!(error.to_string().contains("acquirer.answers-card"));
    }

    #[test]
    fn bytes_that_never_come_out_are_missed() {
        let mut wiring = lost_at_once();
        wiring.send(CARD_ASKS, b"hello").unwrap();
        assert!(wiring.in_flight());
        assert!(wiring.complaint(SimTime::ZERO).is_none());
        let error = wiring.complaint(SimTime::from_secs(3600)).unwrap();
        assert!(matches!(error, RigError::Swallowed { missing_bytes: 5, lane: CARD_ASKS, .. }), "{error:?}");
    }

    #[test]
    fn a_lane_without_a_port_is_an_error() {
        let error = lost_at_once().send(PRINTS, b"x").unwrap_err();
        assert!(matches!(error, RigError::NoPort { lane: PRINTS }));
    }

    #[test]
    fn what_comes_out_is_no_longer_in_flight() {
        let end = End {
            place: "a cable".to_owned(),
            writes: CARD_ASKS,
            reads: CARD_ASKS,
            writer: Box::new(sink()),
            reader: Box::new(Cursor::new(b"hello".to_vec())),
        };
        let mut wiring = Wiring::start(vec![end], Clock::start()).unwrap();
        wiring.send(CARD_ASKS, b"hello").unwrap();
        let arrival = wiring.wait(Duration::from_secs(20)).unwrap().unwrap();
        assert_eq!((arrival.lane, arrival.bytes.as_slice()), (CARD_ASKS, &b"hello"[..]));
        assert!(!wiring.in_flight());
    }
}
