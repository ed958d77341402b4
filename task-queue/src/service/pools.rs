//! The pools and the queue as a whole, as a capability.

use std::sync::Arc;

use capnweb_runtime::Result;

use super::hub::Hub;
use crate::caps::{Done, PoolInfo, Pools};
use crate::engine::{Command, ForgetPool, SetFlow, SetLimits, State};
use crate::model::{Flow, PoolLimits, PoolName, PoolSettings};

/// What governs the pools.
pub(super) struct ServedPools(pub(super) Arc<Hub>);

impl ServedPools {
    async fn apply(&self, command: Command) -> Result<Done> {
        self.0.owner.apply(command).await?;
        Ok(Done::YES)
    }
}

impl Pools for ServedPools {
    async fn list(&self) -> Result<Vec<PoolInfo>> {
        let pools = self.0.owner.read(|state| {
            let pools = state.pools().into_iter();
            pools.map(|pool| describe(state, pool)).collect()
        });
        Ok(pools.await?)
    }

    async fn pause(&self, pool: Option<PoolName>) -> Result<Done> {
        let flow = Flow::Paused;
        self.apply(Command::SetFlow(SetFlow { pool, flow })).await
    }

    async fn resume(&self, pool: Option<PoolName>) -> Result<Done> {
        let flow = Flow::Open;
        self.apply(Command::SetFlow(SetFlow { pool, flow })).await
    }

    async fn is_paused(&self) -> Result<bool> {
        let flow = self.0.owner.read(|state| state.queue_settings().flow);
        Ok(flow.await? == Flow::Paused)
    }

    async fn set_limits(&self, pool: PoolName, limits: PoolLimits) -> Result<Done> {
        self.apply(Command::SetLimits(SetLimits { pool, limits }))
            .await
    }

    async fn forget(&self, pool: PoolName) -> Result<Done> {
        self.apply(Command::ForgetPool(ForgetPool { pool })).await
    }
}

fn describe(state: &State, name: PoolName) -> PoolInfo {
    let settings = state.pool_settings(&name).cloned();
    let settings = settings.unwrap_or_else(|| PoolSettings::new(name.clone()));
    let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    PoolInfo {
        flow: settings.flow,
        limits: settings.limits,
        types: settings.types,
        workers: count(state.workers_in(&name)),
        running: count(state.running_in(&name)),
        name,
    }
}
