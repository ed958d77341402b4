//! A script of messages and of what applications do, against sessions.
#![no_main]

libfuzzer_sys::fuzz_target!(|script: &[u8]| capnweb_runtime::__fuzz::session(script));
