//! Claims about the head: its dots, its age, its heat, its cable. Facts: printer sources, sections 6.2 to 6.4 and 13.

use super::{ALL_WELL, SOUND_BLACK, black, collect, column, count, middle, statuses, told, with};
use crate::driver::{Bench, receipt};
use printer::{DESK_80, Event, Poke, SLIP_58, Wire};

#[test]
fn a_head_beyond_its_life_prints_light_and_says_nothing() {
    // Three lives: 60 % more resistance, and so 1/1.51 of the heat: 66 of 100, where 40 show nothing and 100 all.
    let mut bench = with(&DESK_80, &[Poke::AgeHead { km: 450 }]);
    black(&mut bench, 100);
    assert_eq!(statuses(&mut bench), ALL_WELL);
    let dark = middle(&collect(&mut bench)[0]).into_iter().max().unwrap();
    assert!((90..130).contains(&dark), "{dark}");
    // Within its rated life it is as new.
    let mut bench = with(&DESK_80, &[Poke::AgeHead { km: 150 }]);
    black(&mut bench, 100);
    assert_eq!(middle(&collect(&mut bench)[0]).into_iter().max(), Some(SOUND_BLACK));
}

#[test]
fn open_dots_are_white_columns_and_shorted_ones_black_columns() {
    let faults = [Poke::OpenDots { first: 64, count: 64 }, Poke::ShortDots { first: 300, count: 2 }];
    let mut bench = with(&DESK_80, &faults);
    black(&mut bench, 100);
    bench.write(|host| {
        host.feed_dots(200);
    });
    bench.settle();
    assert_eq!(statuses(&mut bench), ALL_WELL);
    let picture = collect(&mut bench)[0].picture();
    // The head's first dot is 32 dots from the paper's edge.
    let dark = |x: u32| column(&picture, 32 + x).iter().filter(|dark| **dark >= SOUND_BLACK).count();
    assert_eq!([63, 64, 127, 128].map(dark), [100, 0, 0, 100]);
    // 300 dot lines were stepped in all; the last ones may lie under the torn edge.
    assert!(dark(300) >= 290 && dark(299) == 100, "{}", dark(300));
}

#[test]
fn shorted_dots_heat_the_head() {
    let lines_until_hot = |faults: &[Poke]| {
        let mut bench = with(&DESK_80, faults);
        let mut lines = 0;
        while count(&bench, |event| *event == Event::HeadHot) == 0 && lines < 20_000 {
            black(&mut bench, 500);
            lines += 500;
        }
        lines
    };
    assert!(lines_until_hot(&[Poke::ShortDots { first: 0, count: 200 }]) < lines_until_hot(&[]));
}

#[test]
fn a_thermistor_off_its_wire_is_unrecoverable_until_mended_and_switched_off_and_on() {
    for wire in [Wire::Open, Wire::Shorted] {
        let mut bench = with(&DESK_80, &[Poke::Thermistor(wire)]);
        bench.send(b"\x10\x05\x02").settle();
        // Offline 08h; error 40h; unrecoverable 20h.
        assert_eq!(statuses(&mut bench), [0x1E, 0x52, 0x32, 0x12]);
        bench.poke(Poke::Thermistor(Wire::Sound)).settle();
        assert_eq!(statuses(&mut bench), [0x1E, 0x52, 0x32, 0x12]);
        bench.poke(Poke::PowerOff).pass_ms(1000).poke(Poke::PowerOn).settle();
        assert_eq!(statuses(&mut bench), ALL_WELL);
    }
}

#[test]
fn a_module_off_its_cable_is_dark_still_and_dead() {
    let mut bench = Bench::new(&DESK_80);
    bench.send(&receipt()).pass_ms(100).poke(Poke::UnplugModule).settle();
    // Thermistor open 20h, blade not home 08h; sensors dark: stop 20h, near-end 0Ch, end 60h.
    assert_eq!(statuses(&mut bench), [0x1E, 0x72, 0x3A, 0x7E]);
    assert!(!told(&bench, "cut #"));
    bench.poke(Poke::PlugModule).poke(Poke::PowerOff).pass_ms(1000).poke(Poke::PowerOn).settle();
    assert_eq!(statuses(&mut bench), ALL_WELL);
}

#[test]
fn a_light_print_heats_the_head_less_and_a_dark_one_more() {
    let lines_until_hot = |density: u8| {
        let mut bench = with(&DESK_80, &[]);
        bench.send(&[0x1D, b'(', b'K', 2, 0, 49, density]);
        let mut lines = 0;
        while count(&bench, |event| *event == Event::HeadHot) == 0 && lines < 40_000 {
            black(&mut bench, 500);
            lines += 500;
        }
        lines
    };
    // 70 %, usual, and 130 %, of which a strobe gives 110 % at most.
    let [light, usual, dark] = [0xFA, 0, 6].map(lines_until_hot);
    assert!(light > usual * 5 / 4 && dark < usual, "{light} {usual} {dark}");
}

#[test]
fn in_great_heat_a_hot_head_waits_until_the_air_is_cooler() {
    let mut bench = with(&DESK_80, &[Poke::Ambient { temp_c: 65 }]);
    bench.pass_ms(600_000);
    while count(&bench, |event| *event == Event::HeadHot) == 0 {
        black(&mut bench, 200);
    }
    // Hot 40h in 2 and 3; it resumes at 60 °C, which the air never lets it reach.
    bench.pass_ms(3_600_000);
    assert_eq!(statuses(&mut bench), [0x1E, 0x52, 0x52, 0x12]);
    bench.poke(Poke::Ambient { temp_c: 25 }).settle();
    assert_eq!(statuses(&mut bench), ALL_WELL);
    assert!(told(&bench, "head cool again"));
}

#[test]
fn a_cold_head_is_slower_and_as_dark() {
    let print = |temp_c| {
        let mut bench = with(&SLIP_58, &[Poke::Ambient { temp_c }]);
        bench.pass_ms(600_000);
        let from = bench.now;
        black(&mut bench, 50);
        let took = bench.now.since(from).as_secs_f64();
        bench.poke(Poke::LoadPaper);
        (took, middle(&bench.pieces()[0]).into_iter().max())
    };
    let (cold, room) = (print(-10), print(25));
    // 0.2853 + 35 · 0.0028 mJ are 34 % more; about a tenth of the time of a line is not strobe.
    assert!((1.25..1.36).contains(&(cold.0 / room.0)), "{}", cold.0 / room.0);
    assert_eq!((cold.1, room.1), (Some(SOUND_BLACK), Some(SOUND_BLACK)));
}
