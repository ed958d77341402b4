//! The settings of `serve` and `worker`: from files and options, and as files again.

mod bound;
mod error;
mod file;
mod lasting;
mod number;
mod part;
mod serve;
mod size;
mod supervisor;
mod word;
mod worker;

#[cfg(test)]
mod tests;

pub use error::{ConfigError, Contradiction};
pub(super) use lasting::Lasting;
pub(super) use serve::{DATA, ServeSettings};
pub(super) use size::Size;
pub(super) use supervisor::set_pools;
pub(super) use word::{Text, Word};
pub(super) use worker::{BUILT_IN, BuiltIn, Environment, WorkerSettings};
