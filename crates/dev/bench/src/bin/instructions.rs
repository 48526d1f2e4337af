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
//! Facts: performance notes, "How to read the numbers". *Not counted:* set-up apart from the rest; a run
//! includes its own.

use core::hint::black_box;
use std::io::{self, Write as _};
use std::process::ExitCode;
use tillrig_bench::{Engine, Workload};

const USAGE: &str = "usage: instructions world|bare|paused ping|timeouts|idle-1h|idle-10h RUNS";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((engine, workload, runs)) = parse(&arguments) else {
        // With standard error closed, the exit code still says it.
        let _ = writeln!(io::stderr(), "{USAGE}");
        return ExitCode::from(2);
    };
    for _ in 0..runs {
        let _ = black_box(engine.play(black_box(&workload)));
    }
    ExitCode::SUCCESS
}

fn parse(arguments: &[String]) -> Option<(Engine, Workload, u32)> {
    let [engine, workload, runs] = arguments else { return None };
    let engine = Engine::ALL.into_iter().find(|known| known.to_string() == *engine)?;
    let workload = match workload.as_str() {
        "ping" => Workload::PING,
        "timeouts" => Workload::TIMEOUTS,
        "idle-1h" => Workload::idle(1),
        "idle-10h" => Workload::idle(10),
        _ => return None,
    };
    Some((engine, workload, runs.parse().ok()?))
}
