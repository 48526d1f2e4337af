//! Arbitrary bytes through every reader of the ESC/POS crate: `cargo +nightly fuzz run escpos_parse`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tillrig_escpos::fuzz_parse(bytes));
