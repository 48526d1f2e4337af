//! The floor of a payment: one bare event loop in which the messages of [`crate::payment::Payment::Kiosk`] are
//! really packed, signed, checked and read, and its slip goes through the parser at the line's rate.
//!
//! Facts: performance notes, section 4, "Composite limit". Times are nanoseconds. *Not modelled:* all that a
//! terminal, a printer and an acquirer decide: no journal, no ledger, no screen, no paper, no laws, no trace.

use crate::workload::{Tally, fold};
use core::cmp::Reverse;
use core::time::Duration;
use escpos::{Command, Parser};
use iso8583::{CUP, MacKey, Message, Mti, decode, encode_with_mac, verify_mac};
use runner::Run;
use runner::device::{CARD_ANSWERS, CARD_ASKS, PRINTS};
use sim::{Entry, Seed, Tag};
use std::collections::BinaryHeap;

/// What goes over the links, taken from a run of the real thing.
#[derive(Clone, Debug)]
pub struct Script {
    key: MacKey,
    asks: Vec<Ask>,
    slip: Vec<u8>,
}

#[derive(Clone, Debug)]
struct Ask {
    request: Message,
    /// `None` where the request is lost.
    reply: Option<Message>,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Played {
    /// The frames that arrived, their moments not counted.
    pub frames: Tally,
    /// How many lines the slip was.
    pub lines: u32,
    /// How many events it took.
    pub events: u32,
    /// When it was over.
    pub ended_ns: u64,
    /// Changes with every event and its moment.
    pub hash: u64,
}

const SECOND: u64 = Duration::from_secs(1).as_nanos() as u64;
const REPLY_TIMEOUT_NS: u64 = 60 * SECOND;
const SECOND_SALE_NS: u64 = 180 * SECOND;
const NETWORK_NS: u64 = SECOND * 35 / 1000;
const HOST_NS: u64 = SECOND * 220 / 1000;
const CHUNK_BYTES: usize = 64;
/// Ten bits a byte at 115,200 bit/s.
const CHUNK_NS: u64 = CHUNK_BYTES as u64 * 10 * SECOND / 115_200;

impl Script {
    /// The messages and the slip of a run.
    ///
    /// # Panics
    /// If the run holds a card frame that cannot be read.
    #[must_use]
    pub fn of(run: &Run) -> Self {
        let mut script =
            Self { key: terminal::Settings::default().mac_key, asks: Vec::new(), slip: Vec::new() };
        for record in run.trace.records() {
            let Entry::Sent { lane, tag, bytes, .. } = &record.entry else { continue };
            let bytes = run.trace.bytes(*bytes);
            match *lane {
                CARD_ASKS => script.asks.push(Ask { request: read(bytes), reply: None }),
                CARD_ANSWERS => {
                    script.asks.last_mut().expect("a host speaks when asked").reply = Some(read(bytes));
                }
                PRINTS if *tag == Tag("slip") => script.slip.extend_from_slice(bytes),
                _ => {}
            }
        }
        script
    }

    /// Plays it from nothing.
    ///
    /// # Panics
    /// If a message does not fit the dialect that it was read with.
    #[must_use]
    pub fn play(&self, seed: Seed) -> Played {
        let mut play = Play::new(self, seed);
        play.after(0, Kind::Asks(0));
        while let Some(Reverse((at_ns, number, kind))) = play.queue.pop() {
            play.now_ns = at_ns;
            play.played.events += 1;
            play.played.hash = fold(fold(play.played.hash, at_ns), number);
            play.happen(kind);
        }
        Played { ended_ns: play.now_ns, ..play.played }
    }
}

fn read(frame: &[u8]) -> Message {
    let mut message = Message::new(Mti::FINANCIAL);
    let body = frame.get(2..).unwrap_or_default();
    decode(&CUP, body, &mut message).expect("our own devices speak the dialect");
    message
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Asks(usize),
    Overdue(usize),
    AtHost(usize),
    Answers(usize),
    AtTerminal(usize),
    Chunk(usize),
}

struct Play<'a> {
    script: &'a Script,
    now_ns: u64,
    number: u64,
    dice: u64,
    queue: BinaryHeap<Reverse<(u64, u64, Kind)>>,
    outgoing: Message,
    incoming: Message,
    frame: Vec<u8>,
    parser: Parser,
    played: Played,
}

impl<'a> Play<'a> {
    fn new(script: &'a Script, seed: Seed) -> Self {
        let frames = Tally::default();
        Self {
            script,
            now_ns: 0,
            number: 0,
            dice: fold(0, seed.0),
            queue: BinaryHeap::with_capacity(8),
            outgoing: Message::new(Mti::FINANCIAL),
            incoming: Message::new(Mti::FINANCIAL),
            frame: Vec::with_capacity(256),
            parser: Parser::new().with_multibyte(true),
            played: Played { frames, lines: 0, events: 0, ended_ns: 0, hash: 0 },
        }
    }

    fn happen(&mut self, kind: Kind) {
        let script = self.script;
        match kind {
            Kind::Asks(index) => {
                let ask = &script.asks[index];
                self.pack(&ask.request);
                match ask.reply {
                    Some(_) => self.after_a_trip(Kind::AtHost(index)),
                    None => self.after(REPLY_TIMEOUT_NS, Kind::Overdue(index)),
                }
            }
            Kind::Overdue(index) => self.after(0, Kind::Asks(index + 1)),
            Kind::AtHost(index) => {
                self.unpack();
                self.after(HOST_NS, Kind::Answers(index));
            }
            Kind::Answers(index) => {
                self.pack(script.asks[index].reply.as_ref().expect("it got here because it is answered"));
                self.after_a_trip(Kind::AtTerminal(index));
            }
            Kind::AtTerminal(index) => {
                self.unpack();
                if index + 1 < script.asks.len() {
                    self.after(SECOND_SALE_NS - self.now_ns, Kind::Asks(index + 1));
                } else {
                    self.after(CHUNK_NS, Kind::Chunk(0));
                }
            }
            Kind::Chunk(start) => self.print(start),
        }
    }

    fn pack(&mut self, message: &Message) {
        self.outgoing.clear();
        self.outgoing.set_mti(message.mti());
        self.outgoing.set_tpdu(message.tpdu());
        self.outgoing.set_header(message.header());
        for (field, value) in message.fields() {
            self.outgoing.set(field, value);
        }
        self.frame.clear();
        encode_with_mac(&CUP, &self.outgoing, &self.script.key, &mut self.frame)
            .expect("the message was read with this dialect");
    }

    fn unpack(&mut self) {
        let body = self.frame.get(2..).unwrap_or_default();
        verify_mac(&CUP, body, &self.script.key).expect("the frame was signed with this key");
        decode(&CUP, body, &mut self.incoming).expect("the frame was packed with this dialect");
        self.played.frames.arrived(0, &self.frame);
    }

    fn print(&mut self, start: usize) {
        let end = self.script.slip.len().min(start + CHUNK_BYTES);
        self.parser.push(&self.script.slip[start..end]);
        while let Some(command) = self.parser.next() {
            self.played.lines += u32::from(command == Command::LineFeed);
        }
        if end < self.script.slip.len() {
            self.after(CHUNK_NS, Kind::Chunk(end));
        }
    }

    fn after_a_trip(&mut self, kind: Kind) {
        self.dice = fold(self.dice, self.number);
        // Up to four milliseconds of jitter.
        self.after(NETWORK_NS + (self.dice >> 42), kind);
    }

    fn after(&mut self, span_ns: u64, kind: Kind) {
        self.number += 1;
        self.queue.push(Reverse((self.now_ns + span_ns, self.number, kind)));
    }
}
