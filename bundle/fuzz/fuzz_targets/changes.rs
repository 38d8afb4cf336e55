//! Changes of any making to sound bundles.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[allow(dead_code)]
#[path = "../../tests/it/exercise.rs"]
mod exercise;

fuzz_target!(|bytes: &[u8]| {
    exercise::changes(bytes);
});
