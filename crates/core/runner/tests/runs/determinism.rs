//! The same scenario and seed give the same trace, byte for byte, on every firmware, whoever works and pays and whatever
//! fails; and another seed gives another.

use crate::driver::plan;
use crate::weather::busy_day;
use sim::Seed;
use std::sync::Arc;
use terminal::PROFILES;
use terminal::profile::REFERENCE;
use tillrig_runner::laws::first_difference;
use tillrig_runner::{Evidence, Fact, Plan, Run, VirtualTestbed, judge};

const SEEDS: u64 = 10;

#[test]
fn ten_seeds_of_people_and_faults_on_every_firmware_give_the_same_bytes_twice() {
    for profile in &PROFILES {
        let runs: Vec<Run> = (0..SEEDS).map(|seed| twice(profile.name, seed)).collect();
        let whims = runs.iter().flat_map(whims).count();
        assert!(whims > 20, "{}: people did {whims} things of their own", profile.name);
        if profile.habits == REFERENCE.habits {
            runs.iter().for_each(breaks_no_law);
        }
        different(profile.name, &runs);
    }
}

/// The comparison can fail: the same file with another seed is another run.
#[test]
fn another_seed_gives_another_trace_of_the_same_file() {
    for profile in &PROFILES {
        // People's habits alone are left to chance: no fault draws anything.
        let file = plan(&format!(
            "terminal: {}\npeople: {{ operator: anybody, customer: anybody }}\nsteps:\n{}expect: {{ captured: nothing }}",
            profile.name,
            (0..6)
                .map(|minute| format!(
                    "  - {{ at: {minute}m, show-qr: {{ wallet: wechat, amount: CNY 9.00 }} }}\n"
                ))
                .collect::<String>(),
        ));
        let runs: Vec<Run> = (0..SEEDS).map(|seed| VirtualTestbed.run(&file, Seed(seed))).collect();
        different(profile.name, &runs);
    }
}

/// A run of a busy day, done twice from the file on.
fn twice(terminal: &str, seed: u64) -> Run {
    let text = busy_day(terminal, seed);
    let run = || VirtualTestbed.run(&plan(&text), Seed(seed));
    let (one, other) = (run(), run());
    if let Some((at, record)) = first_difference(&one.trace, &other.trace) {
        panic!("{terminal}, seed {seed}: record {record} at {at} of a second run is another\n{text}");
    }
    assert!(bytes(&one) == bytes(&other), "{terminal}, seed {seed}: not the same bytes\n{text}");
    one
}

/// A whole trace as bytes: every record with its moment, and every message as it was sent.
fn bytes(run: &Run) -> Vec<u8> {
    let mut bytes = Vec::new();
    for record in run.trace.records() {
        bytes.extend(format!("{record:?}\n").into_bytes());
        if let sim::Entry::Sent { bytes: span, .. } | sim::Entry::Delivered { bytes: span, .. } =
            &record.entry
        {
            bytes.extend(run.trace.bytes(*span));
        }
    }
    bytes
}

fn whims(run: &Run) -> impl Iterator<Item = &Fact> {
    run.trace.events().map(|(_, _, fact)| fact).filter(|fact| matches!(fact, Fact::Whim(..)))
}

fn breaks_no_law(run: &Run) {
    let plan: &Arc<Plan> = &run.plan;
    let breaches = judge(&Evidence::of(run), None);
    assert!(breaches.is_empty(), "{}, seed {}: {breaches:?}", plan.scenario.terminal.profile, run.seed);
}

fn different(terminal: &str, runs: &[Run]) {
    for (place, one) in runs.iter().enumerate() {
        for other in runs.iter().take(place) {
            let same = first_difference(&one.trace, &other.trace).is_none();
            assert!(!same, "{terminal}: seeds {} and {} give the same trace", one.seed, other.seed);
        }
    }
}
