//! All engines do the same work, so that their times may be compared.
//!
//! Facts: performance notes, section 4. *Not compared:* what each engine keeps of the run.

use core::time::Duration;
use runner::device::{CARD_ANSWERS, CARD_ASKS};
use runner::{Outcome, Verdict, VirtualTestbed};
use sim::{Entry, Seed};
use tillrig_bench::card_host::{CardHost, Codec};
use tillrig_bench::{Engine, Payment, Script, Tally, Workload};

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

#[test]
fn the_bare_payment_carries_the_frames_and_the_slip_of_the_real_one() {
    let run = VirtualTestbed.run(&Payment::Kiosk.plan(), Seed(1));
    let played = Script::of(&run).play(Seed(1));
    let mut frames = Tally::default();
    for record in run.trace.records() {
        if let Entry::Delivered { lane: CARD_ASKS | CARD_ANSWERS, bytes, .. } = &record.entry {
            frames.arrived(0, run.trace.bytes(*bytes));
        }
    }
    // A reversal, a sale, and an answer to each.
    assert_eq!(frames.deliveries, 4);
    assert_eq!(played.frames, frames);
    let slips = Outcome::of(&run, None).slips;
    assert_eq!(slips.iter().map(|slip| slip.lines.len()).collect::<Vec<_>>(), [played.lines as usize]);
    assert!((180..185).contains(&Duration::from_nanos(played.ended_ns).as_secs()), "{played:?}");
}

#[test]
fn the_codec_alone_answers_with_the_bytes_of_the_host() {
    let mut host = CardHost::after(0, 2);
    let mut codec = Codec::beside(&host);
    assert_eq!((host.sell().as_str(), codec.exchange()), ("00", host.answer().len()));
    assert_eq!(codec.answer(), host.answer());
    // The second differs where the host counts: in its retrieval reference and authorisation code.
    assert_eq!((host.sell().as_str(), codec.exchange()), ("00", host.answer().len()));
}

#[test]
fn every_payment_is_lawful_and_ends_as_its_file_expects() {
    for payment in Payment::ALL {
        let run = VirtualTestbed.run(&payment.plan(), Seed(1));
        let outcome = Outcome::of(&run, None);
        assert_eq!((outcome.verdict, outcome.failures), (Verdict::AsExpected, vec![]), "{payment}");
    }
}
