//! The shared GPU as a capability.

use std::sync::{Arc, Mutex, PoisonError};

use capnweb_runtime::Result;
use serde_json::Value;

use super::care::Care;
use super::hub::Hub;
use super::refusal::resource;
use crate::caps::{
    Computed, Gpu, GpuInfo, GpuStub, MemoryChange, MemoryFreed, Reservation, ReservationStub,
    ResourceError,
};
use crate::resources::gpu::{Account, Allocation, Operation, SharedGpu};

/// One holder's share: what it allocates by numbers is freed with it.
struct ServedGpu {
    device: SharedGpu,
    account: Account,
    care: Care,
}

struct HeldMemory {
    size: u64,
    allocation: Mutex<Option<Allocation>>,
}

/// Makes a reference to the shared GPU, with an account of its own.
pub(super) fn gpu(hub: &Arc<Hub>, care: &Care) -> GpuStub {
    let device = hub.gpu.clone();
    let account = device.account();
    let gpu = GpuStub::new(ServedGpu {
        device,
        account,
        care: care.clone(),
    });
    care.take(&gpu)
}

impl Gpu for ServedGpu {
    async fn allocate(&self, mb: u64) -> Result<MemoryChange, ResourceError> {
        self.account.allocate(mb).map_err(resource)?;
        Ok(MemoryChange {
            success: true,
            allocated: mb,
            total: self.allocated_memory(),
        })
    }

    async fn free(&self, mb: u64) -> Result<MemoryFreed, ResourceError> {
        self.account.free(mb).map_err(resource)?;
        Ok(MemoryFreed {
            success: true,
            freed: mb,
            total: self.allocated_memory(),
        })
    }

    async fn reserve(&self, mb: u64) -> Result<ReservationStub, ResourceError> {
        let allocation = Mutex::new(Some(self.device.allocate(mb).map_err(resource)?));
        let memory = ReservationStub::new(HeldMemory {
            size: mb,
            allocation,
        });
        Ok(self.care.take(&memory))
    }

    async fn compute(
        &self,
        operation: String,
        data: Option<Value>,
    ) -> Result<Computed, ResourceError> {
        let parsed: Operation = operation.parse().map_err(resource)?;
        let computation = self.device.compute(parsed, data.unwrap_or_default()).await;
        let computation = computation.map_err(resource)?;
        let device = computation.device.to_string();
        Ok(Computed {
            operation,
            device,
            result: computation.result,
        })
    }

    async fn get_info(&self) -> Result<GpuInfo, ResourceError> {
        let info = self.device.info();
        Ok(GpuInfo {
            id: self.id(),
            device: info.device.to_string(),
            memory_limit: info.memory_limit,
            allocated_memory: info.allocated_memory,
            available: info.available,
        })
    }

    fn id(&self) -> String {
        "shared-gpu".to_owned()
    }

    fn memory_limit(&self) -> u64 {
        self.device.info().memory_limit
    }

    fn allocated_memory(&self) -> u64 {
        self.device.info().allocated_memory
    }
}

impl Reservation for HeldMemory {
    fn size(&self) -> u64 {
        self.size
    }

    async fn free(&self) -> Result<()> {
        let allocation = self
            .allocation
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        drop(allocation);
        Ok(())
    }
}
