//! Storage: JSON values under keys, each a file in a directory.

mod conditions;
mod directory;
mod error;
mod index;
mod key;
mod object;
mod store;

#[cfg(test)]
mod tests;

pub use conditions::{Conditions, Expected};
pub use error::StorageError;
pub use object::{Object, Version};
pub use store::{ObjectStore, StorageLimits};
