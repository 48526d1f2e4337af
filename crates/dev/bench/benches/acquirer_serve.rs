//! How fast a served acquirer is: cards beside a bare TCP echo, calls beside a bare hyper, and with a ledger on disk.
//!
//! `cargo bench -p tillrig-bench --bench acquirer_serve`, on two idle cores: the server has one thread, and so has the
//! load. Each pair is sampled in turns in the same run, and the medians are compared; requests are made beforehand.
//! Cards are new sales with a MAC, calls are signed queries. Goals: 0.8 of the echo's requests a second and 1.5 times its
//! p99 at 1, 64 and 1,000 connections; 10,000 durable sales a second at 64; 0.6 of a bare hyper; 0.97 with faults that
//! are armed and never hit. At the end it looks whether every sale was approved. *Not measured:* TLS, memory.

use std::io;
use std::net::SocketAddr;
use tillrig_bench::load::{self, Felt, Framing};
use tillrig_bench::reference::echo;
use tillrig_bench::served::{Ledger, Sales, Served, idle_faults};
use tillrig_bench::{Goal, Ratios, ratios};

const SAMPLES: usize = 7;
/// Connections, and requests of a sample.
const LOADS: [(usize, usize); 3] = [(1, 3_000), (64, 20_000), (1_000, 20_000)];

fn main() -> io::Result<()> {
    ratios::print(|| {
        measured().unwrap_or_else(|error| {
            Ratios::new().missing(&format!("the machine refuses: {error}"), "-", Goal::Open)
        })
    })
}

fn measured() -> io::Result<Ratios> {
    let (mut table, mut sales) = (Ratios::new(), Sales::default());
    let (echo, bare) = (echo::tcp()?, echo::http()?);
    let fleeting = Served::start(Ledger::Fleeting, Vec::new())?;
    for (connections, requests) in LOADS {
        let [reference, ours] =
            in_turns([echo, fleeting.iso8583], connections, Framing::Length, || sales.next(requests))?;
        let name = format!("cards, {connections} connections");
        table = beside(table, &name, reference, ours, 0.8);
    }
    let armed = Served::start(Ledger::Fleeting, idle_faults())?;
    let unarmed = Served::start(Ledger::Fleeting, Vec::new())?;
    let [none, five] =
        in_turns([unarmed.iso8583, armed.iso8583], 64, Framing::Length, || sales.next(20_000))?;
    table = table.row(
        "cards with five faults armed and idle, of none: requests/s",
        five.rate / none.rate,
        Goal::AtLeast(0.97),
    );
    let durable = Served::start(Ledger::Durable, Vec::new())?;
    let [_, ours] = in_turns([echo, durable.iso8583], 64, Framing::Length, || sales.next(20_000))?;
    table = table.row("durable cards, 64 connections: requests/s", ours.rate, Goal::AtLeast(10_000.0)).row(
        "durable cards, 64 connections: p99 in us",
        ours.p99_us,
        Goal::Open,
    );
    let mut queries = fleeting.queries()?;
    let [reference, ours] = in_turns([bare, fleeting.http], 64, Framing::Http, || queries.next(20_000))?;
    table = beside(table, "calls, 64 connections", reference, ours, 0.6);
    for served in [&fleeting, &armed, &unarmed, &durable] {
        let asked = served.metric("tillrig_acquirer_requests_total{kind=\"sale\"}")?;
        let approved = served.metric("tillrig_acquirer_answers_total{kind=\"sale\",code=\"00\"}")?;
        if asked == 0 || asked != approved {
            return Err(io::Error::other(format!("of {asked} sales {approved} were approved")));
        }
    }
    Ok(table)
}

fn beside(table: Ratios, name: &str, reference: Felt, ours: Felt, goal: f64) -> Ratios {
    table
        .row(&format!("{name}: requests/s"), ours.rate, Goal::Open)
        .row(
            &format!("{name}: of the reference's requests/s"),
            ours.rate / reference.rate,
            Goal::AtLeast(goal),
        )
        .row(&format!("{name}: times its p99"), ours.p99_us / reference.p99_us, Goal::AtMost(1.5))
}

/// Medians of samples that are taken in turns, each with requests of its own.
fn in_turns(
    addresses: [SocketAddr; 2],
    connections: usize,
    framing: Framing,
    mut requests: impl FnMut() -> Vec<Vec<u8>>,
) -> io::Result<[Felt; 2]> {
    let mut felt = [Vec::new(), Vec::new()];
    for _ in 0..SAMPLES {
        for (address, felt) in addresses.into_iter().zip(&mut felt) {
            felt.push(load::run(address, connections, framing, &requests())?);
        }
    }
    Ok(felt.map(|samples| {
        let of = |value: fn(&Felt) -> f64| median(samples.iter().map(value).collect());
        Felt { rate: of(|felt| felt.rate), p99_us: of(|felt| felt.p99_us) }
    }))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
