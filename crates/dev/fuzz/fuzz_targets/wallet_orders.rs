//! Arbitrary sequences of asks, payers and time at the acquirer's order book.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| acquirer::fuzz::fuzz_orders(bytes));
