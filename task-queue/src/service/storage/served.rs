//! What a reference to the shared storage does.

use std::sync::Arc;
use std::time::Duration;

use capnweb_runtime::{Bytes, Capability as _, ReadableStream, Result};
use futures_util::StreamExt as _;
use serde_json::Value;

use crate::caps::{
    KeyDone, KeyPage, LockStub, PermitStub, ResourceError, Storage, StorageAppenderStub,
    StorageReaderStub, StorageStub, StoredObject, VersionedValue, WriteConditions,
};
use crate::model::{Access, Grants};
use crate::resources::FencingToken;
use crate::resources::storage::{Conditions, Expected, ObjectStore, StorageError, Version};
use crate::service::care::Care;
use crate::service::hub::Hub;
use crate::service::lock::Held;
use crate::service::refusal::{lock, resource, standing};

#[derive(Clone)]
struct ServedStorage {
    hub: Arc<Hub>,
    store: ObjectStore,
    access: Access,
    holder: String,
}

/// Makes a reference to the part of the shared storage that was granted. One that may do less than
/// everything has only the methods of that facet, whatever its type says. Everything that is reached
/// through it, such as a lock or a stream, is in the same care.
pub(in crate::service) fn storage(
    hub: &Arc<Hub>,
    grants: &Grants,
    holder: String,
    care: &Care,
) -> Result<StorageStub, ResourceError> {
    let access = grants.storage;
    let store = hub.storage.under(grants.storage_prefix.as_str());
    let storage = StorageStub::new(ServedStorage {
        hub: Arc::clone(hub),
        store: store.map_err(resource)?,
        access,
        holder,
    });
    Ok(care.take_with_all_it_leads_to(&match access {
        Access::Full => storage,
        Access::Append => {
            let appender: StorageAppenderStub = storage.attenuate();
            appender.as_stub().cast()
        }
        Access::ReadOnly | Access::None => {
            let reader: StorageReaderStub = storage.attenuate();
            reader.as_stub().cast()
        }
    }))
}

impl ServedStorage {
    /// Checks what a writer asks for.
    fn conditions(&self, when: Option<WriteConditions>) -> Result<Conditions, ResourceError> {
        let when = when.unwrap_or_default();
        let expected = match (when.if_version, when.if_absent) {
            (None, false) => Expected::Anything,
            (None, true) => Expected::Nothing,
            (Some(version), false) => Expected::Version(Version::new(version)),
            (Some(_), true) => {
                return Err(ResourceError::Invalid {
                    detail: "`ifVersion` and `ifAbsent` exclude each other".to_owned(),
                });
            }
        };
        let token = when.token.map(FencingToken::new);
        if let Some(shown) = token {
            standing(self.hub.locks.standing(shown), shown)?;
        }
        Ok(Conditions { expected, token })
    }

    async fn receive(
        &self,
        key: String,
        bytes: ReadableStream<Bytes>,
        when: &Conditions,
    ) -> Result<KeyDone, ResourceError> {
        let chunks = bytes.map(|chunk| chunk.map(Bytes::into_inner));
        let written = self.store.write_from(&key, chunks, when).await;
        Ok(written_as(key, &written.map_err(resource)?))
    }
}

impl Storage for ServedStorage {
    async fn read(&self, key: String) -> Result<Value, ResourceError> {
        self.store.read(&key).await.map_err(resource)
    }

    async fn write(
        &self,
        key: String,
        value: Value,
        when: Option<WriteConditions>,
    ) -> Result<KeyDone, ResourceError> {
        let is_plain = when.is_none();
        let when = self.conditions(when)?;
        let version = self.store.write_if(&key, &value, &when).await;
        let version = version.map_err(resource)?;
        if is_plain {
            return Ok(done(key));
        }
        Ok(written_as(key, &version))
    }

    async fn list(&self) -> Result<Vec<String>, ResourceError> {
        self.store.list().await.map_err(resource)
    }

    async fn delete(
        &self,
        key: String,
        when: Option<WriteConditions>,
    ) -> Result<KeyDone, ResourceError> {
        let when = self.conditions(when)?;
        self.store.delete_if(&key, &when).await.map_err(resource)?;
        Ok(done(key))
    }

    async fn compare_and_swap(
        &self,
        key: String,
        expected: Value,
        value: Value,
    ) -> Result<bool, ResourceError> {
        let storage = &self.store;
        let expected = match storage.read_object(&key).await {
            Ok(object) if object.value == expected => Expected::Version(object.version),
            Err(StorageError::NotFound { .. }) if expected.is_null() => Expected::Nothing,
            Ok(_) | Err(StorageError::NotFound { .. }) => return Ok(false),
            Err(error) => return Err(resource(error)),
        };
        match storage.compare_and_swap(&key, expected, &value).await {
            Ok(_) => Ok(true),
            Err(StorageError::Changed { .. }) => Ok(false),
            Err(error) => Err(resource(error)),
        }
    }

    async fn read_versioned(&self, key: String) -> Result<VersionedValue, ResourceError> {
        let object = self.store.read_object(&key).await.map_err(resource)?;
        Ok(VersionedValue {
            value: object.value,
            version: object.version.to_string(),
        })
    }

    async fn stat(&self, key: String) -> Result<StoredObject, ResourceError> {
        let stat = self.store.stat(&key).await.map_err(resource)?;
        Ok(StoredObject {
            version: stat.version.to_string(),
            size: stat.bytes,
            form: stat.form,
        })
    }

    async fn list_page(
        &self,
        prefix: Option<String>,
        after: Option<String>,
        limit: u32,
    ) -> Result<KeyPage, ResourceError> {
        let prefix = prefix.unwrap_or_default();
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let page = self.store.page(&prefix, after.as_deref(), limit).await;
        let page = page.map_err(resource)?;
        Ok(KeyPage {
            keys: page.keys,
            next: page.next,
        })
    }

    async fn add(&self, key: String, value: Value) -> Result<KeyDone, ResourceError> {
        let added = self.store.compare_and_swap(&key, Expected::Nothing, &value);
        let version = added.await.map_err(resource)?;
        Ok(written_as(key, &version))
    }

    async fn open_read(&self, key: String) -> Result<ReadableStream<Bytes>, ResourceError> {
        let (_, chunks) = self.store.open_read(&key).await.map_err(resource)?;
        let chunks = chunks.map(|chunk| chunk.map(Bytes::from).map_err(resource));
        Ok(ReadableStream::new(chunks))
    }

    async fn write_from(
        &self,
        key: String,
        bytes: ReadableStream<Bytes>,
        when: Option<WriteConditions>,
    ) -> Result<KeyDone, ResourceError> {
        let when = self.conditions(when)?;
        self.receive(key, bytes, &when).await
    }

    async fn add_from(
        &self,
        key: String,
        bytes: ReadableStream<Bytes>,
    ) -> Result<KeyDone, ResourceError> {
        let when = Conditions::expecting(Expected::Nothing);
        self.receive(key, bytes, &when).await
    }

    async fn under(&self, prefix: String) -> Result<StorageStub, ResourceError> {
        let store = self.store.under(&prefix).map_err(resource)?;
        Ok(StorageStub::new(Self {
            store,
            ..self.clone()
        }))
    }

    async fn lock(&self, key: String, ttl_ms: u64) -> Result<LockStub, ResourceError> {
        let ttl = Duration::from_millis(ttl_ms);
        let whole = self.store.whole_key(&key);
        let guard = self.hub.locks.acquire(&whole, ttl, &self.holder).await;
        let guard = guard.map_err(|error| lock(&error))?;
        Ok(LockStub::new(Held::new(key, guard)))
    }

    async fn semaphore(
        &self,
        key: String,
        permits: u32,
        ttl_ms: u64,
    ) -> Result<PermitStub, ResourceError> {
        let ttl = Duration::from_millis(ttl_ms);
        let permits = usize::try_from(permits).unwrap_or(usize::MAX);
        let whole = self.store.whole_key(&key);
        let locks = &self.hub.locks;
        let guard = locks.acquire_permit(&whole, permits, ttl, &self.holder);
        let guard = guard.await.map_err(|error| lock(&error))?;
        Ok(PermitStub::new(Held::new(key, guard)))
    }

    fn id(&self) -> String {
        "shared-storage".to_owned()
    }

    fn read_only(&self) -> bool {
        self.access <= Access::ReadOnly
    }
}

const fn done(key: String) -> KeyDone {
    KeyDone {
        success: true,
        key,
        version: None,
    }
}

fn written_as(key: String, version: &Version) -> KeyDone {
    KeyDone {
        version: Some(version.to_string()),
        ..done(key)
    }
}
