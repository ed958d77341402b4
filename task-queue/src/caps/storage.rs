//! The object store.

use capnweb_runtime::{Bytes, ReadableStream, Result, capability};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::lock::{LockStub, PermitStub};
use super::resource_error::ResourceError;

/// A store of values and of bytes by key.
#[capability]
#[attenuate(StorageReader {
    read, read_versioned, stat, open_read -> ReadableStream, list, list_page,
    under -> StorageReader, id, read_only,
})]
#[attenuate(StorageAppender {
    read, read_versioned, stat, open_read -> ReadableStream, list, list_page, add, add_from,
    under -> StorageAppender, id, read_only,
})]
pub trait Storage {
    /// Returns the value of a key; fails with `not found` if there is none.
    async fn read(&self, key: String) -> Result<Value, ResourceError>;

    /// Sets the value of a key, if what `when` asks for holds.
    async fn write(
        &self,
        key: String,
        value: Value,
        when: Option<WriteConditions>,
    ) -> Result<KeyDone, ResourceError>;

    /// Returns every key, in order; fails if there are more than 10,000.
    async fn list(&self) -> Result<Vec<String>, ResourceError>;

    /// Removes a key, if what `when` asks for holds; fails with `not found` if there is none.
    async fn delete(
        &self,
        key: String,
        when: Option<WriteConditions>,
    ) -> Result<KeyDone, ResourceError>;

    /// Sets the value of a key if it has the expected one; `null` stands for no value. Returns
    /// whether it did.
    async fn compare_and_swap(
        &self,
        key: String,
        expected: Value,
        value: Value,
    ) -> Result<bool, ResourceError>;

    /// Returns the value of a key with its version, for a write on condition that it is still that.
    async fn read_versioned(&self, key: String) -> Result<VersionedValue, ResourceError>;

    /// Returns what is known of a key without its content.
    async fn stat(&self, key: String) -> Result<StoredObject, ResourceError>;

    /// Returns keys that begin with `prefix` and come after `after`, in order, up to `limit`.
    async fn list_page(
        &self,
        prefix: Option<String>,
        after: Option<String>,
        #[default(1_000)] limit: u32,
    ) -> Result<KeyPage, ResourceError>;

    /// Sets the value of a key that has none; fails with a conflict if it has.
    async fn add(&self, key: String, value: Value) -> Result<KeyDone, ResourceError>;

    /// Returns the bytes of a key as a stream; of a value, its JSON text.
    async fn open_read(&self, key: String) -> Result<ReadableStream<Bytes>, ResourceError>;

    /// Makes the key's content what the stream brings, once it has ended, if what `when` asks for
    /// holds. Whatever goes wrong before that, nothing has changed; so it is when the caller lets go
    /// of the promise.
    #[rpc(cancel = "drop")]
    async fn write_from(
        &self,
        key: String,
        bytes: ReadableStream<Bytes>,
        when: Option<WriteConditions>,
    ) -> Result<KeyDone, ResourceError>;

    /// Makes what the stream brings the content of a key that has none.
    #[rpc(cancel = "drop")]
    async fn add_from(
        &self,
        key: String,
        bytes: ReadableStream<Bytes>,
    ) -> Result<KeyDone, ResourceError>;

    /// Returns the part of the store whose keys begin with `prefix`, as a store of its own: its keys
    /// are what follows, and nothing else can be reached through it.
    async fn under(&self, prefix: String) -> Result<StorageStub, ResourceError>;

    /// Waits for the lock on a key and returns it; it expires after `ttl_ms` milliseconds. Letting
    /// go of the promise gives up the place in the queue.
    #[rpc(cancel = "drop")]
    async fn lock(
        &self,
        key: String,
        #[default(30_000)] ttl_ms: u64,
    ) -> Result<LockStub, ResourceError>;

    /// Waits for one of a semaphore's permits and returns it; it expires after `ttl_ms`
    /// milliseconds. Everybody who uses it must name the same number of permits.
    #[rpc(cancel = "drop")]
    async fn semaphore(
        &self,
        key: String,
        permits: u32,
        #[default(30_000)] ttl_ms: u64,
    ) -> Result<PermitStub, ResourceError>;

    /// The store's name.
    #[property]
    fn id(&self) -> String;

    /// Whether this reference can only read.
    #[property]
    fn read_only(&self) -> bool;
}

/// What must hold for a change to happen; each may be left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WriteConditions {
    /// The key's content is still of this version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_version: Option<String>,
    /// The key has no content.
    #[serde(default)]
    pub if_absent: bool,
    /// The lock with this token has not passed on: nobody has changed the key with a greater one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<u64>,
}

/// The answer of a change to one key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyDone {
    /// Always true; a change that fails is an error.
    pub success: bool,
    /// The key.
    pub key: String,
    /// The version of what was written; left out where nothing was asked for that the system which
    /// this one follows does not know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// A value with its version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VersionedValue {
    /// The value.
    pub value: Value,
    /// Which write of the key it is.
    pub version: String,
}

/// What is known of a key without its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredObject {
    /// Which write of the key it is.
    pub version: String,
    /// How many bytes it has.
    pub size: u64,
    /// Whether it is a value, which can be `read`, or bytes, which can only be opened.
    pub form: crate::resources::storage::Form,
}

/// Some of the keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyPage {
    /// The keys, in order.
    pub keys: Vec<String>,
    /// What to pass as `after` for the next page; `null` if this is the last.
    pub next: Option<String>,
}

impl WriteConditions {
    /// The key has no content.
    pub fn if_absent() -> Self {
        Self {
            if_absent: true,
            ..Self::default()
        }
    }

    /// The key's content is still of that version.
    pub fn if_version(version: impl Into<String>) -> Self {
        Self {
            if_version: Some(version.into()),
            ..Self::default()
        }
    }

    /// The same, by whoever holds the lock with that token.
    #[must_use]
    pub const fn with_token(mut self, token: u64) -> Self {
        self.token = Some(token);
        self
    }
}
