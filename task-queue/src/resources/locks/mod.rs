//! Locks and semaphores: expiring, first come first served, with tokens that tell holders apart.

mod error;
mod guard;
mod limits;
mod manager;
mod table;

#[cfg(test)]
mod tests;

pub use error::LockError;
pub use guard::LockGuard;
pub use limits::LockLimits;
pub use manager::{LockManager, Standing};
