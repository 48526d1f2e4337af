//! Bad input: whatever comes, the claims of the fuzz targets hold. The saved inputs stand beside the targets.

use escpos::COMMANDS;
use printer::fuzz::{fuzz_printer, fuzz_receiver};
use proptest::prelude::{ProptestConfig, any, prop, proptest};
use std::fs;
use std::path::Path;

/// Runs every saved input of a target; at least one.
fn replay(target: &str, run: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../dev/fuzz/corpus").join(target);
    let mut count = 0;
    for entry in fs::read_dir(&folder).expect("a folder of inputs") {
        let path = entry.expect("an input").path();
        println!("{}", path.display());
        run(&fs::read(&path).expect("an input"));
        count += 1;
    }
    assert!(count > 0, "nothing is saved in {}", folder.display());
}

#[test]
fn saved_inputs_of_the_receiver_break_no_claim() {
    replay("receiver", fuzz_receiver);
}

#[test]
fn saved_inputs_of_the_printer_break_no_claim() {
    replay("printer_bytes", fuzz_printer);
}

#[test]
fn every_command_leaves_a_printer_that_can_be_set_right() {
    for (at, row) in COMMANDS.iter().enumerate() {
        let model = (at % 6) as u8;
        println!("{} on model {model}", row.name);
        fuzz_printer(&[&[model, 0x20, 255, 0], row.bytes].concat());
        fuzz_receiver(&[&[model, at as u8, 7, 0], row.bytes].concat());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn random_bytes_break_no_claim(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        fuzz_receiver(&bytes);
        fuzz_printer(&bytes);
    }
}
