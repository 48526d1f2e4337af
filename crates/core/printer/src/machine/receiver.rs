//! The receiver: a finite buffer between the line and the interpreter.
//!
//! Full at so many free bytes or less, released at so many or more, and at no free byte what comes is lost. Real-time
//! commands are found as bytes arrive, whatever the state of the buffer, and stay in the stream as well. A byte that
//! comes garbled is dropped, or stands in the buffer as `?`. Facts: printer sources, sections 0 and 4.1.
//! *Not modelled:* requests that are lost when more than four come back to back; overrun within the line's chip.

use crate::{Garbled, Interface, ReceiveBuffer};
use escpos::{Dialect, Parser, Realtime, Snooper};
use std::collections::VecDeque;

/// Bytes that the interpreter takes over at once. Small, so that the buffer is the place where bytes wait.
const TAKEN_AT_ONCE: usize = 64;

/// The receive buffer.
#[derive(Clone, Debug)]
pub(super) struct Receiver {
    waiting: VecDeque<u8>,
    snooper: Snooper,
    room: ReceiveBuffer,
    garbled: Garbled,
    full: bool,
}

impl Receiver {
    pub(super) fn new(interface: Interface, dialect: Dialect) -> Self {
        Self {
            waiting: VecDeque::new(),
            snooper: Snooper::with_dialect(dialect),
            room: interface.buffer,
            garbled: interface.garbled,
            full: false,
        }
    }

    /// Other switches are set: takes effect on an empty buffer.
    pub(super) fn set(&mut self, interface: Interface) {
        self.room = interface.buffer;
        self.garbled = interface.garbled;
    }

    /// Takes one byte from the line. Says whether there was room, and which real-time command it ends.
    pub(super) fn receive(&mut self, byte: u8) -> (bool, Option<Realtime>) {
        let room = self.waiting.len() < self.room.bytes;
        if room {
            self.waiting.push_back(byte);
        }
        self.note_level();
        (room, self.snooper.feed(byte))
    }

    /// Takes bytes from the line at once, as many as find room and cannot be part of a real-time command; says how many.
    pub(super) fn receive_many(&mut self, bytes: &[u8]) -> usize {
        let count = self.snooper.unconcerned(bytes).min(self.free_bytes());
        if count > 0 {
            // As far as the level goes, the first byte and the last say all: in between it only rises.
            let (first, rest) = bytes.get(..count).unwrap_or_default().split_at(1);
            self.waiting.extend(first);
            self.note_level();
            self.waiting.extend(rest);
            self.note_level();
        }
        count
    }

    /// What stands for a byte that came with an error; nothing if it is dropped.
    pub(super) const fn stand_in(&self) -> Option<u8> {
        match self.garbled {
            Garbled::Ignored => None,
            Garbled::QuestionMark => Some(b'?'),
        }
    }

    /// Moves some bytes on to the parser; says how many.
    pub(super) fn hand_on(&mut self, parser: &mut Parser) -> usize {
        let (front, _) = self.waiting.as_slices();
        let count = front.len().min(TAKEN_AT_ONCE);
        parser.push(front.get(..count).unwrap_or_default());
        self.waiting.drain(..count);
        self.note_level();
        count
    }

    /// The byte that waits, if it waits alone; else nothing.
    pub(super) fn lone_byte(&self) -> &[u8] {
        match self.waiting.as_slices() {
            (byte @ [_], []) => byte,
            _ => &[],
        }
    }

    /// Forgets the byte that has waited longest: it is done.
    pub(super) fn drop_byte(&mut self) {
        self.waiting.pop_front();
        self.note_level();
    }

    /// Whether the host should wait.
    pub(super) const fn is_full(&self) -> bool {
        self.full
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    pub(super) fn waiting_bytes(&self) -> usize {
        self.waiting.len()
    }

    /// Bytes that still find room.
    pub(super) fn free_bytes(&self) -> usize {
        self.room.bytes.saturating_sub(self.waiting.len())
    }

    /// Empties the buffer; says how many bytes were in it.
    pub(super) fn clear(&mut self) -> usize {
        let count = self.waiting.len();
        self.waiting.clear();
        self.note_level();
        count
    }

    /// Forgets everything: the supply is gone. Says how many bytes were in the buffer.
    pub(super) fn lose_power(&mut self) -> usize {
        self.snooper.reset();
        self.clear()
    }

    fn note_level(&mut self) {
        let free = self.room.bytes - self.waiting.len().min(self.room.bytes);
        if free <= self.room.full_at_free {
            self.full = true;
        } else if free >= self.room.released_at_free {
            self.full = false;
        }
    }

    /// Bytes of memory that the buffer has reserved.
    pub(super) fn footprint_bytes(&self) -> usize {
        self.waiting.capacity()
    }
}
