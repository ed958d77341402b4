//! What has happened to a task: numbered events, as far back as they are kept.

mod entry;
mod numbered;

#[cfg(test)]
mod tests;

pub use entry::{Entry, Happening};
pub use numbered::{Bounds, Events};
