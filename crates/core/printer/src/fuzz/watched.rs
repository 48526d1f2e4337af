//! A printer under watch: every input goes through here, and every claim is looked at behind it.
//!
//! *Not modelled:* a host that is slow to take what the printer sends.

use super::script::{Act, MENDING, Script};
use super::{FEED_MAX_LINES, FOOTPRINT_MAX, LONG, family};
use crate::{Bitmap, DATA, Event, Family, GARBLED, Handshake, LINES, Piece, Poke, Printer, Profile};
use core::time::Duration;
use escpos::{CutMode, Presenter, QrLevel, QrModel, Symbology, Writer, status};
use sim::{Input, Machine, Output, SimTime};
use std::collections::VecDeque;
use std::sync::Arc;

/// So many wake-ups take [`LEAST_TIME`] at least.
const WAKES: usize = 64;
const LEAST_TIME: Duration = Duration::from_millis(1);
/// Wake-ups of one wait; then other things happen.
const PATIENCE: u32 = 4096;
/// Longer than any model takes to start.
const START: Duration = Duration::from_secs(10);
/// Bytes that end any real-time command.
const REST: [u8; 16] = [0; 16];
/// `DLE DC4 8`.
const CLEAR: [u8; 10] = [0x10, 0x14, 8, 1, 3, 20, 1, 6, 2, 8];
/// Rounds of a macro, and its longest definition.
const MACRO_BYTES: u64 = 255 * 2048;

/// What came out: lines, codes, and the dots that can be seen.
#[derive(Debug)]
pub(super) struct Receipt {
    lines: Vec<String>,
    codes: Vec<(&'static str, String)>,
    bitmap: Option<Bitmap>,
}

impl Receipt {
    /// Checks that both say and look the same. Hands may have moved the paper by part of a dot, and then the picture
    /// is not compared row by row.
    pub(super) fn check(&self, expected: &Self, hands: bool) {
        assert_eq!((&self.lines, &self.codes), (&expected.lines, &expected.codes));
        let size = |receipt: &Self| receipt.bitmap.as_ref().map(|bitmap| (bitmap.width, bitmap.height));
        assert!(size(self).is_some(), "nothing comes out");
        if hands {
            let rows = |receipt: &Self| receipt.bitmap.as_ref().map_or(0, |bitmap| bitmap.height);
            assert!(rows(self).abs_diff(rows(expected)) <= 1, "{} rows", rows(self));
            return;
        }
        assert_eq!(size(self), size(expected), "dots across and down");
        let rows =
            |receipt: &Self| receipt.bitmap.iter().flat_map(Bitmap::rows).map(<[u64]>::to_vec).collect();
        let (rows, expected): (Vec<_>, Vec<_>) = (rows(self), rows(expected));
        let other = rows.iter().zip(&expected).position(|(row, expected)| row != expected);
        assert_eq!(other, None, "the first row that looks different");
    }
}

/// A printer, and what it has said.
#[derive(Clone, Debug)]
pub(super) struct Watched {
    printer: Printer,
    profile: &'static Profile,
    handshake: Handshake,
    now: SimTime,
    woken: VecDeque<SimTime>,
    /// What flow control says next, if it says anything.
    next_flow: u8,
    level: bool,
    lost: u64,
    messages: Vec<Vec<u8>>,
    piece: Option<Arc<Piece>>,
}

impl Watched {
    pub(super) fn new(script: &Script<'_>) -> Self {
        let (profile, interface) = (script.profile(), script.interface());
        Self {
            printer: Printer::new(profile).with_interface(interface),
            profile,
            handshake: interface.handshake,
            now: SimTime::ZERO,
            woken: VecDeque::new(),
            next_flow: status::XOFF,
            level: true,
            lost: 0,
            messages: Vec::new(),
            piece: None,
        }
    }

    pub(super) fn poke(&mut self, poke: Poke) {
        self.give(Input::Poke(poke));
    }

    /// Bytes of the host: each is received, or lost and reported.
    pub(super) fn send(&mut self, bytes: &[u8]) {
        let before = self.printer.received_bytes() + self.lost;
        self.give(Input::Received { port: DATA, bytes });
        let accounted = self.printer.received_bytes() + self.lost - before;
        assert_eq!(accounted, bytes.len() as u64, "bytes received or lost");
    }

    pub(super) fn act(&mut self, act: Act) {
        match act {
            Act::Poke(poke) => self.poke(poke),
            Act::Lines(levels) => self.give(Input::Received { port: LINES, bytes: &[levels] }),
            Act::Garbled(count) => {
                self.give(Input::Received { port: GARBLED, bytes: &vec![0xFF; count] });
            }
            Act::Refused => self.give(Input::Refused { port: DATA }),
            Act::Wake => self.give(Input::Wake),
            Act::Pass(time) => self.pass(time),
        }
    }

    /// Asks for a status in real time. Before that come bytes that end whatever is under way.
    pub(super) fn ask(&mut self) {
        self.send(&REST);
        if self.profile.type_face.dialect.realtime_at_command_position || !self.printer.is_up() {
            return;
        }
        self.messages.clear();
        self.send(&[0x10, 0x04, 1]);
        let answers = self.messages.iter().filter(|message| is_answer(message)).count();
        assert_eq!(answers, 1, "answers to one DLE EOT 1: {:02X?}", self.messages);
    }

    fn give(&mut self, input: Input<'_, Poke>) {
        self.printer.handle(self.now, input);
        let custom = self.profile.identity.family == Family::Custom;
        while let Some(output) = self.printer.poll() {
            match output {
                Output::Send { port: DATA, bytes, .. } => {
                    assert!(family(bytes, custom).is_some(), "{bytes:02X?} is of no family");
                    if let [flow @ (status::XOFF | status::XON)] = *bytes {
                        assert_eq!(flow, self.next_flow, "XOFF and XON alternate");
                        assert_eq!(self.handshake, Handshake::XonXoff);
                        self.next_flow = status::XOFF ^ status::XON ^ flow;
                    }
                    self.messages.push(bytes.to_vec());
                }
                Output::Send { port, bytes, .. } => {
                    assert_eq!(port, LINES);
                    self.level = bytes == [1];
                }
                Output::Event(event) => match event {
                    Event::PowerLost | Event::Restarting => self.next_flow = status::XON,
                    Event::BytesLost { count } => self.lost += u64::from(count),
                    Event::Taken { piece } | Event::Removed { piece } => self.piece = Some(piece),
                    _ => {}
                },
            }
        }
        self.check();
    }

    fn check(&self) {
        let bytes = self.printer.footprint_bytes();
        assert!(bytes <= FOOTPRINT_MAX, "{bytes} bytes of memory");
        let wake_at = self.printer.wake_at();
        assert!(wake_at.is_none_or(|(at, _)| at > self.now), "{wake_at:?} is not later than {}", self.now);
        let ready = self.printer.is_ready();
        if self.handshake != Handshake::XonXoff {
            assert_eq!(self.level, ready, "the level of DTR");
        } else if self.printer.is_up() {
            assert_eq!(self.next_flow == status::XOFF, ready, "what flow control said last");
        }
    }

    /// Wakes it once, if it asks for that before a moment; `false` if it does not.
    fn wake(&mut self, before: SimTime) -> bool {
        let Some((at, reason)) = self.printer.wake_at().filter(|(at, _)| *at <= before) else { return false };
        self.now = at;
        self.woken.push_back(at);
        if self.woken.len() > WAKES
            && let Some(first) = self.woken.pop_front()
        {
            assert!(at.since(first) >= LEAST_TIME, "woken again and again: {}", reason.0);
        }
        self.give(Input::Wake);
        true
    }

    fn pass(&mut self, time: Duration) {
        let until = self.now + time;
        let mut left = PATIENCE;
        while left > 0 && self.wake(until) {
            left -= 1;
        }
        if left > 0 {
            self.now = until;
            self.give(Input::Wake);
        }
    }

    /// Lets happen what happens by itself, up to so many times.
    pub(super) fn settle(&mut self, times: u32) {
        let mut left = times;
        while left > 0 && self.wake(SimTime::NEVER) {
            left -= 1;
        }
    }

    pub(super) fn wait_until_ready(&mut self, times: u32) {
        let mut left = times;
        while left > 0 && !self.printer.is_ready() && self.wake(SimTime::NEVER) {
            left -= 1;
        }
    }

    /// No hand has touched it: only this stream can have moved the paper.
    pub(super) fn check_feed(&self, stream: &[u8]) {
        let macros = stream.windows(2).filter(|pair| *pair == b"\x1D^").count() as u64;
        let received = self.printer.received_bytes();
        let most = (received + macros * MACRO_BYTES) * FEED_MAX_LINES;
        let fed = self.printer.fed_lines();
        assert!(fed <= most, "{fed} dot lines for {received} bytes");
    }

    /// Somebody mends it and loads paper; the host clears its buffers. Where the host's commands cannot help, power is
    /// switched off and on.
    pub(super) fn mend(&mut self) {
        MENDING.into_iter().for_each(|poke| self.poke(poke));
        self.act(Act::Lines(1));
        self.pass(LONG);
        self.switch_off_and_on();
        self.send(&REST);
        self.messages.clear();
        self.send(&CLEAR);
        assert!(self.messages.iter().any(|message| *message == status::CLEARED), "{:02X?}", self.messages);
        self.pass(LONG);
        self.switch_off_and_on();
        // The wait for somebody to look at new paper.
        self.send(&[0x10, 0x05, 0]);
        self.poke(Poke::TakeReceipt);
        self.poke(Poke::LoadPaper);
        self.pass(START);
        self.send(&[0x10, 0x05, 0]);
        self.pass(LONG);
        let free = self.printer.is_idle() && self.printer.is_ready();
        assert!(free, "mended, cleared and still busy: {:?}", self.printer.obstacles());
    }

    /// Switches it off and on, if the host's commands cannot help.
    fn switch_off_and_on(&mut self) {
        let stubborn = self.profile.type_face.dialect.realtime_at_command_position;
        if stubborn || self.printer.is_beyond_commands() {
            self.poke(Poke::PowerOff);
            self.poke(Poke::PowerOn);
            self.pass(START);
        }
    }

    /// Prints a receipt as a patient host, and takes it.
    pub(super) fn receipt(&mut self) -> Receipt {
        for part in receipt_bytes().chunks(16) {
            self.wait_until_ready(PATIENCE);
            self.send(part);
        }
        self.settle(PATIENCE);
        self.piece = None;
        self.poke(Poke::TakeReceipt);
        let piece = self.piece.take();
        let piece = piece.as_deref();
        let lines = piece.into_iter().flat_map(|piece| piece.lines().map(|line| line.text.to_owned()));
        let codes = piece
            .into_iter()
            .flat_map(|piece| piece.codes().map(|code| (code.symbology, code.data.to_owned())));
        Receipt { lines: lines.collect(), codes: codes.collect(), bitmap: piece.map(Piece::bitmap) }
    }
}

fn is_answer(message: &[u8]) -> bool {
    matches!(message, [byte] if byte & 0x93 == 0x12)
}

/// A receipt, with what `ESC @` leaves as it is set back before: the peripheral, and modes that were saved.
fn receipt_bytes() -> Vec<u8> {
    let mut bytes = b"\x1B=\x01\x1D(M\x02\x00\x03\x00".to_vec();
    let mut writer = Writer::new(&mut bytes);
    writer.init().align(escpos::Align::Center).size(2, 2).bold(true).text(b"RECEIPT 1").line_feed();
    writer.size(1, 1).bold(false).align(escpos::Align::Left).text(b"Tea            2 x 1.50").line_feed();
    writer.text(b"Total\t3.00").line_feed();
    writer.qr(QrModel::Two, 4, QrLevel::M, b"https://till.example/1");
    writer.barcode(Symbology::Ean13, b"400638133393").feed_lines(2);
    writer.cut(CutMode::Full, Some(0)).presenter(Presenter::Eject);
    bytes
}
