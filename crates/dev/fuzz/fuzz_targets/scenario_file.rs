//! Arbitrary bytes as a scenario file and as a rig file: a value or diagnostics that render, never a panic.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Err(errors) = scenario::Scenario::parse_all("fuzz.yaml", bytes) {
        assert!(!errors.render(false).is_empty());
    }
    if let Err(errors) = scenario::Rig::parse("fuzz.yaml", bytes) {
        assert!(!errors.render(false).is_empty());
    }
});
