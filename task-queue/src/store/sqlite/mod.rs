//! The store in a file: SQLite, compiled in, written by one thread.

mod open;
mod packed;
mod records;
mod references;
mod schema;
mod settings;
mod store;
mod writer;

#[cfg(test)]
mod tests;

pub use open::backup;
pub use references::SqliteReferences;
pub use store::SqliteStore;
