//! Storage: values and bytes under keys, in a directory or in a store of another's.

mod backend;
mod conditions;
mod content;
mod directory;
mod error;
mod limits;
mod object;
mod store;
mod streams;

#[cfg(test)]
mod tests;

pub use backend::{Backend, Upload};
pub use conditions::{Conditions, Expected};
pub use content::{Chunks, Content};
pub use directory::Directory;
pub use error::StorageError;
pub use limits::StorageLimits;
pub use object::{Form, Object, Page, Stat, Version};
pub use store::ObjectStore;
