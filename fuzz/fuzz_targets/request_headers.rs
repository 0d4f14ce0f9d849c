//! Runs the target `request_headers` with libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::request_headers(input));
