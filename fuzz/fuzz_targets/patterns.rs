//! Runs the target `patterns` with libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::patterns(input));
