//! What fuzzers drive: the codec, fed with bytes.
//!
//! Not part of the public interface: built for the tests of this crate, and for the programs in
//! `fuzz/` with the feature `__fuzz`.
#![allow(
    clippy::panic,
    clippy::expect_used,
    reason = "a fuzzer is told of a finding by a panic"
)]

mod decode;
mod same;

pub use decode::decode;

#[cfg(test)]
mod tests;
