//! Arbitrary scripts at a back office: uploads, answers, notices, people, upgrades and power cuts.

#![no_main]

libfuzzer_sys::fuzz_target!(|script: &[u8]| backoffice::fuzz::fuzz_back_office(script));
