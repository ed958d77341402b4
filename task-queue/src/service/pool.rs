//! The worker pool as a capability.

use std::sync::Arc;

use capnweb_runtime::Result;

use super::hub::Hub;
use super::members::{self, Post};
use super::refusal::Refusal;
use super::worker::{activity, revoke, worker};
use crate::caps::{
    Done, JoinOptions, MemberSummary, MembershipStub, OfferedWork, WorkerAgentStub, WorkerPool,
    WorkerRevoked, WorkerStub, WorkerSummary,
};
use crate::engine::{Command, Drain, Register, State};
use crate::entropy::OsEntropy;
use crate::model::{Member, PoolName, Standing, Worker as Record, WorkerId};

/// The workers of a queue.
pub(super) struct ServedPool {
    pub(super) hub: Arc<Hub>,
    /// By what right one joins through this reference.
    pub(super) post: Post,
}

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
        let hub = Arc::clone(&self.hub);
        let reference = move |record: &Record| worker(&hub, record);
        self.hub.owner.read_worker(id, reference).await
    }
}

impl WorkerPool for ServedPool {
    async fn create_worker(&self, kind: PoolName) -> Result<WorkerStub> {
        let id = register(&self.hub, kind).await?;
        Ok(self.worker(id).await?)
    }

    async fn get_worker(&self, id: String) -> Result<WorkerStub> {
        let id = id.parse().map_err(|_| Refusal::NoSuchWorker)?;
        Ok(self.worker(id).await?)
    }

    async fn list_workers(&self) -> Result<Vec<WorkerSummary>> {
        let workers = self
            .hub
            .owner
            .read(|state| state.workers().into_iter().map(summary).collect());
        Ok(workers.await?)
    }

    async fn revoke_worker(&self, id: String) -> Result<WorkerRevoked> {
        let id = id.parse().map_err(|_| Refusal::NoSuchWorker)?;
        Ok(revoke(&self.hub, id).await?)
    }

    async fn get_idle_worker(&self, kind: Option<PoolName>) -> Result<WorkerStub> {
        let idle = self
            .hub
            .owner
            .read(move |state| state.idle_worker(kind.as_ref()));
        let id = idle.await?.ok_or(Refusal::NoIdleWorker)?;
        Ok(self.worker(id).await?)
    }

    async fn drain_worker(&self, id: String) -> Result<Done> {
        let worker = id.parse().map_err(|_| Refusal::NoSuchWorker)?;
        self.hub
            .owner
            .apply(Command::Drain(Drain { worker }))
            .await?;
        members::tell_to_drain(&self.hub, worker);
        Ok(Done::YES)
    }

    async fn join(
        &self,
        agent: WorkerAgentStub,
        offer: OfferedWork,
        options: Option<JoinOptions>,
    ) -> Result<MembershipStub> {
        Ok(members::join(&self.hub, &self.post, agent, offer, options).await?)
    }

    fn id(&self) -> String {
        "worker-pool".to_owned()
    }

    async fn worker_count(&self) -> Result<u64> {
        let count = self.hub.owner.read(State::worker_count).await?;
        Ok(u64::try_from(count).unwrap_or(u64::MAX))
    }
}

fn summary(record: &Record) -> WorkerSummary {
    WorkerSummary {
        id: record.id,
        kind: record.offer.pool.clone(),
        status: activity(record),
        revoked: record.is_revoked(),
        member: record
            .member
            .as_deref()
            .map(|joined| member(record, joined)),
    }
}

fn member(record: &Record, member: &Member) -> MemberSummary {
    MemberSummary {
        name: member.name.clone(),
        concurrency: record.offer.slots.max(1),
        running: u64::try_from(record.running.len()).unwrap_or(u64::MAX),
        draining: record.standing == Standing::Draining,
        connected: member.link.is_connected(),
        lost_at: member.link.ends_at(),
    }
}
