//! The queue as a capability.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use capnweb_runtime::Result;
use serde_json::Value;

use super::care::Care;
use super::gpu::gpu;
use super::hub::Hub;
use super::network::network;
use super::refusal::Refusal;
use super::storage::storage;
use super::task::handle;
use crate::caps::{
    Cancelled, GpuStub, NetworkStub, StorageStub, TaskHandleStub, TaskQueue, TaskSummary,
};
use crate::engine::{Cancel, Command, Submit};
use crate::entropy::OsEntropy;
use crate::model::{Access, Grants, Task as Record, TaskId, TaskSpec};

/// The queue, as one role sees it.
pub(super) struct ServedQueue {
    hub: Arc<Hub>,
    scope: Scope,
    /// What a task can be granted that is submitted here.
    ceiling: Grants,
}

/// Which tasks a role knows of.
#[derive(Debug, Clone)]
pub(super) enum Scope {
    /// All there are.
    All,
    /// Those it has submitted.
    Own(Arc<Mutex<HashSet<TaskId>>>),
}

impl Scope {
    fn contains(&self, id: TaskId) -> bool {
        match self {
            Self::All => true,
            Self::Own(tasks) => tasks
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .contains(&id),
        }
    }

    fn add(&self, id: TaskId) {
        if let Self::Own(tasks) = self {
            tasks
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(id);
        }
    }

    fn remove(&self, id: TaskId) {
        if let Self::Own(tasks) = self {
            tasks
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .remove(&id);
        }
    }
}

impl ServedQueue {
    pub(super) const fn new(hub: Arc<Hub>, scope: Scope, ceiling: Grants) -> Self {
        Self {
            hub,
            scope,
            ceiling,
        }
    }

    /// Finds a task by its name, in the bounds of this view. A name that is not even one is as good
    /// as one of a task that never was.
    fn find(&self, id: &str) -> Result<TaskId, Refusal> {
        let id = id.parse().map_err(|_| Refusal::NoSuchTask)?;
        if self.scope.contains(id) {
            Ok(id)
        } else {
            Err(Refusal::NoSuchTask)
        }
    }

    async fn handle(&self, id: TaskId) -> Result<TaskHandleStub, Refusal> {
        let hub = Arc::clone(&self.hub);
        let reference = move |task: &Record| handle(&hub, task);
        self.hub.owner.read_task(id, reference).await
    }

    /// Accepts a task, and returns its name.
    pub(super) async fn accept(&self, kind: &str, params: Value) -> Result<TaskId, Refusal> {
        let spec = TaskSpec::from_submission(kind, params, self.ceiling)?;
        let task = TaskId::generate(&mut OsEntropy);
        self.scope.add(task);
        let submitted = self
            .hub
            .owner
            .apply(Command::Submit(Submit { task, spec }))
            .await;
        if let Err(refusal) = submitted {
            // Or refused submissions would pile up, which nothing else limits.
            self.scope.remove(task);
            return Err(refusal);
        }
        Ok(task)
    }
}

impl TaskQueue for ServedQueue {
    async fn submit(&self, kind: String, params: Option<Value>) -> Result<TaskHandleStub> {
        let id = self.accept(&kind, params.unwrap_or_default()).await?;
        Ok(self.handle(id).await?)
    }

    async fn get_task(&self, id: String) -> Result<TaskHandleStub> {
        Ok(self.handle(self.find(&id)?).await?)
    }

    async fn list_tasks(&self) -> Result<Vec<TaskSummary>> {
        let scope = self.scope.clone();
        let tasks = self.hub.owner.read(move |state| {
            let known = |task: &&Record| scope.contains(task.id);
            state
                .tasks()
                .into_iter()
                .filter(known)
                .map(summary)
                .collect()
        });
        Ok(tasks.await?)
    }

    async fn cancel_task(&self, id: String) -> Result<Cancelled> {
        let task = self.find(&id)?;
        self.hub
            .owner
            .apply(Command::Cancel(Cancel { task }))
            .await?;
        Ok(Cancelled {
            success: true,
            task_id: task,
        })
    }

    async fn get_shared_storage(&self) -> Result<StorageStub> {
        Ok(storage(
            &self.hub,
            Access::Full,
            "a supervisor".to_owned(),
            &Care::Holder,
        ))
    }

    async fn get_shared_gpu(&self) -> Result<GpuStub> {
        Ok(gpu(&self.hub, &Care::Holder))
    }

    async fn get_shared_network(&self) -> Result<NetworkStub> {
        Ok(network(&self.hub, Access::Full, &Care::Holder))
    }

    fn id(&self) -> String {
        "task-queue".to_owned()
    }

    async fn task_count(&self) -> Result<u64> {
        let scope = self.scope.clone();
        let count = self.hub.owner.read(move |state| {
            state
                .tasks()
                .into_iter()
                .filter(|task| scope.contains(task.id))
                .count()
        });
        Ok(u64::try_from(count.await?).unwrap_or(u64::MAX))
    }
}

fn summary(task: &Record) -> TaskSummary {
    TaskSummary {
        id: task.id,
        kind: task.spec.kind,
        status: task.status(),
        progress: task.progress.fraction(),
    }
}
