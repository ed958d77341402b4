//! The owner among crashes, failing disks, lost workers, and messages that come late and twice.
//!
//! Everything runs in simulated time on one thread, from one seed: what goes wrong once goes wrong
//! again.

mod disk;
mod history;
mod members;
mod people;
mod simulation;
mod stage;
