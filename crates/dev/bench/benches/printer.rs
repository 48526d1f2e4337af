//! How fast the printer is: its interpreter alone, a whole receipt down to its picture file, and one dot line.
//!
//! `cargo bench -p tillrig-bench --bench printer`, best under `taskset -c 1`. Behind divan's tables stands the table
//! of ratios, from medians of its own taken in turns in the same process.
//! Goals: one core, text at 300 MB/s and mixed at 1 GB/s; pieces of 64 bytes within 1.2 times one buffer, single bytes
//! within 3 times; 4,000 receipts a second down to a PNG of one bit a dot; a dot line within 60 ns, and within 200 ns
//! with a mechanical fault. *Not measured here:* reading a receipt, and other people's interpreters: those that there
//! are come as programs, not as libraries (their figures: performance notes, section 1).

use core::hint::black_box;
use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use escpos::{RasterScale, Writer};
use printer::{
    DATA, DESK_80, Event, GearName, InterpreterAlone, Micrometres, Permille, Piece, Poke, Printer,
};
use sim::{Input, Machine, Output, SimTime};
use std::io;
use std::sync::Arc;
use tillrig_bench::reference::raster::Font;
use tillrig_bench::{Contest, Corpus, Goal, Medians, Ratios, ratios, reference::scanner};

/// About ten megabytes.
const STREAM_BYTES: usize = 10_000_000;
/// The pieces in which a stream comes.
const PIECES: [usize; 3] = [STREAM_BYTES * 2, 64, 1];
/// Dot lines of the job that times one of them.
const JOB_LINES: usize = 4000;

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
    bencher.counter(ItemsCount::new(1_usize)).bench(|| print(black_box(&receipt), None));
}

#[divan::bench(args = Fault::ALL)]
fn dot_lines(bencher: Bencher, fault: Fault) {
    let job = job();
    bencher.counter(ItemsCount::new(JOB_LINES)).bench(|| print(black_box(&job), fault.poke()));
}

/// What is wrong with the mechanism.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Nothing,
    MissingTooth,
    Drag,
    SpotOnPlaten,
    WeakSupply,
}

impl Fault {
    const ALL: [Self; 5] =
        [Self::Nothing, Self::MissingTooth, Self::Drag, Self::SpotOnPlaten, Self::WeakSupply];

    fn poke(self) -> Option<Poke> {
        Some(match self {
            Self::Nothing => return None,
            Self::MissingTooth => Poke::WearGear { gear: GearName::Platen, tooth: 5, wear: Permille::WHOLE },
            Self::Drag => Poke::Drag { force_mn: 600, over: None },
            Self::SpotOnPlaten => Poke::SpotPlaten {
                at: Micrometres(5000),
                length: Micrometres(4000),
                contact: Permille::new(500),
            },
            Self::WeakSupply => Poke::SupplyResistance { resistance_mohm: 2000 },
        })
    }
}

impl core::fmt::Display for Fault {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.pad(match self {
            Self::Nothing => "sound",
            Self::MissingTooth => "missing tooth",
            Self::Drag => "drag",
            Self::SpotOnPlaten => "spot on the platen",
            Self::WeakSupply => "weak supply",
        })
    }
}

/// Items composed.
fn interpret(stream: &[u8], piece: usize) -> usize {
    let mut interpreter = InterpreterAlone::new(&DESK_80);
    stream.chunks(piece).map(|part| interpreter.interpret(part)).sum()
}

/// An image of many dot lines, a tenth of it black.
fn job() -> Vec<u8> {
    let row: Vec<u8> = (0..72_u8).map(|at| if at % 10 == 3 { 0xFF } else { 0 }).collect();
    let mut bytes = Vec::new();
    Writer::new(&mut bytes)
        .raster(RasterScale::default(), 72, &row.repeat(JOB_LINES))
        .cut(escpos::CutMode::Full, Some(0));
    bytes
}

/// Prints, waiting whenever the printer says so, until the piece is off.
fn print(bytes: &[u8], poke: Option<Poke>) -> Option<Arc<Piece>> {
    let mut printer = Printer::new(&DESK_80);
    let mut now = SimTime::ZERO;
    if let Some(poke) = poke {
        printer.handle(now, Input::Poke(poke));
    }
    let mut rest = bytes;
    loop {
        let (now_sent, later) = rest.split_at(rest.len().min(printer.free_bytes()));
        if !now_sent.is_empty() {
            printer.handle(now, Input::Received { port: DATA, bytes: now_sent });
            rest = later;
        }
        let Some((at, _)) = printer.wake_at() else { break };
        now = at;
        printer.handle(now, Input::Wake);
    }
    printer.handle(now, Input::Poke(Poke::TakeReceipt));
    let mut piece = None;
    while let Some(output) = printer.poll() {
        if let Output::Event(Event::Taken { piece: taken }) = output {
            piece = Some(taken);
        }
    }
    piece
}

/// Bytes of the picture file.
fn picture_file(bytes: &[u8]) -> usize {
    let piece = print(bytes, None).expect("a receipt that ends with a cut comes off");
    report::picture::paper(&piece).expect("a receipt has a length").len()
}

/// The reference: the same text drawn by the small raster, and its picture file.
fn reference_file(font: &Font, bytes: &[u8]) -> usize {
    let dots = font.draw(bytes);
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, 576, u32::try_from(dots.len() / 72).unwrap_or(0));
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    encoder.set_compression(png::Compression::Fast);
    encoder.set_filter(png::Filter::Up);
    let mut writer = encoder.write_header().expect("the size is right");
    writer.write_image_data(&dots).expect("the bytes are those of the size");
    writer.finish().expect("a vector takes everything");
    file.len()
}

fn measured() -> Ratios {
    let table = Corpus::ALL.into_iter().fold(Ratios::new(), |table, corpus| {
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
        .enter("paper", || print(black_box(&receipt), None));
    for fault in Fault::ALL {
        let image = &image;
        contest = contest.enter(&fault.to_string(), move || print(black_box(image), fault.poke()));
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
