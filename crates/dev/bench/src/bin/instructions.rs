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
//! Facts: performance notes, "How to read the numbers". *Not counted:* set-up apart from the rest; a run
//! includes its own.

use core::hint::black_box;
use runner::VirtualTestbed;
use sim::Seed;
use std::io::{self, Write as _};
use std::process::ExitCode;
use tillrig_bench::{Depth, Engine, Payment, Script, Workload, payment};

const USAGE: &str = "usage: instructions world|bare|paused ping|timeouts|idle-1h|idle-10h RUNS
       instructions played|judged|written|composite kiosk|desk|wallet|jammed|silence|outage|open-cover RUNS";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.as_slice() {
        [how, what, runs] => {
            runs.parse().ok().and_then(|runs| engine(how, what, runs).or_else(|| pay(how, what, runs)))
        }
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
