//! Arbitrary bytes through every reader of the ESC/POS crate.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| escpos::fuzz_parse(bytes));
