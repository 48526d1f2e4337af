//! Arbitrary bytes as one ISO 8583 body in every dialect, as a stream of frames, as every sub-field, and as a dialect file:
//! never a panic, and what decodes encodes again.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    iso8583::fuzz::fuzz_decode(bytes);
    iso8583::fuzz::fuzz_frames(bytes);
    iso8583::fuzz::fuzz_sub_fields(bytes);
    iso8583::fuzz::fuzz_files(bytes);
});
