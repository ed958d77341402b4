//! Bytes to a message, to text, and back.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| capnweb_runtime::__fuzz::decode(bytes));
