//! Arbitrary bytes as a terminal's journal: what is read is written the same.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| terminal::fuzz::fuzz_journal(bytes));
