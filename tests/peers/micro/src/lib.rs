//! Nothing but benchmarks: see `benches/micro.rs`.
