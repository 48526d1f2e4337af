//! Arbitrary frames at the acquirer's card host.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| acquirer::fuzz::fuzz_card_host(bytes));
