//! The shared storage as a capability.

use std::sync::Arc;
use std::time::Duration;

use capnweb_runtime::{Capability as _, Result};
use serde_json::Value;

use super::care::Care;
use super::hub::Hub;
use super::lock::HeldLock;
use super::refusal::{lock, resource};
use crate::caps::{KeyDone, LockStub, ResourceError, Storage, StorageReaderStub, StorageStub};
use crate::model::Access;
use crate::resources::FencingToken;
use crate::resources::storage::{Conditions, Expected, StorageError};

struct ServedStorage {
    hub: Arc<Hub>,
    access: Access,
    holder: String,
    care: Care,
}

/// Makes a reference to the shared storage. One that may only read has a reader's methods and no
/// others, whatever its type says.
pub(super) fn storage(hub: &Arc<Hub>, access: Access, holder: String, care: &Care) -> StorageStub {
    let storage = StorageStub::new(ServedStorage {
        hub: Arc::clone(hub),
        access,
        holder,
        care: care.clone(),
    });
    care.take(&match access {
        Access::Full => storage,
        Access::ReadOnly | Access::None => {
            let reader: StorageReaderStub = storage.attenuate();
            reader.as_stub().cast()
        }
    })
}

impl Storage for ServedStorage {
    async fn read(&self, key: String) -> Result<Value, ResourceError> {
        self.hub.storage.read(&key).await.map_err(resource)
    }

    async fn write(
        &self,
        key: String,
        value: Value,
        fence: Option<u64>,
    ) -> Result<KeyDone, ResourceError> {
        let token = fence.map(FencingToken::new);
        let when = Conditions {
            expected: Expected::Anything,
            token,
        };
        self.hub
            .storage
            .write_if(&key, &value, when)
            .await
            .map_err(resource)?;
        Ok(KeyDone { success: true, key })
    }

    async fn list(&self) -> Result<Vec<String>, ResourceError> {
        Ok(self.hub.storage.list())
    }

    async fn delete(&self, key: String) -> Result<KeyDone, ResourceError> {
        self.hub.storage.delete(&key).await.map_err(resource)?;
        Ok(KeyDone { success: true, key })
    }

    async fn compare_and_swap(
        &self,
        key: String,
        expected: Value,
        value: Value,
    ) -> Result<bool, ResourceError> {
        let storage = &self.hub.storage;
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

    async fn lock(&self, key: String, ttl_ms: u64) -> Result<LockStub, ResourceError> {
        let ttl = Duration::from_millis(ttl_ms);
        let guard = self.hub.locks.acquire(&key, ttl, &self.holder).await;
        let guard = guard.map_err(|error| lock(&error))?;
        Ok(self.care.take(&LockStub::new(HeldLock::new(guard))))
    }

    fn id(&self) -> String {
        "shared-storage".to_owned()
    }

    fn read_only(&self) -> bool {
        self.access != Access::Full
    }
}
