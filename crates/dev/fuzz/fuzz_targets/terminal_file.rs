//! Arbitrary bytes as a terminal profile: a value or diagnostics that render, never a panic. A profile lives as long as
//! the program, so files are short: 4 KB.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| scenario::fuzz_terminal_file(bytes));
