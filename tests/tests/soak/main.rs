//! Everything at once, for a while, with npm `capnweb` at the other end: afterwards both tables of
//! every session are at their one entry, and no memory has grown.
//!
//! It takes a few seconds, or as many as the environment variable `CAPNWEB_SOAK_SECONDS` says.

mod acts;
mod javascript_clients;
#[allow(dead_code, reason = "only the client's half is used here")]
#[path = "../../../capnweb-runtime/examples/interop-target/mapping.rs"]
mod mapping;
mod memory;
mod rust_clients;
#[allow(dead_code, reason = "only the client's half is used here")]
#[path = "../../../capnweb-runtime/examples/interop-target/streams.rs"]
mod streams;
mod support;
#[allow(dead_code, reason = "only the client's half is used here")]
#[path = "../../../capnweb-runtime/examples/interop-target/target.rs"]
mod target;
