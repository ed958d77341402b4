//! The pools, and the queue as a whole: what is paused, and how much goes on.

use std::collections::BTreeSet;

use capnweb_runtime::{Result, capability};
use serde::{Deserialize, Serialize};

use super::task::Done;
use crate::model::{Flow, PoolLimits, PoolName, TaskType};

/// The pools, and the queue as a whole. What is set is kept for good.
#[capability]
pub trait Pools {
    /// Lists the pools.
    async fn list(&self) -> Result<Vec<PoolInfo>>;

    /// Has no task begin in a pool or, if none is named, anywhere. Those that run go on.
    async fn pause(&self, pool: Option<PoolName>) -> Result<Done>;

    /// Has tasks begin again in a pool or, if none is named, in all that are not paused themselves.
    async fn resume(&self, pool: Option<PoolName>) -> Result<Done>;

    /// Returns whether the queue as a whole is paused.
    async fn is_paused(&self) -> Result<bool>;

    /// Sets how much goes on in a pool: `{"max_running": 4, "rate": {"starts": 10, "per_ms":
    /// 1000}}`. What is left out is not limited.
    async fn set_limits(&self, pool: PoolName, limits: PoolLimits) -> Result<Done>;

    /// Forgets what was set of a pool, and which types its workers have offered.
    async fn forget(&self, pool: PoolName) -> Result<Done>;
}

/// A pool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PoolInfo {
    /// Its name.
    pub name: PoolName,
    /// Whether tasks begin in it: `open` or `paused`.
    pub flow: Flow,
    /// How much goes on in it, at most.
    pub limits: PoolLimits,
    /// The types of tasks that its workers have offered to carry out, beside those built in.
    pub types: BTreeSet<TaskType>,
    /// How many workers it has.
    pub workers: u64,
    /// How many tasks run in it.
    pub running: u64,
}
