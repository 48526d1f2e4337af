//! How fast the engine is: scenarios P and T on our world, on a bare event loop and on tokio's paused
//! clock, and an idle hour against ten.
//!
//! `cargo bench -p tillrig-bench --bench engine`, best under `taskset -c 1`. Behind divan's tables stands
//! the table of ratios, from medians of its own taken in turns in the same process.
//! Facts and goals: performance notes, section 4 and "Proposed moonshot goals". *Not measured here:*
//! devices, crypto and pictures; each run includes its set-up and tear-down.

use core::hint::black_box;
use divan::Bencher;
use divan::counter::ItemsCount;
use std::io;
use tillrig_bench::{Contest, Engine, Goal, Ratios, Workload, hosts, ratios};

fn main() -> io::Result<()> {
    divan::main();
    ratios::print(measured)
}

#[divan::bench(args = Engine::ALL)]
fn ping(bencher: Bencher, engine: Engine) {
    play(bencher, engine, &Workload::PING);
}

#[divan::bench(args = Engine::ALL)]
fn timeouts(bencher: Bencher, engine: Engine) {
    play(bencher, engine, &Workload::TIMEOUTS);
}

#[divan::bench(args = [1, 10])]
fn idle_hours(bencher: Bencher, hours: u64) {
    play(bencher, Engine::World, &Workload::idle(hours));
}

#[divan::bench]
fn set_up_of_a_world(bencher: Bencher) {
    bencher.bench(|| hosts::world(black_box(&Workload::PING), 1));
}

fn play(bencher: Bencher, engine: Engine, workload: &Workload) {
    let deliveries = ItemsCount::new(workload.deliveries());
    bencher.counter(deliveries).bench(|| engine.play(black_box(workload)));
}

fn measured() -> Ratios {
    let (ping, timeouts) = (Workload::PING, Workload::TIMEOUTS);
    let (hour, ten_hours) = (Workload::idle(1), Workload::idle(10));
    let play = |engine: Engine, workload: Workload| move || engine.play(black_box(&workload));
    let p = Contest::new()
        .enter("world", play(Engine::World, ping))
        .enter("bare", play(Engine::Bare, ping))
        .enter("paused", play(Engine::Paused, ping))
        .enter("set-up", || hosts::world(black_box(&ping), 1))
        .hold();
    let t = Contest::new()
        .enter("world", play(Engine::World, timeouts))
        .enter("bare", play(Engine::Bare, timeouts))
        .enter("paused", play(Engine::Paused, timeouts))
        .hold();
    let idle = Contest::new()
        .enter("1 h", play(Engine::World, hour))
        .enter("10 h", play(Engine::World, ten_hours))
        .hold();
    let million_s_per_s = |nanos: f64| 240.3 / nanos * 1e3;
    Ratios::new()
        .row("P, world: microseconds a run", p.nanos("world") / 1e3, Goal::Open)
        .row("P, set-up of the world: microseconds", p.nanos("set-up") / 1e3, Goal::Open)
        .row("P, bare: microseconds a run", p.nanos("bare") / 1e3, Goal::Open)
        .row("P, paused: microseconds a run", p.nanos("paused") / 1e3, Goal::Open)
        .row("P, times faster than paused", p.ratio("paused", "world"), Goal::AtLeast(8.0))
        .row("P, times slower than bare", p.ratio("world", "bare"), Goal::AtMost(3.0))
        .row("T, million simulated s a wall s", million_s_per_s(t.nanos("world")), Goal::AtLeast(100.0))
        .row("T, bare: million simulated s a wall s", million_s_per_s(t.nanos("bare")), Goal::Open)
        .row("T, paused: million simulated s a wall s", million_s_per_s(t.nanos("paused")), Goal::Open)
        .row("T, times faster than paused", t.ratio("paused", "world"), Goal::AtLeast(8.0))
        .row("T, times slower than bare", t.ratio("world", "bare"), Goal::AtMost(4.0))
        .row("idling 10 h, times the cost of 1 h", idle.ratio("10 h", "1 h"), Goal::AtMost(1.25))
}
