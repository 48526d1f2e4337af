//! How fast the printer is: its interpreter alone, a whole receipt down to its picture file, and one dot line.
//!
//! `cargo bench -p tillrig-bench --bench printer`, best under `taskset -c 1`. Behind divan's tables stands the table
//! of ratios, from medians of its own taken in turns in the same process.
//! Goals: one core, text at 300 MB/s and mixed at 1 GB/s; pieces of 64 bytes within 1.2 times one buffer, single bytes
//! within 3 times; 4,000 receipts a second down to a PNG of one bit a dot; a dot line within 60 ns, and within 200 ns
//! with a mechanical fault. The interpreter's orders are forgotten whenever 128 wait, whatever the pieces are: forgetting
//! after each piece would make single bytes look slow, and keeping all would measure the memory of a strip that no
//! printer holds. *Not measured here:* reading a receipt, and other people's interpreters: those that there
//! are come as programs, not as libraries (their figures: performance notes, section 1).

use core::hint::black_box;
use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use std::io;
use tillrig_bench::printing::{Fault, JOB_LINES, interpret, job, picture_file, print, reference_file};
use tillrig_bench::reference::{raster::Font, scanner};
use tillrig_bench::{Contest, Corpus, Goal, Medians, Ratios, ratios};

/// About ten megabytes.
const STREAM_BYTES: usize = 10_000_000;
/// The pieces in which a stream comes.
const PIECES: [usize; 3] = [STREAM_BYTES * 2, 64, 1];

fn main() -> io::Result<()> {
    divan::main();
    ratios::print(measured)
}

#[divan::bench(args = PIECES)]
fn interpret_text(bencher: Bencher, piece: usize) {
    let stream = Corpus::Text.bytes(STREAM_BYTES);
    bencher.counter(BytesCount::of_slice(&stream)).bench(|| interpret(black_box(&stream), piece));
}

#[divan::bench(args = PIECES)]
fn interpret_mixed(bencher: Bencher, piece: usize) {
    let stream = Corpus::Mixed.bytes(STREAM_BYTES);
    bencher.counter(BytesCount::of_slice(&stream)).bench(|| interpret(black_box(&stream), piece));
}

#[divan::bench]
fn receipt_to_png(bencher: Bencher) {
    let receipt = Corpus::Plain.bytes(1);
    bencher.counter(ItemsCount::new(1_usize)).bench(|| picture_file(black_box(&receipt)));
}

#[divan::bench]
fn receipt_on_paper(bencher: Bencher) {
    let receipt = Corpus::Plain.bytes(1);
    bencher.counter(ItemsCount::new(1_usize)).bench(|| print(black_box(&receipt), Fault::Nothing));
}

#[divan::bench(args = Fault::ALL)]
fn dot_lines(bencher: Bencher, fault: Fault) {
    let job = job();
    bencher.counter(ItemsCount::new(JOB_LINES)).bench(|| print(black_box(&job), fault));
}

fn measured() -> Ratios {
    let table = Corpus::INTERPRETED.into_iter().fold(Ratios::new(), |table, corpus| {
        let stream = corpus.bytes(STREAM_BYTES);
        let mut contest = Contest::new().enter("scanner", || scanner::commands(black_box(&stream)));
        for piece in PIECES {
            let stream = &stream;
            contest = contest.enter(&piece.to_string(), move || interpret(black_box(stream), piece));
        }
        interpreter_rows(table, corpus, stream.len() as f64, &contest.hold())
    });
    let (receipt, font, image) = (Corpus::Plain.bytes(1), Font::new(), job());
    let mut contest = Contest::new()
        .enter("reference", || reference_file(&font, black_box(&receipt)))
        .enter("png", || picture_file(black_box(&receipt)))
        .enter("paper", || print(black_box(&receipt), Fault::Nothing));
    for fault in Fault::ALL {
        let image = &image;
        contest = contest.enter(&fault.to_string(), move || print(black_box(image), fault));
    }
    paper_rows(table, &contest.hold())
}

fn interpreter_rows(table: Ratios, corpus: Corpus, bytes: f64, medians: &Medians) -> Ratios {
    let [whole, line, single] = PIECES.map(|piece| piece.to_string());
    let goal = if corpus == Corpus::Mixed { 1.0 } else { 0.3 };
    table
        .row(&format!("{corpus}, one buffer: GB/s"), bytes / medians.nanos(&whole), Goal::AtLeast(goal))
        .row(&format!("{corpus}, times the scanner"), medians.ratio(&whole, "scanner"), Goal::Open)
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

fn paper_rows(table: Ratios, medians: &Medians) -> Ratios {
    let mut table = table
        .row("receipts a second, down to the PNG", 1e9 / medians.nanos("png"), Goal::AtLeast(4000.0))
        .row("receipts a second, on paper", 1e9 / medians.nanos("paper"), Goal::Open)
        .row(
            "a receipt, times the reference's raster and PNG",
            medians.ratio("png", "reference"),
            Goal::Open,
        );
    for fault in Fault::ALL {
        let goal = if fault == Fault::Nothing { 60.0 } else { 200.0 };
        let line_ns = medians.nanos(&fault.to_string()) / JOB_LINES as f64;
        table = table.row(&format!("a dot line, {fault}: ns"), line_ns, Goal::AtMost(goal));
    }
    table
}
