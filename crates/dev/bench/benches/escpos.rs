//! How fast the ESC/POS parser is: text and mixed streams, in one buffer, in pieces and byte by byte, beside a
//! scanner of our own that only finds where commands end.
//!
//! `cargo bench -p tillrig-bench --bench escpos`, best under `taskset -c 1`. Behind divan's tables stands the table
//! of ratios, from medians of its own taken in turns in the same process.
//! Goals: one core, text 1 GB/s and mixed 4 GB/s; pieces of 64 bytes within 1.2 times one buffer, single bytes within
//! 3 times. *Not measured here:* what a printer does with the commands.

use core::hint::black_box;
use divan::Bencher;
use divan::counter::BytesCount;
use escpos::Snooper;
use std::io;
use tillrig_bench::printing::parse;
use tillrig_bench::{Contest, Corpus, Goal, Medians, Ratios, ratios, reference::scanner};

/// About ten megabytes.
const STREAM_BYTES: usize = 10_000_000;

/// The pieces in which a stream comes.
const PIECES: [usize; 4] = [STREAM_BYTES * 2, 4096, 64, 1];

fn main() -> io::Result<()> {
    divan::main();
    ratios::print(measured)
}

#[divan::bench(args = PIECES)]
fn text(bencher: Bencher, piece: usize) {
    bench(bencher, Corpus::Text, piece);
}

#[divan::bench(args = PIECES)]
fn mixed(bencher: Bencher, piece: usize) {
    bench(bencher, Corpus::Mixed, piece);
}

fn bench(bencher: Bencher, corpus: Corpus, piece: usize) {
    let stream = corpus.bytes(STREAM_BYTES);
    bencher.counter(BytesCount::of_slice(&stream)).bench(|| parse(black_box(&stream), piece));
}

/// Real-time commands in the stream.
fn snoop(stream: &[u8]) -> usize {
    let mut snooper = Snooper::new();
    stream.iter().filter(|&&byte| snooper.feed(byte).is_some()).count()
}

fn measured() -> Ratios {
    Corpus::PARSED.into_iter().fold(Ratios::new(), |table, corpus| {
        let stream = corpus.bytes(STREAM_BYTES);
        let mut contest = Contest::new()
            .enter("scanner", || scanner::commands(black_box(&stream)))
            .enter("snooper", || snoop(black_box(&stream)));
        for piece in PIECES {
            let stream = &stream;
            contest = contest.enter(&piece.to_string(), move || parse(black_box(stream), piece));
        }
        rows(table, corpus, stream.len() as f64, &contest.hold())
    })
}

fn rows(table: Ratios, corpus: Corpus, bytes: f64, medians: &Medians) -> Ratios {
    let [whole, page, line, single] = PIECES.map(|piece| piece.to_string());
    let goal = match corpus {
        Corpus::Text | Corpus::Plain | Corpus::Chinese => 1.0,
        Corpus::Mixed => 4.0,
    };
    let speed = |name: &str| bytes / medians.nanos(name);
    table
        .row(&format!("{corpus}, one buffer: GB/s"), speed(&whole), Goal::AtLeast(goal))
        .row(&format!("{corpus}, pieces of 4096 bytes: GB/s"), speed(&page), Goal::AtLeast(goal))
        .row(&format!("{corpus}, scanner: GB/s"), speed("scanner"), Goal::Open)
        .row(&format!("{corpus}, snooper: GB/s"), speed("snooper"), Goal::Open)
        .row(
            &format!("{corpus}, one buffer, times the scanner"),
            medians.ratio(&whole, "scanner"),
            Goal::Open,
        )
        .row(
            &format!("{corpus}, 64 bytes, times one buffer"),
            medians.ratio(&line, &whole),
            Goal::AtMost(1.2),
        )
        .row(
            &format!("{corpus}, single bytes, times one buffer"),
            medians.ratio(&single, &whole),
            Goal::AtMost(3.0),
        )
}
