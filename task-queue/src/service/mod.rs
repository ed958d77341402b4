//! The capability traits over the engine.

mod attempt;
mod care;
mod config;
mod far;
mod gate;
mod gateway;
mod gpu;
mod hub;
mod loan;
mod lock;
mod network;
mod observers;
mod owner;
mod pool;
mod queue;
mod refusal;
mod secrets;
mod storage;
mod supervisor;
mod task;
mod worker;

pub use config::Config;
pub use secrets::Secrets;
pub use supervisor::{StartError, Supervisor};

#[cfg(test)]
mod tests;
