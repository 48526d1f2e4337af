//! One connection of card terminals: frames in, in any pieces; answers out, several in one write.
//!
//! | a terminal that | is |
//! |---|---|
//! | sends several frames at once | answered in one write, when the last of their changes is on disk |
//! | takes more than ten seconds for a frame, from its first byte to its last | let go, and counted |
//! | has 256 requests that wait for their time | not read until one of them is decided; what one read brought counts at once |
//! | goes away in the middle of a frame | counted; what came before it stands and is answered in vain |
//! | shuts down its sending side | answered, then hung up on |
//! | announces a giant frame, or sends what is no message | counted and hung up on, after the answers before it |
//! | does not read its answers | let go after ten seconds; until then nothing more is read from it |
//! | has nothing to say, or the keep-alive `REFRESH` between frames | kept |
//!
//! Source: UnionPay POS dialect, "Framing". *Not modelled:* TLS, keep-alives and echo requests of the host's own
//! accord.

use crate::acquirer::door::{Custom, Visit};
use crate::acquirer::exchange;
use crate::acquirer::hall::Hall;
use crate::acquirer::news::What;
use crate::acquirer::outgoing::{Outgoing, Piece, Then};
use crate::acquirer::platform::Platform;
use core::future::poll_fn;
use core::pin::Pin;
use core::task::ready;
use iso8583::Framer;
use std::io;
use std::rc::Rc;
use tokio::io::{AsyncRead, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::time::Instant;

/// ISO 8583 has no word for it; the connection just ends.
pub(crate) const CUSTOM: Custom = Custom { counts: |counters| &counters.card, full: b"" };

/// Why a connection is over.
enum Over {
    /// All is said, or it can say no more.
    Done,
    /// By a reset.
    Reset,
    /// The peer is gone.
    Broken,
}

/// What was read is no frame, or no request, and nothing behind it can be.
struct OutOfStep;

struct Line<'a, P: Platform> {
    hall: &'a Rc<Hall<P>>,
    visit: &'a Visit<P>,
    outgoing: Rc<Outgoing>,
    framer: Framer,
    /// The peer may still send something that is read.
    reads: bool,
}

/// Serves a connection to its end.
pub(crate) async fn attend<P: Platform>(visit: Visit<P>, mut stream: TcpStream) {
    // It only makes answers quicker.
    let _ = stream.set_nodelay(true);
    let hall = Rc::clone(&visit.hall);
    let _busy = hall.busy();
    let framer = Framer::of(hall.settings.speech.dialect(), hall.settings.bounds.frame_bytes);
    let outgoing = Rc::new(Outgoing::default());
    let mut line = Line { hall: &hall, visit: &visit, outgoing, framer, reads: true };
    let over = line.attend(&mut stream).await;
    let unsent = line.outgoing.close();
    hall.counters.undelivered.add(unsent);
    hall.counters.in_flight.take_off(unsent);
    match over {
        Over::Reset => {
            // Without it the peer sees an end in order; nothing else can be done.
            let _ = stream.set_zero_linger();
        }
        Over::Done | Over::Broken => {
            // The peer may have gone first.
            let _ = stream.shutdown().await;
        }
    }
}

impl<P: Platform> Line<'_, P> {
    async fn attend(&mut self, stream: &mut TcpStream) -> Over {
        let (hall, bounds) = (self.hall, self.hall.settings.bounds);
        let (mut reader, mut writer) = stream.split();
        let begun = hall.end.begun();
        let late = tokio::time::sleep(bounds.reading);
        tokio::pin!(begun, late);
        let mut ending = false;
        loop {
            while let Some(piece) = self.outgoing.take() {
                if let Err(over) = self.leave(piece, &mut writer).await {
                    return over;
                }
            }
            if !self.reads && self.outgoing.held() == 0 {
                return Over::Done;
            }
            let outgoing = Rc::clone(&self.outgoing);
            let unfinished = self.framer.pending_bytes() > 0;
            // Who is not read cannot be late.
            let reads = self.reads && self.outgoing.held() < bounds.held;
            tokio::select! {
                biased;
                read = self.read(&mut reader), if reads => match read {
                    Ok(frames) if frames > 0 || !unfinished => {
                        if self.framer.pending_bytes() > 0 {
                            late.as_mut().reset(Instant::now() + bounds.reading);
                        }
                    }
                    Ok(_) => {}
                    Err(_) => return self.broken(),
                },
                () = outgoing.changed.rings() => {}
                () = &mut late, if unfinished && reads => self.break_off("the rest of a frame never came"),
                () = &mut begun, if !ending => (ending, self.reads) = (true, false),
            }
        }
    }

    /// Reads once, and handles all frames that are whole then; how many.
    async fn read(&mut self, reader: &mut ReadHalf<'_>) -> io::Result<usize> {
        let count = poll_fn(|context| {
            let mut scratch = self.hall.scratch.borrow_mut();
            let mut buffer = ReadBuf::new(&mut scratch);
            ready!(Pin::new(&mut *reader).poll_read(context, &mut buffer))?;
            self.framer.push(buffer.filled());
            core::task::Poll::Ready(io::Result::Ok(buffer.filled().len()))
        })
        .await?;
        if count == 0 {
            self.end_of_input();
            return Ok(0);
        }
        self.frames().or_else(|OutOfStep| {
            self.visit.counts().malformed.up();
            self.framer.reset();
            self.reads = false;
            Ok(0)
        })
    }

    /// Handles all frames that are there.
    fn frames(&mut self) -> Result<usize, OutOfStep> {
        let Self { hall, visit, outgoing, framer, .. } = self;
        let malformed = |why: String| {
            hall.tell(What::Malformed { door: "iso8583", peer: visit.peer.to_string(), why });
        };
        let mut count = 0;
        loop {
            match framer.next_frame() {
                Ok(Some(body)) => match exchange::begin(hall, outgoing, body) {
                    Ok(()) => count += 1,
                    Err(no_request) => {
                        malformed(no_request.why);
                        if !no_request.in_step {
                            return Err(OutOfStep);
                        }
                        visit.counts().malformed.up();
                    }
                },
                Ok(None) => return Ok(count),
                Err(error) => {
                    malformed(error.to_string());
                    return Err(OutOfStep);
                }
            }
        }
    }

    fn end_of_input(&mut self) {
        if self.framer.pending_bytes() > 0 {
            self.break_off("it ended in the middle of a frame");
        }
        self.reads = false;
    }

    fn break_off(&mut self, why: &str) {
        self.visit.counts().broken_off.up();
        let (peer, why) = (self.visit.peer.to_string(), why.to_owned());
        self.hall.tell(What::Malformed { door: "iso8583", peer, why });
        self.framer.reset();
        self.reads = false;
    }

    fn broken(&mut self) -> Over {
        if self.framer.pending_bytes() > 0 {
            self.break_off("it broke in the middle of a frame");
        }
        Over::Broken
    }

    /// Lets a piece leave when it may.
    async fn leave(&self, piece: Piece, writer: &mut WriteHalf<'_>) -> Result<(), Over> {
        let counters = &self.hall.counters;
        self.hall.journal.until_durable(piece.ticket).await;
        let written = self.write(&piece, writer).await;
        counters.in_flight.take_off(piece.answers);
        if written.is_err() {
            counters.undelivered.add(piece.answers);
            return Err(Over::Broken);
        }
        let then = piece.then;
        self.outgoing.give_back(piece.bytes);
        match then {
            Then::GoOn => Ok(()),
            Then::Close => Err(Over::Done),
            Then::Reset => Err(Over::Reset),
        }
    }

    async fn write(&self, piece: &Piece, writer: &mut WriteHalf<'_>) -> io::Result<()> {
        let Some(byte_time) = piece.byte_time else { return self.write_all(&piece.bytes, writer).await };
        for byte in piece.bytes.chunks(1) {
            self.write_all(byte, writer).await?;
            tokio::time::sleep(byte_time).await;
        }
        Ok(())
    }

    async fn write_all(&self, bytes: &[u8], writer: &mut WriteHalf<'_>) -> io::Result<()> {
        let written = match writer.try_write(bytes) {
            Ok(count) if count == bytes.len() => return Ok(()),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => 0,
            Err(error) => return Err(error),
        };
        let rest = writer.write_all(bytes.get(written..).unwrap_or_default());
        tokio::time::timeout(self.hall.settings.bounds.writing, rest).await?
    }
}
