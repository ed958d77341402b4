//! A task queue written as ordinary capability traits.
//!
//! The layers, each using only those above it in this list:
//!
//! * [`model`]: what a task, a worker, a grant and an attempt are. No I/O, no clock.
//! * [`engine`]: the scheduler as a pure state machine, commands in, effects out.
//! * [`store`]: the contract of durable stores and the laws that every one of them keeps.
//! * [`resources`]: storage, locks, network and GPU: what tasks can be granted, for real.
//! * [`work`]: what executing a task of each kind does with what it was granted.
//! * [`caps`]: the capability traits, which are the interface on the wire.
//! * [`worker`]: programs that join a queue and carry out its tasks.
//! * [`service`]: those traits over the engine.
//! * [`cli`] and [`demo`]: the program.

mod clock;
mod entropy;
mod future;

pub mod caps;
pub mod cli;
pub mod demo;
pub mod engine;
pub mod model;
pub mod resources;
pub mod service;
pub mod store;
pub mod work;
pub mod worker;

pub use clock::{Clock, ManualClock, SystemClock};
pub use entropy::OsEntropy;
pub use future::BoxFuture;

/// The examples of the README are compiled as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
