//! The graphics processor.

use capnweb_runtime::{Result, capability};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::resource_error::ResourceError;

/// A share in a graphics processor. What is allocated through a reference is freed with it at the
/// latest.
#[capability]
pub trait Gpu {
    /// Allocates memory to this holder, in megabytes.
    async fn allocate(&self, mb: u64) -> Result<MemoryChange, ResourceError>;

    /// Frees memory of this holder, in megabytes. Nobody else's can be freed.
    async fn free(&self, mb: u64) -> Result<MemoryFreed, ResourceError>;

    /// Allocates memory that is a capability itself: dropping it frees exactly it.
    async fn reserve(&self, mb: u64) -> Result<ReservationStub, ResourceError>;

    /// Computes: `matrix_multiply`, `neural_forward`, `vector_add`, `dot`, `softmax`, `reduce_sum`,
    /// `convolve2d`; without data on an example. Nobody waiting for it any more, it is stopped.
    #[rpc(cancel = "drop")]
    async fn compute(
        &self,
        operation: String,
        data: Option<Value>,
    ) -> Result<Computed, ResourceError>;

    /// Describes the device.
    async fn get_info(&self) -> Result<GpuInfo, ResourceError>;

    /// The device's name.
    #[property]
    fn id(&self) -> String;

    /// How much memory there is, in megabytes.
    #[property]
    fn memory_limit(&self) -> u64;

    /// How much of it is allocated, by anybody, in megabytes.
    #[property]
    fn allocated_memory(&self) -> u64;
}

/// Memory that is held.
#[capability]
pub trait Reservation {
    /// Its size in megabytes.
    #[property]
    fn size(&self) -> u64;

    /// Frees it now.
    async fn free(&self) -> Result<()>;
}

/// The answer of an allocation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemoryChange {
    /// Always true; an allocation that fails is an error.
    pub success: bool,
    /// What was allocated, in megabytes.
    pub allocated: u64,
    /// What is allocated now, by anybody, in megabytes.
    pub total: u64,
}

/// The answer of freeing memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemoryFreed {
    /// Always true; freeing what one does not have is an error.
    pub success: bool,
    /// What was freed, in megabytes.
    pub freed: u64,
    /// What is allocated now, by anybody, in megabytes.
    pub total: u64,
}

/// What was computed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Computed {
    /// What was asked for.
    pub operation: String,
    /// What it was computed on.
    pub device: String,
    /// What has come out.
    pub result: Value,
}

/// A device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GpuInfo {
    /// Its name.
    pub id: String,
    /// What it is: `software` computes on the processor, anything else is the name of a real device.
    pub device: String,
    /// How much memory there is, in megabytes.
    pub memory_limit: u64,
    /// How much of it is allocated, in megabytes.
    pub allocated_memory: u64,
    /// How much of it is free, in megabytes.
    pub available: u64,
}
