//! What work needs, over capabilities: the worker's side of its assignment.

use capnweb_runtime::Error;
use serde_json::Value;

use crate::caps::{AssignmentStub, GpuStub, NetworkStub, StorageStub};
use crate::future::BoxFuture;
use crate::work::{
    AccessError, Computed, GpuAccess, GpuMemory, NetworkAccess, Page, Reporter, StorageAccess,
};

type Answer<'a, T> = BoxFuture<'a, Result<T, AccessError>>;

/// The storage of an assignment.
pub(crate) struct FarStorage(pub(crate) StorageStub);

/// The GPU of an assignment.
pub(crate) struct FarGpu(pub(crate) GpuStub);

/// The network of an assignment.
pub(crate) struct FarNetwork(pub(crate) NetworkStub);

/// The assignment itself.
pub(crate) struct FarTask(pub(crate) AssignmentStub);

impl StorageAccess for FarStorage {
    fn read<'a>(&'a self, key: &'a str) -> Answer<'a, Value> {
        Box::pin(async move { Ok(self.0.read(key).await?) })
    }

    fn write<'a>(&'a self, key: &'a str, value: &'a Value) -> Answer<'a, ()> {
        Box::pin(async move {
            self.0.write(key, value, None).await?;
            Ok(())
        })
    }
}

impl GpuAccess for FarGpu {
    fn allocate(&self, megabytes: u64) -> Answer<'_, GpuMemory> {
        Box::pin(async move {
            let memory = self.0.reserve(megabytes).await?;
            Ok(Box::new(memory) as GpuMemory)
        })
    }

    fn compute<'a>(&'a self, operation: &'a str, data: &'a Value) -> Answer<'a, Computed> {
        Box::pin(async move {
            let computed = self.0.compute(operation, Some(data.clone())).await?;
            Ok(Computed {
                device: computed.device,
                result: computed.result,
            })
        })
    }
}

impl NetworkAccess for FarNetwork {
    fn fetch<'a>(&'a self, url: &'a str) -> Answer<'a, Page> {
        Box::pin(async move {
            let page = self.0.fetch(url).await?;
            Ok(Page {
                status: page.status,
                url: page.url,
                body: page.body,
            })
        })
    }
}

impl Reporter for FarTask {
    fn progress(&self, fraction: f64) -> Answer<'_, ()> {
        Box::pin(async move { done(self.0.set_progress(fraction).await) })
    }

    fn log<'a>(&'a self, line: &'a str) -> Answer<'a, ()> {
        Box::pin(async move { done(self.0.add_log(line).await) })
    }

    fn emit(&self, value: Value) -> Answer<'_, ()> {
        Box::pin(async move { done(self.0.emit(value).await) })
    }

    fn checkpoint(&self, value: Value) -> Answer<'_, ()> {
        Box::pin(async move { done(self.0.save_checkpoint(value).await) })
    }

    fn is_cancelled(&self) -> Answer<'_, bool> {
        Box::pin(async move { self.0.is_cancelled().await.map_err(unavailable) })
    }
}

pub(super) fn done<T>(answer: Result<T, Error>) -> Result<(), AccessError> {
    answer.map(drop).map_err(unavailable)
}

/// Turns what the task's capability answers into what work goes by.
#[allow(clippy::needless_pass_by_value, reason = "it is passed to `map_err`")]
pub(crate) fn unavailable(error: Error) -> AccessError {
    AccessError::Unavailable(error.to_string())
}
