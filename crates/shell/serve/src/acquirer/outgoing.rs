//! What one card connection has still to send, in order, and how each piece of it leaves.
//!
//! Answers that leave as usual grow into one piece, so that one write takes them all; a piece with a fault of its own
//! stands alone. Behind a cut nothing is taken any more. *Not here:* the socket.

use crate::acquirer::journal::Ticket;
use core::cell::{Cell, RefCell};
use core::future::poll_fn;
use core::task::{Poll, Waker};
use core::time::Duration;
use std::collections::VecDeque;

/// Pieces to be sent, and who waits for them.
#[derive(Debug, Default)]
pub(crate) struct Outgoing {
    pieces: RefCell<VecDeque<Piece>>,
    spare: RefCell<Vec<u8>>,
    /// There is something new to send, or nothing held any more.
    pub(crate) changed: Bell,
    /// Exchanges that wait for their time.
    held: Cell<usize>,
    /// Nothing more is taken.
    closed: Cell<bool>,
}

/// Rings for one who waits, on the same thread; once, however often it was rung meanwhile.
#[derive(Debug, Default)]
pub(crate) struct Bell {
    rung: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

impl Bell {
    pub(crate) fn ring(&self) {
        self.rung.set(true);
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    /// Waits until it rings, or has rung.
    pub(crate) fn rings(&self) -> impl Future<Output = ()> + '_ {
        poll_fn(|context| {
            if self.rung.replace(false) {
                return Poll::Ready(());
            }
            let mut waker = self.waker.borrow_mut();
            if !waker.as_ref().is_some_and(|waker| waker.will_wake(context.waker())) {
                *waker = Some(context.waker().clone());
            }
            Poll::Pending
        })
    }
}

/// Bytes that leave in one manner.
#[derive(Debug)]
pub(crate) struct Piece {
    pub(crate) bytes: Vec<u8>,
    /// What has to be on disk before.
    pub(crate) ticket: Ticket,
    /// How many answers it holds.
    pub(crate) answers: u64,
    /// From one byte to the next; all at once if there is none.
    pub(crate) byte_time: Option<Duration>,
    pub(crate) then: Then,
}

/// What follows a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Then {
    GoOn,
    Close,
    Reset,
}

impl Outgoing {
    /// Adds an answer that leaves as usual. `false` if the connection takes nothing any more.
    pub(crate) fn send(&self, bytes: &[u8], ticket: Ticket) -> bool {
        self.changed.ring();
        self.add(bytes, ticket)
    }

    /// The same for whoever looks at once at what is to be sent.
    pub(crate) fn add(&self, bytes: &[u8], ticket: Ticket) -> bool {
        if self.closed.get() {
            return false;
        }
        let mut pieces = self.pieces.borrow_mut();
        match pieces.back_mut() {
            Some(last) if last.byte_time.is_none() => {
                last.bytes.extend_from_slice(bytes);
                last.ticket = last.ticket.max(ticket);
                last.answers += 1;
            }
            _ => {
                let mut fresh = self.spare.take();
                fresh.extend_from_slice(bytes);
                let piece = Piece { bytes: fresh, ticket, answers: 1, byte_time: None, then: Then::GoOn };
                pieces.push_back(piece);
            }
        }
        true
    }

    /// Adds a piece with a manner of its own. `false` if the connection takes nothing any more.
    pub(crate) fn send_piece(&self, piece: Piece) -> bool {
        if self.closed.get() {
            return false;
        }
        self.closed.set(piece.then != Then::GoOn);
        self.pieces.borrow_mut().push_back(piece);
        self.changed.ring();
        true
    }

    pub(crate) fn take(&self) -> Option<Piece> {
        self.pieces.borrow_mut().pop_front()
    }

    /// Its memory is used again.
    pub(crate) fn give_back(&self, mut bytes: Vec<u8>) {
        bytes.clear();
        self.spare.replace(bytes);
    }

    /// The connection is gone: nothing is taken any more. How many answers never left.
    pub(crate) fn close(&self) -> u64 {
        self.closed.set(true);
        self.pieces.borrow_mut().drain(..).map(|piece| piece.answers).sum()
    }

    pub(crate) const fn held(&self) -> usize {
        self.held.get()
    }

    pub(crate) fn hold(&self) {
        self.held.set(self.held.get() + 1);
    }

    pub(crate) fn let_go(&self) {
        self.held.set(self.held.get().saturating_sub(1));
        self.changed.ring();
    }
}

#[cfg(test)]
mod tests {
    use super::{Outgoing, Piece, Then};
    use crate::acquirer::journal::Ticket;

    #[test]
    fn usual_answers_leave_together_and_a_cut_ends_them() {
        let outgoing = Outgoing::default();
        let ticket = Ticket::default();
        assert!(outgoing.send(b"ab", ticket) && outgoing.send(b"cd", ticket));
        let cut = Piece { bytes: b"e".to_vec(), ticket, answers: 1, byte_time: None, then: Then::Reset };
        assert!(outgoing.send_piece(cut));
        assert!(!outgoing.send(b"f", ticket));
        assert_eq!(outgoing.take().unwrap().bytes, b"abcd");
        assert_eq!(outgoing.take().unwrap().then, Then::Reset);
        assert!(outgoing.take().is_none());
    }
}
