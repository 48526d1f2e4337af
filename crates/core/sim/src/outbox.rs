//! What a machine has done and nobody has collected yet: sends and reports, in order.
//!
//! Every machine holds one, and answers [`crate::Machine::poll`] from it. Bytes lie in one buffer that
//! keeps its room, so a machine in steady state does not allocate to send.

use crate::{Output, Port, Tag};
use core::ops::Range;
use std::collections::VecDeque;

/// Sends and reports, oldest first.
#[derive(Clone, Debug)]
pub struct Outbox<E> {
    queue: VecDeque<Item<E>>,
    bytes: Vec<u8>,
}

#[derive(Clone, Debug)]
enum Item<E> {
    Send { port: Port, tag: Tag, bytes: Range<usize> },
    Event(E),
}

impl<E> Default for Outbox<E> {
    fn default() -> Self {
        Self { queue: VecDeque::new(), bytes: Vec::new() }
    }
}

impl<E> Outbox<E> {
    /// Sends these bytes as one message.
    pub fn send(&mut self, port: Port, tag: Tag, bytes: &[u8]) {
        self.send_with(port, tag, |buffer| buffer.extend_from_slice(bytes));
    }

    /// Sends as one message what `write` appends.
    pub fn send_with(&mut self, port: Port, tag: Tag, write: impl FnOnce(&mut Vec<u8>)) {
        self.make_room();
        let start = self.bytes.len();
        write(&mut self.bytes);
        self.queue.push_back(Item::Send { port, tag, bytes: start..self.bytes.len() });
    }

    /// Reports something.
    pub fn event(&mut self, event: E) {
        self.make_room();
        self.queue.push_back(Item::Event(event));
    }

    /// The oldest of what is here.
    pub fn poll(&mut self) -> Option<Output<'_, E>> {
        Some(match self.queue.pop_front()? {
            Item::Send { port, tag, bytes } => {
                Output::Send { port, tag, bytes: self.bytes.get(bytes).unwrap_or_default() }
            }
            Item::Event(event) => Output::Event(event),
        })
    }

    /// Everything has been collected: its bytes may go. Asked before each first thing, so that a machine which always
    /// reports before it sends does not keep all that it ever sent.
    fn make_room(&mut self) {
        if self.queue.is_empty() {
            self.bytes.clear();
        }
    }

    /// Forgets what has not been sent: the power is gone. What has happened has happened.
    pub fn lose_sends(&mut self) {
        self.queue.retain(|item| matches!(item, Item::Event(_)));
        self.bytes.clear();
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_has_been_collected_takes_no_room() {
        let mut outbox: Outbox<u8> = Outbox::default();
        for _ in 0..100 {
            outbox.event(1);
            outbox.send(Port(1), Tag("a"), &[0; 64]);
            while outbox.poll().is_some() {}
        }
        assert!(outbox.bytes.len() <= 64, "{} bytes are kept", outbox.bytes.len());
    }

    #[test]
    fn a_power_cut_takes_the_sends_and_leaves_the_reports() {
        let mut outbox: Outbox<u8> = Outbox::default();
        outbox.send(Port(1), Tag("a"), b"lost");
        outbox.event(7);
        outbox.lose_sends();
        assert_eq!(outbox.poll(), Some(Output::Event(7)));
        assert_eq!(outbox.poll(), None);
    }

    use super::Outbox;
    use crate::{Output, Port, Tag};

    #[test]
    fn sends_and_reports_come_out_in_the_order_they_went_in() {
        let mut outbox: Outbox<u8> = Outbox::default();
        for round in 0..2 {
            outbox.event(round);
            outbox.send(Port(1), Tag("a"), b"first");
            outbox.send(Port(1), Tag("b"), b"second");
            assert_eq!(outbox.poll(), Some(Output::Event(round)));
            assert_eq!(outbox.poll(), Some(Output::Send { port: Port(1), tag: Tag("a"), bytes: b"first" }));
            assert_eq!(outbox.poll(), Some(Output::Send { port: Port(1), tag: Tag("b"), bytes: b"second" }));
            assert_eq!(outbox.poll(), None);
        }
    }
}
