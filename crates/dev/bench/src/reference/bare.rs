//! A bare event loop: a binary heap of (time, number, kind), hosts as an enum, messages copied into and
//! out of an arena, and a hash over all events. About the least that such a simulation can cost.
//!
//! Facts: performance notes, section 4, "hand-written DES". Times are nanoseconds.
//! *Not modelled:* all that our world adds: trace, rules, line rates, cuts, named wake-ups, forks.

use crate::workload::{MESSAGE_BYTES, Message, Tally, Workload, fold, message};
use core::cmp::Reverse;
use core::hint::black_box;
use core::time::Duration;
use std::collections::BinaryHeap;

/// Plays a workload.
#[must_use]
pub fn play(workload: &Workload) -> Tally {
    let mut hosts = vec![Host::Client { exchange: 0, attempt: 0, tally: Tally::default() }];
    for _ in 0..workload.echo_hosts {
        hosts.push(Host::Echo { still_silent: workload.silences, tally: Tally::default() });
    }
    let mut network = Network::new(workload);
    network.ask(0, 0);
    while let Some((now_ns, kind)) = network.next() {
        match kind {
            Kind::Delivery { from, to, slot } => {
                let bytes = network.arena.take(slot);
                hosts[usize::from(to)].receive(now_ns, from, &bytes, &mut network);
            }
            Kind::TimedOut { attempt: timed } => {
                if let Host::Client { exchange, attempt, .. } = &mut hosts[0]
                    && *attempt == timed
                {
                    *attempt += 1;
                    network.ask(*exchange, *attempt);
                }
            }
        }
    }
    black_box(network.hash);
    Tally::of_all(hosts.iter().map(Host::tally))
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Delivery { from: u8, to: u8, slot: u32 },
    TimedOut { attempt: u32 },
}

enum Host {
    Client { exchange: u32, attempt: u32, tally: Tally },
    Echo { still_silent: u32, tally: Tally },
}

impl Host {
    fn receive(&mut self, now_ns: u64, from: u8, bytes: &Message, network: &mut Network<'_>) {
        match self {
            Self::Client { exchange, attempt, tally } => {
                tally.arrived(now_ns, bytes);
                *exchange += 1;
                *attempt += 1;
                if *exchange < network.workload.exchanges {
                    network.ask(*exchange, *attempt);
                }
            }
            Self::Echo { still_silent, tally } => {
                tally.arrived(now_ns, bytes);
                match still_silent.checked_sub(1) {
                    Some(left) => *still_silent = left,
                    None => {
                        *still_silent = network.workload.silences;
                        network.send(network.asked, from, bytes);
                    }
                }
            }
        }
    }

    const fn tally(&self) -> Tally {
        match self {
            Self::Client { tally, .. } | Self::Echo { tally, .. } => *tally,
        }
    }
}

struct Network<'a> {
    workload: &'a Workload,
    latency_ns: u64,
    now_ns: u64,
    number: u64,
    hash: u64,
    asked: u8,
    queue: BinaryHeap<Reverse<(u64, u64, Kind)>>,
    arena: Arena,
}

impl<'a> Network<'a> {
    fn new(workload: &'a Workload) -> Self {
        let (queue, arena) = (BinaryHeap::with_capacity(8), Arena::default());
        let latency_ns = nanos(workload.latency);
        Self { workload, latency_ns, now_ns: 0, number: 0, hash: 0, asked: 0, queue, arena }
    }

    fn ask(&mut self, exchange: u32, attempt: u32) {
        self.asked = self.workload.host_of(exchange) + 1;
        self.send(0, self.asked, &message(exchange));
        if let Some(timeout) = self.workload.timeout {
            self.push(nanos(timeout), Kind::TimedOut { attempt });
        }
    }

    fn send(&mut self, from: u8, to: u8, bytes: &Message) {
        let slot = self.arena.put(bytes);
        self.push(self.latency_ns, Kind::Delivery { from, to, slot });
    }

    fn push(&mut self, after_ns: u64, kind: Kind) {
        self.number += 1;
        self.queue.push(Reverse((self.now_ns + after_ns, self.number, kind)));
    }

    fn next(&mut self) -> Option<(u64, Kind)> {
        let Reverse((at_ns, number, kind)) = self.queue.pop()?;
        self.now_ns = at_ns;
        self.hash = fold(fold(self.hash, at_ns), number);
        Some((at_ns, kind))
    }
}

#[derive(Default)]
struct Arena {
    slots: Vec<Message>,
    free: Vec<u32>,
}

impl Arena {
    fn put(&mut self, bytes: &Message) -> u32 {
        if let Some(slot) = self.free.pop() {
            self.slots[slot as usize] = *bytes;
            return slot;
        }
        self.slots.push(*bytes);
        (self.slots.len() - 1) as u32
    }

    fn take(&mut self, slot: u32) -> [u8; MESSAGE_BYTES] {
        self.free.push(slot);
        self.slots[slot as usize]
    }
}

const fn nanos(span: Duration) -> u64 {
    span.as_nanos() as u64
}
