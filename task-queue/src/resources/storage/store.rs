//! The storage as its users see it.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Value;

use crate::model::{MAX_DEPTH, depth_of, size_of};
use crate::resources::FencingToken;
use crate::resources::storage::conditions::{Conditions, Expected};
use crate::resources::storage::directory::Directory;
use crate::resources::storage::error::StorageError;
use crate::resources::storage::object::{Object, Version};

/// JSON values under keys, each a file in a directory; clones share it.
///
/// Keys are any text. Once a write has answered, it survives a crash; readers see the value before
/// it or the one after it and nothing in between. File work happens on the runtime's threads for
/// blocking work, so the methods need a tokio runtime.
///
/// # Cancel safety
///
/// A write or a deletion whose future is dropped happens wholly or not at all.
#[derive(Debug, Clone)]
pub struct ObjectStore {
    directory: Arc<Directory>,
    limits: StorageLimits,
}

/// How much a storage holds, at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StorageLimits {
    /// Bytes of a key.
    pub key_bytes: usize,
    /// Bytes of a value as JSON text.
    pub value_bytes: usize,
    /// Objects.
    pub objects: usize,
}

impl ObjectStore {
    /// Opens the storage in a directory, which is created if need be.
    ///
    /// A second storage in the same directory is refused as [`StorageError::InUse`].
    pub async fn open(
        directory: impl Into<PathBuf>,
        limits: StorageLimits,
    ) -> Result<Self, StorageError> {
        let root = directory.into();
        let directory = blocking(move || Directory::open(root, limits.objects)).await?;
        Ok(Self {
            directory: Arc::new(directory),
            limits,
        })
    }

    /// Reads the value under a key.
    pub async fn read(&self, key: &str) -> Result<Value, StorageError> {
        Ok(self.read_object(key).await?.value)
    }

    /// Reads the value under a key, with the version that [`Expected::Version`] asks for.
    pub async fn read_object(&self, key: &str) -> Result<Object, StorageError> {
        let key = self.checked(key)?;
        self.work(move |directory| directory.read(&key)).await
    }

    /// Writes a value, whatever is under the key so far.
    pub async fn write(&self, key: &str, value: &Value) -> Result<Version, StorageError> {
        self.write_if(key, value, Conditions::default()).await
    }

    /// Writes a value if the object under the key is the expected one.
    pub async fn compare_and_swap(
        &self,
        key: &str,
        expected: Expected,
        value: &Value,
    ) -> Result<Version, StorageError> {
        let token = None;
        self.write_if(key, value, Conditions { expected, token })
            .await
    }

    /// Writes a value under conditions.
    pub async fn write_if(
        &self,
        key: &str,
        value: &Value,
        when: Conditions,
    ) -> Result<Version, StorageError> {
        let key = self.checked(key)?;
        let value = self.text_of(value)?;
        self.work(move |directory| directory.write(&key, &value, when))
            .await
    }

    /// Deletes the object under a key, whatever it is.
    pub async fn delete(&self, key: &str) -> Result<(), StorageError> {
        self.delete_if(key, Conditions::default()).await
    }

    /// Deletes the object under a key under conditions.
    pub async fn delete_if(&self, key: &str, when: Conditions) -> Result<(), StorageError> {
        let key = self.checked(key)?;
        self.work(move |directory| directory.delete(&key, when))
            .await
    }

    /// Returns all keys in order.
    pub fn list(&self) -> Vec<String> {
        self.list_prefix("")
    }

    /// Returns the keys that begin with `prefix`, in order.
    pub fn list_prefix(&self, prefix: &str) -> Vec<String> {
        self.directory.list(prefix)
    }

    /// Returns the greatest token that any writer has shown: tokens of new locks must be greater.
    pub fn newest_token(&self) -> Option<FencingToken> {
        self.directory.newest_token()
    }

    fn checked(&self, key: &str) -> Result<String, StorageError> {
        let (bytes, max) = (key.len(), self.limits.key_bytes);
        if bytes > max {
            return Err(StorageError::KeyTooLong { bytes, max });
        }
        Ok(key.to_owned())
    }

    fn text_of(&self, value: &Value) -> Result<Vec<u8>, StorageError> {
        let max = self.limits.value_bytes;
        let estimate = size_of(value);
        // The estimate is cheap and may be a little off, so it only turns away what is far beyond.
        if estimate > max.saturating_mul(2).saturating_add(1_024) {
            let bytes = estimate;
            return Err(StorageError::ValueTooLarge { bytes, max });
        }
        if depth_of(value) > MAX_DEPTH {
            return Err(StorageError::ValueTooDeep { max: MAX_DEPTH });
        }
        let text = value.to_string().into_bytes();
        let bytes = text.len();
        if bytes > max {
            return Err(StorageError::ValueTooLarge { bytes, max });
        }
        Ok(text)
    }

    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Directory) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, StorageError> {
        let directory = Arc::clone(&self.directory);
        blocking(move || work(&directory)).await
    }
}

impl Default for StorageLimits {
    fn default() -> Self {
        Self {
            key_bytes: 1_024,
            value_bytes: 16 << 20,
            objects: 100_000,
        }
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StorageError> + Send + 'static,
) -> Result<T, StorageError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome,
        Err(_) => Err(StorageError::ShuttingDown),
    }
}
