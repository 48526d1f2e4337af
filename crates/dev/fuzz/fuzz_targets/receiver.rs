//! Arbitrary bytes to a printer that is offline, busy or has a small buffer: every byte is accounted for, and questions
//! in real time are answered at once.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| printer::fuzz::fuzz_receiver(bytes));
