//! The queue.

use capnweb_runtime::{Result, capability};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::access::{AccountInfo, AccountsRevoked, Restriction, Revoking};
use super::gpu::GpuStub;
use super::listing::{TaskFilter, TaskPage};
use super::network::NetworkStub;
use super::storage::StorageStub;
use super::task::TaskHandleStub;
use crate::model::{TaskId, TaskStatus, TaskType};

/// The queue of tasks.
#[capability]
#[attenuate(Submitter { submit -> TaskHandle, submit_after -> TaskHandle, submit_many, get_task -> TaskHandle, list_tasks, tasks, cancel_task, retry_task, restrict -> Submitter, list_restrictions, revoke_restriction, id, task_count })]
pub trait TaskQueue {
    /// Accepts a task of a type that is built in, declared, or carried out by some worker. `params`
    /// may ask for `needs_storage`, `needs_gpu` and `needs_network`; what the queue's policy does not
    /// grant is refused. They may also say `pool` and `tags` (which workers it is for), `priority`,
    /// `concurrency`, `after`, `on_failure`, `idempotency_key`, `retry`, `not_before` (in
    /// milliseconds since the Unix epoch) and `timeout_ms`; without `retry`, a failure is final.
    async fn submit(&self, kind: String, params: Option<Value>) -> Result<TaskHandleStub>;

    /// Accepts a task that begins when those that are handed in have come to their end, beside those
    /// that `params` name as `after`. They need not be awaited: chains and fans of tasks are
    /// submitted in one round trip.
    async fn submit_after(
        &self,
        kind: String,
        params: Option<Value>,
        tasks: Vec<TaskHandleStub>,
    ) -> Result<TaskHandleStub>;

    /// Accepts tasks, all of them or none, with one write to the disk; returns their ids. At most
    /// 10,000 at once. In `after` they can name those before them, as `{"index": 0}`.
    async fn submit_many(&self, tasks: Vec<Submission>) -> Result<Vec<TaskId>>;

    /// Returns a task of this queue.
    async fn get_task(&self, id: String) -> Result<TaskHandleStub>;

    /// Lists the tasks of this queue, in the order they were submitted. If there are more than 10,000,
    /// that is an error: then they are to be had in pages, by `tasks`.
    async fn list_tasks(&self) -> Result<Vec<TaskSummary>>;

    /// Lists the tasks of this queue in pages, in the order they were submitted: those that fit the
    /// filter, and come after what the page before says. There are `limit` on a page, 100 by default and
    /// 1,000 at most.
    async fn tasks(
        &self,
        filter: Option<TaskFilter>,
        after: Option<u64>,
        limit: Option<u32>,
    ) -> Result<TaskPage>;

    /// Cancels a task of this queue.
    async fn cancel_task(&self, id: String) -> Result<Cancelled>;

    /// Has a task of this queue tried once more that has failed or was cancelled; its failures count
    /// anew, and it goes on from its checkpoint.
    async fn retry_task(&self, id: String) -> Result<Retried>;

    /// Returns a queue that can do less, to be handed on. It shows the tasks that are submitted
    /// through it, and those of queues that are restricted from it in turn; all of them are in this
    /// one, too. It lasts as long as somebody holds it, and no longer than this one.
    async fn restrict(&self, to: Restriction) -> Result<SubmitterStub>;

    /// Lists the queues that were restricted from this one, or in turn, and are held by somebody.
    async fn list_restrictions(&self) -> Result<Vec<AccountInfo>>;

    /// Takes a queue away that was restricted from this one, or in turn, by its `id`, with all below
    /// it: whatever was reached through them is dead when this returns. Its tasks stay in this queue,
    /// unless they are to be cancelled.
    async fn revoke_restriction(
        &self,
        id: String,
        how: Option<Revoking>,
    ) -> Result<AccountsRevoked>;

    /// Returns the storage that tasks share.
    async fn get_shared_storage(&self) -> Result<StorageStub>;

    /// Returns the GPU that tasks share.
    #[rpc(name = "getSharedGPU")]
    async fn get_shared_gpu(&self) -> Result<GpuStub>;

    /// Returns the network that tasks share.
    async fn get_shared_network(&self) -> Result<NetworkStub>;

    /// The queue's name: that of the account, if it is one's.
    #[property]
    fn id(&self) -> String;

    /// How many tasks there are.
    #[property]
    async fn task_count(&self) -> Result<u64>;
}

/// One of many tasks to accept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Submission {
    /// What is to be done.
    #[serde(rename = "type")]
    pub kind: String,
    /// With what; as for a task that is submitted alone.
    #[serde(default)]
    pub params: Value,
}

/// One line of the list of tasks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskSummary {
    /// Its name.
    pub id: TaskId,
    /// What is to be done.
    #[serde(rename = "type")]
    pub kind: TaskType,
    /// Where it stands.
    pub status: TaskStatus,
    /// How far it has come, from 0 to 1.
    pub progress: f64,
}

/// The answer of a cancellation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cancelled {
    /// Always true; what fails is an error.
    pub success: bool,
    /// The task.
    pub task_id: TaskId,
}

/// The answer of having a task tried once more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Retried {
    /// Always true; what fails is an error.
    pub success: bool,
    /// The task.
    pub task_id: TaskId,
}
