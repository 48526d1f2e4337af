//! What a world holds and when it allocates, told by an allocator that counts.
//!
//! Goals: performance notes, "memory per scenario": a world under 64 KiB, and no event that allocates; sizes in bytes as asked of the allocator, without its
//! own bookkeeping. Counts are kept for each thread, so that tests side by side do not disturb each other.
//! *Not counted:* stack, and memory that another thread gives back.
#![expect(unsafe_code, reason = "an allocator can be watched only from inside, and GlobalAlloc is unsafe")]

use acquirer::{Admit, CardRequest, CardSetup, Config, Event, KeyBytes, Platform, TerminalKeys};
use iso8583::MacAlgorithm;
use runner::{Session, VirtualTestbed};
use serve::acquirer::{News, What};
use sim::{Seed, SimTime};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tillrig_bench::card_host::CardHost;
use tillrig_bench::card_message::Subject;
use tillrig_bench::printing::Desk;
use tillrig_bench::served::{Ledger, Sales, Served, idle_faults};
use tillrig_bench::{Corpus, Payment, Tally, Workload, hosts, payment};

/// What the present thread has asked of the allocator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Usage {
    allocations: u64,
    held_bytes: i64,
}

thread_local! {
    // Constant and without a destructor: the first use neither allocates nor registers anything.
    static USAGE: Cell<Usage> = const { Cell::new(Usage { allocations: 0, held_bytes: 0 }) };
}

fn count(allocations: u64, bytes: i64) {
    // A thread that ends may free after its counters are gone; nobody reads those then.
    let _ = USAGE.try_with(|usage| {
        let Usage { allocations: before, held_bytes } = usage.get();
        usage.set(Usage { allocations: before + allocations, held_bytes: held_bytes + bytes });
    });
}

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: every call goes to the system's allocator unchanged, with the arguments whose validity our own
// caller has promised, and its answer is returned unchanged; so the contract holds because `System` keeps
// it. Counting touches only a constant-initialised, destructor-free thread-local: it neither allocates,
// nor unwinds (the sums stay far below the limits of their types), nor enters the allocator again.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(1, layout.size() as i64);
        // SAFETY: the caller keeps `alloc`'s contract, which is the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(1, layout.size() as i64);
        // SAFETY: the caller keeps `alloc_zeroed`'s contract, which is the same.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        count(0, -(layout.size() as i64));
        // SAFETY: `block` came from `System` through this allocator, with this layout.
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        count(1, new_size as i64 - layout.size() as i64);
        // SAFETY: `block` came from `System` through this allocator, with this layout; the caller promises
        // that `new_size` is valid.
        unsafe { System.realloc(block, layout, new_size) }
    }
}

/// What `work` asks of the allocator, and what it gives.
fn usage_of<R>(work: impl FnOnce() -> R) -> (Usage, R) {
    let before = USAGE.get();
    let result = work();
    let after = USAGE.get();
    let allocations = after.allocations - before.allocations;
    (Usage { allocations, held_bytes: after.held_bytes - before.held_bytes }, result)
}

#[test]
fn the_allocator_counts_what_is_asked_and_given_back() {
    let (usage, block) = usage_of(|| vec![0u8; 1000]);
    assert_eq!(usage, Usage { allocations: 1, held_bytes: 1000 });
    let (usage, ()) = usage_of(|| drop(block));
    assert_eq!(usage, Usage { allocations: 0, held_bytes: -1000 });
}

#[test]
fn no_event_allocates_once_the_buffers_are_warm() {
    for workload in [Workload::PING, Workload::idle(1), Workload::TIMEOUTS] {
        let mut world = hosts::world(&workload, 2);
        hosts::play_round(&mut world);
        let first = hosts::tally(&world);
        let (usage, ()) = usage_of(|| hosts::play_round(&mut world));
        assert_eq!(usage, Usage::default(), "{workload:?}");
        assert_eq!(hosts::tally(&world).deliveries, 2 * first.deliveries, "the second round is as the first");
    }
}

#[test]
fn no_card_message_allocates_once_its_buffers_are_warm() {
    for mut subject in [Subject::cup(), Subject::ascii87()] {
        let (usage, sizes) = usage_of(|| {
            (0..100).fold((0, 0), |(unpacked, packed), _| {
                let fields = if subject.unpack() { subject.message().fields().count() } else { 0 };
                (unpacked + fields, packed + subject.pack() + subject.pack_message())
            })
        });
        assert_eq!(usage, Usage::default());
        assert_eq!(sizes, (100 * 17, 200 * subject.frame().len()), "it has really worked");
    }
}

#[test]
fn a_world_holds_less_than_64_kib_after_a_ping() {
    let (usage, (world, tally)) = usage_of(|| {
        let mut world = hosts::world(&Workload::PING, 1);
        hosts::play_round(&mut world);
        let tally = hosts::tally(&world);
        (world, tally)
    });
    assert_eq!(tally, Tally { deliveries: 100, last_ns: 5_000_000_000, ..tally });
    let trace = world.trace().memory_bytes();
    assert!(usage.held_bytes < 64 * 1024, "{usage:?}, of which the trace holds {trace}");
    // The trace keeps every message, so less than that would mean that the counting is broken.
    assert!(usage.held_bytes > 100 * 150, "{usage:?}");
}

#[test]
fn a_dropped_world_gives_everything_back() {
    let (usage, _) = usage_of(|| tillrig_bench::Engine::World.play(&Workload::PING));
    assert_eq!(usage.held_bytes, 0);
}

/// What building a session asks for, and what building it, playing it and keeping it at its end does.
fn usage_of_payment(payment: Payment) -> (Usage, Usage) {
    let plan = payment.plan();
    // The printer's character tables are made once for a process.
    drop(payment::play(&plan, Seed(1)));
    let (building, session) = usage_of(|| Session::new(&plan, Seed(1)));
    drop(session);
    let (whole, (session, _)) = usage_of(|| payment::play(&plan, Seed(1)));
    assert!(session.is_over());
    (building, whole)
}

#[test]
fn the_world_of_a_payment_keeps_within_its_memory() {
    for payment in [Payment::Kiosk, Payment::Desk, Payment::Jammed, Payment::Wallet] {
        let (_, whole) = usage_of_payment(payment);
        // A third of it are tables of the printer's head: the energy of a line by its dots.
        assert!(whole.held_bytes < 128 * 1024, "{payment}: {whole:?}");
        // The trace has room for 160 records and 6 KiB from the start: less would mean broken counting.
        assert!(whole.held_bytes > 22 * 1024, "{payment}: {whole:?}");
    }
}

#[test]
fn a_payment_allocates_no_more_often_than_it_did() {
    // Measured with rustc 1.95, and a tenth on top.
    for (payment, building_max, whole_max) in
        [(Payment::Kiosk, 56, 262), (Payment::Desk, 55, 335), (Payment::Wallet, 54, 565)]
    {
        let (building, whole) = usage_of_payment(payment);
        assert!(building.allocations <= building_max, "{payment}: {building:?}");
        assert!(whole.allocations <= whole_max, "{payment}: {whole:?}");
    }
}

#[test]
fn a_dropped_payment_gives_everything_back() {
    for payment in Payment::ALL {
        let plan = payment.plan();
        drop(payment::play(&plan, Seed(1)));
        let (usage, ()) = usage_of(|| drop(payment::play(&plan, Seed(1))));
        assert_eq!(usage.held_bytes, 0, "{payment}");
    }
}

/// How many events of a run there are between two moments, and how often they allocate. An event at which the
/// trace doubles its room does not count.
fn steady(payment: Payment, from: SimTime, to: SimTime) -> (u32, u64) {
    let plan = payment.plan();
    let mut session = Session::new(&plan, Seed(1));
    let (mut events, mut allocations) = (0, 0);
    while !session.is_over() {
        let trace_bytes = session.trace().memory_bytes();
        let (usage, ()) = usage_of(|| VirtualTestbed.advance(&mut session));
        if (from..to).contains(&session.now()) && session.trace().memory_bytes() == trace_bytes {
            events += 1;
            allocations += usage.allocations;
        }
    }
    (events, allocations)
}

#[test]
fn an_hour_of_waiting_allocates_only_when_a_buffer_doubles() {
    let (start, middle, end) = (SimTime::from_secs(120), SimTime::from_secs(1800), SimTime::from_secs(3600));
    // A reversal each minute but every fourth; a refused one each ten seconds, with its refusal; a printer that is
    // asked each ten seconds, with three answers. What doubles: the printer's receive buffer, in which real-time
    // questions stay as they do on a real line.
    for (payment, from, events_min, allocations_max) in [
        (Payment::Silence, middle, 22, 0),
        (Payment::Outage, middle, 2 * 170, 0),
        (Payment::OpenCover, start, 4 * 345, 4),
    ] {
        let (events, allocations) = steady(payment, from, end);
        assert!(events >= events_min, "{payment}: {events}");
        assert!(allocations <= allocations_max, "{payment}: {allocations} in {events} events");
    }
}

#[test]
fn asking_an_open_printer_allocates_nothing_from_one_doubling_to_the_next() {
    let (events, allocations) =
        steady(Payment::OpenCover, SimTime::from_secs(2400), SimTime::from_secs(3600));
    assert!(events >= 4 * 119, "{events}");
    assert_eq!(allocations, 0);
}

#[test]
fn a_card_sale_allocates_only_what_the_books_grow_by() {
    let mut host = CardHost::after(0, 2002);
    for _ in 0..1000 {
        assert_eq!(host.sell().as_str(), "00");
    }
    let (usage, ()) = usage_of(|| {
        for _ in 0..1000 {
            host.sell();
        }
    });
    // Two ordered maps take a node for every six keys at the worst; the records and the entries double their room.
    assert!(usage.allocations <= 2 * (1000 / 6 + 1000 / 36 + 2) + 4, "{usage:?}");
    host.sell();
    // What changes nothing asks for nothing: a trace number that was seen before.
    host.repeat();
    let (usage, code) = usage_of(|| host.repeat());
    assert_eq!((usage, code.as_str()), (Usage::default(), "94"));
}

#[test]
fn a_receipt_costs_a_printer_no_more_memory_than_the_piece_that_it_hands_out() {
    let (receipt, mut desk) = (Corpus::Plain.bytes(1), Desk::new());
    // The first one finds no buffer; the character tables are made once for a process.
    drop(desk.print(&receipt));
    for number in 0..100 {
        let (printing, piece) = usage_of(|| desk.print(&receipt));
        let (taking, ()) = usage_of(|| drop(piece));
        assert_eq!(printing.held_bytes, -taking.held_bytes, "{number}: all that is new is the piece's");
        // Its 35 lines, their runs and their text double their room as they come, four times to seven times each; then
        // the burn log, and the piece itself.
        assert!(printing.allocations <= 20, "{number}: {printing:?}");
    }
}

#[test]
fn a_host_that_never_cuts_does_not_fill_the_memory() {
    let lines = b"  7  ARTICLE NUMBER 00259  1 x     2.59\n".repeat(10_000);
    let mut desk = Desk::new();
    let (usage, most) = usage_of(|| {
        let footprints = (0..100).map(|_| {
            desk.print_endlessly(&lines);
            desk.footprint_bytes()
        });
        footprints.max().unwrap_or(0)
    });
    // The million lines are 40 MB. Half of what is held is forgotten at 4 MiB; buffers that double take twice that.
    assert!(most < 8 << 20, "{most}");
    assert!(usage.held_bytes < 8 << 20, "{usage:?}");
}

/// Terminal and server converse without pause, so all that its thread asks for is for these exchanges. It is looked at
/// when a request has been read.
#[test]
fn no_exchange_of_a_served_acquirer_allocates_beyond_its_books() {
    let at_last_request = Arc::new(AtomicU64::new(0));
    let noted = Arc::clone(&at_last_request);
    let tell = move |news: &News| {
        if matches!(news.what, What::Happened(Event::Received { .. })) {
            noted.store(USAGE.get().allocations, Ordering::SeqCst);
        }
    };
    let served = Served::start_telling(Ledger::Fleeting, idle_faults(), tell).unwrap();
    let sales = Sales::default().next(2000);
    let mut stream = TcpStream::connect(served.iso8583).unwrap();
    let mut ask = |frames: &[Vec<u8>]| {
        frames.iter().for_each(|frame| converse(&mut stream, frame));
        at_last_request.load(Ordering::SeqCst)
    };
    ask(&sales[..1000]);
    // Known numbers are refused and leave the books as they are.
    let before = ask(&sales[..10]);
    let after = ask(&sales[..1000]);
    assert_eq!(after - before, 0, "1000 exchanges without a change");
    let after_more = ask(&sales[1000..]);
    let grown = books_growth(&sales[..1000], &sales[1000..]);
    assert!(after_more - after <= grown, "{} allocations, the books take {grown}", after_more - after);
}

/// Sends a frame and hears its answer.
fn converse(stream: &mut TcpStream, frame: &[u8]) {
    stream.write_all(frame).expect("it converses");
    let mut answer = [0; 512];
    stream.read_exact(&mut answer[..2]).expect("it converses");
    let length = usize::from(u16::from_be_bytes([answer[0], answer[1]]));
    stream.read_exact(&mut answer[..length]).expect("it converses");
}

/// What the platform alone asks of the allocator for these sales, after those.
fn books_growth(earlier: &[Vec<u8>], sales: &[Vec<u8>]) -> u64 {
    let admit = Admit::Any {
        key: KeyBytes::double([1; 16]),
        working_keys: Some(TerminalKeys::default()),
        mac_algorithm: MacAlgorithm::CupEcb,
    };
    let card = CardSetup { admit, ..CardSetup::default() };
    let mut platform = Platform::new(&Config { card: Arc::new(card), ..Config::default() });
    let (mut request, mut out) = (CardRequest::default(), Vec::new());
    let mut sell = |frames: &[Vec<u8>]| {
        for frame in frames {
            let course = platform.receive_card(SimTime::ZERO, &frame[2..], &mut request).expect("a sale");
            platform.commit_card(SimTime::ZERO, &request, &course, &mut out);
            out.clear();
            while platform.poll_event().is_some() {}
        }
    };
    sell(earlier);
    let (usage, ()) = usage_of(|| sell(sales));
    assert_eq!(platform.books().ledger().entries().len(), earlier.len() + sales.len(), "all are sold");
    usage.allocations
}
