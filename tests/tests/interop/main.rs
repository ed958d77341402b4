//! Interop with the JavaScript peer, npm `capnweb`.

mod coverage;
mod differential;
mod js_through_rust;
mod js_to_js;
mod js_to_rust;
mod litmus;
#[path = "../../../capnweb-runtime/examples/interop-target/mapping.rs"]
mod mapping;
mod membrane;
mod program;
mod revocation;
mod rust_to_js;
#[path = "../../../capnweb-runtime/examples/interop-target/streams.rs"]
mod streams;
mod sturdy;
mod support;
#[path = "../../../capnweb-runtime/examples/interop-target/target.rs"]
mod target;
mod transcripts;
