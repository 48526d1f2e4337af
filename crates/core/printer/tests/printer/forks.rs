//! Claims about time and copies: the same inputs give the same outputs however often the printer is woken in between, and
//! a copy carries on as the original does. Facts: none but the contract of a machine.

use crate::driver::{Bench, receipt};
use crate::faults::pokes;
use printer::{DESK_80, Event, KIOSK_80, LINES, Poke, Printer, Profile, SLIP_58};
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop, prop_oneof, proptest};
use sim::{Input, Machine, Output, SimTime};

#[derive(Clone, Debug)]
enum Act {
    Poke(Poke),
    Bytes(&'static [u8]),
    Receipt,
    Lines(u8),
}

const COMMANDS: &[&[u8]] = &[
    b"text\n",
    b"two\nlines\n\x1DVA\x00",
    b"\x1DV\x00",
    b"\x1DV\x61\x20\x1BJ\xFF",
    b"\x1DV\x67\x00",
    b"\x1De\x03\x05",
    b"\x1De\x02",
    b"\x1De\x05",
    b"\x1De\x06",
    b"\x1Da\xFF",
    b"\x1Dr\x01\x1Dr\x02",
    b"\x1D(H\x06\x0000abcd",
    b"\x1D(H\x03\x0010\x02",
    b"\x1Dg2\x00\x14\x00\x1Dg2\x00\x95\x00",
    b"\x1Cg1\x00\x05\x00\x00\x00\x03\x00abc",
    b"\x1D:\x1BJ\x20m\n\x1D:\x1D^\x03\x05\x01",
    b"\x1Bp\x00\x19\x19\x1Bp\x00\x19\x19",
    b"\x1Bc4\x03",
    b"\x1Dz0\x02\x02",
    b"\x1D(K\x02\x001\xFA",
    b"\x1D(K\x02\x00a\x04",
    b"\x1B@",
    b"\x10\x04\x01\x10\x04\x02\x10\x04\x03\x10\x04\x04",
    b"\x10\x05\x00\x10\x05\x01",
    b"\x10\x05\x02",
    b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08",
    b"\x10\x14\x07\x01",
];

fn acts() -> impl Strategy<Value = Act> {
    prop_oneof![
        5 => pokes().prop_map(Act::Poke),
        5 => prop::sample::select(COMMANDS.to_vec()).prop_map(Act::Bytes),
        2 => any::<bool>().prop_map(|_| Act::Receipt),
        1 => prop::sample::select(vec![0, 1, 1, 3]).prop_map(Act::Lines),
    ]
}

/// Acts, and the microseconds that pass before each.
fn plan() -> impl Strategy<Value = Vec<(u64, Act)>> {
    let pause = prop_oneof![2 => Just(0), 3 => 0_u64..5000, 4 => 0_u64..2_000_000, 1 => 0_u64..400_000_000];
    prop::collection::vec((pause, acts()), 1..25)
}

fn act(bench: &mut Bench, act: &Act) {
    match act {
        Act::Poke(poke) => bench.poke(*poke),
        Act::Bytes(bytes) => bench.send(bytes),
        Act::Receipt => bench.send(&receipt()),
        Act::Lines(levels) => bench.give(Input::Received { port: LINES, bytes: &[*levels] }),
    };
}

fn later(moment: SimTime, us: u64) -> SimTime {
    SimTime::from_nanos(moment.as_nanos() + us * 1000)
}

/// Everything that a printer says, without the moments.
fn said(bench: &Bench) -> (&[Vec<u8>], &[u8], Vec<&Event>) {
    (&bench.messages, &bench.lines, bench.events.iter().map(|(_, event)| event).collect())
}

fn models() -> impl Strategy<Value = &'static Profile> {
    prop::sample::select(vec![&DESK_80, &KIOSK_80, &SLIP_58])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn being_woken_in_between_changes_nothing(
        profile in models(),
        plan in plan(),
        wakes in prop::collection::vec(any::<u64>(), 1..200),
    ) {
        let (mut plain, mut woken, mut lazy) =
            (Bench::new(profile), Bench::new(profile), Bench::new(profile));
        let mut wakes = wakes.iter().cycle();
        for (us, one) in &plan {
            let until = later(plain.now, *us);
            plain.until(until);
            for _ in 0..8 {
                let rest = until.as_nanos() - woken.now.as_nanos();
                let to = woken.now.as_nanos() + wakes.next().map_or(0, |wake| wake % (rest + 1));
                woken.until(SimTime::from_nanos(to)).give(Input::Wake);
            }
            woken.until(until);
            // Nobody wakes this one until the next thing happens to it.
            lazy.now = until;
            for bench in [&mut plain, &mut woken, &mut lazy] {
                act(bench, one);
            }
        }
        let end = later(plain.now, 100_000_000);
        plain.until(end);
        woken.until(end);
        lazy.now = end;
        lazy.give(Input::Wake);
        for bench in [&mut plain, &mut woken, &mut lazy] {
            bench.poke(Poke::Inspect).poke(Poke::LoadPaper);
        }
        assert_eq!(plain.events, woken.events);
        assert_eq!((&plain.messages, &plain.lines), (&woken.messages, &woken.lines));
        assert_eq!(said(&plain), said(&lazy));
    }

    #[test]
    fn a_copy_carries_on_as_the_original_does(
        profile in models(),
        before in plan(),
        after in plan(),
    ) {
        let mut original = Bench::new(profile);
        let run = |bench: &mut Bench, plan: &[(u64, Act)]| {
            for (us, one) in plan {
                bench.until(later(bench.now, *us));
                act(bench, one);
            }
        };
        run(&mut original, &before);
        let (mut copy, mut abandoned) = (original.clone(), original.clone());
        // What becomes of another copy is nobody else's business.
        run(&mut abandoned, &after);
        abandoned.poke(Poke::PowerOff).poke(Poke::LoadPaper);
        for bench in [&mut original, &mut copy] {
            run(bench, &after);
            bench.pass_ms(60_000).poke(Poke::LoadPaper);
        }
        assert_eq!(original.events, copy.events);
        assert_eq!((original.messages, original.lines), (copy.messages, copy.lines));
    }
}

#[test]
fn a_copy_made_between_two_outputs_says_the_rest_too() {
    let mut printer = Printer::new(&DESK_80);
    printer.handle(SimTime::ZERO, Input::Poke(Poke::OpenCover));
    assert!(printer.poll().is_some());
    let mut copy = printer.clone();
    let rest = |printer: &mut Printer| {
        let mut count = 0;
        while let Some(output) = printer.poll() {
            assert!(matches!(output, Output::Send { .. } | Output::Event(_)));
            count += 1;
        }
        count
    };
    // Offline, the lamps, and XOFF; one of them is told.
    assert_eq!((rest(&mut printer), rest(&mut copy)), (2, 2));
}
