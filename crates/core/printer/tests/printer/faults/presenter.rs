//! Claims about the presenter: offers, dust on its sensor, jams, a full bin. Facts: printer sources, section 8.

use super::{job, moved, statuses, told, with};
use crate::driver::Bench;
use escpos::{Dialect, Presenter};
use printer::{KIOSK_80, Poke, Profile, Sensor, TypeFace};

/// A kiosk printer that knows `GS R`.
static CITIZEN: Profile = Profile {
    type_face: TypeFace {
        dialect: Dialect { citizen_presenter: true, ..KIOSK_80.type_face.dialect },
        ..KIOSK_80.type_face
    },
    ..KIOSK_80
};

#[test]
fn an_exit_sensor_full_of_dust_never_sees_the_receipt_taken() {
    let mut bench = offered(&[soiled_exit(-500)]);
    bench.poke(Poke::TakeReceipt);
    assert!(told(&bench, "taken #1"));
    moved(&mut bench, Presenter::Status);
    // Paper present 04h and a ticket at the output 08h, although it is gone.
    assert_eq!(bench.replies.last(), Some(&0x0C));
    // After 30 s the printer pulls at nothing, still sees paper, and calls it a jam.
    bench.settle();
    assert_eq!(statuses(&mut bench)[2], 0x16);
    assert!(!told(&bench, "retracted"));
}

#[test]
fn an_exit_sensor_that_sees_nothing_never_has_the_receipt_pulled_back() {
    let mut bench = offered(&[soiled_exit(500)]);
    moved(&mut bench, Presenter::Status);
    assert_eq!(bench.replies.last(), Some(&0x04));
    bench.pass_ms(600_000).poke(Poke::TakeReceipt);
    assert!(told(&bench, "taken #1") && !told(&bench, "retracted"));
}

#[test]
fn a_presenter_that_is_stuck_is_a_jam_after_three_tries_and_goes_on_when_free() {
    let mut bench = with(&KIOSK_80, &[Poke::BlockPresenter]);
    job(&mut bench, "receipt");
    bench.settle();
    let from = bench.now;
    moved(&mut bench, Presenter::Eject);
    bench.settle();
    // Three times 600 ms.
    assert_eq!(bench.now.since(from).as_millis(), 1800);
    assert_eq!(statuses(&mut bench), [0x1A, 0x52, 0x16, 0x12]);
    bench.poke(Poke::TakeReceipt).poke(Poke::FreePresenter).send(b"\x10\x05\x01").settle();
    assert!(!told(&bench, "taken"));
    bench.poke(Poke::TakeReceipt);
    assert!(told(&bench, "taken #1"));
    assert_eq!(statuses(&mut bench), [0x12; 4]);
}

#[test]
fn a_full_bin_takes_no_receipt_back() {
    let mut bench = offered(&[Poke::FillBin { pieces: 20 }]);
    bench.pass_ms(60_000);
    assert!(!told(&bench, "retracted"));
    bench.poke(Poke::TakeReceipt);
    assert!(told(&bench, "taken #1"));
    let mut bench = offered(&[Poke::FillBin { pieces: 19 }]);
    bench.pass_ms(60_000);
    assert!(told(&bench, "retracted #1"));
}

#[test]
fn the_time_of_an_offer_can_be_set_and_switched_off() {
    let mut bench = with(&CITIZEN, &[]);
    bench.send(b"\x1DR\x01\x05");
    job(&mut bench, "receipt");
    moved(&mut bench, Presenter::Default);
    bench.settle();
    let moment = |bench: &Bench, words: &str| {
        bench.events.iter().find(|(_, event)| event.to_string().starts_with(words)).map(|(at, _)| *at)
    };
    let (offered, retracted) = (moment(&bench, "offered").unwrap(), moment(&bench, "retracted").unwrap());
    // 5 s, and 0.6 s to pull it in.
    assert_eq!(retracted.since(offered).as_millis(), 5600);
    let mut bench = with(&CITIZEN, &[]);
    bench.send(b"\x1DR\x01\x00");
    job(&mut bench, "receipt");
    moved(&mut bench, Presenter::Default);
    bench.pass_ms(3_600_000);
    assert!(!told(&bench, "retracted"));
}

#[test]
fn the_time_of_an_offer_is_kept_over_a_clear_and_not_over_a_power_cut() {
    let seconds = |between: fn(&mut Bench)| {
        let mut bench = with(&CITIZEN, &[]);
        bench.send(b"waiting\n\x1DR\x01\x05");
        between(&mut bench);
        bench.settle();
        job(&mut bench, "receipt");
        moved(&mut bench, Presenter::Default);
        bench.settle();
        let moment = |words: &str| {
            bench.events.iter().find(|(_, event)| event.to_string().starts_with(words)).map(|(at, _)| *at)
        };
        moment("retracted").unwrap().since(moment("offered").unwrap()).as_millis()
    };
    assert_eq!(seconds(|_| ()), 5600);
    let clear = |bench: &mut Bench| {
        bench.send(&[0x10, 0x14, 8, 1, 3, 0x14, 1, 6, 2, 8]);
    };
    let power = |bench: &mut Bench| {
        bench.settle().poke(Poke::PowerOff).poke(Poke::PowerOn);
    };
    assert_eq!([seconds(clear), seconds(power)], [5600, 30_600]);
}

fn offered(faults: &[Poke]) -> Bench {
    let mut bench = with(&KIOSK_80, faults);
    job(&mut bench, "receipt");
    moved(&mut bench, Presenter::Present { steps: 2 });
    bench.pass_ms(2000);
    bench
}

fn soiled_exit(offset_permille: i16) -> Poke {
    Poke::Soil { sensor: Sensor::Exit, offset_permille, noise_permille: 0 }
}
