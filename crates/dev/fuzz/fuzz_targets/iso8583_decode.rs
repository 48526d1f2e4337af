//! Arbitrary bytes as one ISO 8583 body, and as a stream of frames: never a panic, and what decodes encodes again.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    iso8583::fuzz::fuzz_decode(bytes);
    iso8583::fuzz::fuzz_frames(bytes);
});
