//! The line to the host: who may send, and what is said about it.
//!
//! Facts: printer sources, section 4.1. XOFF is sent when the printer begins to be busy and XON when it ends to be,
//! each once; DTR follows the same state, or says only that the printer lives. Answers in the stream wait for DSR
//! if the handshake is DTR and DSR; automatic and real-time ones do not. *Not modelled:* the level of the lines while
//! the cable is off.

use super::{DATA, DONE, LINES};
use crate::{Event, Handshake, Interface};
use escpos::status;
use sim::{Outbox, Tag};

/// XON and XOFF.
pub const FLOW: Tag = Tag("flow");
/// Levels of the modem lines.
const LEVELS: Tag = Tag("lines");

/// Bit 0 of a byte out of [`LINES`]: DTR, ready. Of a byte into it: DSR, the host is ready.
const READY: u8 = 0x01;
/// Bit 1 of a byte into [`LINES`]: the reset line is held.
const RESET: u8 = 0x02;

/// Handshake, and the answers that it holds up.
#[derive(Clone, Debug)]
pub(super) struct Line {
    handshake: Handshake,
    /// The last thing that was said about taking bytes.
    busy: bool,
    ready: bool,
    host_ready: bool,
    reset_held: bool,
    /// Answers that no command waits for, by rank; only the latest that the printer went offline is kept.
    offline: Option<Vec<u8>>,
    cleared: bool,
}

impl Line {
    pub(super) const fn new(interface: Interface) -> Self {
        Self {
            handshake: interface.handshake,
            busy: false,
            ready: true,
            host_ready: true,
            reset_held: false,
            offline: None,
            cleared: false,
        }
    }

    /// The host's lines have changed. `true` when it asks for a reset.
    pub(super) const fn hear(&mut self, levels: u8) -> bool {
        let held = levels & RESET != 0;
        let asks = held && !self.reset_held;
        self.host_ready = levels & READY != 0;
        self.reset_held = held;
        asks
    }

    /// Whether the printer says that it takes bytes, by DTR as if it were the handshake.
    pub(super) const fn is_ready(&self) -> bool {
        !self.busy
    }

    /// Whether an answer in the stream may be sent.
    pub(super) const fn may_answer(&self) -> bool {
        self.host_ready || !matches!(self.handshake, Handshake::DtrDsr)
    }

    /// Says that the printer has gone offline, once it may.
    pub(super) fn answer_offline(&mut self, block: Vec<u8>, outbox: &mut Outbox<Event>) {
        self.offline = Some(block);
        self.flush(outbox);
    }

    /// Says that every buffer is clear, once it may.
    pub(super) fn answer_cleared(&mut self, outbox: &mut Outbox<Event>) {
        self.cleared = true;
        self.flush(outbox);
    }

    /// Sends what was held up: that the printer went offline first.
    pub(super) fn flush(&mut self, outbox: &mut Outbox<Event>) {
        if !self.may_answer() {
            return;
        }
        if let Some(block) = self.offline.take() {
            outbox.send(DATA, DONE, &block);
        }
        if core::mem::take(&mut self.cleared) {
            outbox.send(DATA, DONE, &status::CLEARED);
        }
    }

    /// The printer is up, and this is whether it is busy: says what has changed.
    pub(super) fn note(&mut self, busy: bool, outbox: &mut Outbox<Event>) {
        if busy != self.busy && self.handshake == Handshake::XonXoff {
            outbox.send(DATA, FLOW, &[if busy { status::XOFF } else { status::XON }]);
        }
        self.busy = busy;
        self.set_ready(self.handshake == Handshake::XonXoff || !busy, outbox);
    }

    /// The printer is not up: it is busy without saying so.
    pub(super) fn go_down(&mut self, outbox: &mut Outbox<Event>) {
        self.busy = true;
        self.offline = None;
        self.cleared = false;
        self.set_ready(false, outbox);
    }

    fn set_ready(&mut self, ready: bool, outbox: &mut Outbox<Event>) {
        if ready != self.ready {
            self.ready = ready;
            outbox.send(LINES, LEVELS, &[if ready { READY } else { 0 }]);
        }
    }
}
