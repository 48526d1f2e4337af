//! What a printer has said to one host, and the host has not read yet: bounded, and the oldest goes first.
//!
//! In bytes. A real printer keeps even less (printer sources, section 4.1: 99 bytes); whoever never reads loses, and
//! is told of. *Not modelled:* a printer that stops printing because nobody reads its answers.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use tokio::sync::Notify;

/// What is kept for one host.
const KEPT_BYTES: usize = 64 * 1024;
/// What is handed to a port at once.
const CHUNK_BYTES: usize = 4096;

#[derive(Debug, Default)]
pub(crate) struct Replies {
    waiting: RefCell<VecDeque<u8>>,
    /// A chunk has been taken, and is not written yet.
    on_its_way: Cell<bool>,
    dropped: Cell<u64>,
    more: Notify,
    all_gone: Notify,
}

impl Replies {
    /// Adds an answer; gives how many bytes had to go because of it.
    pub(crate) fn push(&self, bytes: &[u8]) -> u64 {
        let mut waiting = self.waiting.borrow_mut();
        waiting.extend(bytes);
        let over = waiting.len().saturating_sub(KEPT_BYTES);
        waiting.drain(..over);
        self.dropped.set(self.dropped.get() + over as u64);
        self.more.notify_one();
        over as u64
    }

    /// The next bytes to write, when there are any. The chunk before counts as written.
    pub(crate) async fn next_chunk(&self) -> Vec<u8> {
        self.on_its_way.set(false);
        loop {
            let chunk = self.take_chunk();
            if !chunk.is_empty() {
                self.on_its_way.set(true);
                return chunk;
            }
            self.all_gone.notify_waiters();
            self.more.notified().await;
        }
    }

    fn take_chunk(&self) -> Vec<u8> {
        let mut waiting = self.waiting.borrow_mut();
        let count = waiting.len().min(CHUNK_BYTES);
        waiting.drain(..count).collect()
    }

    /// Waits until everything has been written.
    pub(crate) async fn flushed(&self) {
        loop {
            let gone = self.all_gone.notified();
            tokio::pin!(gone);
            gone.as_mut().enable();
            if self.waiting.borrow().is_empty() && !self.on_its_way.get() {
                return;
            }
            gone.await;
        }
    }

    /// Bytes that had to go because nobody read.
    pub(crate) const fn dropped(&self) -> u64 {
        self.dropped.get()
    }
}

#[cfg(test)]
mod tests {
    use super::{KEPT_BYTES, Replies};

    #[test]
    fn the_oldest_of_what_nobody_reads_goes_first_and_is_counted() {
        let replies = Replies::default();
        assert_eq!(replies.push(&vec![1; KEPT_BYTES]), 0);
        assert_eq!(replies.push(&[2, 3]), 2);
        assert_eq!(replies.dropped(), 2);
        let kept = replies.waiting.borrow();
        assert_eq!((kept.len(), kept.front(), kept.back()), (KEPT_BYTES, Some(&1), Some(&3)));
    }
}
