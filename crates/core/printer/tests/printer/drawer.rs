//! Claims about the cash drawer. Facts: printer sources, sections 0, 2.1, 3.1, 10 and 13.

use crate::driver::Bench;
use printer::{DESK_80, KIOSK_80, Poke};

fn count(bench: &Bench, words: &str) -> usize {
    bench.story().iter().filter(|line| *line == words).count()
}

#[test]
fn a_pulse_opens_the_drawer_and_the_level_of_pin_3_tells_it_everywhere() {
    let mut bench = Bench::new(&DESK_80);
    bench.send(b"\x1Da\x01");
    assert!(bench.replies.ends_with(&[0x14, 0x00, 0x00, 0x0F]));
    bench.send(b"\x1Bp\x00\x19\x19").settle();
    assert_eq!(count(&bench, "drawer opened"), 1);
    assert!(bench.replies.ends_with(&[0x10, 0x00, 0x00, 0x0F]), "the byte that means open to ESC-POS-.NET");
    assert_eq!(bench.status(1), Some(0x12));
    bench.send(b"\x1Dr\x02");
    assert!(bench.replies.ends_with(&[0x00]));
    bench.poke(Poke::CloseDrawer);
    assert_eq!(bench.status(1), Some(0x16));
}

#[test]
fn a_pulse_on_the_other_pin_or_without_a_cable_opens_nothing() {
    let mut bench = Bench::new(&DESK_80);
    bench.send(b"\x1Bp\x01\x19\x19").settle();
    assert_eq!((count(&bench, "pulse on pin 5"), count(&bench, "drawer opened")), (1, 0));
    bench.poke(Poke::DrawerCable { plugged: false }).send(b"\x1Bp\x00\x19\x19").settle();
    assert_eq!((count(&bench, "pulse on pin 2"), count(&bench, "drawer opened")), (1, 0));
    assert_eq!(bench.status(1), Some(0x16), "the pin is pulled high");
    let mut kiosk = Bench::new(&KIOSK_80);
    kiosk.send(b"\x1Bp\x00\x19\x19").settle();
    assert_eq!((count(&kiosk, "pulse on pin 2"), kiosk.status(1)), (0, Some(0x12)));
}

#[test]
fn a_solenoid_is_on_for_a_fifth_of_the_time_at_most() {
    let mut bench = Bench::new(&DESK_80);
    // 50 ms on and 50 ms off; the driver rests until 250 ms.
    bench.send(b"\x1Bp\x00\x19\x19").pass_ms(200).send(b"\x1Bp\x00\x19\x19");
    assert_eq!((count(&bench, "pulse on pin 2"), count(&bench, "pulse on pin 2 refused")), (1, 1));
    bench.pass_ms(50).send(b"\x1Bp\x00\x19\x19");
    assert_eq!(count(&bench, "pulse on pin 2"), 2);
}

#[test]
fn the_next_pulse_waits_for_the_pause_which_is_at_least_as_long_as_the_pulse() {
    let mut bench = Bench::new(&DESK_80);
    // 100 ms on; 2 ms off becomes 100 ms.
    bench.send(b"\x1Bp\x00\x32\x01\x1Bp\x01\x19\x19\x1Dr\x01").pass_ms(199);
    assert_eq!((count(&bench, "pulse on pin 5"), bench.replies.len()), (0, 0));
    bench.pass_ms(1);
    assert_eq!((count(&bench, "pulse on pin 5"), bench.replies.len()), (1, 1));
}

#[test]
fn drivers_that_leave_out_the_times_fire_only_the_first_pin() {
    // node-thermal-printer: ESC p 0, ESC p 1, both without times. 1Bh and 70h become the times of the first.
    let mut bench = Bench::new(&DESK_80);
    bench.send(b"\x1Bp\x00\x1Bp\x01").settle();
    assert_eq!((count(&bench, "pulse on pin 2"), count(&bench, "pulse on pin 5")), (1, 0));
    // Odoo fires both.
    let mut odoo = Bench::new(&DESK_80);
    odoo.send(b"\x1B=\x01\x1Bp\x00\x19\x19\x1Bp\x01\x19\x19").settle();
    assert_eq!((count(&odoo, "pulse on pin 2"), count(&odoo, "pulse on pin 5")), (1, 1));
}

#[test]
fn a_real_time_pulse_works_offline_unless_it_is_disabled() {
    let mut bench = Bench::new(&DESK_80);
    bench.poke(Poke::OpenCover).send(b"\x10\x14\x01\x00\x01");
    assert_eq!(count(&bench, "drawer opened"), 1);
    bench.poke(Poke::CloseDrawer).poke(Poke::CloseCover).pass_ms(5000);
    bench.send(b"\x1D(D\x03\x00\x14\x01\x00\x10\x14\x01\x00\x01").settle();
    assert_eq!(count(&bench, "pulse on pin 2"), 2, "it is executed before GS ( D, which waits for its turn");
    bench.pass_ms(5000).send(b"\x10\x14\x01\x00\x01");
    assert_eq!(count(&bench, "pulse on pin 2"), 2);
}
