//! Attacks that any capability system must survive, by a peer that writes its own JSON over a real
//! WebSocket: what its own types forbid an honest peer protects nobody from this one.
//!
//! Each test is named after the attack, and says what it would mean if it failed.

mod bank;
mod forging;
mod generations;
mod mapping;
mod oracles;
mod paths;
mod pinning;
