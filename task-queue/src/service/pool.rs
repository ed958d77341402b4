//! The worker pool as a capability.

use std::sync::Arc;

use capnweb_runtime::Result;

use super::hub::Hub;
use super::members;
use super::refusal::Refusal;
use super::worker::{activity, revoke, worker};
use crate::caps::{
    Done, JoinOptions, MembershipStub, OfferedWork, WorkerAgentStub, WorkerPool, WorkerRevoked,
    WorkerStub, WorkerSummary,
};
use crate::engine::{Command, Drain, Register, State};
use crate::entropy::OsEntropy;
use crate::model::{PoolName, Worker as Record, WorkerId};

/// The workers of this process.
pub(super) struct ServedPool(pub(super) Arc<Hub>);

/// Adds a worker of this process. They are in the pools `cpu` and `gpu`.
pub(super) async fn register(hub: &Hub, pool: PoolName) -> Result<WorkerId, Refusal> {
    if pool != PoolName::CPU && pool != PoolName::GPU {
        return Err(Refusal::NoWorkerOf(pool));
    }
    let worker = WorkerId::generate(&mut OsEntropy);
    let register = Register::in_process(worker, pool);
    hub.owner.apply(Command::Register(register)).await?;
    Ok(worker)
}

impl ServedPool {
    async fn worker(&self, id: WorkerId) -> Result<WorkerStub, Refusal> {
        let hub = Arc::clone(&self.0);
        let reference = move |record: &Record| worker(&hub, record);
        self.0.owner.read_worker(id, reference).await
    }
}

impl WorkerPool for ServedPool {
    async fn create_worker(&self, kind: PoolName) -> Result<WorkerStub> {
        let id = register(&self.0, kind).await?;
        Ok(self.worker(id).await?)
    }

    async fn get_worker(&self, id: String) -> Result<WorkerStub> {
        let id = id.parse().map_err(|_| Refusal::NoSuchWorker)?;
        Ok(self.worker(id).await?)
    }

    async fn list_workers(&self) -> Result<Vec<WorkerSummary>> {
        let workers = self
            .0
            .owner
            .read(|state| state.workers().into_iter().map(summary).collect());
        Ok(workers.await?)
    }

    async fn revoke_worker(&self, id: String) -> Result<WorkerRevoked> {
        let id = id.parse().map_err(|_| Refusal::NoSuchWorker)?;
        Ok(revoke(&self.0, id).await?)
    }

    async fn get_idle_worker(&self, kind: Option<PoolName>) -> Result<WorkerStub> {
        let idle = self
            .0
            .owner
            .read(move |state| state.idle_worker(kind.as_ref()));
        let id = idle.await?.ok_or(Refusal::NoIdleWorker)?;
        Ok(self.worker(id).await?)
    }

    async fn drain_worker(&self, id: String) -> Result<Done> {
        let worker = id.parse().map_err(|_| Refusal::NoSuchWorker)?;
        self.0.owner.apply(Command::Drain(Drain { worker })).await?;
        members::tell_to_drain(&self.0, worker);
        Ok(Done::YES)
    }

    async fn join(
        &self,
        agent: WorkerAgentStub,
        offer: OfferedWork,
        options: Option<JoinOptions>,
    ) -> Result<MembershipStub> {
        Ok(members::join(&self.0, agent, offer, options).await?)
    }

    fn id(&self) -> String {
        "worker-pool".to_owned()
    }

    async fn worker_count(&self) -> Result<u64> {
        let count = self.0.owner.read(State::worker_count).await?;
        Ok(u64::try_from(count).unwrap_or(u64::MAX))
    }
}

fn summary(record: &Record) -> WorkerSummary {
    WorkerSummary {
        id: record.id,
        kind: record.offer.pool.clone(),
        status: activity(record),
        revoked: record.is_revoked(),
    }
}
