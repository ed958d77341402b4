//! The device as its users share it.

use std::sync::Arc;

use serde_json::Value;
use tokio::sync::Semaphore;

use crate::resources::gpu::choice::{DeviceChoice, OpenError};
use crate::resources::gpu::device::Device;
use crate::resources::gpu::error::GpuError;
use crate::resources::gpu::ledger::{Account, Allocation, Ledger};
use crate::resources::gpu::limits::GpuLimits;
use crate::resources::gpu::operation::Operation;
use crate::resources::gpu::program::Program;
use crate::resources::gpu::software::Software;
use crate::resources::gpu::watch::{Wanted, Watch};

/// A device, its memory, and the line of those who want it to compute. Clones are the same device.
#[derive(Debug, Clone)]
pub struct SharedGpu {
    ledger: Arc<Ledger>,
    device: Arc<dyn Device>,
    name: Arc<str>,
    limits: GpuLimits,
    /// The device computes one thing at a time, as the others do.
    turn: Arc<Semaphore>,
    /// The line before it.
    line: Arc<Semaphore>,
}

/// What a device is, and how much of it is in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GpuInfo {
    /// What it is made of.
    pub device: Arc<str>,
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
    pub device: Arc<str>,
    /// What has come out.
    pub result: Value,
}

impl SharedGpu {
    /// The memory of a device about which nobody says otherwise, in megabytes.
    pub const DEFAULT_MEMORY: u64 = 8_192;

    /// Opens a device with that much memory to hand out, in megabytes. Must be called within a Tokio
    /// runtime.
    ///
    /// # Errors
    ///
    /// If a real device is asked for, and there is none.
    ///
    /// # Cancel safety
    ///
    /// A device whose opening is dropped is opened all the same, and closed.
    pub async fn open(
        choice: DeviceChoice,
        memory: u64,
        limits: GpuLimits,
    ) -> Result<Self, OpenError> {
        let opening = tokio::task::spawn_blocking(move || choice.open());
        let device = opening.await.map_err(|_| OpenError::Crashed)??;
        Ok(Self::of(device, memory, limits))
    }

    /// Creates a device of software with that much memory, in megabytes.
    pub fn software(memory: u64) -> Self {
        Self::of(Arc::new(Software), memory, GpuLimits::default())
    }

    pub(crate) fn of(device: Arc<dyn Device>, memory: u64, limits: GpuLimits) -> Self {
        let places = limits.waiting.min(Semaphore::MAX_PERMITS);
        Self {
            ledger: Arc::new(Ledger::new(memory)),
            name: device.name().into(),
            device,
            limits,
            turn: Arc::new(Semaphore::new(1)),
            line: Arc::new(Semaphore::new(places)),
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
            device: Arc::clone(&self.name),
            memory_limit,
            allocated_memory,
            available: memory_limit.saturating_sub(allocated_memory),
        }
    }

    /// Computes, when it is this computation's turn; without data (null) on a small example.
    ///
    /// It never blocks the thread that asks. Whoever finds the line full is told so at once.
    ///
    /// # Cancel safety
    ///
    /// A computation whose future is dropped before its turn does not happen; after that it gives up
    /// soon, and only then is it the turn of the next.
    pub async fn compute(
        &self,
        operation: Operation,
        data: Value,
    ) -> Result<Computation, GpuError> {
        let place = Arc::clone(&self.line).try_acquire_owned();
        let max = self.limits.waiting;
        let place = place.map_err(|_| GpuError::Busy { max })?;
        let turn = Arc::clone(&self.turn).acquire_owned().await;
        let turn = turn.map_err(|_| GpuError::ShuttingDown)?;
        let (watch, wanted) = Watch::begin(self.limits.time);
        let (device, limits) = (Arc::clone(&self.device), self.limits);
        let computing = tokio::task::spawn_blocking(move || {
            let result = run(&*device, limits, operation, &data, &watch);
            drop((turn, place));
            result
        });
        let result = self.outcome(computing.await, wanted)?;
        Ok(Computation {
            operation,
            device: Arc::clone(&self.name),
            result,
        })
    }

    /// A device that crashes takes nothing with it but the computation.
    fn outcome(
        &self,
        ended: Result<Result<Value, GpuError>, tokio::task::JoinError>,
        wanted: Wanted,
    ) -> Result<Value, GpuError> {
        drop(wanted);
        match ended {
            Ok(result) => result,
            Err(error) if error.is_panic() => Err(GpuError::Crashed {
                device: Arc::clone(&self.name),
            }),
            Err(_) => Err(GpuError::ShuttingDown),
        }
    }
}

impl Default for SharedGpu {
    fn default() -> Self {
        Self::software(Self::DEFAULT_MEMORY)
    }
}

fn run(
    device: &dyn Device,
    limits: GpuLimits,
    operation: Operation,
    data: &Value,
    watch: &Watch,
) -> Result<Value, GpuError> {
    let program = Program::read(operation, data)?;
    limits.admit(&program)?;
    Ok(device.run(&program, watch)?.to_value()?)
}
