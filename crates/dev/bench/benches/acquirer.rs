//! How fast the card host is: a sale from the first byte of its frame to the last of its answer, and the same frames
//! through codec and MAC alone.
//!
//! With 300,000 sales in the books it must be as fast: that is one pass, timed as a whole.
//!
//! `cargo bench -p tillrig-bench --bench acquirer`, best under `taskset -c 1`. Goal: under 3 µs on one core.
//! *Not measured here:* sockets, the disk on which changes are kept, the machine around the host.

use core::hint::black_box;
use divan::Bencher;
use divan::counter::ItemsCount;
use std::io;
use std::time::Instant;
use tillrig_bench::card_host::{CardHost, Codec};
use tillrig_bench::{Contest, Goal, Ratios, ratios};

fn main() -> io::Result<()> {
    divan::main();
    ratios::print(measured)
}

#[divan::bench]
fn sale(bencher: Bencher) {
    let mut host = CardHost::new();
    bencher.counter(ItemsCount::new(1_u32)).bench_local(|| host.sell());
}

#[divan::bench]
fn codec(bencher: Bencher) {
    let mut codec = Codec::new();
    bencher.counter(ItemsCount::new(1_u32)).bench_local(|| codec.exchange());
}

/// Microseconds of a sale at a host that has sold for a while.
fn after_many() -> f64 {
    let (earlier, sales) = (300_000, 100_000);
    let mut host = CardHost::after(earlier, sales);
    let start = Instant::now();
    for _ in 0..sales {
        black_box(host.sell());
    }
    start.elapsed().as_nanos() as f64 / f64::from(sales) / 1e3
}

fn measured() -> Ratios {
    let many = after_many();
    let (mut host, mut codec) = (CardHost::new(), Codec::new());
    let medians = Contest::new().enter("sale", || host.sell()).enter("codec", || codec.exchange()).hold();
    Ratios::new()
        .row("a card sale: microseconds", medians.nanos("sale") / 1e3, Goal::AtMost(3.0))
        .row("a card sale after 300,000 others: microseconds", many, Goal::AtMost(3.0))
        .row("codec and MAC alone: microseconds", medians.nanos("codec") / 1e3, Goal::Open)
        .row("a sale, times codec and MAC", medians.ratio("sale", "codec"), Goal::AtMost(2.0))
}
