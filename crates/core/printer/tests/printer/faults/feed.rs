//! Claims about motor, gears, platen and path: jams, stalls, slips, pulls, restarts. Facts: printer sources, sections 6 and 7.

use super::{ALL_WELL, SOUND_BLACK, black, collect, cut, middle, rows, statuses, told, with};
use crate::driver::{Bench, receipt};
use printer::{DESK_80, Event, KIOSK_80, Micrometres, Permille, Poke, Roll};
use std::sync::Arc;

#[test]
fn a_jam_on_a_kiosk_is_noticed_after_ten_centimetres_and_cleared_with_dle_enq_2() {
    let mut bench = with(&KIOSK_80, &[Poke::Jam { at: Micrometres::from_mm(20) }]);
    let from = bench.now;
    rows(&mut bench, &[0xF0; 72], 1000);
    // Offline 08h; error 40h; mechanical 04h.
    assert_eq!(statuses(&mut bench), [0x1A, 0x52, 0x16, 0x12]);
    let stopped = bench.moment_of(|event| matches!(event, Event::Offline { .. })).unwrap();
    // 10 cm at 100 mm/s, and a little for the ramp and for half-black lines.
    assert!((1.0..2.5).contains(&stopped.since(from).as_secs_f64()), "{}", stopped.since(from).as_secs_f64());
    bench.poke(Poke::ClearJam).send(b"\x10\x05\x02").settle();
    assert_eq!(statuses(&mut bench), [0x12; 4]);
    // 20 mm are free, 15 of them are beyond the blade already, and the rubber pushes some more into a fold.
    let torn = bench.pieces();
    assert_eq!(torn.len(), 1);
    assert!(torn[0].length_um() < 30_000, "{}", torn[0].length_um());
}

#[test]
fn paper_that_wraps_round_the_platen_never_comes_out() {
    let mut bench = with(&DESK_80, &[Poke::WrapPaper]);
    bench.send(&receipt()).settle().poke(Poke::TakeReceipt);
    // A counter printer has no sensor for it.
    assert_eq!((statuses(&mut bench), bench.pieces().len()), (ALL_WELL, 0));
    bench.poke(Poke::ClearJam);
    assert!(told(&bench, "removed #1"));

    let mut kiosk = with(&KIOSK_80, &[Poke::WrapPaper]);
    rows(&mut kiosk, &[0x80; 72], 900);
    assert_eq!(statuses(&mut kiosk), [0x1A, 0x52, 0x16, 0x12]);
}

#[test]
fn a_motor_that_stalls_heats_one_line_and_tells_nobody() {
    // At the start a full roll holds back with 100 + 50 + 200 mN; a fifth of 1500 mN is less.
    let mut bench = with(&DESK_80, &[Poke::WeakenMotor { force: Permille::new(200) }]);
    rows(&mut bench, &[0x0F; 72], 80);
    assert_eq!(statuses(&mut bench), ALL_WELL);
    let pieces = collect(&mut bench);
    let dark =
        pieces[0].picture().dots.chunks(640).filter(|row| row.iter().any(|dot| *dot > SOUND_BLACK)).count();
    assert_eq!(dark, 1, "one bar, blacker than black");

    // A roll of 5 m of 73 holds back with 100 + 17 mN.
    let small = Poke::LoadRoll(Roll::sound(Micrometres::from_mm(5000)));
    let mut bench = with(&DESK_80, &[Poke::WeakenMotor { force: Permille::new(200) }, small]);
    bench.settle();
    rows(&mut bench, &[0x0F; 72], 80);
    assert_eq!(collect(&mut bench)[0].length_um(), (80 * 125) + 15_000 + 5000, "torn 5 mm behind the head");
}

#[test]
fn a_slow_host_leaves_a_thin_gap_at_every_restart() {
    let mut bench = Bench::new(&DESK_80);
    for _ in 0..5 {
        black(&mut bench, 24);
        bench.pass_ms(50);
    }
    cut(&mut bench);
    let dark = middle(&collect(&mut bench)[0]);
    let first = dark.iter().position(|dark| *dark > 0).unwrap();
    let gaps: Vec<usize> =
        (first..first + 120).filter(|row| dark[*row] == 0).map(|row| row - first).collect();
    // The second dot line of each band comes too late; the first band begins a new piece.
    assert_eq!(gaps, [25, 49, 73, 97]);
    // All at once, there is no gap.
    let mut bench = Bench::new(&DESK_80);
    black(&mut bench, 120);
    cut(&mut bench);
    assert_eq!(middle(&collect(&mut bench)[0]).iter().filter(|dark| **dark == SOUND_BLACK).count(), 120);
}

#[test]
fn paper_put_in_while_the_motor_starts_again_is_as_long_as_it_should_be() {
    for us in (0..12_000).step_by(500) {
        let mut bench = Bench::new(&DESK_80);
        black(&mut bench, 24);
        // 32 rows of 8 dots.
        bench.pass_ms(50).send(b"\x1Dv0\0\x01\0\x20\0").send(&[0xFF; 32]);
        let moment = bench.now.as_nanos() + us * 1000;
        bench.until(sim::SimTime::from_nanos(moment));
        bench.poke(Poke::LoadPaper).settle();
        cut(&mut bench);
        let piece = collect(&mut bench).pop().unwrap();
        assert_eq!(piece.length_um(), piece.nominal_length_um(), "{us} µs");
    }
}

#[test]
fn a_spot_on_the_platen_is_a_light_band_once_a_turn() {
    let spot = Poke::SpotPlaten {
        at: Micrometres::from_mm(5),
        length: Micrometres::from_mm(4),
        contact: Permille::new(600),
    };
    let mut bench = with(&DESK_80, &[spot]);
    black(&mut bench, 1000);
    let dark = middle(&collect(&mut bench)[0]);
    let first = dark.iter().position(|dark| *dark > 0).unwrap();
    let light: Vec<usize> =
        (first..first + 1000).filter(|row| dark[*row] < 100).map(|row| row - first).collect();
    let begins: Vec<usize> =
        light.iter().copied().filter(|row| !light.contains(&row.wrapping_sub(1))).collect();
    // π · 12 mm are 37.7 mm, 301.6 dot lines; 4 mm are 32.
    assert_eq!(begins, [40, 342, 644, 945]);
    assert_eq!(light.len(), 4 * 32);
}

#[test]
fn paper_that_is_pulled_is_longer_than_it_should_be() {
    // 1470 mN are half as much again as the platen's grip of 980: each line moves by half as much more.
    let pull = Poke::Pull { force_mn: 1470, over: Micrometres::from_mm(50) };
    let mut bench = with(&DESK_80, &[pull]);
    black(&mut bench, 800);
    cut(&mut bench);
    let piece = Arc::clone(&collect(&mut bench)[0]);
    assert_eq!(piece.length_um(), piece.nominal_length_um() + 25_000);
    // Less than the grip does nothing.
    let mut bench = with(&DESK_80, &[Poke::Pull { force_mn: 900, over: Micrometres::from_mm(50) }]);
    black(&mut bench, 800);
    cut(&mut bench);
    let piece = Arc::clone(&collect(&mut bench)[0]);
    assert_eq!(piece.length_um(), piece.nominal_length_um());
}

#[test]
fn a_glazed_platen_slips_while_a_full_roll_has_to_be_set_in_motion() {
    // A third of 980 mN is less than the 350 mN of a start with a full roll, and more than the 150 mN after it.
    let glazed = Poke::GlazePlaten { grip: Permille::new(333) };
    let print = |roll_mm| {
        let mut bench = with(&DESK_80, &[glazed, Poke::LoadRoll(Roll::sound(Micrometres::from_mm(roll_mm)))]);
        bench.settle();
        black(&mut bench, 400);
        cut(&mut bench);
        let piece = Arc::clone(&collect(&mut bench)[0]);
        piece.nominal_length_um() - piece.length_um()
    };
    assert!(print(73_000) > 3000, "{}", print(73_000));
    assert_eq!(print(5000), 0);
}
