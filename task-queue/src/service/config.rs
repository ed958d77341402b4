//! What a supervisor is set to.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::engine::{DispatchMode, Limits, Retention, Times};
use crate::model::{Access, Grants, Quotas, RetryPolicies, TaskType};
use crate::resources::gpu::{DeviceChoice, GpuLimits, SharedGpu};
use crate::resources::locks::LockLimits;
use crate::resources::network::NetworkPolicy;
use crate::resources::storage::StorageLimits;

/// What a supervisor is set to.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Config {
    /// The directory of the queue's records and of the shared storage; it is created if need be.
    pub data: PathBuf,
    /// Whether the queue outlives the process. Default: it does.
    pub durability: Durability,
    /// Who brings tasks and workers together. Default: nobody, until a worker is told.
    pub dispatch: DispatchMode,
    /// How much the queue holds.
    pub limits: Limits,
    /// How long tasks are remembered that have come to their end.
    pub retention: Retention,
    /// The retry policies that tasks can ask for by name.
    pub retries: RetryPolicies,
    /// How long attempts may take, and workers be silent.
    pub times: Times,
    /// How much the storage holds.
    pub storage_limits: StorageLimits,
    /// How much locking there is.
    pub lock_limits: LockLimits,
    /// How many may watch tasks at a time.
    pub watchers: WatchLimits,
    /// The types of tasks that are accepted before a worker has offered to carry them out, beside
    /// those that are built in. Default: none.
    pub types: BTreeSet<TaskType>,
    /// Which hosts tasks may reach. Default: none.
    pub network: NetworkPolicy,
    /// Which device computes. Default: the processor.
    pub gpu: DeviceChoice,
    /// How much the GPU does for one caller.
    pub gpu_limits: GpuLimits,
    /// The memory of the GPU, in megabytes. Default 8,192.
    pub gpu_memory: u64,
    /// What the tasks of clients can be granted; a supervisor's can be granted everything. Default:
    /// the storage.
    pub client_grants: Grants,
    /// How much of the queue each client may take up, unless something else is said when its reference
    /// is minted. Default: 100,000 tasks in the queue, 256 MiB of tasks.
    pub client_quotas: Quotas,
    /// Where the queue is reached, as `wss://host/rpc/ws`: what references are minted with as links.
    /// Default: that is not known, and there are no links.
    pub address: Option<String>,
    /// How many `cpu` workers there are to begin with. Default 2.
    pub cpu_workers: usize,
    /// How many `gpu` workers there are to begin with. Default 1.
    pub gpu_workers: usize,
}

/// Whether a queue outlives its process.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Durability {
    /// What was answered is on disk, and is there after a crash of the process or the machine.
    #[default]
    Disk,
    /// The queue ends with the process.
    Memory,
}

/// How many streams of events there are at a time, at most. One more is refused; those that are there
/// go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WatchLimits {
    /// Of one task. Default 100.
    pub per_task: usize,
    /// Of all tasks together. Default 10,000.
    pub all: usize,
}

impl Default for WatchLimits {
    fn default() -> Self {
        Self {
            per_task: 100,
            all: 10_000,
        }
    }
}

impl Config {
    /// Creates the defaults around a directory.
    pub fn new(data: impl Into<PathBuf>) -> Self {
        Self {
            data: data.into(),
            durability: Durability::Disk,
            dispatch: DispatchMode::Manual,
            limits: Limits::default(),
            retention: Retention::default(),
            retries: RetryPolicies::default(),
            times: Times::default(),
            storage_limits: StorageLimits::default(),
            lock_limits: LockLimits::default(),
            watchers: WatchLimits::default(),
            types: BTreeSet::new(),
            network: NetworkPolicy::new(Vec::new()),
            gpu: DeviceChoice::default(),
            gpu_limits: GpuLimits::default(),
            gpu_memory: SharedGpu::DEFAULT_MEMORY,
            client_grants: Grants {
                storage: Access::Full,
                ..Grants::NOTHING
            },
            client_quotas: Quotas::USUAL,
            address: None,
            cpu_workers: 2,
            gpu_workers: 1,
        }
    }
}
