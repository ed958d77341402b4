//! Resources of this process, as work sees them.

use serde_json::Value;

use crate::resources::gpu::{GpuError, SharedGpu};
use crate::resources::network::{NetworkClient, NetworkError};
use crate::resources::storage::{ObjectStore, StorageError};
use crate::work::access::{
    Answer, Computed, GpuAccess, GpuMemory, NetworkAccess, Page, StorageAccess,
};
use crate::work::error::AccessError;

/// Storage that can only be read, whatever the one behind it can do.
#[derive(Debug, Clone)]
pub struct ReadOnly<S>(S);

impl<S: StorageAccess> ReadOnly<S> {
    /// Takes the writing from a storage.
    pub const fn new(storage: S) -> Self {
        Self(storage)
    }
}

impl<S: StorageAccess> StorageAccess for ReadOnly<S> {
    fn read<'a>(&'a self, key: &'a str) -> Answer<'a, Value> {
        self.0.read(key)
    }

    fn write<'a>(&'a self, _key: &'a str, _value: &'a Value) -> Answer<'a, ()> {
        let refusal = "permission denied: the storage is read-only".to_owned();
        Box::pin(async move { Err(AccessError::Denied(refusal)) })
    }
}

impl StorageAccess for ObjectStore {
    fn read<'a>(&'a self, key: &'a str) -> Answer<'a, Value> {
        Box::pin(async move { Ok(Self::read(self, key).await?) })
    }

    fn write<'a>(&'a self, key: &'a str, value: &'a Value) -> Answer<'a, ()> {
        Box::pin(async move {
            Self::write(self, key, value).await?;
            Ok(())
        })
    }
}

impl GpuAccess for SharedGpu {
    fn allocate(&self, megabytes: u64) -> Answer<'_, GpuMemory> {
        let allocated = Self::allocate(self, megabytes);
        Box::pin(async move { Ok(Box::new(allocated?) as GpuMemory) })
    }

    fn compute<'a>(&'a self, operation: &'a str, data: &'a Value) -> Answer<'a, Computed> {
        Box::pin(async move {
            let computed = Self::compute(self, operation.parse()?, data.clone()).await?;
            Ok(Computed {
                device: computed.device.to_string(),
                result: computed.result,
            })
        })
    }
}

impl NetworkAccess for NetworkClient {
    fn fetch<'a>(&'a self, url: &'a str) -> Answer<'a, Page> {
        Box::pin(async move {
            let response = Self::fetch(self, url).await?;
            Ok(Page {
                status: response.status,
                body: response.text(),
                url: response.url,
            })
        })
    }
}

impl From<StorageError> for AccessError {
    fn from(error: StorageError) -> Self {
        let message = error.to_string();
        match error {
            StorageError::NotFound { .. } => Self::NotFound(message),
            StorageError::StaleToken { .. } => Self::Denied(message),
            StorageError::KeyTooLong { .. }
            | StorageError::ValueTooLarge { .. }
            | StorageError::StreamTooLong { .. }
            | StorageError::ValueTooDeep { .. }
            | StorageError::NotAValue { .. }
            | StorageError::TooManyKeys { .. }
            | StorageError::Broken { .. } => Self::Invalid(message),
            StorageError::Changed { .. } => Self::Conflict(message),
            StorageError::Full { .. }
            | StorageError::NoRoom { .. }
            | StorageError::TooManyStreams { .. }
            | StorageError::Stalled { .. }
            | StorageError::Contended { .. }
            | StorageError::Damaged { .. }
            | StorageError::InUse
            | StorageError::Io(_)
            | StorageError::ShuttingDown => Self::Unavailable(message),
        }
    }
}

impl From<GpuError> for AccessError {
    fn from(error: GpuError) -> Self {
        let message = error.to_string();
        match error {
            GpuError::NothingToAllocate
            | GpuError::NotHeld { .. }
            | GpuError::UnknownOperation { .. }
            | GpuError::InvalidData(_) => Self::Invalid(message),
            GpuError::OutOfMemory { .. }
            | GpuError::Busy { .. }
            | GpuError::OutOfTime { .. }
            | GpuError::Unwanted
            | GpuError::Failed { .. }
            | GpuError::Crashed { .. }
            | GpuError::ShuttingDown => Self::Unavailable(message),
        }
    }
}

impl From<NetworkError> for AccessError {
    fn from(error: NetworkError) -> Self {
        let message = error.to_string();
        match error {
            NetworkError::HostNotAllowed { .. }
            | NetworkError::PrivateAddress { .. }
            | NetworkError::HeaderNotAllowed { .. }
            | NetworkError::Downgrade
            | NetworkError::Credentials => Self::Denied(message),
            NetworkError::Url(_)
            | NetworkError::Scheme { .. }
            | NetworkError::Method { .. }
            | NetworkError::BadHeader { .. }
            | NetworkError::TooManyHeaders { .. }
            | NetworkError::RequestTooLarge { .. } => Self::Invalid(message),
            NetworkError::Status { status: 404 | 410 } => Self::NotFound(message),
            NetworkError::Unresolved { .. }
            | NetworkError::RateLimited { .. }
            | NetworkError::TooManyAtOnce { .. }
            | NetworkError::TooManyRedirects { .. }
            | NetworkError::BadRedirect
            | NetworkError::ResponseTooLarge { .. }
            | NetworkError::TimedOut { .. }
            | NetworkError::Status { .. }
            | NetworkError::Exchange { .. } => Self::Unavailable(message),
        }
    }
}
