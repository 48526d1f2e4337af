//! Arbitrary bytes as vouchers, envelopes, uploads, verifications and their answers.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| voucher::fuzz::fuzz_messages(bytes));
