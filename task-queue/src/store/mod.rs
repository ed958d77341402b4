//! Where records outlive the process: the contract, its laws, and the stores that keep them.
//!
//! [`MemoryStore`] lasts as long as the process. [`SqliteStore`] is a file:
//!
//! | file | what is in it |
//! |---|---|
//! | `sqlite/open` | opening a database and finding out whether it is one of ours, and whole; backups |
//! | `sqlite/schema` | the tables, and how those of an older version become them |
//! | `sqlite/writer` | the one thread that has the database, and writes what waits together |
//! | `sqlite/records` | records to rows and back |
//! | `sqlite/references` | references to rows and back |
//!
//! The registry of references keeps its records in a [`ReferenceStore`]: [`SqliteReferences`], in the same
//! file, or [`MemoryReferences`].

mod contract;
mod memory;
mod references;
mod sqlite;

#[cfg(test)]
pub(crate) mod tests;

pub use contract::{Store, StoreError};
pub use memory::MemoryStore;
pub use references::{MemoryReferences, ReferenceStore, Uses};
pub use sqlite::{SqliteReferences, SqliteStore, backup};
