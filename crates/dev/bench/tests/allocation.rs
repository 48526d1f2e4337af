//! What a world holds and when it allocates, told by an allocator that counts.
//!
//! Goals: performance notes, "memory per scenario"; sizes in bytes as asked of the allocator, without its
//! own bookkeeping. Counts are kept for each thread, so that tests side by side do not disturb each other.
//! *Not counted:* stack, and memory that another thread gives back.
#![expect(unsafe_code, reason = "an allocator can be watched only from inside, and GlobalAlloc is unsafe")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use tillrig_bench::hosts;
use tillrig_bench::{Tally, Workload};

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
