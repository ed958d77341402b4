//! A session at work: the machine behind its lock, references into it, and the task that drives it.

mod driver;
mod import;
mod shared;

pub(crate) use driver::{drive, Pair, pair};
pub(crate) use shared::Connection;
