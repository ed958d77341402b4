//! The procedural macros of `capnweb-runtime`; use them through that crate.
