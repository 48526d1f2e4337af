//! The saved inputs of the fuzz targets, which stand beside the tests of each crate, break no claim.

use std::error::Error;
use std::fs;
use std::path::Path;

fn replay(folder: &str, run: fn(&[u8])) -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/core").join(folder);
    let mut count = 0;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        #[expect(clippy::print_stdout, reason = "a failing input is told")]
        {
            println!("{}", path.display());
        }
        run(&fs::read(path)?);
        count += 1;
    }
    assert!(count > 50, "{count} inputs");
    Ok(())
}

#[test]
fn saved_inputs_of_the_parser() -> Result<(), Box<dyn Error>> {
    replay("escpos/tests/inputs/parse", escpos::fuzz_parse)
}

#[test]
fn saved_inputs_of_the_receiver() -> Result<(), Box<dyn Error>> {
    replay("printer/tests/inputs/receiver", printer::fuzz::fuzz_receiver)
}

#[test]
fn saved_inputs_of_the_printer() -> Result<(), Box<dyn Error>> {
    replay("printer/tests/inputs/printer_bytes", printer::fuzz::fuzz_printer)
}
