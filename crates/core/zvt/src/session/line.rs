//! What lies between a session and its register: a stream of messages, or a serial line.

use crate::apdu::{Apdu, ApduReader};
use crate::serial::{LineEvent, SerialLine};
use crate::settings::{Settings, Transport};
use core::time::Duration;
use sim::{Output, Reason, SimTime, Tag};

#[derive(Clone, Debug)]
pub(super) enum Line {
    Tcp(Stream),
    Serial(Box<SerialLine>),
}

/// Bare messages.
#[derive(Clone, Debug)]
pub(super) struct Stream {
    reader: ApduReader,
    /// When the first byte of a message came whose last is still missing.
    began: Option<SimTime>,
    t3: Duration,
}

impl Line {
    pub(super) fn new(settings: &Settings) -> Self {
        let max_data_bytes = usize::from(settings.max_data_bytes);
        match settings.transport {
            Transport::Tcp => Self::Tcp(Stream {
                reader: ApduReader::new(max_data_bytes),
                began: None,
                t3: settings.timers.t3,
            }),
            Transport::Serial => {
                Self::Serial(Box::new(SerialLine::new(settings.timers, settings.port, max_data_bytes + 5)))
            }
        }
    }

    pub(super) fn receive(&mut self, now: SimTime, bytes: &[u8]) {
        match self {
            Self::Tcp(stream) => stream.reader.push(bytes),
            Self::Serial(line) => line.receive(now, bytes),
        }
    }

    /// The next thing that happened on it; what it sends of itself goes to `send`.
    pub(super) fn next_event(&mut self, now: SimTime, mut send: impl FnMut(Tag, &[u8])) -> Option<LineEvent> {
        match self {
            Self::Tcp(stream) => stream.next_event(now),
            Self::Serial(line) => loop {
                match line.poll()? {
                    Output::Send { tag, bytes, .. } => send(tag, bytes),
                    Output::Event(event) => return Some(event),
                }
            },
        }
    }

    /// Sends a message; whether it counts as delivered at once.
    pub(super) fn send(
        &mut self,
        now: SimTime,
        tag: Tag,
        apdu: &Apdu,
        mut send: impl FnMut(Tag, &[u8]),
    ) -> bool {
        match self {
            Self::Tcp(_) => {
                send(tag, &apdu.bytes());
                true
            }
            Self::Serial(line) => {
                line.send(now, tag, apdu);
                false
            }
        }
    }

    /// The last message was answered, so it arrived.
    pub(super) fn assume_delivered(&mut self, now: SimTime) {
        if let Self::Serial(line) = self {
            line.assume_delivered(now);
        }
    }

    pub(super) fn wake(&mut self, now: SimTime) {
        if let Self::Serial(line) = self {
            line.wake(now);
        }
    }

    /// Whether a message has been on its way for too long.
    pub(super) fn is_stuck(&self, now: SimTime) -> bool {
        matches!(self, Self::Tcp(stream) if stream.until().is_some_and(|until| until <= now))
    }

    pub(super) fn wake_at(&self) -> Option<(SimTime, Reason)> {
        match self {
            Self::Tcp(stream) => stream.until().map(|until| (until, Reason("zvt t3"))),
            Self::Serial(line) => line.wake_at(),
        }
    }

    pub(super) fn reset(&mut self) {
        match self {
            Self::Tcp(stream) => {
                stream.reader.reset();
                stream.began = None;
            }
            Self::Serial(line) => line.reset(),
        }
    }
}

impl Stream {
    fn until(&self) -> Option<SimTime> {
        self.began.map(|began| began + self.t3)
    }

    fn next_event(&mut self, now: SimTime) -> Option<LineEvent> {
        match self.reader.next_apdu() {
            Ok(Some(apdu)) => {
                self.began = None;
                Some(LineEvent::Received(apdu))
            }
            Ok(None) => {
                let waits = self.reader.pending_bytes() > 0;
                self.began = waits.then(|| self.began.unwrap_or(now));
                None
            }
            Err(_) => {
                self.reader.reset();
                Some(LineEvent::Broken)
            }
        }
    }
}
