//! How fast the card host is: a sale from the first byte of its frame to the last of its answer, beside the same frames
//! through codec and MAC alone, which give the same bytes.
//!
//! Each sample begins with empty books, and making them is not timed. With 300,000 sales in the books it must be as
//! fast: that is one pass, timed as a whole.
//!
//! `cargo bench -p tillrig-bench --bench acquirer`, best under `taskset -c 1`. Goal: under 3 µs on one core.
//! *Not measured here:* sockets, the disk on which changes are kept, the machine around the host.

use core::hint::black_box;
use divan::Bencher;
use divan::counter::ItemsCount;
use std::io;
use std::time::Instant;
use tillrig_bench::card_host::{CardHost, Codec, SALES};
use tillrig_bench::{Contest, Goal, Ratios, ratios};

fn main() -> io::Result<()> {
    divan::main();
    ratios::print(measured)
}

/// A round of sales, from empty books.
#[divan::bench(sample_count = 10, sample_size = 1)]
fn sales(bencher: Bencher) {
    let host = CardHost::new();
    let round = |host: &mut CardHost| (0..SALES).for_each(|_| _ = black_box(host.sell()));
    bencher.counter(ItemsCount::new(SALES)).with_inputs(|| host.clone()).bench_local_refs(round);
}

#[divan::bench(sample_count = 10, sample_size = 1)]
fn codec(bencher: Bencher) {
    let codec = Codec::beside(&CardHost::new());
    let round = |codec: &mut Codec| (0..SALES).for_each(|_| _ = black_box(codec.exchange()));
    bencher.counter(ItemsCount::new(SALES)).with_inputs(|| codec.clone()).bench_local_refs(round);
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
    let host = CardHost::new();
    let codec = Codec::beside(&host);
    let medians = Contest::new()
        .enter_with("sale", || host.clone(), CardHost::sell)
        .enter_with("codec", || codec.clone(), Codec::exchange)
        .hold();
    Ratios::new()
        .row("a card sale: microseconds", medians.nanos("sale") / 1e3, Goal::AtMost(3.0))
        .row("a card sale after 300,000 others: microseconds", many, Goal::AtMost(3.0))
        .row("codec and MAC alone: microseconds", medians.nanos("codec") / 1e3, Goal::Open)
        .row("a sale, times codec and MAC", medians.ratio("sale", "codec"), Goal::AtMost(2.0))
}
