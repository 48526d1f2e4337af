//! All engines do the same work, so that their times may be compared.
//!
//! Facts: performance notes, section 4. *Not compared:* what each engine keeps of the run.

use core::time::Duration;
use tillrig_bench::{Engine, Tally, Workload};

fn agreed(workload: &Workload) -> Tally {
    let [first, rest @ ..] = Engine::ALL.map(|engine| (engine, engine.play(workload)));
    for (engine, tally) in rest {
        assert_eq!(tally, first.1, "{engine} against {}", first.0);
    }
    first.1
}

#[test]
fn ping_is_a_hundred_deliveries_in_five_seconds_on_every_engine() {
    let tally = agreed(&Workload::PING);
    assert_eq!((tally.deliveries, Duration::from_nanos(tally.last_ns)), (100, Duration::from_secs(5)));
}

#[test]
fn timeouts_end_after_240_3_seconds_on_every_engine() {
    let tally = agreed(&Workload::TIMEOUTS);
    // Five requests and one answer.
    assert_eq!((tally.deliveries, Duration::from_nanos(tally.last_ns)), (6, Duration::from_millis(240_300)));
}

#[test]
fn idling_ends_at_the_far_away_moment_on_every_engine() {
    for hours in [1, 10] {
        let tally = agreed(&Workload::idle(hours));
        let last = Duration::from_secs(hours * 3600) + Duration::from_millis(300);
        assert_eq!((tally.deliveries, Duration::from_nanos(tally.last_ns)), (3, last));
    }
}

#[test]
fn a_workload_knows_how_much_it_delivers() {
    for workload in [Workload::PING, Workload::TIMEOUTS, Workload::idle(1)] {
        assert_eq!(agreed(&workload).deliveries, workload.deliveries());
    }
}
