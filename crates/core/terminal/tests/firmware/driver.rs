//! The test in the place of host, gateway and printer.
//!
//! The driver answers nothing by itself: what a test does not send, the terminal does not get.

use crate::gateway;
use core::time::Duration;
use iso8583::{CUP, Framer, MacKey, Message, Mti, decode, encode_with_mac};
use sim::{Fen, Input, Key, Machine, OrderNo, Output, Port, SimTime};
use std::sync::Arc;
use tillrig_terminal::{
    AlipayAccount, Belief, CARD, Event, Intent, Kind, PRINTER, Poke, Profile, Screen, Settings, Terminal,
    Wish,
};

/// A terminal, and all that it has sent and reported.
pub(crate) struct Counter {
    terminal: Terminal,
    pub(crate) now: SimTime,
    pub(crate) sent: Vec<(Port, Vec<u8>)>,
    pub(crate) events: Vec<Event>,
}

impl Counter {
    pub(crate) fn new() -> Self {
        Self::with("reference")
    }

    pub(crate) fn with(firmware: &str) -> Self {
        let profile = Profile::named(firmware).unwrap();
        let alipay = AlipayAccount::Own(Arc::clone(&gateway::ALIPAY));
        let terminal = Terminal::new(Settings { alipay, ..Settings::of(profile) });
        Self { terminal, now: SimTime::ZERO, sent: Vec::new(), events: Vec::new() }
    }

    pub(crate) fn give(&mut self, input: Input<'_, Poke>) {
        self.terminal.handle(self.now, input);
        while let Some(output) = self.terminal.poll() {
            match output {
                Output::Send { port, bytes, .. } => self.sent.push((port, bytes.to_vec())),
                Output::Event(event) => self.events.push(event),
            }
        }
    }

    pub(crate) fn poke(&mut self, poke: Poke) {
        self.give(Input::Poke(poke));
    }

    pub(crate) fn receive(&mut self, port: Port, bytes: &[u8]) {
        self.give(Input::Received { port, bytes });
    }

    /// Lets time pass, with every wake-up at its moment.
    pub(crate) fn wait(&mut self, span: Duration) {
        let end = self.now + span;
        while let Some((at, _)) = self.terminal.wake_at().filter(|(at, _)| *at <= end) {
            self.now = self.now.max(at);
            self.give(Input::Wake);
        }
        self.now = end;
    }

    pub(crate) fn wait_s(&mut self, seconds: u64) {
        self.wait(Duration::from_secs(seconds));
    }

    /// A card sale whose request has just left.
    pub(crate) fn card_sale(&mut self) -> Message {
        self.poke(Poke::Charge(Wish::pay(Intent(0), Kind::Sale, Fen(2500))));
        self.wait(Duration::from_millis(20));
        self.card_request().expect("the sale has left")
    }

    /// Gives a part of an order back, and lets the request leave.
    pub(crate) fn refund_order(&mut self, order: OrderNo, amount: Fen) {
        let (intent, kind, original) = (Intent(1), Kind::OrderRefund, Some(Key::Order(order)));
        self.poke(Poke::Charge(Wish { intent, kind, amount, original }));
        self.wait_s(1);
    }

    /// The last card request, read.
    pub(crate) fn card_request(&self) -> Option<Message> {
        self.card_frames().next_back().map(read)
    }

    /// Every frame to the card host, in order.
    pub(crate) fn card_frames(&self) -> impl DoubleEndedIterator<Item = &[u8]> {
        self.sent.iter().filter(|(port, _)| *port == CARD).map(|(_, bytes)| bytes.as_slice())
    }

    pub(crate) fn requests(&self, wanted: Port) -> usize {
        self.sent.iter().filter(|(port, _)| *port == wanted).count()
    }

    /// Pieces of slip text sent so far: everything to the printer that is no real-time question.
    pub(crate) fn slip_pieces(&self) -> usize {
        let question = |bytes: &[u8]| bytes.starts_with(&[0x10, 0x04]);
        self.sent.iter().filter(|(port, bytes)| *port == PRINTER && !question(bytes)).count()
    }

    pub(crate) fn belief(&self) -> Option<Belief> {
        self.screen().verdict.map(|(_, belief)| belief)
    }

    pub(crate) fn screen(&self) -> Screen {
        let shown = self.events.iter().rev().find_map(|event| match event {
            Event::Shows(screen) => Some(*screen),
            _ => None,
        });
        shown.expect("the screen has changed at least once")
    }
}

/// The fields of a frame.
pub(crate) fn read(frame: &[u8]) -> Message {
    let mut framer = Framer::default();
    framer.push(frame);
    let mut message = Message::new(Mti::FINANCIAL);
    decode(&CUP, framer.next_frame().unwrap().unwrap(), &mut message).unwrap();
    message
}

pub(crate) const KEY: MacKey = MacKey::new([0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF]);
pub(crate) const ANOTHER_KEY: MacKey = MacKey::new([0x10; 8]);

/// The host's answer to a request, with this code and key.
pub(crate) fn answer(
    request: &Message,
    code: &str,
    key: &MacKey,
    change: impl FnOnce(&mut Message),
) -> Vec<u8> {
    let mut reply = Message::new(Mti::FINANCIAL_REPLY);
    reply.reply_to(request);
    reply.copy_fields(request, &[3, 4, 11, 41, 42]);
    reply.set(37, "000000000042");
    reply.set(38, "012345");
    reply.set(39, code);
    change(&mut reply);
    let mut frame = Vec::new();
    encode_with_mac(&CUP, &reply, key, &mut frame).unwrap();
    frame
}
