//! The receiver: a finite buffer between the line and the interpreter.
//!
//! Full at 128 free bytes or less, released at 256, and at no free byte what comes is lost (serial research,
//! section 4.1). Real-time commands are found as bytes arrive, whatever the state of the buffer, and stay in
//! the stream as well. *Not modelled:* DTR and DSR lines, parity and framing errors.

use crate::Profile;
use escpos::{Parser, Realtime, Snooper};
use std::collections::VecDeque;

/// Bytes that the interpreter takes over at once. Small, so that the buffer is the place where bytes wait.
const TAKEN_AT_ONCE: usize = 64;

/// The receive buffer.
#[derive(Clone, Debug)]
pub(crate) struct Receiver {
    waiting: VecDeque<u8>,
    snooper: Snooper,
    size: usize,
    full_at_free: usize,
    released_at_free: usize,
    full: bool,
}

impl Receiver {
    pub(crate) fn new(profile: &Profile) -> Self {
        Self {
            waiting: VecDeque::new(),
            snooper: Snooper::new(),
            size: profile.buffer_bytes,
            full_at_free: profile.full_at_free_bytes,
            released_at_free: profile.released_at_free_bytes,
            full: false,
        }
    }

    /// Takes one byte from the line. Says whether there was room, and which real-time command it ends.
    pub(crate) fn receive(&mut self, byte: u8) -> (bool, Option<Realtime>) {
        let room = self.waiting.len() < self.size;
        if room {
            self.waiting.push_back(byte);
        }
        self.note_level();
        (room, self.snooper.feed(byte))
    }

    /// Moves some bytes on to the parser; says how many.
    pub(crate) fn hand_on(&mut self, parser: &mut Parser) -> usize {
        let (front, _) = self.waiting.as_slices();
        let count = front.len().min(TAKEN_AT_ONCE);
        parser.push(front.get(..count).unwrap_or_default());
        self.waiting.drain(..count);
        self.note_level();
        count
    }

    /// Whether the host should wait.
    pub(crate) const fn is_full(&self) -> bool {
        self.full
    }

    /// Bytes that still find room.
    pub(crate) fn free_bytes(&self) -> usize {
        self.size.saturating_sub(self.waiting.len())
    }

    /// Bytes that have not been handed on.
    pub(crate) fn waiting_bytes(&self) -> u64 {
        self.waiting.len() as u64
    }

    /// Empties the buffer.
    pub(crate) fn clear(&mut self) {
        self.waiting.clear();
        self.note_level();
    }

    /// Forgets everything: the supply is gone.
    pub(crate) fn lose_power(&mut self) {
        self.clear();
        self.snooper.reset();
    }

    fn note_level(&mut self) {
        let free = self.size - self.waiting.len().min(self.size);
        if free <= self.full_at_free {
            self.full = true;
        } else if free >= self.released_at_free {
            self.full = false;
        }
    }

    /// Bytes of memory that the buffer has reserved.
    pub(crate) fn footprint_bytes(&self) -> usize {
        self.waiting.capacity()
    }
}
