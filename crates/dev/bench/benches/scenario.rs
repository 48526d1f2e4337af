//! How fast a whole payment is: scenarios of minutes with ISO 8583 bytes and MACs, journal, slip, laws and text,
//! beside a bare event loop that carries the same bytes; and how long `tillrig run` takes from start to exit.
//!
//! `cargo bench -p tillrig-bench --bench scenario`, best under `taskset -c 1`. For the last row, build the program
//! first: `cargo build --release -p tillrig`. Facts and goals: performance notes, sections 4, 6 and 8 and "Proposed
//! moonshot goals". *Not measured here:* pictures of the paper, and real ports.

use core::hint::black_box;
use divan::Bencher;
use divan::counter::ItemsCount;
use runner::{Evidence, Outcome, VirtualTestbed, judge, outcome::text};
use sim::Seed;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tillrig_bench::{Contest, Depth, Goal, Medians, Payment, Ratios, Script, payment, ratios};

fn main() -> io::Result<()> {
    divan::main();
    ratios::print(measured)
}

#[divan::bench(args = Depth::ALL)]
fn kiosk(bencher: Bencher, depth: Depth) {
    run(bencher, Payment::Kiosk, depth);
}

#[divan::bench(args = Depth::ALL)]
fn desk(bencher: Bencher, depth: Depth) {
    run(bencher, Payment::Desk, depth);
}

#[divan::bench(args = Depth::ALL)]
fn wallet(bencher: Bencher, depth: Depth) {
    run(bencher, Payment::Wallet, depth);
}

#[divan::bench(args = Depth::ALL)]
fn jammed(bencher: Bencher, depth: Depth) {
    run(bencher, Payment::Jammed, depth);
}

#[divan::bench]
fn composite(bencher: Bencher) {
    let script = Script::of(&VirtualTestbed.run(&Payment::Kiosk.plan(), Seed(1)));
    let events = ItemsCount::new(script.play(Seed(1)).events);
    bencher.counter(events).bench(|| black_box(&script).play(Seed(1)));
}

#[divan::bench]
fn parse(bencher: Bencher) {
    let file = Payment::Kiosk.file();
    bencher.bench(|| Payment::parse(black_box(&file)));
}

fn run(bencher: Bencher, payment: Payment, depth: Depth) {
    let plan = payment.plan();
    let events = ItemsCount::new(payment::play(&plan, Seed(1)).1);
    let mut seeds = (1..).map(Seed);
    bencher.counter(events).bench_local(|| depth.run(black_box(&plan), seeds.next().unwrap_or_default()));
}

fn measured() -> Ratios {
    start_up(others(lost_sale(Ratios::new())))
}

/// The lost sale at a kiosk: what a run is made of, and how far it is from the floor.
fn lost_sale(table: Ratios) -> Ratios {
    let plan = Payment::Kiosk.plan();
    let sample = VirtualTestbed.run(&plan, Seed(1));
    let outcome = Outcome::of(&sample, None);
    let script = Script::of(&sample);
    let file = Payment::Kiosk.file();
    let mut contest = Contest::new();
    for depth in Depth::ALL {
        let mut seeds = (1..).map(Seed);
        let plan = &plan;
        contest =
            contest.enter(&depth.to_string(), move || depth.run(plan, seeds.next().unwrap_or_default()));
    }
    let mut seeds = (1..).map(Seed);
    let all = contest
        .enter("laws", || judge(&Evidence::of(black_box(&sample)), None))
        .enter("outcome", || Outcome::of(black_box(&sample), None))
        .enter("text", || text::write(black_box(&outcome), text::Timeline::With))
        .enter("composite", || script.play(seeds.next().unwrap_or_default()))
        .enter("parse", || Payment::parse(black_box(&file)))
        .hold();
    let events = f64::from(payment::play(&plan, Seed(1)).1);
    let bare_events = f64::from(script.play(Seed(1)).events);
    let simulated_ns = sample.ended_at.as_nanos() as f64;
    let micros = |name| all.nanos(name) / 1e3;
    table
        .row("kiosk with laws: microseconds a run", micros("judged"), Goal::AtMost(100.0))
        .row(
            "kiosk with laws: million simulated s a wall s",
            simulated_ns / all.nanos("judged") / 1e6,
            Goal::Open,
        )
        .row("kiosk, session only: microseconds a run", micros("played"), Goal::Open)
        .row("kiosk, evidence and laws: microseconds", micros("laws"), Goal::Open)
        .row("kiosk, outcome of a run: microseconds", micros("outcome"), Goal::Open)
        .row("kiosk, text of an outcome: microseconds", micros("text"), Goal::Open)
        .row("kiosk, all of it: microseconds a run", micros("written"), Goal::Open)
        .row("kiosk, events a run", events, Goal::Open)
        .row("kiosk, bare composite: microseconds a run", micros("composite"), Goal::Open)
        .row("kiosk, bare composite: events a run", bare_events, Goal::Open)
        .row("kiosk with laws, times slower than bare", all.ratio("judged", "composite"), Goal::AtMost(3.0))
        .row("kiosk, parsing the file: microseconds", micros("parse"), Goal::Open)
        .row("kiosk, times a parse costs a run with laws", all.ratio("parse", "judged"), Goal::Open)
}

/// Other scenarios, for comparison.
fn others(mut table: Ratios) -> Ratios {
    for payment in [Payment::Desk, Payment::Wallet, Payment::Jammed] {
        let plan = payment.plan();
        let sample = VirtualTestbed.run(&plan, Seed(1));
        let mut seeds = (1..).map(Seed);
        let medians = Contest::new()
            .enter("judged", || Depth::Judged.run(&plan, seeds.next().unwrap_or_default()))
            .enter("laws", || payment::breaches(black_box(&sample)))
            .hold();
        let goal = if payment == Payment::Jammed { Goal::Open } else { Goal::AtMost(100.0) };
        let simulated_ns = sample.ended_at.as_nanos() as f64;
        let speed = simulated_ns / medians.nanos("judged") / 1e6;
        table = table
            .row(&format!("{payment} with laws: microseconds a run"), medians.nanos("judged") / 1e3, goal)
            .row(&format!("{payment} with laws: million simulated s a wall s"), speed, Goal::Open)
            .row(
                &format!("{payment}, evidence and laws: microseconds"),
                medians.nanos("laws") / 1e3,
                Goal::Open,
            );
    }
    table
}

/// `tillrig run` of one file as a process, beside a process that does nothing.
fn start_up(table: Ratios) -> Ratios {
    const CLAIM: &str = "tillrig run of one file: ms from start to exit";
    const GOAL: Goal = Goal::AtMost(5.0);
    let Some(program) = program() else {
        return table.missing(CLAIM, "not built", GOAL);
    };
    let folder = std::env::temp_dir().join(format!("tillrig-bench-{}", std::process::id()));
    let medians = spawned(&program, &folder);
    // What is left behind lies in a folder for such things.
    let _ = fs::remove_dir_all(&folder);
    let Some(medians) = medians else {
        return table.missing(CLAIM, "fails", GOAL);
    };
    table
        .row(CLAIM, medians.nanos("tillrig") / 1e6, GOAL)
        .row("/bin/true: ms from start to exit", medians.nanos("true") / 1e6, Goal::Open)
        .row("tillrig run, times an empty process", medians.ratio("tillrig", "true"), Goal::Open)
}

/// The program that was built beside this bench.
fn program() -> Option<PathBuf> {
    let bench = std::env::current_exe().ok()?;
    let built = bench.parent()?.parent()?.join("tillrig");
    built.is_file().then_some(built)
}

/// Starts the program, which finds the outcome that it has itself written down before.
fn spawned(program: &Path, folder: &Path) -> Option<Medians> {
    fs::create_dir_all(folder).ok()?;
    let file = folder.join("lost-sale.yaml");
    fs::write(&file, Payment::Kiosk.file()).ok()?;
    let start = |mut command: Command| {
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    let tillrig = |more: &[&str]| {
        let mut command = Command::new(program);
        command.arg("run").arg(&file).args(more);
        start(command)
    };
    // A program that fails would be measured at doing nothing.
    let works = tillrig(&["--accept"]) && tillrig(&[]) && start(Command::new("/bin/true"));
    works.then(|| {
        Contest::new()
            .enter("tillrig", || tillrig(&[]))
            .enter("true", || start(Command::new("/bin/true")))
            .hold()
    })
}
