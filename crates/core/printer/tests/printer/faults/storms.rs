//! Claims that hold whatever is done: random pokes at random moments, and a mechanic afterwards.

use super::moved;
use crate::driver::{Bench, receipt};
use escpos::Presenter;
use printer::{DESK_80, KIOSK_80, Micrometres, Permille, Poke, Roll, SLIP_58, Sensor, Wire};
use proptest::prelude::{ProptestConfig, Strategy, any, prop, prop_oneof, proptest};

/// Anything that can be done to a printer, with any numbers.
pub(crate) fn pokes() -> impl Strategy<Value = Poke> {
    let permille = || any::<u16>().prop_map(Permille::new);
    let length = || (0_u32..200_000).prop_map(Micrometres);
    let wire = || prop::sample::select(vec![Wire::Sound, Wire::Open, Wire::Shorted]);
    let sensor = || prop::sample::select(vec![Sensor::PaperEnd, Sensor::NearEnd, Sensor::Exit]);
    let simple = prop::sample::select(vec![
        Poke::PowerOff,
        Poke::PowerOn,
        Poke::PowerOn,
        Poke::OpenCover,
        Poke::CloseCover,
        Poke::LoadPaper,
        Poke::TakeReceipt,
        Poke::WrapPaper,
        Poke::ClearJam,
        Poke::FreePaper,
        Poke::RenewPlaten,
        Poke::RenewHead,
        Poke::UnplugModule,
        Poke::PlugModule,
        Poke::CleanSensors,
        Poke::FreeBlade,
        Poke::BlockPresenter,
        Poke::FreePresenter,
        Poke::EmptyBin,
        Poke::RenewSupply,
        Poke::RenewGears,
        Poke::PressFeed,
        Poke::ReleaseFeed,
        Poke::Inspect,
        Poke::CloseDrawer,
    ]);
    let feed = prop_oneof![
        permille().prop_map(|force| Poke::WeakenMotor { force }),
        permille().prop_map(|grip| Poke::GlazePlaten { grip }),
        (length(), length(), permille()).prop_map(|(at, length, contact)| Poke::SpotPlaten {
            at,
            length,
            contact
        }),
        (any::<u32>(), length()).prop_map(|(force_mn, over)| Poke::Pull { force_mn, over }),
        length().prop_map(|at| Poke::Jam { at }),
        length().prop_map(Poke::PaperLeft),
        (length(), any::<bool>(), permille(), any::<i16>(), any::<bool>()).prop_map(
            |(length, coating_to_head, sensitivity, skew_permille, over_sensor)| Poke::LoadRoll(Roll {
                length,
                coating_to_head,
                sensitivity,
                skew_permille,
                over_sensor
            })
        ),
    ];
    let electric = prop_oneof![
        (any::<u16>(), any::<u16>()).prop_map(|(first, count)| Poke::OpenDots { first, count }),
        (any::<u16>(), any::<u16>()).prop_map(|(first, count)| Poke::ShortDots { first, count }),
        (permille(), permille()).prop_map(|(left, right)| Poke::TiltHead { left, right }),
        any::<u32>().prop_map(|km| Poke::AgeHead { km }),
        wire().prop_map(Poke::Thermistor),
        wire().prop_map(Poke::HomeSwitch),
        any::<u32>().prop_map(|voltage_mv| Poke::Supply { voltage_mv }),
        (0_u32..30_000).prop_map(|voltage_mv| Poke::Supply { voltage_mv }),
        any::<u32>().prop_map(|resistance_mohm| Poke::SupplyResistance { resistance_mohm }),
        (sensor(), -999_i16..999, 0_u16..999).prop_map(|(sensor, offset_permille, noise_permille)| {
            Poke::Soil { sensor, offset_permille, noise_permille }
        }),
        permille().prop_map(|at| Poke::BlockBlade { at }),
        any::<u16>().prop_map(|pieces| Poke::FillBin { pieces }),
        any::<i16>().prop_map(|temp_c| Poke::Ambient { temp_c }),
        permille().prop_map(|relative| Poke::Humidity { relative }),
    ];
    prop_oneof![2 => simple, 2 => feed, 3 => electric]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whatever_is_done_to_it_time_goes_on_and_statuses_keep_their_fixed_bits(
        model in 0_usize..3,
        acts in prop::collection::vec((prop::option::of(pokes()), 0_u64..700), 1..25),
    ) {
        let Some(profile) = [&DESK_80, &KIOSK_80, &SLIP_58].into_iter().nth(model) else { return Ok(()) };
        let mut bench = Bench::new(profile);
        for (poke, ms) in acts {
            match poke {
                Some(poke) => bench.poke(poke),
                None => bench.send(&receipt()).send(b"\x1De\x03\x03\x1DV\x67\x10\x1DV\x61\x20\x1B@"),
            };
            let until = sim::SimTime::from_nanos(bench.now.as_nanos() + ms * 1_000_000);
            while let Some(at) = bench.wake_at().filter(|at| *at <= until) {
                assert!(at >= bench.now);
                bench.until(at);
                assert!(bench.wake_at().is_none_or(|next| next > at), "time stands still");
            }
            bench.until(until).send(&[0; 10]);
            for n in 1..=4 {
                assert!(bench.status(n).is_none_or(|byte| byte & 0x93 == 0x12));
            }
        }
        bench.poke(Poke::Inspect).poke(Poke::LoadPaper);
    }

    #[test]
    fn a_storm_of_pokes_at_one_instant_is_survived_and_can_be_mended(
        model in 0_usize..3,
        ms in 0_u64..1500,
        storm in prop::collection::vec(pokes(), 1..80),
    ) {
        let Some(profile) = [&DESK_80, &KIOSK_80, &SLIP_58].into_iter().nth(model) else { return Ok(()) };
        let mut bench = Bench::new(profile);
        bench.send(&receipt()).pass_ms(ms);
        for poke in storm {
            bench.poke(poke);
        }
        bench.pass_ms(10_000);
        mend(&mut bench);
        bench.send(&receipt()).settle();
        moved(&mut bench, Presenter::Eject);
        bench.settle().poke(Poke::TakeReceipt);
        let last = bench.pieces().pop();
        assert_eq!(last.map(|piece| piece.reading().legibility), Some(Permille::WHOLE));
        assert_eq!([2, 3, 4].map(|n| bench.status(n)), [Some(0x12); 3]);
    }
}

/// A mechanic makes everything new, and switches it on.
fn mend(bench: &mut Bench) {
    let done = [
        Poke::PowerOff,
        Poke::ReleaseFeed,
        Poke::RenewGears,
        Poke::RenewPlaten,
        Poke::ClearJam,
        Poke::FreePaper,
        Poke::Pull { force_mn: 0, over: Micrometres(0) },
        Poke::RenewHead,
        Poke::PlugModule,
        Poke::CleanSensors,
        Poke::RenewSupply,
        Poke::FreeBlade,
        Poke::HomeSwitch(Wire::Sound),
        Poke::FreePresenter,
        Poke::EmptyBin,
        Poke::Ambient { temp_c: 25 },
        Poke::Humidity { relative: Permille::new(500) },
        Poke::LoadPaper,
        Poke::TakeReceipt,
    ];
    for poke in done {
        bench.poke(poke);
    }
    bench.pass_ms(3_600_000).poke(Poke::PowerOn).settle().poke(Poke::TakeReceipt);
}
