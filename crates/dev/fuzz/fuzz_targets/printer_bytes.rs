//! Arbitrary bytes, pokes and time to a whole printer, which afterwards is mended and prints a receipt as a new one.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| printer::fuzz::fuzz_printer(bytes));
