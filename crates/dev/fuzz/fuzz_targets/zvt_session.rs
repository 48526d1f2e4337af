//! Arbitrary bytes as ZVT messages, and as a register, with time, at a session on both transports: what is read is written
//! the same, and whatever came before, a session comes to rest.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    zvt::fuzz::fuzz_messages(bytes);
    zvt::fuzz::fuzz_session(bytes);
});
