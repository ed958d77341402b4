//! The queue as a capability.

use std::sync::Arc;

use capnweb_runtime::Result;
use serde_json::Value;

use super::access::{
    Restricted, Seat, list as restrictions, restrict, revoke as revoke_restriction,
};
use super::care::Care;
use super::gpu::gpu;
use super::hub::Hub;
use super::intake::Intake;
use super::listing;
use super::network::network;
use super::refusal::Refusal;
use super::storage::storage;
use super::task::{Identity, handle};
use crate::caps::{
    AccountInfo, AccountsRevoked, Cancelled, GpuStub, NetworkStub, Restriction, Retried, Revoking,
    StorageStub, Submission, SubmitterStub, TaskFilter, TaskHandleStub, TaskPage, TaskQueue,
    TaskSummary,
};
use crate::engine::{Cancel, Command, Retry};
use crate::model::{Access, Grants, Task as Record, TaskId};

/// The queue, as one role sees it.
pub(super) struct ServedQueue {
    hub: Arc<Hub>,
    /// Whose view it is, and how far they may go.
    seat: Seat,
    /// Keeps the account of one that was restricted from another.
    _held: Option<Restricted>,
}

impl ServedQueue {
    pub(super) const fn new(hub: Arc<Hub>, seat: Seat) -> Self {
        Self {
            hub,
            seat,
            _held: None,
        }
    }

    /// Creates a queue that was restricted from another.
    pub(super) const fn restricted(hub: Arc<Hub>, seat: Seat, held: Restricted) -> Self {
        Self {
            hub,
            seat,
            _held: Some(held),
        }
    }

    /// Looks at a task by its name, in the bounds of this view. A name that is not even one is as
    /// good as one of a task that never was.
    async fn find<T: Send + 'static>(
        &self,
        id: &str,
        look: impl FnOnce(&Record) -> T + Send + 'static,
    ) -> Result<T, Refusal> {
        let id = id.parse().map_err(|_| Refusal::NoSuchTask)?;
        let who = self.seat.submitter.clone();
        let found = self.hub.owner.read(move |state| {
            let task = state.task(id).filter(|task| who.sees(&task.submitter));
            task.map(look)
        });
        found.await?.ok_or(Refusal::NoSuchTask)
    }

    /// Accepts a task; returns, once it is stored, who it is.
    pub(super) async fn accept(&self, kind: &str, params: Value) -> Result<Identity, Refusal> {
        self.intake().accept(kind, params, &[]).await
    }

    const fn intake(&self) -> Intake<'_> {
        Intake {
            hub: &self.hub,
            seat: &self.seat,
        }
    }
}

impl TaskQueue for ServedQueue {
    async fn submit(&self, kind: String, params: Option<Value>) -> Result<TaskHandleStub> {
        let task = self.accept(&kind, params.unwrap_or_default()).await?;
        Ok(handle(&self.hub, task))
    }

    async fn submit_after(
        &self,
        kind: String,
        params: Option<Value>,
        tasks: Vec<TaskHandleStub>,
    ) -> Result<TaskHandleStub> {
        let tasks = tasks.iter().map(|task| {
            // The capability is what counts: an object that only says it is some task is none.
            let task = self.hub.tasks.unseal(task).ok_or(Refusal::ForeignTask)?;
            Ok(*task)
        });
        let tasks: Vec<_> = tasks.collect::<Result<_, Refusal>>()?;
        let params = params.unwrap_or_default();
        let task = self.intake().accept(&kind, params, &tasks).await?;
        Ok(handle(&self.hub, task))
    }

    async fn submit_many(&self, tasks: Vec<Submission>) -> Result<Vec<TaskId>> {
        Ok(self.intake().accept_many(tasks).await?)
    }

    async fn get_task(&self, id: String) -> Result<TaskHandleStub> {
        let task = self.find(&id, Identity::of).await?;
        Ok(handle(&self.hub, task))
    }

    async fn list_tasks(&self) -> Result<Vec<TaskSummary>> {
        Ok(listing::all(&self.hub, &self.seat.submitter).await?)
    }

    async fn tasks(
        &self,
        filter: Option<TaskFilter>,
        after: Option<u64>,
        limit: Option<u32>,
    ) -> Result<TaskPage> {
        let wanted = listing::Wanted {
            who: self.seat.submitter.clone(),
            filter: filter.unwrap_or_default(),
            after,
            limit,
        };
        Ok(listing::page(&self.hub, wanted).await?)
    }

    async fn cancel_task(&self, id: String) -> Result<Cancelled> {
        let task = self.find(&id, |task| task.id).await?;
        self.hub
            .owner
            .apply(Command::Cancel(Cancel { task }))
            .await?;
        Ok(Cancelled {
            success: true,
            task_id: task,
        })
    }

    async fn retry_task(&self, id: String) -> Result<Retried> {
        let task = self.find(&id, |task| task.id).await?;
        self.hub.owner.apply(Command::Retry(Retry { task })).await?;
        Ok(Retried {
            success: true,
            task_id: task,
        })
    }

    async fn restrict(&self, to: Restriction) -> Result<SubmitterStub> {
        Ok(restrict(&self.hub, &self.seat, to).await?)
    }

    async fn list_restrictions(&self) -> Result<Vec<AccountInfo>> {
        Ok(restrictions(&self.hub, &self.seat))
    }

    async fn revoke_restriction(
        &self,
        id: String,
        how: Option<Revoking>,
    ) -> Result<AccountsRevoked> {
        Ok(revoke_restriction(&self.hub, &self.seat, &id, how.unwrap_or_default()).await?)
    }

    async fn get_shared_storage(&self) -> Result<StorageStub> {
        let holder = "a supervisor".to_owned();
        let storage = storage(&self.hub, &Grants::EVERYTHING, holder, &Care::Holder);
        Ok(storage?)
    }

    async fn get_shared_gpu(&self) -> Result<GpuStub> {
        Ok(gpu(&self.hub, &Care::Holder))
    }

    async fn get_shared_network(&self) -> Result<NetworkStub> {
        Ok(network(&self.hub, Access::Full, &Care::Holder))
    }

    fn id(&self) -> String {
        let account = self.seat.submitter.account();
        account.map_or_else(|| "task-queue".to_owned(), |account| account.to_string())
    }

    async fn task_count(&self) -> Result<u64> {
        let who = self.seat.submitter.clone();
        let count = self
            .hub
            .owner
            .read(move |state| state.count_tasks(|task| who.sees(&task.submitter)));
        Ok(u64::try_from(count.await?).unwrap_or(u64::MAX))
    }
}
