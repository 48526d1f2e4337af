//! A printer on its own: feeds it bytes and pokes, lets time pass, and collects what it says.
//!
//! Times are milliseconds since the start. *Not modelled:* the line; bytes arrive at once.

use escpos::Writer;
use printer::{DATA, Event, LINES, Piece, Poke, Printer, Profile};
use sim::{Input, Machine, Output, SimTime};
use std::sync::Arc;

/// One printer, and all that it has said so far.
#[derive(Clone, Debug)]
pub(crate) struct Bench {
    pub(crate) printer: Printer,
    pub(crate) now: SimTime,
    pub(crate) replies: Vec<u8>,
    /// The same, message by message.
    pub(crate) messages: Vec<Vec<u8>>,
    /// What it showed on its modem lines.
    pub(crate) lines: Vec<u8>,
    pub(crate) events: Vec<(SimTime, Event)>,
}

impl Bench {
    pub(crate) fn new(profile: &'static Profile) -> Self {
        Self::with(Printer::new(profile))
    }

    pub(crate) fn with(printer: Printer) -> Self {
        let (now, replies, messages, lines, events) = Default::default();
        Self { printer, now, replies, messages, lines, events }
    }

    pub(crate) fn give(&mut self, input: Input<'_, Poke>) -> &mut Self {
        self.printer.handle(self.now, input);
        while let Some(output) = self.printer.poll() {
            match output {
                Output::Send { port, bytes, .. } => {
                    if port == LINES {
                        self.lines.extend_from_slice(bytes);
                        continue;
                    }
                    assert_eq!(port, DATA);
                    self.replies.extend_from_slice(bytes);
                    self.messages.push(bytes.to_vec());
                }
                Output::Event(event) => self.events.push((self.now, event)),
            }
        }
        self
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) -> &mut Self {
        self.give(Input::Received { port: DATA, bytes })
    }

    pub(crate) fn write(&mut self, compose: impl FnOnce(&mut Writer<'_>)) -> &mut Self {
        let mut bytes = Vec::new();
        compose(&mut Writer::new(&mut bytes));
        self.send_obediently(&bytes)
    }

    /// Sends as a host that obeys XOFF: a little at a time, and waits while the printer is busy.
    pub(crate) fn send_obediently(&mut self, bytes: &[u8]) -> &mut Self {
        for chunk in bytes.chunks(32) {
            while let Some((at, _)) = self.printer.wake_at().filter(|_| self.is_stopped()) {
                self.until(at);
            }
            self.send(chunk);
        }
        self
    }

    fn is_stopped(&self) -> bool {
        let flow = self.replies.iter().rev().find(|byte| matches!(byte, 0x11 | 0x13));
        flow == Some(&0x13)
    }

    pub(crate) fn poke(&mut self, poke: Poke) -> &mut Self {
        self.give(Input::Poke(poke))
    }

    /// Lets everything happen that comes by itself, and stops when nothing more does.
    pub(crate) fn settle(&mut self) -> &mut Self {
        while let Some((at, _)) = self.printer.wake_at() {
            self.now = self.now.max(at);
            self.give(Input::Wake);
        }
        self
    }

    pub(crate) fn until(&mut self, moment: SimTime) -> &mut Self {
        while let Some((at, _)) = self.printer.wake_at().filter(|(at, _)| *at <= moment) {
            self.now = self.now.max(at);
            self.give(Input::Wake);
        }
        self.now = moment;
        self.give(Input::Wake);
        self
    }

    pub(crate) fn pass_ms(&mut self, ms: u64) -> &mut Self {
        self.until(SimTime::from_nanos(self.now.as_nanos() + ms * 1_000_000))
    }

    /// When the printer wants to be woken.
    pub(crate) fn wake_at(&self) -> Option<SimTime> {
        self.printer.wake_at().map(|(at, _)| at)
    }

    /// Why it wants to be.
    pub(crate) fn wake_reason(&self) -> &'static str {
        self.printer.wake_at().map_or("", |(_, reason)| reason.0)
    }

    /// Sends this, and gives what comes back at once.
    pub(crate) fn ask(&mut self, bytes: &[u8]) -> Vec<u8> {
        let before = self.replies.len();
        self.send(bytes);
        self.replies.get(before..).unwrap_or_default().to_vec()
    }

    /// Asks `DLE EOT n` and gives the answer.
    pub(crate) fn status(&mut self, n: u8) -> Option<u8> {
        let before = self.replies.len();
        self.send(&[0x10, 0x04, n]);
        self.replies.iter().skip(before).copied().find(|byte| !matches!(byte, 0x11 | 0x13))
    }

    /// The pieces that left the printer, whichever way.
    pub(crate) fn pieces(&self) -> Vec<Arc<Piece>> {
        let gone = |event: &Event| match event {
            Event::Taken { piece } | Event::Retracted { piece } | Event::Removed { piece } => {
                Some(Arc::clone(piece))
            }
            _ => None,
        };
        self.events.iter().filter_map(|(_, event)| gone(event)).collect()
    }

    /// The events so far, in words.
    pub(crate) fn story(&self) -> Vec<String> {
        self.events.iter().map(|(_, event)| event.to_string()).collect()
    }

    /// The moment of the first event of this kind.
    pub(crate) fn moment_of(&self, is_it: impl Fn(&Event) -> bool) -> Option<SimTime> {
        self.events.iter().find(|(_, event)| is_it(event)).map(|(at, _)| *at)
    }
}

/// A receipt as a Chinese terminal prints it, ended by a cut at the blade.
pub(crate) fn receipt() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = Writer::new(&mut bytes);
    writer.init().align(escpos::Align::Center).size(2, 2).bold(true);
    line(&mut writer, "银联商务");
    writer.size(1, 1).bold(false);
    line(&mut writer, "签购单 SALES SLIP");
    writer.align(escpos::Align::Left);
    for text in RECEIPT_LINES {
        line(&mut writer, text);
    }
    writer.size(1, 2);
    line(&mut writer, "金额 AMOUNT: RMB 128.50");
    writer.size(1, 1).align(escpos::Align::Center);
    writer.qr(escpos::QrModel::Two, 6, escpos::QrLevel::M, QR_TEXT.as_bytes());
    line(&mut writer, "持卡人存根 CARDHOLDER COPY");
    writer.cut(escpos::CutMode::Full, Some(0));
    bytes
}

/// What the code on the receipt says.
pub(crate) const QR_TEXT: &str = "https://pay.example/v/20261122000123";

/// The lines in the middle of the receipt.
pub(crate) const RECEIPT_LINES: [&str; 8] = [
    "商户名称(MERCHANT): 海滨路便利店",
    "商户号(MID): 898340153110001",
    "终端号(TID): 10001234  操作员: 01",
    "卡号(CARD): 6222 02** **** 0001 /C",
    "交易类型(TXN): 消费/SALE",
    "批次号: 000012   凭证号: 000123",
    "参考号(REF): 112206150001",
    "日期时间: 2026-11-22 06:15:00",
];

fn line(writer: &mut Writer<'_>, text: &str) {
    let (bytes, _, _) = encoding_rs::GB18030.encode(text);
    writer.text(&bytes).line_feed();
}

/// Every line of the receipt.
pub(crate) fn receipt_text() -> Vec<String> {
    let middle = RECEIPT_LINES.iter().copied();
    let lines = ["银联商务", "签购单 SALES SLIP"].into_iter().chain(middle);
    let all = lines.chain(["金额 AMOUNT: RMB 128.50", "持卡人存根 CARDHOLDER COPY"]);
    all.map(str::to_owned).collect()
}
