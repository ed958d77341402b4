//! One attempt's work.

use std::fmt;
use std::sync::Arc;

use serde_json::Value;

use crate::model::{Offer, Resource, TaskType};
use crate::work::access::{GpuAccess, NetworkAccess, Reporter, StorageAccess};
use crate::work::error::WorkError;
use crate::work::{compute, gpu, io, pipeline};

/// What is to be done, and by whom.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Job<'a> {
    /// What kind of work it is.
    pub kind: &'a TaskType,
    /// The task's parameters.
    pub params: &'a Value,
    /// What the worker offers.
    pub worker: &'a Offer,
    /// Where an earlier attempt left off.
    pub checkpoint: Option<&'a Value>,
}

/// What the task was granted; nothing else is within reach.
#[derive(Clone, Default)]
pub struct Resources {
    /// The storage, if it was granted.
    pub storage: Option<Arc<dyn StorageAccess>>,
    /// The GPU, if it was granted.
    pub gpu: Option<Arc<dyn GpuAccess>>,
    /// The network, if it was granted.
    pub network: Option<Arc<dyn NetworkAccess>>,
}

/// Does the work, reporting progress and a log line at each step, and returns the task's result.
///
/// Before each step it asks whether the work is still wanted.
///
/// # Cancel safety
///
/// Dropping the future stops the work at its present step; GPU memory is freed.
pub async fn perform(
    job: Job<'_>,
    resources: &Resources,
    reporter: &dyn Reporter,
) -> Result<Value, WorkError> {
    match job.kind.as_str() {
        "compute" => compute::perform(job, reporter).await,
        "gpu" => gpu::perform(job, resources, reporter).await,
        "io" => io::perform(job, resources, reporter).await,
        "pipeline" => pipeline::perform(job, resources, reporter).await,
        _ => Err(WorkError::NotBuiltIn(job.kind.clone())),
    }
}

impl Resources {
    pub(super) fn storage(&self) -> Result<&dyn StorageAccess, WorkError> {
        let storage = self.storage.as_deref();
        storage.ok_or(WorkError::NoResource(Resource::Storage))
    }

    pub(super) fn gpu(&self) -> Result<&dyn GpuAccess, WorkError> {
        let gpu = self.gpu.as_deref();
        gpu.ok_or(WorkError::NoResource(Resource::Gpu))
    }

    pub(super) fn network(&self) -> Result<&dyn NetworkAccess, WorkError> {
        let network = self.network.as_deref();
        network.ok_or(WorkError::NoResource(Resource::Network))
    }
}

impl fmt::Debug for Resources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resources")
            .field("storage", &self.storage.is_some())
            .field("gpu", &self.gpu.is_some())
            .field("network", &self.network.is_some())
            .finish()
    }
}
