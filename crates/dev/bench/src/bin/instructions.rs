//! Plays a workload a number of times and does nothing else, so that callgrind can count instructions:
//!
//! ```sh
//! cargo build --release -p tillrig-bench --bin instructions
//! for runs in 1000 2000; do
//!     valgrind --tool=callgrind --callgrind-out-file=/dev/null \
//!         target/release/instructions world ping $runs 2>&1 | grep Collected
//! done
//! ```
//!
//! The difference of the two counts, divided by 1,000 runs and by the 100 deliveries of a ping, is the
//! instructions per delivery. The difference takes out the start of the process.
//! A payment is played the same way, as far as `played`, `judged` or `written` says, or by the bare `composite`;
//! asked for 0 runs, the program prints how many events a run takes.
//! A printer's stream of [`STREAM_BYTES`] is parsed or interpreted in pieces of so many bytes, a receipt becomes a
//! picture file or paper, and a job of 3,990 dot lines is printed with a fault; asked for 0 runs, the program prints the
//! bytes, receipts or dot lines of a run.
//! Facts: performance notes, "How to read the numbers". *Not counted:* set-up apart from the rest; a run
//! includes its own.

use core::hint::black_box;
use runner::VirtualTestbed;
use sim::Seed;
use std::io::{self, Write as _};
use std::process::ExitCode;
use tillrig_bench::printing::{self, Desk, Fault};
use tillrig_bench::reference::raster::Font;
use tillrig_bench::{Corpus, Depth, Engine, Payment, Script, Workload, payment};

/// The least length of a stream, in bytes.
const STREAM_BYTES: usize = 200_000;

const USAGE: &str = "usage: instructions world|bare|paused ping|timeouts|idle-1h|idle-10h RUNS
       instructions played|judged|written|composite kiosk|desk|wallet|jammed|silence|outage|open-cover RUNS
       instructions parse-PIECE|interpret-PIECE text|mixed|plain|Chinese RUNS
       instructions receipt|paper|reference plain RUNS
       instructions dot-lines|image-lines sound|tooth|drag|spot|supply RUNS";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.as_slice() {
        [how, what, runs] => runs.parse().ok().and_then(|runs| {
            let paid = || engine(how, what, runs).or_else(|| pay(how, what, runs));
            paid().or_else(|| work(how, what, runs))
        }),
        _ => None,
    };
    if done.is_some() {
        return ExitCode::SUCCESS;
    }
    // With standard error closed, the exit code still says it.
    let _ = writeln!(io::stderr(), "{USAGE}");
    ExitCode::from(2)
}

fn engine(how: &str, what: &str, runs: u64) -> Option<()> {
    let engine = Engine::ALL.into_iter().find(|known| known.to_string() == how)?;
    let workload = match what {
        "ping" => Workload::PING,
        "timeouts" => Workload::TIMEOUTS,
        "idle-1h" => Workload::idle(1),
        "idle-10h" => Workload::idle(10),
        _ => return None,
    };
    for _ in 0..runs {
        let _ = black_box(engine.play(black_box(&workload)));
    }
    Some(())
}

fn pay(how: &str, what: &str, runs: u64) -> Option<()> {
    let payment = Payment::ALL.into_iter().find(|known| known.to_string() == what)?;
    let plan = payment.plan();
    let seeds = (1..=runs).map(Seed);
    let events = if how == "composite" {
        let script = Script::of(&VirtualTestbed.run(&plan, Seed(1)));
        for seed in seeds {
            let _ = black_box(black_box(&script).play(seed));
        }
        script.play(Seed(1)).events
    } else {
        let depth = Depth::ALL.into_iter().find(|known| known.to_string() == how)?;
        for seed in seeds {
            let _ = black_box(depth.run(black_box(&plan), seed));
        }
        payment::play(&plan, Seed(1)).1
    };
    if runs == 0 {
        // With standard output closed, nobody wants to know.
        let _ = writeln!(io::stdout(), "{events} events");
    }
    Some(())
}

/// What the benches of parser and printer do.
fn work(how: &str, what: &str, runs: u64) -> Option<()> {
    let units = match how.split_once('-') {
        Some(("dot", "lines")) => dot_lines(&printing::job(), what, runs)?,
        Some(("image", "lines")) => dot_lines(&printing::image_job(), what, runs)?,
        Some((how, piece)) => stream(how, what, piece.parse().ok()?, runs)?,
        None => receipt(how, runs)?,
    };
    if runs == 0 {
        // With standard output closed, nobody wants to know.
        let _ = writeln!(io::stdout(), "{units} units");
    }
    Some(())
}

fn stream(how: &str, what: &str, piece: usize, runs: u64) -> Option<usize> {
    let corpora = [Corpus::Text, Corpus::Mixed, Corpus::Plain, Corpus::Chinese];
    let stream = corpora.into_iter().find(|corpus| corpus.to_string() == what)?.bytes(STREAM_BYTES);
    let run: fn(&[u8], usize) -> usize = match how {
        "parse" => printing::parse,
        "interpret" => printing::interpret,
        _ => return None,
    };
    for _ in 0..runs {
        let _ = black_box(run(black_box(&stream), piece));
    }
    Some(stream.len())
}

fn receipt(how: &str, runs: u64) -> Option<usize> {
    let (receipt, font, mut desk) = (Corpus::Plain.bytes(1), Font::new(), Desk::new());
    for _ in 0..runs {
        let receipt = black_box(&receipt);
        let _ = black_box(match how {
            "receipt" => desk.picture_file(receipt),
            "paper" => usize::from(desk.print(receipt).is_some()),
            "reference" => printing::reference_file(&font, receipt),
            _ => return None,
        });
    }
    Some(1)
}

fn dot_lines(job: &[u8], what: &str, runs: u64) -> Option<usize> {
    let fault = match what {
        "sound" => Fault::Nothing,
        "tooth" => Fault::MissingTooth,
        "drag" => Fault::Drag,
        "spot" => Fault::SpotOnPlaten,
        "supply" => Fault::WeakSupply,
        _ => return None,
    };
    let mut desk = Desk::with(fault);
    for _ in 0..runs {
        let _ = black_box(desk.print(black_box(job)));
    }
    Some(printing::JOB_LINES)
}
