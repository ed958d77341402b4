//! Where records outlive the process: the contract, its laws, and the stores that keep them.

mod contract;
mod memory;

#[cfg(test)]
pub(crate) mod tests;

pub use contract::{RecordId, Store, StoreError};
pub use memory::MemoryStore;
