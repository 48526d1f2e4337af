//! Bad input: whatever comes, the claims of the fuzz targets hold. Saved inputs are replayed where files may be read.

use crate::driver::Bench;
use escpos::COMMANDS;
use printer::fuzz::{fuzz_printer, fuzz_receiver};
use printer::{DESK_80, Micrometres, Poke};
use proptest::prelude::{ProptestConfig, any, prop, proptest};

#[test]
fn every_command_leaves_a_printer_that_can_be_set_right() {
    for (at, row) in COMMANDS.iter().enumerate() {
        let model = (at % 6) as u8;
        println!("{} on model {model}", row.name);
        fuzz_printer(&[&[model, 0x20, 255, 0], row.bytes].concat());
        fuzz_receiver(&[&[model, at as u8, 7, 0], row.bytes].concat());
    }
}

#[test]
fn a_place_that_is_reserved_again_and_again_is_cut_once_and_takes_no_more_memory() {
    let mut bench = Bench::new(&DESK_80);
    bench.send_obediently(b"\x1DV\x61\x00").settle();
    let before = bench.printer.footprint_bytes();
    bench.send_obediently(&b"\x1DV\x61\x00".repeat(10_000)).settle();
    // One that was kept would take 16 bytes.
    assert!(bench.printer.footprint_bytes() < before + 1000);
    bench.send_obediently(&b"\x1BJ\xF0".repeat(4)).settle();
    assert_eq!(bench.story(), ["cut #1", "offered #1"]);
}

#[test]
fn whoever_pulls_at_the_paper_pulls_no_longer_when_it_is_torn_out() {
    let receipt = |bench: &mut Bench| {
        bench.poke(Poke::LoadPaper).pass_ms(5000);
        bench.write(|host| {
            host.text(b"one\ntwo").cut(escpos::CutMode::Full, Some(0));
        });
        bench.settle().poke(Poke::TakeReceipt).pieces().last().map(|piece| piece.length_um())
    };
    let (mut pulled, mut sound) = (Bench::new(&DESK_80), Bench::new(&DESK_80));
    pulled.poke(Poke::Pull { force_mn: 20_000, over: Micrometres::from_mm(500) });
    assert_eq!(receipt(&mut pulled), receipt(&mut sound));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn random_bytes_break_no_claim(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        fuzz_receiver(&bytes);
        fuzz_printer(&bytes);
    }
}
