//! The storage as its users see it.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;
use tokio::sync::Semaphore;

use crate::future::BoxFuture;
use crate::model::{MAX_DEPTH, depth_of, size_of};
use crate::resources::storage::backend::Backend;
use crate::resources::storage::conditions::{Conditions, Expected};
use crate::resources::storage::directory::Directory;
use crate::resources::storage::error::StorageError;
use crate::resources::storage::limits::StorageLimits;
use crate::resources::storage::object::{Form, Object, Page, Stat, Version};
use crate::resources::{NoTokens, TokenRange, TokenSource};

/// JSON values and bytes under keys; clones share them.
///
/// Keys are any text. Once a write has answered, it survives a crash; readers see the object before
/// it or the one after it and nothing in between.
///
/// # Cancel safety
///
/// A write or a deletion whose future is dropped happens wholly or not at all.
#[derive(Debug, Clone)]
pub struct ObjectStore {
    pub(super) backend: Arc<dyn Backend>,
    pub(super) limits: StorageLimits,
    pub(super) streams: Arc<Streams>,
    /// What all keys begin with, unknown to whoever uses them.
    root: Arc<str>,
}

/// How many streams may be begun, by all clones together.
#[derive(Debug)]
pub(super) struct Streams {
    pub(super) uploads: Arc<Semaphore>,
    pub(super) readers: Arc<Semaphore>,
}

impl ObjectStore {
    /// Creates a storage on a backend.
    pub fn new(backend: Arc<dyn Backend>, limits: StorageLimits) -> Self {
        let streams = Arc::new(Streams {
            uploads: Arc::new(Semaphore::new(limits.uploads)),
            readers: Arc::new(Semaphore::new(limits.readers)),
        });
        Self {
            backend,
            limits,
            streams,
            root: Arc::from(""),
        }
    }

    /// Opens the storage in a directory, as [`Directory::open`] does.
    pub async fn open(
        directory: impl Into<std::path::PathBuf>,
        limits: StorageLimits,
    ) -> Result<Self, StorageError> {
        let directory = Directory::open(directory, limits).await?;
        Ok(Self::new(Arc::new(directory), limits))
    }

    /// Returns the part of the storage whose keys begin with `prefix`, as a storage of its own: its
    /// keys are what follows, and no other object can be named, seen or noticed through it.
    pub fn under(&self, prefix: &str) -> Result<Self, StorageError> {
        let root = self.checked(prefix)?.into();
        Ok(Self {
            root,
            ..self.clone()
        })
    }

    /// Returns the key as it is in the whole storage.
    pub fn whole_key(&self, key: &str) -> String {
        format!("{}{key}", self.root)
    }

    /// Reads the value under a key.
    pub async fn read(&self, key: &str) -> Result<Value, StorageError> {
        Ok(self.read_object(key).await?.value)
    }

    /// Reads the value under a key, with the version that [`Expected::Version`] asks for.
    pub async fn read_object(&self, key: &str) -> Result<Object, StorageError> {
        let whole = self.checked(key)?;
        let known_as = |error: StorageError| error.about(key);
        let (stat, content) = self.backend.read(&whole).await.map_err(known_as)?;
        if stat.form == Form::Bytes {
            let key = key.to_owned();
            return Err(StorageError::NotAValue { key });
        }
        let text = content.into_bytes().await.map_err(known_as)?;
        let value = serde_json::from_slice(&text).map_err(|_| StorageError::damaged(key))?;
        let version = stat.version;
        Ok(Object { value, version })
    }

    /// Returns what is known of the object under a key.
    pub async fn stat(&self, key: &str) -> Result<Stat, StorageError> {
        let whole = self.checked(key)?;
        let stat = self.backend.stat(&whole).await;
        stat.map_err(|error| error.about(key))
    }

    /// Writes a value, whatever is under the key so far.
    pub async fn write(&self, key: &str, value: &Value) -> Result<Version, StorageError> {
        self.write_if(key, value, &Conditions::default()).await
    }

    /// Writes a value if the object under the key is the expected one.
    pub async fn compare_and_swap(
        &self,
        key: &str,
        expected: Expected,
        value: &Value,
    ) -> Result<Version, StorageError> {
        let when = Conditions::expecting(expected);
        self.write_if(key, value, &when).await
    }

    /// Writes a value under conditions.
    pub async fn write_if(
        &self,
        key: &str,
        value: &Value,
        when: &Conditions,
    ) -> Result<Version, StorageError> {
        let whole = self.checked(key)?;
        let text = self.text_of(value)?;
        let written = self.backend.write(&whole, Form::Value, text, when).await;
        written.map_err(|error| error.about(key))
    }

    /// Deletes the object under a key, whatever it is.
    pub async fn delete(&self, key: &str) -> Result<(), StorageError> {
        self.delete_if(key, &Conditions::default()).await
    }

    /// Deletes the object under a key under conditions.
    pub async fn delete_if(&self, key: &str, when: &Conditions) -> Result<(), StorageError> {
        let whole = self.checked(key)?;
        let deleted = self.backend.delete(&whole, when).await;
        deleted.map_err(|error| error.about(key))
    }

    /// Returns all keys in order, if an answer holds them.
    pub async fn list(&self) -> Result<Vec<String>, StorageError> {
        let page = self.page("", None, self.limits.listed).await?;
        if page.next.is_some() {
            let max = self.limits.listed;
            return Err(StorageError::TooManyKeys { max });
        }
        Ok(page.keys)
    }

    /// Returns the first keys that begin with `prefix` and come after `after`, in order: as many as
    /// `limit` says, but one at least, and no more than an answer holds.
    pub async fn page(
        &self,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page, StorageError> {
        let limit = limit.clamp(1, self.limits.listed.max(1));
        let prefix = self.checked(prefix)?;
        let after = after.map(|after| self.checked(after)).transpose()?;
        let one_more = limit.saturating_add(1);
        let found = self.backend.page(&prefix, after.as_deref(), one_more);
        let found = found.await?.into_iter();
        let mut keys: Vec<_> = found.map(|key| self.known_as(key)).collect();
        let is_last = keys.len() <= limit;
        keys.truncate(limit);
        let next = keys.last().filter(|_| !is_last).cloned();
        Ok(Page { keys, next })
    }

    /// Returns the key in the whole storage, if it is short enough.
    pub(super) fn checked(&self, key: &str) -> Result<String, StorageError> {
        let (bytes, max) = (key.len(), self.limits.key_bytes);
        let max = max.saturating_sub(self.root.len());
        if bytes > max {
            return Err(StorageError::KeyTooLong { bytes, max });
        }
        Ok(self.whole_key(key))
    }

    fn known_as(&self, key: String) -> String {
        match key.strip_prefix(&*self.root) {
            Some(rest) => rest.to_owned(),
            None => key,
        }
    }

    fn text_of(&self, value: &Value) -> Result<Bytes, StorageError> {
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
        Ok(text.into())
    }
}

impl TokenSource for ObjectStore {
    fn set_aside(&self, count: u64) -> BoxFuture<'_, Result<TokenRange, NoTokens>> {
        Box::pin(async move { self.backend.set_aside(count).await.map_err(|_| NoTokens) })
    }
}
