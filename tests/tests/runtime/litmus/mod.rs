//! Attacks that any capability system must survive, where a wire alone does not show it. Those that it
//! does are data, in `tests/litmus`.
//!
//! Each test is named after the attack, and says what it would mean if it failed.

mod bank;
mod generations;
mod secrets;
