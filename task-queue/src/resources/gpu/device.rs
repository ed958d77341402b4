//! The device.

use std::sync::Arc;

use serde_json::Value;
use tokio::sync::Semaphore;

use crate::resources::gpu::error::GpuError;
use crate::resources::gpu::ledger::{Account, Allocation, Ledger};
use crate::resources::gpu::operation::Operation;

/// A device made of software: it computes on the processor, and says so. Clones are the same
/// device.
#[derive(Debug, Clone)]
pub struct SoftwareGpu {
    ledger: Arc<Ledger>,
    /// The device computes one thing at a time, as the others do.
    turn: Arc<Semaphore>,
}

/// What a device is, and how much of it is in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GpuInfo {
    /// What it is made of.
    pub device: &'static str,
    /// How much memory it has, in megabytes.
    pub memory_limit: u64,
    /// How much of it is allocated, in megabytes.
    pub allocated_memory: u64,
    /// How much of it is not, in megabytes.
    pub available: u64,
}

/// What has come out of a computation.
#[derive(Debug, Clone, PartialEq)]
pub struct Computation {
    /// What was computed.
    pub operation: Operation,
    /// What it was computed on.
    pub device: &'static str,
    /// What has come out.
    pub result: Value,
}

impl SoftwareGpu {
    /// The memory of a device about which nobody says otherwise, in megabytes.
    pub const DEFAULT_MEMORY: u64 = 8_192;

    /// Creates a device with that much memory, in megabytes.
    pub fn new(memory: u64) -> Self {
        Self {
            ledger: Arc::new(Ledger::new(memory)),
            turn: Arc::new(Semaphore::new(1)),
        }
    }

    /// Allocates memory, in megabytes, until the allocation is dropped.
    pub fn allocate(&self, megabytes: u64) -> Result<Allocation, GpuError> {
        Allocation::new(&self.ledger, megabytes)
    }

    /// Opens an account that takes and gives back memory by numbers.
    pub fn account(&self) -> Account {
        Account::new(&self.ledger)
    }

    /// Returns what the device is, and how much of it is in use.
    pub fn info(&self) -> GpuInfo {
        let (memory_limit, allocated_memory) = (self.ledger.limit(), self.ledger.allocated());
        GpuInfo {
            device: DEVICE,
            memory_limit,
            allocated_memory,
            available: memory_limit.saturating_sub(allocated_memory),
        }
    }

    /// Computes, when it is this computation's turn; without data (null) on a small example.
    ///
    /// # Cancel safety
    ///
    /// A computation whose future is dropped before its turn does not happen; after that it runs
    /// to its end, for nobody.
    pub async fn compute(
        &self,
        operation: Operation,
        data: Value,
    ) -> Result<Computation, GpuError> {
        let turn = Arc::clone(&self.turn).acquire_owned().await;
        let turn = turn.map_err(|_| GpuError::ShuttingDown)?;
        let computing = tokio::task::spawn_blocking(move || {
            let result = operation.run(&data);
            drop(turn);
            result
        });
        let result = computing.await.map_err(|_| GpuError::ShuttingDown)??;
        Ok(Computation {
            operation,
            device: DEVICE,
            result,
        })
    }
}

impl Default for SoftwareGpu {
    fn default() -> Self {
        Self::new(Self::DEFAULT_MEMORY)
    }
}

const DEVICE: &str = "software";
