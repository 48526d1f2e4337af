//! Claims about paper and the sensors that look at it. Facts: printer sources, sections 6.5, 7 and 13.

use super::{ALL_WELL, SOUND_BLACK, black, collect, count, cut, middle, statuses, with};
use crate::driver::{receipt, receipt_text};
use printer::{DESK_80, Event, Micrometres, Permille, Poke, Roll, Sensor};
use std::sync::Arc;

#[test]
fn dust_on_the_sensor_makes_a_false_paper_end_until_it_is_cleaned() {
    let dust = Poke::Soil { sensor: Sensor::PaperEnd, offset_permille: -500, noise_permille: 0 };
    let mut bench = with(&DESK_80, &[dust]);
    bench.send(&receipt()).settle();
    // Offline 08h; stopped on paper end 20h; end 60h, and near-end is another sensor.
    assert_eq!(statuses(&mut bench), [0x1E, 0x32, 0x12, 0x72]);
    assert_eq!(collect(&mut bench.clone()).len(), 0);
    bench.poke(Poke::CleanSensors).settle();
    assert_eq!(statuses(&mut bench), ALL_WELL);
    assert_eq!(collect(&mut bench)[0].reading().legibility, Permille::WHOLE);
}

#[test]
fn light_in_the_sensor_hides_the_end_and_the_head_prints_on_nothing() {
    let light = Poke::Soil { sensor: Sensor::PaperEnd, offset_permille: 500, noise_permille: 0 };
    let mut bench = with(&DESK_80, &[light, Poke::PaperLeft(Micrometres::from_mm(20))]);
    black(&mut bench, 600);
    // Only near-end is seen.
    assert_eq!(statuses(&mut bench), [0x16, 0x12, 0x12, 0x1E]);
    let pieces = collect(&mut bench);
    // 15 mm stood out, 20 mm were left, 10 mm lay between sensor and head; and the hand tears 5 mm behind the head.
    assert_eq!(pieces[0].length_um(), 15_000 + 20_000 + 10_000 + 5000);
    assert_eq!(middle(&pieces[0]).iter().filter(|dark| **dark >= SOUND_BLACK).count(), 30 * 8);
}

#[test]
fn a_noisy_sensor_stops_now_and_then_and_goes_on_by_itself() {
    let noise = Poke::Soil { sensor: Sensor::PaperEnd, offset_permille: 0, noise_permille: 600 };
    let mut bench = with(&DESK_80, &[noise]);
    for _ in 0..3 {
        bench.write(|host| {
            host.raw(&receipt());
        });
        bench.settle();
    }
    assert!(count(&bench, |event| *event == Event::PaperEnd) > 3);
    let pieces = collect(&mut bench);
    assert_eq!(pieces.len(), 3);
    assert!(pieces.iter().all(|piece| piece.lines().count() == receipt_text().len()));
}

#[test]
fn damp_air_does_the_same_and_dry_air_does_not() {
    let ends = |relative| {
        let mut bench = with(&DESK_80, &[Poke::Humidity { relative: Permille::new(relative) }]);
        for _ in 0..4 {
            bench.write(|host| {
                host.raw(&receipt());
            });
            bench.settle();
        }
        count(&bench, |event| *event == Event::PaperEnd)
    };
    assert_eq!(ends(500), 0);
    assert!(ends(970) > 2, "{}", ends(970));
}

#[test]
fn near_end_is_a_matter_of_the_roll_and_stops_nothing() {
    let mut bench = with(&DESK_80, &[Poke::PaperLeft(DESK_80.near_end_um())]);
    assert_eq!(statuses(&mut bench), [0x16, 0x12, 0x12, 0x1E]);
    bench.send(&receipt()).settle();
    assert_eq!(collect(&mut bench)[0].reading().legibility, Permille::WHOLE);
}

#[test]
fn paper_put_in_the_wrong_way_round_stays_blank_and_has_the_right_length() {
    let roll = Roll { coating_to_head: false, ..Roll::sound(Micrometres::from_mm(50_000)) };
    let mut bench = with(&DESK_80, &[Poke::LoadRoll(roll)]);
    bench.settle();
    black(&mut bench, 80);
    cut(&mut bench);
    assert_eq!(statuses(&mut bench), ALL_WELL);
    let piece = Arc::clone(&collect(&mut bench)[0]);
    assert!(piece.picture().dots.iter().all(|dark| *dark == 0));
    // 15 mm from blade to head, and 10 mm printed.
    assert_eq!(piece.length_um(), 25_000);
}

#[test]
fn paper_that_does_not_lie_over_its_sensor_is_no_paper() {
    let roll = Roll { over_sensor: false, ..Roll::sound(Micrometres::from_mm(50_000)) };
    let mut bench = with(&DESK_80, &[Poke::LoadRoll(roll)]);
    bench.settle();
    assert_eq!(statuses(&mut bench), [0x1E, 0x32, 0x12, 0x72]);
}
