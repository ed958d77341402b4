//! The object store.

use capnweb_runtime::{Result, capability};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::lock::LockStub;
use super::resource_error::ResourceError;

/// A store of values by key.
#[capability]
#[attenuate(StorageReader { read, list, id, read_only })]
pub trait Storage {
    /// Returns the value of a key; fails with `not found` if there is none.
    async fn read(&self, key: String) -> Result<Value, ResourceError>;

    /// Sets the value of a key. With the token of a lock on the key, it fails if the lock has
    /// passed to somebody else.
    async fn write(
        &self,
        key: String,
        value: Value,
        fence: Option<u64>,
    ) -> Result<KeyDone, ResourceError>;

    /// Returns every key, in order.
    async fn list(&self) -> Result<Vec<String>, ResourceError>;

    /// Removes a key; fails with `not found` if there is none.
    async fn delete(&self, key: String) -> Result<KeyDone, ResourceError>;

    /// Sets the value of a key if it has the expected one; `null` stands for no value. Returns
    /// whether it did.
    async fn compare_and_swap(
        &self,
        key: String,
        expected: Value,
        value: Value,
    ) -> Result<bool, ResourceError>;

    /// Waits for the lock on a key and returns it; it expires after `ttl_ms` milliseconds. Letting
    /// go of the promise gives up the place in the queue.
    #[rpc(cancel = "drop")]
    async fn lock(
        &self,
        key: String,
        #[default(30_000)] ttl_ms: u64,
    ) -> Result<LockStub, ResourceError>;

    /// The store's name.
    #[property]
    fn id(&self) -> String;

    /// Whether this reference can only read.
    #[property]
    fn read_only(&self) -> bool;
}

/// The answer of a change to one key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyDone {
    /// Always true; a change that fails is an error.
    pub success: bool,
    /// The key.
    pub key: String,
}
