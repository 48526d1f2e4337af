//! Claims about cuts: a stuck blade, its switch, its moment, reserved and partial cuts. Facts: printer sources, sections 2.1, 7 and 13.

use super::{ALL_WELL, black, collect, cut, job, statuses, told, with};
use crate::driver::{Bench, receipt, receipt_text};
use printer::{DESK_80, Event, Permille, Poke, SLIP_58, Wire};

#[test]
fn a_blade_that_is_stuck_joins_two_receipts_if_the_host_clears_and_one_if_it_goes_on() {
    let stuck = |bench: &mut Bench| {
        bench.poke(Poke::BlockBlade { at: Permille::new(500) });
        job(bench, "first");
        let ordered = bench.now;
        bench.settle();
        // Offline 08h; error 40h; cutter 08h. The switch is waited for during 1.5 s.
        assert_eq!(statuses(bench), [0x1E, 0x52, 0x1A, 0x12]);
        assert!(bench.now.since(ordered).as_millis() > 1500);
        bench.poke(Poke::FreeBlade);
    };
    let texts = |bench: &mut Bench| -> Vec<Vec<String>> {
        let pieces = collect(bench);
        pieces.iter().map(|piece| piece.lines().map(|line| line.text.to_owned()).collect()).collect()
    };
    let mut goes_on = Bench::new(&DESK_80);
    stuck(&mut goes_on);
    goes_on.send(b"\x10\x05\x01").settle();
    assert_eq!(statuses(&mut goes_on), ALL_WELL);
    job(&mut goes_on, "second");
    goes_on.settle();
    assert_eq!(texts(&mut goes_on), [["first"], ["second"]]);

    let mut clears = Bench::new(&DESK_80);
    stuck(&mut clears);
    clears.send(b"\x10\x05\x02").settle();
    job(&mut clears, "second");
    clears.settle();
    assert_eq!(texts(&mut clears), [["first", "second"]]);
}

#[test]
fn a_blade_that_is_still_stuck_fails_again() {
    let mut bench = with(&DESK_80, &[Poke::BlockBlade { at: Permille::NONE }]);
    job(&mut bench, "first");
    bench.settle().send(b"\x10\x05\x01").settle();
    assert_eq!(statuses(&mut bench)[2], 0x1A);
    assert!(bench.pieces().is_empty() && !told(&bench, "cut #1"));
}

#[test]
fn a_home_switch_off_its_wire_is_an_error_although_the_paper_is_cut() {
    for wire in [Wire::Open, Wire::Shorted] {
        let mut bench = Bench::new(&DESK_80);
        bench.send(b"first\n\x1DVA\x00").pass_ms(10).poke(Poke::HomeSwitch(wire)).settle();
        if wire == Wire::Open {
            // It is noticed at once, before the cut.
            assert_eq!(statuses(&mut bench)[2], 0x1A);
        } else {
            assert_eq!((statuses(&mut bench)[2], told(&bench, "cut #1")), (0x1A, true));
        }
    }
}

#[test]
fn a_power_cut_while_the_blade_moves_has_cut_or_has_not() {
    let pieces_after = |ms: u64| {
        let mut bench = Bench::new(&DESK_80);
        job(&mut bench, "receipt");
        while bench.wake_reason() != "blade through" {
            bench.pass_ms(1);
        }
        bench.pass_ms(ms).poke(Poke::PowerOff).pass_ms(1000).poke(Poke::PowerOn).settle();
        assert_eq!(statuses(&mut bench), ALL_WELL);
        bench.poke(Poke::TakeReceipt);
        bench.pieces().len()
    };
    // A stroke takes 400 ms, and the paper is through after half of it.
    assert_eq!([100, 190, 210, 390].map(pieces_after), [0, 0, 1, 1]);
}

#[test]
fn a_cut_that_returns_leaves_a_short_top_margin() {
    let mut bench = Bench::new(&DESK_80);
    bench.send(b"first\n\x1DV\x67\x00").settle();
    black(&mut bench, 80);
    cut(&mut bench);
    let pieces = collect(&mut bench);
    // The edge stops 1 mm beyond the head instead of 15 mm; then 10 mm of black.
    assert_eq!(pieces[1].length_um(), 1000 + 10_000);
}

#[test]
fn a_reserved_cut_is_made_while_printing_goes_on() {
    let mut bench = Bench::new(&DESK_80);
    black(&mut bench, 80);
    bench.send(b"\x1DV\x61\x00");
    black(&mut bench, 240);
    let pieces = collect(&mut bench);
    // 15 mm stood out, and the place of the cut was 10 mm on.
    assert_eq!(pieces[0].length_um(), 25_000);
    // The rest has no gap but what the stop makes.
    assert_eq!(pieces.len(), 2);
}

#[test]
fn a_slip_printer_without_a_blade_offers_its_strip_and_is_torn_at_its_edge() {
    let mut bench = Bench::new(&SLIP_58);
    bench.send(&receipt()).settle();
    // The cut of the host's receipt feeds to the edge.
    assert_eq!(bench.story().iter().filter(|line| *line == "offered #1").count(), 1);
    bench.poke(Poke::TakeReceipt).send(b"next\n\x1DVA\0\x1DVA\0").settle().poke(Poke::TakeReceipt);
    let pieces = bench.pieces();
    assert_eq!((pieces.len(), told(&bench, "cut #")), (2, false));
    assert_eq!(pieces[0].reading().legibility, Permille::WHOLE);
    // Its longer lines take two.
    assert_eq!(pieces[0].lines().map(|line| line.text).collect::<String>(), receipt_text().concat());
    assert_eq!(pieces[1].lines().map(|line| line.text.to_owned()).collect::<Vec<_>>(), ["next"]);
    assert_eq!(bench.story().iter().filter(|line| *line == "offered #2").count(), 1);
}

#[test]
fn a_partial_cut_leaves_the_piece_hanging_and_a_full_one_does_not() {
    let hangs = |cut: &[u8]| {
        let mut bench = Bench::new(&DESK_80);
        bench.send(b"text\n").send(cut).send(b"\x1BJ\xFF\x1BJ\xFF").settle();
        collect(&mut bench)[0].hangs()
    };
    assert_eq!(
        [b"\x1DVA\0", b"\x1DVB\0", b"\x1DVa\0", b"\x1DVb\0"].map(|cut| hangs(cut)),
        [false, true, false, true]
    );
}

#[test]
fn the_moment_of_a_cut_is_that_of_the_blade_whoever_looks() {
    let moments = |looks: bool| {
        let mut bench = Bench::new(&DESK_80);
        job(&mut bench, "receipt");
        while bench.wake_reason() != "blade through" {
            bench.pass_ms(1);
        }
        let through = bench.wake_at();
        bench.pass_ms(100);
        if looks {
            bench.poke(Poke::Inspect);
        }
        bench.settle();
        (through, bench.moment_of(|event| matches!(event, Event::Cut { .. })))
    };
    let (through, cut) = moments(false);
    assert_eq!(through, cut);
    assert_eq!(moments(true), (through, cut));
}

#[test]
fn a_reserved_cut_that_fails_is_made_again_and_none_takes_the_place_of_an_ordered_one() {
    let stream = b"\x1BJ\x50\x1DVa\0\x1BJ\xF0first\n";
    let mut bench = with(&DESK_80, &[Poke::BlockBlade { at: Permille::new(400) }]);
    bench.send(stream).settle();
    assert_eq!(statuses(&mut bench), [0x1E, 0x52, 0x1A, 0x12]);
    bench.poke(Poke::FreeBlade).send(b"\x10\x05\x01").settle();
    // 15 mm stood out, and the place of the cut was 10 mm on.
    assert_eq!(collect(&mut bench)[0].length_um(), 25_000);
    // A band that ends where a reserved cut belongs: 80 dot lines to the mark, 120 to the blade. The cut behind it is
    // a cut of its own.
    let mut bench = Bench::new(&DESK_80);
    bench.send(b"\x1BJ\x50\x1DVa\0\x1BJ\x78\x1DV\0\x1BJ\x50\x1DV\0").settle();
    let lengths: Vec<u32> = collect(&mut bench).iter().map(|piece| piece.length_um()).collect();
    assert_eq!(lengths, [25_000, 10_000]);
    bench.send(b"\x1Dg2\x00\x32\x00").settle();
    assert!(bench.replies.ends_with(b"_3\0"), "three strokes, one through air");
}
