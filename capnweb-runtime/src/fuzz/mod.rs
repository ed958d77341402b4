//! What fuzzers drive: the codec, fed with bytes; sessions, fed with scripts.
//!
//! Not part of the public interface: built for the tests of this crate, and for the programs in
//! `fuzz/` and the benchmarks of the codec with the feature `__fuzz`.
#![allow(
    clippy::panic,
    clippy::expect_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "a fuzzer is told of a finding by a panic"
)]

mod choices;
mod codec;
mod decode;
mod same;
mod script;
mod session;

pub use codec::{Parsed, parse};
pub use decode::decode;
pub use script::session;

#[cfg(test)]
mod tests;
