//! Arbitrary requests to a wallet platform in every dialect: hearing and answering never panic.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    wallet::fuzz::fuzz_request(bytes);
    wallet::fuzz::fuzz_body(bytes);
    wallet::fuzz::fuzz_answer(bytes);
});
