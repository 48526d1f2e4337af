//! The serial line: messages in frames with a check sum, acknowledged, and repeated when they are not.
//!
//! `DLE STX message DLE ETX crc-low crc-high`, each DLE in the message doubled; ACK or NAK in answer, bare. Source: ZVT
//! interface PA00P016 revision 04, chapter 3. A frame is sent three times at most. One that comes again although nothing of
//! ours was acknowledged since is one whose ACK got lost: it is acknowledged and not delivered twice. The published text
//! has no rule for that, and a payment that is asked for twice would be paid twice.
//! *Not modelled:* change of the baud rate (08 40), one stop bit.

use crate::apdu::Apdu;
use crate::crc::crc;
use crate::timers::Timers;
use sim::{Outbox, Output, Port, Reason, SimTime, Tag};
use std::collections::VecDeque;

pub(crate) const DLE: u8 = 0x10;
pub(crate) const STX: u8 = 0x02;
pub(crate) const ETX: u8 = 0x03;
const ACK: u8 = 0x06;
const NAK: u8 = 0x15;

/// How often a frame is sent before the line counts as broken.
const SENDINGS: u8 = 3;

/// More messages than ever wait between two ends that keep the protocol.
const MAX_WAITING: usize = 64;

/// One end of a serial line.
#[derive(Clone, Debug)]
pub struct SerialLine {
    timers: Timers,
    port: Port,
    max_apdu_bytes: usize,
    state: State,
    message: Vec<u8>,
    heard_at: SimTime,
    /// The last frame that was delivered, while it may come again.
    last: Option<Vec<u8>>,
    queue: VecDeque<Frame>,
    in_flight: Option<InFlight>,
    outbox: Outbox<LineEvent>,
}

/// What a line has for its owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineEvent {
    /// A message came, whole.
    Received(Apdu),
    /// The oldest message that was not yet delivered is.
    Delivered,
    /// Nobody acknowledges: everything that waited is gone.
    Broken,
}

/// Where the receiver is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Between,
    /// After a DLE between frames.
    Opening,
    Message,
    /// After a DLE in a message.
    Escape,
    CrcLow,
    CrcHigh(u8),
    /// What comes is no frame; it is refused when it is over.
    Noise,
}

#[derive(Clone, Debug)]
struct Frame {
    tag: Tag,
    bytes: Vec<u8>,
}

#[derive(Clone, Debug)]
struct InFlight {
    frame: Frame,
    sendings: u8,
    until: SimTime,
}

impl SerialLine {
    /// An idle line that sends from this port and refuses messages that are longer.
    #[must_use]
    pub fn new(timers: Timers, port: Port, max_apdu_bytes: usize) -> Self {
        Self {
            timers,
            port,
            max_apdu_bytes,
            state: State::Between,
            message: Vec::new(),
            heard_at: SimTime::ZERO,
            last: None,
            queue: VecDeque::new(),
            in_flight: None,
            outbox: Outbox::default(),
        }
    }

    /// Sends a message when those before it are acknowledged. A line on which 64 of them wait is broken.
    pub fn send(&mut self, now: SimTime, tag: Tag, apdu: &Apdu) {
        if self.queue.len() >= MAX_WAITING {
            self.give_up();
            return;
        }
        self.queue.push_back(Frame { tag, bytes: frame(&apdu.bytes()) });
        self.send_next(now);
    }

    /// Takes bytes as they come.
    pub fn receive(&mut self, now: SimTime, bytes: &[u8]) {
        self.end_of_pause(now);
        self.heard_at = now;
        for byte in bytes {
            self.take(now, *byte);
        }
    }

    /// The message in flight was answered, so it arrived, though its ACK did not: it is not sent again.
    pub fn assume_delivered(&mut self, now: SimTime) {
        if self.in_flight.take().is_some() {
            self.outbox.event(LineEvent::Delivered);
            self.send_next(now);
        }
    }

    /// What it does next, oldest first.
    pub fn poll(&mut self) -> Option<Output<'_, LineEvent>> {
        self.outbox.poll()
    }

    /// When it wants [`SerialLine::wake`], and why.
    #[must_use]
    pub fn wake_at(&self) -> Option<(SimTime, Reason)> {
        let pause = (self.state != State::Between).then(|| (self.heard_at + self.timers.t1, T1));
        let silence = self.in_flight.as_ref().map(|in_flight| (in_flight.until, T2));
        pause.into_iter().chain(silence).min()
    }

    /// The moment has come.
    pub fn wake(&mut self, now: SimTime) {
        self.end_of_pause(now);
        if self.in_flight.as_ref().is_some_and(|in_flight| in_flight.until <= now) {
            self.repeat(now);
        }
    }

    /// Forgets everything that is under way.
    pub fn reset(&mut self) {
        self.state = State::Between;
        self.message.clear();
        self.last = None;
        self.queue.clear();
        self.in_flight = None;
    }

    /// A frame in which T1 has passed is over.
    fn end_of_pause(&mut self, now: SimTime) {
        if self.state == State::Between || now.since(self.heard_at) < self.timers.t1 {
            return;
        }
        self.refuse();
    }

    fn take(&mut self, now: SimTime, byte: u8) {
        self.state = match (self.state, byte) {
            (State::Between, DLE) => State::Opening,
            (State::Between, ACK) => {
                self.acknowledged(now);
                State::Between
            }
            (State::Between, NAK) => {
                self.repeat(now);
                State::Between
            }
            (State::Between, _) => State::Between,
            // A sender that begins anew in the middle has given the first frame up.
            (State::Opening | State::Escape, STX) => {
                self.message.clear();
                State::Message
            }
            (State::Message, DLE) => State::Escape,
            (State::Message, byte) => self.collect(byte),
            (State::Escape, DLE) => self.collect(DLE),
            (State::Escape, ETX) => State::CrcLow,
            (State::Opening | State::Escape | State::Noise, _) => State::Noise,
            (State::CrcLow, low) => State::CrcHigh(low),
            (State::CrcHigh(low), high) => {
                self.close(u16::from_le_bytes([low, high]));
                State::Between
            }
        };
    }

    fn collect(&mut self, byte: u8) -> State {
        if self.message.len() >= self.max_apdu_bytes {
            return State::Noise;
        }
        self.message.push(byte);
        State::Message
    }

    /// The frame is whole.
    fn close(&mut self, told: u16) {
        let apdu = Apdu::parse(&self.message).ok().filter(|_| crc(&self.message) == told);
        let Some(apdu) = apdu else {
            self.refuse();
            return;
        };
        self.outbox.send(self.port, Tag("ack"), &[ACK]);
        if self.last.as_ref() != Some(&self.message) {
            self.last = Some(core::mem::take(&mut self.message));
            self.outbox.event(LineEvent::Received(apdu));
        }
    }

    fn refuse(&mut self) {
        self.state = State::Between;
        self.message.clear();
        self.outbox.send(self.port, Tag("nak"), &[NAK]);
    }

    fn acknowledged(&mut self, now: SimTime) {
        if self.in_flight.is_some() {
            self.last = None;
            self.assume_delivered(now);
        }
    }

    fn send_next(&mut self, now: SimTime) {
        if self.in_flight.is_some() {
            return;
        }
        let Some(frame) = self.queue.pop_front() else { return };
        self.outbox.send(self.port, frame.tag, &frame.bytes);
        self.in_flight = Some(InFlight { frame, sendings: 1, until: now + self.timers.t2 });
    }

    fn give_up(&mut self) {
        self.reset();
        self.outbox.event(LineEvent::Broken);
    }

    /// What is in flight is sent once more, or has been often enough.
    fn repeat(&mut self, now: SimTime) {
        let Some(in_flight) = &mut self.in_flight else { return };
        if in_flight.sendings >= SENDINGS {
            self.give_up();
            return;
        }
        in_flight.sendings += 1;
        in_flight.until = now + self.timers.t2;
        self.outbox.send(self.port, in_flight.frame.tag, &in_flight.frame.bytes);
    }
}

const T1: Reason = Reason("zvt t1");
const T2: Reason = Reason("zvt t2");

/// A message in its frame.
pub(crate) fn frame(message: &[u8]) -> Vec<u8> {
    let mut bytes = vec![DLE, STX];
    for byte in message {
        bytes.extend(core::iter::repeat_n(*byte, if *byte == DLE { 2 } else { 1 }));
    }
    let [low, high] = crc(message).to_le_bytes();
    bytes.extend([DLE, ETX, low, high]);
    bytes
}

#[cfg(test)]
mod tests {
    use super::{ACK, DLE, ETX, LineEvent, NAK, STX, SerialLine, frame};
    use crate::apdu::{Apdu, Control};
    use crate::timers::Timers;
    use core::time::Duration;
    use proptest::prelude::*;
    use sim::{Output, Port, Reason, SimTime, Tag};

    const START: SimTime = SimTime::from_secs(1);

    fn line() -> SerialLine {
        SerialLine::new(Timers::PUBLISHED, Port(0), 1000)
    }

    fn apdu(data: &[u8]) -> Apdu {
        Apdu::of(Control(0x06, 0x01), data.to_vec())
    }

    /// What it did: bytes that it sent, and what it has to tell.
    fn done(line: &mut SerialLine) -> (Vec<Vec<u8>>, Vec<LineEvent>) {
        let (mut sent, mut told) = (Vec::new(), Vec::new());
        while let Some(output) = line.poll() {
            match output {
                Output::Send { bytes, .. } => sent.push(bytes.to_vec()),
                Output::Event(event) => told.push(event),
            }
        }
        (sent, told)
    }

    #[test]
    fn a_positive_answer_in_its_frame() {
        assert_eq!(frame(&[0x80, 0, 0]), [DLE, STX, 0x80, 0, 0, DLE, ETX, 0xF5, 0x1F]);
    }

    #[test]
    fn a_dle_is_doubled_and_counts_once() {
        let message = apdu(&[DLE, DLE, 3]);
        let bytes = frame(&message.bytes());
        assert_eq!(bytes[..10], [DLE, STX, 0x06, 0x01, 3, DLE, DLE, DLE, DLE, 3]);
        let mut line = line();
        line.receive(START, &bytes);
        assert_eq!(done(&mut line), (vec![vec![ACK]], vec![LineEvent::Received(message)]));
    }

    #[test]
    fn a_wrong_check_sum_is_refused_and_the_repeat_is_taken() {
        let bytes = frame(&apdu(&[1]).bytes());
        let mut wrong = bytes.clone();
        wrong[5] ^= 0x40;
        let mut line = line();
        line.receive(START, &wrong);
        assert_eq!(done(&mut line), (vec![vec![NAK]], vec![]));
        line.receive(START, &bytes);
        assert_eq!(done(&mut line), (vec![vec![ACK]], vec![LineEvent::Received(apdu(&[1]))]));
    }

    #[test]
    fn a_frame_that_stops_is_refused_after_t1() {
        let mut line = line();
        line.receive(START, &[DLE, STX, 0x06]);
        let until = START + Duration::from_millis(200);
        assert_eq!(line.wake_at(), Some((until, Reason("zvt t1"))));
        line.wake(until);
        assert_eq!(done(&mut line), (vec![vec![NAK]], vec![]));
        assert_eq!(line.wake_at(), None);
    }

    #[test]
    fn a_message_that_nobody_acknowledges_is_sent_three_times() {
        let mut line = line();
        line.send(START, Tag("status"), &apdu(&[]));
        let mut sent = done(&mut line).0.len();
        for round in 1..=3_u64 {
            let until = START + Duration::from_secs(5 * round);
            assert_eq!(line.wake_at(), Some((until, Reason("zvt t2"))));
            line.wake(until);
            let (again, told) = done(&mut line);
            sent += again.len();
            assert_eq!(told, if round == 3 { vec![LineEvent::Broken] } else { vec![] });
        }
        assert_eq!(sent, 3);
        assert_eq!(line.wake_at(), None);
    }

    #[test]
    fn a_nak_brings_the_message_again_at_once_and_the_next_one_waits() {
        let mut line = line();
        line.send(START, Tag("status"), &apdu(&[1]));
        line.send(START, Tag("status"), &apdu(&[2]));
        line.receive(START, &[NAK]);
        let first = frame(&apdu(&[1]).bytes());
        assert_eq!(done(&mut line).0, [first.clone(), first]);
        line.receive(START, &[ACK]);
        assert_eq!(done(&mut line), (vec![frame(&apdu(&[2]).bytes())], vec![LineEvent::Delivered]));
    }

    #[test]
    fn a_frame_whose_acknowledgement_got_lost_is_not_delivered_twice() {
        let bytes = frame(&apdu(&[1]).bytes());
        let mut line = line();
        line.receive(START, &bytes);
        line.receive(START, &bytes);
        let (sent, told) = done(&mut line);
        assert_eq!((sent, told.len()), (vec![vec![ACK], vec![ACK]], 1));
        // After something of ours has arrived, the same bytes are a new message.
        line.send(START, Tag("answer"), &apdu(&[]));
        line.receive(START, &[ACK]);
        line.receive(START, &bytes);
        assert_eq!(done(&mut line).1, [LineEvent::Delivered, LineEvent::Received(apdu(&[1]))]);
    }

    #[test]
    fn a_line_that_takes_nothing_does_not_fill_up() {
        let mut line = line();
        for number in 0..1000_u16 {
            line.send(START, Tag("answer"), &apdu(&number.to_be_bytes()));
        }
        let (sent, told) = done(&mut line);
        assert!(sent.len() < 20 && told.len() < 20 && told.contains(&LineEvent::Broken));
    }

    #[test]
    fn a_frame_that_is_too_long_is_refused_when_it_is_over() {
        let mut line = line();
        line.receive(START, &frame(&apdu(&[7; 2000]).bytes()));
        assert_eq!(done(&mut line), (vec![], vec![]));
        line.wake(START + Duration::from_millis(200));
        assert_eq!(done(&mut line).0, [[NAK]]);
    }

    proptest! {
        #[test]
        fn any_message_comes_through_in_any_pieces(data in prop::collection::vec(prop_oneof![Just(DLE), Just(ETX), any::<u8>()], 0..200), piece in 1_usize..9) {
            let message = apdu(&data);
            let mut line = line();
            for piece in frame(&message.bytes()).chunks(piece) {
                line.receive(START, piece);
            }
            prop_assert_eq!(done(&mut line), (vec![vec![ACK]], vec![LineEvent::Received(message)]));
        }

        #[test]
        fn a_line_recovers_from_any_noise(noise in prop::collection::vec(any::<u8>(), 0..60)) {
            let mut line = line();
            line.receive(START, &noise);
            let later = START + Duration::from_secs(1);
            line.wake(later);
            done(&mut line);
            line.receive(later, &frame(&apdu(&[1]).bytes()));
            prop_assert_eq!(done(&mut line).1, [LineEvent::Received(apdu(&[1]))]);
        }
    }
}
