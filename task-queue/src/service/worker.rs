//! A worker as a capability.

use std::sync::Arc;

use capnweb_runtime::Result;

use super::hub::Hub;
use super::refusal::Refusal;
use crate::caps::{
    Execution, TaskHandleStub, Worker, WorkerActivity, WorkerInfo, WorkerRevoked, WorkerStub,
};
use crate::engine::{Command, Revoke, Start};
use crate::model::{EndReason, PoolName, TaskId, Worker as Record, WorkerId, WorkerStatus};

struct ServedWorker {
    hub: Arc<Hub>,
    id: WorkerId,
    pool: PoolName,
}

/// Makes a reference to a worker.
pub(super) fn worker(hub: &Arc<Hub>, record: &Record) -> WorkerStub {
    WorkerStub::new(ServedWorker {
        hub: Arc::clone(hub),
        id: record.id,
        pool: record.offer.pool.clone(),
    })
}

/// Has a worker carry out a task, and waits for the end of it.
pub(super) async fn execute(
    hub: &Hub,
    worker: WorkerId,
    task: TaskId,
) -> Result<Execution, Refusal> {
    let end = hub.owner.execute(Start { task, worker }).await?;
    let why = end.await.map_err(|_| Refusal::Stopped)?;
    let (result, failure) = hub
        .owner
        .read(move |state| {
            let task = state.task(task);
            let result = task.and_then(|task| task.result().cloned());
            (
                result,
                task.and_then(|task| task.last_failure.as_deref().cloned()),
            )
        })
        .await?;
    match (why, result, failure) {
        (EndReason::Completed, Some(result), _) => Ok(Execution {
            success: true,
            result: result.as_ref().clone(),
        }),
        (EndReason::Failed, _, Some(failure)) => Err(Refusal::Failed(failure.message)),
        (EndReason::Cancelled, ..) => Err(Refusal::Cancelled),
        (EndReason::WorkerRevoked, ..) => Err(Refusal::WorkerRevoked),
        (EndReason::TimedOut, ..) => Err(Refusal::TimedOut),
        (EndReason::WorkerLeft, ..) => Err(Refusal::Stopped),
        _ => Err(Refusal::NoResult),
    }
}

/// Takes everything away from a worker.
pub(super) async fn revoke(hub: &Hub, worker: WorkerId) -> Result<WorkerRevoked, Refusal> {
    hub.owner.apply(Command::Revoke(Revoke { worker })).await?;
    Ok(WorkerRevoked {
        success: true,
        worker_id: worker,
    })
}

/// Returns what a worker is doing, as a peer is told.
pub(super) fn activity(record: &Record) -> WorkerActivity {
    match record.status() {
        WorkerStatus::Idle => WorkerActivity::Idle,
        WorkerStatus::Busy => WorkerActivity::Busy,
        WorkerStatus::Revoked => WorkerActivity::Revoked,
    }
}

impl ServedWorker {
    async fn read<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Record) -> T + Send + 'static,
    ) -> Result<T, Refusal> {
        self.hub.owner.read_worker(self.id, look).await
    }
}

impl Worker for ServedWorker {
    async fn get_info(&self) -> Result<WorkerInfo> {
        Ok(self.read(describe).await?)
    }

    async fn execute(&self, task: TaskHandleStub) -> Result<Execution> {
        // The capability is what counts: an object that only says it is some task is none.
        let task = self.hub.tasks.unseal(&task).ok_or(Refusal::ForeignTask)?;
        Ok(execute(&self.hub, self.id, *task).await?)
    }

    async fn revoke(&self) -> Result<WorkerRevoked> {
        Ok(revoke(&self.hub, self.id).await?)
    }

    async fn is_revoked(&self) -> Result<bool> {
        Ok(self.read(Record::is_revoked).await?)
    }

    fn id(&self) -> WorkerId {
        self.id
    }

    fn kind(&self) -> PoolName {
        self.pool.clone()
    }

    async fn status(&self) -> Result<WorkerActivity> {
        Ok(self.read(activity).await?)
    }
}

fn describe(record: &Record) -> WorkerInfo {
    WorkerInfo {
        id: record.id,
        kind: record.offer.pool.clone(),
        status: activity(record),
        revoked: record.is_revoked(),
        tasks_completed: record.tasks_completed,
        tasks_failed: record.tasks_failed,
    }
}
