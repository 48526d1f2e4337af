//! How fast a served acquirer is: cards beside a bare TCP echo, calls beside a bare hyper, and with a ledger on disk.
//!
//! `cargo bench -p tillrig-bench --bench acquirer_serve`, on two idle cores: the server has one thread, and so has the
//! load. Each pair is sampled in turns in the same run, and the medians are compared; requests are made beforehand and are
//! all new sales with a MAC. Goals: 0.8 of the echo's requests a second and 1.5 times its p99 at 1, 64 and 1,000
//! connections; 10,000 durable sales a second at 64; 0.6 of a bare hyper. Behind the doors stands the small stand-in
//! that comes with them. *Not measured:* TLS, faults that are armed and idle (the stand-in has none), memory.

use iso8583::{CUP, MacKey, Message, Mti, encode_with_mac};
use serve::acquirer::stand_in::{MAK, StandIn};
use serve::acquirer::{Server, Settings, Stopper};
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::thread::JoinHandle;
use tempfile::TempDir;
use tillrig_bench::load::{self, Felt, Framing};
use tillrig_bench::reference::echo;
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

/// An acquirer on a thread of its own.
struct Served {
    iso8583: SocketAddr,
    http: SocketAddr,
    stopper: Stopper,
    thread: Option<JoinHandle<()>>,
    _folder: TempDir,
}

impl Served {
    fn start(durable: bool) -> io::Result<Self> {
        let folder = tempfile::tempdir()?;
        let server = Server::open(settings(folder.path(), durable), |_| Ok(StandIn::new("")))
            .map_err(io::Error::other)?;
        let missing = || io::Error::other("a door is not open");
        let (iso8583, http) = (server.iso8583().ok_or_else(missing)?, server.http().ok_or_else(missing)?);
        let stopper = server.stopper();
        // What it tells is of no interest here; how it ends neither.
        let thread = std::thread::spawn(move || drop(server.run(|_| Ok(()))));
        Ok(Self { iso8583, http, stopper, thread: Some(thread), _folder: folder })
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.stopper.stop();
        self.thread.take().into_iter().for_each(|thread| drop(thread.join()));
    }
}

fn settings(folder: &Path, durable: bool) -> Settings {
    let mut settings = Settings::new();
    settings.iso8583 = Some("127.0.0.1:0".to_owned());
    settings.http = Some("127.0.0.1:0".to_owned());
    settings.data = durable.then(|| folder.to_owned());
    settings
}

/// Sales that nobody has seen yet.
struct Sales(u32);

impl Sales {
    fn next(&mut self, count: usize) -> Vec<Vec<u8>> {
        let mak = MacKey::new(MAK);
        let sales = (self.0..).take(count).map(|number| sale(number, &mak)).collect();
        self.0 += count as u32;
        sales
    }
}

/// The frame of a sale; a million of them to a batch.
fn sale(number: u32, mak: &MacKey) -> Vec<u8> {
    let mut message = Message::new(Mti::FINANCIAL);
    for (field, value) in [
        (2, "6222021234567890123"),
        (3, "000000"),
        (4, "000000001850"),
        (25, "00"),
        (41, "00000001"),
        (42, "123456789012345"),
        (49, "156"),
    ] {
        message.set(field, value);
    }
    message.set(11, format!("{:06}", number % 1_000_000));
    message.set(60, format!("22{:06}", 1 + number / 1_000_000));
    let mut frame = Vec::new();
    // The dialect can say all of it.
    let _ = encode_with_mac(&CUP, &message, mak, &mut frame);
    frame
}

fn call(number: usize) -> Vec<u8> {
    let body = format!("order{number:027}{}", "x".repeat(118));
    let head = format!("POST /pay/order HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n", body.len());
    [head.into_bytes(), body.into_bytes()].concat()
}

fn measured() -> io::Result<Ratios> {
    let (mut table, mut sales) = (Ratios::new(), Sales(1));
    let (echo, bare) = (echo::tcp()?, echo::http()?);
    let (fleeting, durable) = (Served::start(false)?, Served::start(true)?);
    for (connections, requests) in LOADS {
        let [reference, ours] =
            in_turns([echo, fleeting.iso8583], connections, Framing::Length, || sales.next(requests))?;
        let name = format!("cards, {connections} connections");
        table = beside(table, &name, reference, ours, 0.8);
    }
    let [_, ours] = in_turns([echo, durable.iso8583], 64, Framing::Length, || sales.next(20_000))?;
    table = table.row("durable cards, 64 connections, requests/s", ours.rate, Goal::AtLeast(10_000.0)).row(
        "durable cards, 64 connections, p99 in us",
        ours.p99_us,
        Goal::Open,
    );
    let mut number = 0..;
    let calls = || number.by_ref().take(20_000).map(call).collect();
    let [reference, ours] = in_turns([bare, fleeting.http], 64, Framing::Http, calls)?;
    table = beside(table, "calls, 64 connections", reference, ours, 0.6);
    Ok(table.missing("faults armed and idle, of none", "no fault", Goal::AtLeast(0.97)))
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
