//! What goes on in a queue, in numbers: counted as it happens, never by looking at all tasks.

mod capped;
mod health;
mod histogram;
mod page;
mod recorder;
mod report;
mod standing;

#[cfg(test)]
mod tests;

pub use health::Unhealthy;
pub(super) use recorder::{Metrics, word};
